"""The reference tables agree with the published totals."""

import numpy as np
import pytest

from scenarios import tables


def total(year, **where):
    found = tables.municipalities().values()
    return sum(m.population[year] for m in found if all(getattr(m, k) == v for k, v in where.items()))


def test_every_municipality_of_2022_once():
    table = tables.municipalities()
    assert len(table) == 309
    assert all(code == m.code and len(code) == 3 and code.isdigit() for code, m in table.items())
    assert len({m.name for m in table.values()}) == 309
    assert len({m.county for m in table.values()}) == 23  # 21 counties, Helsinki, Åland
    assert len({m.region for m in table.values()}) == 19
    assert {m.urbanity for m in table.values()} == {"urban", "semi_urban", "rural"}


def test_codes_keep_their_zeros():
    assert tables.municipalities()["005"].name == "Alajärvi"
    assert tables.municipalities()["092"].county == "Vantaa-Kerava"


@pytest.mark.parametrize(
    ("where", "persons"),
    [
        ({}, 5_563_970),
        ({"name": "Mikkeli"}, 51_980),
        ({"name": "Kouvola"}, 79_429),
        ({"name": "Vantaa"}, 242_819),
        ({"county": "Etelä-Savo"}, 130_451),
        ({"county": "Kymenlaakso"}, 159_488),
        ({"county": "Vantaa-Kerava"}, 280_495),
        ({"urbanity": "urban"}, 4_017_349),
    ],
)
def test_population_2022(where, persons):
    assert total(2022, **where) == persons


def test_municipalities_and_pyramid_of_2018_agree():
    pyramid = tables.population()
    assert total(2018) == pyramid["men"].sum() + pyramid["women"].sum() == 5_517_919


def test_centroids_lie_in_finland():
    table = tables.municipalities().values()
    assert all(59.4 < m.latitude < 70.1 and 19 < m.longitude < 31.6 for m in table)
    assert tables.municipalities()["890"].latitude > 69  # Utsjoki is the northernmost


def test_activity_shares_sum_to_one():
    for shares in tables.activity().values():
        assert shares.shape == (70 - 18 + 1, len(tables.ACTIVITIES))
        np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-9)
        assert shares.min() >= 0


def test_mortality_rises_with_age():
    for rate in tables.mortality().values():
        assert rate.shape == (101,)
        assert rate[80:95].mean() > 10 * rate[50:65].mean() > 10 * rate[20:35].mean()


def test_tables_are_shared_and_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        tables.population()["men"][0] = 1
