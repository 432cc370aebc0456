"""Who belongs to a segment, for all rows at once."""

from sim.rules.draws import kernel
from sim.rules.programme import belongs


@kernel
def mark(people, segment, month, out):
    """Write into `out`, bool (rows,), whether each row belongs to the segment this month."""
    s = segment[0]
    for i in range(len(people)):
        out[i] = belongs(people[i], s, month)
