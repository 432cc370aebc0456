"""`hytesim report RUN`: the page that an analyst sends on, as HTML or PDF, and tables for slides; also of a sweep's folder."""

import os
from pathlib import Path
from typing import Annotated

import typer

SEED = 2018  # of emulators and resampling, as `hytesim sweep analyse` has it

Runs = Annotated[list[str], typer.Argument(
    metavar="RUN...",
    help="Run folders; several are put side by side if they can be compared, with what carried their effects. Or a sweep's folder.",
)]
Language = Annotated[str, typer.Option("--lang", help="Language: en, fi or sv.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Also print a PDF, with the machine's Chromium, Chrome or Edge.")]
Short = Annotated[bool, typer.Option("--short", help="One page: the four sentences, the decision table, two figures.")]
Out = Annotated[str | None, typer.Option(help="HTML file to write (default: report.LANG.html in the run folder).")]
Sheets = Annotated[str | None, typer.Option("--tables", metavar="xlsx|csv", help="Write tables for slides instead of a page.")]
Arm = Annotated[str | None, typer.Option(help="Scenario told first, where there are several.")]
Least = Annotated[int | None, typer.Option(
    "--min-cell", min=0, help="Hide what fewer simulated residents stand behind (0: show all; default: as the run was made with, or 5).",
)]
Boundaries = Annotated[str | None, typer.Option(metavar="FILE.geojson", help="Boundaries of municipalities for the map.")]


def report(runs: Runs, lang: Language = "en", pdf: Pdf = False, short: Short = False, out: Out = None, tables: Sheets = None,
           arm: Arm = None, least: Least = None, boundaries: Boundaries = None):
    """Write the report of a run: the answer, who gains, money, certainty, what it rests on."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small: threads would only wait
    from results import report as reports
    from results import store
    from results.report import paper, several, sheets

    if lang not in reports.LANGUAGES:
        raise ValueError(f"--lang {lang}: there are {', '.join(reports.LANGUAGES)}")
    if len(runs) == 1 and (Path(runs[0]) / "plan.json").is_file():
        _of_sweep(runs[0], lang, pdf, out or tables or arm or boundaries or short)
        return
    if boundaries and not Path(boundaries).is_file():
        raise FileNotFoundError(f"--boundaries {boundaries}: no such file")
    if pdf and not tables and paper.browser() is None:
        raise store.StoreError("--pdf: no Chromium, Chrome or Edge was found; install one, name it in the environment variable "
                               "CHROME, or print the HTML page from any browser")
    opened = [store.open(path) for path in runs]
    run = several.assemble(opened)
    options = {"arm": arm, "least": least}
    if tables:
        typer.echo(sheets.write(run, tables, out, lang, **options))
        return
    if isinstance(run, several.Joined) and not out:
        out = f"report.{lang}.html"
    if short and not out:
        out = Path(run.folder) / f"report.{lang}.short.html"
    page = reports.write(run, out, lang, short, boundaries=boundaries, **options)
    typer.echo(page)
    if pdf:
        typer.echo(paper.pdf(page, Path(page).with_suffix(".pdf")))


def _of_sweep(folder, lang, pdf, other):
    """The page of a sweep's folder, which its analysis writes."""
    from command.sweep_show import analysis
    from results.report import paper
    from results.sweeps.analyse import page

    if other:
        raise ValueError("the page of a sweep takes no options but --lang and --pdf; its tables are in the folder `analysis`")
    analysis(folder, None, SEED, lang)
    if pdf:
        file = page(folder, lang)
        typer.echo(paper.pdf(file, file.with_suffix(".pdf")))
