"""Which letter stands for which arm in a coded supplement."""

from __future__ import annotations

import hashlib
from pathlib import Path

from spine_outcomes.errors import PlanError, Problem
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.yaml_source import read_yaml

LETTERS = ("A", "B")


def arm_codes(plan: AnalysisPlan, key: Path | None) -> dict[str, str]:
    """The letter of each arm, by the arm's code, A first.

    Parameters
    ----------
    plan
        Its arms; without a key file its study and seed decide, which whoever has the plan can
        repeat.
    key
        A file ``{A: one arm, B: the other}``, kept from those who must stay blinded.

    Raises
    ------
    PlanError
        If the file does not give each arm one letter.
    """
    arms = sorted(plan.arms.codes)
    if key is None:
        drawn = hashlib.sha256(f"{plan.study.id}\x1f{plan.seed}\x1f{arms}".encode()).digest()
        arms = arms if drawn[0] % 2 else arms[::-1]
        return dict(zip(arms, LETTERS, strict=True))
    written = read_yaml(key, PlanError).data
    arm_of = {str(letter): str(arm) for letter, arm in written.items()}
    if sorted(arm_of) != list(LETTERS) or sorted(arm_of.values()) != arms:
        message = f"the key must give the letters A and B one arm each: {', '.join(arms)}"
        raise PlanError(Problem("E_ARM_KEY", message, file=key.name))
    return {arm_of[letter]: letter for letter in LETTERS}
