"""A table in the style of a journal: the same parts, other marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spine_outcomes.tables import numbers
from spine_outcomes.tables.cells import TO
from spine_outcomes.tables.numbers import in_theme
from spine_outcomes.tables.table import Number, Parts, Table
from spine_outcomes.tables.theme import Theme


def themed(table: Table, theme: Theme) -> Table:
    """The table with every number and text in the marks of ``theme``; values stay as they are."""
    if table.is_verbatim:
        return table
    return table.reworded(
        lambda text: in_theme(text, theme), lambda parts: tuple(_parts(parts, theme))
    )


def _parts(parts: Parts, theme: Theme) -> Iterator[str | Number]:
    """Words and numbers, what stands between two numbers by what they are."""
    for place, part in enumerate(parts):
        before, after = parts[max(place - 1, 0)], parts[min(place + 1, len(parts) - 1)]
        if isinstance(part, Number):
            yield _number(part, theme)
        elif part == TO and isinstance(before, Number) and isinstance(after, Number):
            yield numbers.between(before.text, after.text, theme)
        elif part == "%" and isinstance(before, Number):
            yield theme.percent
        else:
            yield in_theme(part, theme)


def _number(number: Number, theme: Theme) -> Number:
    """A printed number; a p value is rounded by the rule of the theme."""
    if number.is_p:
        return replace(number, text=numbers.p_value(number.raw, theme))
    return replace(number, text=in_theme(number.text, theme))
