"""Service: one kind of provider in one municipality, with staff minutes, price, fee and a queue."""

import mesa
import numpy as np

from sim.residents import SERVICES
from sim.rules.draws import kernel

# earmarked: minutes of this month's capacity that are kept for residents of some areas (the model's `earmarks` says which).
DESK = np.dtype([
    (name, "f8")
    for name in ("base", "capacity", "carry", "price", "fee", "minutes", "asked", "served", "met", "waited", "gave_up",
                 "queue", "used", "earmarked")
])
FLOWS = ("asked", "served", "met", "waited", "gave_up", "queue", "used", "capacity")


def desks(places, values):
    """The desks of all municipalities, float records (places, services): prices, fees and minutes per contact.

    values: drawn parameters; `services.price` [EUR2018 per contact], `services.fee`, `services.minutes`. A price that is
    missing or not a number is refused: it is never taken as zero.
    """
    table = np.zeros((places, len(SERVICES)), DESK)
    for field in ("price", "fee", "minutes"):
        numbers = np.asarray(values[f"services.{field}"], float)
        if numbers.shape != (len(SERVICES),) or not np.isfinite(numbers).all():
            raise ValueError(f"services.{field}: needs one finite number for each of {', '.join(SERVICES)}")
        table[field] = numbers
    return table


@kernel
def staff(desks, planned, places, kinds, earmarks, area_bounds):
    """Set this month's capacity, prices and fees of the desks `kinds` of `places` as planned: nothing lent or earmarked, no lever pulled.

    desks (written), planned: DESK (places, services); places, kinds: int64 indices; earmarks (written): minutes by area, float64
    (areas, services); area_bounds: first area of each place, and the end.
    """
    for place in places:
        for kind in kinds:
            desks["capacity"][place, kind] = desks["base"][place, kind]
            desks["price"][place, kind] = planned["price"][place, kind]
            desks["fee"][place, kind] = planned["fee"][place, kind]
            desks["minutes"][place, kind] = planned["minutes"][place, kind]
            if desks["earmarked"][place, kind] != 0.0:
                desks["earmarked"][place, kind] = 0.0
                for area in range(area_bounds[place], area_bounds[place + 1]):
                    earmarks[area, kind] = 0.0


class Service(mesa.Agent):
    """One desk: reads and writes its row of the model's desks, so that AgentSet verbs reach every service."""

    def __init__(self, model, kind, municipality):
        super().__init__(model)
        self.kind = kind
        self.municipality = municipality
        self._at = (municipality.index, SERVICES.index(kind))

    def _get(self, field):
        return float(self.model.desks[field][self._at])

    def _set(self, field, value):
        self.model.desks[field][self._at] = value

    @property
    def capacity(self):
        """Staff minutes of this month."""
        return self._get("capacity")

    @property
    def base(self):
        """Staff minutes per month before what interventions add."""
        return self._get("base")

    @base.setter
    def base(self, minutes):
        self._set("base", minutes)

    @property
    def price(self):
        """EUR of 2018 per contact."""
        return self._get("price")

    @price.setter
    def price(self, euros):
        self._set("price", euros)

    @property
    def fee(self):
        """Client fee, EUR of 2018 per contact."""
        return self._get("fee")

    @fee.setter
    def fee(self, euros):
        self._set("fee", euros)

    @property
    def queue(self):
        """Requests that waited on at the end of last month."""
        return self._get("queue")

    @property
    def waiting(self):
        """Mean months waited by those met last month; not-a-number if nobody was."""
        met = self._get("met")
        return self._get("waited") / met if met else float("nan")

    def lend(self, minutes):
        """Add staff minutes for this month only, as interventions do after places have decided."""
        self._set("capacity", self.capacity + minutes)
