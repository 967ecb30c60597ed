"""Whether a column that a plan names exists, has the type it needs, and has the codes it is asked.

Each check yields its faults: key path, code and words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spine_outcomes.errors import printable
from spine_outcomes.study.covariate_checks import Fault
from spine_outcomes.study.dictionary import Column, DataDictionary, unknown_column
from spine_outcomes.study.dictionary_checks import are_comparable
from spine_outcomes.study.key_path import KeyPath
from spine_outcomes.study.model import Code
from spine_outcomes.study.population import Condition, Population

BEFORE_OUTCOME = ("identifier", "baseline", "exposure")


def existing(path: KeyPath, name: str, dictionary: DataDictionary) -> Iterator[Fault]:
    """A column that the dictionary does not define."""
    if name not in dictionary:
        yield path, "E_UNKNOWN_COLUMN", unknown_column(name, dictionary)


def date(path: KeyPath, name: str | None, dictionary: DataDictionary) -> Iterator[Fault]:
    """A column that is no date; None asks for none."""
    if name is None:
        return
    yield from existing(path, name, dictionary)
    if name in dictionary and dictionary[name].type != "date":
        yield path, "E_TYPE", f"{name!r} is {_a(dictionary[name])}; a date is needed"


def number(path: KeyPath, name: str, dictionary: DataDictionary) -> Iterator[Fault]:
    """A column that is no number."""
    yield from existing(path, name, dictionary)
    if name in dictionary and not dictionary[name].is_numeric:
        yield path, "E_TYPE", f"{name!r} is {_a(dictionary[name])}; a number is needed"


def codes(path: KeyPath, column: Column, named: Iterable[Code]) -> Iterator[Fault]:
    """Codes that a column cannot have."""
    for code in named:
        if not column.has_code(code):
            text = f"{printable(code)!r} is not a code of {column.name!r}; allowed: "
            yield path, "E_CODE", text + _allowed(column)


def condition(path: KeyPath, test: Condition, dictionary: DataDictionary) -> Iterator[Fault]:
    """A condition on a column that cannot have such a value, or against one that does not fit."""
    unknown = [name for name in test.named if name not in dictionary]
    for name in unknown:
        yield from existing(path, name, dictionary)
    if unknown:
        return
    column = dictionary[test.column]
    yield from codes(path, column, test.codes)
    if len(test.named) > 1:
        other = dictionary[test.named[1]]
        if not are_comparable(column, other):
            text = f"{column.name!r} ({column.type}) and {other.name!r} ({other.type})"
            yield path, "E_TYPE", f"{text} cannot be compared"
    elif not test.codes and test.present is None:
        yield from number(path, test.column, dictionary)


def population(path: KeyPath, who: Population, dictionary: DataDictionary) -> Iterator[Fault]:
    """Steps that look at anything later than the arm."""
    for i, step in enumerate(who.eligibility):
        here = (*path, "eligibility", i, "rule")
        yield from condition(here, step.rule, dictionary)
        for name in step.rule.named:
            if name in dictionary and dictionary[name].phase not in BEFORE_OUTCOME:
                text = (
                    f"{name!r} has phase {dictionary[name].phase}: who is analysed must be known "
                    "before treatment, else the time until it is known counts as event-free"
                )
                yield here, "E_NOT_BASELINE", text


def _allowed(column: Column) -> str:
    """Codes or range of a column."""
    if column.is_numeric and column.hard is not None:
        low, high = ("any" if limit is None else f"{limit:g}" for limit in column.hard)
        return f"{low} to {high}"
    if column.is_numeric:
        return "a number"
    return ", ".join(column.codes) if column.codes else "0, 1"


def _a(column: Column) -> str:
    """Type of a column with its article."""
    return f"{'an' if column.type == 'integer' else 'a'} {column.type}"
