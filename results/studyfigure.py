"""The figure of a virtual evaluation: how the estimates of many studies spread around the truth.

Not among `results.figures`, for it belongs to runs of `hytesim evaluate` only.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from results.words import decimals, number

__all__ = ["data", "draw", "save"]

HOW = ("bars count studies by the effect they estimate, dark those whose interval excludes zero; the line is the true effect on those "
       "studied, mean of the simulated worlds.")
MOST_BARS = 40


def data(tables):
    """Bars: low and high end of the estimates [unit of the outcome], studies in all and those that reject no effect."""
    found = tables["estimates"].dropna(subset=["value"])
    values, rejects = found["value"].to_numpy(float), (found["low"] > 0) | (found["high"] < 0)
    bars = int(min(MOST_BARS, max(5, np.ceil(2 * len(values) ** (1 / 2)))))
    whole, edges = np.histogram(values, bars)
    part, _ = np.histogram(values[rejects.to_numpy(bool)], edges)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "studies": whole, "reject": part})


def draw(tables, title, axis_name, says):
    """A matplotlib Figure with `alt_text` and `frame`. axis_name: outcome and unit; says: the sentence below."""
    from results.figures import style

    frame, row = data(tables), tables["summary"].iloc[0]
    with style.look():
        figure, axes = style.new(width=8.5, height=4.6)
        axis, wide = axes[0, 0], (frame["high"] - frame["low"]).to_numpy()
        options = {"width": wide, "align": "edge", "edgecolor": "white"}
        axis.bar(frame["low"], frame["studies"], color="#9ecae1", label="Interval holds zero", **options)
        axis.bar(frame["low"], frame["reject"], color=style.COLOURS[0], hatch="///", label="Interval excludes zero", **options)
        axis.axvline(0, color="black", linewidth=0.9)
        digits = decimals([row["truth"], row["mean"]])
        axis.axvline(row["truth"], color=style.COLOURS[1], linewidth=2, label=f"Truth {number(row['truth'], digits)}")
        axis.axvline(row["mean"], color=style.COMPARATOR, linewidth=1.4, linestyle=style.DASHES[1],
                     label=f"Mean estimate {number(row['mean'], digits)}")
        axis.set_xlabel(f"Estimated effect on {axis_name}")
        axis.set_ylabel("Studies (number)")
        handles, _ = axis.get_legend_handles_labels()
        return style.finish(figure, title, f"How to read: {HOW}", f"What it says: {says}", frame, legend=handles)


def save(tables, folder, title, axis_name, says, dpi=160):
    """Draw into `folder`: estimates.png with its alt text inside, the numbers as CSV, the alt text as TXT; nothing without an estimate."""
    if tables["estimates"]["value"].notna().sum() == 0:
        return
    from results.figures import style

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(tables, title, axis_name, says)
    with style.look():
        figure.savefig(folder / "estimates.png", dpi=dpi, metadata={"Description": figure.alt_text, "Software": None})
    figure.frame.to_csv(folder / "estimates.csv", index=False, lineterminator="\n")
    (folder / "estimates.txt").write_text(figure.alt_text + "\n", encoding="utf-8", newline="\n")
