"""A plan with some keys changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import load_plan
from spine_outcomes.study.plan import Trim
from spine_outcomes.study.variants import changed, variants

Change = Callable[..., Path]


def test_only_the_named_keys_change(study: Path) -> None:
    """A sensitivity analysis differs from the primary in what it says, and in nothing else."""
    plan = load_plan(study / "analyses" / "plan.yaml")
    variant = changed(
        plan, {"propensity.trim": {"bounds": [0.1, 0.9]}, "estimation.ties": "breslow"}
    )
    assert variant.propensity.trim == Trim(bounds=(0.1, 0.9))
    assert variant.estimation.ties == "breslow"
    before, after = plan.model_dump(), variant.model_dump()
    del before["propensity"]["trim"], after["propensity"]["trim"]
    del before["estimation"]["ties"], after["estimation"]["ties"]
    assert before == after
    assert plan.propensity.trim is None


def test_a_change_below_a_null_key_is_possible(study: Path) -> None:
    """``adjusted_models`` is null until a change gives its terms."""
    plan = load_plan(study / "analyses" / "plan.yaml")
    variant = changed(plan, {"estimation.adjusted_models.terms": ["sex"]})
    assert variant.estimation.adjusted_models is not None


def test_variants_are_made_by_name(plan_with: Change) -> None:
    """And have no sensitivity analyses of their own."""
    text = "sensitivity: [{name: trimmed, change: {propensity.trim: crump}}]\n"
    plan = load_plan(plan_with(add=text))
    made = variants(plan)
    assert list(made) == ["trimmed"]
    assert made["trimmed"].propensity.trim == "crump"
    assert made["trimmed"].sensitivity == ()
    assert made["trimmed"].file == plan.file


@pytest.mark.parametrize("key", ["propensity.trimm", "propensty.trim", "endpoints.relaps.label"])
def test_a_key_that_does_not_exist_is_refused(study: Path, key: str) -> None:
    """Added silently, the change would change nothing."""
    plan = load_plan(study / "analyses" / "plan.yaml")
    with pytest.raises(PlanError, match="did you mean"):
        changed(plan, {key: "crump"})


def test_a_key_with_a_plus_adds_to_a_list(study: Path) -> None:
    """Replaced, the covariates of the primary analysis would be gone."""
    plan = load_plan(study / "analyses" / "plan.yaml")
    variant = changed(plan, {"estimation.times+": ["18 months"]})
    assert [str(time) for time in variant.estimation.times] == [
        *(str(time) for time in plan.estimation.times),
        "18 months",
    ]
    with pytest.raises(PlanError, match="adds to a list"):
        changed(plan, {"estimation.ties+": ["breslow"]})
