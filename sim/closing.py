"""The end of a month for every resident: costs of the year, group bits, what contacts will see, and the sums reported."""

import numpy as np

from sim.groups import group_bits
from sim.outputs import WIDTH, add
from sim.residents import VISIT_BITS, VISIT_MONTHS
from sim.rules.block import own
from sim.rules.draws import kernel, rule
from sim.rules.life import age_of
from sim.rules.programme import CLIENT

SHIFT, YEAR = np.uint64(VISIT_BITS), np.uint64(2 ** (VISIT_BITS * VISIT_MONTHS) - 1)
MOST_VISITS = 2**VISIT_BITS - 1


@rule
def settle(p, month):
    """Move this month's service cost, in whole euros, and visits into those of the last 12 months."""
    slot = month % 12
    cost = min(65535, int(p.month_cost + 0.5))
    p.year_cost += cost - int(p.cost_ring[slot])
    p.cost_ring[slot] = cost
    p.visit_ring = ((p.visit_ring << SHIFT) & YEAR) | np.uint64(min(int(p.visits), MOST_VISITS))


@kernel
def close(places, bounds, people, month, line, measured, coefficients, row, seen, touched, tags, cells, by_place, tally):
    """Close the month's books on every resident of some municipalities.

    places: int64, their indices; bounds: first row of each, and the end; row: int64, the row of `coefficients` that each goes by;
    line: service cost [EUR2018 in 12 months] from which a resident counts as a heavy user; measured: 1 in months that are
    reported. seen (written): float32 (n, 2), wellbeing and recall for next month's contacts, not-a-number for the dead.
    touched, tags (written, from each municipality's first row on): rows, counted from there, that belong to a group or a programme,
    and their group bits with CLIENT. cells, by_place (added to, in measured months): sums of the output columns, see `outputs.add`.
    tally (written): how many are in `touched`, and how many are alive.
    """
    values = np.zeros(WIDTH)
    total = np.zeros(WIDTH)
    for place in places:
        k = own(coefficients[row[place]])
        for j in range(WIDTH):
            total[j] = 0.0
        first = bounds[place]
        count = first
        alive = 0
        for i in range(first, bounds[place + 1]):
            p = people[i]
            if p.alive == 0:
                seen[i, 0] = float("nan")
                continue
            alive += 1
            age = age_of(p, month)
            settle(p, month)
            bits = group_bits(p, age, line, k)
            p.groups = bits
            if measured:
                p.ever_groups |= bits
                p.wellbeing_sum += p.wellbeing
                p.cost_sum += p.month_cost
                add(p, age, k, values, cells, total)
            p.visits = 0
            p.month_cost = 0.0
            seen[i, 0] = p.wellbeing
            seen[i, 1] = p.awareness
            tag = bits | (CLIENT if p.programme != 0 or p.manager != 0 else 0)
            if tag != 0:
                touched[count] = i - first
                tags[count] = tag
                count += 1
        for j in range(WIDTH):
            by_place[place, j] += total[j]
        tally[place].touched = count - first
        tally[place].alive = alive
