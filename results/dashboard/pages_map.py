"""Map: change of wellbeing by municipality and by area, on tiles or (municipalities) boundaries of one's own; areas year by year."""

import functools
import hashlib
import json
import tempfile
from pathlib import Path

from results.dashboard import show
from results.language import say
from results.words import decimals, label, number, signed, small


def render(view):
    """Show the page for the scenario in focus."""
    import streamlit as st

    options = {"arm": view.focus}
    given = st.file_uploader(say("Boundaries of municipalities (GeoJSON), if you have them"), type=["geojson", "json"])
    if given is not None:
        path = _kept(given.getvalue())
        if path is None:
            st.error(say("This file is not GeoJSON: it has no list of features."))
        else:
            options["boundaries"] = path
    try:
        show.chart(view, "municipality_map", **options)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        reason = show.literal(str(error).replace(str(options.get("boundaries")), given.name if given else "")[:300])
        st.error(say(
            "These boundaries cannot be drawn; polygons of municipalities with number or name are needed. ({reason})", reason=reason))
    _areas(view)


@functools.lru_cache(maxsize=8)
def _kept(content):
    """Path of a temporary file with these boundaries; None if they are none."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("features"), list):
        return None
    path = Path(tempfile.mkdtemp(prefix="hytesim-")) / f"{hashlib.sha256(content).hexdigest()[:16]}.geojson"
    path.write_bytes(content)
    return str(path)


def _areas(view):
    import streamlit as st

    tables = view.run.shown()
    if "areas" not in tables or "area_wellbeing" not in tables:
        return
    places = sorted(map(str, tables["areas"]["municipality"].unique()))
    st.header(say("Areas within a municipality"))
    show.chart(view, "area_map", arm=view.focus)
    place = st.selectbox(say("Municipality"), places, key="map_place")
    years = sorted(tables["area_wellbeing"]["date"].astype(str).str[:4].unique())
    year = st.select_slider(say("Year"), years, years[-1], key="map_year") if len(years) > 1 else years[0]
    wide = areas(tables, place, year)
    wide = wide.assign(number=wide["number"] + 1)
    first, *others = view.arms
    wide = wide.reindex(columns=["number", "distance", "n", *view.arms])
    wide[others] = wide[others].sub(wide[first], axis=0)
    digits = decimals([wide[others].abs().max().max()] if others else [], least=3)
    headers = {"number": say("Area"), "distance": say("Distance to services (index 0-1)"), "n": say("Simulated residents"),
               first: say("Mean wellbeing under {arm}", arm=label(first, view.names))}
    headers |= {arm: say("Change under {arm}", arm=label(arm, view.names)) for arm in others}
    written = {"n": lambda value: number(value, 0), first: number, **dict.fromkeys(others, lambda value: small(value, digits, signed))}
    show.frame(wide, say("Mean wellbeing in December {year}", year=year), headers, written=written)


def areas(tables, place, year):
    """One row per area of a municipality: its number, distance, mean number of simulated residents, and mean wellbeing in each arm over
    runs in December of a year (text); not-a-number where the area is not shown.
    """
    where = tables["areas"].query("municipality == @place").groupby("area", observed=True)[["number", "distance"]].first()
    seen = tables["area_wellbeing"].query("municipality == @place")
    seen = seen[seen["date"].astype(str).str[:4] == year]
    means = seen.pivot_table("mean", "area", "arm", aggfunc="mean", observed=True)
    counts = seen.groupby("area", observed=True)["n"].mean().rename("n")
    return where.join(counts).join(means).sort_values("number").reset_index()
