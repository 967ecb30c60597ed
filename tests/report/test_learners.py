"""Weights by another learner than logistic regression are described as what they are."""

from __future__ import annotations

import pytest

from spine_outcomes.report.methods_text import methods
from spine_outcomes.tables.labels import labels
from tests.report.synthetic import synthetic_plan, synthetic_results


@pytest.mark.parametrize(
    ("learner", "claim", "label"),
    [
        ("entropy", "Entropy-balancing weights gave each arm the means", "entropy balancing"),
        ("firth", "was estimated by Firth's penalised", "Firth's penalised score"),
        ("cbps", "was estimated by logistic scores that balance", "covariate-balancing score"),
        ("boosting", "was estimated by boosted trees (cross-fitted", "boosted score"),
    ],
)
def test_the_learner_is_named(learner: str, claim: str, label: str) -> None:
    """A propensity model that was not fitted, or weights under the name of others."""
    propensity = {"terms": ["age"], "learner": learner, "estimands": ["unweighted", "ATE"]}
    results = synthetic_results(plan=synthetic_plan(propensity=propensity))
    text = " ".join(paragraph.text for paragraph in methods(results))
    assert claim in text
    assert "logistic regression" not in text
    assert labels(results).estimand(f"ATE:{learner}") == (f"ATE weights, {label}")


def test_an_average_over_clusters_is_said() -> None:
    """An estimand that no reader can tell from that over rows."""
    plan = synthetic_plan()
    averaged = plan.model_copy(
        update={"estimation": plan.estimation.model_copy(update={"average": "clusters"})}
    )
    claim = "Every cluster counts alike"
    for studied, expected in ((plan, False), (averaged, True)):
        text = " ".join(p.text for p in methods(synthetic_results(plan=studied)))
        assert (claim in text) == expected
