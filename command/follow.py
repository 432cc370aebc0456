"""`hytesim follow`: one simulated resident's months without and with a policy, as a chart and in plain words."""

import json as json_text
import sys
from pathlib import Path
from typing import Annotated

import typer


def follow(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run folder of a comparison.")],
    resident: Annotated[str, typer.Option(help="Id, or gained, lost, typical: chosen by gain among those whom an intervention reached.")]
        = "gained",
    arm: Annotated[str | None, typer.Option(help="Arm beside the comparator (default: the first).")] = None,
    draw: Annotated[int | None, typer.Option(min=0, help="Draw of the run (default: its first).")] = None,
    replicate: Annotated[int | None, typer.Option(min=0, help="Replicate of the run (default: its first).")] = None,
    months: Annotated[str | None, typer.Option(metavar="A-B", help="Months told, counted from 0 (default: all).")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of chart and timeline: en, fi or sv.")] = "en",
    out: Annotated[str | None, typer.Option(metavar="FOLDER", help="Where the files go (default: lives/ in the run folder).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print months, events and sentences as JSON.")] = False,
):
    """Tell one simulated resident's months in two arms side by side."""
    from results.language import LANGUAGES, speaking

    if lang not in LANGUAGES:
        raise ValueError(f"--lang {lang}: there are {', '.join(LANGUAGES)}")
    with speaking(lang):
        _tell(run, resident, arm, draw, replicate, months, out, json)


def _tell(run, resident, arm, draw, replicate, months, out, json):
    from results import follow as words
    from results import store
    from results.report.names import Names
    from sim import lives, runs

    finished = store.open(run)
    wanted = _arm(finished, arm)
    keys = _keys(finished, draw, replicate)
    span = _span(months)
    arms = [a for a in runs.reopen(finished) if a.id in (finished.arms[0], wanted)]
    chosen, pick = "", {}
    if resident in lives.PICKS:
        which = resident
        resident, gain, reached = lives.pick(arms, *keys, which)
        pick = {"which": which, "gain": gain, "reached": reached}
        chosen = words.chosen(reached, gain)
    elif not resident.isdigit():
        raise ValueError(f"--resident {resident}: give an id (a whole number) or one of {', '.join(lives.PICKS)}")
    found = lives.follow(arms, *keys, int(resident))
    names = Names(finished)
    told = words.sentences(found.events, names)
    own, told = (words.between_months(frame, *span) for frame in (found.months, told))
    if own.empty:
        last = found.months["month"].max()
        raise ValueError(f"--months {months}: the resident is here in none of them; their months in the run end at {last}")
    agrees, check = words.agreement(_stored(finished, keys), found.wellbeing, _changed(finished))
    facts = {
        "resident": found.resident, "arms": list(found.arms), "draw": keys[0], "replicate": keys[1], "agrees": agrees, "check": check,
        "who": words.opening(found.person, own, found.arms[0]), "chosen": chosen, "story": words.story(own, told, *found.arms),
    }
    table = words.side_by_side(told, *found.arms)
    own_facts = {**{key: facts[key] for key in ("resident", "arms", "draw", "replicate", "agrees")}, "person": found.person, **pick}
    folder = _write(facts, own_facts, own, told, table, found.events, names, Path(out) if out else finished.folder / "lives")
    if json:
        frames = {"months": own, "events": found.events, "timeline": table}
        rows = {n: json_text.loads(f.to_json(orient="records")) for n, f in frames.items()}
        sys.stdout.write(json_text.dumps({**facts, "folder": str(folder), **rows}, ensure_ascii=False) + "\n")
    else:
        _print(facts, table, names, folder)


def _arm(finished, arm):
    """The arm asked for, by default the first beside the comparator."""
    import difflib

    others = finished.arms[1:]
    if not others:
        raise ValueError(f"{finished.folder} has the one arm '{finished.arms[0]}'; two lives need a comparison (hytesim compare)")
    if arm is None or arm in others:
        return arm or others[0]
    near = difflib.get_close_matches(arm, others, 1)
    raise ValueError(f"--arm {arm}: " + (f"did you mean '{near[0]}'?" if near else f"there are {', '.join(others)}"))


def _keys(finished, draw, replicate):
    """The draw and the replicate asked for, which the run must hold."""
    draws = [0] if finished.manifest["draws"] == 1 else range(1, finished.manifest["draws"] + 1)
    keys = []
    for what, given, known in (("draw", draw, draws), ("replicate", replicate, range(finished.manifest["replicates"]))):
        if given is not None and given not in known:
            holds = f"{known[0]} only" if len(known) == 1 else f"{known[0]}-{known[-1]}"
            raise ValueError(f"--{what} {given}: the run holds {what} {holds}")
        keys.append(known[0] if given is None else given)
    return tuple(keys)


def _span(months):
    if months is None:
        return 0, 10**6
    first, dash, last = months.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and int(first) <= int(last)):
        raise ValueError(f"--months {months}: two whole numbers from 0 with a dash between, the lower first, such as 12-35")
    return int(first), int(last)


def _stored(finished, keys):
    outcomes = finished.tables["outcomes"]
    mine = (outcomes["draw"] == keys[0]) & (outcomes["replicate"] == keys[1]) & (outcomes["stratum_kind"] == "all")
    return outcomes[mine & (outcomes["outcome"] == "wellbeing")][["arm", "month", "value"]].astype({"arm": str})


def _changed(finished):
    from sim.runs import source_hash

    return finished.manifest.get("source_sha256") != source_hash()


def _write(facts, own_facts, months, told, table, events, names, folder):
    """Chart (PNG, SVG), the timeline in words, both tables as CSV, and who it is as JSON; returns the folder."""
    from results import follow_chart, store
    from results.figures import style
    from results.follow import COLUMNS
    from results.language import say

    name = f"resident-{facts['resident']}_{facts['arms'][1]}_d{facts['draw']}r{facts['replicate']}"
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    chart = follow_chart.draw(months, told, *facts["arms"], facts["resident"], names)
    with style.look():
        chart.savefig(folder / "two_lives.png", dpi=160, metadata={"Description": chart.alt_text, "Software": None})
        chart.savefig(folder / "two_lives.svg", metadata={"Date": None})
    for file, frame in (("months.csv", months), ("events.csv", events)):
        store.write_text(folder, file, frame.to_csv(index=False, lineterminator="\n"))
    store.write_text(folder, "life.json", json_text.dumps(own_facts, ensure_ascii=False))
    lines = [facts["who"], *filter(None, [facts["chosen"]]), *facts["story"], facts["check"]]
    rows = [f"| {d[:7]} | {a} | {b} |" for d, a, b in zip(table["date"], table["without"], table["with"], strict=True)]
    head = [f"# {say(follow_chart.TITLE, resident=facts['resident'])}", ""]
    body = ["", f"| {' | '.join(map(say, COLUMNS))} |", "|---|---|---|", *rows]
    store.write_text(folder, "timeline.md", "\n".join([*head, *(f"{line}\n" for line in lines), *body]) + "\n")
    return folder


def _print(facts, table, names, folder):
    from rich.table import Table
    from rich.text import Text

    from command.show import console
    from results.words import label

    out = console()
    out.print(Text(f"Resident {facts['resident']}, draw {facts['draw']}, replicate {facts['replicate']}", "bold"))
    for line in (facts["who"], facts["chosen"], *facts["story"]):
        if line:
            out.print(line, soft_wrap=True, markup=False)
    shown = table[~(table["same"] & table["routine"])]
    screen = Table(title="Month by month (bold where the two differ)", title_justify="left", show_lines=True)
    screen.add_column("month", no_wrap=True)
    for arm in facts["arms"]:
        screen.add_column(label(arm, names), ratio=1)
    for date, without, other, same in zip(shown["date"], shown["without"], shown["with"], shown["same"], strict=True):
        screen.add_row(date[:7], *(Text(t, "" if same else "bold") for t in (without, other)))
    out.print(screen)
    left = len(table) - len(shown)
    if left:
        out.print(f"{left} months with the same routine contacts in both are left out; the files have them.")
    out.print(facts["check"], soft_wrap=True, markup=False)
    out.print(f"Chart, timeline and tables: {folder}", soft_wrap=True, markup=False)
