"""Strict reading of one distinct text: what it is, or what is wrong with it and how to mend it.

Each reader takes the distinct texts of a column and gives their values, with a fault for every text
that is none. Nothing is guessed: a text that only looks like a value is a fault whose hint says so.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.cohort.places import Fault
from spine_outcomes.cohort.text_table import SerialDates
from spine_outcomes.errors import quoted

_LOOK = "Look it up in the source."
MAX_EXACT = 2.0**53

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}([ ,.'\u00a0\u202f][0-9]{3})+([.,][0-9]+)?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{4}")
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+.*")
_SERIAL = re.compile(r"[2-5][0-9]{4}")
_SENTINEL_DATES = {datetime.date(1900, 1, 1), datetime.date(9999, 12, 31)}
_FIRST_DATE, _LAST_DATE = datetime.date(1678, 1, 1), datetime.date(2262, 1, 1)


Faults = dict[int, Fault]
"""Fault of each distinct text that has one, by its position."""


def read_numbers(
    texts: Sequence[str], decimal: str, *, whole: bool
) -> tuple[NDArray[np.float64], Faults]:
    """Numbers: digits, a decimal sign, an exponent; nothing else. Whole numbers where asked."""
    values, faults = np.full(len(texts), np.nan), Faults()
    for i, text in enumerate(texts):
        plain = text if decimal == "." else text.replace(".", "\0").replace(decimal, ".")
        if not _NUMBER.fullmatch(plain):
            faults[i] = _no_number(text, decimal)
        else:
            values[i] = float(plain)
    for i in np.flatnonzero(np.isinf(values)).tolist():
        faults[i] = Fault("E_NUMBER", "too large for a number", _LOOK)
        values[i] = np.nan
    if whole:
        for i in np.flatnonzero(values % 1 > 0).tolist():
            faults[i] = Fault("E_INTEGER", "a whole number is expected", _LOOK)
        for i in np.flatnonzero(np.abs(values) >= MAX_EXACT).tolist():
            faults[i] = Fault("E_INTEGER", "too large for an exact whole number", _LOOK)
    values[list(faults)] = np.nan
    return values, faults


def read_dates(
    texts: Sequence[str], date_format: str, serial: SerialDates
) -> tuple[NDArray[np.datetime64], Faults]:
    """Dates in one declared format, every digit written; a bare number is a fault."""
    values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[ns]")
    faults = Faults()
    hint = _order_hint(texts)
    for i, text in enumerate(texts):
        date = _date(text, date_format)
        if date is None:
            faults[i] = _no_date(text, date_format, hint, serial)
        elif not _FIRST_DATE <= date <= _LAST_DATE or date in _SENTINEL_DATES:
            fix = "If it stands for a missing date, declare it in missing_codes."
            faults[i] = Fault("E_DATE", "looks like a code for a missing date", fix)
        else:
            values[i] = np.datetime64(date, "ns")
    return values, faults


def read_codes(texts: Sequence[str], codes: Sequence[str]) -> tuple[NDArray[np.int64], Faults]:
    """Position of each text among the codes allowed; −1 where it is none of them."""
    position = {code: i for i, code in enumerate(codes)}
    folded = {code.casefold(): code for code in codes}
    values, faults = np.full(len(texts), -1, dtype=np.int64), Faults()
    allowed = ", ".join(codes)
    for i, text in enumerate(texts):
        if text in position:
            values[i] = position[text]
            continue
        close = folded.get(text.casefold())
        fix = "Correct it in the source, or declare it in codes or missing_codes."
        if close is not None:
            fix = f"Write {quoted(close)}, or declare repairs: [case]."
        faults[i] = unseen(text) or Fault("E_CODE", f"not a code; allowed: {allowed}", fix)
    return values, faults


def unseen(text: str) -> Fault | None:
    """Fault of a text with characters that people do not see, or see as others; else None."""
    if text.isascii() and text.isprintable() and text == text.strip():
        return None
    for c in text:
        is_odd_space = c != " " and unicodedata.category(c) in ("Zs", "Cf", "Zl", "Zp")
        if is_odd_space or not (c.isprintable() or c in "\t\r\n"):
            name = unicodedata.name(c, "control character")
            return Fault("E_CHARACTER", f"holds U+{ord(c):04X} ({name})", "Remove the character.")
    if text != text.strip():
        fix = "Remove them in the source, or declare repairs: [trim]."
        return Fault("E_SPACES", "has spaces around the value", fix)
    wide = next((c for c in text if unicodedata.normalize("NFKC", c) != c and not c.isalpha()), "")
    if wide:
        fix = "Write it plainly in the source, or declare repairs: [nfkc]."
        return Fault("E_CHARACTER", f"holds U+{ord(wide):04X} ({unicodedata.name(wide, '')})", fix)
    return None


def _no_number(text: str, decimal: str) -> Fault:
    """Why a text is no number."""
    fault = unseen(text)
    if fault is not None:
        return fault
    other = "," if decimal == "." else "."
    if _GROUPED.fullmatch(text):
        fix = f"Write {quoted(re.sub(r'[ ,]', '', text))} if the sign divides thousands"
        fix += f"; if it is the decimal sign, declare decimal: {other!r}." if other in text else "."
        return Fault("E_NUMBER", "not a plain number", fix)
    if text.count(other) == 1 and _NUMBER.fullmatch(text.replace(other, ".")):
        return Fault("E_NUMBER", "not a plain number", f"Declare decimal: {other!r}.")
    fix = "If it stands for a missing value, declare it in missing_codes."
    return Fault("E_NUMBER", f"not a plain number (digits and {decimal!r})", fix)


def _date(text: str, date_format: str) -> datetime.date | None:
    """Date that a text writes in full in a format, if it does."""
    try:
        moment = datetime.datetime.strptime(text, date_format)
    except ValueError:
        return None
    written = moment.strftime(date_format)
    return moment.date() if written == text else None


def _no_date(text: str, date_format: str, hint: str, serial: SerialDates) -> Fault:
    """Why a text is no date of the declared format."""
    fault = unseen(text)
    if fault is not None:
        return fault
    message = f"not a date written {_shape(date_format)}"
    if _SERIAL.fullmatch(text):
        day = serial.zero + datetime.timedelta(days=int(text))
        fix = f"Looks like {serial.words}, {quoted(day)}; export it as a date."
        return Fault("E_DATE", message, fix)
    if _TIMESTAMP.fullmatch(text):
        return Fault("E_DATE", message, "Export the day alone; a time of day may shift it.")
    if _TWO_DIGIT_YEAR.fullmatch(text):
        return Fault("E_DATE", message, "Write the year with four digits.")
    if _SLASHED.fullmatch(text):
        return Fault("E_DATE", message, hint)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and date_format == "%Y-%m-%d":
        return Fault("E_DATE", "no such day", "Correct it in the source.")
    return Fault("E_DATE", message, "If it stands for a missing date, declare it in missing_codes.")


def _order_hint(texts: Sequence[str]) -> str:
    """What the other dates of a column say of the order of day and month."""
    parts = [match.groups() for text in texts if (match := _SLASHED.fullmatch(text))]
    first = sum(int(a) > 12 for a, _ in parts)
    second = sum(int(b) > 12 for _, b in parts)
    return (
        f"Day and month are not guessed: of {len(parts)} distinct such dates, {first} can only "
        f"start with the day and {second} only with the month; declare date_format."
    )


def _shape(date_format: str) -> str:
    """A format as people write it."""
    words = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%y": "YY", "%b": "Mon", "%B": "Month"}
    for code, word in words.items():
        date_format = date_format.replace(code, word)
    return date_format
