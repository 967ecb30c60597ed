"""Which printed counts are sums of others: what a reader could work a hidden one out by.

Here the rows themselves: flow, baseline, missing values, propensity scores, toxicity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from spine_outcomes.analysis.toxicity.counts import ASSESSED, NOT_ASSESSED
from spine_outcomes.tables.complementary import Cells, Rule, hide
from spine_outcomes.tables.missing import MOST_PATTERNS

Places = dict[str, tuple[tuple[int, str], ...]]  # by frame, rows and columns


class Count(NamedTuple):
    """One count: what it counts, and how many.

    Several analyses may count the same with another result, so that the number belongs to it.
    """

    what: tuple[Any, ...]
    n: int


class Place(NamedTuple):
    """Where a count is printed: frame, position of the row, column."""

    frame: str
    row: int
    column: str


@dataclass(frozen=True)
class Printed:
    """Counts by place, and what everybody knows of their sums.

    Parameters
    ----------
    places
        The count that stands at each place.
    rules
        Sums and orders of the counts.
    fixed
        Sizes of the arms: they stand everywhere and are not hidden for the sake of others.
    weights
        How dear it is to hide a count whose loss costs less or more than the number itself.
    """

    places: Mapping[Place, Count]
    rules: tuple[Rule, ...] = ()
    fixed: frozenset[Count] = frozenset()
    weights: Mapping[Count, float] = field(default_factory=dict)


def hidden_counts(parts: Iterable[Printed], k: int) -> set[Count]:
    """Counts to hide: those from 1 to ``k − 1``, and others that would give one back."""
    parts = list(parts)
    cells = Cells(
        {count: count.n for part in parts for count in part.places.values()},
        tuple(rule for part in parts for rule in part.rules),
        frozenset(count for part in parts for count in part.fixed),
        {count: weight for part in parts for count, weight in part.weights.items()},
    )
    found = hide(cells, k)
    return {*found.primary, *found.complementary}


def by_frame(places: Iterable[Place]) -> Places:
    """Rows and columns of each frame."""
    found: dict[str, list[tuple[int, str]]] = {}
    for place in places:
        found.setdefault(place.frame, []).append((place.row, place.column))
    return {name: tuple(at) for name, at in found.items()}


def of_flow(flow: pd.DataFrame) -> Printed:
    """A step leaves what the one before left, less what it excludes; the arms make up the rows."""
    columns = [c for c in flow.columns if c.startswith(("n_", "excluded_"))]
    places, steps = _read("flow", flow, columns)
    rules: list[Rule] = []
    for before, after in pairwise(steps):
        for unit in ("lesions", "patients"):
            left, excluded = after.get(f"n_{unit}"), after.get(f"excluded_{unit}")
            rules += total(before.get(f"n_{unit}"), (left, excluded))
        for arm in ("n_reference", "n_comparator"):
            rules += order(after.get(arm), before.get(arm))
    for step in steps:
        rules += total(step.get("n_lesions"), (step.get("n_reference"), step.get("n_comparator")))
        rules += order(step.get("n_patients"), step.get("n_lesions"))
        rules += order(step.get("excluded_patients"), step.get("excluded_lesions"))
    last = [count for name, count in steps[-1].items() if name.startswith("n_")] if steps else []
    return Printed(places, tuple(rules), frozenset(last))


def of_baseline(baseline: pd.DataFrame) -> Printed:
    """Levels, or known values, and missing ones make up each arm; the arms make up everybody."""
    places: dict[Place, Count] = {}
    cells: dict[tuple[Any, ...], dict[tuple[Any, ...], Count]] = {}
    for position, row in enumerate(baseline.to_dict("records")):
        if pd.isna(row["n"]):
            continue
        kind = row["kind"] if row["kind"] in ("proportion", "missing") else "known"
        line = (kind, "" if pd.isna(row["level"]) else row["level"])
        count = Count(("baseline", row["column"], *line, row["arm"]), int(row["n"]))
        places[Place("baseline", position, "n")] = count
        cells.setdefault((row["column"], row["estimand"], row["arm"]), {})[line] = count
    rules = [known_sum(lines.values()) for lines in cells.values()]
    for (column, estimand, arm), lines in cells.items():
        if arm != "all":
            continue
        same = ((a, found) for (c, e, a), found in cells.items() if (c, e) == (column, estimand))
        arms = [found for a, found in same if a != arm]
        for line, everybody in lines.items():
            rules += total(everybody, [found.get(line) for found in arms])
    return Printed(places, tuple(rules))


def of_missing(missing: pd.DataFrame, patterns: pd.DataFrame) -> Printed:
    """The patterns with a column make up the rows that lack it, all patterns make up the arm.

    Patterns that are too rare to be in the table make a sum the least that a column lacks.
    """
    places: dict[Place, Count] = {}
    lacking: dict[tuple[str, str], Count] = {}
    for position, row in enumerate(missing.to_dict("records")):
        what = ("baseline", row["column"], "missing", "", row["arm"])
        lacking[row["column"], row["arm"]] = Count(what, int(row["n_missing"]))
        places[Place("missing", position, "n_missing")] = lacking[row["column"], row["arm"]]
    shown = list(dict.fromkeys(patterns["pattern"]))[:MOST_PATTERNS]
    is_whole = len(shown) == patterns["pattern"].nunique()
    of_arm: dict[str, dict[str, Count]] = {}
    for position, row in enumerate(patterns.to_dict("records")):
        if row["pattern"] in shown:
            count = Count(("pattern", row["pattern"], row["arm"]), int(row["n"]))
            places[Place("missing_patterns", position, "n")] = count
            of_arm.setdefault(row["arm"], {})[row["pattern"]] = count
    rules = [known_sum(found.values()) for found in of_arm.values() if is_whole]
    for (column, arm), n_missing in lacking.items():
        with_it = [c for p, c in of_arm.get(arm, {}).items() if column in p.split(" + ")]
        rules += total(n_missing, with_it)
    return Printed(places, tuple(rules))


def of_propensity(propensity: pd.DataFrame) -> Printed:
    """The bars of an arm make up its rows."""
    places, bars = _read("propensity", propensity, ["n"])
    arms: dict[tuple[Any, ...], list[Count]] = {}
    keys = zip(propensity["level_unit"], propensity["arm"], strict=True)
    for key, bar in zip(keys, bars, strict=True):
        arms.setdefault(key, []).append(bar["n"])
    return Printed(places, tuple(known_sum(counts) for counts in arms.values()))


def of_toxicity(toxicity: pd.DataFrame) -> Printed:
    """Grades make up those assessed, and with those not assessed the arm."""
    places, read = _read("toxicity", toxicity, ["n"])
    rules: list[Rule] = []
    keys = ["term", "window", "cause", "level_unit", "arm"]
    for positions in toxicity.groupby(keys, sort=False).indices.values():
        found = {toxicity["grade"].iloc[i]: read[i]["n"] for i in positions}
        assessed, unknown = found.pop(ASSESSED), found.pop(NOT_ASSESSED)
        rules += total(assessed, found.values())
        rules.append(known_sum((assessed, unknown)))
    return Printed(places, tuple(rules))


def total(whole: Count | None, parts: Iterable[Count | None]) -> Iterator[Rule]:
    """That parts make up a whole, or are at most it where they leave some of it out."""
    known = dict.fromkeys(part for part in parts if part is not None)
    left_out = (0 if whole is None else whole.n) - sum(part.n for part in known)
    if whole is not None and known and whole not in known and left_out >= 0:
        yield Rule({**dict.fromkeys(known, 1), whole: -1}, is_equal=left_out == 0)


def order(smaller: Count | None, larger: Count | None) -> Iterator[Rule]:
    """That one count is at most another."""
    if smaller is not None and larger is not None and smaller != larger and smaller.n <= larger.n:
        yield Rule({smaller: 1, larger: -1}, is_equal=False)


def known_sum(parts: Iterable[Count]) -> Rule:
    """That counts make up a number that is known from elsewhere."""
    terms = dict.fromkeys(parts, 1)
    return Rule(terms, sum(part.n for part in terms))


def _read(
    name: str, frame: pd.DataFrame, columns: Sequence[str]
) -> tuple[dict[Place, Count], list[dict[str, Count]]]:
    """Counts of columns, row by row; each counts something of its own."""
    rows = [
        {
            str(column): Count((name, column, position), int(n))
            for column, n in row.items()
            if pd.notna(n)
        }
        for position, row in enumerate(frame[list(columns)].to_dict("records"))
    ]
    places = {
        Place(name, position, column): count
        for position, row in enumerate(rows)
        for column, count in row.items()
    }
    return places, rows
