"""What a run says about its size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes import Results

SmallRun = Callable[..., Results]
SIZE = Path(__file__).parents[2] / "benchmarks/results/size.json"


def rows_of(n_patients: int) -> list[tuple[Any, ...]]:
    """Two rows a patient, one in each arm."""
    return [("ab"[i % 2], 1 + i % 17, i % 3, i // 2, 50) for i in range(2 * n_patients)]


@pytest.mark.parametrize(("n", "codes"), [
    (1, {"W_FEW_CLUSTERS"}),
    (29, {"W_FEW_CLUSTERS", "W_FEW_FOR_TESTS"}),
    (30, {"W_FEW_FOR_TESTS"}),
    (99, {"W_FEW_FOR_TESTS"}),
    (100, set()),
])  # fmt: skip
def test_few_patients_are_a_finding(small_run: SmallRun, n: int, codes: set[str]) -> None:
    """A p value just below 5 % from 80 patients, read as if tests kept their level; rows counted
    in the place of patients."""
    found = small_run(rows_of(n), {}).findings
    own = found[found["code"].isin(["W_FEW_CLUSTERS", "W_FEW_FOR_TESTS"])]
    assert set(own["code"]) == codes
    tests = own[own["code"] == "W_FEW_FOR_TESTS"]
    assert (tests["severity"] == "caution").all()
    assert all(f"rest on {n} clusters" in message for message in tests["message"])


def test_the_sizes_it_names_are_the_measured_ones(small_run: SmallRun) -> None:
    """Percentages that the stored simulation does not have."""
    found = small_run(rows_of(80), {}).findings
    (message,) = found[found["code"] == "W_FEW_FOR_TESTS"]["message"]
    cells = json.loads(SIZE.read_text())["cells"]
    few = {cell["test"]: 100 * cell["size"] for cell in cells if cell["patients"] == 80}
    named, supremum = map(int, re.search(r"in (\d+) % of .* in (\d+) %", message).groups())
    robust = ["weighted log-rank", "weighted Gray-type", "proportional hazards, robust"]
    assert [round(few[test]) for test in robust] == [named] * 3
    assert round(few["supremum of the difference of incidence"]) == supremum
