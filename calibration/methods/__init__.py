"""Methods of calibration, one file each: fit(problem, run, budget, seed, tell) -> Fit. Found by file name."""

import importlib
import pkgutil


def names():
    """Names of the methods that there are."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__))


def method(name):
    """The module of a method. ValueError names a near miss."""
    if name not in names():
        from scenarios.problems import near_miss

        raise ValueError(f"no calibration method '{name}'. {near_miss(name, names()) or 'There are: ' + ', '.join(names()) + '.'}")
    return importlib.import_module(f"calibration.methods.{name}")
