"""``diff``: rows by fingerprints, estimates by their keys, and folders that cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
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


def folder_of(
    place: Path,
    name: str,
    estimate: float,
    names: dict[str, dict[str, str]] | None = None,
    row: str = "interim:1,,relapse,ATE,cox,hazard_ratio,,,,",
    **facts: object,
) -> Path:
    """A folder as a run writes it."""
    folder = place / name
    folder.mkdir()
    row = f"{row},{estimate},\n"
    identity = {"command": "x", "edition": str(facts.pop("edition", "open"))}
    content = {"results.csv": (RESULTS + row).encode()}
    if names is not None:
        content["labels.json"] = json.dumps(names).encode()
    files = with_manifest(content, identity, facts)
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
    assert "Rows of Cohort: 2 added, 1 withdrawn, 2 changed (age 2; sex 1)" in said.paths
    assert "Relapse, Hazard ratio, Cox, ATE weights: 0.8 -> 0.9 (+0.1)" in said.paths
    assert "Look: 1 -> 2" in said.paths
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
    assert "Rows: not compared" in said.paths
    assert "Estimates: 0 moved, 0 added, 0 gone" in said.paths


def test_an_edited_folder_is_not_compared(looks: tuple[Path, Path], tmp_path: Path) -> None:
    """A difference between numbers that nobody computed means nothing."""
    (looks[0] / "results.csv").write_text(RESULTS)
    said = told("diff", *looks, "--out", tmp_path / "diff")
    assert said.code == 3
    assert "results.csv was edited" in said.text
    assert not (tmp_path / "diff").exists()


def test_what_stands_on_an_unblinded_look_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hazard ratio under a neutral head, in a folder named as if anybody might open it."""
    monkeypatch.chdir(tmp_path)
    one = folder_of(tmp_path, "interim-1", 0.8, look=1, cutoff="2021-01-01")
    two = folder_of(
        tmp_path, "interim-2-unblinded", 0.7, look=2, cutoff="2022-02-02", edition="unblinded"
    )
    said = told("diff", one, two)
    assert said.code == 0, said.text
    assert said.paths.startswith("CONFIDENTIAL, UNBLINDED")
    assert "blinded report and unblinded report" in said.paths
    page = (tmp_path / "reports" / "diff-unblinded" / "diff.html").read_text(encoding="utf-8")
    assert "CONFIDENTIAL, UNBLINDED: for the study committee" in page
    assert "not for who treats or enrols" in page
    assert "blinded report of look 1, data cut-off 2021-01-01" in page
    assert "of look 2, data cut-off 2022-02-02" in page
    assert not (tmp_path / "reports" / "diff").exists()


def test_folders_that_are_not_there_are_named_together(tmp_path: Path) -> None:
    """A name mistyped is no edited folder."""
    said = told("diff", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "diff")
    assert (said.code, said.paths) == (6, "")
    assert all(f"{name}: no such folder" in said.text for name in "ab")


def test_codes_have_their_names_and_counts_no_decimals(tmp_path: Path) -> None:
    """A committee does not know the codes of the data, and 26.0000 events are no measurement."""
    names = {"endpoint": {"relapse": "Back again"}, "arm": {"a": "Old way"}}
    row = "interim:1,,relapse,,count,events,a,,,"
    folders = [
        folder_of(tmp_path, f"interim-{n}", n, names, row, look=1, cutoff="2021-01-01")
        for n in (8, 26)
    ]
    said = told("diff", *folders, "--out", tmp_path / "diff")
    assert "Back again, Events, Old way, Count: 8 -> 26 (+18)" in said.paths
    page = (tmp_path / "diff" / "diff.html").read_text(encoding="utf-8")
    assert "Back again, Events, Old way" in page
    assert "26.0000" not in page


def test_a_number_that_one_of_them_does_not_show_is_no_number(tmp_path: Path) -> None:
    """ "nan -> 0.8 (+nan)": a count that was hidden, and is large enough now."""
    one, two = (folder_of(tmp_path, name, value) for name, value in (("r1", np.nan), ("r2", 0.8)))
    said = told("diff", one, two, "--out", tmp_path / "diff")
    assert "Relapse, Hazard ratio, Cox, ATE weights, interim:1: not shown -> 0.8\n" in said.paths
    assert "nan" not in said.paths
