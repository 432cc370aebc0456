"""Mesa opened lightly: what the world uses is there at once, the rest when it is asked for, and one class is one class."""

import subprocess
import sys

TRY = """
import sys
import sim, mesa
agent, model = mesa.Agent, mesa.Model
assert "mesa.space" not in sys.modules and "networkx" not in sys.modules
assert not hasattr(mesa, "__no_such__")
assert mesa.space.MultiGrid and mesa.__version__
assert mesa.Agent is agent is mesa.agent.Agent and mesa.Model is model
try:
    mesa.no_such_name
except AttributeError:
    print("good")
"""


def test_mesa_comes_whole_to_whoever_asks():
    told = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True)
    assert told.stdout == "good\n", told.stderr
