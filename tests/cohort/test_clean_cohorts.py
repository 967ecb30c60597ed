"""Cohorts that are clean by construction: checks that cry wolf are switched off."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine_outcomes.clinical.simulator import cohort_csv, simulate
from spine_outcomes.cohort.queries import rows_with
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

PATIENTS = 500
LARGEST_SHARE = 0.01


@pytest.mark.parametrize(
    "seed", [*range(1, 4), *(pytest.param(s, marks=pytest.mark.slow) for s in range(4, 21))]
)
def test_no_false_error_and_few_warnings(tmp_path: Path, seed: int) -> None:
    """An error in a clean cohort stops a study; warnings on every tenth row are read by nobody."""
    path = tmp_path / "cohort.csv"
    path.write_text(cohort_csv(simulate(PATIENTS, seed)), encoding="utf-8")
    found = inspect_cohort(path, load_dictionary(packaged_file("data_dictionary.yaml")))
    assert found.frame is not None
    assert not found.problems
    assert not [b for b in found.breaches if b.severity == "error" or b.is_of_column]
    assert len(rows_with(found, "warning")) <= LARGEST_SHARE * len(found.frame)
