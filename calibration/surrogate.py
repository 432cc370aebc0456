"""A cheap stand-in for the simulation: for each statistic a quadratic trend and a Gaussian process on what the trend leaves."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import Ridge

ENOUGH = 2  # rows per term of the trend before squares and products are taken in
RIDGE = 1e-3
JITTER = 1e-8


class Surrogate:
    """Fitted to rows z, float (n, d), and their transformed statistics, float (n, targets); rows with a missing one are left out.

    Source: Kennedy & O'Hagan 2001, with a regression trend (Sacks et al. 1989) and a nugget for the simulation's own chance.
    """

    def __init__(self, z, y):
        y = np.asarray(y, float)
        whole = np.isfinite(y).all(1)
        self.z, y = np.asarray(z, float)[whole], y[whole]
        self.centre, self.scale = y.mean(0), np.maximum(y.std(0), JITTER)
        self.target = (y - self.centre) / self.scale
        n, d = self.z.shape
        self.squares = n > ENOUGH * (1 + d + d * (d + 1) // 2)
        self.parts = [self._one(column) for column in self.target.T]
        left = np.stack([part.left for part in self.parts], 1) * self.scale
        # Chance of one run with that of the others: how far a left-out row lies from what the rest foretells.
        self.chance = np.cov(left.T).reshape(len(self.parts), -1) if n > 2 else np.diag(self.scale**2)
        self.left = left

    def _one(self, y):
        return _Part(self.z, self._terms(self.z), y)

    def _terms(self, z):
        if not self.squares:
            return z
        d = z.shape[1]
        i, j = np.triu_indices(d)
        return np.hstack([z, z[:, i] * z[:, j]])

    def predict(self, z):
        """(means, standard errors of the means), each float (m, targets), of the statistics expected at rows z (m, d)."""
        terms = self._terms(np.atleast_2d(z))
        found = [part.predict(np.atleast_2d(z), terms) for part in self.parts]
        means = np.stack([m for m, _ in found], 1) * self.scale + self.centre
        errors = np.stack([s for _, s in found], 1) * self.scale
        return means, errors


class _Part:
    """One statistic, standardised."""

    def __init__(self, z, terms, y):
        self.trend = Ridge(alpha=RIDGE).fit(terms, y)
        rest = y - self.trend.predict(terms)
        spread = max(float(rest.var()), 1e-6)
        kernel = ConstantKernel(0.5 * spread, (1e-4 * spread, 10 * spread)) * RBF(3.0, (0.5, 30.0)) + WhiteKernel(
            0.5 * spread, (1e-3 * spread, 2 * spread))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            process = GaussianProcessRegressor(kernel, n_restarts_optimizer=0, random_state=0).fit(z, rest)
        smooth, white = process.kernel_.k1, process.kernel_.k2
        self.z, self.smooth = z, smooth
        covariance = smooth(z) + (white.noise_level + JITTER) * np.eye(len(z))
        self.inverse = np.linalg.inv(covariance)
        self.weights = self.inverse @ rest
        self.size = float(smooth.k1.constant_value)
        self.gram = np.linalg.inv(terms.T @ terms + RIDGE * np.eye(terms.shape[1]))
        self.noise = float(white.noise_level)
        hat = np.minimum(((terms @ self.gram) * terms).sum(1), 0.95)
        # Left-out residuals: of the process in closed form (Rasmussen & Williams 2006, eq. 5.12), widened for the trend's own fit.
        self.left = self.weights / np.diag(self.inverse) / (1.0 - hat)

    def predict(self, z, terms):
        near = self.smooth(z, self.z)
        mean = self.trend.predict(terms) + near @ self.weights
        own = np.maximum(self.size - ((near @ self.inverse) * near).sum(1), 0.0)
        trend = (self.noise + self.size) * ((terms @ self.gram) * terms).sum(1)
        return mean, np.sqrt(own + trend)
