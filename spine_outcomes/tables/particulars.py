"""Every key of the plan that ran, and where the numbers came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.table import Column, Row, Table


def plan(results: Results) -> Table:
    """The plan as it ran, defaults included, without what is empty or switched off."""
    return Table(
        id="plan",
        title="The analysis plan that ran",
        stub_head="Key",
        columns=(Column("Value", align="left"),),
        rows=tuple(_grouped(_given(results.plan.model_dump(mode="json", by_alias=True)))),
        notes=("Also keys left at their default. What is not listed is empty or switched off.",),
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
    """Dotted path and text of every value of a nested mapping, in its order; a list item is one."""
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from leaves(value, f"{path}.")
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            for position, item in enumerate(value, start=1):
                yield f"{path}.{position}", "; ".join(f"{k}: {text}" for k, text in leaves(item))
        else:
            yield path, _text(value)


def _grouped(tree: Mapping[str, Any], path: str = "") -> Iterator[Row]:
    """A row a key under the name of its part; of a part that holds only parts, each is one."""
    for key, value in tree.items():
        name = f"{path}{key}"
        if not isinstance(value, Mapping):
            yield from (Row(k, (cells.words(text),)) for k, text in leaves({key: value}, path))
        elif all(isinstance(part, Mapping) for part in value.values()):
            yield from _grouped(value, f"{name}.")
        else:
            yield Row(name)
            yield from (Row(k, (cells.words(t),), is_indented=True) for k, t in leaves(value))


def _given(tree: Any) -> Any:
    """A plan without what is empty or switched off."""
    if isinstance(tree, Mapping):
        kept = {key: _given(value) for key, value in tree.items() if value is not False}
        return {key: value for key, value in kept.items() if value is not None and value != {}}
    return [_given(item) for item in tree] or None if isinstance(tree, list) else tree


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
