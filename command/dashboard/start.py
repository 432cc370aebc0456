"""Start a comparison of scenarios that are there: choose, see what it would take, run."""

import streamlit as st

from command.dashboard import form, jobs
from results.dashboard import show
from results.language import current, say

__all__ = ["complain", "launch", "render", "size", "tell"]

QUICK = {"residents": 5000, "draws": 4, "replicates": 1}  # of the fields before anybody has touched them: minutes, not hours


def render(runs):
    """Choose scenarios and their size; Run starts them."""
    known = form.names(runs)
    chosen = st.multiselect(say("Scenarios, the comparator first"), known, ["baseline", "promeq"], key="start_names",
                            placeholder=say("Choose"), format_func=lambda name: form.title(runs, name))
    asked = size("start", 5)
    if not chosen:
        st.info(say("Choose at least one scenario."))
        return
    plan = form.check(runs, chosen, asked)
    if tell(plan) and st.button(say("Run it"), type="primary", key="start_run"):
        launch(runs, [form.where(runs, name) for name in chosen], asked, _title(plan.arms))


def _title(arms):
    return " / ".join(arm.title.get(current()) or arm.id for arm in arms)


def size(key, years):
    """Fields for the size of a comparison: `form.Asked`."""
    from scenarios import tables

    first, second, third = st.columns(3), st.columns(3), st.container()
    residents = first[0].number_input(say("Simulated residents"), 50, 1_000_000, QUICK["residents"], 500, key=f"{key}_residents")
    years = first[1].number_input(say("Years measured"), 1, 30, years, key=f"{key}_years")
    seed = first[2].number_input(say("Seed of chance"), 0, 2**31, 2018, key=f"{key}_seed")
    draws = second[0].number_input(say("Draws of the uncertain numbers"), 1, 2000, QUICK["draws"], key=f"{key}_draws")
    replicates = second[1].number_input(say("Replicates of chance"), 1, 100, QUICK["replicates"], key=f"{key}_replicates")
    places = sorted(place.name for place in tables.municipalities().values())
    where = third.multiselect(say("Municipalities (none: those of the scenario)"), places, key=f"{key}_places", placeholder=say("Choose"))
    return form.Asked(tuple(where), int(residents), int(years), int(draws), int(replicates), int(seed))


def tell(plan):
    """Show what a run would take, or all that is wrong. Whether it can be run."""
    for problem in plan.problems:
        complain(problem)
    if not plan.problems:
        st.info(plan.words)
    return not plan.problems


def complain(problem):
    """Show one thing that is wrong."""
    st.error(f"`{problem.replace('`', chr(39))}`")


def launch(runs, names, asked, title, files=()):
    """Start a comparison as a process of its own and say where to watch it."""
    try:
        jobs.start(runs, [*names, *asked.arguments()], title, files)
    except OSError as error:
        st.error(say("The run could not be started: {reason}", reason=show.literal(str(error))))
        return
    st.success(say("Started. It runs by itself: the page “All runs” shows how far it is, and closing this page does not stop it."))
