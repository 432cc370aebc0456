"""The page: sections in their order, each with sentences, tables and figures; one file that needs nothing else."""

import functools
import re
from pathlib import Path
from typing import NamedTuple

from results import figures, sentence
from results.grounds import grounds
from results.language import current, say, word
from results.report import decision, numbers, tables
from results.words import label, number, share, small

__all__ = ["SECTIONS", "Section", "build", "lay", "section"]

BEFORE_PER_CENT = re.compile(r"(?<=\d) %")
HERE = Path(__file__).parent
SECTIONS = (  # identifier, title, figures in their order
    ("answer", word("The answer in four sentences"), ()),
    ("who", word("Who gains"), ("who_gains", "gain_by_start", "who_moved", "funnel", "waiting_and_unmet", "municipality_map", "area_map")),
    ("programme", word("Programme"), (
        "maturity_profile", "adoption_curve", "card_participation", "card_segments", "area_wellbeing", "allocation_by_area",
        "partnership_use", "indicators_estimated", "reporting_value",
    )),
    ("gap", word("Level and gap"), ("wellbeing_by_group", "gap_over_time", "concentration_curve")),
    ("money", word("Money by payer and year"), ("cost_by_payer", "budget_impact", "cost_concentration")),
    ("worth", word("Is it worth it"), ("ce_plane", "ceac", "equity_plane", "equity_impact", "ede_profile")),
    ("drives", word("What drives it"), ("mechanisms", "tornado")),
    ("rests", word("What it rests on"), ()),
    ("limits", word("What it cannot tell"), ()),
    ("again", word("How to get the same again"), ()),
)
SHORT = ("equity_plane", "ce_plane")
QUICK = ("who_gains", "gap_over_time", "cost_by_payer", "budget_impact", "ce_plane", "equity_plane")  # at the end of a comparison
OF_ONE_ARM = {
    "who_gains", "who_moved", "funnel", "municipality_map", "area_map", "mechanisms", "tornado", "maturity_profile",
    "card_participation", "card_segments", "area_wellbeing", "partnership_use", "indicators_estimated",
}
LIMITS = (
    word("What the projects themselves achieved: no effect size of theirs was published, so effects are distributions from the "
         "literature on campaigns, groups, outreach and case management."),
    word("What happens outside the model: no prices react, no employer hires differently, and nobody moves to a municipality for its "
         "services."),
    word("How a single resident will do: residents are drawn from official statistics; they are nobody."),
    word("Small differences between places: a municipality with few simulated residents varies by chance."),
    word("Whether the ranges of the numbers are right: an interval holds what the model's ranges and chance bring, not what the "
         "model leaves out."),
)


class Section(NamedTuple):
    """A part of the page; `others` are (arm, sentences), `left_out` says which figures could not be drawn and why."""

    id: str
    title: str
    text: list
    sentences: list
    others: list
    points: list
    tables: list
    pictures: list
    left_out: str
    code: list


class Page(NamedTuple):
    """What a page is made of: run, its gathered tables, names of arms, the arm in focus, summaries, how much was hidden; `only`
    are the figures to draw, by default all.
    """

    run: object
    tables: dict
    names: dict
    arms: list
    focus: str
    found: object
    hidden: int
    least: int
    boundaries: str = None
    only: tuple = None


def build(page, short=False):
    """The HTML text of a page in the language in use."""
    sections = [_section(page, *section) for section in SECTIONS[: 1 if short else None]]
    sections = [section for section in sections if section.id != "programme" or section.pictures or section.left_out]
    if short:
        sections = [_shortened(page, sections[0])]
    manifest = page.run.manifest
    comparator = label(page.arms[0], page.names)
    title = comparator
    if len(page.arms) > 1:
        others = [label(arm, page.names) for arm in page.arms[1:]]
        title = say("{arms} beside {comparator}", arms=", ".join(others), comparator=comparator)
    return lay(title, _lead(page), sections, manifest.get("versions", {}).get("hytesim", ""), str(manifest.get("created", ""))[:10],
               say(sentence.CAVEAT), short)


def lay(title, lead, sections, version, created, caveat, short=False):
    """Sections as the HTML text of one page in the language in use."""
    text = _template().render(language=current(), version=version, created=created, css=_css(), title=title, lead=lead, sections=sections,
                              short=short, say=say, caveat=caveat)
    return BEFORE_PER_CENT.sub("\N{NO-BREAK SPACE}%", text)


def section(page, name):
    """One section of a page by its identifier: `Section`. KeyError if there is none."""
    return _section(page, *{part[0]: part for part in SECTIONS}[name])


@functools.cache
def _template():
    from jinja2 import Environment

    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        (HERE / "template.html").read_text(encoding="utf-8")
    )


def _css():
    from markupsafe import Markup

    return Markup((HERE / "style.css").read_text(encoding="utf-8"))


def _lead(page):
    manifest = page.run.manifest
    sure = numbers.certainty(page.tables, page.arms)
    people = number(manifest["residents"], 0) if "residents" in manifest else "?"
    years = (page.tables["outcomes"]["month"].max() + 1) / 12
    return say(
        "{residents} simulated residents, {years} years, {runs} runs of each scenario ({draws} draws of the uncertain numbers × "
        "{replicates} replicates of chance).",
        residents=people, years=number(years, 0 if float(years).is_integer() else 1), runs=number(sure["runs"], 0),
        draws=number(sure["draws"], 0), replicates=number(sure["replicates"], 0),
    )


def _section(page, name, title, shown):
    maker = {"answer": _answer, "who": _who, "programme": _who, "gap": _gap, "money": _money, "worth": _worth, "drives": _drives,
             "rests": _rests, "limits": _limits, "again": _again}[name]
    if name == "programme":  # tables of programmes that nobody ran are not missed
        shown = [figure for figure in shown if figures.possible(figure, page.tables)]
    parts = dict.fromkeys(("text", "sentences", "others", "points", "tables", "code"), ()) | maker(page)
    pictures, missing = _pictures(page, shown)
    return Section(name, say(title), pictures=pictures, left_out=missing, **{key: list(value) for key, value in parts.items()})


def _shortened(page, section):
    """The answer with two figures: the first that can be drawn of those meant for one page."""
    pictures, _ = _pictures(page, SHORT)
    return section._replace(pictures=pictures, others=[], code=[])


def _pictures(page, shown):
    """Pictures of the figures that the run can carry, each with its table; and the others with their reasons as one text."""
    from markupsafe import Markup

    pictures, missing = [], []
    for name in (name for name in shown if page.only is None or name in page.only):
        options = {"comparator": page.arms[0], "labels": page.names}
        if name in OF_ONE_ARM and len(page.arms) > 1:
            options["arm"] = page.focus
        if name == "municipality_map" and page.boundaries:
            options["boundaries"] = page.boundaries
        try:
            picture = figures.picture(name, page.tables, **options)
        except figures.FigureError as error:
            missing.append(f"{figures.title(name)} ({error})")
            continue
        pictures.append(picture._replace(svg=Markup(picture.svg), table=tables.behind(picture.frame, page.names)))
    return pictures, "; ".join(missing) + "." if missing else ""


def _answer(page):
    if not page.found.summaries:
        return {"text": [say("One scenario by itself: the figures show its levels; there is nothing to compare it with.")]}
    told = {arm: sentence.parts(summary) for arm, summary in page.found.summaries.items()}
    others = [(label(arm, page.names), parts) for arm, parts in told.items() if arm != page.focus]
    more = [say("This page was written at the end of the comparison, with some of its figures; `hytesim report` draws them all.")]
    shown = [tables.decision(page.found, page.names)]
    return {"text": more if page.only else [], "sentences": told[page.focus], "others": others, "tables": shown}


def _who(page):
    return {}


def _gap(page):
    if not page.found.summaries:
        return {}
    return {"tables": [tables.levels(page.found, page.names), tables.gaps(page.found, page.names)]}


def _money(page):
    if not page.found.summaries or "ledger" not in page.tables:
        return {}
    frame = figures.data("budget_impact", page.tables, comparator=page.arms[0])
    returns = numbers.returns(page.tables, page.arms[0], page.arms[1:])
    shown = [tables.payers(frame, arm, page.names) for arm in page.found.summaries]
    return {"tables": [*shown, *(tables.returns(returns[arm], arm, page.names) for arm in returns)]}


def _worth(page):
    if not page.found.summaries:
        return {}
    shown = [
        tables.worth(page.found, page.names), tables.perspectives(page.found, page.names),
        tables.rates(numbers.rates(page.tables, page.arms[0], page.arms[1:]), page.names),
        decision.options(page.tables, page.arms, page.names), decision.thresholds(page.tables, page.arms, page.names),
    ]
    learning, why = decision.information(page.tables, page.arms)
    groups = decision.by_group(page.tables, page.found, page.names)
    return {"tables": [table for table in (*shown, learning, groups) if table], "text": [why] if why else []}


def _drives(page):
    sure = numbers.certainty(page.tables, page.arms)
    if not page.found.summaries:
        return {"text": [say("Nothing to compare, so nothing drives a difference.")]}
    if not sure["error"] > 0:
        return {"text": [say("The runs do not differ enough to tell what drives the answer.")]}
    text = say(
        "The change in mean wellbeing is known to about {error} points (Monte-Carlo standard error over {runs} runs).",
        error=small(sure["error"], 3), runs=number(sure["runs"], 0),
    )
    texts = [f"{text} {decision.more_runs(page.tables, page.arms)}".strip()]
    if sure["share"] == sure["share"]:
        texts.append(say(
            "The uncertain numbers carry {part} of the variance between runs, chance the rest.", part=share(sure["share"])
        ))
    elif sure["draws"] > 1:
        texts.append(say("With one replicate of each draw, uncertain numbers and chance cannot be told apart."))
    return {"text": texts}


def _rests(page):
    manifest = page.run.manifest
    texts = tables.counted(manifest)
    told = manifest.get("rests_on") or {}
    texts += [f"{label(arm, page.names)}: {grounds(text)}" for arm, text in told.items() if arm in page.arms and text]
    shown = [tables.rests_on(page.run, page.tables, page.focus, page.names)]
    return {"text": texts, "tables": shown if shown[0].rows else []}


def _limits(page):
    points = [say(point) for point in LIMITS]
    if page.hidden:
        points.append(say(
            "Groups of fewer than {least} simulated residents: {count} cells are hidden, and with them those that would give them away.",
            least=number(page.least, 0), count=number(page.hidden, 0),
        ))
    return {"points": points}


def _again(page):
    manifest = page.run.manifest
    arguments, skip = [], False
    for word_ in manifest.get("arguments") or []:
        if skip or str(word_).startswith("--out="):
            skip = False
            continue
        skip = word_ == "--out"
        if not skip:
            arguments.append(str(word_))
    versions = ", ".join(f"{name} {version}" for name, version in (manifest.get("versions") or {}).items())
    text = say(
        "The same scenario files, seed {seed} and versions give the same tables, on one process or many. Made {created}; sources "
        "{sources}.",
        seed=manifest.get("seed", "?"), created=str(manifest.get("created", "?"))[:16].replace("T", " "),
        sources=str(manifest.get("source_sha256", "?"))[:16],
    )
    commands = [" ".join(["hytesim", *(f'"{part}"' if " " in part else part for part in arguments)])] if arguments else []
    return {"text": [text, say("Versions: {versions}.", versions=versions)], "code": commands}
