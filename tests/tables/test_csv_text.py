"""CSV that a spreadsheet opens without running anything, and reads numbers from."""

from __future__ import annotations

import csv
import io

import pytest

from spine_outcomes.tables.csv_text import csv_text, guarded
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table

PAYLOADS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    ' =HYPERLINK("x")',
    "=cmd|'/c calc'!A0",
)


def table(stub: str, *cells: Cell) -> Table:
    """A table of one row."""
    return Table(
        "t", "T", "Head", tuple(Column(f"c{i}") for i in range(len(cells))), (Row(stub, cells),)
    )


def read(text: str) -> list[list[str]]:
    """Fields as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_field_can_start_a_formula(payload: str) -> None:
    """A label from a plan that a spreadsheet runs is a way into the reader's machine."""
    attacked = Table("t", "T", payload, (Column(payload),), (Row(payload, (Cell((payload,)),)),))
    for line in read(csv_text(attacked)):
        for field in line:
            assert not field.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_negative_numbers_stay_numbers() -> None:
    """−0.31 with an apostrophe would be text, and no sum would hold it."""
    [_, line] = read(
        csv_text(table("x", Cell((Number("−0.31", -0.3119),)), Cell((Number("12,345", 12345.0),))))
    )
    assert [float(field) for field in line[1:]] == [-0.31, 12345.0]


def test_words_and_bounds_stay_as_they_read() -> None:
    """ "<0.001" and "<5" are no numbers; an interval keeps its true minus."""
    cells = (
        Cell((Number("<0.001", 2e-9),)),
        Cell(("<5",)),
        Cell(
            (
                Number("−4.2", -0.042),
                " (",
                Number("−10.2", -0.102),
                " to ",
                Number("1.8", 0.018),
                ")",
            )
        ),
    )
    [_, line] = read(csv_text(table("x", *cells)))
    assert line[1:] == ["<0.001", "<5", "−4.2 (−10.2 to 1.8)"]


def test_a_line_of_a_group_carries_the_group_in_its_name() -> None:
    """Without it a CSV has three lines called "12 months" and nobody knows of what."""
    rows = (Row("ATE"), Row("12 months", (Cell(("a",)),), is_indented=True))
    lines = read(csv_text(Table("t", "T", "Head", (Column("c", spanner="Risk"),), rows)))
    assert lines == [["Head", "Risk: c"], ["ATE: 12 months", "a"]]


def test_plain_text_is_untouched() -> None:
    """A guard that marks everything would be a nuisance and be switched off."""
    assert guarded("Wide field − narrow field") == "Wide field − narrow field"
