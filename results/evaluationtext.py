"""The plain sentence of a virtual evaluation, and what its reader should be careful of."""

import math

from results.evaluation import DESIGNS, FEW_CLUSTERS, POWER
from results.suppress import LEAST
from results.words import decimals, share, signed, small

__all__ = ["cautions", "rounded", "sentence", "unsaid"]

DIGITS = 2  # significant digits of a sample to ask for
FAR = 100  # times the persons there are: a sample that needs no number
NEXT_TO_NOTHING = 1e-6  # of any outcome's unit: as good as no effect


def rounded(number):
    """A large number with two significant digits: 41,000."""
    if not math.isfinite(number) or number == 0:
        return "–"
    return f"{round(number, DIGITS - 1 - math.floor(math.log10(abs(number)))):,.0f}"


def sentence(summary, unit, there=math.inf):
    """What a study would have found, what was true, how often it would have seen it, and how many it would have taken.

    summary: of `results.evaluation.summarise`, with design; unit: of the outcome; there: real persons who could be asked.
    """
    row = summary.iloc[0]
    digits = decimals([row["truth"], row["mean"], row["high"] - row["low"]])
    truth, mean, low, high = (small(row[name], digits, signed) for name in ("truth", "mean", "low", "high"))
    truth = truth if row["truth"] == 0.0 or abs(row["truth"]) > NEXT_TO_NOTHING else "next to nothing"
    whom = f"A study of {row['asked']:,.0f} ({DESIGNS[row['design']]}"
    whom += f", {share(row['response'])} answered)" if row["design"] != "its" else ", registers)"
    if row["estimated"] == 0:
        return f"{whom} would have found nothing: no effect could be estimated. The truth was {truth} {unit}."
    found = f"{whom} would have found {mean} {unit} (95 % of studies: {low} to {high}); the truth was {truth}."
    return f"{found} {_seen(row, there)}"


def _seen(row, there):
    hits = round((row["detected"] if row["truth"] else row["rejected"]) * row["studies"])
    if not row["truth"]:
        return f"There was nothing to detect, and it would have claimed an effect in {hits} of {row['studies']} studies."
    seen = f"It would have detected it in {hits} of {row['studies']} studies"
    if row["opposite"]:
        seen += f" and found the opposite in {round(row['opposite'] * row['studies'])}"
    if math.isinf(row["needed"]):
        return f"{seen}; with these municipalities no number of persons would give {share(POWER)} power, for they differ too much."
    if row["needed"] > FAR * there:
        return f"{seen}; far more persons would be needed for {share(POWER)} power than the {there:,.0f} there are."
    more = f", more than the {there:,.0f} there are" if row["needed"] > there else ""
    return f"{seen}; about {rounded(row['needed'])} persons would be needed for {share(POWER)} power{more}."


def unsaid(simulated):
    """Why a study's figures are not told, or an empty text: fewer than five simulated persons stand on a side (`results.suppress`).

    simulated: {side: simulated persons, mean of worlds}; a side without any has no figures.
    """
    few = [f"{number:g} simulated persons are {side}" for side, number in simulated.items() if 0 < number < LEAST]
    return f"{few[0]} (mean of the worlds), and figures of fewer than {LEAST} are not told; simulate more (--residents)" if few else ""


def cautions(summary, by_place, simulated):
    """What whoever reads these numbers should know, list of sentences.

    summary: as for `sentence`; by_place: whether treated and controls live in different municipalities; simulated: fewest simulated
    persons on a side.
    """
    row, told = summary.iloc[0], []
    if row["estimated"] < row["studies"]:
        told.append(f"Nothing could be estimated in {row['studies'] - row['estimated']:.0f} of {row['studies']:.0f} studies: too few "
                    "answered, all answered alike, or the series is too short. They count as having found nothing.")
    if by_place and row["design"] != "its":
        told += _places(row)
    if row["design"] == "its":
        told.append("Newey-West errors of a short series are too small: without any effect, one is claimed in more than 5 of 100 studies.")
    if simulated < row["asked"] / 2:
        told.append(f"The smaller side is drawn from {simulated:,} simulated persons, each standing for several real ones: chance "
                    "differences between them look like bias, and intervals hold the truth too rarely. Simulate more (--residents).")
    if row["worlds"] == 1:
        told.append("One simulated world: its chance differences between places and persons count as bias. More --draws or "
                    "--replicates tell them apart.")
    return told


def _places(row):
    if row["clusters"] == 0:
        return ["One municipality on a side: the errors are those of independent persons and know nothing of what sets municipalities "
                "apart, so they are too small."]
    if row["clusters"] < FEW_CLUSTERS:
        return [f"Few clusters: {row['clusters']} municipalities, {row['fewest']} on the smaller side. Cluster-robust errors are too "
                f"small with fewer than about {FEW_CLUSTERS}, even with the t distribution of {row['clusters'] - 1} degrees of freedom "
                "that is used here."]
    return []
