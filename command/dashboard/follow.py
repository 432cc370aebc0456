"""Ask for two lives of one resident: a run of two arms once more, as a process of its own; the page shows them when they are told."""

import streamlit as st

from command.dashboard import jobs
from results.dashboard import lives, show
from results.language import current, say, speaking, word
from results.words import label

__all__ = ["render"]

NUMBERED = "number"
WHOM = {**lives.PICKS, NUMBERED: word("the resident with this number")}
LOOK = "2s"  # between looks at a process that runs


def render(runs, view):
    """Lives told so far, and the fields to have another told."""
    st.header(say("Two lives of one resident"))
    if view.focus == view.arms[0]:
        st.caption(say("Two lives need a comparison; this run has one scenario."))
        return
    lives.render(view)
    run = lives.home(view).name
    which, number = st.columns([3, 1])
    chosen = which.selectbox(say("Of whom"), list(WHOM), key="follow_which",
                             format_func=lambda pick: say(WHOM[pick]))
    resident = chosen if chosen != NUMBERED else str(int(number.number_input(say("Number"), 0, 10**12, 0, key="follow_id")))
    st.caption(say("Both scenarios are run again for one draw, which takes about as long as those runs took."))
    busy = any(job.state not in jobs.FINAL for job in _of(runs, run))
    if st.button(say("Tell two lives"), key="follow_run", disabled=busy):
        title = say("Two lives: {arm}", arm=label(view.focus, view.names))
        try:
            jobs.follow(runs, run, ["--arm", view.focus, "--resident", resident], title)
        except OSError as error:
            st.error(say("The run could not be started: {reason}", reason=show.literal(str(error))))
        else:
            st.rerun()
    if busy:
        _waiting(runs, run, current())
    elif (last := next(iter(_of(runs, run)), None)) and last.state in ("failed", "lost"):
        st.code(last.log, language=None, wrap_lines=True)


def _of(runs, run):
    """Jobs that tell lives of a run, the newest first."""
    return [job for job in jobs.listed(runs) if job.facts.get("of") == run]


@st.fragment(run_every=LOOK)
def _waiting(runs, run, language):
    with speaking(language):
        if any(job.state not in jobs.FINAL for job in _of(runs, run)):
            st.info(say("The two lives are being run; the page shows them as soon as they are told. “All runs” can stop them."))
        else:
            st.rerun()
