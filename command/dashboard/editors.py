"""An editor for each kind of field: what it is now, its unit, range and source beside it, and a frame around what has been changed."""

import math

import streamlit as st

from command.dashboard import fields, form, labels
from results import naming
from results.dashboard import show
from results.language import say
from results.report.tables import EVIDENCE
from results.units import unit
from results.words import plain

__all__ = ["Editor", "told"]

NUMBERS = ("quantity", "table", "whole", "number")
ANY = ""  # the choice of saying nothing: for the browser a choice like the others
ACROSS = 4  # fields side by side where there are many alike; one below the other on a narrow screen


class Editor:
    """Shows fields and keeps what they are set to in `changes` {dotted key: value}.

    start: what the keys of its widgets begin with; titles: {intervention: what it is called}.
    """

    def __init__(self, changes, start, titles):
        self.changes, self.start, self.titles = changes, start, titles

    def show(self, field):
        """One setting: its editor, and below it what is known of it; `show.STYLE` frames what says there that it has been changed."""
        with st.container(border=field.kind in ("group", "rows", "table")):
            own = {"quantity": self._quantity, "table": self._table, "group": self._group, "rows": self._rows, "fixed": self._fixed}
            own.get(field.kind, self._one)(field)
            st.caption(self._about(field))

    def changed(self, field):
        """Whether a field or one below it has been changed."""
        return any(key == field.key or key.startswith(f"{field.key}.") for key in self.changes)

    def _one(self, field):
        form.note(self.changes, field, self._widget(field, self.changes.get(field.key, field.value), self._called(field)))

    def _called(self, field):
        """What stands above a field: its name, and of numbers the unit."""
        own = naming.number(field.name) if field.key.startswith("parameters.") else naming.setting(field.name)
        name = self.titles.get(field.name) or own
        return name + (f" [{unit(field.unit)}]" if field.unit and field.kind in NUMBERS else "")

    def _widget(self, field, value, label):
        """The widget of a single value; returns what it is set to, None for nothing."""
        key = f"{self.start}_{field.key}"
        if field.kind == "flag":
            return st.checkbox(label, value, key=key)
        if field.kind == "choice":
            options = [ANY, *field.choices] if field.optional else list(field.choices)
            now = ANY if value is None and field.optional else value
            chosen = st.selectbox(label, options, options.index(now) if now in options else None, format_func=self._title, key=key)
            return None if chosen == ANY else chosen
        if field.kind == "date":
            return st.date_input(label, value, key=key, format="YYYY-MM-DD")
        if field.kind == "text":
            return st.text_input(label, value, max_chars=200, key=key) or None
        if field.kind == "lines":
            text = st.text_area(label, "\n".join(value), key=key, help=say("One on each line."))
            return [line.strip() for line in text.splitlines() if line.strip()]
        if field.kind in ("several", "places"):
            options = list(dict.fromkeys([*field.choices, *value]))
            chosen = st.multiselect(label, options, value, key=key, placeholder=say("Choose"), format_func=self._title)
            return chosen if chosen or field.kind == "several" else None
        number = int if field.kind == "whole" else float
        ends = [None if end is None else number(end) for end in (field.low, field.high)]
        return st.number_input(label, *ends, None if value is None else number(value), step=1 if number is int else None, key=key,
                               format=None if number is int else "%.10g")

    def _title(self, value):
        text = self.titles.get(value) or labels.choice(value)
        return text[:1].upper() + text[1:]

    def _fixed(self, field):
        st.markdown(show.literal(f"{self._called(field)}: {told(field.value)}"))
        st.caption(say("Only the file can change this: choose “Write or upload a file”."))

    def _group(self, field):
        """Settings that stand in a table of their own; one that may be left out has a box to tick."""
        if not field.optional:
            st.markdown(f"**{show.literal(self._called(field))}**")
        elif not self._there(field):
            for part in field.parts:
                self.changes.pop(part.key, None)
            form.note(self.changes, field, None)
            return
        self.changes.pop(field.key, None)
        quantities = [part for part in field.parts if part.kind == "quantity"]
        for part in quantities:
            self.show(part)
        self._beside([part for part in field.parts if part not in quantities])

    def _there(self, field):
        """Whether a group that may be left out is wanted, by a box to tick."""
        ticked = field.key not in self.changes and (field.value is not None or self.changed(field))
        return st.checkbox(self._called(field), ticked, key=f"{self.start}_{field.key}")

    def _beside(self, parts):
        """Fields in rows of several."""
        for first in range(0, len(parts), ACROSS):
            for column, part in zip(st.columns(ACROSS), parts[first : first + ACROSS], strict=False):
                with column:
                    self.show(part)

    def _rows(self, field):
        """A list of tables: each with its fields and a button that takes it away, and a button for one more."""
        place = f"{self.start}_{field.key}_rows"
        held = st.session_state.setdefault(place, dict(enumerate(self.changes.get(field.key, field.value))))
        st.markdown(f"**{show.literal(self._called(field))}**")
        for nth, one in enumerate(list(held)):
            with st.container(border=True):
                said = self._row(field, one, held[one])
                held[one] = said
                st.button(say("Take row {n} away", n=nth + 1), key=f"{place}_{one}_gone", on_click=held.pop, args=(one, None))
        st.button(say("Add: {name}", name=naming.setting(field.name)), key=f"{place}_more", on_click=_more, args=(held,))
        form.note(self.changes, field, list(held.values()))

    def _row(self, field, number, before):
        """What one row says now."""
        said, parts = {}, fields.row(field, number, before)
        for first in range(0, len(parts), ACROSS):
            for column, part in zip(st.columns(ACROSS), parts[first : first + ACROSS], strict=False):
                with column:
                    value = self._widget(part, part.value, self._called(part))
                    st.caption(self._about(part))
                if value is not None and (part.given or value != part.value):
                    said[part.name] = value
        return said

    def _quantity(self, field):
        """Value and 95 % range side by side."""
        now = self._now(field)
        words = (self._called(field), say("95 %, low"), say("95 %, high"))
        value, low, high = (
            self._number(column, text, field, now.get(part), _step(field.value), part)
            for column, part, text in zip(st.columns([2, 1, 1]), ("value", "low", "high"), words, strict=True))
        self._noted(field, value, low, high)

    def _table(self, field):
        """A number for each entry, named by what it stands for; below them the 95 % range of the factor that all are drawn with."""
        now = self._now(field)
        st.markdown(f"**{show.literal(self._called(field))}**")
        names = field.entries or [(str(n + 1),) for n in range(len(field.value))]
        values = []
        for first in range(0, len(names), ACROSS):
            for column, n in zip(st.columns(ACROSS), range(first, min(first + ACROSS, len(names))), strict=False):
                text = ", ".join(map(self._title, names[n]))
                values.append(self._number(column, text, field, now["value"][n], _step(field.value[n]), n))
        ratio = field._replace(low=0.0 if field.dist != "normal" else None, high=None)
        low, high = (self._number(column, text, ratio, now.get(part), 0.05, part) for column, part, text in zip(
            st.columns(2), ("low", "high"), (say("Common factor, 95 %, low"), say("Common factor, 95 %, high")), strict=True))
        self._noted(field, None if None in values else values, low, high)

    def _number(self, column, text, field, value, step, part):
        return column.number_input(text, field.low, field.high, None if value is None else float(value), step, format="%.6g",
                                   key=f"{self.start}_{field.key}_{part}")

    def _now(self, field):
        return self.changes.get(field.key) or {"value": field.value, "low": field.range[0], "high": field.range[1]}

    def _noted(self, field, value, low, high):
        """Keep a quantity: one that is cleared is taken away if it may be, and stays as it was if not."""
        if value is None:
            form.note(self.changes, field, None)
        elif field.value is not None and (value, low, high) == (field.value, *field.range):
            self.changes.pop(field.key, None)
        else:
            self.changes[field.key] = form.source(field, value, low, high)

    def _about(self, field):
        """What stands below a field, in words; first its name in the file."""
        parts = [f"`{field.name}`"]
        if field.unit and field.kind not in NUMBERS:
            parts.append(show.literal(unit(field.unit)))
        if field.key in self.changes:
            parts.append("**" + say("Changed; before: {value}", value=show.literal(told(field.value))) + "**")
        if field.low is not None and field.high is not None:
            parts.append(say("allowed: {low} to {high}", low=plain(field.low), high=plain(field.high)))
        elif field.low is not None:
            parts.append(say("allowed: at least {low}", low=plain(field.low)))
        if field.kind == "places":
            parts.append(say("none chosen: all of the scenario's") if field.name == "places" else say("none chosen: none"))
        if field.default:
            parts.append(say("default: number {name}", name=f"`{field.default}`"))
        if field.evidence:
            read = say("read in its source") if field.verified else say("not read in its source")
            parts.append(f"{say(EVIDENCE[field.evidence])}, {read}")
        if field.source and field.source != field.evidence:
            parts.append(show.literal(field.source))
        return " · ".join(parts)


def _step(value):
    """A step of a button that is some tenths of a value; a tenth where there is none."""
    return 10.0 ** math.floor(math.log10(abs(value or 0.0) or 1.0) - 0.5)


def _more(held):
    """One more row, empty, under a number that none has had."""
    held[max(held, default=-1) + 1] = {}


def told(value):
    """A value of a setting in words."""
    if isinstance(value, dict):
        if "value" in value:
            return told(value["value"])
        return ", ".join(f"{naming.setting(key)} {told(one)}" for key, one in value.items()) or "…"
    if isinstance(value, list | tuple):
        return ("; " if value and isinstance(value[0], dict) else ", ").join(map(told, value)) or say("none")
    if isinstance(value, bool) or value is None:
        return labels.choice(value)
    return plain(value) if isinstance(value, float) else labels.choice(value) if isinstance(value, str) else str(value)
