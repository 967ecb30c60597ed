"""Typed cells as the text that people would have written."""

from __future__ import annotations


def number_text(cell: float, decimal: str) -> str:
    """Write a number plainly: exactly, whole ones without a decimal sign, truth as 1 and 0.

    Examples
    --------
    >>> number_text(24.50, ","), number_text(3.0, "."), number_text(True, ".")
    ('24,5', '3', '1')
    """
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        text = f"{cell:.0f}" if cell.is_integer() else repr(cell)
        return text.replace(".", decimal)
    return str(cell)
