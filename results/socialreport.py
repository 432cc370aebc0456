"""The social report of a municipality: what it measured of its residents, in Markdown and HTML, small cells hidden."""

import html

import numpy as np
import pandas as pd

from results.suppress import LEAST, hidden

__all__ = ["DIMENSIONS", "TITLES", "means_of", "observed", "places_of", "report", "write_all"]

DIMENSIONS = {  # in the order of a report: individual and communal social wellbeing, then what stands beside it
    "relations": ("Relations", "Ihmissuhteet", "Relationer"),
    "self_realisation": ("Self-realisation", "Itsensä toteuttaminen", "Självförverkligande"),
    "inclusion": ("Inclusion", "Osallisuus", "Delaktighet"),
    "living_conditions": ("Living conditions", "Elinolot", "Levnadsförhållanden"),
    "work": ("Work", "Työ", "Arbete"),
    "education": ("Education", "Koulutus", "Utbildning"),
    "income": ("Income", "Toimeentulo", "Inkomst"),
    "health": ("Health", "Terveys", "Hälsa"),
    "material": ("Material wellbeing", "Aineellinen hyvinvointi", "Materiell välfärd"),
    "wellbeing": ("Wellbeing as a whole", "Hyvinvointi kokonaisuutena", "Välbefinnande som helhet"),
}
TITLES = {  # what an indicator is called, and how its figures are written
    "loneliness": ("Lonely", "Yksinäisiä", "Ensamma", "%"),
    "empowerment": ("Empowerment (index 0-1)", "Voimaantuminen (0-1)", "Egenmakt (0-1)", "index"),
    "belonging": ("Belonging (index 0-1)", "Yhteenkuuluvuus (0-1)", "Samhörighet (0-1)", "index"),
    "security": ("Socio-economic security (index 0-1)", "Sosioekonominen turvallisuus (0-1)", "Socioekonomisk trygghet (0-1)", "index"),
    "employment": ("Employed, of 18-64", "Työllisiä, 18-64", "Sysselsatta, 18-64", "%"),
    "basic_education": ("Basic education only, of 25-64", "Vain perusaste, 25-64", "Endast grundnivå, 25-64", "%"),
    "low_income": ("Low income", "Pienituloisia", "Låginkomsttagare", "%"),
    "hardship": ("Find it hard to make ends meet", "Toimeentulo hankalaa", "Svårt att klara utgifterna", "%"),
    "self_rated_health": ("Self-rated health (1-5)", "Koettu terveys (1-5)", "Självskattad hälsa (1-5)", "score"),
    "distress": ("Psychologically distressed", "Psyykkisesti kuormittuneita", "Psykiskt belastade", "%"),
    "wellbeing": ("Quality of life (EUROHIS-QOL-8, 1-5)", "Elämänlaatu (EUROHIS-QOL-8, 1-5)", "Livskvalitet (EUROHIS-QOL-8, 1-5)", "score"),
    "good_quality_of_life": ("Good quality of life", "Hyvä elämänlaatu", "God livskvalitet", "%"),
}
POPULATIONS = {"all": "All", "any": "At-risk groups", "none": "Others"}
SOURCES = {"register": "register", "survey": "survey", "practitioners": "practitioners"}
HIDDEN, NOBODY = "hidden", "–"  # what stands in place of a figure of too few people, and where there is none


def observed(indicators, arm=None, draw=None, replicate=None):
    """The one world that was observed: rows of one arm, draw and replicate (by default the first of each); ValueError if none."""
    frame = indicators
    for name, value in (("arm", arm), ("draw", draw), ("replicate", replicate)):
        known = sorted(frame[name].unique(), key=str)
        if value is None:
            value = known[0] if known else None
        frame = frame[frame[name] == value]
        if frame.empty:
            raise ValueError(f"no social report of {name} {value!r}; there is {', '.join(map(str, known)) or 'none'}")
    return frame


def places_of(indicators):
    """Names of the municipalities that have a social report, sorted."""
    return sorted(indicators["place"].astype(str).unique())


def report(indicators, place, kind="md", least=LEAST, means=None):
    """The social report of one municipality as Markdown ('md') or HTML ('html') text.

    indicators: rows of one observed world (`observed`). Shows the latest published round beside the one before; figures of fewer
    than `least` people are hidden, and others with them as far as they could be worked out. means: of the municipalities, as
    `means_of` gives them (worked out if left out). ValueError for a place without a report.
    """
    mine = indicators[indicators["place"] == place]
    if mine.empty:
        raise ValueError(f"no social report of {place!r}; there are those of {', '.join(places_of(indicators))}")
    months = sorted(mine["month"].unique())
    now = mine[mine["month"] == months[-1]]
    before = mine[mine["month"] == months[-2]] if len(months) > 1 else mine.iloc[:0]
    lines = _lines(now, before, means_of(indicators, months[-1], least) if means is None else means, least)
    facts = {"place": place, "county": str(now["county"].iloc[0]), "year": int(now["year"].iloc[0]), "least": least,
             "sources": ", ".join(s for s in SOURCES if (now["source"] == s).any()),
             "answered": _answered(now, least)}
    return (_markdown if kind == "md" else _html)(facts, lines)


def write_all(indicators, write, arm, least=LEAST):
    """Every municipality's report of an arm through `write(relative path, text)`: reports/ARM/PLACE.md and .html; least: as in `report`."""
    frame = observed(indicators, arm)
    means = means_of(frame, frame["month"].max(), least)
    for place, rows in frame.groupby("place", observed=True):
        for kind in ("md", "html"):
            write(f"reports/{arm}/{place.replace(' ', '_')}.{kind}", report(rows, place, kind, least, means))


def _answered(now, least):
    rows = now[(now["source"] == "survey") & (now["population"] == "all")]
    number = int(rows["n"].max()) if len(rows) else 0
    if number == 0:
        return "No survey was made."
    return f"{number} people answered the survey." if number >= least else f"Fewer than {least} people answered the survey."


def gone(rows, least=LEAST):
    """(indicator, source, population) to hide in one municipality's round: too few people, or what would give them away."""
    out, cells = set(), {}
    for indicator, source, population, n in rows[["indicator", "source", "population", "n"]].itertuples(index=False):
        cells.setdefault((indicator, source), {})[str(population)] = int(n)
    for (indicator, source), counts in cells.items():
        sums = [("all", [p for p in ("any", "none") if p in counts])] if "all" in counts else []
        out |= {(str(indicator), str(source), p) for p in hidden(counts, sums, least)}
    return out


def means_of(indicators, month, least=LEAST):
    """Mean of the municipalities' estimates of a round, {(indicator, source): mean}; hidden ones left out, so that no mean tells them."""
    now = indicators[indicators["month"] == month]
    shown = []
    for _, rows in now.groupby("place", observed=True):
        hide = gone(rows, least)
        all_ = rows[rows["population"] == "all"]
        shown.append(all_[[(i, s, "all") not in hide for i, s in zip(all_["indicator"], all_["source"], strict=True)]])
    return pd.concat(shown).groupby(["indicator", "source"], observed=True)["estimate"].mean().to_dict()


def _lines(now, before, means, least):
    """One line per indicator and source: titles, figures of each population, the round before, the mean of all municipalities."""
    hide, hid_before = gone(now, least), gone(before, least)
    rows = {}
    for row in now.to_dict("records"):
        rows.setdefault((row["indicator"], row["source"]), {})[row["population"]] = row
    earlier = {(r.indicator, r.source): r.estimate for r in before[before["population"] == "all"].itertuples()
               if (r.indicator, r.source, "all") not in hid_before}
    lines = []
    for dimension in DIMENSIONS:
        for indicator in TITLES:
            for source in SOURCES:
                part = rows.get((indicator, source))
                if part is None or next(iter(part.values()))["dimension"] != dimension:
                    continue
                unit = TITLES[indicator][3]
                shown = [p for p in POPULATIONS if p in part and (indicator, source, p) not in hide]
                lines.append({
                    "dimension": dimension, "indicator": indicator, "source": source,
                    "cells": {p: _figure(part[p], unit) if p in shown else HIDDEN if p in part else NOBODY for p in POPULATIONS},
                    "bar": _bar(part["all"], unit) if "all" in shown else None,
                    "before": _number(earlier.get((indicator, source)), unit),
                    "county": _number(means.get((indicator, source)), unit),
                })
    return lines


def _number(value, unit):
    if value is None or not np.isfinite(value):
        return NOBODY
    return f"{100.0 * value:.0f} %" if unit == "%" else f"{value:.2f}"


def _figure(row, unit):
    """An estimate with its 95 % interval: '12 % (9-16)'."""
    if not np.isfinite(row["low"]) or not np.isfinite(row["high"]):
        return _number(row["estimate"], unit)
    ends = (f"{100.0 * row['low']:.0f}–{100.0 * row['high']:.0f}" if unit == "%" else f"{row['low']:.2f}–{row['high']:.2f}")
    return f"{_number(row['estimate'], unit)} ({ends})"


def _bar(row, unit):
    """(low, estimate, high) as shares of the scale's width, for the drawing of the interval."""
    low, width = (1.0, 4.0) if unit == "score" else (0.0, 1.0)
    return tuple(float(np.clip((row[name] - low) / width, 0.0, 1.0)) for name in ("low", "estimate", "high"))


def _notes(facts):
    return ("Estimates with 95 % intervals. Survey figures are weighted for age and place; practitioners' figures are of those who came "
            f"to services, not of all residents. Figures of fewer than {facts['least']} people are hidden, and others where they would "
            "give these away. These residents are simulated.")


def _lead(facts):
    return f"{facts['county']}. Sources: {facts['sources']}. {facts['answered']}"


def _parts(lines):
    """Dimensions that have lines: (titles in English, Finnish and Swedish, lines)."""
    for dimension, titles in DIMENSIONS.items():
        part = [line for line in lines if line["dimension"] == dimension]
        if part:
            yield titles, part


def _markdown(facts, lines):
    out = [f"# Social report of {facts['place']}, {facts['year']}", "", f"*Sosiaalinen raportti – Social rapport.* {_lead(facts)}", "",
           _notes(facts), ""]
    head = ["Indicator", *POPULATIONS.values(), "Round before", "Mean of municipalities", "Source"]
    for (en, fi, sv), part in _parts(lines):
        out += [f"## {en} ({fi} – {sv})", "", _row(head), _row(["---"] * len(head))]
        out += [_row([TITLES[x["indicator"]][0], *x["cells"].values(), x["before"], x["county"], x["source"]]) for x in part]
        out.append("")
    return "\n".join(out)


def _row(cells):
    return "| " + " | ".join(cells) + " |"


STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%;margin-bottom:1.5rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}
h2 small,th small{color:#555;font-weight:normal}
svg{vertical-align:middle}"""


def _html(facts, lines):
    e = html.escape
    title = e(f"Social report of {facts['place']}, {facts['year']}")
    out = ["<!doctype html>", f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head><body>',
           f"<h1>{title}</h1>", f"<p><i>Sosiaalinen raportti – Social rapport.</i> {e(_lead(facts))}</p>", f"<p>{e(_notes(facts))}</p>"]
    heads = "".join(f'<th scope="col">{e(h)}</th>' for h in (
        "Indicator", *POPULATIONS.values(), "Interval", "Round before", "Mean of municipalities", "Source"))
    for (en, fi, sv), part in _parts(lines):
        out.append(f"<h2>{e(en)} <small>{e(fi)} – {e(sv)}</small></h2><table><thead><tr>{heads}</tr></thead><tbody>")
        for x in part:
            words = [e(w) for w in TITLES[x["indicator"]][:3]]
            cells = "".join(f"<td>{e(c)}</td>" for c in x["cells"].values())
            rest = "".join(f"<td>{e(x[name])}</td>" for name in ("before", "county", "source"))
            out.append(f'<tr><th scope="row">{words[0]}<br/><small>{words[1]} – {words[2]}</small></th>{cells}'
                       f'<td>{_drawing(x["bar"])}</td>{rest}</tr>')
        out.append("</tbody></table>")
    return "\n".join([*out, "</body></html>", ""])


def _drawing(bar):
    """The interval on its scale as a small drawing."""
    if bar is None:
        return ""
    low, middle, high = (4 + 112 * x for x in bar)
    return ('<svg width="120" height="12" role="presentation"><line x1="4" x2="116" y1="6" y2="6" stroke="#ccc"/>'
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="6" y2="6" stroke="#205493" stroke-width="4"/>'
            f'<circle cx="{middle:.1f}" cy="6" r="3.5" fill="#1b1b1b"/></svg>')
