"""Balance and weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spine_outcomes.tables.balance import balance, weights
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts


def test_balance_and_weights_have_a_line_each() -> None:
    """Every column of the design and every arm has to be seen."""
    table = balance(synthetic_results(), "lesion")
    assert texts(line(table, "Grade", "Low"))[:3] == ["−0.22", "1.05", "0.07"]
    spread = weights(synthetic_results())
    assert texts(line(spread, "ATE weights, lesions", "Narrow field"))[:2] == ["388", "322.0"]


def test_truncated_weights_stand_beside_what_they_were() -> None:
    """A table that hides what truncation did to the weights, or speaks of none."""
    results = synthetic_results()
    plain = weights(results)
    truncated = results.weights.assign(ess_untruncated=np.nan, maximum_untruncated=np.nan)
    is_weighted = truncated["estimand"] == "ATE"
    truncated.loc[is_weighted, ["ess_untruncated", "maximum_untruncated"]] = [300.25, 9.5]
    shown = weights(replace(results, weights=truncated))
    assert len(shown.columns) == len(plain.columns) + 2
    assert texts(line(shown, "ATE weights, lesions", "Narrow field"))[-2:] == ["300.25", "9.50"]
    assert texts(line(shown, "Unweighted, lesions", "Narrow field"))[-2:] == ["–", "–"]
