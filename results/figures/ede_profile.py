"""What an arm is worth to those who mind inequality: equally distributed equivalents over inequality aversion."""

import numpy as np
import pandas as pd

from results import tidy
from results.equity import AVERSIONS, edes
from results.figures import FigureError, style
from results.figures._series import band, over_runs
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import between, decimals, label, number, signed, small

NEEDS = ("outcomes",)
PAIRED = True
TITLE = word("Gain as inequality counts for more")
HOW = word(
    "How to read: the equally distributed equivalent is the life satisfaction (0-10) that, had by all alike, would be as good as "
    "what income fifths have. At aversion 0 only the mean counts; further right the fifths worst off count for more (10.95 was "
    "measured in England for years of health). A line is its change against {first}, last year, the band the middle 95 % of "
    "runs; a line that rises says that the arm is worth more to those who mind inequality."
)
AVERSION = np.unique(np.append(np.linspace(0, 15, 16), AVERSIONS))


def data(tables, comparator=None):
    """Paired change of the Atkinson equivalent of life satisfaction [points, 0-10] over income fifths at the start, by arm and
    aversion, mean and 95 % interval over runs; fifths weigh as they are in the comparator, last year.
    """
    outcomes = tidy.select(tables["outcomes"], outcome="life_satisfaction", stratum_kind="income_fifth", stratum=tuple("12345"))
    if outcomes["stratum"].nunique() < len("12345"):
        raise FigureError(say("no life satisfaction by income fifth in the run"))
    first, *others = style.arms(tables["outcomes"], comparator)
    levels = tidy.level(outcomes, "life_satisfaction", tidy.last_year(outcomes))
    values, sizes = (levels.pivot_table(what, tidy.RUN, "stratum", observed=True).dropna() for what in ("value", "n"))
    weights = dict(zip(sizes.loc[first].index, sizes.loc[first].to_numpy(), strict=True))
    values = values[[run[1:] in weights for run in values.index]]
    found = edes(values.to_numpy(), AVERSION, np.array([weights[run[1:]] for run in values.index]))
    tall = pd.DataFrame(found, index=values.index, columns=pd.Index(AVERSION, name="aversion")).stack().rename("value").reset_index()
    found = [over_runs(paired(tall, arm, first, ["aversion", *KEYS]), ["aversion"]).assign(arm=arm) for arm in others]
    columns = ["arm", "aversion", "mean", "low", "high", "runs"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def says(frame, labels=None):
    """One sentence: the first arm's gain at no aversion and at the aversion measured."""
    if frame.empty:
        return say("What it says: one scenario only; there is nothing to compare it with.")
    part = frame[frame["arm"] == frame["arm"].iat[0]].set_index("aversion")
    plain, averse = part.loc[0.0], part.loc[10.95]
    digits = decimals([plain["mean"], averse["mean"]], least=4)
    ends = [between(row["low"], row["high"], lambda value: small(value, digits, signed)) for row in (plain, averse)]
    return say(
        "What it says: under {arm} the gain is {plain} points when only the mean counts (95 % of runs {one}) and {averse} at an "
        "aversion of {e} ({two}).",
        arm=label(frame["arm"].iat[0], labels), plain=small(plain["mean"], digits, signed), one=ends[0],
        averse=small(averse["mean"], digits, signed), e=number(10.95), two=ends[1],
    )


def draw(tables, comparator=None, labels=None):
    """One line with its band per arm, marks at the usual aversions."""
    frame = data(tables, comparator)
    first, looks = style.beside(frame, tables["outcomes"], comparator)
    figure, axes = style.new(width=9.5, height=5.2)
    axis = axes[0, 0]
    for arm, line in frame.groupby("arm", sort=False):
        band(axis, line["aversion"], line, looks[arm], len(looks))
        marked = line[line["aversion"].isin(AVERSIONS)]
        axis.plot(marked["aversion"], marked["mean"], looks[arm].marker, color=looks[arm].colour, markersize=5)
    axis.axhline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.set_xlim(0, AVERSION[-1])
    axis.set_xticks(AVERSIONS, [number(e, 0 if e % 1 == 0 else 2) for e in AVERSIONS])
    axis.set_xlabel(say("Aversion to inequality (Atkinson's parameter)"))
    axis.set_ylabel(say("Change in the equivalent (points, 0-10)"))
    lines = [style.line(look, label(arm, labels)) for arm, look in looks.items() if arm != first]
    return style.finish(figure, say(TITLE), say(HOW, first=label(first, labels)), says(frame, labels), frame, lines)
