"""Figures of a calibration: numbers before and after, targets beside predictions, ranks of known truths."""

import numpy as np

from results.figures import style


def save(folder, problem, fit, tables):
    """Write the figures that the tables can carry as PNG into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {"numbers": _numbers(tables["learnt"]), "targets": _targets(tables["predictive"])}
    if "ranks" in tables:
        drawn["ranks"] = _ranks(tables["ranks"])
    for name, figure in drawn.items():
        figure.savefig(folder / f"{name}.png", dpi=150)


def _blank(rows, title):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 1.4 + 0.36 * rows), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _numbers(learnt):
    """Prior and posterior 95 % intervals, each number on its own scale of prior standard deviations."""
    figure, axes = _blank(len(learnt), "What was learnt: 95 % intervals before (pale) and after")
    for i, row in enumerate(learnt.itertuples()):
        width = max(row.prior_high - row.prior_low, 1e-12)
        place = [(x - row.prior_low) / width for x in (row.low, row.posterior, row.high)]
        axes.plot([0.0, 1.0], [i, i], color=style.COLOURS[0], lw=6, alpha=0.25, solid_capstyle="butt")
        axes.plot([place[0], place[2]], [i, i], color=style.COLOURS[1], lw=3, solid_capstyle="butt")
        axes.plot(place[1], i, "o", color=style.COLOURS[1])
        axes.annotate(f"{row.posterior:.3g} ({row.low:.3g}-{row.high:.3g})", (1.02, i), va="center", fontsize=8, annotation_clip=False)
    axes.set_yticks(range(len(learnt)), learnt["number"])
    axes.invert_yaxis()
    axes.set_xlim(-0.1, 1.5)
    axes.set_xticks([0.0, 1.0], ["prior 2.5 %", "prior 97.5 %"])
    return figure


def _targets(predictive):
    """Distance of each target from the prediction in standard errors; held-out targets hollow."""
    figure, axes = _blank(len(predictive), "Evidence less model, in standard errors of both")
    for i, row in enumerate(predictive.itertuples()):
        held = row.use == "held out"
        axes.plot(row.z, i, "s" if held else "o", color=style.COLOURS[2 if held else 1], mfc="white" if held else None)
    axes.axvspan(-2, 2, color=style.COLOURS[0], alpha=0.12, lw=0)
    axes.axvline(0, color=style.COLOURS[0], lw=1)
    axes.set_yticks(range(len(predictive)), predictive["target"])
    axes.invert_yaxis()
    most = max(3.5, float(np.abs(predictive["z"]).max()) * 1.1)
    axes.set_xlim(-most, most)
    axes.set_xlabel("standard errors (filled: fitted; hollow: held out)")
    return figure


def _ranks(ranks):
    """Cumulated ranks of known truths: on the diagonal if intervals are honest."""
    figure, axes = _blank(8, "Ranks of known truths in their posteriors")
    for i, name in enumerate(ranks.columns):
        values = np.sort(ranks[name])
        axes.step(values, np.arange(1, len(values) + 1) / len(values), label=name, lw=1.2, color=f"C{i % 10}")
    axes.plot([0, 1], [0, 1], color=style.COLOURS[0], lw=1, ls="--")
    axes.set_xlabel("rank of the truth in its posterior (0-1)")
    axes.set_ylabel("share of truths below")
    axes.legend(fontsize=7, frameon=False, loc="upper left")
    return figure
