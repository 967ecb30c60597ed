"""What must not matter: the order of rows and columns, and how a table was stored."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame, read_cohort
from spine_outcomes.errors import CohortError
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import DEMO_COHORT, packaged_file


@pytest.fixture(scope="module")
def demo() -> Cohort:
    """The packaged cohort."""
    return read_cohort(
        packaged_file(DEMO_COHORT), load_dictionary(packaged_file("data_dictionary.yaml"))
    )


@pytest.fixture(scope="module")
def demo_lines() -> list[str]:
    """First lines of the packaged file."""
    return packaged_file(DEMO_COHORT).read_text(encoding="utf-8").splitlines()[:8]


def test_the_packaged_cohort_fits_its_dictionary(demo: Cohort) -> None:
    """The first command that a reader runs must not end in an error."""
    assert demo.is_simulated
    assert 650 < len(demo.frame) < 760
    assert demo.frame["patient_id"].nunique() == 500


def test_order_of_rows_and_columns_changes_nothing(demo: Cohort, tmp_path: Path) -> None:
    """Rows in another order would give other bytes, and other draws of every bootstrap."""
    text = pd.read_csv(packaged_file(DEMO_COHORT), dtype="string", keep_default_na=False)
    shuffled = text.sample(frac=1, random_state=1)
    path = tmp_path / "shuffled.csv"
    shuffled[sorted(text.columns)].to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_cohort(path, demo.dictionary).frame, demo.frame)


def test_text_parquet_and_frame_are_one_cohort(demo: Cohort, tmp_path: Path) -> None:
    """How a table is stored says nothing about the patients."""
    text = pd.read_csv(packaged_file(DEMO_COHORT), dtype="string", keep_default_na=False)
    path = tmp_path / "cohort.parquet"
    text.to_parquet(path)
    pd.testing.assert_frame_equal(read_cohort(path, demo.dictionary).frame, demo.frame)
    pd.testing.assert_frame_equal(cohort_from_frame(text, demo.dictionary).frame, demo.frame)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_damage_ends_in_a_cohort_or_in_named_faults(
    demo: Cohort, demo_lines: list[str], tmp_path: Path, data: st.DataObject
) -> None:
    """Whatever stands in a cell, a reader gets rows or sentences, never a traceback."""
    lines = list(demo_lines)
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.integers(0, len(lines) - 1))
        cells = lines[row].split(",")
        cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(
            st.text(max_size=12)
            | st.sampled_from(["", "-9", "NaN", "1e999", "2023-02-30", '"', "٣"])
        )
        lines[row] = ",".join(cells)
    path = tmp_path / "damaged.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    with suppress(CohortError):
        read_cohort(path, demo.dictionary)
