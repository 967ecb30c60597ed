from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import spine_outcomes
from spine_outcomes.errors import CohortError, Finding, Problem, Severity, people, quoted


def leaves(node: ast.expr | None, default: str) -> list[tuple[str, str | None]]:
    """Each value that an argument can have, with the condition that it hangs on ("" for always)."""
    if node is None:
        return [("", default)]
    if isinstance(node, ast.IfExp):
        test = ast.unparse(node.test)
        (yes,), (no,) = leaves(node.body, default), leaves(node.orelse, default)
        return [(test, yes[1]), (f"not {test}", no[1])]
    return [("", node.value if isinstance(node, ast.Constant) else None)]


def written_findings() -> Iterator[tuple[str, str, str]]:
    """Place, code and severity of every finding whose code and severity stand in the source."""
    for path in sorted(Path(spine_outcomes.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding":
                given = dict(zip(("code", "message", "severity"), call.args, strict=False))
                given |= {word.arg: word.value for word in call.keywords if word.arg}
                for when, code in leaves(given["code"], ""):
                    for also, severity in leaves(given.get("severity"), "caution"):
                        if code and severity and (when == also or "" in (when, also)):
                            yield f"{path.name}:{call.lineno}", code, severity


def test_the_letter_of_every_code_in_the_program_agrees_with_its_severity() -> None:
    """A note called W_, or a caution called N_: --strict and stderr go by the one, people by both.

    Codes that are computed are held to it when the finding is made (the test below).
    """
    found = list(written_findings())
    assert len(found) > 80
    for place, code, severity in found:
        assert code[:2] == ("N_" if severity == "note" else "W_"), (place, code, severity)


@pytest.mark.parametrize("severity", get_args(Severity))
def test_a_finding_whose_letter_and_severity_disagree_cannot_be_made(severity: Severity) -> None:
    right, wrong = ("N_X", "W_X") if severity == "note" else ("W_X", "N_X")
    assert Finding(right, "", severity).severity == severity
    with pytest.raises(ValueError, match=wrong):
        Finding(wrong, "", severity)


def test_a_small_count_of_people_is_hidden_in_a_finding_and_a_large_one_or_none_is_not() -> None:
    finding = Finding("W_X", f"{people(4)} rows, {people(5)} patients, {people(0)} deaths in 2024.")
    assert finding.text(min_cell=5) == "<5 rows, ≥5 patients, 0 deaths in 2024."
    assert finding.text() == "4 rows, 5 patients, 0 deaths in 2024."


def test_values_in_a_problem_can_be_hidden_and_their_place_stays() -> None:
    """--redact: what a log may show of a fault is where it stands, never what was written there."""
    words = f"must be at least start; here start = {quoted('1961-04-30')}"
    problem = Problem(
        "E_X01", words, "a.csv", 3, "death", "P1", "1961-01-01", f"Not {quoted('⟪7⟫')}."
    )
    assert str(problem) == (
        "E_X01 a.csv, line 3, row P1, column death, value '1961-01-01': "
        "must be at least start; here start = 1961-04-30. Not 7."
    )
    hidden = CohortError(problem).text(redact=True)
    assert hidden == (
        "E_X01 a.csv, line 3, row [hidden], column death: must be at least start; "
        "here start = [hidden]. Not [hidden]."
    )
