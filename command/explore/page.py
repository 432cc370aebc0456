"""The page that Solara shows: Mesa's SolaraViz over one area, with the contact network and two charts."""

import os

import numpy as np
import solara
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from command.explore import area
from results.figures.style import COLOURS

SCENARIO, NUMBER = area.read(os.environ["HYTESIM_EXPLORE"])
LINES = (("at_risk", "at-risk groups", COLOURS[2]), ("others", "others", COLOURS[0]))
COUNTS = (("clients", "in a programme or with a case manager", COLOURS[3]), ("waiting", "open requests", COLOURS[1]))


@solara.component
def Network(model):  # noqa: N802 - components of Solara are written like classes
    """Residents of the area and who knows whom: colour is wellbeing, a ring marks at-risk groups, a square a client."""
    update_counter.get()
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.subplots()
    seats, people = model.seats(), model.people[model.here]
    where = dict(zip(model.here.tolist(), seats, strict=True))
    ties = [(where[a], where[b]) for a, b in model.ties().tolist()]
    axes.add_collection(LineCollection(ties, colors="#bbbbbb", linewidths=0.4, zorder=1))
    risk = (people["groups"] & area.AT_RISK) != 0
    client = (people["programme"] != 0) | (people["manager"] != 0)
    for mine, mark, size in ((~client, "o", 34), (client, "s", 60)):
        dots = axes.scatter(*seats[mine].T, c=people["wellbeing"][mine], s=size, marker=mark, cmap="viridis", vmin=1, vmax=5, zorder=2,
                            edgecolors=np.where(risk[mine], COLOURS[2], "white"), linewidths=np.where(risk[mine], 1.6, 0.4))
    figure.colorbar(dots, ax=axes, shrink=0.6, label="wellbeing (EUROHIS-QOL-8, 1-5)")
    axes.set_axis_off()
    axes.set_title(f"{model.title}, {model.date:%Y-%m}: {len(people)} residents", loc="left", size=11)
    solara.FigureMatplotlib(figure, format="png")
    solara.Text("Ring: in an at-risk group. Square: in a programme or with a case manager. Lines: contacts within the area.")


def _chart(model, lines, title, low):
    update_counter.get()
    figure = Figure(figsize=(6.4, 2.7), layout="constrained")
    axes = figure.subplots()
    dates = [row["date"] for row in model.series]
    for key, text, colour in lines:
        axes.plot(dates, [row[key] for row in model.series], color=colour, marker="." if len(dates) < 3 else None, label=text)
    axes.set_title(title, loc="left", size=11)
    if low is not None:
        axes.set_ylim(bottom=low)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    axes.tick_params(axis="x", rotation=30, labelsize=8)
    solara.FigureMatplotlib(figure, format="png")


@solara.component
def Wellbeing(model):  # noqa: N802
    """Mean wellbeing of the area's residents in and out of at-risk groups."""
    _chart(model, LINES, "Mean wellbeing (1-5)", None)


@solara.component
def Services(model):  # noqa: N802
    """How many of the area are clients, and how many requests are open."""
    _chart(model, COUNTS, "Clients and open requests", 0)


@solara.component
def Page():  # noqa: N802
    """A model of one's own for every tab."""
    model = solara.use_memo(lambda: area.Area(SCENARIO, NUMBER), [])
    settings = {
        "scenario": SCENARIO, "area": NUMBER,
        "draw": Slider("Draw of the uncertain numbers (0: central)", 0, 0, 50, 1),
        "replicate": Slider("Replicate of chance", 0, 0, 50, 1),
    }
    SolaraViz(model, components=[(Network, 0), (Wellbeing, 0), (Services, 0)], model_params=settings, play_interval=400,
              name=SCENARIO.title.get("en", SCENARIO.id))
