"""How many counts were hidden, and where: not which, and not how large."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import labels, worded
from spine_outcomes.tables.numbers import HIDDEN
from spine_outcomes.tables.selection import where
from spine_outcomes.tables.table import Column, Row, Table
from spine_outcomes.tables.toxicity import term_name
from spine_outcomes.tables.toxicity_names import outcome_names

# The column of a frame that holds the place, where labels stand beside it.
_LABELLED = {"flow": "id", "imaging": "measure"}


def suppressed(results: Results) -> Table:
    """Counts hidden in each product, small ones and those that would give them back."""
    k = results.plan.report.min_cell
    rows: list[Row] = []
    for product, own in results.suppressed.groupby("product", sort=False):
        rows.append(Row(worded(str(product))))
        for _, place in own.iterrows():
            counts = tuple(cells.count(place[key]) for key in ("primary", "complementary"))
            label = _place(results, str(product), str(place["place"]))
            rows.append(Row(label, counts, is_indented=True))
    return Table(
        id="suppressed",
        title="Counts that are hidden",
        stub_head="Product, place",
        columns=(Column(f"From 1 to {k - 1}"), Column("Would give one of these back")),
        rows=tuple(rows),
        notes=(
            f"The former are shown as <{k}, the latter as ≥{k}: as few as leave every value from 1 "
            f"to {k - 1} possible for each small count. Percentages, unweighted risks and "
            "curves that are shares of a hidden count are not shown either. Zeros stay.",
        ),
    )


def _place(results: Results, product: str, place: str) -> str:
    """Where counts of a product were hidden, in words; a finding keeps its code."""
    name, outcomes = labels(results), outcome_names(results.plan)
    if product in _LABELLED:
        return str(where(getattr(results, product), **{_LABELLED[product]: place})["label"].iloc[0])
    words: Mapping[str, Callable[[str], str]] = {
        "propensity": lambda level: name.rows(level).capitalize(),
        "weights": lambda level: name.rows(level).capitalize(),
        "baseline": name.column,
        "missing": name.column,
        "missing_patterns": name.arm,
        "findings": str,
        "toxicity": term_name,
        "dose_response": lambda response: outcomes[f"dose_response:{response}"],
    }
    if product in words:
        return words[product](place)
    return outcomes.get(place, name.endpoint(place))


def explained(table: Table, k: int) -> Table:
    """The table with a footnote on each mark of what it hides."""
    parts = {part for row in table.rows for cell in row.cells for part in cell.parts}
    return replace(table, notes=(*table.notes, *_marks(parts, k)))


def _marks(parts: Set[object], k: int) -> Iterator[str]:
    """What each mark stands for, of those that are there."""
    if f"<{k}" in parts:
        yield f"<{k}: hidden, a count from 1 to {k - 1}; its share is not shown."
    if f"≥{k}" in parts:
        yield f"≥{k}: hidden, a count that would give back a smaller one; its share is not shown."
    if HIDDEN in parts:
        yield f"{HIDDEN}: not shown, as it would give back a count from 1 to {k - 1}."
