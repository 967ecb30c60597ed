"""Which printed counts of a look follow from others: from everybody's, the other arm's, a sum.

Everybody's counts stand in the blinded report and those by arm in another edition, which the same
committee reads. So the former are hidden for their own sake alone, the same in every edition, and
the latter as if everybody's were known wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, InterimResults
from spine_outcomes.analysis.results import RISK_TABLE_COLUMNS, no_rows
from spine_outcomes.analysis.toxicity.counts import ASSESSED, NOT_ASSESSED
from spine_outcomes.tables.complementary import Rule
from spine_outcomes.tables.count_sums import (
    Count,
    Place,
    Places,
    Printed,
    by_frame,
    hidden_counts,
    known_sum,
    of_flow,
    order,
)
from spine_outcomes.tables.outcome_sums import BOTH, of_outcomes

# Frames with rows by group: the column that says what is counted, and what holds the counts.
GROUPED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "accrual_summary": ("measure", ("n",)),
    "follow_up": ("measure", ("n",)),
    "visits": ("visit", ("n_expected", "n_in_window")),
    "events": ("endpoint", ("n", "n_event", "n_competing")),
    "deaths": ("name", ("n", "n_event")),
    "deviations": ("name", ("n", "n_event")),
    "limits": ("name", ("n", "n_event")),
}
SIZES = ("events", "accrual_summary")  # their n are the sizes of arms, which stand everywhere
IN_EACH = ("limits", "grades/patient")  # a patient with rows in both arms counts in each
FRAME_OF = {
    "accrual": "accrual_summary", "follow_up": "follow_up", "events": "events",
    "early_death": "deaths", "toxicity_rate": "limits", "deviation": "deviations",
}  # fmt: skip
POOLED_MODELS = ("count", "accrual", "follow_up", "exact")

What = tuple[Any, ...]  # frame, what is counted in it, column
Counts = dict[What, Count]


class _Read(NamedTuple):
    """Counts by group, and the places where each stands."""

    groups: dict[str, Counts]
    places: dict[Place, Count]


def given_back(results: InterimResults, k: int) -> tuple[Places, Places]:
    """Where counts stand that would give back one from 1 to ``k − 1``.

    Returns
    -------
    further
        Those that may be said to be ``k`` or more.
    unsaid
        Those of both arms where everybody's count leaves so few values that not even that may be
        said: of 6, "≥5" beside "<5" is 5 beside 1.
    """
    read = _read(results)
    flow = of_flow(results.flow)
    pooled = read.groups.pop(EVERYBODY, {})
    hidden = hidden_counts([flow, _within(pooled, results)], k)
    shown = {what: count.n for what, count in pooled.items() if count not in hidden}
    arms = [_within(counts, results) for counts in read.groups.values()]
    across = Printed({}, tuple(_across(read.groups, pooled, shown, k)))
    compared = _compared(results, read.groups)
    hidden |= hidden_counts([*arms, across, compared], k)
    unsaid = set(_unsaid(read.groups, pooled, shown, compared, k))
    places = {**read.places, **flow.places, **compared.places}
    return (
        by_frame(place for place, c in places.items() if c in hidden and c.n >= k),
        by_frame(place for place, c in places.items() if c in unsaid),
    )


def _read(results: InterimResults) -> _Read:
    """Every count of the frames by group, and again where the results repeat it."""
    read = _Read({}, {})
    for frame, (key, columns) in GROUPED.items():
        for position, row in enumerate(getattr(results, frame).to_dict("records")):
            _add(read, (frame, row[key], row["code"]), Place(frame, position, ""), row, columns)
    for position, row in enumerate(results.grades.to_dict("records")):
        of = (f"grades/{row['level_unit']}", (row["term"], row["grade"]), row["code"])
        _add(read, of, Place("grades", position, ""), row, ("n",))
    for position, row in enumerate(results.baseline.to_dict("records")):
        line = ("baseline", _baseline_line(row), row["arm"])
        _add(read, line, Place("baseline", position, ""), row, ("n",))
    for position, row in enumerate(results.results.to_dict("records")):
        if row["model"] not in POOLED_MODELS:
            continue
        frame, key = _repeated(row)
        code = EVERYBODY if pd.isna(row["arm"]) else row["arm"]
        for column in GROUPED[frame][1]:
            count = read.groups.get(code, {}).get((frame, key, column))
            if count is not None:
                read.places[Place("results", position, column)] = count
    return read


def _add(
    read: _Read, group: What, at: Place, row: Mapping[Any, Any], columns: tuple[str, ...]
) -> None:
    """Counts of one row; ``group``: the frame, what is counted there, and of whom."""
    frame, key, code = group
    for column in columns:
        if pd.notna(row[column]):
            count = Count((frame, key, column, code), int(row[column]))
            read.groups.setdefault(code, {})[frame, key, column] = count
            read.places[at._replace(column=column)] = count


def _baseline_line(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    """Column, kind and level of a line of the baseline."""
    kind = row["kind"] if row["kind"] in ("proportion", "missing") else "known"
    return row["column"], kind, "" if pd.isna(row["level"]) else row["level"]


def _repeated(row: Mapping[Any, Any]) -> tuple[str, Any]:
    """The frame, and what is counted there, that a row of the results repeats."""
    if row["model"] in ("accrual", "follow_up"):
        measure = row["measure"]
        key = measure if pd.isna(row["endpoint"]) else f"{measure}:{row['endpoint']}"
        return FRAME_OF[row["model"]], key
    key = row["endpoint"] if row["model"] == "count" else row["term"]
    return FRAME_OF[row["measure"]], key


def _within(counts: Counts, results: InterimResults) -> Printed:
    """What ties the counts of one group: parts and wholes, sums that are known."""
    rules: list[Rule] = []
    sums: dict[tuple[Any, ...], list[Count]] = {}
    for (frame, key, column), count in counts.items():
        if frame.startswith("grades/") or frame == "baseline":
            sums.setdefault((frame, key[0]), []).append(count)
        elif frame == "events" and column == "n":
            parts = [counts.get((frame, key, part)) for part in ("n_event", "n_competing")]
            terms = dict.fromkeys((part for part in parts if part is not None), 1)
            rules.append(Rule({**terms, count: -1}, is_equal=False))
        elif column in ("n_event", "n_in_window") and frame != "events":
            whole = "n" if column == "n_event" else "n_expected"
            rules += order(count, counts.get((frame, key, whole)))
    rules += map(known_sum, sums.values())
    rules += _composites(counts)
    rules += _of_limits(counts, results)
    fixed = frozenset(c for what, c in counts.items() if what[0] in SIZES and what[2] == "n")
    places = {Place("", i, ""): count for i, count in enumerate(counts.values())}
    return Printed(places, tuple(rules), fixed)


def _composites(counts: Counts) -> Iterator[Rule]:
    """Endpoints whose events are those of two others, as a reader would see by the counts."""
    events = {what[1]: c for what, c in counts.items() if what[::2] == ("events", "n_event")}
    for whole, one, other in permutations(events, 3):
        parts = (events[one], events[other])
        if one < other and events[whole].n == sum(part.n for part in parts) > 0:
            yield Rule({**dict.fromkeys(parts, 1), events[whole]: -1})


def _of_limits(counts: Counts, results: InterimResults) -> Iterator[Rule]:
    """Of a limit, the patients with the grade or more are those of the table of grades."""
    interim = results.plan.interim
    for limit in () if interim is None else interim.safety.limits:
        event = counts.get(("limits", limit.name, "n_event"))
        grades = [
            count
            for (frame, key, _), count in counts.items()
            if frame == "grades/patient"
            and key[0] == limit.term
            and key[1] not in (ASSESSED, NOT_ASSESSED)
            and int(key[1]) >= limit.grade
        ]
        if event is not None and sum(count.n for count in grades) == event.n:
            yield Rule({**dict.fromkeys(grades, 1), event: -1})


def _across(
    groups: Mapping[str, Counts], pooled: Counts, shown: Mapping[What, int], k: int
) -> Iterator[Rule]:
    """Arms make up everybody, whose count is known where it is shown."""
    for what, arms, known in _known(groups, pooled, shown, k):
        if what[0] not in IN_EACH and known == sum(arm.n for arm in arms):
            yield known_sum(arms)
        elif what[0] == "limits":
            yield from (Rule({arm: 1}, known, is_equal=False) for arm in arms)
            yield Rule(dict.fromkeys(arms, -1), -known, is_equal=False)


def _unsaid(
    groups: Mapping[str, Counts],
    pooled: Counts,
    shown: Mapping[What, int],
    compared: Printed,
    k: int,
) -> Iterator[Count]:
    """Both arms' counts where a small one could not be anything from 1 to ``k − 1``."""
    for what, arms, known in _known(groups, pooled, shown, k):
        is_small = any(0 < arm.n < k for arm in arms)
        if is_small and known < 2 * k - 1 and what[0] not in IN_EACH:
            yield from (arm for arm in arms if arm.n)
            for count in compared.places.values():
                column, endpoint, *_, arm, _ = count.what
                if what == ("events", endpoint, column) and arm != BOTH and count.n:
                    yield count


def _known(
    groups: Mapping[str, Counts], pooled: Counts, shown: Mapping[What, int], k: int
) -> Iterator[tuple[What, list[Count], int]]:
    """What is counted in every arm, its counts, and everybody's where it is known.

    In an edition by arm alone it is shown in the blinded report, unless it is small itself.
    """
    for what in dict.fromkeys(what for counts in groups.values() for what in counts):
        arms = [counts[what] for counts in groups.values() if what in counts]
        known = shown.get(what) if pooled else sum(count.n for count in arms)
        if known is not None and len(arms) == len(groups) and not 0 < known < k:
            yield what, arms, known


def _compared(results: InterimResults, groups: Mapping[str, Counts]) -> Printed:
    """Counts of the monitored comparison: up to a time at most the events of the look."""
    is_model = ~results.results["model"].isin(POOLED_MODELS).to_numpy()
    positions = np.flatnonzero(is_model)
    if not len(positions):
        return Printed({})
    found = of_outcomes(results.results[is_model], no_rows(RISK_TABLE_COLUMNS), "")
    rules = list(found.rules)
    for count in dict.fromkeys(found.places.values()):
        column, endpoint, *_, arm, _ = count.what
        if arm != BOTH and column != "n":
            rules += order(count, groups.get(arm, {}).get(("events", endpoint, column)))
    places = {
        Place(place.frame, int(positions[place.row]), place.column): count
        for place, count in found.places.items()
    }
    return Printed(places, tuple(rules), found.fixed, found.weights)
