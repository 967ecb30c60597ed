"""Contradictions inside a data dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from spine_outcomes.errors import Problem, printable
from spine_outcomes.study.dictionary import Check, Column, DataDictionary, LongTable, unknown_column
from spine_outcomes.study.key_path import KeyPath, did_you_mean
from spine_outcomes.study.rules import Comparison, Operand
from spine_outcomes.study.table_checks import table_faults
from spine_outcomes.study.validation import problem_at
from spine_outcomes.study.yaml_source import YamlSource

Fault = tuple[KeyPath, str]
LONG_KINDS = ("rule", "largest_grade", "heaping")
"""Kinds of check that a long table can have: those that need no other row of it."""


def contradictions(dictionary: DataDictionary, source: YamlSource) -> list[Problem]:
    """Everything in a dictionary that cannot be true together."""
    faults = [*table_faults(dictionary), *_parts(dictionary.columns, dictionary.checks, dictionary)]
    for i, column in enumerate(dictionary.columns):
        here: KeyPath = ("columns", i, "derivation")
        faults += [((*here, *path), text) for path, text in _derivation(column, dictionary)]
    for i, table in enumerate(dictionary.tables):
        own = [*_long_table(table, dictionary), *_long_parts(table, dictionary)]
        faults += [(("tables", i, *path), text) for path, text in own]
    names = [table.name for table in dictionary.tables]
    faults += _twice("tables", names, "table")
    return [problem_at(source, path, "E_DICTIONARY", text) for path, text in faults]


def _parts(
    columns: tuple[Column, ...], checks: tuple[Check, ...], dictionary: DataDictionary
) -> Iterator[Fault]:
    """Contradictions of the columns and checks of one table, whose dictionary is given."""
    yield from _twice("columns", [column.name for column in columns], "column")
    yield from _aliases(columns)
    for i, column in enumerate(columns):
        yield from ((("columns", i, *path), text) for path, text in _column(column, dictionary))
    for i, check in enumerate(checks):
        here: KeyPath = ("checks", i, "rule") if check.rule is not None else ("checks", i)
        yield from (((*here, *path), text) for path, text in _check(check, dictionary))


def _twice(key: str, names: list[str], what: str) -> Iterator[Fault]:
    """Names defined twice."""
    counts = Counter(names)
    for i, name in enumerate(names):
        if counts[name] > 1 and names.index(name) != i:
            yield (key, i, "name"), f"the {what} {name!r} is defined twice"


def _aliases(columns: tuple[Column, ...]) -> Iterator[Fault]:
    """Other names of a column that are names of another one as well."""
    owners: dict[str, set[str]] = {column.name: {column.name} for column in columns}
    for column in columns:
        for alias in column.aliases:
            owners.setdefault(alias, set()).add(column.name)
    for i, column in enumerate(columns):
        for alias in column.aliases:
            others = sorted(owners[alias] - {column.name})
            if others:
                yield ("columns", i, "aliases"), f"{printable(alias)!r} names {others[0]!r} as well"


def _spellings(column: Column) -> Iterator[Fault]:
    """Texts that stand for no code, and codes that stand for another."""
    if column.spellings and column.type not in ("category", "boolean"):
        yield ("spellings",), f"a {column.type} has no codes"
        return
    for text, code in column.spellings.items():
        if not column.has_code(code):
            yield ("spellings", text), f"{printable(code)!r} is not a code of {column.name!r}"
        elif column.has_code(text):
            yield ("spellings", text), f"{printable(text)!r} is a code itself"


def _long_table(table: LongTable, dictionary: DataDictionary) -> Iterator[Fault]:
    """Contradictions of a long table with the cohort, and in what names its columns."""
    if table.level == "lesion" and dictionary.table.row == "patient":
        yield ("level",), "lesion, beside a cohort whose rows are patients"
    yield from _long_keys(table)
    for j, column in enumerate(table.columns):
        here: KeyPath = ("columns", j)
        if column.name in dictionary:
            yield (*here, "name"), f"{column.name!r} is a column of the cohort already"
        if column.level != table.level:
            yield (*here, "level"), f"{column.level}, in a table of level {table.level}"
        if column.derivation is not None:
            yield (*here, "derivation"), "only columns of the cohort are derived"


def _long_keys(table: LongTable) -> Iterator[Fault]:
    """Columns by which a long table is dated and told apart."""
    by_name = {column.name: column for column in table.columns}
    if table.date not in by_name:
        yield ("date",), f"no column {printable(table.date)!r}{did_you_mean(table.date, by_name)}"
    elif by_name[table.date].type != "date" or not by_name[table.date].required:
        yield ("date",), f"{table.date!r} must be a date that is required"
    for name in table.unique:
        if name not in by_name:
            yield ("unique",), f"no column {printable(name)!r}{did_you_mean(name, by_name)}"
        elif not by_name[name].required:
            yield ("unique",), f"{name!r} must be required"


def _long_parts(table: LongTable, dictionary: DataDictionary) -> Iterator[Fault]:
    """Contradictions inside the columns and rules of a long table."""
    of_cohort = (
        column
        for column in dictionary.columns
        if table.level == "lesion" or column.level == "patient"
    )
    joined = DataDictionary(table=dictionary.table, columns=(*table.columns, *of_cohort))
    yield from _parts(table.columns, table.checks, joined)
    for i, check in enumerate(table.checks):
        if all(getattr(check, kind) is None for kind in LONG_KINDS):
            known = ", ".join(LONG_KINDS)
            yield ("checks", i), f"a long table has checks of the kinds {known} only"


def _column(column: Column, dictionary: DataDictionary) -> Iterator[Fault]:
    """Contradictions of one column."""
    yield from _codes(column)
    for code in sorted(set(dictionary.table.missing) & set(column.codes or ())):
        yield ("codes", code), f"{code!r} is missing in every column, by table.missing"
    yield from _spellings(column)
    yield from _ranges(column)
    if column.type == "float" and column.unit is None:
        yield ("unit",), f"{column.name!r} is a measurement and needs a unit"
    if column.phase != "baseline" and column.propensity == "allowed":
        yield (
            ("propensity",),
            f"{column.name!r} has phase {column.phase}: only a baseline column may explain the arm",
        )
    if column.level == "lesion" and dictionary.table.row == "patient":
        yield ("level",), "lesion, in a table whose rows are patients"


def _derivation(column: Column, dictionary: DataDictionary) -> Iterator[Fault]:
    """Tables, columns and codes that a derivation names and that are not there."""
    derivation = column.derivation
    if derivation is None:
        return
    tables = {table.name: table for table in dictionary.tables}
    known = list(dictionary.names)
    if derivation.table in tables:
        known += tables[derivation.table].names
    elif derivation.table is not None:
        hint = did_you_mean(derivation.table, tables)
        yield ("table",), f"no table {printable(derivation.table)!r}{hint}"
        return
    for key, name in derivation.inputs.items():
        if name not in known:
            yield (key,), f"no column {printable(name)!r}{did_you_mean(name, known)}"
    for code in derivation.kept:
        if not column.has_code(code):
            yield ("kept",), f"{printable(code)!r} is not a code of {column.name!r}"


def _codes(column: Column) -> Iterator[Fault]:
    """Codes that are absent, doubled or mean two things."""
    if (column.type == "category") != (column.codes is not None):
        needed = "needs codes" if column.type == "category" else "has no codes"
        yield ("codes",), f"a column of type {column.type} {needed}"
    if column.codes is not None and len(set(column.codes.values())) < len(column.codes):
        yield ("codes",), "two codes have the same label"
    if column.ordered and column.type != "category":
        yield ("ordered",), "only a category is ordered"
    missing = {*column.missing_codes, *column.not_applicable}
    for code in sorted(set(column.missing_codes) & set(column.codes or ())):
        yield ("codes", code), f"{code!r} is a code and a missing value"
    below = list(column.codes or ())[: len(column.inapplicable)]
    if column.ordered and set(below) != set(column.inapplicable):
        yield ("codes",), "a code that is not applicable stands before those that are ordered"
    for code in sorted(set(column.missing_codes) & set(column.not_applicable)):
        yield ("not_applicable",), f"{code!r} is both unknown and not applicable"
    if column.is_numeric and column.hard is not None:
        for code in sorted(code for code in missing if column.has_code(code)):
            yield ("missing_codes",), f"{code!r} lies inside the hard range and may be a value"


def _ranges(column: Column) -> Iterator[Fault]:
    """Ranges of the wrong kind, upside down, or outside each other."""
    has_wrong_kind = False
    for key in ("hard", "plausible"):
        limits = getattr(column, key)
        if limits is None:
            continue
        is_number = [isinstance(limit, int | float) for limit in limits if limit is not None]
        if not (column.is_numeric or column.type == "date"):
            yield (key,), f"a column of type {column.type} has no range"
            has_wrong_kind = True
        elif any(number != column.is_numeric for number in is_number):
            yield (key,), f"limits of a column of type {column.type} must be {_kind(column)}"
            has_wrong_kind = True
        elif None not in limits and limits[0] > limits[1]:
            yield (key,), f"the lowest value {limits[0]} is above the highest {limits[1]}"
    if column.hard and column.plausible and not has_wrong_kind:
        (low, high), (least, most) = column.hard, column.plausible
        if _above(low, least) or _above(most, high):
            yield ("plausible",), "reaches outside the hard range"


def _above(a: Any, b: Any) -> bool:
    """Whether one limit is above another; no limit is above nothing."""
    return a is not None and b is not None and a > b


def _kind(column: Column) -> str:
    return "numbers" if column.is_numeric else "dates"


def _check(check: Check, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns that a check names, and the codes it compares them with."""
    unknown = [name for name in check.named if name not in dictionary]
    for name in unknown:
        yield (), unknown_column(name, dictionary)
    if unknown:
        return
    rule = check.rule
    if rule is None:
        yield from (((), text) for text in _kind_of_check(check, dictionary))
        return
    tests: list[tuple[str, Comparison]] = [(name, rule) for name in rule.columns]
    tests += [(where.column, where) for where in (rule.present_iff, rule.when) if where is not None]
    for name, test in tests:
        yield from (((), text) for text in _test(dictionary[name], test, dictionary))


def _kind_of_check(check: Check, dictionary: DataDictionary) -> Iterator[str]:
    """What a check that is no rule cannot do with its columns."""
    if check.overlap is not None:
        start, end = (dictionary[name] for name in (check.overlap.start, check.overlap.end))
        if not (start.ordered and are_comparable(start, end)):
            yield f"{start.name!r} and {end.name!r} are not ordered by the same codes"
    dates = () if check.heaping is None else check.heaping.columns
    for name in dates if check.overlap is None else (check.overlap.date,):
        if dictionary[name].type != "date":
            yield f"{name!r} is no date"
    if check.largest_grade is not None and not dictionary[check.largest_grade.grade].is_numeric:
        yield f"{check.largest_grade.grade!r} is no number"
    where = None if check.overlap is None else check.overlap.unless
    if check.not_applicable is not None:
        where = check.not_applicable.where
        for name in check.not_applicable.columns:
            if not dictionary[name].not_applicable:
                yield f"{name!r} has no text that means not applicable"
    if where is not None:
        yield from _test(dictionary[where.column], where, dictionary)


def _test(column: Column, test: Comparison, dictionary: DataDictionary) -> Iterator[str]:
    """Codes that the column cannot have, or another column that it cannot be compared with."""
    if test.kind in ("equals", "is_in"):
        codes = test.operand if test.kind == "is_in" else (test.operand,)
        for code in codes:
            if not column.has_code(code):
                yield f"{printable(code)!r} is not a code of {column.name!r}"
    elif isinstance(test.operand, Operand):
        other = dictionary[test.operand.column]
        if not are_comparable(column, other):
            pair = f"{column.name!r} ({column.type}) and {other.name!r} ({other.type})"
            yield f"{pair} cannot be compared"


def are_comparable(a: Column, b: Column) -> bool:
    """Whether a value of one column can be above or below a value of another."""
    if a.is_numeric and b.is_numeric:
        return True
    if a.type == b.type == "category":
        return a.ordered and b.ordered and a.codes == b.codes
    return a.type == b.type == "date"
