"""What can go wrong: problems that stop a run, and findings that do not.

Exceptions, with the exit code each gives a command::

    SpineOutcomesError            1  (internal error when raised bare)
    ├── UsageError                2
    ├── CohortError               3
    │   └── SampleError           3  (arrays handed to an estimator; also a ValueError)
    ├── DefinitionError           4
    │   ├── PlanError             4
    │   └── DictionaryError       4
    ├── NotEstimableError         5
    │   └── SeparationError       5
    ├── InputOutputError          6
    ├── RefusedError              7
    └── OutputLockedError         8
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MAX_SHOWN = 200
MAX_VALUE_LENGTH = 60


def printable(value: object) -> str:
    """Text of a value that is safe in a terminal: cut, control and bidirectional marks escaped."""
    text = str(value)
    if len(text) > MAX_VALUE_LENGTH:
        text = text[: MAX_VALUE_LENGTH - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_VALUES = re.compile("⟪([^⟫]*)⟫")
HIDDEN = "[hidden]"


def quoted(value: object) -> str:
    """A value of a cohort in the words of a problem, marked so that it can be hidden."""
    return f"⟪{printable(value).translate({ord(mark): None for mark in '⟪⟫'})}⟫"


def said(words: str, *, redact: bool = False) -> str:
    """Words of a problem as people read them; with ``redact`` the values in them are hidden."""
    return _VALUES.sub(HIDDEN if redact else r"\1", words)


@dataclass(frozen=True)
class Problem:
    """One fault in an input: where it stands, what was found, what is allowed, how to mend it.

    Parameters
    ----------
    code
        Stable name such as ``"E_DATE_ORDER"``.
    message
        One sentence: what was found and what is allowed; values in it go through ``quoted``.
    file, line, column, row
        Where: file name, physical line (header is 1), column, row id. None where it does not apply.
    value
        The offending value, as found.
    fix
        What the reader can do about it.
    """

    code: str
    message: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    row: str | None = None
    value: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        return self.text()

    def text(self, *, redact: bool = False) -> str:
        """The problem on one line; with ``redact`` without identifiers and values of the cohort."""
        place = [self.file or ""]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.row is not None:
            place.append(f"row {HIDDEN if redact else printable(self.row)}")
        if self.column is not None:
            place.append(f"column {printable(self.column)}")
        if self.value is not None and not redact:
            place.append(f"value {printable(self.value)!r}")
        where = ", ".join(part for part in place if part)
        message = self.message if self.message.endswith((".", "?")) else f"{self.message}."
        parts = [self.code, f"{where}: {message}" if where else message, self.fix or ""]
        return said(" ".join(part for part in parts if part), redact=redact)


_PEOPLE = re.compile("⟦([0-9]+)⟧")


def people(n: int) -> str:
    """A count of people in the message of a finding, marked so that a small one can be hidden."""
    return f"⟦{n}⟧"


Severity = Literal["serious", "caution", "note"]


@dataclass(frozen=True)
class Finding:
    """A worry or a fact that a reader must know, and that does not stop the run.

    Parameters
    ----------
    code
        Stable name such as ``"W_FEW_CLUSTERS"``: ``W_`` of a worry, ``N_`` of a note.
    message
        One or two sentences for a biostatistician; counts of people go through ``people``.
    severity
        ``serious`` (may change a conclusion), ``caution``, ``note`` (bookkeeping).
    section
        Part of the report it belongs to: ``cohort``, ``propensity``, ``outcomes``, ``plan``.
    endpoint
        Endpoint it concerns, if one.
    n
        How many rows it concerns, if counted.
    """

    code: str
    message: str
    severity: Severity = "caution"
    section: str = "cohort"
    endpoint: str | None = None
    n: int | None = None

    def __post_init__(self) -> None:
        if self.code.startswith("N_") != (self.severity == "note"):
            raise ValueError(f"{self.code} with severity {self.severity}: N_ is a note, W_ is not")

    def text(self, min_cell: int = 0) -> str:
        """The message; counts of people from 1 to ``min_cell`` − 1 read ``<min_cell``.

        The others then read ``≥min_cell``: the counts of a message are often parts and their sum.
        """
        counts = [int(n) for n in _PEOPLE.findall(self.message)]
        is_hiding = any(0 < n < min_cell for n in counts)

        def shown(count: re.Match[str]) -> str:
            n = int(count[1])
            if not is_hiding or n == 0:
                return count[1]
            return f"<{min_cell}" if n < min_cell else f"≥{min_cell}"

        return _PEOPLE.sub(shown, self.message)


class SpineOutcomesError(Exception):
    """Root of the tree; ``problems`` lists every fault of the same kind found at once."""

    exit_code = 1

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            p if isinstance(p, Problem) else Problem("E", p) for p in problems
        )
        super().__init__(self._text(self.problems))

    def text(self, *, redact: bool = False) -> str:
        """Every problem on a line of its own, at most so many; with ``redact`` without values."""
        return self._text(self.problems, redact=redact)

    @staticmethod
    def _text(problems: Iterable[Problem], *, redact: bool = False) -> str:
        lines = [p.text(redact=redact) for p in problems]
        if len(lines) > MAX_SHOWN:
            lines = [*lines[:MAX_SHOWN], f"… and {len(lines) - MAX_SHOWN} more"]
        return "\n".join(lines)


class UsageError(SpineOutcomesError):
    """A flag or argument that cannot be."""

    exit_code = 2


class CohortError(SpineOutcomesError):
    """The cohort table does not fit its dictionary."""

    exit_code = 3


class SampleError(CohortError, ValueError):
    """Arrays that no estimator can use: negative time, negative weight, missing cluster."""


class DefinitionError(SpineOutcomesError):
    """A plan or a dictionary that cannot be followed."""

    exit_code = 4


class PlanError(DefinitionError):
    """An analysis plan that cannot be followed."""


class DictionaryError(DefinitionError):
    """A data dictionary that contradicts itself or cannot be read."""


class NotEstimableError(SpineOutcomesError):
    """A result that the plan requires cannot be estimated."""

    exit_code = 5


class SeparationError(NotEstimableError):
    """A covariate or a set of covariates predicts the arm perfectly, or is collinear."""


class InputOutputError(SpineOutcomesError):
    """A file that is missing, unreadable or cannot be written."""

    exit_code = 6


class RefusedError(SpineOutcomesError):
    """Refused for safety: a path outside its root, an unsafe tag, a bomb."""

    exit_code = 7


class OutputLockedError(SpineOutcomesError):
    """Another run is writing to the same output folder."""

    exit_code = 8
