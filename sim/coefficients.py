"""The drawn numbers as the rules read them: one record whose fields are the dotted names with underscores."""

import functools

import numpy as np

# Sections that only places, population or interventions read; the rules never see them.
ELSEWHERE = ("population", "network", "payers", "services", "maturity", "demography", "interventions",
             "maturity_development", "diffusion", "area", "allocation", "reporting")


def half_life(periods):
    """Share kept per period if half is left after `periods` of them."""
    return 0.5 ** (1.0 / periods)


def derive(values):
    """Numbers that follow from others: monthly shares kept from half-lives, and the size of the monthly shock.

    The shock's variance makes the state part of wellbeing's variance s^2 / (1 - rho^2), closed form of an AR(1).
    """
    rho = values["wellbeing.persistence"] - values["peer.influence"]  # what is kept of one's own deviation
    state = values["wellbeing.state_sd"]
    return {
        "scar.keep": half_life(12.0 * values["scar.half_life"]),
        "dose.keep": half_life(values["dose.half_life"]),
        "language.pace": 1.0 - np.exp(-1.0 / (12.0 * values["language.learn_years"])),
        "awareness.keep": values["awareness.adstock"],
        "assistance.keep": half_life(values["assistance.half_life"]),
        "wellbeing.noise": state * np.sqrt(1.0 - rho * rho),
    }


def record(values):
    """Array of one record with every number that the rules use.

    values: {dotted name: number or flat list}. Field `wellbeing_persistence` holds `wellbeing.persistence`.
    """
    full = {**values, **derive(values)}
    used = {name: v for name, v in sorted(full.items()) if name.split(".")[0] not in ELSEWHERE}
    out = np.zeros(1, _layout(tuple((name, len(v) if isinstance(v, list) else 0) for name, v in used.items())))
    for name, value in used.items():
        out[name.replace(".", "_")][0] = value
    return out


@functools.cache
def _layout(sizes):
    """The record's type, of (dotted name, length of a list or 0) each.

    One object for all records alike: compiled functions know an array's type by it at once, and compare field by field otherwise.
    """
    return np.dtype([(name.replace(".", "_"), "f8", (n,)) if n else (name.replace(".", "_"), "f8") for name, n in sizes])
