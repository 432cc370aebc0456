"""What the form of a scenario makes: changes written as a scenario file, its check, and the files of one's own."""

import os
import re
import secrets
from pathlib import Path
from typing import NamedTuple

import scenarios
from command.dashboard import messages
from results.dashboard import shelf
from results.language import say
from results.words import label, number
from scenarios import overlay
from scenarios.show import toml
from sim import runs as engine

__all__ = ["LARGEST", "Asked", "Plan", "check", "home", "identifier", "loaded", "names", "note", "own", "save", "source", "text_of",
           "title", "where"]

LARGEST = 200_000  # bytes of a scenario file that is taken
SOURCE = "set by the analyst in the dashboard"
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def note(changes, field, value):
    """Keep in changes {dotted key: value} what a field has been set to, if that is not what it was; None: taken away."""
    same = value == field.value or (field.kind == "several" and sorted(value) == sorted(field.value))
    if same or (value is None and not (field.given and field.optional)):
        changes.pop(field.key, None)
    else:
        changes[field.key] = value


def text_of(head, changes, removed=()):
    """The scenario file of a form as TOML text.

    head: id, extends, title {language: text}; changes: {dotted key: value, None where a setting is taken away}; removed: names of
    interventions left out.
    """
    kept = {key: value for key, value in changes.items() if key.split(".")[1] not in removed or key.startswith("parameters.")}
    scenario = {key: value for key, value in head.items() if value}
    gone = [f"interventions.{name}" for name in removed] + [key for key, value in kept.items() if value is None]
    if gone:
        scenario["remove"] = gone
    tables = {"scenario": scenario}
    for key, value in kept.items():
        if key.startswith("parameters."):
            tables.setdefault("parameters", {})[key.removeprefix("parameters.")] = value
        elif value is not None:
            section, _, name = key.rpartition(".")
            tables.setdefault(section, {})[name] = value
    return toml(tables)


def source(field, value, low, high):
    """A changed quantity as the file says it: value and range, its unit, and that it is the analyst's own."""
    facts = {"value": value, "low": low, "high": high}
    if low is not None and high is not None and field.dist != "fixed":
        facts["dist"] = field.dist
    facts = {key: found for key, found in facts.items() if found is not None}
    return {**facts, "unit": field.unit, "evidence": "assumption", "source": SOURCE}


def identifier(text):
    """A scenario's id made of a title."""
    plain = text.casefold().translate(str.maketrans("äöå", "aoa"))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]


def home(runs):
    """The folder of the analyst's own scenario files."""
    return Path(runs) / "scenarios"


def own(runs):
    """{name: TOML text} of the analyst's own scenarios."""
    files = sorted(home(runs).glob("[!.]*.toml"))
    return {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in files}


def names(runs):
    """Names of all scenarios that can be chosen: those that come with the model, then one's own."""
    shipped = scenarios.names()
    return [*shipped, *(name for name in own(runs) if name not in shipped)]


def where(runs, name):
    """What the command line calls a scenario of that name: its name if it is shipped, its path if it is one's own."""
    return name if name in scenarios.names() else str(home(runs) / f"{name}.toml")


def title(runs, name):
    """What a scenario is called where it is chosen: its title in the language in use, and its name."""
    text = shelf.title(overlay.find(where(runs, name)) or "")
    return f"{text} · {name}" if text else name


def save(runs, name, text):
    """Write a scenario file of one's own. ValueError where the name would not do."""
    from results import store

    if not IDENTIFIER.fullmatch(name) or name in scenarios.names():
        raise ValueError(say(
            "“{name}” cannot be the name of a scenario: use letters without accents, digits, - and _, and no name of the model's own.",
            name=name))
    return store.write_text(home(runs), f"{name}.toml", text)


class Asked(NamedTuple):
    """The size of a comparison; nothing given means as in the scenario. places: names of municipalities."""

    places: tuple = ()
    residents: int | None = None
    years: int | None = None
    draws: int | None = None
    replicates: int | None = None
    seed: int | None = None

    def overrides(self):
        """As dotted overrides of a scenario."""
        given = {"population.places": list(self.places), "population.residents": self.residents, "time.years": self.years,
                 "runs.seed": self.seed}
        return {key: value for key, value in given.items() if value or value == 0}

    def arguments(self):
        """As options of the command line."""
        pairs = [("--where", place) for place in self.places]
        pairs += [(f"--{name}", getattr(self, name)) for name in self._fields[1:] if getattr(self, name) is not None]
        return [str(word) for pair in pairs for word in pair]


class Plan(NamedTuple):
    """What a check found: the loaded arms and a sentence of what a run would take; or the problems, one text each."""

    arms: tuple
    words: str
    problems: tuple


def check(runs, chosen, asked, draft=None):
    """Load the chosen scenarios as the command line would, the comparator first: `Plan`.

    chosen: names; None stands for the draft, a TOML text not yet saved. One name is compared with its own comparator.
    """
    folder = home(runs)
    path = folder / f".draft-{secrets.token_hex(4)}.toml"
    try:
        if draft is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(draft, encoding="utf-8")
        arms = engine.arms_of([str(path) if name is None else where(runs, name) for name in chosen], asked.overrides())
        d, r = asked.draws or arms[0].runs.draws, asked.replicates or arms[0].runs.replicates
        facts = engine.need(arms, d, r)
        engine.affordable(facts)
        return Plan(tuple(arms), _in_words(arms, d, r, facts), ())
    except scenarios.ScenarioError as error:
        return Plan((), "", tuple(_told(problem, path) for problem in error.problems))
    except RecursionError:
        return Plan((), "", (say("the file is nested too deeply to be a scenario"),))
    except (ValueError, OSError) as error:
        return Plan((), "", (_without(str(error), path),))
    finally:
        path.unlink(missing_ok=True)


def loaded(runs, name):
    """A scenario by its name, alone: `Plan` with one arm, or the problems."""
    try:
        return Plan((engine.load(where(runs, name)),), "", ())
    except scenarios.ScenarioError as error:
        return Plan((), "", tuple(_told(problem, Path(where(runs, name))) for problem in error.problems))
    except (ValueError, OSError) as error:
        return Plan((), "", tuple(str(error).splitlines()))


def _told(problem, path):
    place = say("line {line}", line=problem.line) if problem.line else ""
    told = " ".join(messages.tell(part) for part in (problem.message, problem.hint) if part)
    return ": ".join(part for part in (place, problem.key, _without(told, path)) if part)


def _without(text, path):
    return text.replace(str(path), "TOML").replace(path.stem, "TOML")


def _in_words(arms, draws, replicates, facts):
    unseen = sorted({name for names in facts["unseen"].values() for name in names})
    note = say("Not at work within the months of this run: {names}.", names=", ".join(map(label, unseen))) if unseen else ""
    return note + " " * bool(note) + say(
        "{arms} scenarios with {residents} simulated residents of {places} municipalities over {years} years, {draws} draws of the "
        "uncertain numbers × {replicates} replicates of chance: {runs} runs, {months} million resident-months, about {disk} MB on disk, on "
        "up to {cores} processes. Nothing runs until you press “Run it”.",
        arms=number(len(arms), 0), residents=number(facts["residents"], 0), places=number(len(arms[0].population.places), 0),
        years=number(arms[0].time.years, 0), draws=number(draws, 0), replicates=number(replicates, 0), runs=number(facts["runs"], 0),
        months=number(facts["resident_months"] / 1e6, 1), disk=number(facts["bytes"] / 1e6, 0),
        cores=number(min(os.cpu_count() or 1, draws * replicates), 0),
    )
