"""A world that nobody holds is given back: a worker of a sweep lives through thousands."""

import gc
import weakref

from sim import runs
from sim.model import HyteModel


def test_a_world_goes_with_its_last_holder():
    """Mesa's own numbering of agents would keep every model; ours counts on as long as the model lives."""
    scenario = runs.load("promeq", {"population.residents": 300, "population.places": ["Kouvola"], "time.years": 1})
    model = HyteModel(scenario)
    numbers = [agent.unique_id for agent in model.agents]
    assert len(set(numbers)) == len(numbers)
    last = weakref.ref(model)
    del model
    gc.collect()
    assert last() is None
