"""ABC: sequential Monte-Carlo approximate Bayesian computation by pyABC, the well-known reference."""

import logging
import tempfile
from pathlib import Path

import numpy as np

from calibration.fit import Fit
from calibration.methods.emulator import transformed

NEEDS = ("pyabc",)
LEAST = 20  # particles of a population
POPULATIONS = 6
OVERRUN = 2  # pyABC ends the population in which its budget runs out, which takes about as many runs again


def fit(problem, run, budget, seed, tell=None):
    """Weighted particles of the last population that the budget [simulations] allows, about: `Fit.runs` tells. Needs the extra [abc].

    Distance: root of the sum of squared standard errors of the fitted targets. The noise of the targets is added to what is
    simulated, so that particles accepted at distance zero would come from the posterior (Wilkinson 2013).
    """
    import pyabc

    logging.getLogger("ABC").setLevel(logging.WARNING)
    np.random.seed(seed % 2**32)  # pyABC draws from NumPy's global stream; nothing of the model does
    root, fitted = np.linalg.cholesky(problem.correlation), problem.fitted
    scale = np.sqrt(np.diag(problem.observed_covariance))[fitted]
    noise = np.random.Generator(np.random.Philox(seed + 1))
    covariance = np.linalg.cholesky(problem.observed_covariance)
    count = [0]

    def model(values):
        z = np.array([[values[f"x{i}"] for i in range(len(problem.free))]]) @ root.T
        y = transformed(problem, run(z, count[0]))[0] + covariance @ noise.standard_normal(len(problem.targets))
        count[0] += 1
        return {"y": np.nan_to_num(y, nan=1e6)}

    def distance(a, b):
        return float(np.sqrt((((a["y"] - b["y"])[fitted] / scale) ** 2).sum()))

    prior = pyabc.Distribution(**{f"x{i}": pyabc.RV("norm", 0.0, 1.0) for i in range(len(problem.free))})
    size = max(LEAST, budget // (2 * POPULATIONS))
    smc = pyabc.ABCSMC(model, prior, distance, population_size=size, sampler=pyabc.SingleCoreSampler())
    with tempfile.TemporaryDirectory() as folder:
        smc.new(f"sqlite:///{Path(folder) / 'abc.db'}", {"y": problem.y})
        history = smc.run(max_nr_populations=POPULATIONS, max_total_nr_simulations=budget // OVERRUN)
        particles, weights = history.get_distribution()
        populations = int(history.max_t) + 1
    white = particles[[f"x{i}" for i in range(len(problem.free))]].to_numpy()
    if tell:
        tell(f"{count[0]} runs, {len(white)} particles")
    return Fit(white @ root.T, np.asarray(weights, float) / np.sum(weights), count[0],
               facts={"populations": populations})
