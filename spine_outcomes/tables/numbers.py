"""How a number is printed: the one place where a value becomes text.

Frames keep full precision; rounding happens here, once, at the last moment. A negative number has
a true minus, and no p value is ever "0.000" or "p = < 0.001". Functions without a theme give the
plain form of cells and CSV files, which ``in_theme`` puts into the style of a journal.
"""

from __future__ import annotations

import math
import re

from spine_outcomes.tables.theme import PLAIN, Theme

MINUS = "−"
NOT_ESTIMABLE = "NE"
HIDDEN = "(hidden)"
HIDDEN_REASON = "hidden, as it would give back a small count"
INFINITY = "infinity"

# A number in running text: not a part of a version, a date or a name.
_DECIMAL = re.compile(r"(?<![\w.])(\d[\d,]*)\.(\d+)(?!\.?\w)")
_GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])")
_PERCENT = re.compile(r"(?<=\d)\s?%(?!\w)")
_P_VALUE = re.compile(r"(?<![\w-])[pP] ([=<>]) (\d\.\d+)(?!\w)")
_P = re.compile(r"(?<![\w'’-])p(?![\w'’-])")


def decimal(value: float, digits: int) -> str:
    """``value`` to ``digits`` decimals, with a true minus and without "−0.0"."""
    if math.isinf(value):
        return INFINITY if value > 0 else f"{MINUS}{INFINITY}"
    text = f"{abs(value):.{digits}f}"
    is_negative = value < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS}{text}" if is_negative else text


def count(value: float | str) -> str:
    """Rows, patients or events, as an integer; a count that was hidden ("<5") stays as it is.

    Raises
    ------
    ValueError
        If the value is not a whole number: a weighted sum must not look like people.
    """
    if isinstance(value, str):
        return value
    if value != round(value):
        raise ValueError(f"{value!r} is not a count; print a weighted sum with decimals")
    return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))


def percent(value: float) -> str:
    """A proportion as percent with one decimal, without the sign (it stands in the head).

    Two decimals where one would print 0 for what is not: a limit of −0.01 excludes no difference.
    """
    return decimal(100 * value, 2 if 5e-5 <= abs(value) < 5e-4 else 1)


def of_hundred(value: float) -> str:
    """A proportion as people of 100; "<1" for what would read none."""
    return "<1" if 0 < value < 0.005 else decimal(100 * value, 0)


def scientific(value: float) -> str:
    """A number far from 1 with two digits and a power of ten: "3.1e−12"; 0 as it is."""
    if value == 0:
        return "0"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits}e{int(power)}".replace("-", MINUS)


def ratio(value: float) -> str:
    """A ratio with two decimals; what would read 0.00 reads "<0.01"."""
    return "<0.01" if 0 < value < 0.005 else decimal(value, 2)


def p_value(p: float, theme: Theme = PLAIN) -> str:
    """A p value with the theme's decimals, and more where they would hide its side of 0.05.

    Notes
    -----
    Plain: three decimals, "<0.001" below that, ">0.999" above; 0.0504 and 0.0496 stay distinct in
    every theme.
    """
    least, most_digits = theme.p_decimals[-1]
    digits = next((digits for bound, digits in theme.p_decimals if p >= bound), most_digits)
    if p < least:
        text = f"<{least:f}".rstrip("0")
    elif p > 1 - 10.0**-digits:
        text = f">{1 - 10.0**-digits:.{digits}f}"
    else:
        while round(p, digits) == 0.05 and p != 0.05 and digits < 8:
            digits += 1
        text = f"{p:.{digits}f}"
    return _marked_p(text, theme)


def p_statement(p: float, theme: Theme) -> tuple[str, str]:
    """What leads to a p value in a sentence, and the value with its bound.

    "p = " and "0.023", or "p " and "< 0.001"; "P = " and ".02", "p" and "<0·0001".
    """
    text = p_value(p, theme)
    sign, value = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    return _p_with(sign, value, theme)


def interval(lower: str, upper: str, theme: Theme) -> str:
    """The limits of an interval, printed plain, in the theme: "0.60 to 0.94", "0·60–0·94"."""
    return f"{in_theme(lower, theme)}{between(lower, upper, theme)}{in_theme(upper, theme)}"


def between(lower: str, upper: str, theme: Theme) -> str:
    """What stands between two printed limits: a dash only where it cannot read as a minus."""
    is_plain = all(text[:1].isdigit() for text in (lower, upper))
    return theme.between if is_plain else PLAIN.between


def number_needed(value: float) -> str:
    """Size of a number needed to treat: at most two decimals, from 100 on at most one."""
    if math.isinf(value):
        return INFINITY
    return decimal(abs(value), 1 if abs(value) >= 100 else 2).rstrip("0").rstrip(".")


def side(value: float, event_is: str = "harm") -> str:
    """Which way a number needed to treat goes: fewer of a harm, or more of a benefit, is one."""
    return "benefit" if (value > 0) == (event_is == "harm") else "harm"


def in_theme(text: str, theme: Theme) -> str:
    """Running text with the marks of a theme.

    Decimal mark, groups of digits, percent signs and the letter of p change; versions, dates and
    names that hold a point do not.
    """
    text = _P_VALUE.sub(lambda m: "".join(_p_with(m[1], _marked_p(m[2], theme), theme)), text)
    text = _P.sub(theme.p_sign, text)
    text = _GROUPED.sub(lambda m: m[0].replace(",", theme.thousands), text)
    text = _DECIMAL.sub(lambda m: f"{m[1]}{theme.decimal_mark}{m[2]}", text)
    return _PERCENT.sub(theme.percent, text)


def _marked_p(text: str, theme: Theme) -> str:
    """A plain p value with the theme's decimal mark, and without its zero where the theme says."""
    kept = text if theme.p_leading_zero else text.replace("0.", ".", 1)
    return kept.replace(".", theme.decimal_mark)


def _p_with(sign: str, value: str, theme: Theme) -> tuple[str, str]:
    """The letter of a p value, and the value; an equals sign goes with the former, a bound not."""
    blank = " " if theme.p_blanks else ""
    letter = f"{theme.p_sign}{blank}"
    return (f"{letter}={blank}", value) if sign == "=" else (letter, f"{sign}{blank}{value}")
