"""A plan with some of its keys changed: by analyses beside it, or by the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from spine_outcomes.errors import PlanError, Problem
from spine_outcomes.study.further_analyses import Sensitivity, Subgroup
from spine_outcomes.study.key_path import KeyPath, did_you_mean
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.plan_file import deep_merge
from spine_outcomes.study.validation import build, problem_at
from spine_outcomes.study.yaml_source import YamlSource


def changed(plan: AnalysisPlan, change: Mapping[str, Any]) -> AnalysisPlan:
    """Change keys of a plan, as a sensitivity analysis or the command line does.

    Parameters
    ----------
    change
        Dotted keys and their new values, such as ``{"propensity.trim": {"bounds": [0.05, 0.95]}}``;
        mappings merge key by key, anything else is replaced. A key that ends with ``+`` adds to a
        list: ``{"propensity.terms+": ["dose"]}``.

    Returns
    -------
    AnalysisPlan
        Validated again; it has no sensitivity analyses of its own.

    Raises
    ------
    PlanError
        If a key does not exist or a value cannot be.
    """
    keys = plan.model_dump(mode="json", by_alias=True)
    for dotted_key, value in change.items():
        keys = deep_merge(keys, _nested(dotted_key, value, keys))
    file = "plan" if plan.file is None else plan.file.source.file
    source = YamlSource({**keys, "sensitivity": []}, {}, file)
    variant = build(AnalysisPlan, source, PlanError)
    variant._file = plan.file
    return variant


def variants(plan: AnalysisPlan) -> dict[str, AnalysisPlan]:
    """Make the plan of each sensitivity analysis, by name.

    Raises
    ------
    PlanError
        Naming every change that cannot be made.
    """
    return _variants(plan, "sensitivity", plan.sensitivity)


def subgroup_plans(plan: AnalysisPlan) -> dict[str, AnalysisPlan]:
    """Make the plan that holds inside the levels of each subgroup, by name.

    Raises
    ------
    PlanError
        Naming every change that cannot be made.
    """
    return _variants(plan, "subgroups", plan.subgroups)


def _variants(
    plan: AnalysisPlan, key: str, analyses: Sequence[Sensitivity | Subgroup]
) -> dict[str, AnalysisPlan]:
    """The changed plans of a list of analyses."""
    made: dict[str, AnalysisPlan] = {}
    problems: list[Problem] = []
    for i, analysis in enumerate(analyses):
        try:
            made[analysis.name] = changed(plan, analysis.change)
        except PlanError as fault:
            for problem in fault.problems:
                text = f"in {analysis.kind} {analysis.name!r}, {problem.message}"
                problems.append(plan_problem(plan, (key, i, "change"), problem.code, text))
    if problems:
        raise PlanError(*problems)
    return made


def plan_problem(plan: AnalysisPlan, path: KeyPath, code: str, message: str) -> Problem:
    """Make a problem at a key of a plan; without line where the plan was made in Python."""
    source = YamlSource({}, {}, "plan") if plan.file is None else plan.file.source
    problem = problem_at(source, path, code, message)
    return replace(problem, line=None) if plan.file is None else problem


def _nested(dotted_key: str, value: Any, keys: dict[str, Any]) -> dict[str, Any]:
    """``{"a.b": 1}`` as ``{"a": {"b": 1}}``; every key but those under a null must exist.

    With ``a.b+`` the value is what stands there with the new items behind it.
    """
    known: Any = keys
    parts = dotted_key.removesuffix("+").split(".")
    for i, part in enumerate(parts):
        if isinstance(known, dict):
            if part not in known:
                where = ".".join(parts[: i + 1])
                message = f"the plan has no key {where!r}{did_you_mean(part, known)}"
                raise PlanError(Problem("E_UNKNOWN_KEY", message))
            known = known[part]
    if dotted_key.endswith("+"):
        if not isinstance(known, list) or not isinstance(value, list):
            message = f"{dotted_key!r} adds to a list, and one of the two is none"
            raise PlanError(Problem("E_NOT_A_LIST", message))
        value = [*known, *value]
    for part in reversed(parts):
        value = {part: value}
    return dict(value)
