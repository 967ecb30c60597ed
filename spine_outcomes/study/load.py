"""Reading a dictionary and a plan from their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from spine_outcomes.errors import DictionaryError, PlanError, Problem, RefusedError
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.dictionary_checks import contradictions
from spine_outcomes.study.key_path import did_you_mean
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.plan_file import deep_merge, read_plan_file
from spine_outcomes.study.validation import build, problem_at
from spine_outcomes.study.yaml_source import YamlSource, read_yaml

TEXT_KEYS = frozenset({"codes", "missing", "missing_codes", "not_applicable"})


def load_dictionary(path: str | PathLike[str]) -> DataDictionary:
    """Read a data dictionary.

    Parameters
    ----------
    path
        A YAML file (docs/dictionary.md says what it holds).

    Raises
    ------
    DictionaryError
        Naming at once, each with file, line and key, every key that is unknown, missing or wrong,
        and every contradiction.
    InputOutputError
        If the file is missing or unreadable.
    RefusedError
        If the text is unsafe to read: a tag, too large, too deep, an alias bomb.
    """
    source = read_yaml(_path(path), DictionaryError, text_keys=TEXT_KEYS)
    dictionary = build(DataDictionary, source, DictionaryError)
    problems = contradictions(dictionary, source)
    if problems:
        raise DictionaryError(*problems)
    return dictionary


def load_plan(path: str | PathLike[str]) -> AnalysisPlan:
    """Read an analysis plan and the plans that it extends.

    Parameters
    ----------
    path
        A YAML file (docs/plan.md says what it holds), or a bare name: a plan in ``./analyses``,
        else a packaged plan.

    Raises
    ------
    PlanError
        Naming at once, each with file, line and key, every key that is unknown, missing or wrong.
        Whether the plan fits a dictionary is for ``check_plan``.
    InputOutputError
        If the file is missing or unreadable.
    RefusedError
        If the plan names a file outside its study, or its text is unsafe to read.
    """
    file = read_plan_file(find_plan(fspath(_path(path))))
    plan = build(AnalysisPlan, file.source, PlanError)
    plan._file = file
    variants(plan)
    return plan


def changed(plan: AnalysisPlan, change: Mapping[str, Any]) -> AnalysisPlan:
    """Change keys of a plan, as a sensitivity analysis or the command line does.

    Parameters
    ----------
    change
        Dotted keys and their new values, such as ``{"propensity.trim": {"bounds": [0.05, 0.95]}}``;
        mappings merge key by key, anything else is replaced.

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
    source = YamlSource({**keys, "sensitivity": []}, {}, "plan" if plan.file is None else "")
    if plan.file is not None:
        source = replace(source, file=plan.file.source.file)
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
    made: dict[str, AnalysisPlan] = {}
    problems: list[Problem] = []
    for i, sensitivity in enumerate(plan.sensitivity):
        try:
            made[sensitivity.name] = changed(plan, sensitivity.change)
        except PlanError as fault:
            for problem in fault.problems:
                text = f"in the sensitivity analysis {sensitivity.name!r}, {problem.message}"
                here = ("sensitivity", i, "change")
                problems.append(plan_problem(plan, here, problem.code, text))
    if problems:
        raise PlanError(*problems)
    return made


def plan_problem(
    plan: AnalysisPlan, path: tuple[str | int, ...], code: str, message: str
) -> Problem:
    """Make a problem at a key of a plan; without line where the plan was made in Python."""
    source = YamlSource({}, {}, "plan") if plan.file is None else plan.file.source
    problem = problem_at(source, path, code, message)
    return replace(problem, line=None) if plan.file is None else problem


def _nested(dotted_key: str, value: Any, keys: dict[str, Any]) -> dict[str, Any]:
    """``{"a.b": 1}`` as ``{"a": {"b": 1}}``; every key but those under a null must exist."""
    known: Any = keys
    parts = dotted_key.split(".")
    for i, part in enumerate(parts):
        if isinstance(known, dict):
            if part not in known:
                where = ".".join(parts[: i + 1])
                message = f"the plan has no key {where!r}{did_you_mean(part, known)}"
                raise PlanError(Problem("E_UNKNOWN_KEY", message))
            known = known[part]
    for part in reversed(parts):
        value = {part: value}
    return dict(value)


def _path(path: str | PathLike[str]) -> Path:
    """A path that the system can be asked for."""
    text = fspath(path)
    if "\0" in text:
        raise RefusedError(Problem("E_PATH", "a path with a NUL character", value=text))
    return Path(text)
