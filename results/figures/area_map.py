"""A map of the areas within municipalities as a grid of tiles: what an arm changes where."""

import numpy as np

from results.figures import FigureError, style
from results.figures._series import over_runs
from results.figures.municipality_map import Colours, colour_bar, grid, spread_out
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import decimals, label, number, signed, small

NEEDS = ("area_wellbeing", "areas")
PAIRED = True
TITLE = word("Where: change in mean wellbeing by area")
HOW = word(
    "How to read: one tile per area of a municipality (postal areas joined, or equal parts where no postal areas are known) with its "
    "number, the municipalities outlined and placed as near to where they lie as tiles can be; within them the place of an area means "
    "nothing. Blue is a higher mean score than under {first} in the last December, orange a lower one. Areas with few simulated "
    "residents vary by chance."
)
MOST = 500  # areas; more would be too small to see, and slow to place


def data(tables, comparator=None, arm=None):
    """Change of mean wellbeing [EUROHIS points] by area in the last December for one arm (by default the first that is not the
    comparator), mean and 95 % interval over paired runs, with its municipality and tile (row, column).
    """
    rows = tables["area_wellbeing"]
    first, *others = style.arms(rows, comparator)
    arm = arm or others[0]
    if arm not in others:
        raise FigureError(say("no area has enough residents, or the run has no December"))
    rows = rows[(rows["month"] == rows["month"].max()).to_numpy()].drop(columns="n").rename(columns={"mean": "value"})
    change = over_runs(paired(rows, arm, first, ["municipality", "area", *KEYS]).dropna(subset="value"), ["municipality", "area"])
    frame = change.astype({"municipality": str, "area": str}).assign(arm=arm)
    places = tables["areas"].astype({"municipality": str, "area": str}).groupby(["municipality", "area"])
    frame = frame.merge(places[["number", "longitude", "latitude"]].first().reset_index(), on=["municipality", "area"])
    if frame.empty:
        raise FigureError(say("no area has enough residents, or the run has no December"))
    if len(frame) > MOST:
        raise FigureError(say("more than {most} areas; choose fewer municipalities", most=number(MOST, 0)))
    frame = frame.sort_values(["municipality", "number"]).reset_index(drop=True)
    frame["row"], frame["column"] = tiles(frame["municipality"], frame["longitude"].to_numpy(float), frame["latitude"].to_numpy(float))
    return frame


def tiles(municipality, longitude, latitude):
    """Row and column of a tile for each area, no two alike: the areas of a municipality around its place, in one block as far as the
    neighbours allow.

    Places of municipalities are spread by rank, each taking as much room as it has areas; its areas stand in a spiral around its
    middle, and the assignment with the smallest sum of squared moves puts each on a tile of its own.
    """
    codes, start, size = np.unique(np.asarray(municipality, str), return_index=True, return_counts=True)
    place = {code: (longitude[i], latitude[i], n) for code, i, n in zip(codes, start, size, strict=True)}
    x, y, n = (np.array([place[code][k] for code in codes], float) for k in range(3))
    width, height, across, down = spread_out(x, y, n)
    wanted = np.empty((len(longitude), 2))
    for k, code in enumerate(codes):
        mine = np.flatnonzero(np.asarray(municipality, str) == code)
        ring = np.sqrt(np.arange(mine.size) / np.pi)  # of circles of equal area
        turn = np.arange(mine.size) * np.pi * (3 - np.sqrt(5))  # the golden angle fills a disc evenly
        wanted[mine, 0], wanted[mine, 1] = down[k] + ring * np.sin(turn), across[k] + ring * np.cos(turn)
    return grid(wanted, height, width)


def says(frame, labels=None):
    """One sentence: how many areas rise, and where most."""
    digits = decimals([frame["mean"].abs().max()], least=3)
    top = frame.loc[frame["mean"].idxmax()]
    return say(
        "What it says: under {arm} mean wellbeing is higher in {up} of {all} areas; most in {name} ({change} points).",
        arm=label(frame["arm"].iat[0], labels), up=number((frame["mean"] > 0).sum(), 0), all=number(len(frame), 0), name=top["area"],
        change=small(top["mean"], digits, signed),
    )


def draw(tables, comparator=None, labels=None, arm=None):
    """Tiles of areas with the outlines and names of their municipalities."""
    frame = data(tables, comparator, arm)
    first = label(style.arms(tables["area_wellbeing"], comparator)[0], labels)
    colours = Colours(frame["mean"])
    columns, rows = frame["column"].max() + 1, frame["row"].max() + 1
    size = min(9.0 / columns, 0.5)  # inches a tile is wide
    figure, axes = style.new(width=10.5, height=1.9 + max(rows, 4) * size)
    axis = axes[0, 0]
    for _, row in frame.iterrows():
        x, y = row["column"] - 0.5, row["row"] - 0.5
        axis.add_patch(style.Rectangle((x, y), 1, 1, facecolor=colours.of(row["mean"]), edgecolor="white", linewidth=0.6))
        if size > 0.25:
            text = {"ha": "center", "va": "center", "size": 7, "color": colours.ink(row["mean"])}
            axis.text(row["column"], row["row"] + 0.2, str(row["number"] + 1), **text)
    _outlines(axis, frame)
    _names(axis, frame, size)
    axis.set_xlim(-0.7, columns - 0.3)
    axis.set_ylim(rows - 0.3, -0.7)
    axis.set_aspect("equal")
    axis.set_axis_off()
    colour_bar(figure, axis, colours)
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW, first=first), says(frame, labels), frame)


def _outlines(axis, frame):
    """A line between tiles of different municipalities, and around all."""
    owner = {(row["row"], row["column"]): row["municipality"] for _, row in frame.iterrows()}
    for (row, column), mine in owner.items():
        for other, (x, y) in (
            ((row - 1, column), ((-0.5, 0.5), (-0.5, -0.5))), ((row + 1, column), ((-0.5, 0.5), (0.5, 0.5))),
            ((row, column - 1), ((-0.5, -0.5), (-0.5, 0.5))), ((row, column + 1), ((0.5, 0.5), (-0.5, 0.5))),
        ):
            if owner.get(other) != mine:
                axis.plot([column + a for a in x], [row + b for b in y], color="#333333", linewidth=1.1, solid_capstyle="round")


def _names(axis, frame, size):
    """The name of each municipality in the first tile of each of its blocks, shortened to the tiles that follow it in the row."""
    taken = {(row["row"], row["column"]): row["municipality"] for _, row in frame.iterrows()}
    means = frame.set_index(["row", "column"])["mean"]
    colours = Colours(frame["mean"])
    for row, column in _blocks(taken):
        name = taken[row, column]
        room = 1
        while taken.get((row, column + room)) == name:
            room += 1
        letters = max(3, int(room * size * 15))
        text = name if len(name) <= letters else name[: letters - 1] + "."
        ink = colours.ink(means[row, column])
        axis.text(column - 0.42, row - 0.2, text, ha="left", va="center", size=6.2, weight="bold", color=ink)


def _blocks(taken):
    """The first tile, row by row, of each block of tiles that hang together and have one owner."""
    seen = set()
    for cell in sorted(taken):
        if cell in seen:
            continue
        yield cell
        edge = [cell]
        while edge:
            row, column = edge.pop()
            seen.add((row, column))
            beside = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
            edge += [one for one in beside if one not in seen and taken.get(one) == taken[cell]]
