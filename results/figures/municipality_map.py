"""A map of municipalities: what an arm changes where, as a grid of tiles or on the user's own boundaries."""

import json
import math

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

from results.figures import FigureError, style
from results.figures._series import over_runs
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import decimals, label, number, signed, small

NEEDS = ("outcomes", "places",)
PAIRED = True
TITLE = word("Where: change in mean wellbeing by municipality")
HOW = word(
    "How to read: one tile per municipality, placed as near to where it lies as a tile can be. Blue is a higher mean score than "
    "under {first} in the last December, orange a lower one; the stronger, the more. Municipalities with few simulated residents "
    "vary by chance."
)
HOW_MAP = word(
    "How to read: municipalities by their boundaries. Blue is a higher mean score than under {first} in the last December, "
    "orange a lower one; grey has no residents in this run. Municipalities with few simulated residents vary by chance."
)
COLOURS = LinearSegmentedColormap.from_list("change", ["#D55E00", "#f7f7f7", "#0072B2"])
CODES = ("NATCODE", "natcode", "kunta", "code", "KUNTANRO", "nationalCode", "id")
NAMED = 12  # municipalities; more names would cover each other
LEAST_SHAPE = 0.55  # width of a map over its height
NAMES = ("NAMEFIN", "namefin", "nimi", "name", "NIMI")


def data(tables, comparator=None, arm=None):
    """Change of mean wellbeing [EUROHIS points] by municipality in the last December for one arm (by default the first that is
    not the comparator), mean and 95 % interval over paired runs, with its code, tile (row, column) and coordinates.
    """
    outcomes = tables["outcomes"]
    first, *others = style.arms(outcomes, comparator)
    arm = arm or others[0]
    rows = outcomes[(outcomes["stratum_kind"] == "municipality") & (outcomes["outcome"] == "wellbeing")]
    if rows.empty:
        raise FigureError(say("no municipality has enough residents, or the run has no December"))
    rows = rows[rows["month"] == rows["month"].max()]
    change = over_runs(paired(rows, arm, first, ["stratum", *KEYS]), ["stratum"])
    frame = change.rename(columns={"stratum": "name"}).astype({"name": str}).assign(arm=arm)
    places = tables["places"].astype({"name": str, "code": str})
    frame = frame.merge(places[["name", "code", "longitude", "latitude"]], on="name")
    frame["row"], frame["column"] = tiles(frame["longitude"].to_numpy(float), frame["latitude"].to_numpy(float))
    return frame.sort_values("code").reset_index(drop=True)


def tiles(longitude, latitude):
    """Row (from the north) and column of a tile for each place: arrays of whole numbers, no two alike.

    Places are first spread half by rank, which thins crowded corners, then each is given a cell of a grid so that the
    sum of squared moves is smallest (an assignment problem).
    """
    width, height, across, down = spread_out(longitude, latitude, np.ones(len(longitude)))
    return grid(np.column_stack([down, across]), height, width)


def spread_out(longitude, latitude, room):
    """Width and height of a grid of tiles, and the wanted column and row of each place; `room`: how many tiles each needs."""
    x, y = longitude * math.cos(math.radians(float(np.mean(latitude)))), -np.asarray(latitude, float)
    n = float(np.sum(room))
    width = math.ceil(math.sqrt(n * 1.5 * _aspect(x, y)))
    height = math.ceil(n * 1.5 / width)
    return width, height, _spread(x, width, room), _spread(y, height, room)


def grid(wanted, height, width):
    """A tile of a grid for each wanted (row, column), no two alike, the sum of squared moves smallest: rows and columns from 0."""
    from scipy.optimize import linear_sum_assignment

    cells = np.array([(row, column) for row in range(height) for column in range(width)], float)
    cost = ((wanted[:, None, :] - cells[None, :, :]) ** 2).sum(2)
    _, chosen = linear_sum_assignment(cost)
    rows, columns = cells[chosen].astype(int).T
    return rows - rows.min(), columns - columns.min()


def _aspect(x, y):
    """Width over height of where the places lie, within reason."""
    wide, high = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    return float(np.clip(wide / high, 0.4, 2.5))


def _spread(values, size, room):
    """Positions 0..size-1: halfway between where a value lies and its rank, in which each takes the room it needs."""
    values, room = np.asarray(values, float), np.asarray(room, float)
    order = values.argsort(kind="stable")
    middle = np.empty(len(values))
    middle[order] = np.cumsum(room[order]) - 0.5 * (room[order] + room[order[0]])
    rank = middle / (middle.max() or 1.0)
    place = (values - values.min()) / (np.ptp(values) or 1.0)
    return (0.5 * rank + 0.5 * place) * (size - 1)


def says(frame, labels=None):
    """One sentence: how many municipalities rise, and where most."""
    digits = decimals([frame["mean"].abs().max()], least=3)
    top = frame.loc[frame["mean"].idxmax()]
    return say(
        "What it says: under {arm} mean wellbeing is higher in {up} of {all} municipalities; most in {name} ({change} points).",
        arm=label(frame["arm"].iat[0], labels), up=number((frame["mean"] > 0).sum(), 0), all=number(len(frame), 0), name=top["name"],
        change=small(top["mean"], digits, signed),
    )


def draw(tables, comparator=None, labels=None, arm=None, boundaries=None):
    """Tiles with names and changes; with `boundaries` (a GeoJSON file of municipalities) a map."""
    return over(data(tables, comparator, arm), style.arms(tables["outcomes"], comparator)[0], labels, boundaries)


def over(frame, comparator, labels=None, boundaries=None):
    """The same figure from its own numbers (`data`)."""
    first = label(comparator, labels)
    colours = Colours(frame["mean"])
    if boundaries:
        figure, axis = _map(frame, boundaries, colours)
    else:
        figure, axis = _tiles(frame, colours)
    colour_bar(figure, axis, colours)
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW_MAP if boundaries else HOW, first=first), says(frame, labels), frame)


def colour_bar(figure, axis, colours):
    """What the colours of a map mean, beside it."""
    bar = figure.colorbar(colours.scale(), ax=axis, orientation="vertical", shrink=0.6, fraction=0.04, pad=0.02)
    bar.set_label(say("Change in mean wellbeing (EUROHIS-QOL-8 points)"))
    bar.outline.set_visible(False)


class Colours:
    """Colour and ink of a change: white at zero, full at the largest change either way."""

    def __init__(self, values):
        top = float(np.nanmax(np.abs(values))) or 1e-6
        self.norm, self.values = TwoSlopeNorm(0.0, -top, top), values

    def of(self, value):
        return COLOURS(self.norm(value))

    def ink(self, value):
        red, green, blue, _ = self.of(value)
        return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else "white"

    def scale(self):
        from matplotlib.cm import ScalarMappable

        return ScalarMappable(self.norm, COLOURS)


def _tiles(frame, colours):
    columns, rows = frame["column"].max() + 1, frame["row"].max() + 1
    many = columns > 13
    size = 9.0 / columns  # inches a tile is wide
    figure, axes = style.new(width=10.5, height=1.7 + rows * (size if many else max(0.45, min(size, 0.62))))
    axis = axes[0, 0]
    digits = decimals([frame["mean"].abs().max()], least=3)
    for _, row in frame.iterrows():
        x, y, value = row["column"], row["row"], row["mean"]
        axis.add_patch(style.Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=colours.of(value), edgecolor="#999999", linewidth=0.5))
        ink = colours.ink(value)
        fits = int(13 * size)
        short = row["name"] if len(row["name"]) <= fits else row["name"][: fits - 1] + "."
        text = row["name"][:4] if many else f"{short}\n{signed(value, digits)}"
        axis.text(x, y, text, ha="center", va="center", size=6.0 if many else 7.2, color=ink)
    axis.set_xlim(-0.6, columns - 0.4)
    axis.set_ylim(rows - 0.4, -0.6)
    axis.set_aspect("equal" if many else "auto")
    axis.set_axis_off()
    return figure, axis


def _map(frame, boundaries, colours):
    found = frame.set_index("code")["mean"].to_dict() | frame.set_index("name")["mean"].to_dict()
    titles = dict(zip(frame["code"], frame["name"], strict=True)) | {name: name for name in frame["name"]}
    shapes, values, names = [], [], []
    for codes, rings in polygons(boundaries):
        value = next((found[code] for code in codes if code in found), None)
        shapes += rings
        values += [value] * len(rings)
        if value is not None:
            name = next(titles[code] for code in codes if code in titles)
            names.append((name, colours.ink(value), max(rings, key=lambda ring: np.ptp(ring[:, 0]) * np.ptp(ring[:, 1]))))
    if not names:
        raise ValueError(f"{boundaries} has none of the run's municipalities: a property {', '.join(CODES[:-1])} with the number of the "
                         f"municipality ({frame['code'].iat[0]}) or one of {', '.join(NAMES)} with its name is needed")
    low, high, squeeze = _window(np.concatenate([ring for ring, value in zip(shapes, values, strict=True) if value is not None]))
    width, height = high - low
    figure, axes = style.new(width=8.0, height=min(11.0, 1.6 + 5.8 * height * squeeze / width))
    axis = axes[0, 0]
    faces = ["#dddddd" if value is None else colours.of(value) for value in values]
    axis.add_collection(PolyCollection(shapes, facecolors=faces, edgecolors="#888888", linewidths=0.25))
    for name, ink, ring in names if len(names) <= NAMED else ():
        place = (ring.min(axis=0) + ring.max(axis=0)) / 2
        axis.text(*place, name, ha="center", va="center", size=7.2, color=ink, clip_on=True)
    axis.set_xlim(low[0], high[0])
    axis.set_ylim(low[1], high[1])
    axis.set_aspect(squeeze)
    axis.set_axis_off()
    return figure, axis


def _window(points):
    """Lower left and upper right corner around the run's municipalities with some of their neighbours; height of a unit over its width."""
    low, high = points.min(axis=0), points.max(axis=0)
    degrees = np.abs(points).max() <= 360
    squeeze = 1 / math.cos(math.radians(float(low[1] + high[1]) / 2)) if degrees else 1.0
    air = 0.06 * max(high - low)
    wide = np.array([air * squeeze, air])
    low, high = low - wide, high + wide
    missing = max(0.0, LEAST_SHAPE * (high[1] - low[1]) * squeeze - (high[0] - low[0])) / 2
    return low - np.array([missing, 0.0]), high + np.array([missing, 0.0]), squeeze


def polygons(path):
    """Municipalities of a GeoJSON file: (its codes and names, rings as arrays of shape (points, 2)) each.

    The code is the first of the usual properties (NATCODE, kunta, ...) that is there: a mere number of the feature, last among them, must
    not stand for another municipality. The name comes last. ValueError says what is missing.
    """
    with open(path, encoding="utf-8") as file:
        try:
            found = json.load(file)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} is no GeoJSON: {error}") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not features:
        raise ValueError(f"{path} has no features: a GeoJSON FeatureCollection of municipalities is needed")
    out = []
    for feature in features:
        properties = {**(feature.get("properties") or {}), "id": feature.get("id")}
        codes = [str(properties[key]) for key in CODES if properties.get(key) is not None][:1]
        codes = [code.zfill(3) if code.isdigit() else code for code in codes]
        codes += [str(properties[key]) for key in NAMES if properties.get(key) is not None][:1]
        shape = feature.get("geometry") or {}
        parts = {"Polygon": [shape.get("coordinates")], "MultiPolygon": shape.get("coordinates")}.get(shape.get("type"), [])
        out.append((codes, [np.asarray(part[0], float)[:, :2] for part in parts]))
    return out

