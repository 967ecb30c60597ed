"""Where rows stand, so that a message can say it; problems by row, at most so many of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import MAX_SHOWN, CohortError, Finding, Problem
from spine_outcomes.study.checks import CheckSeverity


class Labels(Protocol):
    """Anything that gives the text of a row."""

    def __getitem__(self, row: int, /) -> object: ...


class Fault(NamedTuple):
    """What is wrong with a value or a row, without its place; the check, where it is one's."""

    code: str
    message: str
    fix: str | None = None
    value: str | None = None
    rule: str | None = None


@dataclass(frozen=True, eq=False)
class Breach:
    """Rows in which one column breaks one rule.

    Parameters
    ----------
    rule
        Id of the check (``X01``), or the code of the fault where no check of the catalogue has it.
    rows : ndarray of int, shape (k,)
        Positions of the rows, in the order of the file.
    fault
        What is wrong: the same for every row, or a function that says it of one.
    column
        The column; None where the row as a whole is wrong.
    severity
        Whether the rows cannot be analysed, only deserve a look, or are a fact that is counted.
    finding
        What a report says of a warning; None where another finding counts it, and for an error.
    demand
        What the rule demands, without any value of the cohort.
    is_of_column
        Whether the rows break the rule together, not each of them.
    """

    rule: str
    rows: NDArray[np.intp]
    fault: Fault | Callable[[int], Fault]
    column: str | None = None
    severity: CheckSeverity = "error"
    finding: Finding | None = None
    demand: str = ""
    is_of_column: bool = False


@dataclass(frozen=True, eq=False)
class Places:
    """Where the n rows of a table stand.

    Parameters
    ----------
    file
        Name of the file.
    lines : ndarray of int, shape (n,), or None
        Physical line of each row.
    keys
        Patient (and lesion) of each row.
    lines_of
        By column, the line (n,) of its value, where that is another than the row's.
    """

    file: str
    lines: NDArray[np.int64] | None
    keys: tuple[Labels, ...]
    lines_of: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def line(self, row: int, column: str | None = None) -> int | None:
        """Physical line of a row, or of its value in a column."""
        lines = self.lines if column is None else self.lines_of.get(column, self.lines)
        return None if lines is None else int(lines[row])

    def row_id(self, row: int) -> str:
        """Patient and lesion of a row."""
        return "/".join(str(key[row]) for key in self.keys)

    def problem(self, row: int, fault: Fault, column: str | None = None) -> Problem:
        """Say where a fault stands."""
        return Problem(
            fault.code,
            fault.message,
            file=self.file,
            line=self.line(row, column),
            column=column,
            row=self.row_id(row),
            value=fault.value,
            fix=fault.fix,
        )

    def problems(
        self,
        rows: Iterable[int] | NDArray[np.intp],
        fault: Fault | Callable[[int], Fault],
        column: str | None = None,
    ) -> list[Problem]:
        """One problem a row; of many rows the first 200, and how many more there are.

        ``fault`` is the same for every row, or a function that says what is wrong with one.
        """
        at = [int(row) for row in rows]
        found = [
            self.problem(row, fault if isinstance(fault, Fault) else fault(row), column)
            for row in at[:MAX_SHOWN]
        ]
        if len(at) > MAX_SHOWN:
            text = f"and likewise in {len(at) - MAX_SHOWN} more rows"
            found.append(Problem(found[0].code, text, file=self.file, column=column))
        return found

    def shown(self, breach: Breach) -> list[Problem]:
        """The problems of a breach, at most so many; of a column as a whole one."""
        if breach.is_of_column and isinstance(breach.fault, Fault):
            fault = breach.fault
            return [
                Problem(fault.code, fault.message, self.file, column=breach.column, fix=fault.fix)
            ]
        return self.problems(breach.rows, breach.fault, breach.column)


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise every problem at once, file by file in the order of the lines; none is fine."""
    found = list(problems)
    files = {name: at for at, name in enumerate(dict.fromkeys(p.file for p in found))}
    ordered = sorted(found, key=lambda p: (files[p.file], np.inf if p.line is None else p.line))
    if ordered:
        raise CohortError(*ordered)
