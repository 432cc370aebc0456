"""`hytesim social-report`: a municipality's social report from a finished run."""

from typing import Annotated

import typer


def social_report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run folder.")],
    municipality: Annotated[str, typer.Option(metavar="NAME", help="Municipality whose report is wanted.")],
    arm: Annotated[str | None, typer.Option(help="Arm (default: the first that reports).")] = None,
    html: Annotated[bool, typer.Option("--html", help="HTML instead of Markdown.")] = False,
    out: Annotated[str | None, typer.Option(help="File to write (default: print it).")] = None,
):
    """Show a municipality's social report: what it measured of its residents, with intervals, small cells hidden."""
    import difflib
    from pathlib import Path

    from results import socialreport, store

    finished = store.open(run)
    if "indicators" not in finished.tables:
        raise ValueError(f"{run}: no arm of this run reports (no intervention of kind social_reporting with sources)")
    rows = socialreport.observed(finished.tables["indicators"], arm)
    names = socialreport.places_of(rows)
    wanted = next((n for n in names if n.casefold() == municipality.casefold()), None)
    if wanted is None:
        near = difflib.get_close_matches(municipality, names, 1)
        raise ValueError(f"--municipality {municipality}: this run has no report of it." + (f" Did you mean '{near[0]}'?" if near else ""))
    text = socialreport.report(rows, wanted, "html" if html else "md", finished.least)
    if out:
        Path(out).write_text(text, encoding="utf-8")
    typer.echo(out or text)
