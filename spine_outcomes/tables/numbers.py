"""How a number is printed: the one place where a value becomes text.

Frames keep full precision; rounding happens here, once, at the last moment. A negative number has
a true minus, and no p value is ever "0.000" or "p = < 0.001".
"""

from __future__ import annotations

import math

MINUS = "−"
NOT_ESTIMABLE = "NE"
INFINITY = "infinity"


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


def ratio(value: float) -> str:
    """A ratio with two decimals; what would read 0.00 reads "<0.01"."""
    return "<0.01" if 0 < value < 0.005 else decimal(value, 2)


def p_value(p: float) -> str:
    """A p value with three decimals, and more where three would hide which side of 0.05 it is on.

    Notes
    -----
    "<0.001" below that, ">0.999" above; 0.0504 and 0.0496 stay distinct.
    """
    if p < 0.001:
        return "<0.001"
    if p > 0.999:
        return ">0.999"
    digits = 3
    while round(p, digits) == 0.05 and p != 0.05 and digits < 8:
        digits += 1
    return f"{p:.{digits}f}"


def p_statement(p: float) -> str:
    """A p value in a sentence: "p = 0.023" or "p < 0.001"."""
    text = p_value(p)
    return f"p {text[0]} {text[1:]}" if text[0] in "<>" else f"p = {text}"


def number_needed(value: float) -> str:
    """Size of a number needed to treat: at most two decimals, from 100 on at most one."""
    if math.isinf(value):
        return INFINITY
    return decimal(abs(value), 1 if abs(value) >= 100 else 2).rstrip("0").rstrip(".")


def side(value: float) -> str:
    """Which way a number needed to treat goes: its sign in words."""
    return "benefit" if value > 0 else "harm"
