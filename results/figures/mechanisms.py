"""What carried the effect: the part of each pathway, found by switching pathways off one at a time under the same chance."""

from results import mechanisms
from results.figures import FigureError, style
from results.figures._programme import COLOUR, dots, names_of_rows
from results.language import say, word
from results.words import decimals, label, share, signed, small

NEEDS = ("mechanisms",)
TITLE = word("What carried the effect")
HOW = word(
    "How to read: one row per pathway of the programme, the largest first: how much smaller the change in mean wellbeing of those in an "
    "at-risk group at the start is when this pathway alone is switched off and chance is the same. Interactions are what pathways do "
    "only together; what lies outside these pathways comes last. Lines: the middle 95 % of runs."
)
STRATUM, OUTCOME = "at_risk", "wellbeing"
LAST = ("interactions", "outside")


def data(tables, comparator=None, arm=None):
    """Change of mean wellbeing [EUROHIS points] by pathway of one arm (by default the first of the table): mean, low, high over runs,
    part (share of the full effect); the full effect first.
    """
    frame = mechanisms.decompose(tables["mechanisms"])
    frame = frame[(frame["stratum"] == STRATUM) & (frame["outcome"] == OUTCOME)].astype({"arm": str})
    arm = arm or next(iter(frame["arm"]), None)
    frame = frame[frame["arm"] == arm]
    if frame.empty:
        raise FigureError(say("the scenario has no programme of this kind"))
    rank = frame["pathway"].map({mechanisms.FULL: 0} | {name: 2 + place for place, name in enumerate(LAST)}).fillna(1)
    frame = frame.assign(rank=rank, size=-frame["mean"].abs()).sort_values(["rank", "size"], kind="stable")
    return frame.rename(columns={"share": "part"})[["arm", "pathway", "mean", "low", "high", "part", "runs"]].reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: the full effect and the two pathways that carried most of it."""
    whole, parts = frame.iloc[0], frame[~frame["pathway"].isin([mechanisms.FULL, *LAST])].head(2)
    digits = decimals([whole["mean"]], least=3)
    told = "; ".join(
        say("“{pathway}” carries {share}", pathway=say(mechanisms.LABELS[row["pathway"]]), share=share(row["part"]))
        for _, row in parts.iterrows()
    )
    return say(
        "What it says: {arm} changes the mean wellbeing of those in an at-risk group at the start by {change} points; {told}.",
        arm=label(whole["arm"], labels), change=small(whole["mean"], digits, signed), told=told,
    )


def draw(tables, comparator=None, labels=None, arm=None):
    """A dot with its interval per pathway, with its share of the full effect."""
    frame = data(tables, comparator, arm)
    figure, axes = style.new(width=9.5, height=2.0 + 0.34 * len(frame))
    axis = axes[0, 0]
    for place, (_, row) in enumerate(frame.iterrows()):
        dots(axis, place, row, COLOUR, filled=row["pathway"] == mechanisms.FULL)
        axis.annotate(share(row["part"]), (1.01, place), xycoords=axis.get_yaxis_transform(), va="center", size=8.5)
    names_of_rows(axis, [say(mechanisms.LABELS[name]) for name in frame["pathway"]])
    axis.axvline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.set_xlabel(say("Change in mean wellbeing (EUROHIS-QOL-8 points); right: share of the full effect"))
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW), says(frame, labels), frame)
