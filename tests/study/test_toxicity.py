"""The toxicity block of a plan: what it refuses, and that the packaged plans hold."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.study.toxicity import DoseResponse, Toxicity
from tests.toxic_study import dictionary, plan

RESPONSE = {"name": "r", "label": "R", "dose": "dose"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"grades": [3, 2]}, "ascend"),
        ({"table": None}, "one of the two is needed"),
        ({"grades": [6]}, "less than or equal to 5"),
        ({"related_at_least": 0}, "greater than or equal to 1"),
        ({"acute_day": 90}, "Extra inputs"),
    ],
)
def test_blocks_that_cannot_be_are_refused(keys: dict[str, Any], words: str) -> None:
    """Grades out of order, no source of grades, a grade 6, a misspelt key."""
    with pytest.raises(ValidationError, match=words):
        Toxicity.model_validate({"until": "last"} | keys)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"grade": 2, "flag": "flare", "equals": 1},
        {"flag": "flare"},
        {"grade": 2, "dose": {"column": "dose", "cuts": [5]}},
    ],
)
def test_a_dose_response_has_one_outcome_and_a_dose_of_numbers(keys: dict[str, Any]) -> None:
    """Neither outcome, both, a flag without its codes, a dose cut into pieces."""
    with pytest.raises(ValidationError):
        DoseResponse.model_validate(RESPONSE | keys)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"until": "lsat"}, "'last'"),
        ({"until": "dose"}, "a date is needed"),
        ({"table": {"grade": "garde"}}, "'grade'"),
        ({"columns": [{"term": "Rash", "grade": "rash_date", "date": "rash_max"}]}, "number"),
        ({"risk_factors": [{"endpoint": "survival", "terms": ["grap"]}]}, "'grip'"),
        ({"dose_response": [RESPONSE | {"flag": "flare", "equals": 7}]}, "allowed"),
    ],
)
def test_what_the_dictionary_does_not_have_is_named_with_the_nearest(
    keys: dict[str, Any], words: str
) -> None:
    """A column that does not exist, or of another type, found out in the middle of a run."""
    with pytest.raises(PlanError, match=words):
        check_plan(plan(keys), dictionary())


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"risk_factors": [{"endpoint": "surviva", "terms": ["grip"]}]}, "no endpoint"),
        ({"risk_factors": [{"endpoint": "survival", "terms": ["grip"]}] * 2}, "stands 2 times"),
        ({"dose_response": [RESPONSE | {"grade": 2}] * 2}, "stands 2 times"),
    ],
)
def test_names_in_the_block_are_those_of_the_plan_and_stand_once(
    keys: dict[str, Any], words: str
) -> None:
    """Rows of two models under one name in the results."""
    with pytest.raises(ValidationError, match=words):
        plan(keys)


def test_the_packaged_plan_of_toxicity_fits_the_packaged_dictionary() -> None:
    """``report toxicity`` refused by its own dictionary."""
    chosen = load_plan(find_plan("toxicity"))
    check_plan(chosen, load_dictionary(packaged_file("data_dictionary.yaml")))
    assert chosen.toxicity is not None
    assert {f.endpoint for f in chosen.toxicity.risk_factors} <= set(chosen.endpoints)
