"""Rows of the frames as cells of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from spine_outcomes.tables import numbers
from spine_outcomes.tables.labels import Form
from spine_outcomes.tables.table import Cell, Number, Parts

EMPTY = Cell(("–",))
BLANK = Cell()
TO = " to "  # between the limits of an interval, which a theme may print as a dash

FORMATS: dict[Form, Callable[[float], str]] = {
    "percent": numbers.percent,
    "ratio": numbers.ratio,
    "time": lambda value: numbers.decimal(value, 1),
    "needed": lambda value: numbers.decimal(value, 1),
    "statistic": lambda value: numbers.decimal(value, 2),
}


def words(text: object) -> Cell:
    """Text as a cell; nothing where there is none."""
    return BLANK if text is None or text == "" or text is pd.NA else Cell((str(text),))


def count(value: float | str) -> Cell:
    """A count as a cell; a hidden one ("<5") is text."""
    if isinstance(value, str):
        return Cell((value,))
    return EMPTY if pd.isna(value) else Cell((Number(numbers.count(value), float(value)),))


def decimal(value: float, digits: int) -> Cell:
    """A number with fixed decimals as a cell."""
    return (
        EMPTY if pd.isna(value) else Cell((Number(numbers.decimal(value, digits), float(value)),))
    )


def scientific(value: float) -> Cell:
    """A difference far below the numbers it is of, as a cell: "3.1e−12", "0"."""
    return EMPTY if pd.isna(value) else Cell((Number(numbers.scientific(value), float(value)),))


def percent(value: float) -> Cell:
    """A proportion, printed as percent without the sign, as a cell."""
    return EMPTY if pd.isna(value) else Cell((Number(numbers.percent(value), float(value)),))


def probability(value: float) -> Cell:
    """A probability to three decimals; what would read 0.000 or 1.000 says that it is neither."""
    text = numbers.decimal(value, 3)
    if 0 < value < 5e-4:
        text = "<0.001"
    elif 1 - 5e-4 < value < 1:
        text = ">0.999"
    return Cell((Number(text, value),))


def count_of(n: float | str, share: float) -> Cell:
    """A count and its share: "20 (40.0%)"; a hidden count stands alone, its share gives it back."""
    counted = count(n)
    if isinstance(n, str):
        return counted
    return Cell((*counted.parts, " (", *percent(share).parts, "%", ")"))


def p_value(row: pd.Series[Any] | None, column: str = "p_value") -> Cell:
    """The p value of a row of results, as it is or as adjusted (``p_adjusted``)."""
    if row is None or pd.isna(row[column]):
        return EMPTY
    p = float(row[column])
    return Cell((Number(numbers.p_value(p), p, is_p=True),), source=str(row["id"]))


def chi_square(row: pd.Series[Any] | None) -> Cell:
    """Statistic and degrees of freedom of a test: "4.07 (1 df)"."""
    if row is None:
        return EMPTY
    if row["status"] != "ok" or pd.isna(row["statistic"]):
        return not_estimable(row)
    value, df = float(row["statistic"]), float(row["df"])
    parts = (Number(numbers.decimal(value, 2), value), " (", Number(f"{df:g}", df), " df)")
    return Cell(parts, source=str(row["id"]))


def supremum(row: pd.Series[Any] | None) -> Cell:
    """Largest difference of two curves, in its standard errors: "2.31 SE"."""
    if row is None:
        return EMPTY
    if row["status"] != "ok" or pd.isna(row["statistic"]):
        return not_estimable(row)
    value = float(row["statistic"])
    return Cell((Number(numbers.decimal(value, 2), value), " SE"), source=str(row["id"]))


def not_estimable(row: pd.Series[Any]) -> Cell:
    """NE, with the reason that the row gives; another mark where the value is only hidden."""
    if is_hidden(row):
        return Cell((numbers.HIDDEN,), source=str(row["id"]))
    reason = row["reason"] if isinstance(row["reason"], str) else "no reason given"
    return Cell((numbers.NOT_ESTIMABLE,), source=str(row["id"]), reason=reason)


def is_hidden(*rows: pd.Series[Any] | None) -> bool:
    """Whether the value of one of the rows is known but not shown."""
    return any(row is not None and row["reason"] == numbers.HIDDEN_REASON for row in rows)


def estimate(row: pd.Series[Any] | None, form: Form) -> Cell:
    """Estimate and interval of a row of results: "12.3 (9.8 to 15.4)", or NE with its reason."""
    if row is None:
        return EMPTY
    if row["status"] != "ok" or pd.isna(row["estimate"]):
        return not_estimable(row)
    return Cell(with_limits(row, form), source=str(row["id"]))


def value(row: pd.Series[Any] | None, form: Form) -> Cell:
    """The estimate of a row of results alone, without its interval."""
    found = estimate(row, form)
    return Cell(found.parts[:1], found.source, found.reason)


def with_limits(row: pd.Series[Any], form: Form) -> Parts:
    """Estimate and, where it has them, its limits: "12.3 (9.8 to 15.4)", as parts of a cell."""
    text = FORMATS[form]
    value, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    parts: Parts = (Number(text(value), value),)
    if pd.notna(lower) and pd.notna(upper):
        parts += (" (", Number(text(lower), lower), TO, Number(text(upper), upper), ")")
    return parts


def number_needed(row: pd.Series[Any] | None, event_is: str = "harm") -> Cell:
    """Number needed to treat: "benefit 20 (benefit 9.19 to infinity to harm 113.6)".

    Notes
    -----
    Positive is fewer events, negative more: a benefit and a harm, or where the event is itself a
    benefit (``event_is``) the other way. An interval whose limits lie on both sides runs through
    infinity (Altman 1998): "9.19 to 113.6" would leave out the value itself.
    """
    if row is None:
        return EMPTY
    if row["status"] != "ok" or pd.isna(row["estimate"]):
        return not_estimable(row)
    value, lower, upper = (
        _needed(float(row[key]), event_is) for key in ("estimate", "lower", "upper")
    )
    if lower[1].raw > 0 > upper[1].raw:
        limits: Parts = (*lower, f" to {numbers.INFINITY} to ", *upper)
    else:
        limits = (lower[1], TO, upper[1]) if value[1].raw > 0 else (upper[1], TO, lower[1])
    return Cell((*value, " (", *limits, ")"), source=str(row["id"]))


def _needed(value: float, event_is: str) -> tuple[str, Number]:
    """One number needed to treat, its side in words before it."""
    return f"{numbers.side(value, event_is)} ", Number(numbers.number_needed(value), value)
