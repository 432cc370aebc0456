"""Who lives with whom at the start: couples, children with parents, young adults at home, shared homes."""

import numpy as np

from sim.characteristics import ADULT, YEAR, by_age, cells
from sim.margins import Start, chance, gaussian, pair, pick, round_along
from sim.residents import Care, Origin, Sex, Status

__all__ = ["form"]

ANY_AGE = 200.0  # years: a tolerance that no two living persons exceed


class _Homes:
    """The rows while homes are made: who is taken, and whose home each lives in (a row number)."""

    def __init__(self, rows, parameters, seed):
        self.rows, self.parameters, self.seed = rows, parameters, seed
        n = len(rows)
        self.age = -rows["birth_month"] / YEAR
        self.head = np.arange(n)
        self.partner = np.zeros(n, bool)
        self.parent = np.zeros(n, bool)
        self.minor = self.age < ADULT
        self.housed = (rows["care"] == Care.housing) & ~self.minor
        self.at_home = np.zeros(n, bool)
        self.place = rows["municipality"].astype(np.int64)
        self.cell = cells(rows)
        self.kin = self.place * len(Origin) + rows["origin"]

    def value(self, name):
        """A parameter of this part by its short name."""
        return self.parameters[f"population.{name}"]

    def chance(self, purpose, who, month=0):
        """Uniforms for the rows `who`."""
        return chance(self.seed, purpose, self.rows["id"][who], month)

    def chosen(self, share, odds, purpose, among):
        """Choose a share of each sex x age cell among the rows `among`, in whole numbers.

        Returns row numbers.
        """
        cell = self.cell[among]
        wanted = round_along(np.bincount(cell, weights=share[among]))
        weight = odds[among] if np.ndim(odds) else odds
        return among[pick(cell, wanted, weight, self.chance(purpose, among))]

    def matched(self, seekers, age, sought, tolerances):
        """Pair seekers with sought rows whose age is near `age`: own background first, then anyone in the
        place.

        seekers, sought: row numbers; age [years]: float (seekers,). Returns two int64 arrays of paired rows.
        """
        pairs = []
        for group in (self.kin, self.place):
            for tolerance in tolerances:
                found = pair(group[seekers], age, group[sought], self.age[sought], tolerance)
                hit = found >= 0
                pairs.append((seekers[hit], sought[found[hit]]))
                free = np.ones(len(sought), bool)
                free[found[hit]] = False
                seekers, age, sought = seekers[~hit], age[~hit], sought[free]
        return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def form(rows, parameters, seed):
    """Fill `household`, `partner`, `adults` and `minors`.

    rows: RESIDENT (n,) with birth month, sex, origin, municipality, status and care. Every child lives with
    an adult of its municipality; those in round-the-clock housing live by themselves. Raises ValueError if a
    municipality has children but no adult.
    """
    homes = _Homes(rows, parameters, seed)
    _refuse_orphans(homes)
    stay = _young_at_home(homes)
    _couples(homes)
    _children(homes)
    _return_home(homes, stay)
    _shared_homes(homes)
    _write(homes)


def _refuse_orphans(homes):
    adults = np.bincount(homes.place[~homes.minor], minlength=homes.place.max(initial=0) + 1)
    alone = np.unique(homes.place[homes.minor & (adults[homes.place] == 0)])
    if alone.size:
        raise ValueError(
            f"{alone.size} municipalities have children but no adult, the first is number {alone[0]}"
        )


def _young_at_home(homes):
    """Young adults who have not left home yet, chosen by sex and age. Returns row numbers."""
    adults = np.flatnonzero(~homes.minor & ~homes.housed)
    stay = homes.chosen(by_age("at_home_share", homes.rows, homes.parameters), 1.0, Start.AT_HOME, adults)
    homes.at_home[stay] = True
    return stay


def _couples(homes):
    """Women with a partner by age band; men near the age that each looks for, the willing first."""
    rows = homes.rows
    jobless = (rows["status"] == Status.unemployed) | (rows["status"] == Status.labour_market_support)
    odds = np.where(jobless & (rows["sex"] == Sex.man), homes.value("partner_jobless_odds"), 1.0)
    # The share is of everyone of that age; those at home or housed cannot be chosen, so the others are more
    # often.
    share = by_age("partner_share", rows, homes.parameters)
    free = np.flatnonzero(~homes.minor & ~homes.housed & ~homes.at_home)
    everyone = np.bincount(homes.cell)
    able = np.maximum(np.bincount(homes.cell[free], minlength=everyone.size), 1)
    share = np.minimum(share * (everyone / able)[homes.cell], 1.0)
    willing = homes.chosen(share, odds, Start.PARTNER, free)
    women = willing[rows["sex"][willing] == Sex.woman]
    men = willing[rows["sex"][willing] == Sex.man]
    gap = homes.value("couple_gap_years") + homes.value("couple_gap_sd") * gaussian(
        homes.seed, Start.AGE_GAP, rows["id"][women]
    )
    wanted = np.maximum(homes.age[women] + gap, ADULT)
    women_left, wanted_left = _wed(homes, women, wanted, men)
    others = free[(rows["sex"][free] == Sex.man) & ~homes.partner[free]]
    _wed(homes, women_left, wanted_left, others)


def _wed(homes, women, wanted, men):
    """Make couples; returns the women left without and the age each was looking for."""
    wife, husband = homes.matched(women, wanted, men, homes.value("match_years"))
    homes.partner[wife] = homes.partner[husband] = True
    homes.head[husband] = wife
    left = ~homes.partner[women]
    return women[left], wanted[left]


def _children(homes):
    """Children under 18 with mothers: one child opens each family, brothers and sisters follow."""
    children = np.flatnonzero(homes.minor)
    if children.size == 0:
        return
    group = homes.kin[children]
    families = round_along(np.bincount(group) / homes.value("children_per_family"))
    opens = pick(group, families, 1.0, homes.chance(Start.FIRST_CHILD, children))
    wanted = homes.age[children] + _age_at_birth(homes, children)
    left = _open_families(homes, children[opens], wanted[opens])
    unplaced = np.ones(len(homes.rows), bool)
    unplaced[children[opens]] = False
    unplaced[left] = True
    waits = unplaced[children]
    _follow(homes, children[waits], wanted[waits])


def _age_at_birth(homes, children):
    """Mother's age at the birth of each child [years], normal within the fertile ages.

    Returns float (children,).
    """
    spread = homes.value("mother_age_sd") * gaussian(homes.seed, Start.MOTHER_AGE, homes.rows["id"][children])
    low, high = homes.value("mother_age_range")
    return np.clip(homes.value("mother_age_mean") + spread, low, high)


def _open_families(homes, children, wanted):
    """Give the first child of each family a couple, a lone mother or a lone father.

    Returns the children left.
    """
    lone = _share_of(homes, children, homes.value("lone_parent_share"), Start.LONE)
    father = lone & _share_of(homes, children, homes.value("lone_father_share"), Start.FATHER)
    woman = homes.rows["sex"] == Sex.woman
    single = ~homes.minor & ~homes.partner & ~homes.housed & ~homes.at_home
    pools = ((~lone, woman & homes.partner), (father, ~woman & single), (lone & ~father, woman & single))
    left = [_place(homes, children[who], wanted[who], np.flatnonzero(pool)) for who, pool in pools]
    left = np.concatenate(left)
    wish = np.zeros(len(homes.rows))
    wish[children] = wanted
    return _place(homes, left, wish[left], np.flatnonzero(woman & (homes.partner | single) & ~homes.parent))


def _share_of(homes, who, share, purpose):
    """Choose a whole-number share of the rows `who`. Returns bool (who,)."""
    one_cell = np.zeros(len(who), np.int64)
    return pick(one_cell, round_along([share * len(who)]), 1.0, homes.chance(purpose, who))


def _place(homes, children, wanted, parents, tolerances=None):
    """Move each child in with a parent near the wanted age, one child a parent. Returns the children left."""
    tolerances = homes.value("match_years") if tolerances is None else tolerances
    child, parent = homes.matched(children, wanted, parents, tolerances)
    homes.head[child] = homes.head[parent]
    homes.parent[parent] = True
    homes.at_home[parent] = False
    return np.setdiff1d(children, child, assume_unique=True)


def _follow(homes, children, wanted):
    """Brothers and sisters join families: each round a smaller share of the families takes one more child."""
    wish = np.zeros(len(homes.rows))
    wish[children] = wanted
    for share in homes.value("sibling_shares"):
        family = np.flatnonzero(homes.parent)
        more = family[homes.chance(Start.SIBLING, family) < share]  # one address: large families grow larger
        children = _place(homes, children, wish[children], more)
    while children.size:
        before = children.size
        anyone = np.flatnonzero(homes.parent)
        children = _place(homes, children, wish[children], anyone, [*homes.value("match_years"), ANY_AGE])
        if children.size == before:
            # No family in the place: any adult takes them in, so that no child is alone even in a tiny
            # sample.
            adults = np.flatnonzero(~homes.minor)
            children = _place(homes, children, wish[children], adults, [ANY_AGE])


def _return_home(homes, stay):
    """Place young adults who still live at home with a parent; whoever finds none lives on their own."""
    rows = homes.rows
    stay = stay[homes.at_home[stay]]
    wanted = homes.age[stay] + _age_at_birth(homes, stay)
    lone = _share_of(homes, stay, homes.value("at_home_lone_share"), Start.WITH_LONE)
    able = ~homes.minor & ~homes.housed & ~homes.at_home & (homes.age >= wanted.min(initial=ANY_AGE))
    woman = rows["sex"] == Sex.woman
    couples = np.flatnonzero(able & woman & homes.partner)
    singles = np.flatnonzero(able & ~homes.partner & (woman | homes.parent))
    left = [
        _place(homes, stay[~lone], wanted[~lone], couples),
        _place(homes, stay[lone], wanted[lone], singles),
    ]
    left = np.concatenate(left)
    wish = np.zeros(len(rows))
    wish[stay] = wanted
    left = _place(homes, left, wish[left], np.flatnonzero(able & woman & homes.partner))
    homes.at_home[left] = False


def _shared_homes(homes):
    """Adults who share a home without being a couple: pairs of near age; the jobless less often."""
    rows = homes.rows
    single = np.flatnonzero(~homes.minor & ~homes.partner & ~homes.parent & ~homes.at_home & ~homes.housed)
    jobless = (rows["status"] == Status.unemployed) | (rows["status"] == Status.labour_market_support)
    odds = np.where(jobless, homes.value("share_jobless_odds"), 1.0)
    sharers = homes.chosen(by_age("sharing_share", rows, homes.parameters), odds, Start.SHARE_HOME, single)
    order = sharers[np.lexsort((homes.age[sharers], homes.place[sharers]))]
    first, second = order[0 : len(order) // 2 * 2 : 2], order[1::2]
    near = (homes.place[first] == homes.place[second]) & (
        homes.age[second] - homes.age[first] <= max(homes.value("match_years"))
    )
    homes.head[second[near]] = first[near]


def _write(homes):
    """Write the homes into the rows; a household carries the id of its head."""
    rows, head = homes.rows, homes.head
    rows["household"] = rows["id"][head]
    rows["partner"] = homes.partner
    n = len(rows)
    rows["adults"] = np.bincount(head[~homes.minor], minlength=n)[head]
    rows["minors"] = np.bincount(head[homes.minor], minlength=n)[head]
