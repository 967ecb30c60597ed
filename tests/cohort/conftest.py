"""A small cohort as text, its dictionary, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.errors import CohortError, Problem
from spine_outcomes.study.dictionary import DataDictionary
from tests.commanding import Told, told
from tests.commands.conftest import DICTIONARY, PLAN, cohort_lines

Row = dict[str, str]
Change = Callable[[int, Row], Row | None]

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "level": "patient", "phase": "identifier", "phi": "direct"},
    {"name": "part", "type": "string", "level": "lesion", "phase": "identifier"},
    {"name": "name", "type": "string", "level": "patient", "phase": "identifier", "phi": "direct"},
    {
        "name": "arm", "type": "category", "level": "lesion", "phase": "exposure",
        "codes": {"a": "A", "b": "B"}, "required": True,
    },
    {
        "name": "age", "type": "integer", "level": "patient", "phase": "baseline", "unit": "years",
        "hard": [0, 120], "plausible": [18, 90], "missing_codes": ["-9"],
    },
    {
        "name": "dose", "type": "float", "level": "lesion", "phase": "treatment", "unit": "Gy",
        "hard": [6, 80], "not_applicable": ["-8"],
    },
    {"name": "smoker", "type": "boolean", "level": "patient", "phase": "baseline"},
    {
        "name": "grade", "type": "category", "level": "lesion", "phase": "baseline",
        "codes": ["0", "1a", "2"], "ordered": True,
    },
    {"name": "start", "type": "date", "level": "lesion", "phase": "baseline"},
    {"name": "died", "type": "boolean", "level": "patient", "phase": "post_baseline"},
    {"name": "death", "type": "date", "level": "patient", "phase": "post_baseline"},
    {"name": "note", "type": "string", "level": "lesion", "phase": "baseline"},
]  # fmt: skip
CHECKS: list[dict[str, Any]] = [
    {"id": "X01", "severity": "error", "rule": {"column": "death", "at_least": "start"}},
    {
        "id": "X02",
        "severity": "error",
        "rule": {"column": "death", "present_iff": {"column": "died", "equals": 1}},
    },
]


def make_dictionary(
    *, columns: list[dict[str, Any]] | None = None, checks: list[dict[str, Any]] | None = None,
    **table: Any,
) -> DataDictionary:  # fmt: skip
    """The small dictionary, or one with other columns, checks or table keys."""
    described = [{"label": c["name"].capitalize(), **c} for c in columns or COLUMNS]
    keys = {"row": "lesion", "patient": "id", "lesion": "part", **table}
    rules = CHECKS if checks is None else checks
    return DataDictionary.model_validate({"table": keys, "columns": described, "checks": rules})


def refused(path: Path, described: DataDictionary) -> dict[str, Problem]:
    """The first problem of each code that reading a file raises; there must be some."""
    with pytest.raises(CohortError) as caught:
        read_cohort(path, described)
    assert caught.value.exit_code == 3
    return {problem.code: problem for problem in reversed(caught.value.problems)}


@pytest.fixture
def dictionary() -> Callable[..., DataDictionary]:
    """Maker of dictionaries."""
    return make_dictionary


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writer of files: text in UTF-8, or bytes."""

    def write_file(content: str | bytes, name: str = "cohort.csv") -> Path:
        path = tmp_path / name
        raw = content.encode() if isinstance(content, str) else content
        path.write_bytes(raw)
        return path

    return write_file


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., Cohort]:
    """Reader of text with the small dictionary, or another."""

    def read_text(
        content: str | bytes, dictionary: DataDictionary | None = None, name: str = "cohort.csv"
    ) -> Cohort:
        return read_cohort(write(content, name), dictionary or make_dictionary())

    return read_text


@pytest.fixture
def problems(read: Callable[..., Cohort]) -> Callable[..., tuple[Problem, ...]]:
    """Problems that reading a text raises; there must be some."""

    def problems_of(content: str | bytes, *rest: Any, **more: Any) -> tuple[Problem, ...]:
        with pytest.raises(CohortError) as caught:
            read(content, *rest, **more)
        return caught.value.problems

    return problems_of


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Report on a small study with rows changed, or its plan or dictionary."""
    monkeypatch.chdir(tmp_path)

    def run(change: Change, *words: object, plan: str = PLAN, dictionary: str = DICTIONARY) -> Told:
        header, *rows = (line.split(",") for line in cohort_lines())
        found = (change(i, dict(zip(header, row, strict=True))) for i, row in enumerate(rows))
        lines = [",".join(header), *(",".join(row.values()) for row in found if row is not None)]
        Path("cohort.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        Path("dictionary.yaml").write_text(dictionary, encoding="utf-8")
        Path("plan.yaml").write_text(plan, encoding="utf-8")
        return told("report", "plan.yaml", "--out", "out", *words)

    return run
