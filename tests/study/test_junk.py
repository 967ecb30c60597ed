"""Any value in any place of a plan or a dictionary: refused by name or read, never a crash."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine_outcomes.errors import DefinitionError, DictionaryError, PlanError, Problem
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.dictionary_checks import contradictions
from spine_outcomes.study.load import check_plan, load_dictionary
from spine_outcomes.study.packaged import packaged_file
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.validation import build
from spine_outcomes.study.yaml_source import YamlSource, read_yaml

JUNK = st.sampled_from([
    None, True, -1, 10**12, 0.5, "", "x", "__class__", "é\u202e", datetime.date(2020, 1, 1), [], {},
    ["x"], [None], {"x": 1}, {"column": "x"}, [["x"]], [{}], {"interaction": 1},
    {"x": {"spline": 1}},
])  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inside:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))


def with_junk(data: dict[str, Any], path: tuple[Any, ...], junk: Any) -> YamlSource:
    """The same with one place replaced."""
    changed = copy.deepcopy(data)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = junk
    return YamlSource(changed, {}, "file.yaml")


PLAN = read_yaml(packaged_file("analyses/primary.yaml"), PlanError).data
DICTIONARY = read_yaml(packaged_file("data_dictionary.yaml"), DictionaryError).data
COLUMNS = [
    column for column in DICTIONARY["columns"] if column["name"] in ("bilsky", "eqd2_10", "sex")
]
SMALL = {
    **DICTIONARY,
    "columns": [*DICTIONARY["columns"][:2], *COLUMNS],
    "checks": DICTIONARY["checks"][:6] + DICTIONARY["checks"][-12:],
}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(list(places(PLAN))), JUNK)
def test_a_plan_with_junk(path: tuple[Any, ...], junk: Any) -> None:
    """A traceback tells an analyst nothing about the line to mend."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    found: list[Problem] = []
    try:
        check_plan(build(AnalysisPlan, with_junk(PLAN, path, junk), PlanError), dictionary)
    except DefinitionError as fault:
        found += fault.problems
    assert all(str(problem).isprintable() for problem in found)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(list(places(SMALL))), JUNK)
def test_a_dictionary_with_junk(path: tuple[Any, ...], junk: Any) -> None:
    """The same for dictionaries."""
    source = with_junk(SMALL, path, junk)
    try:
        found = contradictions(build(DataDictionary, source, DictionaryError), source)
    except DefinitionError as fault:
        found = list(fault.problems)
    assert all(str(problem).isprintable() for problem in found)


@pytest.mark.parametrize("data", [{}, {"schema_version": 1}, {"schema_version": None}])
def test_nothing_is_not_a_plan(data: dict[str, Any]) -> None:
    """What a plan must have is named."""
    with pytest.raises(PlanError):
        build(AnalysisPlan, YamlSource(data, {}, "file.yaml"), PlanError)
