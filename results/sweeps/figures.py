"""Figures of a sweep: tornado, screening, indices with intervals, interaction, box of failures, regret, frontier."""

import numpy as np
import pandas as pd

from results.figures import style
from results.language import say, word
from results.sweeps.sensitivity import numeric
from results.sweeps.words import described, four, per_cent, short
from results.words import number

__all__ = ["box", "frontier", "indices", "interaction", "regrets", "screening", "swings", "tornado"]

SHOWN = 12
FIFTHS = 5
ORDERS = {"first": word("alone (first order)"), "total": word("with interactions (total)")}
THIRDS = (word("low third"), word("middle third"), word("high third"))


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
        says = say("What it says: {factor} moves it most, from {low} at its low end to {high} at its high end.",
                   factor=short(first["factor"]), low=four(first["low"]), high=four(first["high"]))
        how = say("How to read: plain bars end at the mean over points where the factor is in its lowest fifth, hatched bars where it is "
                  "in its highest.")
        return style.finish(figure, say("What moves the answer"), how, says, table)


def indices(table, label, warnings=()):
    """First-order and total indices with their intervals."""
    with style.look():
        shown = table.head(SHOWN)
        figure, axes = style.new(width=9, height=2.4 + 0.36 * len(shown))
        axis = axes[0, 0]
        for order, offset, colour, marker in (("first", -0.14, style.COLOURS[0], "o"), ("total", 0.14, style.COLOURS[1], "s")):
            places = np.arange(len(shown)) + offset
            axis.hlines(places, shown[f"{order}_low"], shown[f"{order}_high"], color=colour, linewidth=1.6)
            axis.plot(shown[order], places, marker, color=colour, label=say(ORDERS[order]))
        axis.set_yticks(range(len(shown)), [short(f) for f in shown["factor"]])
        axis.set_ylim(len(shown) - 0.5, -0.5)
        axis.set_xlabel(say("share of the variance of {measure}", measure=label))
        axis.legend(frameon=False, loc="lower right")
        how = say("How to read: the share of variance between points that a factor carries, by itself and with what it does together with "
                  "others; lines are 95 %.")
        says = say("What it says: {factor} carries {share} % of the variance.", factor=short(shown["factor"].iat[0]),
                   share=per_cent(shown["total"].iat[0]))
        return style.finish(figure, say("What the variance comes from"), how, " ".join([says, *warnings]), shown)


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
                          label=f"{short(second)}: {say(THIRDS[int(third)])}")
        axis.set_xticks(range(3), [say(third) for third in THIRDS])
        axis.set_xlabel(short(first))
        axis.set_ylabel(label)
        axis.legend(frameon=False)
        how = say("How to read: parallel lines mean that the two factors work independently; bars are 95 % intervals of the mean.")
        says = say("What it says: {measure} by {first} and {second}.", measure=label, first=short(first), second=short(second))
        return style.finish(figure, say("Do they work together?"), how, says, table)


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
        axis.set_xlabel(say("mean size of the effect of a factor on {measure}", measure=label))
        axis.set_ylabel(say("spread of the effect"))
        how = say("How to read: the further right, the more a factor moves the answer; the higher, the more its effect depends on the "
                  "other factors or bends. Lines are 95 %.")
        says = say("What it says: {factor} moves it most.", factor=short(shown["factor"].iat[0]))
        return style.finish(figure, say("What to look at first (Morris)"), how, " ".join([says, *warnings]), shown)


def box(frame, case, found, words):
    """Points by the two factors that the box of scenario discovery limits most, cases marked, and the box."""
    with style.look():
        x, case = numeric(frame), np.asarray(case, bool)
        limits = found.limits.set_index("factor")
        telling = sorted(x.columns, key=lambda name: -int(limits.loc[name].notna().sum()))
        first, second = telling[0], telling[min(1, len(telling) - 1)]
        figure, axes = style.new(width=8, height=4.8)
        axis = axes[0, 0]
        for part, look, colour, label in ((~case, "o", style.COMPARATOR, say("not")), (case, "^", style.COLOURS[1], words)):
            axis.plot(x[first][part], x[second][part], look, color=colour, markersize=5, label=label)
        ends = [(low if np.isfinite(low) else x[name].min(), high if np.isfinite(high) else x[name].max())
                for name, (low, high) in ((name, limits.loc[name, ["low", "high"]]) for name in (first, second))]
        (left, right), (bottom, top) = ends
        axis.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color="black", linewidth=1.4, label=say("the box"))
        axis.set_xlabel(short(first))
        axis.set_ylabel(short(second))
        axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        how = say("How to read: each point is a combination of factors; triangles: {case}. The box holds many of them and little else.",
                  case=words)
        says = say("What it says: in the box {density} % of points are cases, which are {coverage} % of all cases.",
                   density=per_cent(found.density), coverage=per_cent(found.coverage))
        table = x[[first, second]].assign(case=case).reset_index()
        return style.finish(figure, say("Under which circumstances"), how, says, table)


def regrets(table, label):
    """Regret of each arm: mean, and the ninth decile of futures."""
    with style.look():
        figure, axes = style.new(width=8, height=2.2 + 0.45 * len(table))
        axis = axes[0, 0]
        places = np.arange(len(table))
        axis.barh(places, table["mean"], height=0.5, color=style.COLOURS[0], label=say("mean over futures"))
        axis.hlines(places, table["mean"], table["p90"], color="black", linewidth=1.6, label=say("to the ninth decile"))
        axis.set_yticks(places, list(table["arm"]))
        axis.set_ylim(len(table) - 0.5, -0.5)
        axis.set_xlabel(say("regret: {measure}", measure=label))
        axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        least = table.loc[table["mean"].idxmin()]
        how = say("How to read: what is lost by having chosen a scenario where another would have been best; 0 = it is always the best.")
        says = say("What it says: {scenario} has the least mean regret and is best in {share} % of {futures} futures.",
                   scenario=least["arm"], share=per_cent(least["best"]), futures=number(least["futures"], 0))
        return style.finish(figure, say("What a wrong choice costs"), how, says, table)


def yerror(error):
    """Half-widths without missing numbers (a third with one point has no spread)."""
    return error.fillna(0.0)


def frontier(table, x, y):
    """Candidates by two objectives, those that no other beats joined, with intervals over draws and replicates."""
    with style.look():
        figure, axes = style.new(width=8, height=4.6)
        axis = axes[0, 0]
        rest, best = table[~table["frontier"]], table[table["frontier"]].sort_values(x)
        axis.plot(rest[x], rest[y], "o", color=style.COMPARATOR, alpha=0.5, markersize=4, label=say("beaten by another"))
        ends = [[(best[m] - best[f"{m}_low"]).clip(lower=0.0), (best[f"{m}_high"] - best[m]).clip(lower=0.0)] for m in (x, y)]
        axis.errorbar(best[x], best[y], xerr=ends[0], yerr=ends[1], fmt="s-", color=style.COLOURS[0], capsize=2,
                      label=say("frontier, with 95 % of runs"))  # a mean may pass the end of runs that are alike by rounding
        axis.set_xlabel(say("{measure}, against the comparator", measure=described(x)))
        axis.set_ylabel(say("{measure}, against the comparator", measure=described(y)))
        axis.legend(frameon=False)
        how = say("How to read: each point is a mix; no other mix is better than a joined one in every objective.")
        says = say("What it says: {best} of {all} mixes are on the frontier.", best=number(len(best), 0), all=number(len(table), 0))
        return style.finish(figure, say("Efficiency and equity: the frontier"), how, says, table)
