"""An effect in parts: means, shares and intervals of hand-made runs, and what is refused."""

import pandas as pd
import pytest

from results import mechanisms


def table(values, **more):
    """values: {pathway: value in each run}."""
    rows = [("arm", run, 0, "at_risk", "wellbeing", pathway, value) for pathway, runs in values.items() for run, value in enumerate(runs)]
    return pd.DataFrame(rows, columns=["arm", "draw", "replicate", "stratum", "outcome", "pathway", "value"]).assign(**more)


VALUES = {"full": [0.1, 0.3], "work": [0.06, 0.2], "inclusion": [0.03, 0.11], "interactions": [0.01, -0.01], "outside": [0.0, 0.0]}


def test_means_shares_and_order():
    parts = mechanisms.decompose(table(VALUES), level=0.5).set_index("pathway")
    assert list(parts.index) == ["full", "work", "inclusion", "interactions", "outside"]
    assert parts.at["full", "mean"] == pytest.approx(0.2) and parts.at["work", "share"] == pytest.approx(0.65)
    assert parts.drop(index="full")["share"].sum() == pytest.approx(1.0)
    assert (parts.at["full", "low"], parts.at["full", "high"]) == pytest.approx((0.15, 0.25))
    assert (parts["runs"] == 2).all()


def test_sentence():
    text = mechanisms.write(mechanisms.decompose(table(VALUES)), "arm", {"arm": "The arm"})
    assert text == ("The arm changes the mean wellbeing of those in an at-risk group at the start by +0.2000 (+0.1050 to +0.2950 "
                    "over 2 runs): 65 % by support for finding work, 35 % by inclusion; interactions 0 %, outside 0 %.")


def test_no_effect_has_no_shares():
    parts = mechanisms.decompose(table({name: [0.0, 0.0] for name in VALUES}))
    assert parts["share"].isna().all()
    assert "nothing carried it" in mechanisms.write(parts, "arm")


def test_bad_tables():
    with pytest.raises(ValueError, match="without their full effect"):
        mechanisms.decompose(table({"work": [0.1], "outside": [0.0]}))
    with pytest.raises(ValueError, match=r"differ from the full effect by up to 0\.1"):
        mechanisms.decompose(table({**VALUES, "work": [0.16, 0.2]}))
    with pytest.raises(ValueError, match="no strain of all"):
        mechanisms.write(mechanisms.decompose(table(VALUES)), "arm", stratum="all", outcome="strain")


def test_every_pathway_of_the_model_has_a_label():
    from sim.mechanisms import FULL, INTERACTIONS, OUTSIDE, PATHWAYS

    assert set(mechanisms.LABELS) == {FULL, INTERACTIONS, OUTSIDE, *PATHWAYS}
