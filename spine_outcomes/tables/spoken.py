"""A table in another language: the same numbers, other words."""

from __future__ import annotations

from spine_outcomes.tables.language import FIRST_PLACE, Translator
from spine_outcomes.tables.table import Number, Parts, Table


def spoken(table: Table, say: Translator) -> Table:
    """The table in the language of ``say``; keys and values as files hold them stay."""
    return table.reworded(say, lambda parts: in_parts(parts, say))


def in_parts(parts: Parts, say: Translator) -> Parts:
    """Words and numbers as one text, so that the numbers may stand elsewhere in the language.

    A letter of private use stands for each number while the words are looked up.
    """
    numbers = [part for part in parts if isinstance(part, Number)]
    places = iter(range(FIRST_PLACE, FIRST_PLACE + len(numbers)))
    text = "".join(part if isinstance(part, str) else chr(next(places)) for part in parts)
    said: list[str | Number] = [""]
    for letter in say(text):
        place = ord(letter) - FIRST_PLACE
        if 0 <= place < len(numbers):
            said += [numbers[place], ""]
        else:
            said[-1] = f"{said[-1]}{letter}"
    return tuple(part for part in said if part)
