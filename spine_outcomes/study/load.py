"""Reading a dictionary and a plan from their files."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from spine_outcomes.errors import DictionaryError, PlanError, Problem, RefusedError
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.dictionary_checks import contradictions
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.plan_checks import check_plan as check_plan
from spine_outcomes.study.plan_file import read_plan_file
from spine_outcomes.study.validation import build
from spine_outcomes.study.variants import subgroup_plans, variants
from spine_outcomes.study.yaml_source import read_yaml

TEXT_KEYS = frozenset(
    {"codes", "missing", "missing_codes", "not_applicable", "aliases", "spellings"}
)


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
    subgroup_plans(plan)
    return plan


def _path(path: str | PathLike[str]) -> Path:
    """A path that the system can be asked for."""
    text = fspath(path)
    if "\0" in text:
        raise RefusedError(Problem("E_PATH", "a path with a NUL character", value=text))
    return Path(text)
