"""Methods of calibration, one file each: fit(problem, run, budget, seed, tell) -> Fit. Found by file name."""

import importlib.util
import pkgutil


def names():
    """Names of the methods that there are."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__))


def method(name):
    """The module of a method. ValueError names a near miss, or what is to be installed for the packages that its `NEEDS` names."""
    if name not in names():
        from scenarios.problems import near_miss

        raise ValueError(f"no calibration method '{name}'. {near_miss(name, names()) or 'There are: ' + ', '.join(names()) + '.'}")
    module = importlib.import_module(f"calibration.methods.{name}")
    lacking = [package for package in getattr(module, "NEEDS", ()) if importlib.util.find_spec(package) is None]
    if lacking:
        raise ValueError(f'the method {name} needs {" and ".join(lacking)}: python -m pip install -e ".[{name}]"')
    return module
