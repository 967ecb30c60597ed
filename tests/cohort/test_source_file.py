"""Files that are not what they should be: each is named for what it is, before anything is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.cohort.source_file import MAX_BYTES
from spine_outcomes.errors import CohortError, InputOutputError
from spine_outcomes.study.dictionary import DataDictionary

Make = Callable[..., DataDictionary]


def test_f01_a_missing_file_is_named_in_full_with_its_neighbour(
    write: Callable[..., Path], dictionary: Make
) -> None:
    """A relative name does not say where the program looked."""
    path = write("id,part,arm\nP1,1,a\n")
    with pytest.raises(InputOutputError) as caught:
        read_cohort(path.with_name("cohrt.csv"), dictionary())
    assert str(path.parent / "cohrt.csv") in str(caught.value)
    assert "Did you mean cohort.csv?" in str(caught.value)
    assert caught.value.exit_code == 6


def test_f01_a_folder_is_no_cohort(tmp_path: Path, dictionary: Make) -> None:
    """Reading a folder would end in an error of the operating system."""
    with pytest.raises(InputOutputError, match="a folder"):
        read_cohort(tmp_path, dictionary())


def test_f43_a_pipe_is_refused_without_waiting(tmp_path: Path, dictionary: Make) -> None:
    """Opening a pipe that nobody writes to would hang for ever."""
    pipe = tmp_path / "cohort.csv"
    os.mkfifo(pipe)
    with pytest.raises(InputOutputError, match="not a regular file"):
        read_cohort(pipe, dictionary())


def test_f43_a_circle_of_links_is_refused(tmp_path: Path, dictionary: Make) -> None:
    """A link to itself must end in a sentence, not in a traceback."""
    link = tmp_path / "cohort.csv"
    link.symlink_to(link)
    with pytest.raises(InputOutputError, match="E_UNREADABLE"):
        read_cohort(link, dictionary())


def test_f21_a_file_too_large_is_refused_unread(tmp_path: Path, dictionary: Make) -> None:
    """A gigabyte must be refused by its size, before it fills the memory."""
    path = tmp_path / "cohort.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(CohortError, match="E_TOO_LARGE"):
        read_cohort(path, dictionary())


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<!DOCTYPE html>", "HTML"),
        (b"\n <HTML><body>", "HTML"),
        (b"PAR1", "Parquet"),
        (b"$FL2@(#)", "SPSS"),
    ],
)
def test_f42_a_file_of_another_kind_is_named(
    problems: Callable[..., Any], start: bytes, kind: str
) -> None:
    """A workbook called .csv would give a thousand meaningless faults."""
    (found,) = problems(start + b" and more")
    assert found.code == "E_FILE_KIND"
    assert kind in found.message


@pytest.mark.parametrize("name", ["cohort.xlsx", "cohort", "cohort.csv.gz"])
def test_f42_a_kind_that_is_not_read_is_refused(problems: Callable[..., Any], name: str) -> None:
    """A suffix nobody reads must not be tried as text."""
    (found,) = problems("id,part,arm\nP1,1,a\n", name=name)
    assert found.code == "E_FILE_KIND"


def test_text_that_is_called_parquet_is_refused(problems: Callable[..., Any]) -> None:
    """The engine's own words for this are no help."""
    (found,) = problems("id,part,arm\nP1,1,a\n", name="cohort.parquet")
    assert "not a Parquet file" in found.message


def test_a_damaged_parquet_file_is_refused(problems: Callable[..., Any]) -> None:
    """A file cut short must end in a sentence."""
    (found,) = problems(b"PAR1" + b"\x00" * 40, name="cohort.parquet")
    assert found.code == "E_PARQUET"
