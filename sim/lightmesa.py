"""Mesa's agents, models and data collection without its spaces, batch runs and experiments, which take longer to import than it does."""

import importlib.util
import sys

USED = {"Agent": "agent", "Model": "model", "DataCollector": "datacollection"}  # names and the modules that have them
TOLD = ("__version__", "__title__", "__license__", "__copyright__")  # what the package tells of itself


def open_lightly():
    """Let `import mesa` give the package with the names `USED`; whoever asks it for any other gets all of Mesa.

    Does nothing where Mesa has been imported already, or is not there.
    """
    spec = None if "mesa" in sys.modules else importlib.util.find_spec("mesa")
    if spec is None:
        return
    package = importlib.util.module_from_spec(spec)

    def found(name):
        if name in USED:
            value = getattr(importlib.import_module(f"mesa.{USED[name]}"), name)
            setattr(package, name, value)
            return value
        if name.startswith("__") and name not in TOLD:  # a module's own names, which the import system asks for
            raise AttributeError(f"module 'mesa' has no attribute '{name}'")
        del package.__getattr__
        spec.loader.exec_module(package)
        return getattr(package, name)

    package.__getattr__ = found
    sys.modules["mesa"] = package
