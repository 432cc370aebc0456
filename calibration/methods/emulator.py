"""Emulator (default): a space-filling design, a Gaussian-process surrogate, narrowing waves, and a synthetic likelihood."""

import numpy as np
import pandas as pd
from scipy import special
from scipy.stats import qmc

from calibration.fit import Fit
from calibration.surrogate import Surrogate

PER_NUMBER = 25  # runs per free number in the first wave
WAVES = 2  # narrowing waves after the first, as far as the budget goes
WALKERS, BURN, STEPS = 64, 200, 500
TRIED = 2000  # draws of the prior among which walkers find their start
REACH, WIDE = 2.5, 1.3  # the first design: the prior cut at 2.5 standard deviations and widened
WIDER = 1.5  # how much wider than the posterior so far a narrowing wave is
SHARPER = 0.5  # the surrogate is sharp enough when its error is below this share of the target's
MANY = 4000  # posterior draws that are kept
MISSING = 0.3  # share of runs without a value for a target from which the method gives up


def fit(problem, run, budget, seed, tell=None, kept=None):
    """Posterior by emulation. run(z, first): frame of statistics for rows z, whose numbers start at `first`.

    Waves stop when the surrogate's error is below half of every fitted target's, or at the budget [simulations]. kept: (z, statistics) of
    an earlier calibration, in place of simulations.
    """
    d = len(problem.free)
    number = len(kept[0]) if kept else min(budget, max(PER_NUMBER * d, budget // 2))
    z = kept[0] if kept else design(problem, number, seed)
    simulated = kept[1] if kept else run(z, 0)
    waves = [number]
    while True:
        absent(problem, simulated)
        surrogate = Surrogate(z, transformed(problem, simulated))
        found = sample(problem, surrogate, seed)
        sharp = sharpness(problem, surrogate, found.z)
        left = 0 if kept else budget - len(z)
        if sharp.max() < SHARPER or left < d + 1 or len(waves) > WAVES:
            break
        more = min(left, max(d + 1, left if len(waves) == WAVES else left // 2))
        fresh = narrowed(problem, found, more, seed + len(waves))
        simulated = pd.concat([simulated, run(fresh, len(z))], ignore_index=True)
        z = np.vstack([z, fresh])
        waves.append(more)
        if tell:
            tell(f"wave {len(waves)}: {len(z)} runs, surrogate's error up to {sharp.max():.2f} of the targets'")
    found.runs, found.design, found.simulated = len(z), z, simulated
    honest = np.sqrt(((surrogate.left / surrogate.left_error) ** 2).mean(0))
    found.facts |= {"waves": waves, "sharpness": float(sharp.max()),
                    "leave_one_out": dict(zip([t.name for t in problem.targets], honest.round(3).tolist(), strict=True)),
                    "missing": absent(problem, simulated)}
    return found


def absent(problem, simulated):
    """{target: share of runs that have no value for it}, those with any only. ValueError if too few runs are left to fit to."""
    missing = ~np.isfinite(transformed(problem, simulated))
    for i, target in enumerate(problem.targets):
        if missing[:, i].mean() > MISSING:
            raise ValueError(f"target '{target.name}': {missing[:, i].sum()} of {len(missing)} runs have no value for it on its scale "
                             f"({target.section.transform}); is anyone there whom it means?")
    return {t.name: float(share) for t, share in zip(problem.targets, missing.mean(0), strict=True) if share > 0}


def design(problem, number, seed):
    """Rows of a scrambled Sobol sequence, spread wider than the prior, float (number, d) in z."""
    # Half-way between evenly over the range and by the prior: the posterior's tails need runs too.
    points = WIDE * special.ndtri(np.clip(_sobol(problem, number, seed), special.ndtr(-REACH), special.ndtr(REACH)))
    return points @ np.linalg.cholesky(problem.correlation).T


def _sobol(problem, number, seed):
    return qmc.Sobol(len(problem.free), scramble=True, rng=seed).random_base2(int(np.ceil(np.log2(number))))[:number]


def transformed(problem, simulated):
    """Statistics on the targets' scales, float (n, targets)."""
    return np.stack([t.transformed(simulated[t.name].to_numpy()) for t in problem.targets], 1)


def narrowed(problem, found, number, seed):
    """Rows for a further wave: the posterior so far, widened, float (number, d)."""
    points = special.ndtri(np.clip(_sobol(problem, number, seed), 1e-6, 1.0 - 1e-6))
    root = np.linalg.cholesky(found.covariance() + 1e-9 * np.eye(len(problem.free)))
    return found.mean() + WIDER * points @ root.T


def log_likelihood(problem, surrogate, y=None):
    """Function of rows z (m, d) -> log density of the fitted targets, float (m,).

    Student-t with the degrees of freedom of the design, since the covariance is estimated (Sellentin & Heavens 2016):
    covariance of the targets (survey design) + of the model's own chance + of the surrogate's error at z.
    """
    fitted = problem.fitted
    y = (problem.y if y is None else y)[fitted]
    base = (problem.observed_covariance + surrogate.chance)[np.ix_(fitted, fitted)]
    freedom = max(3.0, len(surrogate.z) - surrogate.z.shape[1] - 1.0)
    p = len(fitted)

    def log_density(z):
        means, errors = surrogate.predict(z)
        full = base[None] + np.einsum("mi,ij->mij", errors[:, fitted] ** 2, np.eye(p))
        away = y - means[:, fitted]
        _, determinant = np.linalg.slogdet(full)
        distance = np.einsum("mi,mi->m", away, np.linalg.solve(full, away[..., None])[..., 0])
        return -0.5 * determinant - 0.5 * (freedom + p) * np.log1p(distance / freedom)

    return log_density


def sample(problem, surrogate, seed, y=None, steps=STEPS):
    """Posterior draws by an affine-invariant ensemble (emcee; Goodman & Weare 2010). y: other target values. Returns a Fit."""
    import emcee

    likelihood = log_likelihood(problem, surrogate, y)
    d = len(problem.free)

    def log_posterior(z):
        return likelihood(z) + problem.log_prior(z)

    tried = problem.prior(TRIED, seed + 7)
    best = tried[np.argsort(-log_posterior(tried), kind="stable")[:WALKERS]]
    sampler = emcee.EnsembleSampler(WALKERS, d, log_posterior, vectorize=True)
    start = emcee.State(best, random_state=np.random.RandomState(seed % 2**32).get_state())
    sampler.run_mcmc(start, BURN + steps)
    chain = sampler.get_chain(discard=BURN)
    time = np.nanmax(emcee.autocorr.integrated_time(chain, tol=0))  # tol: a short chain is told by the number of independent draws
    kept = chain[:: max(1, steps * WALKERS // MANY)].reshape(-1, d)  # whole steps: every walker tells as much as any other
    return Fit(kept, np.full(len(kept), 1.0 / len(kept)), len(surrogate.z),
               facts={"independent_draws": float(steps * WALKERS / max(1.0, time)),
                      "acceptance": float(sampler.acceptance_fraction.mean())})


def sharpness(problem, surrogate, z):
    """Surrogate's error against the target's own (with the model's chance), by fitted target, at the posterior's middle, float."""
    fitted = problem.fitted
    _, errors = surrogate.predict(z[:: max(1, len(z) // 200)])
    own = np.sqrt(np.diag(problem.observed_covariance) + np.diag(surrogate.chance))
    return np.median(errors, 0)[fitted] / own[fitted]
