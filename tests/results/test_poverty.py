"""Poverty measures against printed numbers and hand counts."""

import numpy as np
import pytest

from results import poverty

# Income class means of the USA in 1968, manual page of the R package ineq.
USA_1968 = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]


def test_watts_as_printed():
    """R package ineq 0.2-13, pov(x, 2000, type = "Watts"): 0.1620141."""
    assert poverty.watts(USA_1968, 2000) == pytest.approx(0.1620141, rel=4e-7)


def test_the_median_s_share_is_the_line():
    y = [1, 2, 5, 6, 10]  # median 5, line 3: two poor, median 1.5 of them lies half below
    assert poverty.at_risk_of_poverty(y) == pytest.approx(0.4)
    assert poverty.relative_median_poverty_gap(y) == pytest.approx(0.5)
    assert poverty.at_risk_of_poverty([3, 5, 5, 5]) == 0  # at the line is not below it
    assert np.isnan(poverty.relative_median_poverty_gap([5, 5]))


def test_gaps_by_depth():
    """Line 4 over 1, 2, 4, 8: half are poor, gaps 3/4 and 1/2."""
    y = [1, 2, 4, 8]
    assert poverty.poverty_gap(y, 4, 0) == 0.5
    assert poverty.poverty_gap(y, 4, 1) == pytest.approx((0.75 + 0.5) / 4)
    assert poverty.poverty_gap(y, 4, 2) == pytest.approx((0.75**2 + 0.25) / 4)
    assert poverty.poverty_gap([1, 8], 4, 1, [3, 1]) == pytest.approx(0.75 * 0.75)
    with pytest.raises(ValueError, match="above 0"):
        poverty.poverty_gap(y, 0)
