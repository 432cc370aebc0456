"""What every method returns: weighted draws of the free numbers, and what it found out on the way."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass
class Fit:
    """Posterior draws z, float (n, d) in units of prior standard deviations; weights, float (n,), sum 1.

    certain: False for a method that gives one best point and no uncertainty. runs: simulations spent. facts: what the method
    tells of itself, numbers and short texts. design, simulated: rows of z that were run and their statistics, untransformed.
    """

    z: np.ndarray
    weights: np.ndarray
    runs: int
    certain: bool = True
    facts: dict = field(default_factory=dict)
    design: np.ndarray | None = None
    simulated: pd.DataFrame | None = None

    @property
    def effective(self):
        """Effective number of draws: Kish's (sum w)^2 / sum w^2, cut by autocorrelation where the method knows it."""
        kish = float(self.weights.sum() ** 2 / (self.weights**2).sum())
        return min(kish, self.facts.get("independent_draws", kish))

    def mean(self):
        """Posterior mean of z, float (d,)."""
        return self.weights @ self.z

    def covariance(self):
        """Posterior covariance of z, float (d, d)."""
        centred = self.z - self.mean()
        return (self.weights[:, None] * centred).T @ centred

    def quantile(self, p):
        """Quantiles of each free number in z at probabilities p, float (len(p), d)."""
        out = np.empty((len(p), self.z.shape[1]))
        for j in range(self.z.shape[1]):
            order = np.argsort(self.z[:, j])
            cumulated = np.cumsum(self.weights[order]) - 0.5 * self.weights[order]
            out[:, j] = np.interp(p, cumulated, self.z[order, j])
        return out

    def rank(self, truth):
        """Share of the posterior below a truth, by free number, float (d,): uniform over many truths if all is well."""
        return (self.weights[:, None] * (self.z < np.asarray(truth))).sum(0)

    def draws(self, number):
        """Equally weighted rows, float (number, d), in no order: systematic resampling, always the same ones.

        The rows are shuffled first: taken every so many from chains side by side, they would all come from a few of these.
        """
        order = np.random.Generator(np.random.Philox(1)).permutation(len(self.z))
        points = (np.arange(number) + 0.5) / number
        rows = np.searchsorted(np.cumsum(self.weights[order]), points)
        return self.z[order[np.minimum(rows, len(self.z) - 1)]]
