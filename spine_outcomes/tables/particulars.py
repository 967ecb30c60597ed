"""Every key of the plan that ran, and where the numbers came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.table import Column, Row, Table


def plan(results: Results) -> Table:
    """The plan as it ran, every key with its value, defaults included."""
    keys = leaves(results.plan.model_dump(mode="json", by_alias=True, exclude_none=False))
    return Table(
        id="plan",
        title="The analysis plan that ran",
        stub_head="Key",
        columns=(Column("Value", align="left"),),
        rows=tuple(Row(key, (cells.words(value),)) for key, value in keys),
        notes=("Every key, also those left at their default.",),
        is_verbatim=True,
    )


def provenance(results: Results) -> Table:
    """Hashes, versions, seed and counts."""
    return Table(
        id="provenance",
        title="Provenance",
        stub_head="Item",
        columns=(Column("Value", align="left"),),
        rows=tuple(Row(key, (cells.words(value),)) for key, value in leaves(results.provenance)),
        is_verbatim=True,
    )


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Dotted path and text of every value of a nested mapping, in its order."""
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from leaves(value, f"{path}.")
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            for position, item in enumerate(value, start=1):
                yield from leaves(item, f"{path}.{position}.")
        else:
            yield path, _text(value)


def _text(value: Any) -> str:
    """A value as a plan would write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        between = " | " if any(isinstance(item, list) for item in value) else ", "
        return between.join(_text(item) for item in value) or "none"
    if isinstance(value, Mapping):
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
