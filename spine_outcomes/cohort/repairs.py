"""Repairs of text that a dictionary declares: never silent, counted by column."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.study.dictionary import Column

Texts = NDArray[np.object_]


def repair(
    texts: Texts, column: Column, declared: Sequence[str]
) -> tuple[Texts, Mapping[str, NDArray[np.bool_]]]:
    """Repaired distinct texts (u,), and which of them each declared repair changed.

    Widths before spaces before case: a wide space becomes a space that can be removed. Spellings,
    which the column declares by itself, are read last.
    """
    changed: dict[str, NDArray[np.bool_]] = {}
    codes = {code.casefold(): code for code in column.codes or ()}
    ways: dict[str, Callable[[str], str]] = {
        "nfkc": lambda text: unicodedata.normalize("NFKC", text),
        "trim": lambda text: text.strip(" "),
        "case": lambda text: codes.get(text.casefold(), text),
        "spelling": lambda text: column.spellings.get(text, text),
    }
    declared = (*declared, "spelling") if column.spellings else declared
    for name, way in ways.items():
        if name in declared:
            repaired = [way(str(text)) for text in texts]
            changed[name] = np.array([a != b for a, b in zip(repaired, texts, strict=True)], bool)
            texts = np.array(repaired, dtype=object)
    return texts, changed
