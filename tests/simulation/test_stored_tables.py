"""Tables of simulations in docs/validation.md are those of the stored results."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from spine_outcomes.simulation.stored import store, stored

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "name", ["coverage", "imputation", "interim", "mutation_table", "safety", "size"]
)
def test_page_prints_what_is_stored(name):
    """A table that was typed, or that is of an earlier run."""
    script = runpy.run_path(str(ROOT / f"benchmarks/{name}.py"))
    printed = "\n".join(script["table"](stored(script["RESULTS"])))
    assert printed in (ROOT / "docs/validation.md").read_text(encoding="utf-8")


def test_coverage_of_the_default_is_nominal():
    """An interval of a run that covers less than 93.5 or more than 96.5 %."""
    cells = stored(ROOT / "benchmarks/results/coverage.json")["cells"]
    weighted = [cell for cell in cells if cell["estimand"] != "unweighted"]
    assert len(weighted) == 2 * 3 * 5
    assert all(cell["n"] > 3900 for cell in weighted)
    assert all(0.935 < cell["coverage"] < 0.965 for cell in weighted)


def test_mutants_are_killed_and_survivors_named():
    """Fewer than 200 mutants, more than 5 % of them alive, or one that the page is silent about."""
    script = runpy.run_path(str(ROOT / "benchmarks/mutation_table.py"))
    found = stored(script["RESULTS"])
    survivors, page = script["survivors"](found), (ROOT / "docs/validation.md").read_text("utf-8")
    assert len(found["cells"]) >= 200
    assert len(survivors) <= 0.05 * len(found["cells"])
    assert not [name for name in survivors if name not in page]


def test_store_keeps_numbers_and_versions(tmp_path):
    """Results whose versions nobody knows, or rounded on the way."""
    store(tmp_path / "found.json", {"draws": 3}, [{"size": 1 / 3}])
    found = stored(tmp_path / "found.json")
    assert found["cells"] == [{"size": 1 / 3}]
    assert found["study"] == {"draws": 3}
    assert {"python", "numpy"} <= set(found["versions"])
