"""Looks as a committee meets them: cut-offs, boundaries, the ledger, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.commands.manifest import verify
from spine_outcomes.study.packaged import DEMO_COHORT, packaged_file
from tests.commanding import told
from tests.commands.looks import FIRST, Look, coded, contents, demo, plan_with, succeeded

pytestmark = pytest.mark.usefixtures("still_clock")


def test_the_demo_looks_run_in_one_command_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/interim.md: three cut-offs at which 150, 300 and 500 patients had been enrolled."""
    monkeypatch.chdir(tmp_path)
    looks = ((1, FIRST, 150), (2, "2022-01-10", 300), (3, "2024-12-31", 500))
    for number, cutoff, n in looks:
        said = told("interim", "--look", number, "--cutoff", cutoff)
        assert said.code == 0, said.text
        folder = tmp_path / "reports" / f"interim-{number}"
        flow = pd.read_csv(folder / "flow.csv")
        assert flow.loc[0, "n_patients"] == n
        assert verify(folder) == () == verify(coded(folder))
        page = (folder / "report.html").read_text(encoding="utf-8")
        n_exhibits = page.count('data-kind="table"') + page.count('data-kind="figure"')
        assert page.count(f"data cut-off <time>{cutoff}</time>") == n_exhibits > 10
        drawn = (folder / "figures").glob("*.svg")
        assert all(cutoff in picture.read_text(encoding="utf-8") for picture in drawn)
        assert "W_LOOK" not in said.text
    lines = (tmp_path / "reports" / "interim-ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["look"] for line in lines] == [1, 2, 3]
    queries = pd.read_csv(tmp_path / "reports" / "interim-3" / "queries.csv")
    assert queries["n_closed"].notna().all()


def test_unblinded_looks_spend_one_after_the_other(look: Look, tmp_path: Path) -> None:
    """The second boundary counts what the first look spent, which only the ledger knows."""
    plan, data = plan_with(tmp_path), demo()
    succeeded(look("one", data, 1, FIRST, plan, "--unblinded"))
    folder = succeeded(look("one", data, 2, "2022-01-10", plan, "--unblinded"))
    looks = pd.read_csv(folder / "monitoring.csv")
    held = looks[looks["is_planned"].astype(str).str.lower() == "false"]
    assert held["look"].tolist() == [1, 2]
    assert held["alpha_spent"].is_monotonic_increasing
    assert (held["fraction"] > 0).all()
    results = pd.read_csv(folder / "results.csv")
    ours = results[results["model"] == "group_sequential"].set_index("measure")
    assert ours.loc["information_fraction", "estimate"] == held["fraction"].iloc[-1]
    assert set(results["analysis"]) == {"interim:2"}
    assert results["p_value"].isna().all()  # a p value that counts no looks is no test
    assert results.loc[results["model"] == "cox", "endpoint"].unique().tolist() == ["local_failure"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "CONFIDENTIAL, UNBLINDED" in page
    assert page.index("The boundary is ") < page.index("Enrolment against the plan")
    for name in ("events", "visits", "follow_up"):  # docs: all that is blinded, by arm
        frame = pd.read_csv(folder / f"{name}.csv")
        assert set(frame["code"]) == {"all", "focal", "extended"}, name
    events = pd.read_csv(folder / "events.csv").set_index(["code", "endpoint"])["n_event"]
    assert (events["focal"] + events["extended"]).equals(events["all"])


def test_an_edited_look_stops_the_next_one(look: Look) -> None:
    """C12: exit code 4, and nothing is written."""
    data = demo()
    folder = succeeded(look("one", data, 1, FIRST))
    path = folder / "results.csv"
    path.write_text(path.read_text().replace("150", "160"))
    said, second = look("one", data, 2, "2022-01-10")
    assert (said.code, said.paths) == (4, "")
    assert "E_LEDGER_EDITED" in said.text
    assert not second.exists()


def test_repeated_and_unplanned_looks_run_and_are_named(look: Look) -> None:
    """C12: they happen; the report must say so to whoever reads it."""
    data = demo()
    succeeded(look("one", data, 1, FIRST))
    same, _ = look("one", data, 1, FIRST)
    assert (same.code, "W_LOOK" in same.text) == (0, False)
    again, folder = look("one", data, 1, "2020-08-31", "--overwrite")
    assert (again.code, "W_LOOK_REPEATED" in again.text) == (0, True)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "was made before, with cut-off" in page
    assert "W_LOOK_REPLACED" in page
    beyond, folder = look("one", data, 4, "2024-12-31")
    assert (beyond.code, "W_LOOK_UNPLANNED" in beyond.text) == (0, True)
    assert "not planned" in (folder / "report.html").read_text(encoding="utf-8")
    ledger = folder.parent / "interim-ledger.jsonl"
    assert [json.loads(line)["look"] for line in ledger.read_text().splitlines()] == [1, 1, 4]


def test_a_look_does_not_replace_another_unasked(look: Look) -> None:
    """The ledger would name a report that is gone: neither another cut-off nor other data, which
    leave the open report's name as it is, may take its folder or that of its supplement."""
    data = demo()
    folder = succeeded(look("one", data, 1, FIRST))
    before = contents(folder), contents(coded(folder))
    cohort = data["cohort"].copy()
    early = cohort["sbrt_start"] <= FIRST
    cohort.loc[early & (cohort["arm"] == "focal"), "sbrt_end"] = ""
    for frame, cutoff, text in (
        (data["cohort"], "2020-08-31", "another cutoff"),
        (cohort, FIRST, "other data or settings"),
    ):
        said, _ = look("one", data | {"cohort": frame}, 1, cutoff)
        assert (said.code, said.paths) == (6, "")
        assert "E_OUTPUT_EXISTS" in said.text
        assert text in said.text
    assert (contents(folder), contents(coded(folder))) == before
    ledger = folder.parent / "interim-ledger.jsonl"
    assert len(ledger.read_text().splitlines()) == 1


def test_corrected_history_is_named(look: Look) -> None:
    """Data of an earlier look that changed since are a fact that a committee must know."""
    data = demo()
    succeeded(look("one", data, 1, FIRST))
    cohort = data["cohort"].copy()
    first = cohort["sbrt_start"].to_numpy().argmin()
    cohort.loc[first, "gtv_cc"] = str(float(cohort.loc[first, "gtv_cc"] or 10) + 1)
    said, _ = look("one", data | {"cohort": cohort}, 2, "2022-01-10")
    assert (said.code, "W_HISTORY_CHANGED" in said.text) == (0, True)


def test_an_early_look_is_named(look: Look) -> None:
    """C11: fewer patients than planned is no error."""
    said, folder = look("one", demo(), 1, "2020-03-31")
    assert said.code == 0, said.text
    assert "W_LOOK_EARLY" in (folder / "findings.csv").read_text()


def test_a_letter_that_no_shipped_font_has_is_named(look: Look, tmp_path: Path) -> None:
    """A figure of a blinded look with a box in the name of a planned look."""
    plan = plan_with(tmp_path, looks=[{"name": "First \U0001f9ea", "patients": 150}])
    said, folder = look("one", demo(), 1, FIRST, plan)
    assert said.code == 0, said.text
    assert "U+1F9EA" in (folder / "findings.csv").read_text()


def test_without_long_tables_a_look_says_what_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A last image that a later one overwrote is no reason to forget that the row was watched."""
    monkeypatch.chdir(tmp_path)
    file = packaged_file(DEMO_COHORT)
    said = told("interim", "--look", 2, "--cutoff", "2022-01-10", "--cohort", file)
    assert said.code == 0, said.text
    assert "W_NO_LONG_TABLES" in said.text
    folder = tmp_path / "reports" / "interim-2"
    events = pd.read_csv(folder / "events.csv").set_index("endpoint")
    assert events.loc["local_failure", "n_event"] > 30
    follow_up = pd.read_csv(folder / "follow_up.csv").set_index("measure")
    assert follow_up.loc["median_follow_up:local_failure", "value"] > 12


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--cutoff", FIRST), 2, "--look"),
        (("--look", 1), 2, "--cutoff"),
        (("--look", 0, "--cutoff", FIRST), 2, "--look"),
        (("primary", "--look", 1, "--cutoff", FIRST), 4, "E_NO_INTERIM"),
        (("--look", 1, "--cutoff", "2018-01-01"), 4, "E_CUTOFF"),
        (("--look", 1, "--cutoff", FIRST, "--key", "none.yaml"), 6, "none.yaml"),
        (("--look", 1, "--cutoff", FIRST, "--strict"), 5, "E_STRICT"),
    ],
)
def test_exit_codes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[object, ...],
    code: int,
    text: str,
) -> None:
    """A script that makes looks must know why one was not made; nothing is then entered."""
    monkeypatch.chdir(tmp_path)
    said = told("interim", *words)
    assert said.code == code, said.text
    assert text in said.text
    assert said.paths == ""
    assert not (tmp_path / "reports" / "interim-ledger.jsonl").exists()


def test_a_plan_of_looks_has_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else whoever wants to compare the arms before time runs report: no boundary, no ledger."""
    monkeypatch.chdir(tmp_path)
    said = told("report", "interim")
    assert (said.code, said.paths) == (4, "")
    assert "E_PLAN_OF_LOOKS" in said.text
    assert "interim interim --look K" in said.text
    assert not (tmp_path / "reports").exists()


def test_small_counts_are_hidden_where_it_is_asked_for(look: Look) -> None:
    """A copy that goes further must not hold a cell of one patient, nor its share."""
    folder = succeeded(look("one", demo(), 1, FIRST, "--min-cell", 5))
    for place in (folder, coded(folder)):
        for name in ("grades", "deaths", "limits", "deviations"):
            frame = pd.read_csv(place / f"{name}.csv", dtype=str, keep_default_na=False)
            counts = frame[[c for c in ("n", "n_event") if c in frame]].to_numpy().ravel()
            assert not set(counts) & {"1", "2", "3", "4"}
            if "value" in frame:
                hidden = frame["n_event"].str.startswith("<")
                assert (frame.loc[hidden, "value"] == "").all()
    assert np.isin("<5", pd.read_csv(folder / "grades.csv", dtype=str)["n"])


def test_a_look_in_further_formats_is_the_same_look(look: Look) -> None:
    """The Word file, asked for a day later, is no second look; nor may it vanish unasked."""
    data = demo()
    folder = succeeded(look("one", data, 1, FIRST))
    page = (folder / "report.html").read_bytes()
    said, _ = look("one", data, 1, FIRST, "--formats", "html,docx")
    assert (said.code, "W_LOOK" in said.text) == (0, False)
    assert (folder / "report.docx").read_bytes().startswith(b"PK")
    assert (coded(folder) / "report.docx").exists()
    assert (folder / "report.html").read_bytes() == page
    refused, _ = look("one", data, 1, FIRST)
    assert (refused.code, "other formats" in refused.text) == (6, True)
    assert (folder / "report.docx").exists()
    assert look("one", data, 2, "2022-01-10")[0].code == 0  # the ledger holds the folder as it is


@pytest.mark.parametrize("formats", ["tex", "html,odt", ""])
def test_formats_in_which_no_look_is_written_are_refused(formats: str, tmp_path: Path) -> None:
    """A look that comes in fewer formats than were asked for is found out at the meeting."""
    said = told("interim", "--look", 1, "--cutoff", FIRST, "--formats", formats,
                "--out", tmp_path / "look")  # fmt: skip
    assert (said.code, "none of html, docx, pdf" in said.text) == (2, True)
    assert not (tmp_path / "look").exists()


def test_a_plan_of_looks_cannot_ask_for_tables_of_latex(tmp_path: Path) -> None:
    """The plan of the report, extended: its formats would be left out without a word."""
    path = plan_with(tmp_path)
    text = path.read_text().replace("  min_cell: 0", "  min_cell: 0\n  formats: [html, tex]")
    path.write_text(text)
    said = told("interim", path, "--look", 1, "--cutoff", FIRST, "--out", tmp_path / "look")
    assert said.code == 4
    assert "E_FORMAT looks.yaml: report.formats: a look is not written as tex" in said.text
