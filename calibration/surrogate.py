"""A cheap stand-in for the simulation: for each statistic a quadratic trend and a Gaussian process on what the trend leaves."""

import warnings

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import Ridge

ENOUGH = 2  # rows per term of the trend before squares and products are taken in
TREND = 10.0  # prior standard deviation of the trend's coefficients, statistics being standardised
RIDGE = 1e-3
JITTER = 1e-8
NEGLIGIBLE = 1e-4  # share of the noise below which a direction of the kernel is left out


class Surrogate:
    """Fitted to rows z, float (n, d), and their transformed statistics, float (n, targets); rows with a missing one are left out.

    chance: covariance of one run's chance between statistics, float (targets, targets). left: residuals of each row foretold by the
    others, and left_error: their foretold standard errors, both float (n, targets).
    Source: Kennedy & O'Hagan 2001, with a regression trend (Sacks et al. 1989) and a nugget for the simulation's own chance.
    """

    def __init__(self, z, y):
        y = np.asarray(y, float)
        whole = np.isfinite(y).all(1)
        if whole.sum() < 3:
            raise ValueError(f"only {whole.sum()} of {len(y)} runs have a value for every target; at least 3 are needed")
        self.z, y = np.asarray(z, float)[whole], y[whole]
        self.centre, self.scale = y.mean(0), np.maximum(y.std(0), JITTER)
        n, d = self.z.shape
        self.squares = n > ENOUGH * (1 + d + d * (d + 1) // 2)
        self.terms = self._terms(self.z)
        self.parts = [_Part(self.z, self.terms, column) for column in ((y - self.centre) / self.scale).T]
        self.left = np.stack([part.left for part in self.parts], 1) * self.scale
        self.left_error = np.stack([part.left_error for part in self.parts], 1) * self.scale
        noise = np.array([np.sqrt(part.noise) for part in self.parts]) * self.scale
        self.chance = np.outer(noise, noise) * _correlation(self.left)

    def _terms(self, z):
        """The trend's terms with its constant, float (m, 1 + terms)."""
        one = np.ones((len(z), 1))
        if not self.squares:
            return np.hstack([one, z])
        i, j = np.triu_indices(z.shape[1])
        return np.hstack([one, z, z[:, i] * z[:, j]])

    def predict(self, z):
        """(means, standard errors of the means), each float (m, targets), of the statistics expected at rows z (m, d)."""
        z = np.atleast_2d(z)
        terms = self._terms(z)
        # Distances and trend are those of every part, and the sampler asks tens of thousands of times.
        apart, trend, own = cdist(z, self.z, "sqeuclidean"), TREND**2 * terms @ self.terms.T, TREND**2 * (terms**2).sum(1)
        found = [part.predict(apart, trend, own) for part in self.parts]
        means = np.stack([m for m, _ in found], 1) * self.scale + self.centre
        errors = np.stack([s for _, s in found], 1) * self.scale
        return means, errors


class _Part:
    """One statistic, standardised: a Gaussian process whose kernel holds the trend (Rasmussen & Williams 2006, ch. 2.7)."""

    def __init__(self, z, terms, y):
        rest = y - Ridge(alpha=RIDGE).fit(terms, y).predict(terms)
        n = len(y)
        # What a trend of so many terms leaves is too small by the share of rows that it used up.
        freed = n / max(1, n - terms.shape[1])
        spread = max(float(rest.var()), 1e-6)
        kernel = ConstantKernel(0.5 * spread, (1e-4 * spread, 10 * spread)) * RBF(3.0, (1.0, 30.0)) + WhiteKernel(
            0.5 * spread, (1e-3 * spread, 2 * spread))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            found = GaussianProcessRegressor(kernel, n_restarts_optimizer=0, random_state=0).fit(z, rest).kernel_
        self.length, self.size = float(found.k1.k2.length_scale), freed * float(found.k1.k1.constant_value)
        self.noise = freed * float(found.k2.noise_level)
        size, basis = np.linalg.eigh(self.covariance(cdist(z, z, "sqeuclidean"), TREND**2 * terms @ terms.T))
        size = np.maximum(size, 0.0) + self.noise + JITTER
        self.weights = basis @ (basis.T @ y / size)
        inverse = (basis**2 / size).sum(1)  # diagonal of the inverse
        # Left-out residuals and their variances in closed form (Rasmussen & Williams 2006, eq. 5.12).
        self.left = self.weights / inverse
        self.left_error = 1.0 / np.sqrt(inverse)
        # Smooth functions of z lie in few directions: the others hold noise only and say nothing of the error of the mean.
        kept = size > (1.0 + NEGLIGIBLE) * (self.noise + JITTER)
        self.basis = basis[:, kept] / np.sqrt(size[kept])

    def covariance(self, apart, trend):
        """Covariance between rows, from their squared distances and the trend's part of it."""
        return self.size * np.exp(-0.5 / self.length**2 * apart) + trend

    def predict(self, apart, trend, own):
        """(means, standard errors), float (m,), from squared distances and trend to the fitted rows, float (m, n), and own variance."""
        near = self.covariance(apart, trend)
        variance = self.size + own - ((near @ self.basis) ** 2).sum(1)
        return near @ self.weights, np.sqrt(np.maximum(variance, 0.0))


def _correlation(columns):
    """Correlation matrix of columns; one that never varies stands alone."""
    spread = columns.std(0)
    varies = spread > JITTER * max(1.0, spread.max())
    scaled = np.where(varies, (columns - columns.mean(0)) / np.where(varies, spread, 1.0), 0.0)
    matrix = scaled.T @ scaled / len(columns)
    np.fill_diagonal(matrix, 1.0)
    return matrix
