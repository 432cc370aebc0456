"""What one round of social reporting sees: indicators with intervals, and the need of each segment in each municipality."""

import zlib

import numpy as np
from scipy.special import ndtri

from results.estimate import Estimate, interval, weighted_mean
from sim.indicators import HIDDEN, INDICATORS, hidden_need, registered_need, reports
from sim.intervention import members
from sim.residents import Group
from sim.rules.draws import address, uniforms
from sim.survey import Design, ask

SOURCES = ("none", "register", "survey", "survey_practitioners")  # each sees what the one before it sees, and more
POPULATIONS = ("all", "any", "none")  # everyone, those in any at-risk group, those in none
COUNT, NEED, ANSWERS = 80, 81, 82  # what an added error is on: a register's count, a register's figure, a survey's
TINY = 1e-12
FLOOR = 0.1  # standard deviation of one person's hidden need that is assumed at least, where all answers happen to agree


class Observer:
    """One round's view of the residents of a reporting's municipalities, as far as its sources see.

    reporting: the SocialReporting that asks; key: this month's address of its survey. Reads the model and changes nothing.
    """

    def __init__(self, reporting, key):
        self.reporting, self.model, self.key, self.places = reporting, reporting.model, key, reporting.places
        m, settings = self.model, reporting.settings
        self.factor = reporting.value("error")
        self.relative = m.values["reporting.register_error"] * self.factor
        self.years = (m.month - m.people["birth_month"]) // 12
        local = np.isin(m.people["municipality"], [p.index for p in self.places])
        self.here = (m.people["alive"] == 1) & (self.years >= settings.age_min) & local
        self.frame = self._survey() if reporting.sees >= 2 else None
        self.told = reports(m, self.here, key, reporting.value("reported"), settings.contact_months) if reporting.sees >= 3 else None

    def _survey(self):
        """This round's answers; each municipality asks as many, or the county asks by residents."""
        settings = self.reporting.settings
        number = max(1, round(self.reporting.value("sample")))
        codes = tuple(p.code for p in self.places)
        size, allocation = (number, "each") if settings.runs == "municipality" else (number * len(codes), "proportional")
        return ask(self.model, Design(size=size, allocation=allocation, places=codes, age_min=settings.age_min), key=self.key)

    def asked(self, place):
        """Real persons of a municipality who were asked."""
        return self.frame.attrs["asked_by"].get(place.name, 0) if self.frame is not None else 0

    def answered(self, place):
        """Real persons of a municipality who answered."""
        return int((self.frame["municipality"] == place.name).sum()) if self.frame is not None else 0

    def reported(self, place):
        """Real persons of a municipality on whom practitioners reported."""
        return int((self.model.people["municipality"][self.told[1]] == place.index).sum()) if self.told is not None else 0

    def rows(self):
        """Rows of the table `indicators`: each indicator of each municipality and population as each source has it."""
        m, v, frame, told = self.model, self.model.values, self.frame, self.told
        people = m.people[self.here]
        truths = {name: np.asarray(i.truth(people, self.years[self.here], v), float) for name, i in INDICATORS.items()}
        answers = {} if frame is None else {
            name: np.asarray(i.answer(frame, v), float) for name, i in INDICATORS.items() if i.answer is not None}
        risk = self._risk(people["groups"])
        asked = None if frame is None else self._risk(frame[[g.name for g in Group]].to_numpy().any(1))
        seen = None if told is None else self._risk(m.people["groups"][told[1]])
        weight = None if frame is None else frame["weight"].to_numpy()
        town = None if frame is None else frame["municipality"].to_numpy()
        rows = []
        for place in self.places:
            local = people["municipality"] == place.index
            answered = None if frame is None else town == place.name
            met = None if told is None else m.people["municipality"][told[1]] == place.index
            for population in POPULATIONS:
                mine = local & risk[population]
                for name, indicator in INDICATORS.items():
                    true = truths[name][mine]
                    number = np.isfinite(true).sum()
                    if not number:
                        continue
                    found = []
                    if indicator.answer is None:
                        found.append(("register", self._registered(name, population, place, np.nanmean(true), number)))
                    elif frame is not None:
                        who = answered & asked[population]
                        found.append(("survey", self._wider(weighted_mean(answers[name][who], weight[who]),
                                                            indicator, name, population, place)))
                    if indicator.seen and told is not None:
                        found.append(("practitioners", weighted_mean(told[0][name][met & seen[population]])))
                    rows += [self._row(place, name, indicator, population, source, np.nanmean(true), e) for source, e in found if e.n]
        return rows

    def _row(self, place, name, indicator, population, source, true, estimate):
        low, high = interval(estimate, share=indicator.share)
        return {"month": self.model.measured_month, "year": self.model.date.year, "place": place.name, "county": place.county.name,
                "dimension": indicator.dimension, "indicator": name, "population": population, "source": source, "true": float(true),
                "estimate": estimate.value, "low": low, "high": high, "n": estimate.n}

    @staticmethod
    def _risk(groups):
        inside = np.asarray(groups) > 0
        return {"all": np.ones(len(inside), bool), "any": inside, "none": ~inside}

    def _registered(self, name, population, place, true, number):
        """A register's figure: complete, but for what is missing or late in it."""
        error = true * self.relative
        z = self._normal(NEED, f"{name} {population}", [place])[0]
        return Estimate(float(np.clip(true + error * z, 0.0, 1.0)), error, round(number * self.model.weight[place.index]))

    def _wider(self, estimate, indicator, name, population, place):
        """A survey's figure with error added until it is `error` times its own."""
        if self.factor == 1.0 or not np.isfinite(estimate.error):
            return estimate
        z = self._normal(ANSWERS, f"{name} {population}", [place])[0]
        value = estimate.value + np.sqrt(self.factor**2 - 1.0) * estimate.error * z
        return Estimate(min(1.0, max(0.0, value)) if indicator.share else value, self.factor * estimate.error, estimate.n)

    def _normal(self, part, word, places):
        """Addressed normals of one figure, float (places,)."""
        k = address(np.uint64(self.key), part, zlib.crc32(word.encode()))
        return ndtri(uniforms(k, np.array([int(p.code) for p in places], np.int64)))

    def needs(self, blocks):
        """What is measured of each steered block's segment in each municipality.

        Returns (persons, need per head, relative error of registers, error of need), float arrays (blocks, places).
        """
        shape = (len(blocks), len(self.places))
        persons, need, error = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for b, block in enumerate(blocks):
            inside = self.here & members(self.model.people, block.segment, self.model.month)
            count, registered = self._registered_need(inside)
            persons[b] = np.maximum(0.0, count * (1.0 + self.relative * self._normal(COUNT, block.name, self.places)))
            known = np.maximum(0.0, registered * (1.0 + self.relative * self._normal(NEED, block.name, self.places)))
            need[b], error[b] = known, self.relative * registered
            if self.frame is not None:
                told_need, own_error = self._hidden_need(block, inside)
                part = len(HIDDEN) / (2.0 + len(HIDDEN))
                need[b] = (1.0 - part) * known + part * told_need
                error[b] = np.hypot((1.0 - part) * error[b], part * own_error)
        return persons, need, self.relative, error

    def _registered_need(self, inside):
        """Real persons of a segment in each municipality, and their mean registered need, float (places,) each."""
        people = self.model.people[inside]
        index = [p.index for p in self.places]
        number = np.bincount(people["municipality"], minlength=len(self.model.weight))[index]
        whole = np.bincount(people["municipality"], registered_need(people, self.model.values), len(self.model.weight))[index]
        return number * self.model.weight[index], whole / np.maximum(number, 1)

    def _hidden_need(self, block, inside):
        """Mean hidden need of a segment in each municipality as the survey (and practitioners) have it, drawn towards their mean.

        Each municipality's mean keeps the share tau^2 / (tau^2 + error^2) of its distance from the mean of all, tau = `spread` of
        that mean (Fay & Herriot 1979 with a given tau). Returns (need, error left), float (places,) each.
        """
        v, frame, told, factor = self.model.values, self.frame, self.told, self.factor
        ids = self.model.people["id"][inside]
        mine = np.isin(frame["person"].to_numpy(), ids)
        value, spread, size = self._by_place(hidden_need(frame, v)[mine], frame["municipality"].to_numpy()[mine],
                                             frame["weight"].to_numpy()[mine])
        precision = size / max(spread, FLOOR) ** 2
        total = value * precision
        if told is not None:
            row = np.isin(told[1], np.flatnonzero(inside))
            names = np.array([m.name for m in self.model.municipalities], object)
            flags = np.mean([told[0][name][row] for name in HIDDEN], axis=0) if row.any() else np.zeros(0)
            theirs, their_spread, number = self._by_place(flags, names[self.model.people["municipality"][told[1][row]]])
            their_error = np.sqrt(max(their_spread, FLOOR) ** 2 / np.maximum(number, 1) + self.reporting.value("doubt") ** 2)
            more = np.where(number > 0, 1.0 / their_error**2, 0.0)
            precision, total = precision + more, total + more * theirs
        error = factor / np.sqrt(np.maximum(precision, TINY))
        found = np.divide(total, precision, out=np.zeros(len(total)), where=precision > 0)
        mean = float(np.average(found, weights=precision)) if precision.sum() > 0 else 0.0
        found += np.sqrt(1.0 - 1.0 / factor**2) * error * self._normal(ANSWERS, block.name, self.places)
        between = (v["reporting.spread"] * mean) ** 2
        kept = between / (between + error**2)
        return np.where(precision > 0, mean + kept * (found - mean), mean), np.sqrt(kept) * error

    def _by_place(self, values, place, weights=None):
        """Means by municipality, the SD of one answer over all, and effective numbers of answers, float (places,)."""
        weights = np.ones(len(values)) if weights is None else weights
        mean, size = np.zeros(len(self.places)), np.zeros(len(self.places))
        for i, p in enumerate(self.places):
            w, y = weights[place == p.name], values[place == p.name]
            if len(y):
                mean[i], size[i] = np.average(y, weights=w), w.sum() ** 2 / (w**2).sum()
        return mean, float(np.std(values)) if len(values) else 0.0, size
