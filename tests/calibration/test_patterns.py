"""The page of evidence: every target and pattern with its verdict by the stated rule."""

import pandas as pd

from calibration import checks, patterns


def test_page_gives_a_verdict_on_each_row():
    rows = pd.DataFrame({
        "target": ["good_quality", "visits", "lonely"], "use": ["fitted", "held out", "fitted"], "evidence": [0.5, 6.2, 0.1],
        "model": [0.51, 9.0, 0.1], "z": [-0.2, -4.0, 0.1], "met": [True, False, True], "source": ["a", "b", "c"]})
    found = [patterns.Pattern("Inside", 5.0, 4, 6, "%", "here", "set"), patterns.Pattern("Outside", 7.0, 4, 6, "%", "there", "pattern")]
    text = patterns.page(found, 1000, rows, fitted=True)
    assert f"within {checks.FAILS:g} standard errors" in text
    assert "| visits | held out | 6.2 | 9 | -4.0 | **no** | b |" in text
    assert "2 of 2 fitted targets are met." in text and "0 of 1 held out targets are met." in text
    assert "| Inside | 5 | 4-6 | % | yes | set | here |" in text and "Not met: Outside (7 %)." in text
    assert "shipped posterior" in text and "central values (there" in patterns.page(found, 1000, rows, fitted=False)
