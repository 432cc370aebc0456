"""`hytesim social-report`: prints a municipality's report of a run, offers a near miss, and says when nobody reports."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from command.app import app
from results import store

ROW = {"arm": "a", "draw": 0, "replicate": 0, "intervention": "report", "month": 0, "year": 2018, "place": "Salo", "county": "County",
       "dimension": "relations", "indicator": "loneliness", "population": "all", "source": "survey", "true": 0.5, "estimate": 0.12,
       "low": 0.09, "high": 0.16, "n": 200, "published": 6}


def folder(tmp_path, tables):
    """A finished run folder with these tables."""
    with store.building(tmp_path / "run") as build:
        for name, frame in tables.items():
            store.write_table(build.path, name, frame)
        store.write_manifest(build.path, {"arms": ["a"], "comparator": "a", "titles": {"a": "A"}})
    return str(build.final)


@pytest.fixture
def run(tmp_path):
    return folder(tmp_path, {"indicators": pd.DataFrame([ROW])})


def test_it_prints_the_report_whatever_the_case_of_the_name(run):
    done = CliRunner().invoke(app, ["social-report", run, "--municipality", "salo"])
    assert done.exit_code == 0 and "# Social report of Salo, 2018" in done.stdout and "12 % (9–16)" in done.stdout


def test_it_writes_html_to_a_file(run, tmp_path):
    target = tmp_path / "salo.html"
    done = CliRunner().invoke(app, ["social-report", run, "--municipality", "Salo", "--html", "--out", str(target)])
    assert done.exit_code == 0 and target.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_near_miss_is_offered(run):
    done = CliRunner().invoke(app, ["social-report", run, "--municipality", "Sallo"])
    assert isinstance(done.exception, ValueError) and "Did you mean 'Salo'?" in str(done.exception)


def test_a_run_in_which_nobody_reports_says_so(tmp_path):
    done = CliRunner().invoke(app, ["social-report", folder(tmp_path, {"funnel": pd.DataFrame({"arm": ["a"]})}), "--municipality", "Salo"])
    assert isinstance(done.exception, ValueError) and "no arm of this run reports" in str(done.exception)
