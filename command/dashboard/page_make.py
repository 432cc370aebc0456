"""Make a scenario: change one that is there in a form, or bring a file; checked at every touch with the command line's messages."""

import streamlit as st

from command.dashboard import editors, fields, form, start
from results import naming
from results.dashboard import show
from results.grounds import grounds
from results.language import current, say, word
from results.report.tables import Shown

WAYS = {"form": word("Change one in a form"), "file": word("Write or upload a file")}


def render(runs):
    """Show the page."""
    way = st.radio(say("How"), list(WAYS), format_func=lambda name: say(WAYS[name]), horizontal=True, key="make_way")
    text, name = _form(runs) if way == "form" else _file()
    if not text:
        return
    st.header(say("Check and run"))
    known = form.names(runs)
    first = st.selectbox(say("Compare with"), [None, *known], key="make_comparator",
                         format_func=lambda one: form.title(runs, one) if one else say("the scenario's own comparator"))
    asked = start.size("make", 5)
    plan = form.check(runs, [*([first] if first else []), None], asked, text)
    good = start.tell(plan)
    with st.expander(say("The file (TOML)")):
        st.code(text, language="toml", wrap_lines=True)
    run, save, download = st.columns(3)
    if run.button(say("Run it"), type="primary", disabled=not good, key="make_run"):
        files = {f"{own}.toml": written for own, written in form.own(runs).items()} | {f"{name}.toml": text}
        title = " / ".join(arm.title.get(current()) or arm.id for arm in plan.arms)
        names = [f"{first}.toml" if f"{first}.toml" in files else first] if first else []
        start.launch(runs, [*names, f"{name}.toml"], asked, title, files)
    if save.button(say("Save"), disabled=not good, key="make_save"):
        _save(runs, name, text)
    download.download_button(say("Download (TOML)"), text, f"{name}.toml", "text/plain", key="make_download", on_click="ignore")


def _save(runs, name, text):
    try:
        path = form.save(runs, name, text)
    except (ValueError, OSError) as error:
        st.error(show.literal(str(error)))
        return
    st.success(say("Saved as {name}; it can now be chosen like the model's own scenarios.", name=path.name))


def _file():
    """Text and name of a file of one's own."""
    given = st.file_uploader(say("A scenario file (TOML)"), type=["toml"], key="make_upload")
    if given is not None and given.file_id != st.session_state.get("make_taken"):
        st.session_state["make_taken"] = given.file_id
        content = given.getvalue()
        if len(content) > form.LARGEST:
            st.error(say("This file is too large for a scenario: at most {most} kB.", most=form.LARGEST // 1000))
        else:
            st.session_state["make_text"] = content.decode("utf-8", errors="replace")
    st.session_state.setdefault("make_text", '[scenario]\nid = "own"\nextends = "promeq"\ntitle = { en = "My own" }\n')
    text = st.text_area(say("The file (TOML)"), height=300, max_chars=form.LARGEST, key="make_text")
    name = form.identifier(st.text_input(say("Name of the file"), "own", max_chars=60, key="make_file_name"))
    return text, name or "own"


def _form(runs):
    """Text and name of what the form makes; nothing while the scenario to start from is wrong."""
    known = form.names(runs)
    parent = st.selectbox(say("Start from"), known, index=known.index("promeq"), key="make_parent",
                          format_func=lambda one: form.title(runs, one))
    title = st.text_input(say("Title of the new scenario"), say("My own"), max_chars=80, key="make_title") or say("My own")
    name = form.identifier(title) or "own"
    name = f"own_{name}" if name in known else name
    loaded = form.loaded(runs, parent)
    if loaded.problems:
        start.tell(loaded)
        return "", ""
    scenario = loaded.arms[0]
    st.caption(show.literal(grounds(scenario.rests_on)))
    changes = st.session_state.setdefault("make_changes", {}).setdefault(parent, {})
    blocks = {name: (block.title or {}).get(current()) or name for name, block in scenario.interventions.items()}
    editor = editors.Editor(changes, f"make_{parent}", blocks)
    removed = _interventions(scenario, parent, blocks, editor)
    _numbers(scenario, parent, editor)
    _changed(changes, removed, blocks)
    head = {"id": name, "extends": parent, "title": dict.fromkeys(("en", "fi", "sv"), title)}
    carried = {key: value for block in {key.split(".")[1] for key in changes if key.startswith("interventions.")}
               for key, value in fields.carried(fields.fields(scenario, block), changes).items()}
    return form.text_of(head, {**changes, **carried}, removed), name


def _interventions(scenario, parent, blocks, editor):
    """Editors of the intervention that is chosen; returns the names of those left out."""
    if not blocks:
        return ()
    removed = st.multiselect(say("Interventions left out"), list(blocks), format_func=blocks.get, key=f"make_removed_{parent}",
                             placeholder=say("Choose"))
    left = [block for block in blocks if block not in removed]
    st.header(say("An intervention"))
    chosen = st.selectbox(say("Intervention to change"), left, format_func=blocks.get, key=f"make_block_{parent}") if left else None
    if chosen:
        st.caption(f"`{scenario.interventions[chosen].kind}`")
        for field in fields.fields(scenario, chosen):
            editor.show(field)
    return removed


def _numbers(scenario, parent, editor):
    """Editors of the model's own numbers that are chosen."""
    st.header(say("General numbers of the model"))
    changes = editor.changes
    numbers = st.multiselect(say("Numbers to change"), list(scenario.parameters), key=f"make_numbers_{parent}", placeholder=say("Choose"),
                             format_func=_number,
                             default=[key.removeprefix("parameters.") for key in changes if key.startswith("parameters.")])
    for number in numbers:
        editor.show(fields.parameter(scenario, number))
    for key in [key for key in changes if key.startswith("parameters.") and key.removeprefix("parameters.") not in numbers]:
        del changes[key]


def _number(name):
    return f"{naming.number(name)} · {name}"


def _changed(changes, removed, blocks):
    """The table of what differs from the scenario that one started from."""
    rows = [[key.removeprefix("interventions."), say("taken away") if value is None else editors.told(value)]
            for key, value in changes.items() if key.split(".")[1] not in removed]
    rows += [[blocks[name], say("left out")] for name in removed]
    show.table(Shown(say("Changed"), [say("Setting"), say("Value")], rows))
    if changes and st.button(say("Take all changes back"), key="make_back"):
        changes.clear()
        for key in [key for key in st.session_state if str(key).startswith("make_") and "." in str(key)]:
            del st.session_state[key]
        st.rerun()
