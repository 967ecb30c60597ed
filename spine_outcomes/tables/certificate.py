"""What a qualification compared, by method and where it differs."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spine_outcomes.tables import cells
from spine_outcomes.tables.selection import in_order
from spine_outcomes.tables.table import Column, Row, Table

MOST_SHOWN = 50


def by_method(frame: pd.DataFrame) -> Table:
    """Numbers compared of each method with each source, and the largest difference."""
    rows: list[Row] = []
    for method in in_order(frame["method"]):
        mine = frame[frame["method"] == method]
        rows += [_summary(method, source, mine) for source in in_order(mine["source"])]
    return Table(
        id="by-method",
        title="Numbers of this installation beside those of other programs, by method",
        stub_head="Method",
        columns=(
            Column("Beside", align="left"),
            Column("Numbers"),
            Column("Differ"),
            Column("Largest difference"),
            Column("of its tolerance"),
            Column("Verdict", align="left"),
        ),
        rows=tuple(rows),
        notes=(
            "R's answers came with the program; lifelines and statsmodels ran on this machine. A "
            "number agrees where the difference is at most its tolerance. The difference of a row "
            "is the one that comes nearest to its own tolerance, beside its share of that.",
            "Every number stands in certificate.csv.",
        ),
    )


def differing(frame: pd.DataFrame) -> Table:
    """The numbers that differ, as many as a page shows."""
    wrong = frame[frame["verdict"] == "differs"]
    rows = tuple(
        Row(
            ", ".join(part for part in (line["cohort"], line["weights"], line["method"]) if part),
            (
                cells.words(line["quantity"]),
                *(cells.decimal(line[key], 8) for key in ("ours", "reference")),
                *(cells.scientific(line[key]) for key in ("difference", "tolerance")),
                cells.words(line["source"]),
            ),
        )
        for _, line in wrong.head(MOST_SHOWN).iterrows()
    )
    heads = ("This installation", "Reference", "Difference", "Tolerance")
    return Table(
        id="differing",
        title="Numbers that differ",
        stub_head="Cohort, weights, method",
        columns=(
            Column("Quantity", align="left"), *map(Column, heads), Column("Beside", align="left"),
        ),
        rows=rows,
        notes=tuple(_left_out(len(wrong))),
    )  # fmt: skip


def installation(facts: dict[str, str]) -> Table:
    """What the numbers were computed with."""
    rows = tuple(Row(name, (cells.words(value),)) for name, value in facts.items())
    return Table(
        id="installation",
        title="What the numbers were computed with",
        stub_head="Part",
        columns=(Column("Version", align="left"),),
        rows=rows,
        is_verbatim=True,
    )


def _summary(method: str, source: str, frame: pd.DataFrame) -> Row:
    """One line of the summary."""
    mine = frame[frame["source"] == source]
    share = mine["difference"].abs() / mine["tolerance"]
    n_wrong = int((mine["verdict"] == "differs").sum())
    worst = float(mine["difference"].to_numpy()[share.argmax()])
    found = (
        cells.words(source),
        cells.count(len(mine)),
        cells.count(n_wrong),
        cells.scientific(abs(worst)),
        cells.decimal(share.max(), 3),
        cells.words("Differs" if n_wrong else "Agrees"),
    )
    return Row(method, found)


def _left_out(n: int) -> Iterator[str]:
    """That there are more than the page shows."""
    if n > MOST_SHOWN:
        yield f"The first {MOST_SHOWN} of {n}; the others stand in certificate.csv."
