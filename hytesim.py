"""HyteSim's face: the public names, and the `hytesim` command. No logic."""

import importlib

__version__ = "0.1.0"
_PUBLIC = {
    "compare": ("sim.runs", "compare"),
    "run": ("sim.runs", "run"),
    "load": ("sim.runs", "load"),
    "open": ("results.store", "open"),
    "HyteModel": ("sim.model", "HyteModel"),
    "ScenarioError": ("scenarios", "ScenarioError"),
    "StoreError": ("results.store", "StoreError"),
}
__all__ = sorted(_PUBLIC)


def __getattr__(name):
    """Public names are imported when first used, so that `import hytesim` is quick."""
    if name not in _PUBLIC:
        raise AttributeError(f"hytesim has no '{name}'; it has {', '.join(__all__)}")
    module, attribute = _PUBLIC[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__():
    return [*globals(), *__all__]


def main():
    """The `hytesim` command. Exit codes: 0 done, 1 a run failed, 2 wrong input and nothing was run, 130 interrupted."""
    from command.app import start

    start()


if __name__ == "__main__":
    main()
