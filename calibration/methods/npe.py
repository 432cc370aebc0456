"""NPE: a conditional normalising flow by bayesflow that learns the posterior of any answer to the same questions; a cross-check."""

import contextlib
import io
import logging
import os

import numpy as np

from calibration.fit import Fit
from calibration.methods.emulator import absent, transformed

NEEDS = ("bayesflow", "jax")
COPIES = 10  # surveys drawn from each simulation, each with noise of its own
HELD = 0.15  # share of the simulations that say when to stop
EPOCHS, PATIENCE, BATCH = 200, 8, 128
DEPTH, WIDTHS, DROPOUT = 4, (64, 64), 0.05  # of the flow and of the networks within it
MANY = 4000  # posterior draws
LEAST = 50  # simulations; with fewer there is nothing to learn from and to hold back


def fit(problem, run, budget, seed, tell=None, kept=None):
    """Posterior draws of a flow trained on `budget` draws of the prior and what the model answers to each. Needs the extra [npe].

    The targets' noise is added to what is simulated, so that what is learnt is the posterior given a survey (Papamakarios & Murray 2016;
    Radev et al. 2020). kept: (z, statistics) of an earlier calibration by this method, in place of simulations. Nothing bounds its error
    but the checks: with few simulations it is wider than it need be.
    """
    bayesflow, keras = _bayesflow()
    if budget < LEAST and kept is None:
        raise ValueError(f"the method npe needs at least {LEAST} simulations, better 1000; --budget is {budget}")
    z, simulated = kept or (problem.prior(budget, seed), None)
    simulated = run(z, 0) if simulated is None else simulated
    missing = absent(problem, simulated)
    y = transformed(problem, simulated)[:, problem.fitted]
    whole = np.isfinite(y).all(1)
    noise = problem.observed_covariance[np.ix_(problem.fitted, problem.fitted)]
    centre, scale = y[whole].mean(0), np.sqrt(y[whole].var(0) + np.diag(noise))
    rng, root = np.random.Generator(np.random.Philox(seed + 1)), np.linalg.cholesky(noise)

    def surveys(rows, copies):
        noisy = [y[whole][rows] + rng.standard_normal((len(rows), len(scale))) @ root.T for _ in range(copies)]
        return {"z": np.tile(z[whole][rows], (copies, 1)).astype("float32"),
                "y": ((np.concatenate(noisy) - centre) / scale).astype("float32")}

    order = rng.permutation(int(whole.sum()))
    held = max(1, round(HELD * len(order)))  # whole simulations: two surveys of one would betray it
    keras.utils.set_random_seed(seed % 2**31)
    flow = bayesflow.networks.CouplingFlow(depth=DEPTH, subnet_kwargs={"widths": WIDTHS, "dropout": DROPOUT})
    work = bayesflow.BasicWorkflow(inference_network=flow, inference_variables="z", inference_conditions="y", standardize=None)
    stop = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
    if tell:
        tell(f"training a flow on {len(order)} simulations")
    learnt = work.fit_offline(surveys(order[held:], COPIES), epochs=EPOCHS, batch_size=BATCH, verbose=0, callbacks=[stop],
                              validation_data=surveys(order[:held], COPIES)).history
    asked = ((problem.y[problem.fitted] - centre) / scale)[None].astype("float32")
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        drawn = np.asarray(work.sample(conditions={"y": asked}, num_samples=MANY)["z"][0], float)
    return Fit(drawn, np.full(MANY, 1.0 / MANY), len(z), design=z, simulated=simulated,
               facts={"epochs": len(learnt["loss"]), "held_back": held, "loss": float(min(learnt["val_loss"])), "missing": missing})


def _bayesflow():
    """bayesflow and keras on JAX, without what they tell about the machine."""
    os.environ.setdefault("KERAS_BACKEND", "jax")  # read when keras is imported
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    for name in ("bayesflow", "jax._src.xla_bridge"):
        logging.getLogger(name).setLevel(logging.WARNING)
    import bayesflow
    import keras

    return bayesflow, keras
