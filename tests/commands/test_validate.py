"""The validate command as a person meets it: exit codes, files, what is said and what is hidden."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.commands.manifest import verify

Command = Callable[..., subprocess.CompletedProcess[str]]
FILES = ["out/manifest.json", "out/queries.csv", "out/validation.html"]
HEAD = "id,arm,age,stage,time,status\n"


def asked(study: Path) -> list[dict[str, str]]:
    """The queries, read as a spreadsheet reads them."""
    with (study / "out" / "queries.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def validate(command: Command, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the small study."""
    options = ("--dictionary", "dictionary.yaml", "--out", "out")
    return command("validate", "cohort.csv", *options, *words)


def test_a_clean_cohort_is_exit_0_with_no_query(study: Path, command: Command) -> None:
    """Whoever builds on the command needs the code, the names of the files and the empty list."""
    done = validate(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == FILES
    assert not asked(study)
    assert not verify(study / "out")
    manifest = json.loads((study / "out" / "manifest.json").read_text())
    assert manifest["source"] == "cohort.csv"
    assert manifest["identity"] == {"command": "validate"}


def test_errors_are_exit_3_and_the_files_are_there_all_the_same(
    study: Path, command: Command
) -> None:
    """The list of what is wrong is needed most where something is."""
    (study / "cohort.csv").write_text(HEAD + "P1,a,40,1,5,0\nP2,c,130,1,5,0\n")
    done = validate(command)
    assert done.returncode == 3
    assert done.stdout.split() == FILES
    assert [(q["rule"], q["line"], q["column"], q["found"]) for q in asked(study)] == [
        ("E_CODE", "3", "arm", "c"),
        ("E_RANGE", "3", "age", "130"),
    ]
    for text in ("E_CODE cohort.csv, line 3, row P2, column arm, value 'c'", "E_RANGE"):
        assert text in done.stderr
    for query in asked(study):  # from the list to what was said, and back
        place = f"{query['file']}, line {query['line']}, row {query['row']}, column"
        assert f"{query['code']} {place} {query['column']}, value" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_of_shape_is_exit_3_with_its_page(study: Path, command: Command) -> None:
    """A file that cannot be read at all is told what keeps it from being read."""
    (study / "cohort.csv").write_text(HEAD + "P1,a\n")
    done = validate(command)
    assert (done.returncode, done.stdout.split()) == (3, FILES)
    assert asked(study)[0]["rule"] == "E_FIELDS"


def test_warnings_fail_a_strict_run_only(study: Path, command: Command) -> None:
    """--strict is for whoever wants no doubt left; without it a doubt is said and listed."""
    text = (study / "dictionary.yaml").read_text()
    (study / "dictionary.yaml").write_text(
        text.replace("hard: [0, 120]", "hard: [0, 120], plausible: [0, 50]")
    )
    plain = validate(command)
    assert plain.returncode == 0
    assert "W_IMPLAUSIBLE" in plain.stderr
    strict = validate(command, "--strict")
    assert strict.returncode == 5
    assert "E_STRICT" in strict.stderr
    assert {q["severity"] for q in asked(study)} == {"warning"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [("table: {row: patient, patient: nobody}", 4), ("table: [", 4), (None, 6)],
)
def test_a_wrong_dictionary_writes_nothing(
    study: Path, command: Command, spoil: str | None, code: int
) -> None:
    """Rows cannot be judged by rules that cannot be read."""
    if spoil is None:
        (study / "dictionary.yaml").unlink()
    else:
        text = (study / "dictionary.yaml").read_text().splitlines()
        (study / "dictionary.yaml").write_text("\n".join([text[0], spoil, *text[2:]]))
    done = validate(command)
    assert done.returncode == code, done.stderr
    assert not (study / "out").exists()


def test_a_missing_cohort_is_exit_6(study: Path, command: Command) -> None:
    """A path mistyped is no fault of the data."""
    (study / "cohort.csv").rename(study / "cohorts.csv")
    done = validate(command)
    assert done.returncode == 6
    assert "cohorts.csv" in done.stderr


def test_a_foreign_folder_is_not_replaced(study: Path, command: Command) -> None:
    """The report of another day must not vanish under a validation."""
    (study / "out").mkdir()
    (study / "out" / "report.html").write_text("mine")
    assert validate(command).returncode == 6
    assert (study / "out" / "report.html").read_text() == "mine"
    assert validate(command, "--overwrite").returncode == 0
    assert validate(command).returncode == 0


def test_redacted_no_value_and_no_identifier_leaves(study: Path, command: Command) -> None:
    """What is sent to somebody who may not see patients must hold none of them."""
    rows = "CANARY-MRN-7,a,40,1,5,0\nCANARY-MRN-8,canary-arm,40,1,5,0\nCANARY-MRN-9,a,131,1,5,0\n"
    (study / "cohort.csv").write_text(HEAD + rows)
    done = validate(command, "--redact")
    assert done.returncode == 3
    written = "".join((study / name).read_text(encoding="utf-8") for name in FILES)
    for value in ("CANARY", "canary", "131", str(study)):
        assert value not in written.replace("sha256", "")
    assert "canary-arm" not in done.stderr
    assert "131" not in done.stderr
    assert [q["row"] for q in asked(study)] == ["row 2", "row 3"]


def test_a_cell_that_a_spreadsheet_would_run_is_text_in_the_list(
    study: Path, command: Command
) -> None:
    """The list is opened in a spreadsheet: a cell of the cohort must not run there."""
    (study / "cohort.csv").write_text(
        HEAD + "=1+1,a,40,1,5,0\nP2,=cmd|'/c calc'!A0,-5,1,5,0\nP3,@SUM(1),40,1,5,0\n"
    )
    assert validate(command).returncode == 3
    found = asked(study)
    starts = [value[:1] for query in found for value in query.values()]
    assert not set(starts) & set("=+@")
    assert "-5" in [query["found"] for query in found]


def test_a_spreadsheet_reads_the_list_as_what_it_is(study: Path, command: Command) -> None:
    """Without the mark a spreadsheet takes 男 for three Western letters; a giant cell is cut."""
    giant = "x" * 40_000
    (study / "cohort.csv").write_text(HEAD + f"P1,男,40,1,5,0\nP2,{giant},40,1,5,0\n")
    assert validate(command).returncode == 3
    assert (study / "out" / "queries.csv").read_bytes().startswith(b"\xef\xbb\xbfrule,")
    assert [query["found"] for query in asked(study)] == ["男", "x" * 59 + "…"]


def test_the_demo_cohort_needs_no_argument_and_passes(study: Path, command: Command) -> None:
    """The first command a newcomer tries must work."""
    done = command("validate", "--out", "demo")
    assert done.returncode == 0, done.stderr
    page = (study / "demo" / "validation.html").read_text(encoding="utf-8")
    assert "Simulated data" in page
    assert "This cohort can be analysed." in page
