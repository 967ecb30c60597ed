"""Cohorts, dictionaries and plans that nobody wrote: the command ends with a named fault, quickly.

In each example the command runs in this process with an output folder. Its plan needs a column
that no file holds, so that every table is read and checked and nothing is estimated. No example may
end in a traceback or an internal fault, take two seconds of the processor or more than 512 MB
beside what the program itself needs. ``FUZZ_EXAMPLES=200000`` makes a long run.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.commanding import told
from tests.spoilt_files import (
    DICTIONARY,
    GOOD,
    PLAN,
    edited,
    of_another_program,
    regrown,
    respelt,
)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
ALLOWED = {0, 3, 4, 5, 6, 7}
SECONDS, MEGABYTES = 2.0, 512


def fuzz(share: float) -> settings:
    """So large a part of all examples; without a search for the smallest, which costs minutes."""
    return settings(
        max_examples=int(share * EXAMPLES),
        deadline=None,
        derandomize=EXAMPLES == 2000,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the study; the program is loaded before anything is measured."""
    before, place = Path.cwd(), tmp_path_factory.mktemp("fuzz")
    os.chdir(place)
    ends(place)
    yield place
    os.chdir(before)


def ends(
    folder: Path,
    cohort: bytes = GOOD.encode(),
    dictionary: bytes = DICTIONARY.encode(),
    plan: bytes = PLAN.encode(),
    *,
    name: str = "cohort.csv",
) -> int:
    """Run the command and check how it ends; give its exit code."""
    (folder / name).write_bytes(cohort)
    (folder / "dictionary.yaml").write_bytes(dictionary)
    (folder / "plan.yaml").write_bytes(plan)
    start = time.process_time()
    found = told("report", "plan.yaml", "--cohort", name, "--out", "out")
    assert found.code in ALLOWED, found.text
    assert "Traceback" not in found.text
    assert found.code == 0 or found.text.strip(), "a failure that says nothing"
    if folder.joinpath("measured").exists():
        assert time.process_time() - start < SECONDS
        assert used() - int((folder / "measured").read_text()) < MEGABYTES
    else:
        (folder / "measured").write_text(str(used()))
    return found.code


def used() -> int:
    """Most memory the process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@fuzz(0.30)
@given(content=edited(GOOD.encode()))
def test_any_bytes_for_a_cohort(folder: Path, content: bytes) -> None:
    """Cut off, repeated, in another encoding: a traceback could hold what was in the file."""
    assert ends(folder, content) == 3


@fuzz(0.25)
@given(content=respelt())
def test_any_text_in_the_cells(folder: Path, content: bytes) -> None:
    """Numbers, dates, quotes and characters of every kind in every type of column."""
    assert ends(folder, content) == 3


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "sav", "dta", "xpt"])
@given(content=st.data())
@fuzz(0.01)
def test_any_bytes_for_a_file_of_another_program(
    folder: Path, suffix: str, content: st.DataObject
) -> None:
    """A damaged workbook or statistical file must not take the program down with it."""
    raw = content.draw(edited(of_another_program(suffix)))
    assert ends(folder, raw, name=f"cohort.{suffix}") in {3, 7}


@fuzz(0.20)
@given(content=regrown(DICTIONARY))
def test_any_value_in_a_dictionary(folder: Path, content: bytes) -> None:
    """A key with another type of value, a derivation that does not exist, a rule about nothing."""
    assert ends(folder, dictionary=content) in {3, 4}


@fuzz(0.08)
@given(content=regrown(DICTIONARY, ("table",)), cohort=edited(GOOD.encode()) | respelt())
def test_any_way_of_writing_a_table(folder: Path, content: bytes, cohort: bytes) -> None:
    """Encodings, delimiters and formats of dates that nobody would declare."""
    assert ends(folder, cohort, content) in {3, 4}


@fuzz(0.09)
@given(content=edited(DICTIONARY.encode()))
def test_any_bytes_for_a_dictionary(folder: Path, content: bytes) -> None:
    """YAML that ends early, holds tags, bombs or other alphabets."""
    assert ends(folder, dictionary=content) in {3, 4, 7}


@fuzz(0.08)
@given(content=regrown(PLAN) | edited(PLAN.encode()))
def test_any_plan(folder: Path, content: bytes) -> None:
    """Nothing in a plan is run, and nothing in it stops the program without a name."""
    ends(folder, plan=content)
