"""What the primary result withstands, a table each where a run looked."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables.e_values import bias_grid, e_values
from spine_outcomes.tables.influential import influential
from spine_outcomes.tables.table import Table
from spine_outcomes.tables.tipping_point import tipping_point


def robustness(results: Results) -> Iterator[Table]:
    """Confounding that was not measured, single patients, those lost."""
    if len(results.e_values):
        yield e_values(results)
    if len(results.bias_grid):
        yield bias_grid(results)
    if len(results.influential):
        yield influential(results)
    if len(results.tipping_point):
        yield tipping_point(results)
