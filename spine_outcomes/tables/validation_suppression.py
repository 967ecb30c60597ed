"""Small cells of a checked table: neither few missing values nor few known ones are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.profile import Distribution, distributions, missing_by_arm
from spine_outcomes.tables.complementary import Cells, Rule, hide

Key = tuple[Any, ...]  # what is counted, in which arm or bar


@dataclass(frozen=True)
class Profile:
    """What the columns of a table hold, as it may be shown.

    Parameters
    ----------
    table
        The table.
    missing
        As ``missing_by_arm``, small counts as "<k" and those that give one back as "≥k"; values
        not applicable in all arms together.
    shapes
        The distributions, with all their counts.
    bars
        The counts of each of them as they may be shown.
    """

    table: Inspection
    missing: pd.DataFrame
    shapes: tuple[Distribution, ...]
    bars: tuple[tuple[int | str, ...], ...]


def protected_profile(table: Inspection, k: int) -> Profile:
    """The missing values and distributions of a table without counts from 1 to ``k − 1``.

    Notes
    -----
    Rows that lack a value and rows that have one make up the arm, so that 329 of 331 missing says
    2; the bars of a distribution are the rows that have one.
    """
    shapes = {shape.column.name: shape for shape in distributions(table)}
    missing = missing_by_arm(table)
    missing["n_not_applicable"] = missing.groupby("column")["n_not_applicable"].transform("sum")
    shown = missing.astype({"n_missing": object, "n_not_applicable": object})
    bars = []
    for name, own in missing.groupby("column", sort=False):
        counts = shapes[str(name)].counts if str(name) in shapes else ()
        told = _told(own, counts, k)
        for row, arm in own["arm"].items():
            shown.loc[row, "n_missing"] = told["missing", arm]
            shown.loc[row, "n_not_applicable"] = told["not applicable", ""]
        if counts:
            bars.append(tuple(told["bar", place] for place in range(len(counts))))
    return Profile(table, shown, _in_order(shapes, missing), tuple(bars))


def _in_order(shapes: dict[str, Distribution], missing: pd.DataFrame) -> tuple[Distribution, ...]:
    """Distributions in the order of the columns of the table."""
    return tuple(shapes[name] for name in dict.fromkeys(missing["column"]) if name in shapes)


def _told(own: pd.DataFrame, bars: tuple[int, ...], k: int) -> dict[Key, int | str]:
    """The counts of one column as they may be shown."""
    counts: dict[Key, int] = {("bar", place): n for place, n in enumerate(bars)}
    for arm, n, n_missing in zip(own["arm"], own["n"], own["n_missing"], strict=True):
        counts |= {("missing", arm): int(n_missing), ("known", arm): int(n - n_missing)}
    n_asked_nothing = int(own["n_not_applicable"].iloc[0])
    counts["not applicable", ""] = n_asked_nothing
    counts["asked", ""] = int(own["n"].sum()) - n_asked_nothing
    free = {key: 0.0 for key in counts if key[0] in ("known", "asked")}  # nobody prints these
    found = hide(Cells(counts, tuple(_rules(counts, len(bars))), weights=free), k)
    small = dict.fromkeys(found.primary, f"<{k}")
    return counts | small | dict.fromkeys(found.complementary, f"≥{k}")


def _rules(counts: dict[Key, int], n_bars: int) -> Iterator[Rule]:
    """Missing and known values make up the arm, the bars are the known ones."""
    arms = [key[1] for key in counts if key[0] == "missing"]
    pairs = [(("missing", arm), ("known", arm)) for arm in arms]
    for pair in (*pairs, (("not applicable", ""), ("asked", ""))):
        yield Rule(dict.fromkeys(pair, 1), sum(counts[key] for key in pair))
    known = [("known", arm) for arm in arms]
    for parts, whole in (
        (known, [("bar", place) for place in range(n_bars)]),
        ([("not applicable", "")], [("missing", arm) for arm in arms]),
    ):
        left_out = sum(counts[key] for key in whole) - sum(counts[key] for key in parts)
        if whole and left_out >= 0:
            terms = {**dict.fromkeys(parts, 1), **dict.fromkeys(whole, -1)}
            yield Rule(terms, is_equal=left_out == 0)
