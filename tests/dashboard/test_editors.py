"""The form's editors: what is opened shows, what is changed is written and opens again, and nothing else moves."""

import datetime
from typing import Literal

import pytest

testing = pytest.importorskip("streamlit.testing.v1")

import scenarios  # noqa: E402
from command.dashboard import fields, form, labels  # noqa: E402
from results import naming, units  # noqa: E402
from results.language import speaking  # noqa: E402
from scenarios import show  # noqa: E402
from sim.intervention import kinds  # noqa: E402

TABLES = ("title", "kind")


def _page(runs, language):
    from command.dashboard import page_make
    from results.language import speaking

    with speaking(language):
        page_make.render(runs)


def opened(runs, parent, block, language="en"):
    """The form, with an intervention of a scenario chosen."""
    test = testing.AppTest.from_function(_page, args=(str(runs), language), default_timeout=60)
    test.session_state["make_parent"] = parent
    test.session_state[f"make_block_{parent}"] = block
    return test.run()


def at(kind, test, key):
    """The widget of a setting, by the end of its key."""
    (found,) = [one for one in getattr(test, kind) if str(one.key).endswith(f".{key}")]
    return found


def differs(runs, test, parent):
    """{key: value in the scenario that the form wrote} of all that differs from its parent, which must be without a problem."""
    plan = form.check(runs, [None], form.Asked(residents=500), test.code[0].value)
    assert plan.problems == () and not test.error and not test.exception
    before = form.loaded(runs, parent).arms[0]
    apart = show.diff(before, plan.arms[-1])
    return {one.key: one.second for one in apart if not one.key.startswith(("scenario.", "population.", "time."))}


SPREAD = "interventions.spread."
GROUPS = "interventions.youth_groups."


def test_a_segment_is_narrowed_and_widened(tmp_path):
    """A change of one thing leaves the rest of the segment; what the parent restricts can be taken away."""
    test = opened(tmp_path, "promeq", "elder_groups")
    at("number_input", test, "segment.age_min").set_value(70)
    at("selectbox", test, "segment.urbanity").select("rural")
    at("selectbox", test, "segment.alone").select("")
    test.run()
    key = "interventions.elder_groups.segment."
    assert differs(tmp_path, test, "promeq") == {f"{key}age_min": 70, f"{key}urbanity": "rural", f"{key}alone": None}
    assert "Changed; before: yes" in "".join(one.value for one in test.caption)
    at("number_input", test, "segment.age_min").set_value(65)
    at("selectbox", test, "segment.urbanity").select("")
    at("selectbox", test, "segment.alone").select(True).run()
    assert differs(tmp_path, test, "promeq") == {} and "elder_groups" not in test.code[0].value


def test_a_kinds_own_segment_is_not_lost(tmp_path):
    """Outreach youth work is for NEET youth unless a file says otherwise; ages alone must not make it for everybody."""
    test = opened(tmp_path, "promeq", "youth_outreach")
    assert at("selectbox", test, "segment.group").value == "neet"
    at("number_input", test, "segment.age_min").set_value(18).run()
    segment = form.check(tmp_path, [None], form.Asked(residents=500), test.code[0].value).arms[-1].interventions["youth_outreach"].segment
    assert (segment.group, segment.age_min, segment.age_max) == ("neet", 18, 120)


def test_a_schedule_is_made_and_checked(tmp_path):
    test = opened(tmp_path, "promeq", "youth_groups")
    more = next(one for one in test.button if str(one.key).endswith("schedule_rows_more"))
    more.click().run()
    assert len(test.error) == 2 and "schedule.0.date: missing." in test.error[0].value
    for nth, (day, scale) in enumerate(((datetime.date(2019, 1, 1), 2.0), (datetime.date(2018, 6, 1), 0.5))):
        if nth:
            next(one for one in test.button if str(one.key).endswith("schedule_rows_more")).click().run()
        at("date_input", test, f"schedule.{nth}.date").set_value(day)
        at("number_input", test, f"schedule.{nth}.scale").set_value(scale).run()
    assert "dates not in order" in test.error[0].value
    at("date_input", test, "schedule.1.date").set_value(datetime.date(2020, 6, 1)).run()
    rows = [{"date": datetime.date(2019, 1, 1), "scale": 2.0}, {"date": datetime.date(2020, 6, 1), "scale": 0.5}]
    assert differs(tmp_path, test, "promeq") == {f"{GROUPS}schedule": rows}
    next(one for one in test.button if str(one.key).endswith("rows_0_gone")).click().run()
    assert differs(tmp_path, test, "promeq") == {f"{GROUPS}schedule": rows[1:]}

    form.save(tmp_path, "mine", test.code[0].value)
    again = opened(tmp_path, "mine", "youth_groups")
    assert at("number_input", again, "schedule.0.scale").value == 0.5 and not again.error
    assert differs(tmp_path, again, "mine") == {}
    next(one for one in again.button if str(one.key).endswith("rows_0_gone")).click().run()
    assert differs(tmp_path, again, "mine") == {f"{GROUPS}schedule": []}


def test_tables_lists_partners_and_names(tmp_path):
    """Numbers by entry, what is chosen of a list, a row of a partnership table, other interventions."""
    test = opened(tmp_path, "etela_savo_place", "sharing")
    assert differs(tmp_path, test, "etela_savo_place") == {}
    labelled = {one.label: one for one in test.number_input}
    labelled["Out of work"].set_value(0.4)
    labelled["Low income"].set_value(0.1)
    at("multiselect", test, "services").unselect("social_work")
    at("text_input", test, "partners.3.municipality").set_value("Mikkeli").run()
    found = differs(tmp_path, test, "etela_savo_place")
    key = "interventions.sharing."
    assert set(found) == {f"{key}weights", f"{key}services", f"{key}partners"}
    assert found[f"{key}weights"]["value"] == [0.25, 0.4, 0.1, 0.25] and found[f"{key}weights"]["evidence"] == "assumption"
    assert found[f"{key}services"] == ["community_groups", "mental_health"] and found[f"{key}partners"][3]["municipality"] == "Mikkeli"
    at("text_input", test, "partners.3.municipality").set_value("Mikeli").run()
    assert "no municipality 'Mikeli'. Did you mean 'Mikkeli'?" in test.error[0].value


def test_pilots_and_a_project_are_taken_away(tmp_path):
    test = opened(tmp_path, "metropolia_innovations", "spread")
    pilots = at("multiselect", test, "pilots.youth_groups")
    before = pilots.value
    assert before and differs(tmp_path, test, "metropolia_innovations") == {}
    pilots.set_value(before[:1]).run()
    assert differs(tmp_path, test, "metropolia_innovations") == {f"{SPREAD}pilots.youth_groups": before[:1]}
    at("multiselect", test, "pilots.youth_groups").set_value([]).run()
    assert f'remove = ["{SPREAD}pilots.youth_groups"]' in test.code[0].value

    test = opened(tmp_path, "metropolia_innovations", "youth_groups")
    at("checkbox", test, "project").uncheck().run()
    found = differs(tmp_path, test, "metropolia_innovations")
    assert set(found) == {f"{GROUPS}project.{name}" for name in ("cost", "grant", "months")} and set(found.values()) == {None}


def test_a_table_of_the_model_is_named_by_its_entries(tmp_path):
    test = opened(tmp_path, "baseline", None, "fi")
    test.multiselect("make_numbers_baseline").select("work.job_loss")
    with speaking("fi"):  # the words of options are made anew outside the page
        test.run()
    named = [one for one in test.number_input if "work.job_loss" in str(one.key)]
    assert len(named) == 20 and named[0].label == "Miehet, 16-17" and named[17].label == "Naiset, 65+"
    named[0].set_value(0.02)
    with speaking("fi"):
        test.run()
    text = test.code[0].value
    assert '[parameters]\n"work.job_loss" = { value = [0.02, 0.0341, ' in text and "low = 0.9, high = 1.1" in text
    assert form.check(tmp_path, [None], form.Asked(residents=500), text).arms[-1].parameters["work.job_loss"].value[0] == 0.02


def test_every_setting_of_every_shipped_scenario_has_an_editor_and_keeps_what_it_is():
    """Each setting set to what it is changes nothing; each taken away, or set, is written so that it loads."""
    count = 0
    for name in scenarios.names():
        scenario = form.loaded("", name).arms[0]
        for block in scenario.interventions:
            for field in fields.fields(scenario, block):
                changes = {field.key: "was there"}
                form.note(changes, field, field.value)
                assert changes == {} and field.kind != "fixed", field
                count += 1
    assert count > 1000


class Odd(scenarios.Block):
    """A kind with a setting of a type that no kind of the model has."""

    odd: int | str = 3
    plain: Literal["a", "b"] = "a"


def test_what_has_no_editor_is_shown_and_not_changed():
    scenario = form.loaded("", "promeq").arms[0]
    scenario.interventions["youth_groups"] = Odd(kind="odd")
    found = {field.name: field for field in fields.fields(scenario, "youth_groups")}
    assert found["odd"].kind == "fixed" and found["odd"].value == 3 and found["plain"].kind == "choice"


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_setting_has_words_in_the_language(language):
    """Names, units and choices, also of what stands in a table of its own and of the entries of tables."""
    with speaking(language) as missed:
        for kind in kinds().values():
            for name, info in kind.model_fields.items():
                said(kind, name, info)
        for entries in scenarios.parameters.axes().values():
            for entry in entries:
                assert entry[0].isdigit() or labels.choice(entry) != entry.replace("_", " "), entry
    assert missed == set()


def said(model, name, info):
    """Check one setting's words, and those of the settings within it."""
    if name in TABLES and model is not scenarios.Segment:
        return
    field = fields._plain("x", name, info, None)
    numbers = model.numbers() if hasattr(model, "numbers") else {}
    unit = numbers[name].unit if name in numbers else field.unit
    assert name in naming.SETTINGS and (not unit or unit in units.UNITS), (model, name, unit)
    assert naming.setting(name) and (not unit or units.unit(unit))
    assert all(one in (True, False) or one in labels.CHOICES or labels.choice(one) != one.replace("_", " ") for one in field.choices), field
    inner = field.model or fields._type(info.annotation)[0]
    for part, about in getattr(inner, "model_fields", {}).items() if name not in numbers else ():
        said(inner, part, about)


def test_what_is_wrong_with_one_intervention_is_told_once(tmp_path):
    """Others that name it are not told that it is missing."""
    text = '[scenario]\nid = "own"\nextends = "etela_savo_place"\n[interventions.village_groups]\nweeks = 0\n'
    (problem,) = form.check(tmp_path, [None], form.Asked(), text).problems
    assert "village_groups.weeks: 0 must be at least 1" in problem


def adding(test, parent, kind, name=None):
    """The form after one more intervention has been added; its name as proposed if none is given."""
    if test.selectbox(f"make_kind_{parent}").value != kind:
        test.selectbox(f"make_kind_{parent}").select(kind).run()
    if name:
        next(one for one in test.text_input if str(one.key).startswith(f"make_named_{parent}")).set_value(name).run()
    return test.button(f"make_add_{parent}").click().run()


def test_an_intervention_is_added_taken_away_and_opens_again(tmp_path):
    """Its kind and what differs from the kind's defaults are written, and no more."""
    test = adding(opened(tmp_path, "baseline", None), "baseline", "group_programme", "walks")
    assert test.selectbox("make_block_baseline").value == "walks"
    at("number_input", test, "walks.weeks").set_value(7).run()
    assert test.code[0].value.endswith('\n[interventions.walks]\nkind = "group_programme"\nweeks = 7')
    assert "Interventions added: walks (Group programme)." in test.info[0].value
    assert "added: Group programme" in "".join(one.proto.body for one in test.get("html"))
    assert differs(tmp_path, test, "baseline") == {"interventions.walks.kind": "group_programme", "interventions.walks.weeks": 7}

    form.save(tmp_path, "mine", test.code[0].value)
    again = opened(tmp_path, "mine", "walks")
    assert at("number_input", again, "walks.weeks").value == 7 and differs(tmp_path, again, "mine") == {}
    assert "Interventions added" not in again.info[0].value

    next(one for one in test.button if str(one.key).endswith("schedule_rows_more")).click().run()
    assert "walks.schedule.0.date: missing." in test.error[0].value
    test.button("make_away_baseline").click().run()
    assert differs(tmp_path, test, "baseline") == {} and "Interventions added" not in test.info[0].value
    adding(test, "baseline", "group_programme", "walks")
    assert at("number_input", test, "walks.weeks").value != 7 and "schedule" not in test.code[0].value


def test_the_name_of_an_added_intervention_is_checked(tmp_path):
    """Characters and doubles, in the words of the command line; what is missing of a kind is told by the check of the file."""
    test = opened(tmp_path, "supported_employment", None)
    (block,) = form.loaded(tmp_path, "supported_employment").arms[0].interventions
    for name, words in (("own.groups", 'may hold only letters, digits, - and _.'), ("a b", "may hold only letters, digits, - and _."),
                        (block, f"a second table is named [interventions.{block}]. Each name can be used once; rename or join the two.")):
        next(one for one in test.text_input if str(one.key).startswith("make_named_")).set_value(name)
        test.button("make_add_supported_employment").click().run()
        assert words in test.error[0].value and "[interventions" not in test.code[0].value, name
    adding(test, "supported_employment", "lever")
    assert "interventions.lever.what: missing." in test.error[0].value and test.button("make_run").disabled
    at("text_input", test, "lever.what").set_value("opening")
    for part, value in (("value", 1.2), ("low", 1.1), ("high", 1.3)):
        at("number_input", test, f"lever.factor_{part}").set_value(value)
    test.run()
    found = differs(tmp_path, test, "supported_employment")
    assert found["interventions.lever.factor"]["value"] == 1.2 and not test.button("make_run").disabled


def test_an_intervention_is_left_out_and_taken_back(tmp_path):
    test = opened(tmp_path, "promeq", "youth_groups")
    at("number_input", test, "youth_groups.weeks").set_value(7).run()
    test.multiselect("make_removed_promeq").select("youth_groups").run()
    assert 'remove = ["interventions.youth_groups"]' in test.code[0].value and "weeks" not in test.code[0].value
    assert "Interventions left out: Online groups for young people." in test.info[0].value
    assert "youth_groups" not in form.check(tmp_path, [None], form.Asked(residents=500), test.code[0].value).arms[-1].interventions
    test.radio("make_way").set_value("file").run()
    test.radio("make_way").set_value("form").run()
    assert test.multiselect("make_removed_promeq").value == ["youth_groups"]
    test.button("make_back").click().run()
    assert test.multiselect("make_removed_promeq").value == [] and differs(tmp_path, test, "promeq") == {}


def test_an_added_intervention_is_as_the_file_would_make_it(tmp_path):
    """The defaults that the form shows of each kind that needs no more are those that a file with the kind alone has."""
    before, whole = form.loaded(tmp_path, "promeq").arms[0], 0
    for kind in kinds():
        shown = fields.added(before, {"one": kind})
        assert all(field.kind != "fixed" and not field.given for field in fields.fields(shown, "one")), kind
        text = form.text_of({"id": "own", "extends": "promeq"}, {"interventions.one.kind": kind})
        plan = form.check(tmp_path, [None], form.Asked(), text)
        if plan.arms:
            assert shown.interventions["one"] == plan.arms[-1].interventions["one"], kind
            whole += 1
    assert whole == len(kinds()) - 3


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_kind_has_a_name_in_the_language(language):
    with speaking(language) as missed:
        assert all(labels.choice(kind) != kind.replace("_", " ") for kind in kinds()) and missed == set()
