"""One small area to step through: its model, who is drawn where, and what is charted."""

import json

import numpy as np

from sim import runs
from sim.model import HyteModel
from sim.residents import Group

__all__ = ["Area", "load", "read", "written"]

AT_RISK = sum(group.value for group in Group)
SPREAD, ROUNDS = 0.9, 60  # of networkx.spring_layout: distance between contacts, in units of 1 / sqrt(n), and iterations


def load(name, where=None, area=1, residents=300, seed=None):
    """The scenario cut down to one municipality. ValueError if the place is several, or has no such area."""
    scenario = runs.load(name)
    place = where or _smallest(scenario)
    found = runs.load(name, {key: value for key, value in {
        "population.places": [place], "population.residents": residents, "runs.seed": seed}.items() if value is not None})
    if len(found.population.places) > 1:
        raise ValueError(f"--where {place}: {len(found.population.places)} municipalities; name one")
    return found


def _smallest(scenario):
    from scenarios import tables

    known = tables.municipalities()
    return min(scenario.population.places, key=lambda code: known[code].population[2016])


def written(asked):
    """What was asked as a text that `read` reads, for the process that draws."""
    return json.dumps(asked)


def read(text):
    """(scenario, area number from 1) of a text by `written`."""
    asked = json.loads(text)
    return load(**asked), asked["area"]


class Area(HyteModel):
    """A model whose burn-in is over, with one area in view; Mesa's page steps it and makes it anew with its sliders.

    scenario: of `load`; area: number from 1; draw: 0 for central values; replicate: of chance.
    """

    def __init__(self, scenario, area=1, draw=0, replicate=0):
        super().__init__(scenario, draw, replicate)
        here = next(iter(self.municipalities))
        self.number = min(area, len(self.area_agents)) - 1
        self.title = f"{here.name}, area {self.number + 1} of {len(self.area_agents)}"
        self.series, self.places = [], {}
        self.run(self.burn_in)
        self._settle()
        self._note()

    def step(self):
        """A month; the last one of the scenario ends it."""
        super().step()
        if self.measured:
            self._note()
        self.running = self.month < self.last_month

    @property
    def here(self):
        """Rows of the residents alive in the area in view. int64 (n,)."""
        people = self.people
        return np.flatnonzero((people["alive"] == 1) & (people["area"] == self.number))

    def ties(self):
        """Rows at both ends of every tie within the area, each tie once. int64 (ties, 2)."""
        rows, inside = self.here, np.zeros(len(self.people), bool)
        inside[rows] = True
        ends = [(i, int(j)) for i in rows.tolist() for j in self.network.contacts(i) if inside[j] and i < j]
        return np.array(ends, np.int64).reshape(-1, 2)

    def seats(self):
        """Where each resident of the area is drawn, float (n, 2); whoever comes later stands between their contacts."""
        ids = self.people["id"]
        for i in self.here.tolist():
            if int(ids[i]) not in self.places:
                known = [self.places[int(ids[j])] for j in self.network.contacts(i) if int(ids[j]) in self.places]
                self.places[int(ids[i])] = np.mean(known, 0) if known else np.zeros(2)
        return np.array([self.places[int(ids[i])] for i in self.here]).reshape(-1, 2)

    def _settle(self):
        """Seats by the network of the first month: contacts near each other."""
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(self.here.tolist())
        graph.add_edges_from(self.ties().tolist())
        k = SPREAD / max(1.0, np.sqrt(len(graph)))
        found = networkx.spring_layout(graph, k=k, iterations=ROUNDS, seed=1)
        self.places = {int(self.people["id"][i]): np.asarray(seat) for i, seat in found.items()}

    def _note(self):
        """This month's row of the charts: means of the area's residents."""
        people = self.people[self.here]
        risk = (people["groups"] & AT_RISK) != 0
        clients = (people["programme"] != 0) | (people["manager"] != 0)
        self.series.append({
            "date": self.date, "at_risk": _mean(people["wellbeing"][risk]), "others": _mean(people["wellbeing"][~risk]),
            "clients": int(clients.sum()), "waiting": int((people["waiting"] > 0).sum()),
        })


def _mean(values):
    return float(values.mean()) if len(values) else np.nan
