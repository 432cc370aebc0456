"""Watch one resident through a run: their months, and what happened to them, read between the verbs of the month.

Nothing in the world is changed: after each verb (the turn of the year, each intervention, living, being served) the resident's
row is set beside the row as it was, and the differences say what happened.
"""

import functools
from itertools import combinations

import numpy as np
import pandas as pd

from sim.residents import SERVICES, Care, Group, Sex, Status, Urbanity

MONTHS = ("month", "date", "age", "place", "activity", "groups", "wellbeing", "strain", "distress", "health", "inclusion", "empowerment",
          "trust", "income", "recall", "assistance", "work_support", "contacts", "open_requests", "longest_wait", "programme", "manager")
EVENTS = ("month", "date", "event", "subject", "value")
LENT = ("dose_relief", "dose_inclusion", "dose_empowerment", "work_support", "cohesion")
SEATS = ("programme", "manager")  # columns that hold the code of an intervention of which one is a client


def listen(agent, verb, heard):
    """Call `heard()` whenever the agent has done `verb`; the agent's own method is called as before."""
    plain = getattr(agent, verb)

    @functools.wraps(plain)
    def done(*arguments):
        answer = plain(*arguments)
        heard()
        return answer

    setattr(agent, verb, done)


class Watch:
    """One resident of a model that has not been stepped yet; `run()` steps it to its end. `months` and `events` are frames then.

    months: a row per measured month in which the resident is here, at its end (columns MONTHS; wellbeing [EUROHIS-QOL-8 score],
    strain, health, inclusion, empowerment, trust, recall, assistance [index 0-1], distress that is felt [SD units], income
    [EUR2018 per month, equivalised], work_support [log ratio], contacts, longest_wait [months]). events: columns EVENTS; `subject` is
    a service, intervention, main activity, group or place, `value` what docs/follow.md says of each event.
    """

    def __init__(self, model, resident):
        self.model, self.resident = model, resident
        self.names = {i.code: i.name for i in model.interventions}
        self.lengths = {i.code: self._length(i) for i in model.interventions}
        self._months, self._events = [], []
        self._sorted, self._at, self._row, self._contacts = None, None, None, 0
        self._row = self._now()
        listen(next(iter(model.counties)), "decide", self._year)
        for intervention in model.interventions:
            listen(intervention, "act", functools.partial(self._acted, intervention))
        listen(model, "residents_live", self._lived)
        listen(model, "services_serve", self._served)

    @staticmethod
    def _length(intervention):
        record = getattr(intervention, "record", None)
        return int(record["months"][0]) if record is not None and "months" in record.dtype.names else 0

    def run(self):
        """Step the model to the end of its scenario, watching. Returns itself."""
        while self.model.month < self.model.last_month:
            self.model.step()
            self._closed()
        return self

    @property
    def seen(self):
        """Whether the resident was ever here in a measured month."""
        return bool(self._months)

    @property
    def months(self):
        """The measured months, one row each."""
        return pd.DataFrame(self._months, columns=list(MONTHS))

    @property
    def events(self):
        """What happened in measured months, in order."""
        return pd.DataFrame(self._events, columns=list(EVENTS))

    # --- reading ------------------------------------------------------------------------------------------------

    def _now(self):
        """A copy of the resident's row; None before they come and after the January that follows their death."""
        if self._sorted is not self.model.bounds:  # rows have been sorted anew
            self._sorted = self.model.bounds
            found = np.flatnonzero(self.model.people["id"] == self.resident)
            self._at = int(found[0]) if len(found) else None
        return None if self._at is None else self.model.people[self._at].copy()

    def _look(self, tell):
        """Set the row beside the last one and note what `tell(before, after)` yields."""
        before, after = self._row, self._now()
        self._row = after
        if after is None or before is None:
            if after is not None:
                self._note("came", self._place(after))
            return
        for event, subject, value in tell(before, after):
            self._note(event, subject, value)

    def _note(self, event, subject="", value=0.0):
        if self.model.measured:
            self._events.append((self.model.measured_month, str(self.model.date), event, subject, float(value)))

    def _place(self, row):
        return self.model.municipalities[int(row["municipality"])].name

    # --- the verbs ----------------------------------------------------------------------------------------------

    def _year(self):
        self._contacts = 0
        self._look(self._over_the_year)

    def _over_the_year(self, before, after):
        if before["municipality"] != after["municipality"]:
            yield "moved", self._place(after), 0
        elif before["area"] != after["area"]:
            yield "moved_within", Urbanity(after["urbanity"]).name, 0
        if before["partner"] != after["partner"]:
            yield "partnered" if after["partner"] else "separated", "", 0
        elif before["household"] != after["household"]:
            yield "own_household", "", 0

    def _acted(self, intervention):
        self._look(functools.partial(self._by_intervention, intervention.name))

    def _by_intervention(self, name, before, after):
        if after["awareness"] > before["awareness"]:
            yield "reached", name, after["awareness"]
        for seat in SEATS:
            if before[seat] != after[seat]:
                if before[seat]:
                    yield self._ending(int(before[seat]), seat, after)
                if after[seat]:
                    yield "joined", self.names[int(after[seat])], 0
        client = any(before[seat] or after[seat] for seat in SEATS)
        if not client and any(after[dose] > before[dose] for dose in LENT):
            yield "used", name, 0

    def _ending(self, code, seat, after):
        months = int(after[f"{seat}_months"])
        if not int(after["finished"]) >> code & 1:
            return "programme_closed", self.names[code], months
        return "completed" if months >= self.lengths[code] else "dropped_out", self.names[code], months

    def _lived(self):
        self._look(_living)

    def _served(self):
        if self._row is not None:
            desks = self.model.desks["price"][int(self._row["municipality"])]
            self._look(functools.partial(_serving, desks))
            if self._row is not None:
                self._contacts = int(self._row["visits"])

    def _closed(self):
        self._look(_regrouped)
        row = self._row
        if row is not None and row["alive"] and self.model.measured:
            self._months.append(self._month(row))

    def _month(self, row):
        model = self.model
        return (
            model.measured_month, str(model.date), int((model.month - row["birth_month"]) // 12), self._place(row),
            Status(row["status"]).name, "|".join(g.name for g in Group if row["groups"] & g.value), float(row["wellbeing"]),
            float(row["strain"]), max(0.0, float(row["distress"] - row["dose_relief"])),
            *(float(row[c]) for c in ("health", "inclusion", "empowerment", "trust", "income", "awareness", "assistance", "work_support")),
            self._contacts, int(row["requests"]), int(max(row["waiting"].max(), 1)) - 1,
            *(self.names.get(int(row[seat]), "") for seat in SEATS),
        )


def _living(before, after):
    """Death, illness, work, help with applying for assistance, and requests of the month."""
    if before["alive"] and not after["alive"]:
        yield "died", "", 0
        return
    if before["status"] != after["status"]:
        lost, found = before["status"] == Status.employed, after["status"] == Status.employed
        jobless = after["status"] in (Status.unemployed, Status.labour_market_support)
        event = "job_found" if found else "job_lost" if lost and jobless else "activity"
        yield event, Status(after["status"]).name, before["status_months"]
    if before["chronic"] != after["chronic"]:
        yield "fell_ill" if after["chronic"] else "recovered", "", 0
    if before["care"] != after["care"]:
        yield "care", Care(after["care"]).name, 0
    if before["claims"] != after["claims"]:
        yield "assistance_began" if after["claims"] else "assistance_ended", "", 0
    if before["adults"] and before["minors"] != after["minors"]:
        yield "children", "", after["minors"]
    if after["visits"] > before["visits"]:
        yield "hospital", "", after["month_cost"] - before["month_cost"]
    for s in np.flatnonzero((before["waiting"] == 0) & (after["waiting"] > 0)):
        yield "asked", SERVICES[s], after["asks"][s]


def _serving(prices, before, after):
    """Requests met, given up and handed on. A request that waits on has waited a month more, so any other wait is a new one."""
    gone = [int(s) for s in np.flatnonzero((before["waiting"] > 0) & (after["waiting"] <= 1))]
    met = _met(gone, before, after, prices)
    for s in gone:
        yield "met" if s in met else "gave_up", SERVICES[s], int(before["waiting"][s]) - 1
    for s in np.flatnonzero((after["waiting"] == 1) & ((before["waiting"] == 0) | np.isin(np.arange(len(SERVICES)), gone))):
        yield "handed_on", SERVICES[s], 0


def _met(gone, before, after, prices):
    """Those of the requests gone that were met: their contacts and their cost add up to those of the month."""
    contacts, cost = int(after["visits"]) - int(before["visits"]), float(after["month_cost"] - before["month_cost"])

    def miss(services):
        counts = [int(before["asks"][s]) for s in services]
        paid = sum(n * prices[s] for n, s in zip(counts, services, strict=True))
        return abs(sum(counts) - contacts) + abs(paid - cost) / (1.0 + cost)

    subsets = (some for n in range(len(gone) + 1) for some in combinations(gone, n))
    return min(subsets, key=miss, default=())


def _regrouped(before, after):
    for g in Group:
        was, now = before["groups"] & g.value, after["groups"] & g.value
        if was != now:
            yield "entered_group" if now else "left_group", g.name, 0


def person(model, resident):
    """Who a resident is before the first month: age, sex, municipality; None for those who are not here then."""
    found = np.flatnonzero(model.people["id"] == resident)
    if not len(found):
        return None
    row = model.people[int(found[0])]
    place = model.municipalities[int(row["municipality"])]
    return {"sex": Sex(row["sex"]).name, "age": int(-row["birth_month"] // 12), "place": place.name}
