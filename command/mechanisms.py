"""`hytesim mechanisms`: which pathway carried an arm's effect; runs, table on screen, and a run folder."""

import json
import sys
from pathlib import Path

STRATUM = "at_risk"
SHOWN = (("wellbeing", "wellbeing, points", 1, 4), ("strain", "strain", 1, 4), ("employment", "employed, % pts", 100, 3),
         ("contacts", "contacts a year", 12, 3))  # fmt: skip


def answer(arms, draws, replicates, workers, out, quiet, as_json):
    """Run, print and write the decomposition of the last arm against the first."""
    from command import show
    from results import mechanisms as measures
    from results import store, suppress
    from sim import mechanisms, runs

    comparator, arm = arms[0], arms[-1]
    pathways = mechanisms.known(comparator, arm)
    facts = runs.need([arm] * (len(pathways) + 2) + [comparator], draws, replicates)
    runs.affordable(facts)
    store.writable(out, facts["bytes"])
    runs.prepare(arms)
    with show.progress(arms, draws, replicates, facts, quiet or as_json) as tell:
        tables = mechanisms.execute(comparator, arm, draws, replicates, workers, tell)
    parts = measures.decompose(suppress.Shown(tables)["mechanisms"])
    titles = {a.id: a.title.get("en", a.id) for a in arms}
    sentences = [measures.write(parts, arm.id, titles, stratum) for stratum in (STRATUM, "all") if (parts["stratum"] == stratum).any()]
    folder = _write(arms, tables, parts, sentences, facts, draws, replicates, out)
    if as_json:
        rows = json.loads(parts.to_json(orient="records"))
        sys.stdout.write(json.dumps({"folder": str(folder), "sentences": sentences, "mechanisms": rows}, ensure_ascii=False) + "\n")
    elif quiet:
        sys.stdout.write(f"{folder}\n")
    else:
        _print(parts, sentences, titles[arm.id], folder)


def _write(arms, tables, parts, sentences, facts, draws, replicates, out):
    import scenarios
    from results import store
    from sim import runs

    manifest = runs.manifest_of("mechanisms", arms, draws, replicates, facts)
    with store.building(Path(out) / store.name("mechanisms", arms[-1].id)) as build:
        store.write_table(build.path, "mechanisms", tables["mechanisms"])
        for arm in arms:
            store.write_text(build.path, f"scenario.{arm.id}.toml", scenarios.resolved(arm))
        store.write_text(build.path, f"tables/{arms[-1].id}_mechanisms.csv", parts.to_csv(index=False, lineterminator="\n"))
        store.write_text(build.path, f"tables/{arms[-1].id}_mechanisms.txt", "\n".join(sentences) + "\n")
        store.write_manifest(build.path, manifest)
    return build.final


def _print(parts, sentences, title, folder):
    from rich.table import Table

    from command.show import console
    from results.mechanisms import LABELS
    from results.words import share, signed, small

    out = console()
    table = Table(title=f"{title}: what carried the effect, at-risk groups at the start", title_justify="left", title_style="bold")
    table.add_column("pathway")
    for _, text, _, _ in SHOWN:
        table.add_column(text, justify="right")
    mine = parts[parts["stratum"] == STRATUM].set_index(["pathway", "outcome"])
    several = mine["runs"].max() > 1
    for pathway in [name for name in LABELS if (name, "wellbeing") in mine.index]:
        cells = []
        for outcome, _, factor, digits in SHOWN:
            row = mine.loc[(pathway, outcome)]
            text = small(factor * row["mean"], digits, signed)
            if outcome == "wellbeing":
                ends = f"\n({small(row['low'], digits, signed)} to {small(row['high'], digits, signed)})" if several else ""
                text = f"{text}, {share(row['share'])}{ends}"
            cells.append(text)
        table.add_row(LABELS[pathway], *cells, end_section=pathway == "full")
    out.print(table)
    for sentence in sentences:
        out.print(sentence, soft_wrap=True, markup=False)
    out.print(f"Run folder: {folder}", soft_wrap=True, markup=False)
