"""Parts of a plan that no run carries out yet: refused by name, never passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.errors import PlanError
from spine_outcomes.study.key_path import KeyPath
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.variants import plan_problem


def check_available(plan: AnalysisPlan) -> None:
    """Refuse a plan whose wishes a run would not fulfil.

    Raises
    ------
    PlanError
        Naming every key that asks for what is not there.
    """
    problems = [
        plan_problem(plan, path, "E_NOT_AVAILABLE", f"{wish} not available yet; {instead}")
        for path, wish, instead in _unfulfilled(plan)
    ]
    if problems:
        raise PlanError(*problems)


def _unfulfilled(plan: AnalysisPlan) -> Iterator[tuple[KeyPath, str, str]]:
    """Key, what it asks for, and what to write in its place."""
    if plan.report.language != "en":
        yield ("report", "language"), f"the language {plan.report.language!r} is", "write en"
