"""Tiny tables of what figures need beyond the monthly ones, in which every number is known; used by the tests of figures."""

import itertools

import numpy as np
import pandas as pd

GAIN, COST_TENTH = 0.02, 0.8
SERVICES = {"primary_care": (1.0, 0.02), "mental_health": (3.0, 0.01), "hospital": (0.0, 0.0)}
PLACES = pd.DataFrame({
    "code": ["179", "491", "905", "305"], "name": ["Jyväskylä", "Mikkeli", "Vaasa", "Kuusamo"], "county": ["a", "b", "c", "d"],
    "longitude": [25.7, 27.3, 21.6, 29.2], "latitude": [62.2, 61.7, 63.1, 66.0], "residents": [140_000.0, 53_000, 67_000, 15_000],
})


def runs(draws=4, replicates=3):
    return list(itertools.product(range(draws), range(replicates)))


def services(arms, months=24):
    """Waiting of each service, half a month less in the second arm at mental health; requests given up alike."""
    rows = []
    for arm, (draw, rep), month, (name, (waiting, unmet)) in itertools.product(arms, runs(), range(months), SERVICES.items()):
        shorter = 0.5 * (arm != arms[0]) * (name == "mental_health")
        rows.append((arm, draw, rep, month, "service", name, "waiting", waiting - shorter + 0.01 * draw * (name == "mental_health"), 50))
        rows.append((arm, draw, rep, month, "service", name, "unmet", unmet, 1000))
    return rows


def fifths(arms, months=24):
    """Life satisfaction of income fifths: 6.0 to 8.0, the poorest gaining 0.1 in the second arm."""
    rows = []
    for arm, (draw, rep), month, fifth in itertools.product(arms, runs(), range(months), range(5)):
        gain = 0.1 * (arm != arms[0]) * (fifth == 0)
        rows.append((arm, draw, rep, month, "income_fifth", str(fifth + 1), "life_satisfaction", 6.0 + 0.5 * fifth + gain, 200))
    return rows


def municipalities(arms):
    """Wellbeing in the last December: Mikkeli gains 0.02, Vaasa loses 0.01 in the second arm."""
    change = {"Mikkeli": 0.02, "Vaasa": -0.01}
    return [
        (arm, draw, rep, 23, "municipality", name, "wellbeing", 4.0 + (arm != arms[0]) * change.get(name, 0.0), 100)
        for arm, (draw, rep), name in itertools.product(arms, runs(), PLACES["name"])
    ]


def curves(arms):
    """A concentration curve that sags by 4 %, a Lorenz curve whose top tenth carries 80 %, gains that fall with the start."""
    x = np.linspace(0, 1, 21)
    rows = []
    for arm, (draw, rep) in itertools.product(arms, runs()):
        other = arm != arms[0]
        for year, sag in ((0, 0.02), (2, 0.04 - 0.01 * other)):
            rows += [(arms[0], arm, draw, rep, year, "concentration", p, p - sag * p * (1 - p), 1000) for p in x]
        share = np.interp(x, [0, 0.9, 1], [0, 1 - COST_TENTH + 0.01 * other, 1])
        rows += [(arms[0], arm, draw, rep, 2, "cost_lorenz", p, y, 1000) for p, y in zip(x, share, strict=True)]
        if other:
            rows += [(arms[0], arm, draw, rep, 2, "gain_by_start", (k + 0.5) / 20, GAIN * (1 - k / 20), 50) for k in range(20)]
    columns = ["comparator", "arm", "draw", "replicate", "year", "kind", "x", "y", "n"]
    return pd.DataFrame(rows, columns=columns)


def transitions(arms):
    """Ten residents (500 real) find work, five leave NEET and two enter it, in every run."""
    rows = []
    for arm, (draw, rep) in itertools.product(arms[1:], runs()):
        for kind, group, one, two, n in (
            ("activity", "all", "employed", "employed", 600), ("activity", "all", "unemployed", "employed", 10),
            ("activity", "all", "pensioner", "pensioner", 300), ("activity", "all", "employed", "student", 6),
            ("group", "neet", "in", "out", 9), ("group", "neet", "out", "in", 6), ("group", "neet", "out", "out", 900),
        ):
            rows.append((arms[0], arm, draw, rep, kind, group, one, two, 50.0 * n, n))
    columns = ["comparator", "arm", "draw", "replicate", "kind", "group", "from_state", "to_state", "persons", "n"]
    return pd.DataFrame(rows, columns=columns)


def funnel(arms):
    """A campaign of 1,000 person-months that reaches 300, and groups that 80 join."""
    rows = []
    for (draw, rep), (name, step, persons, cost) in itertools.product(runs(), (
        ("campaign", "segment", 100_000, 50_000), ("campaign", "exposed", 30_000, 50_000), ("campaign", "aware", 60_000, 50_000),
        ("groups", "joined", 8_000, 120_000), ("groups", "attending", 40_000, 120_000), ("groups", "left", 7_500, 120_000),
    )):
        rows.append((arms[1], draw, rep, name, "neet", step, persons + 100.0 * draw, cost))
    return pd.DataFrame(rows, columns=["arm", "draw", "replicate", "intervention", "segment", "step", "persons", "cost"])


def outcomes_more(outcomes, arms):
    """The outcomes of `conftest` with services, fifths and municipalities below them."""
    columns = ["arm", "draw", "replicate", "month", "stratum_kind", "stratum", "outcome", "value", "n"]
    more = pd.DataFrame(services(arms) + fifths(arms) + municipalities(arms), columns=columns)
    more["date"] = [f"{2017 + month // 12}-{month % 12 + 1:02d}-01" for month in more["month"]]
    more["place"] = np.where(more["stratum_kind"] == "municipality", more["stratum"], "all")
    return pd.concat([outcomes.astype(dict.fromkeys(("arm", "date", "place", "stratum_kind", "stratum", "outcome"), str)), more])


def drawn(draws, value):
    """Drawn numbers: `strong` as `value` of the draw says, `weak` going up and down without meaning."""
    rows = [(draw, "strong", value(draw)) for draw in draws] + [(draw, "weak", (draw * 7) % 5 / 5) for draw in draws]
    return pd.DataFrame(rows, columns=["draw", "name", "value"])


def programmes(arms):
    """Tables of programmes of the second arm: maturity rises by 0.5 in every dimension and is overrated by 0.3; half of ten
    municipalities use the innovation at the end; a tenth of 100 eligible households use the card; two areas of 3.8 and 4.1; the
    needier of them gets 1.2, and the first gains 0.02; of intervals of the survey half hold the truth; information carries 0.006 of 0.010.
    """
    from results.figures.maturity_profile import DIMENSIONS

    arm, found = arms[1], {}
    each = list(itertools.product(runs(2, 1), (0, 12, 23)))
    when = {0: "2017-01-01", 12: "2018-01-01", 23: "2018-12-01"}
    found["maturity"] = pd.DataFrame([
        (arm, d, r, "work", m, when[m], place, name, 2 + 0.5 * (m > 0), np.nan if m == 23 else 2.3 + 0.5 * (m > 0))
        for ((d, r), m), place, name in itertools.product(each, ("Mikkeli", "Vaasa"), DIMENSIONS)
    ], columns=["arm", "draw", "replicate", "intervention", "month", "date", "municipality", "dimension", "true", "self_assessed"])
    found["adoption"] = pd.DataFrame([
        (arm, d, r, "spread", m, when[m], "groups", str(k), "in_use" if m and k < 5 else "unaware", 0.0) for ((d, r), m), k in
        itertools.product(each, range(10))
    ], columns=["arm", "draw", "replicate", "intervention", "month", "date", "innovation", "municipality", "state", "practice"])
    found["monitoring"] = pd.DataFrame([
        (arm, d, r, m, when[m], "Kuusamo", kind, name, 100.0, 40.0, users, users / 100) for ((d, r), m), (kind, name, users) in
        itertools.product(each, (("all", "all", 10.0), ("urbanity", "urban", 15.0), ("urbanity", "rural", 5.0)))
    ], columns=["arm", "draw", "replicate", "month", "date", "place", "segment_kind", "segment", "eligible", "holders", "users",
                "participation"])
    found["emphasis"] = pd.DataFrame([(arm, d, r, m, when[m], "Kuusamo", "groups", 1 + m / 100) for (d, r), m in each],
                                     columns=["arm", "draw", "replicate", "month", "date", "place", "campaign", "emphasis"])
    found["area_wellbeing"] = pd.DataFrame([
        (one, d, r, 23, when[23], "Mikkeli", name, 50, mean - gain * (one != arm), 0.05, shrunk, 0.03)
        for one, (d, r), (name, mean, shrunk, gain) in
        itertools.product(arms, runs(2, 1), (("Mikkeli 1", 3.8, 3.85, 0.02), ("Mikkeli 2", 4.1, 4.05, -0.01)))
    ], columns=["arm", "draw", "replicate", "month", "date", "municipality", "area", "n", "mean", "error", "shrunk", "shrunk_error"])
    found["areas"] = pd.DataFrame([
        (one, d, r, "Mikkeli", "491", f"Mikkeli {k + 1}", k, "urban", 1000.0, 50.0, 3, 0.0, 0.6, 1.0, 61.7, 27.3)
        for one, (d, r), k in itertools.product(arms, runs(2, 1), (0, 1))
    ], columns=["arm", "draw", "replicate", "municipality", "code", "area", "number", "urbanity", "residents", "simulated", "fifth",
                "distance", "cohesion", "third_sector", "latitude", "longitude"])
    carried = {"full": 0.010, "information": 0.006, "trust": 0.003, "interactions": 0.0004, "outside": 0.0006}
    found["mechanisms"] = pd.DataFrame([
        (arm, d, r, "at_risk", "wellbeing", pathway, value * (1 + 0.1 * d)) for (d, r), (pathway, value) in
        itertools.product(runs(2, 1), carried.items())
    ], columns=["arm", "draw", "replicate", "stratum", "outcome", "pathway", "value"])
    found["allocation"] = pd.DataFrame([
        (arm, d, r, 12, "Mikkeli", name, "survey", need, 1000.0, factor) for (d, r), (name, need, factor) in
        itertools.product(runs(2, 1), (("Mikkeli 1", 0.6, 1.2), ("Mikkeli 2", 0.4, 0.8)))
    ], columns=["arm", "draw", "replicate", "month", "municipality", "area", "formula", "need", "residents", "factor"])
    found["partnership"] = pd.DataFrame([
        (arm, d, r, name, "rooms", "groups", "all", 2.0, share) for (d, r), (name, share) in
        itertools.product(runs(2, 1), (("Parish", 0.9), ("Club", 0.4)))
    ], columns=["arm", "draw", "replicate", "actor", "resource", "serves", "municipality", "offered", "share_used"])
    found["indicators"] = pd.DataFrame([
        (arm, d, r, "report", 6, 2017, place, "loneliness", "all", source, 0.2, estimate, estimate - 0.05, estimate + 0.05, 80)
        for (d, r), (place, source, estimate) in
        itertools.product(runs(2, 1), (("Mikkeli", "survey", 0.22), ("Vaasa", "survey", 0.3), ("Vaasa", "register", 0.2)))
    ], columns=["arm", "draw", "replicate", "intervention", "month", "year", "place", "indicator", "population", "source", "true",
                "estimate", "low", "high", "n"])
    found["reporting_value"] = pd.DataFrame({
        "arm": arm, "gap": ["groups", "income"], "narrowed": [0.004, 0.002], "low": [0.001, -0.001], "high": [0.007, 0.005],
        "information": 1e6,
    })
    return found
