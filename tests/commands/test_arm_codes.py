"""Which letter stands for which arm."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine_outcomes.commands.arm_codes import arm_codes
from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import load_plan
from spine_outcomes.study.packaged import find_plan

PLAN = load_plan(find_plan("interim"))


def test_without_a_key_the_plan_decides_whatever_arm_is_the_reference() -> None:
    """An A that is always the reference arm would be no code."""
    arms = PLAN.arms.model_copy(update={"reference": "extended", "comparator": "focal"})
    turned = PLAN.model_copy(update={"arms": arms})
    assert arm_codes(PLAN, None) == arm_codes(turned, None)
    drawn = {next(iter(arm_codes(PLAN.model_copy(update={"seed": s}), None))) for s in range(20)}
    assert drawn == {"focal", "extended"}


def test_the_key_file_decides_where_there_is_one(tmp_path: Path) -> None:
    """The committee's statistician holds it; the plan, which all may read, does not tell."""
    key = tmp_path / "key.yaml"
    key.write_text("A: extended\nB: focal\n")
    assert list(arm_codes(PLAN, key).items()) == [("extended", "A"), ("focal", "B")]


@pytest.mark.parametrize("text", ["A: focal\n", "A: focal\nB: focal\n", "A: focal\nC: extended\n",
                                  "A: focal\nB: wide\n"])  # fmt: skip
def test_a_key_that_does_not_code_both_arms_is_refused(tmp_path: Path, text: str) -> None:
    """Half a key would leave rows uncounted."""
    key = tmp_path / "key.yaml"
    key.write_text(text)
    with pytest.raises(PlanError, match="E_ARM_KEY"):
        arm_codes(PLAN, key)
