"""Columns are checked, aligned and labelled in one way."""

import numpy as np
import pytest

from results.weighted import codes, columns, mean


def test_rows_of_weight_zero_leave_with_their_ranks():
    y, w, (rank,) = columns([5, 1, 3], [0, 1, 3], others=([9, 8, 7],))
    assert y.tolist() == [1, 3]
    assert w.tolist() == [0.25, 0.75]
    assert rank.tolist() == [8, 7]


def test_the_mean_of_a_constant_is_the_constant():
    w = np.full(7, 1 / 7)
    assert mean(np.full(7, 0.1), w) == 0.1


def test_labels_of_any_kind():
    code, labels = codes(["b", "a", "b"], 3)
    assert code.tolist() == [1, 0, 1]
    assert labels.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="no label at row 1"):
        codes([1.0, np.nan], 2)
    with pytest.raises(ValueError, match="no label at row 0"):
        codes(np.array([None, "a"], dtype=object), 2)
    with pytest.raises(ValueError, match="shape"):
        codes([1, 2], 3)
