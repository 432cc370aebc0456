"""Make a scenario: change one that is there in a form, or bring a file; checked at every touch with the command line's messages."""

import math

import streamlit as st

from command.dashboard import form, labels, start
from results.dashboard import show
from results.language import current, say, word
from results.report.tables import EVIDENCE, Shown
from results.words import plain

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
    st.caption(show.literal(scenario.rests_on))
    changes = st.session_state.setdefault("make_changes", {}).setdefault(parent, {})
    removed = ()
    blocks = {name: (block.title or {}).get(current()) or name for name, block in scenario.interventions.items()}
    if blocks:
        removed = st.multiselect(say("Interventions left out"), list(blocks), format_func=blocks.get, key=f"make_removed_{parent}",
                                 placeholder=say("Choose"))
        left = [block for block in blocks if block not in removed]
        st.header(say("An intervention"))
        chosen = st.selectbox(say("Intervention to change"), left, format_func=blocks.get, key=f"make_block_{parent}") if left else None
        if chosen:
            st.caption(f"`{scenario.interventions[chosen].kind}`")
            found = form.fields(scenario, chosen)
            for field in found:
                if field.kind != "fixed":
                    _field(field, changes, parent)
            _others([field for field in found if field.kind == "fixed"], parent)
    st.header(say("General numbers of the model"))
    numbers = st.multiselect(say("Numbers to change"), list(scenario.parameters), key=f"make_numbers_{parent}", placeholder=say("Choose"),
                             default=[key.removeprefix("parameters.") for key in changes if key.startswith("parameters.")])
    for number in numbers:
        _field(form.parameter(scenario, number), changes, parent)
    for key in [key for key in changes if key.startswith("parameters.") and key.removeprefix("parameters.") not in numbers]:
        del changes[key]
    _changed(changes, removed, blocks)
    head = {"id": name, "extends": parent, "title": dict.fromkeys(("en", "fi", "sv"), title)}
    return form.text_of(head, changes, removed), name


def _field(field, changes, parent):
    """One setting: its field, and beside it unit, range, default, evidence and source; a change is marked."""
    key = f"make_{parent}_{field.key}"
    label = labels.name(field.name) + (f" [{labels.unit(field.unit)}]" if field.unit else "")
    with st.container(border=field.key in changes):
        if field.kind == "quantity":
            _quantity(field, changes, key, label)
        else:
            value = _widget(field, changes.get(field.key, field.value), key, label)
            _note_change(changes, field.key, value, field.value)
        st.caption(_about(field, changes))


def _others(fixed, parent):
    """The settings that have no field of their own."""
    with st.expander(say("Settings that only the file can change")):
        st.caption(say("Choose “Write or upload a file” and extend {name} to change these.", name=f"`{parent}`"))
        rows = [[labels.name(field.name), _short(field.value), labels.unit(field.unit)] for field in fixed
                if field.value not in (None, [], ())]
        show.table(Shown(say("Settings"), [say("Setting"), say("Value"), say("Unit or meaning")], rows))


def _widget(field, value, key, label):
    if field.kind == "flag":
        return st.checkbox(label, value, key=key)
    if field.kind == "choice":
        place = field.choices.index(value) if value in field.choices else None
        return st.selectbox(label, field.choices, place, format_func=labels.choice, key=key)
    if field.kind == "date":
        return st.date_input(label, value, key=key, format="YYYY-MM-DD")
    number = int if field.kind == "whole" else float
    ends = [None if end is None else number(end) for end in (field.low, field.high)]
    return st.number_input(label, *ends, None if value is None else number(value), step=1 if number is int else None, key=key)


def _quantity(field, changes, key, label):
    """Value and 95 % range side by side."""
    now = changes.get(field.key) or {"value": field.value, "low": field.range[0], "high": field.range[1]}
    step = 10.0 ** math.floor(math.log10(abs(field.value) or 1.0) - 0.5)
    entered = []
    words = (label, say("95 %, low"), say("95 %, high"))
    for column, part, text in zip(st.columns([2, 1, 1]), ("value", "low", "high"), words, strict=True):
        value = now.get(part)
        entered.append(column.number_input(text, field.low, field.high, None if value is None else float(value), step,
                                           format="%.6g", key=f"{key}_{part}"))
    value, low, high = entered
    if value is not None:
        _note_change(changes, field.key, form.source(field, value, low, high), form.source(field, field.value, *field.range))


def _note_change(changes, key, value, before):
    if value == before or value is None:
        changes.pop(key, None)
    else:
        changes[key] = value


def _about(field, changes):
    """What stands beside a field, in words; first its name in the file."""
    parts = [f"`{field.name}`"]
    if field.key in changes:
        parts.append("**" + say("Changed; before: {value}", value=show.literal(_short(field.value))) + "**")
    if field.low is not None and field.high is not None:
        parts.append(say("allowed: {low} to {high}", low=plain(field.low), high=plain(field.high)))
    elif field.low is not None:
        parts.append(say("allowed: at least {low}", low=plain(field.low)))
    if field.default:
        parts.append(say("default: number {name}", name=f"`{field.default}`"))
    if field.evidence:
        read = say("read in its source") if field.verified else say("not read in its source")
        parts.append(f"{say(EVIDENCE[field.evidence])}, {read}")
    if field.source:
        parts.append(show.literal(field.source))
    return " · ".join(parts)


def _short(value):
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return plain(value) if isinstance(value, float) else str(value)


def _changed(changes, removed, blocks):
    """The table of what differs from the scenario that one started from."""
    rows = [[key.removeprefix("interventions."), _short(value["value"]) if isinstance(value, dict) else _short(value)]
            for key, value in changes.items() if key.split(".")[1] not in removed]
    rows += [[blocks[name], say("left out")] for name in removed]
    show.table(Shown(say("Changed"), [say("Setting"), say("Value")], rows))
    if changes and st.button(say("Take all changes back"), key="make_back"):
        changes.clear()
        for key in [key for key in st.session_state if str(key).startswith("make_") and "." in str(key)]:
            del st.session_state[key]
        st.rerun()
