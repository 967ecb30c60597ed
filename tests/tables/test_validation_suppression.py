"""Counts on the page of a checked table that would give a small one back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.tables.validation_suppression import Profile, protected_profile

N = {"a": 30, "b": 40}
COLUMNS = [
    {"name": "id", "type": "string", "phase": "identifier"},
    {"name": "arm", "type": "category", "phase": "exposure", "codes": {"a": "A", "b": "B"}},
    {"name": "harm", "type": "integer", "phase": "post_baseline"},
    {"name": "fit", "type": "category", "phase": "baseline", "codes": ["low", "high"]},
]


def profile(folder: Path, harm: Sequence[int], fit: Sequence[int], k: int = 5) -> Profile:
    """Of each arm so many rows have the harm, and so many are fit as "high" but none unknown."""
    lines = []
    for (arm, n), n_harm, n_high in zip(N.items(), harm, fit, strict=True):
        lines += [
            f"{arm}{i},{arm},{1 if i < n_harm else ''},{'high' if i < n_high else 'low'}"
            for i in range(n)
        ]
    path = folder / "cohort.csv"
    path.write_text("\n".join(["id,arm,harm,fit", *lines]) + "\n", encoding="utf-8")
    columns = [{"level": "patient", "label": str(c["name"]), **c} for c in COLUMNS]
    table = {"row": "patient", "patient": "id"}
    described = DataDictionary.model_validate({"table": table, "columns": columns})
    return protected_profile(inspect_cohort(path, described, {}), k)


def missing(found: Profile, column: str) -> list[int | str]:
    """Missing values of a column as shown, arm by arm."""
    own = found.missing[found.missing["column"] == column]
    return own["n_missing"].tolist()


def bars(found: Profile, column: str) -> tuple[int | str, ...]:
    """Bars of a column as shown."""
    names = [shape.column.name for shape in found.shapes]
    return found.bars[names.index(column)]


def test_all_but_a_few_missing_is_hidden(tmp_path: Path) -> None:
    """A date of a harm that 38 of 40 lack says that 2 had it."""
    found = profile(tmp_path, harm=(0, 2), fit=(10, 10))
    assert missing(found, "harm") == [30, "≥5"]
    assert bars(found, "harm") == ("<5",)


def test_the_other_arm_and_the_bars_do_not_give_the_few_back(tmp_path: Path) -> None:
    """12 with the harm in the picture less 10 in the other arm is 2."""
    found = profile(tmp_path, harm=(10, 2), fit=(10, 10))
    assert missing(found, "harm")[1] == "≥5"
    assert "≥5" in (missing(found, "harm")[0], *bars(found, "harm"))


def test_the_other_bar_does_not_give_a_small_one_back(tmp_path: Path) -> None:
    """Nobody's fitness is unknown: 70 rows less 67 are 3."""
    assert bars(profile(tmp_path, harm=(10, 10), fit=(0, 3)), "fit") == ("≥5", "<5")


def test_enough_of_everything_is_shown(tmp_path: Path) -> None:
    """Hiding what need not be hidden makes the page useless."""
    found = profile(tmp_path, harm=(10, 8), fit=(10, 10))
    assert missing(found, "harm") == [20, 32]
    assert bars(found, "harm") == (18,)
    assert bars(found, "fit") == (50, 20)


@pytest.mark.parametrize("k", [0, 1])
def test_without_a_threshold_everything_is_shown(tmp_path: Path, k: int) -> None:
    """Whoever mends the data must be able to see every count."""
    found = profile(tmp_path, harm=(0, 2), fit=(0, 3), k=k)
    assert missing(found, "harm") == [30, 38]
    assert bars(found, "fit") == (67, 3)
