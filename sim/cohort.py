"""The cohort that an evaluator of an innovation would follow: who was meant when it began, and a sample of them that answers."""

import numpy as np

from sim.intervention import members
from sim.rules.draws import uniforms

ITEMS = 8  # of the EUROHIS-QOL-8


def answers(wellbeing, item_noise, key, ids):
    """Scores as a survey finds them: wellbeing plus the noise of the mean of eight items [EUROHIS points]."""
    from scipy.special import ndtri

    return wellbeing + item_noise / np.sqrt(ITEMS) * ndtri(uniforms(key, ids))


class Cohort:
    """Residents of a segment as they were when an innovation began, found again by id in later months."""

    def __init__(self, people, segment, month, respondents, keys, item_noise):
        """respondents: asked in each municipality, at most; keys: addresses of (who is asked, the noise of what they say)."""
        found = np.flatnonzero(members(people, segment, month))
        found = found[np.argsort(people["id"][found], kind="stable")]
        self.id = people["id"][found].copy()
        self.place = people["municipality"][found].astype(np.int64)
        self.wellbeing = people["wellbeing"][found].astype(float)
        self.asked = self._lottery(uniforms(keys[0], self.id), respondents)
        self.answer = answers(self.wellbeing, item_noise, keys[1], self.id)
        self.item_noise = item_noise

    def _lottery(self, u, respondents):
        """The lowest of u in each municipality are asked."""
        order = np.lexsort((u, self.place))
        place = self.place[order]
        first = np.searchsorted(place, place)  # where one's municipality begins
        asked = np.zeros(len(u), bool)
        asked[order] = np.arange(len(u)) - first < respondents
        return asked

    def follow_up(self, people, key, places):
        """How the members have changed since: {column: float (places,)}, of those alive and in the same municipality.

        members, change: all of them, their mean change of wellbeing; respondents, seen, seen_sd: those asked, mean and
        standard deviation of the change of their answers [EUROHIS points]; not-a-number where there are too few.
        """
        _, mine, row = np.intersect1d(self.id, people["id"], assume_unique=True, return_indices=True)
        here = (people["alive"][row] == 1) & (people["municipality"][row] == self.place[mine])
        mine, row = mine[here], row[here]
        place, asked = self.place[mine], self.asked[mine]
        now = people["wellbeing"][row].astype(float)
        number, change, _ = moments(place, now - self.wellbeing[mine], places)
        said = answers(now, self.item_noise, key, self.id[mine]) - self.answer[mine]
        respondents, seen, spread = moments(place[asked], said[asked], places)
        return {"members": number, "change": change, "respondents": respondents, "seen": seen, "seen_sd": spread}


def moments(place, values, places):
    """Number, mean and standard deviation (n - 1) of values by place, float (places,) each."""
    n = np.bincount(place, minlength=places).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(place, values, minlength=places) / n
        square = np.bincount(place, (values - mean[place]) ** 2, minlength=places)
        return n, mean, np.sqrt(np.where(n > 1, square / (n - 1.0), np.nan))
