"""From names to municipality codes: municipality names and codes, counties, the whole country."""

import difflib
from collections.abc import Sequence

from .tables import municipalities

__all__ = ["resolve"]


def resolve(words: Sequence[str]) -> tuple[list[str], dict[int, str]]:
    """Municipality codes of all words, in the order of the codes, and what is wrong: index of the word ->
    message.
    """
    found, faults = set(), {}
    for i, word in enumerate(words):
        if not isinstance(word, str):
            continue  # the schema reports it
        codes = _codes(word)
        if codes:
            found.update(codes)
        else:
            faults[i] = _fault(word)
    return sorted(found), faults


def _codes(word: str) -> list[str]:
    table = municipalities()
    folded = word.strip().casefold()
    if folded == "all":
        return list(table)
    if folded in table:
        return [folded]
    if folded.startswith("county:"):
        county = folded.removeprefix("county:").strip()
        return [m.code for m in table.values() if m.county.casefold() == county]
    return [m.code for m in table.values() if m.name.casefold() == folded]


def _fault(word: str) -> str:
    table = municipalities().values()
    counties = sorted({m.county for m in table})
    if word.casefold().startswith("county:"):
        name = word.split(":", 1)[1].strip()
        near = _nearest(name, counties)
        what, known = f"no wellbeing services county '{name}'.", [f"county:{near}"] if near else []
    elif word.strip().isdigit():
        near = word.strip().zfill(3)
        what, known = f"no municipality has the code '{word}'.", [near] if near in municipalities() else []
    else:
        in_counties = [f"county:{c}" for c in counties if c.casefold() == word.strip().casefold()]
        near = _nearest(word, [*(m.name for m in table)])
        what, known = f"no municipality '{word}'.", in_counties or ([near] if near else [])
    tail = f" Did you mean '{known[0]}'?" if known else ' Use a Finnish name, a code, "county:NAME" or "all".'
    return what + tail


def _nearest(word: str, names: list[str]) -> str | None:
    by_fold = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.strip().casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[near[0]] if near else None
