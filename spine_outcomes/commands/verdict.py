"""Whether a finished run may be written: what the plan requires, and what ``--strict`` forbids."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from spine_outcomes.analysis.results import Results
from spine_outcomes.errors import NotEstimableError, Problem
from spine_outcomes.study.plan import Required
from spine_outcomes.tables.selection import main_analysis


def check_required(results: Results) -> None:
    """Stop where a result that the plan requires was not estimable.

    Raises
    ------
    NotEstimableError
        Naming every such result with its reason.
    """
    problems = [
        problem for required in results.plan.required for problem in _missing(required, results)
    ]
    if problems:
        raise NotEstimableError(*problems)


def check_strict(results: Results) -> None:
    """Stop at any warning.

    Raises
    ------
    NotEstimableError
        Naming every finding that is more than a note.
    """
    warnings = results.findings[results.findings["severity"] != "note"]
    if len(warnings):
        raise NotEstimableError(
            *(Problem(row["code"], row["message"]) for row in warnings.to_dict("records")),
            strict_problem(len(warnings)),
        )


def strict_problem(n: int) -> Problem:
    """Say that ``--strict`` forbids the warnings that there are."""
    return Problem("E_STRICT", f"{n} warnings, and --strict allows none")


def _missing(required: Required, results: Results) -> list[Problem]:
    """What keeps one required result from being there."""
    frame = main_analysis(results)
    asked = (frame["endpoint"] == required.endpoint) & (frame["measure"] == required.measure)
    name = f"{required.measure} of {required.endpoint}"
    if required.time is not None:
        time = required.time.to(results.plan.estimation.unit)
        asked &= np.isclose(frame["time"].astype(float), time)
        name += f" at {required.time}"
    if required.estimand is not None:
        asked &= (
            frame["estimand"].str.split(":").str[0] == required.estimand
        )  # whatever the learner
        name += f" ({required.estimand})"
    found = frame[asked]
    if found.empty:
        return [Problem("E_REQUIRED", f"the plan requires {name}, which this run does not make")]
    failed = found[found["status"] != "ok"].to_dict("records")
    return [
        Problem(
            "E_REQUIRED", f"the plan requires {name}; not estimable{_where(row)}: {row['reason']}"
        )
        for row in failed
    ]


def _where(row: Mapping[Hashable, object]) -> str:
    """The estimand and arm of a result, as far as it has them."""
    parts = [str(part) for part in (row["estimand"], row["arm"]) if isinstance(part, str)]
    return f" ({', '.join(parts)})" if parts else ""
