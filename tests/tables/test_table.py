"""The record that a table is."""

from __future__ import annotations

import pytest

from spine_outcomes.tables.table import Cell, Column, Row, Spanner, Table, identifier


def test_a_row_of_another_width_is_refused() -> None:
    """A shifted row would put a number under another head."""
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table("t", "T", "s", (Column("a"),), (Row("r", (Cell(("1",)), Cell(("2",)))),))


def test_neighbours_share_a_spanner_and_strangers_do_not() -> None:
    """Merged heads over columns that are apart would label the wrong ones."""
    columns = (Column("a", "X"), Column("b", "X"), Column("c"), Column("d", "X"))
    found = Table("t", "T", "s", columns, ()).spanners
    assert found == (Spanner("X", 2), Spanner("", 1), Spanner("X", 1))
    assert Table("t", "T", "s", (Column("a"),), ()).spanners == ()


def test_each_reason_is_listed_once_in_reading_order() -> None:
    """A reason by cell would bury the two that matter under twenty repeats."""
    rows = tuple(Row("r", (Cell(("NE",), reason=reason),)) for reason in ("b", "a", "b"))
    assert Table("t", "T", "s", (Column("x"),), rows).reasons == ("b", "a")


@pytest.mark.parametrize(
    "part", ["../../etc/passwd", 'a" onload="x', "a b", "ATE:entropy", "naïve"]
)
def test_an_identifier_is_safe_as_anchor_and_file_name(part: str) -> None:
    """An endpoint's key becomes a file name: it must not climb out of the folder."""
    assert all(c.isascii() and (c.isalnum() or c in "-_") for c in identifier("curve", part))
