"""How mature municipalities are in six dimensions, and the share of an intervention's effect that survives their practice."""

import numpy as np

from sim.coefficients import half_life
from sim.rules.draws import Purpose, address, kernel, normal

DIMENSIONS = ("concept_breadth", "participation", "collaboration", "leadership", "indicators", "social_marketing")
HIGHEST = 5.0  # level of maturity


class Maturity:
    """Maturity of all municipalities, by their index in the model.

    own, developed, level: float64 (municipalities, 6), what a municipality has by itself, what development has added, and their sum,
    1-5; anchoring: float64 (municipalities,), how much of what was added holds without effort, 0-1; fidelity: float64
    (municipalities,), the share of an intervention's effect and reach that survives local practice, 0.2-1 (science notes D14).
    """

    def __init__(self, values, seed, codes):
        """values: drawn parameters; seed: of the replicate; codes: of the municipalities, whole numbers."""
        self.own = np.empty((len(codes), len(DIMENSIONS)))
        for i in range(len(DIMENSIONS)):
            key = np.uint64(address(seed, int(Purpose.PLACE), i))
            for place, code in enumerate(codes):
                level = values["maturity.level"][i] + values["maturity.spread"] * normal(key, code)
                self.own[place, i] = min(HIGHEST, max(1.0, level))
        self.developed = np.zeros_like(self.own)
        self.anchoring = np.zeros(len(codes))
        self.level, self.fidelity = self.own.copy(), self.own.sum(1) / len(DIMENSIONS) / HIGHEST
        lost = 1.0 - half_life(values["maturity.half_life"])
        self.lost, self.kept = lost, 1.0 - lost * (1.0 - values["maturity.anchored"])

    def develop(self, at, growth, anchoring):
        """A month of development: M' = M + growth (5 - M) in each dimension; anchoring rises by its share of what is missing.

        at: int64 (k,), municipalities; growth: share of what is missing, float (k, 6); anchoring: share of what is missing, float (k,).
        """
        self.developed[at] += growth * (HIGHEST - self.level[at])
        self.anchoring[at] += anchoring * (1.0 - self.anchoring[at])
        self.level[at] = self.own[at] + self.developed[at]
        self.fidelity[at] = self.level[at].sum(1) / len(DIMENSIONS) / HIGHEST

    def fade(self):
        """A month in which practice that is not anchored fades: own maturity towards 1, what was developed towards nothing."""
        _fade(self.own, self.developed, self.level, self.anchoring, self.fidelity, self.kept, self.lost)


@kernel
def _fade(own, developed, level, anchoring, fidelity, kept, lost):
    """A month in which the share `kept` of own maturity remains, but at least 1, and of what was developed all but `lost` (1 - anchoring).

    Arrays of `Maturity`, written in place; fidelity is the mean level over the highest.
    """
    for place in range(len(own)):
        held = 1.0 - lost * (1.0 - anchoring[place])
        total = 0.0
        for d in range(own.shape[1]):
            own[place, d] = max(1.0, own[place, d] * kept)
            developed[place, d] *= held
            level[place, d] = own[place, d] + developed[place, d]
            total += level[place, d]
        fidelity[place] = total / own.shape[1] / HIGHEST
