"""``diff``: rows by fingerprints, estimates by their keys, and folders that cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.commands.fingerprints import changes, row_fingerprints
from spine_outcomes.commands.ledger import Entry, append, outputs_hash, read_ledger
from spine_outcomes.commands.manifest import sha256, verify, with_manifest
from spine_outcomes.study.dictionary import DataDictionary
from tests.commanding import told

DICTIONARY = DataDictionary.model_validate(
    {
        "table": {"row": "patient", "patient": "id"},
        "columns": [
            {"name": "id", "label": "Id", "level": "patient", "type": "string",
             "phase": "identifier", "required": True},
            {"name": "extract", "label": "Extract", "level": "patient", "type": "date",
             "phase": "identifier"},
            {"name": "sex", "label": "Sex", "level": "patient", "type": "category",
             "codes": {"1": "M", "2": "F"}, "phase": "baseline"},
            {"name": "age", "label": "Age", "level": "patient", "type": "float",
             "phase": "baseline"},
        ],
    }
)  # fmt: skip
KEY = b"k" * 64
RESULTS = (
    "analysis,subgroup,endpoint,estimand,model,measure,arm,contrast,term,time,estimate,statistic\n"
)
OLD = [("a", "1", "60"), ("b", "2", "50"), ("c", "1", "40")]
NEW = [("a", "1", "61"), ("c", "2", "41"), ("d", "2", "30"), ("e", "1", "")]


def cohort(rows: list[tuple[str, str, str]]) -> Cohort:
    """Patients with sex and age."""
    return cohort_from_frame(pd.DataFrame(rows, columns=["id", "sex", "age"]), DICTIONARY)


def test_rows_added_withdrawn_and_changed_are_counted_by_column() -> None:
    """By hand: d and e came, b went, a has another age, c another sex and age."""
    old, new = (row_fingerprints(cohort(rows), KEY) for rows in (OLD, NEW))
    (found,) = changes(old, new)
    assert (found.added, found.withdrawn, found.changed) == (2, 1, 2)
    assert found.columns == {"age": 2, "sex": 1}


def test_the_same_rows_in_another_order_are_no_change() -> None:
    """A sorted export is the same data."""
    old, new = (row_fingerprints(cohort(rows), KEY) for rows in (OLD, OLD[::-1]))
    (found,) = changes(old, new)
    assert (found.added, found.withdrawn, found.changed) == (0, 0, 0)


def test_the_day_of_the_extract_changes_no_row() -> None:
    """With it every row of every extract would have changed, and the count would say nothing."""
    days = [
        cohort_from_frame(
            pd.DataFrame(OLD, columns=["id", "sex", "age"]).assign(extract=day), DICTIONARY
        )
        for day in ("2021-01-01", "2022-01-01")
    ]
    (found,) = changes(*(row_fingerprints(own, KEY) for own in days))
    assert found.changed == 0


def test_a_column_that_comes_changes_every_row() -> None:
    """A new column in the extract is a change that must be seen."""
    old, new = row_fingerprints(cohort(OLD), KEY), row_fingerprints(cohort(OLD), KEY)
    old[""]["columns"] = ["sex", "years"]
    (found,) = changes(old, new)
    assert found.columns == {"age": 3, "years": 3}


def test_fingerprints_give_nothing_away() -> None:
    """No identifier or value stands in them; equal values of two rows differ; without the key they
    cannot be made again from a list of guesses."""
    text = json.dumps(row_fingerprints(cohort(OLD), KEY))
    assert not any(f'"{value}"' in text for row in OLD for value in row)
    rows = list(row_fingerprints(cohort(OLD), KEY)[""]["rows"].values())
    assert rows[0][0] != rows[2][0]  # both are men
    other = row_fingerprints(cohort(OLD), b"x" * 64)[""]["rows"]
    assert not set(other) & set(row_fingerprints(cohort(OLD), KEY)[""]["rows"])


def folder_of(place: Path, name: str, estimate: float, **facts: object) -> Path:
    """A folder as a run writes it."""
    folder = place / name
    folder.mkdir()
    row = f"interim:1,,relapse,ATE,cox,hazard_ratio,,,,,{estimate},\n"
    files = with_manifest({"results.csv": (RESULTS + row).encode()}, {"command": "x"}, facts)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder


@pytest.fixture(name="looks")
def looks_fixture(tmp_path: Path) -> tuple[Path, Path]:
    """Two looks and their ledger."""
    ledger, folders = tmp_path / "interim-ledger.jsonl", []
    for look, rows in enumerate((OLD, NEW), start=1):
        facts = {"look": look, "cutoff": f"202{look}-01-01", "plan_sha256": "p", "seed": 1}
        folder = folder_of(tmp_path, f"interim-{look}", 0.7 + look / 10, **facts)
        manifest = json.loads((folder / "manifest.json").read_text())
        prints = json.dumps({"rows": row_fingerprints(cohort(rows), KEY), "queries": {}})
        entry = Entry(
            entry=0, edition="blinded", dictionary_sha256="d", data_sha256="x",
            folder=folder.name, results_sha256=outputs_hash(manifest),
            fingerprints_sha256=sha256(prints.encode()), information=None, z=None, written="",
            **facts,
        )  # fmt: skip
        append(ledger, entry, prints, read_ledger(ledger))
        folders.append(folder)
    return folders[0], folders[1]


def test_two_looks_are_compared(looks: tuple[Path, Path], tmp_path: Path) -> None:
    """What a committee asks first at its second meeting."""
    said = told("diff", *looks, "--out", tmp_path / "diff")
    assert said.code == 0, said.text
    assert "rows of cohort: 2 added, 1 withdrawn, 2 changed (age 2; sex 1)" in said.paths
    assert "relapse/ATE/cox/hazard_ratio: 0.8 -> 0.9 (+0.1)" in said.paths
    assert "look: 1 -> 2" in said.paths
    assert verify(tmp_path / "diff") == ()
    moved = pd.read_csv(tmp_path / "diff" / "diff.csv")
    assert moved["change"].tolist() == ["moved"]
    page = (tmp_path / "diff" / "diff.html").read_text(encoding="utf-8")
    assert "From interim-1 to interim-2" in page


def test_folders_without_fingerprints_are_compared_by_their_estimates(tmp_path: Path) -> None:
    """Reports keep no rows: that is said, not passed over."""
    one, two = (folder_of(tmp_path, name, value) for name, value in (("r1", 0.8), ("r2", 0.8)))
    said = told("diff", one, two, "--out", tmp_path / "diff")
    assert said.code == 0, said.text
    assert "rows: not compared" in said.paths
    assert "estimates: 0 moved, 0 added, 0 gone" in said.paths


def test_an_edited_folder_is_not_compared(looks: tuple[Path, Path], tmp_path: Path) -> None:
    """A difference between numbers that nobody computed means nothing."""
    (looks[0] / "results.csv").write_text(RESULTS)
    said = told("diff", *looks, "--out", tmp_path / "diff")
    assert said.code == 3
    assert "results.csv was edited" in said.text
    assert not (tmp_path / "diff").exists()
