"""Where a key stands in a file, and which known name a misspelt one meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Key = str | int
KeyPath = tuple[Key, ...]


@dataclass(frozen=True)
class Position:
    """File name and line (the first line is 1)."""

    file: str
    line: int


def dotted(path: KeyPath) -> str:
    """Write a key path as people read it.

    Examples
    --------
    >>> dotted(("columns", 3, "hard"))
    'columns[3].hard'
    """
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Find the known name closest to ``word``, if one is close.

    Examples
    --------
    >>> nearest("wieght", ["weight", "sex"])
    'weight'
    """
    close = difflib.get_close_matches(word, list(names), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """``"; did you mean 'x'?"``, or nothing."""
    close = nearest(word, names)
    return f"; did you mean {close!r}?" if close else ""
