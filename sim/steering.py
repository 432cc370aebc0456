"""Steering: how a fixed amount is shared out by measured need, so that the whole stays what it was."""

import numpy as np


def shared_by_need(sizes, need, strength=1.0):
    """Factors on sizes that follow need and keep the whole: sum(sizes x factor) = sum(sizes).

    sizes: amounts now, float (n,) >= 0; need: measured need per unit of size, float (n,), negative taken as none; strength:
    0 leaves everything where it is, 1 shares out by need alone. factor = 1 - strength + strength x need / mean need, the
    mean weighted by size. Where no need is measured at all, or everywhere the same, nothing moves: factors are ones, exactly.
    """
    sizes, need = np.asarray(sizes, float), np.maximum(np.nan_to_num(np.asarray(need, float)), 0.0)
    whole = sizes.sum()
    mean = (sizes * need).sum() / whole if whole > 0.0 else 0.0
    if mean <= 0.0 or (need == need[0]).all():
        return np.ones(len(sizes))
    return 1.0 - strength + strength * need / mean
