"""The rules that go through several municipalities at once, on a single one made by hand."""

import numpy as np
from numba import njit

from sim.passing import TALLY
from sim.rules.queue import serve


@njit
def serve_one(people, listed, count, desks, parameters, keys, money, earmarks):
    """`serve` for one municipality with all rows: `count` requests in `listed`, money by ledger item, earmarks by its areas."""
    tally = np.zeros(1, TALLY)
    tally[0].requests = count
    serve(np.zeros(1, np.int64), np.array([0, len(people)]), people, listed, desks.reshape((1, len(desks))), parameters,
          np.zeros(1, np.int64), keys, money.reshape((1, len(money))), earmarks, np.array([0, len(earmarks)]), tally)
