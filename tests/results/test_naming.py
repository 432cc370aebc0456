"""Words for the model's numbers: every one has them in every language, and no two of a section share them."""

import pytest

import scenarios
from results import grounds, naming, units
from results.language import speaking
from scenarios.parameters import shipped
from sim.intervention import kinds


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_number_has_words_of_its_own(language):
    with speaking(language) as missed:
        found = {name: naming.number(name) for name in shipped()}
    assert missed == set()
    assert all(": " in words and "_" not in words for words in found.values()), [n for n, words in found.items() if ": " not in words]
    twice = {words for words in found.values() if [*found.values()].count(words) > 1}
    assert not twice, {name: words for name, words in found.items() if words in twice}


def test_no_word_is_left_over():
    """What is named is a number of the model."""
    names = set(shipped())
    sections, parts = {name.partition(".")[0] for name in names}, {name.partition(".")[2] for name in names}
    assert set(naming.SECTIONS) == sections and set(naming.NUMBERS) <= names and set(naming.PARTS) <= parts


def test_settings_of_interventions_go_by_the_interventions_title():
    titles = {"refugee_groups": "Peer groups"}
    assert naming.number("interventions.refugee_groups.language", titles) == "Peer groups: Effect on language skills"
    assert naming.number("interventions.card.project.cost") == "card: Project money, Cost"
    assert naming.number("wellbeing.persistence") == "Wellbeing: persistence from month to month"
    assert naming.number("payers.home_care").endswith("Home care")
    with speaking("fi"):
        assert naming.number("distress.strain") == "Henkinen kuormitus: taloushuolet"
    assert naming.number("strong") == "strong" and naming.number("wellbeing.unheard_of") == "wellbeing.unheard_of"


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_units_and_what_scenarios_rest_on_are_told_in_the_language(language):
    found = {q.unit for q in shipped().values()} - {"-"}
    texts = {scenarios.load(name, kinds=kinds()).rests_on for name in scenarios.names()} - {""}
    assert found <= set(units.UNITS) and texts == set(grounds.GROUNDS)
    with speaking(language) as missed:
        assert all(units.unit(one) != one or one in ("index", "logit", "km", "exponent") for one in found)
        assert all(grounds.grounds(text) != text for text in texts)
        assert (units.unit("furlongs"), grounds.grounds("my own")) == ("furlongs", "my own")
    assert missed == set()
