"""How many are poor and how deep: shares and gaps below a line, weighted; the line is relative to the median or given."""

import numpy as np

from results.inequality import quantile
from results.weighted import columns

__all__ = ["at_risk_of_poverty", "poverty_gap", "relative_median_poverty_gap", "watts"]


def at_risk_of_poverty(values, share=0.6, weights=None, line=None):
    """Share of people below `line`, or by default strictly below `share` times the weighted median; in 0-1.

    Source: Eurostat, at-risk-of-poverty rate (ilc_li02).
    """
    y, w, _ = columns(values, weights)
    return float(w @ (y < _line(y, w, share, line)))


def relative_median_poverty_gap(values, share=0.6, weights=None):
    """How far the median of the poor lies below the line, as a share of the line; NaN when nobody is poor.

    Source: Eurostat, relative median at-risk-of-poverty gap (ilc_li11).
    """
    y, w, _ = columns(values, weights)
    line = _line(y, w, share, None)
    poor = y < line
    return float((line - quantile(y[poor], 0.5, w[poor])) / line) if poor.any() else float("nan")


def poverty_gap(values, line, depth=1.0, weights=None):
    """Foster-Greer-Thorbecke index sum w (max(0, line - y) / line)^depth over all: 0 counts the poor, 1 adds gaps, 2 squares them.

    line above 0. Source: Foster, Greer & Thorbecke 1984.
    """
    y, w, _ = columns(values, weights)
    poor = y < _positive(line)
    return float(w[poor] @ ((line - y[poor]) / line) ** depth)


def watts(values, line, weights=None):
    """Watts index sum over the poor of w ln(line / y); values above 0, line above 0. Source: Watts 1968; Zheng 1993."""
    y, w, _ = columns(values, weights, positive=True)
    poor = y < _positive(line)
    return float(w[poor] @ np.log(line / y[poor]))


def _line(y, w, share, line):
    return share * quantile(y, 0.5, w) if line is None else line


def _positive(line):
    if not line > 0:
        raise ValueError(f"a poverty line must be above 0, not {line:g}")
    return line
