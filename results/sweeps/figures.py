"""Figures of a sweep: tornado, screening, indices with intervals, interaction, box of failures, regret, frontier."""

import numpy as np
import pandas as pd

from results.figures import style
from results.sweeps.sensitivity import numeric

__all__ = ["box", "frontier", "indices", "interaction", "regrets", "screening", "swings", "tornado"]

SHOWN = 12
FIFTHS = 5
ORDERS = {"first": "alone (first order)", "total": "with interactions (total)"}


def short(path):
    """A dotted path without its section."""
    return path.split(".", 1)[1] if path.startswith(("parameters.", "interventions.")) else path


def swings(frame, y):
    """Mean of y where a factor is in its lowest and in its highest fifth: frame with factor, low, high, swing, widest first."""
    x, y, rows = numeric(frame), np.asarray(y, float), []
    for name in x.columns:
        place = x[name].rank(pct=True, method="average").to_numpy()
        ends = [y[place <= max(1 / FIFTHS, place.min())].mean(), y[place >= min(1 - 1 / FIFTHS, place.max())].mean()]
        rows.append((name, *ends, abs(ends[1] - ends[0])))
    return pd.DataFrame(rows, columns=["factor", "low", "high", "swing"]).sort_values("swing", ascending=False, ignore_index=True)


def tornado(frame, y, label):
    """Bars from the mean at the lowest fifth of each factor to that at its highest."""
    with style.look():
        table = swings(frame, y).head(SHOWN)
        figure, axes = style.new(width=9, height=2.2 + 0.34 * len(table))
        axis, middle = axes[0, 0], float(np.mean(y))
        for place, row in enumerate(table.itertuples()):
            for end, colour, hatch in ((row.low, style.COLOURS[0], ""), (row.high, style.COLOURS[1], "///")):
                axis.barh(place, end - middle, left=middle, height=0.6, color=colour, hatch=hatch, edgecolor="white")
        axis.axvline(middle, color="black", linewidth=0.9)
        axis.set_yticks(range(len(table)), [short(f) for f in table["factor"]])
        axis.set_ylim(len(table) - 0.4, -0.6)
        axis.set_xlabel(label)
        first = table.iloc[0]
        says = (f"What it says: {short(first['factor'])} moves it most, from {first['low']:.4g} at its low end to {first['high']:.4g} "
                "at its high end.")
        how = ("How to read: plain bars end at the mean over points where the factor is in its lowest fifth, hatched bars where it is in "
               "its highest.")
        return style.finish(figure, "What moves the answer", how, says, table)


def indices(table, label, warnings=()):
    """First-order and total indices with their intervals."""
    with style.look():
        shown = table.head(SHOWN)
        figure, axes = style.new(width=9, height=2.4 + 0.36 * len(shown))
        axis = axes[0, 0]
        for word, offset, colour, marker in (("first", -0.14, style.COLOURS[0], "o"), ("total", 0.14, style.COLOURS[1], "s")):
            places = np.arange(len(shown)) + offset
            axis.hlines(places, shown[f"{word}_low"], shown[f"{word}_high"], color=colour, linewidth=1.6)
            axis.plot(shown[word], places, marker, color=colour, label=ORDERS[word])
        axis.set_yticks(range(len(shown)), [short(f) for f in shown["factor"]])
        axis.set_ylim(len(shown) - 0.5, -0.5)
        axis.set_xlabel(f"share of the variance of {label}")
        axis.legend(frameon=False, loc="lower right")
        how = ("How to read: the share of variance between points that a factor carries, by itself and with what it does together with "
               "others; lines are 95 %.")
        first, share = short(shown["factor"].iat[0]), 100 * shown["total"].iat[0]
        says = f"What it says: {first} carries {share:.0f} % of the variance. {' '.join(warnings)}".strip()
        return style.finish(figure, "What the variance comes from", how, says, shown)


def interaction(frame, y, first, second, label):
    """Mean of y by thirds of one factor, a line for each third of another."""
    with style.look():
        x = numeric(frame)
        thirds = {name: np.minimum((x[name].rank(pct=True, method="average") * 3 - 1e-9).astype(int), 2) for name in (first, second)}
        table = pd.DataFrame({"first": thirds[first], "second": thirds[second], "value": np.asarray(y, float)})
        table = table.groupby(["first", "second"])["value"].agg(["mean", "std", "size"]).reset_index()
        figure, axes = style.new(width=8, height=4.2)
        axis = axes[0, 0]
        for third, part in table.groupby("second"):
            look = style.Style(int(third) + 1)
            error = 1.96 * part["std"] / np.sqrt(part["size"])
            axis.errorbar(part["first"], part["mean"], yerror(error), color=look.colour, linestyle=look.dash, marker=look.marker, capsize=3,
                          label=f"{short(second)}: {('low', 'middle', 'high')[int(third)]} third")
        axis.set_xticks(range(3), ["low third", "middle third", "high third"])
        axis.set_xlabel(short(first))
        axis.set_ylabel(label)
        axis.legend(frameon=False)
        how = "How to read: parallel lines mean that the two factors work independently; bars are 95 % intervals of the mean."
        return style.finish(figure, "Do they work together?", how, f"What it says: {label} by {short(first)} and {short(second)}.", table)


def screening(table, label, warnings=()):
    """Elementary effects: mean size against spread, a point per factor with the 95 % half-width of its mean size."""
    with style.look():
        shown = table.head(SHOWN)
        figure, axes = style.new(width=8, height=4.4)
        axis = axes[0, 0]
        half = shown["mu_star_half_width"].fillna(0.0)
        axis.errorbar(shown["mu_star"], shown["sigma"], xerr=half, fmt="o", color=style.COLOURS[0], capsize=3)
        for row in shown.itertuples():
            axis.annotate(short(row.factor), (row.mu_star, row.sigma), xytext=(5, 4), textcoords="offset points", fontsize=8)
        axis.set_xlabel(f"mean size of the effect of a factor on {label}")
        axis.set_ylabel("spread of the effect")
        how = ("How to read: the further right, the more a factor moves the answer; the higher, the more its effect depends on the other "
               "factors or bends. Lines are 95 %.")
        says = f"What it says: {short(shown['factor'].iat[0])} moves it most. {' '.join(warnings)}".strip()
        return style.finish(figure, "What to look at first (Morris)", how, says, shown)


def box(frame, case, found, words):
    """Points by the two factors that the box of scenario discovery limits most, cases marked, and the box."""
    with style.look():
        x, case = numeric(frame), np.asarray(case, bool)
        limits = found.limits.set_index("factor")
        telling = sorted(x.columns, key=lambda name: -int(limits.loc[name].notna().sum()))
        first, second = telling[0], telling[min(1, len(telling) - 1)]
        figure, axes = style.new(width=8, height=4.8)
        axis = axes[0, 0]
        for part, look, colour, label in ((~case, "o", style.COMPARATOR, "not"), (case, "^", style.COLOURS[1], words)):
            axis.plot(x[first][part], x[second][part], look, color=colour, markersize=5, label=label)
        ends = [(low if np.isfinite(low) else x[name].min(), high if np.isfinite(high) else x[name].max())
                for name, (low, high) in ((name, limits.loc[name, ["low", "high"]]) for name in (first, second))]
        (left, right), (bottom, top) = ends
        axis.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color="black", linewidth=1.4, label="the box")
        axis.set_xlabel(short(first))
        axis.set_ylabel(short(second))
        axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        how = f"How to read: each point is a combination of factors; triangles: {words}. The box holds many of them and little else."
        says = (f"What it says: in the box {100 * found.density:.0f} % of points are cases, which are {100 * found.coverage:.0f} % of all "
                "cases.")
        table = x[[first, second]].assign(case=case).reset_index()
        return style.finish(figure, "Under which circumstances", how, says, table)


def regrets(table, label):
    """Regret of each arm: mean, and the ninth decile of futures."""
    with style.look():
        figure, axes = style.new(width=8, height=2.2 + 0.45 * len(table))
        axis = axes[0, 0]
        places = np.arange(len(table))
        axis.barh(places, table["mean"], height=0.5, color=style.COLOURS[0], label="mean over futures")
        axis.hlines(places, table["mean"], table["p90"], color="black", linewidth=1.6, label="to the ninth decile")
        axis.set_yticks(places, list(table["arm"]))
        axis.set_ylim(len(table) - 0.5, -0.5)
        axis.set_xlabel(f"regret: {label}")
        axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        least = table.loc[table["mean"].idxmin()]
        how = "How to read: what is lost by having chosen a scenario where another would have been best; 0 = it is always the best."
        says = (f"What it says: {least['arm']} has the least mean regret and is best in {100 * least['best']:.0f} % of "
                f"{least['futures']} futures.")
        return style.finish(figure, "What a wrong choice costs", how, says, table)


def yerror(error):
    """Half-widths without missing numbers (a third with one point has no spread)."""
    return error.fillna(0.0)


def frontier(table, x, y, labels):
    """Candidates by two objectives, those that no other beats joined, with intervals over draws and replicates."""
    with style.look():
        figure, axes = style.new(width=8, height=4.6)
        axis = axes[0, 0]
        rest, best = table[~table["frontier"]], table[table["frontier"]].sort_values(x)
        axis.plot(rest[x], rest[y], "o", color=style.COMPARATOR, alpha=0.5, markersize=4, label="beaten by another")
        ends = [[(best[m] - best[f"{m}_low"]).clip(lower=0.0), (best[f"{m}_high"] - best[m]).clip(lower=0.0)] for m in (x, y)]
        axis.errorbar(best[x], best[y], xerr=ends[0], yerr=ends[1], fmt="s-", color=style.COLOURS[0], capsize=2,
                      label="frontier, with 95 % of runs")  # a mean may pass the end of runs that are alike by rounding
        axis.set_xlabel(f"{labels.get(x, x)}, against the comparator")
        axis.set_ylabel(f"{labels.get(y, y)}, against the comparator")
        axis.legend(frameon=False)
        how = "How to read: each point is a mix; no other mix is better than a joined one in every objective."
        says = f"What it says: {len(best)} of {len(table)} mixes are on the frontier."
        return style.finish(figure, "Efficiency and equity: the frontier", how, says, table)
