"""``--table NAME=FILE``: long tables given with a cohort, to report and validate."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.commands.tables_given import tables_given
from spine_outcomes.errors import UsageError

Command = Callable[..., subprocess.CompletedProcess[str]]

LONG = """\
  - {name: begun, label: Begun, level: patient, type: date, phase: baseline, propensity: forbidden}
  - {name: last_call, label: Last call, level: patient, type: date, phase: post_baseline,
     derivation: {name: last_date, table: calls, date: called, since: begun, severity: warning}}
tables:
  - name: calls
    label: Calls
    level: patient
    date: called
    columns:
      - {name: called, label: Date of the call, type: date, required: true}
"""
CALLS = "id,called\nP000,2021-03-01\nP001,2021-02-01\n"


@pytest.fixture
def folder(study: Path) -> Path:
    """The small study, with a table of calls."""
    with (study / "dictionary.yaml").open("a") as file:
        file.write(LONG)
    head, *rows = (study / "cohort.csv").read_text().splitlines()
    dated = [f"{head},begun", *(f"{row},2021-01-01" for row in rows)]
    (study / "cohort.csv").write_text("\n".join(dated) + "\n")
    (study / "calls.csv").write_text(CALLS)
    return study


def test_files_by_name() -> None:
    """The first equals sign divides; a file may have one in its name."""
    assert tables_given(["a=b=c.csv", "d=x/e.csv"]) == {"a": Path("b=c.csv"), "d": Path("x/e.csv")}
    assert tables_given([]) == {}


@pytest.mark.parametrize("text", ["calls", "calls=", "=calls.csv"])
def test_a_text_that_is_no_table_is_a_usage_error(text: str) -> None:
    """A table that nobody reads would be missed by nobody."""
    with pytest.raises(UsageError, match="NAME=FILE"):
        tables_given([text])


def test_a_table_given_twice_is_a_usage_error() -> None:
    """One of the two would be left out in silence."""
    with pytest.raises(UsageError, match="calls is given twice"):
        tables_given(["calls=a.csv", "calls=b.csv"])


def test_report_reads_the_table_and_the_manifest_names_it(folder: Path, command: Command) -> None:
    """Without its hash nobody can say which calls the numbers rest on."""
    done = command("report", "plan.yaml", "--table", "calls=calls.csv", "--out", "out")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    digest = hashlib.sha256(CALLS.encode()).hexdigest()
    assert manifest["tables"] == {"calls": {"source": "calls.csv", "data_sha256": digest}}
    findings = (folder / "out" / "findings.csv").read_text()
    assert "Columns that the file lacks were derived: last_call." in findings
    again = command("report", "plan.yaml", "--out", "out")
    assert again.returncode == 0, again.stderr
    assert "tables" not in json.loads((folder / "out" / "manifest.json").read_text())


def test_a_cut_off_is_one_for_the_table_too(folder: Path, command: Command) -> None:
    """A report at a cut-off that shows what came later is no report at it."""
    plan = (folder / "plan.yaml").read_text()
    (folder / "plan.yaml").write_text(f"{plan}origin: begun\n")
    words = ("report", "plan.yaml", "--table", "calls=calls.csv", "--cutoff", "2021-02-15")
    done = command(*words, "--out", "out")
    assert done.returncode == 0, done.stderr
    with (folder / "out" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        (message,) = [row["message"] for row in csv.DictReader(file) if row["code"] == "N_DATA_CUT"]
    assert "1 of Calls" in message
    assert "last_call (1)" in message


def test_the_plan_may_name_the_table(folder: Path, command: Command) -> None:
    """Whoever runs the plan alone must get its tables; another cohort must not."""
    with (folder / "plan.yaml").open("a") as file:
        file.write("tables: {calls: calls.csv}\n")
    done = command("report", "plan.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "out" / "manifest.json").read_text())["tables"]
    other = command("report", "plan.yaml", "--cohort", "cohort.csv", "--out", "other")
    assert other.returncode == 0, other.stderr
    assert "tables" not in json.loads((folder / "other" / "manifest.json").read_text())


def test_a_wrong_row_is_exit_3_with_its_file_and_a_query(folder: Path, command: Command) -> None:
    """The data manager must be sent to the table, not to the cohort."""
    (folder / "calls.csv").write_text(CALLS + "P999,2021-02-01\n")
    options = ("--dictionary", "dictionary.yaml", "--out", "out", "--table", "calls=calls.csv")
    done = command("validate", "cohort.csv", *options)
    assert done.returncode == 3, done.stderr
    assert "E_UNKNOWN_KEY calls.csv, line 4, row P999" in done.stderr
    with (folder / "out" / "queries.csv").open(encoding="utf-8-sig", newline="") as file:
        (query,) = csv.DictReader(file)
    assert (query["rule"], query["file"], query["line"]) == ("E_UNKNOWN_KEY", "calls.csv", "4")
    report = command("report", "plan.yaml", "--table", "calls=calls.csv", "--out", "none")
    assert report.returncode == 3
    assert not (folder / "none").exists()


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("call=calls.csv", 2, "did you mean 'calls'"),
        ("calls", 2, "NAME=FILE"),
        ("calls=missing.csv", 6, "no such file"),
    ],
)
def test_tables_that_cannot_be(
    folder: Path, command: Command, given: str, code: int, words: str
) -> None:
    """Each with its exit code, before anything is written."""
    done = command("report", "plan.yaml", "--table", given, "--out", "out")
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert not (folder / "out").exists()


def test_an_output_over_a_table_is_refused(folder: Path, command: Command) -> None:
    """An export of the hospital must not be overwritten by a report."""
    (folder / "tables").mkdir()
    (folder / "calls.csv").rename(folder / "tables" / "calls.csv")
    given = ("--table", "calls=tables/calls.csv", "--out", "tables", "--overwrite")
    done = command("report", "plan.yaml", *given)
    assert done.returncode == 7, done.stderr
    assert (folder / "tables" / "calls.csv").read_text() == CALLS


def test_simulate_writes_the_tables(study: Path, command: Command) -> None:
    """What the help promises: four tables that validate accepts beside the cohort."""
    done = command("simulate", "--n", 30, "--tables", "--out", "drawn")
    assert done.returncode == 0, done.stderr
    names = ("events", "imaging", "pain", "toxicity")
    assert all(f"drawn/tables/{name}.csv" in done.stdout for name in names)
    given = [word for name in names for word in ("--table", f"{name}=drawn/tables/{name}.csv")]
    checked = command("validate", "drawn/cohort.csv", *given, "--out", "checked")
    assert checked.returncode == 0, checked.stderr
    assert "X6" not in (study / "checked" / "queries.csv").read_text()


def test_verify_knows_the_data_that_a_report_rests_on(folder: Path, command: Command) -> None:
    """A report handed over with another export beside it must not pass for that export's."""
    done = command("report", "plan.yaml", "--table", "calls=calls.csv", "--out", "out")
    assert done.returncode == 0, done.stderr
    data = ("--cohort", "cohort.csv", "--table", "calls=calls.csv")
    assert command("verify", "out", *data).returncode == 0
    (folder / "calls.csv").write_text(CALLS.replace("03-01", "03-02"))
    changed = command("verify", "out", *data)
    assert changed.returncode == 3
    assert "E_MANIFEST_DATA calls.csv" in changed.stderr
    assert command("verify", "out").returncode == 0
    assert command("verify", "out", "--table", "scans=calls.csv").returncode == 3
    assert command("verify", "out", "--cohort", "none.csv").returncode == 6
