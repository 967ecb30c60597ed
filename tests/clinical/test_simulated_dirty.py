"""Errors planted in a simulated cohort: known, found, and nothing else with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.simulated_dirty import PLANTED_COLUMNS, Dirty, plant, planted_csv
from spine_outcomes.clinical.simulator import simulate
from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

DICTIONARY = load_dictionary(packaged_file("data_dictionary.yaml"))
SEEDS = (1, 2, 3)
MORE_SEEDS = range(4, 21)


def inspected(frame: pd.DataFrame, folder: Path) -> Inspection:
    """What reading a table of text finds."""
    frame.to_csv(folder / "cohort.csv", index=False)
    return inspect_cohort(folder / "cohort.csv", DICTIONARY)


def missed(dirty: Dirty, found: Inspection) -> list[str]:
    """Errors that no breach of their check finds in one of their cells."""
    at = {
        (breach.rule, int(row) + 1, breach.column)
        for breach in found.breaches
        for row in breach.rows
    }
    cells = dirty.planted
    is_found = [
        (cell.check, int(cell.row), cell.column) in at for cell in cells.itertuples(index=False)
    ]
    return sorted(set(cells["id"]) - set(cells["id"][is_found]))


def warned(found: Inspection) -> set[int]:
    """Rows of which a check warns."""
    return {
        int(row) for breach in found.breaches if breach.severity == "warning" for row in breach.rows
    }


def check_one_seed(seed: int, folder: Path) -> None:
    """Every planted error is found; a clean cohort, and a clean row of a dirty one, has none."""
    clean = simulate(500, seed).frame
    found_clean = inspected(clean, folder)
    assert not found_clean.problems
    assert not [b.rule for b in found_clean.breaches if b.severity == "error"]
    assert len(warned(found_clean)) <= 0.01 * len(clean)
    dirty = plant(clean, seed)
    found = inspected(dirty.frame, folder)
    assert missed(dirty, found) == []
    spoilt = set(dirty.planted["row"].astype(int) - 1)
    wrong = {int(row) for b in found.breaches if b.severity == "error" for row in b.rows}
    assert wrong == spoilt
    is_clean = [row for row in range(len(clean)) if row not in spoilt]
    assert found.frame is not None
    assert found_clean.frame is not None
    pd.testing.assert_frame_equal(found.frame.iloc[is_clean], found_clean.frame.iloc[is_clean])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planted_is_found_and_nothing_else(seed: int, tmp_path: Path) -> None:
    """An error unseen would enter an analysis; a false one would throw sound rows out."""
    check_one_seed(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_more_seeds_are_found_as_well(seed: int, tmp_path: Path) -> None:
    """As before; twenty seeds in all."""
    check_one_seed(seed, tmp_path)


def test_the_shares_are_those_of_the_law() -> None:
    """1 % exchanged dates, .5 % cGy, 1 % duplicates, 2 % wrong totals, .5 % late events."""
    clean = simulate(2000, seed=5).frame
    dirty = plant(clean, 5)
    n = dirty.planted.groupby("kind")["id"].nunique() / len(clean)
    expected = {
        "swapped_dates": 0.01, "dose_in_cgy": 0.005, "duplicate": 0.01, "wrong_total": 0.02,
        "event_after_cutoff": 0.005,
    }  # fmt: skip
    assert set(n.index) == set(expected)
    for kind, share in expected.items():
        assert abs(n[kind] - share) <= 0.5 / len(clean), kind
    assert dirty.planted.groupby("row")["id"].nunique().max() == 1  # one error a row
    assert len(dirty.frame) == len(clean) + n["duplicate"] * len(clean)


def test_the_truth_file_says_what_was_and_what_is() -> None:
    """Undoing what it lists gives the clean cohort back, cell for cell."""
    clean = simulate(300, seed=6).frame
    dirty = plant(clean, 6)
    mended = dirty.frame.copy()
    for cell in dirty.planted.itertuples(index=False):
        row = int(cell.row) - 1
        assert mended.loc[row, cell.column] == cell.dirty
        assert (cell.clean != cell.dirty) == (cell.kind != "duplicate")
        assert tuple(mended.loc[row, ["patient_id", "lesion_id"]]) == (
            cell.patient_id, cell.lesion_id,
        )  # fmt: skip
        mended.loc[row, cell.column] = cell.clean
    twice = dirty.planted["row"][dirty.planted["kind"] == "duplicate"].astype(int) - 1
    pd.testing.assert_frame_equal(mended.drop(index=twice), clean)


def test_the_same_seed_plants_the_same() -> None:
    """A truth file that no longer belongs to its cohort is worth nothing."""
    clean = simulate(100, seed=8).frame
    assert planted_csv(plant(clean, 8)) == planted_csv(plant(clean, 8))
    assert planted_csv(plant(clean, 8)) != planted_csv(plant(clean, 9))
    assert planted_csv(plant(clean, 8)).splitlines()[0] == ",".join(PLANTED_COLUMNS)


def test_planting_leaves_the_clean_cohort_as_it_was() -> None:
    """A frame changed in place would spoil what it is compared with."""
    clean = simulate(60, seed=9).frame
    before = clean.copy()
    plant(clean, 9)
    pd.testing.assert_frame_equal(clean, before)
    assert np.all(before == clean)
