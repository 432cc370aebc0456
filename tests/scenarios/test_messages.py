"""Bad input: every problem at once, each at its place, in words, with the next step."""

import pytest

import scenarios

HEAD = '[scenario]\nextends = "baseline"\n'
CAMP = HEAD + '[interventions.a]\nkind = "camp"\nprice = 100\n'
RAW = ("pydantic", "Input should", "validation error", "tomllib", "type=", "Traceback", "literal[")


def text_of(problems):
    text = "\n".join(map(str, problems))
    assert not any(word in text for word in RAW)
    return text


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        (CAMP + "raech = 0.3", "interventions.a.raech", "Did you mean 'reach'?"),
        (CAMP + "reach = 0.95", "interventions.a.reach", "0.95 is above 0.9 (share of segment per year)"),
        (CAMP + "reach = -0.1", "interventions.a.reach", "-0.1 lies outside 0-1"),
        (CAMP + "length = -3", "interventions.a.length", "-3 is below 0 (weeks)"),
        (
            CAMP + 'reach = "0.3"',
            "interventions.a.reach",
            'needs a number [share of segment per year], not "0.3"',
        ),
        (CAMP + "reach = true", "interventions.a.reach", "not true"),
        (CAMP + "reach = { valeu = 0.3 }", "interventions.a.reach", "without a value"),
        (CAMP + "reach = { value = 0.3, lwo = 0.1 }", "interventions.a.reach.lwo", "Did you mean 'low'?"),
        (
            CAMP + 'reach = { value = 0.3, unit = "%" }',
            "interventions.a.reach",
            "must be 'share of segment per year'",
        ),
        (CAMP + "channels.web.frequency = -1", "interventions.a.channels.web.frequency", "-1 is below 0"),
        (CAMP + "start = 2019-01-01\nend = 2018-12-31", "interventions.a.end", "dates reversed"),
        (CAMP + "end = 2016-12-31", "interventions.a.end", "dates reversed"),
        (CAMP + "months = 3\nend = 2018-12-31", "interventions.a.end", "both months and end"),
        (CAMP + "start = 2018-01-15", "interventions.a.start", "Use 2018-01-01"),
        (CAMP + "start = 2022-01-01", "interventions.a.start", "lies outside the run"),
        (CAMP + "end = 2022-01-01", "interventions.a.end", "lies outside the run"),
        (CAMP + 'start = "2018-01-01"', "interventions.a.start", "needs a date"),
        (CAMP + "months = 0", "interventions.a.months", "at least 1 (months)"),
        (CAMP + "months = 2.5", "interventions.a.months", "needs a whole number"),
        (CAMP + 'places = ["Mikkeli"]', "interventions.a.places", "not among the scenario's own places"),
        (CAMP + 'places = "Vanta"', "interventions.a.places.0", "Did you mean 'Vantaa'?"),
        (CAMP + 'segment = { group = "net" }', "interventions.a.segment.group", "Did you mean 'neet'?"),
        (CAMP + "segment = { age_min = 40, age_max = 30 }", "interventions.a.segment", "empty segment"),
        (CAMP + 'segment = { group = "neet", age_min = 40 }', "interventions.a.segment", "15-29"),
        (
            CAMP.replace("price = 100", ""),
            "interventions.a.price",
            "missing; there is no default for it [EUR2018 per month]",
        ),
        (CAMP.replace("camp", "cmap"), "interventions.a.kind", "Did you mean 'camp'?"),
        (CAMP.replace('kind = "camp"', ""), "interventions.a", "missing kind"),
        (HEAD + "[interventions]\na = 3", "interventions.a", "needs a table"),
        (HEAD + "[intervention.a]\nkind = 3", "intervention", "Did you mean 'interventions'?"),
        (
            HEAD + "[population]\nfraction = 4",
            "population.fraction",
            "at most 1 (simulated residents per real",
        ),
        (HEAD + "[population]\nplaces = []", "population.places", "at least one"),
        (HEAD + '[population]\nplaces = ["Mikeli"]', "population.places.0", "Did you mean 'Mikkeli'?"),
        (HEAD + '[population]\nplaces = ["20"]', "population.places.0", "Did you mean '020'?"),
        (
            HEAD + '[population]\nplaces = ["Etelä-Savo"]',
            "population.places.0",
            "Did you mean 'county:Etelä-Savo'?",
        ),
        (
            HEAD + '[population]\nplaces = ["county:Etelä-Sawo"]',
            "population.places.0",
            "Did you mean 'county:Etelä-Savo'?",
        ),
        (HEAD + "[population]\nplaces = [491]", "population.places.0", "needs text in quotes, not 491"),
        (HEAD + '[population]\ntable = "none.csv"', "population.table", "there is no file 'none.csv'"),
        (HEAD + "[time]\nstart = 2017-01-02", "time.start", "not the first day"),
        (HEAD + '[runs]\nseed = "a"', "runs.seed", "whole number"),
        (HEAD + 'comparator = "baselin"', "scenario.comparator", "Did you mean 'baseline'?"),
        (HEAD + 'id = "a b"', "scenario.id", "only letters"),
        (HEAD + '[interventions."a b"]\nkind = "camp"\nprice = 100', "interventions.a b", '"a b" may hold only letters'),
        (HEAD + '[interventions."a.b"]\nkind = "camp"\nprice = 100', "interventions.a.b", '"a.b" may hold only letters'),
        (HEAD + 'title = { de = "x" }', "scenario.title.de", "'en', 'fi' or 'sv'"),
        (HEAD + 'remove = ["interventions.a"]', "scenario.remove.0", "no 'interventions.a' to remove"),
        (
            HEAD + "[parameters]\nwelbeing.persistence = 1",
            "parameters.welbeing.persistence",
            "Did you mean 'wellbeing.pers",
        ),
        (HEAD + "[parameters]\nwellbeing.persistence = 2", "parameters.wellbeing.persistence", "outside 0-1"),
        (
            HEAD + '[parameters]\nwellbeing.persistence = "x"',
            "parameters.wellbeing.persistence",
            "needs a number [share]",
        ),
        (
            HEAD + "[parameters]\nwellbeing.table = [1, 2]",
            "parameters.wellbeing.table",
            "needs 3 numbers [ratio; axes age]",
        ),
        (
            HEAD + '[parameters]\nwellbeing.persistence = { value = 0.9, unit = "ratio" }',
            "parameters.wellbeing.persistence",
            "must be 'share'",
        ),
        ('[scenario]\nextends = "baselin"', "scenario.extends", "Did you mean 'baseline'?"),
        ("[scenario]\nextends = 3", "scenario.extends", "no scenario '3'"),
        ('extends = "baseline"', "extends", "It belongs under [scenario]"),
    ],
)
def test_one_clear_line(problems, toml, key, words):
    found = [p for p in problems(mine=toml) if p.key == key]
    assert found, "no problem at that key"
    assert words in text_of(found)
    assert found[0].line > 0
    assert found[0].file.endswith("mine.toml")


@pytest.mark.parametrize(
    ("toml", "line", "words"),
    [
        ("[a]\nx = 0,4\n", 2, "0.4"),
        ("[a]\nx = 020\n", 2, '"020"'),
        ("[a]\nx = True\n", 2, "lower case"),
        ("[a]\nx = Mikkeli\n", 2, "quotes"),
        ('[a]\nx = "Mikkeli\n', 2, "not closed"),
        ("[a]\nx\n", 2, "without '='"),
        ("[interventions.työpajat]\nkind = 1\n", 1, 'in quotes, as in [interventions."työpajat"]'),
        ("[a]\n'ä' = 1\nö = 2\n", 3, "other letters than a-z"),
        ("[a]\nx = ä\n", 2, "not readable"),
        ("[a]\nx = 1\nx = 2\n", 3, "set twice"),
        ("[interventions.a]\nx = 1\n[interventions.a]\nx = 2\n", 3, "[interventions.a]"),
    ],
)
def test_toml_mistakes_have_a_place(problems, toml, line, words):
    (found,) = problems(mine=toml)
    assert found.line == line
    assert words in text_of([found])


def test_all_problems_at_once_in_the_files_order(problems):
    toml = CAMP + 'reach = 1.4\n[population]\nplaces = ["Mikeli", "Vanta"]\nfractoin = 1\n'
    found = problems(mine=toml)
    assert [p.key for p in found] == [
        "interventions.a.reach",
        "population.places.0",
        "population.places.1",
        "population.fractoin",
    ]


def test_the_caret_stands_under_the_value(problems):
    (found,) = problems(mine=CAMP + "reach = 0.95\n")
    message, source, caret = str(found).splitlines()
    assert message.startswith(f"{found.file}:6:9: interventions.a.reach: ")
    assert source[caret.index("^") :] == "0.95"


def test_a_problem_points_into_the_file_that_has_it(problems):
    found = problems(mine='[scenario]\nextends = "parent"\n', parent=CAMP + "reach = 1.4\n")
    assert [p.file.endswith("parent.toml") for p in found] == [True]


def test_a_circle_names_its_chain(problems):
    chain = {"a": "b", "b": "c", "c": "a"}
    (found,) = problems(**{name: f'[scenario]\nextends = "{parent}"\n' for name, parent in chain.items()})
    assert "a -> b -> c -> a" in found.message


def test_a_wrong_override_blames_the_command_line(problems):
    (found,) = problems({"population.places": ["Mikeli"]}, mine=HEAD)
    assert str(found).startswith("command line: population.places.0: no municipality 'Mikeli'")


def test_an_incomplete_scenario_says_what_is_missing(problems):
    text = text_of(problems(mine='[scenario]\ntitle = { en = "Alone" }\n[time]\nyears = 3\n'))
    assert "time.start: missing. Needs a date" in text
    assert "runs.seed: missing. Needs a whole number" in text
    assert "population.places: missing. Needs a list" in text


def test_an_unknown_scenario_offers_the_near_one():
    with pytest.raises(scenarios.ScenarioError, match="Did you mean 'baseline'") as error:
        scenarios.load("baselin", {})
    assert error.value.problems[0].file == "baselin"


def test_a_missing_default_parameter_is_named(tmp_path, kinds):
    path = tmp_path / "mine.toml"
    path.write_text(CAMP, encoding="utf-8")
    with pytest.raises(scenarios.ScenarioError, match=r"parameters.toml has no 'camp.reach'"):
        scenarios.load(path, kinds, parameters={})
