"""The simulate and verify commands."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def drawn(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a small draw, beside the working folder."""
    monkeypatch.chdir(tmp_path)
    done = command("simulate", "--n", "30", "--seed", "3", "--out", "draw")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["draw/cohort.csv", "draw/manifest.json", "draw/truth.json"]
    return tmp_path / "draw"


def test_a_draw_repeats(drawn: Path, command: Command) -> None:
    """A cohort that changes from draw to draw would make its truth the truth of another one."""
    first = (drawn / "cohort.csv").read_bytes()
    assert command("simulate", "--n", "30", "--seed", "3", "--out", "draw").returncode == 0
    assert (drawn / "cohort.csv").read_bytes() == first
    other = ("simulate", "--n", "30", "--seed", "4", "--out", "draw", "--overwrite")
    assert command(*other).returncode == 0
    assert (drawn / "cohort.csv").read_bytes() != first
    assert json.loads((drawn / "truth.json").read_text())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("--tables",), "another set of files"),
        (("--seed", "4"), "another seed"),
        (("--n", "31"), "another number of patients"),
    ],
)
def test_another_draw_takes_nothing_away_unasked(
    drawn: Path, command: Command, change: tuple[str, ...], words: str
) -> None:
    """Someone's tables/ and dirty/ were gone after a second draw into the folder without them."""
    dirty = ("simulate", "--n", "30", "--seed", "3", "--out", "draw", "--dirty")
    refused = command(*dirty)
    assert refused.returncode == 6
    assert "holds the output of another set of files" in refused.stderr
    assert command(*dirty, "--overwrite").returncode == 0
    refused = command(*dirty, *change)
    assert refused.returncode == 6
    assert words in refused.stderr
    assert "--overwrite" in refused.stderr
    assert (drawn / "dirty" / "planted.csv").exists()


def test_a_changed_draw_does_not_verify(drawn: Path, command: Command) -> None:
    """A cohort edited by hand must not pass as the simulated one."""
    assert command("verify", "draw").returncode == 0
    with (drawn / "cohort.csv").open("a") as file:
        file.write("x\n")
    done = command("verify", "draw")
    assert done.returncode == 3
    assert "cohort.csv was edited" in done.stderr


def test_a_dirty_draw_says_what_is_wrong_with_it(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the list of planted errors nobody could tell what a check has missed."""
    monkeypatch.chdir(tmp_path)
    words = ("simulate", "--n", "30", "--seed", "3", "--dirty", "--out", "draw")
    done = command(*words)
    assert done.returncode == 0, done.stderr
    first = {path.name: path.read_bytes() for path in (tmp_path / "draw" / "dirty").iterdir()}
    assert first["planted.csv"].startswith(b"id,kind,row,patient_id,lesion_id,column,")
    assert {"cohort.xlsx", "cohort_gb18030.csv"} < set(first)
    assert command("verify", "draw").returncode == 0
    assert command(*words).returncode == 0
    again = {path.name: path.read_bytes() for path in (tmp_path / "draw" / "dirty").iterdir()}
    assert again == first


def test_validate_lists_every_planted_error_of_every_form(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data manager works through queries.csv: what is not in it is never corrected."""
    monkeypatch.chdir(tmp_path)
    assert command("simulate", "--n", "60", "--dirty", "--out", "draw").returncode == 0
    with (tmp_path / "draw/dirty/planted.csv").open() as file:
        planted = [*csv.DictReader(file)]
    listed = {}
    for name in ("redcap.csv", "cohort_gb18030.csv", "cohort.dta"):
        file = f"draw/dirty/{name}"
        done = command("validate", file, "--dictionary", f"{file}.yaml", "--out", f"found/{name}")
        assert done.returncode == 3, done.stderr
        with (tmp_path / "found" / name / "queries.csv").open(encoding="utf-8-sig") as rows:
            listed[name] = {(r["rule"], r["row"], r["column"]) for r in csv.DictReader(rows)}
    for number in {cell["id"] for cell in planted}:
        cells = {
            (cell["check"], f"{cell['patient_id']}/{cell['lesion_id']}", cell["column"])
            for cell in planted
            if cell["id"] == number
        }
        assert cells & listed["redcap.csv"], number
    assert listed["redcap.csv"] == listed["cohort_gb18030.csv"] == listed["cohort.dta"]


@pytest.mark.parametrize("words", [["--n", "0"], ["--n", "many"], ["--seed", "-1"]])
def test_a_size_that_cannot_be_is_a_usage_error(command: Command, words: list[str]) -> None:
    """Exit 2, naming the option."""
    done = command("simulate", *words)
    assert done.returncode == 2
    assert words[0] in done.stderr
