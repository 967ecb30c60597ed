"""Which counts of the outcomes are sums of others: arms, times, subgroups, the risk table."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import pairwise, permutations
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import RISK_FACTORS, SUBGROUP
from spine_outcomes.tables.complementary import Rule
from spine_outcomes.tables.count_sums import Count, Place, Printed, known_sum, order, total
from spine_outcomes.tables.effects import PIECEWISE

BOTH, EVERYBODY, EVER = "both", "", float("inf")
COUNTED = ("n", "n_event", "n_competing")
STATES = ("n_risk", "n_event", "n_competing", "n_censored", "n_to_enter")
TOTAL, OF_CURVE, OF_PRIMARY = 1e-5, 10.0, 1000.0  # weights; a total of both arms says least
OF_TERMS = ("proportion", "event_rate", "mean_count")  # measures whose term says what is counted

What = tuple[Any, ...]  # quantity, endpoint, subgroup, level, arm, until when
Group = tuple[str, str, str]  # endpoint, analysis, weights: counts that agree with one another
Counts = dict[What, Count]


def of_outcomes(results: pd.DataFrame, risk_table: pd.DataFrame, primary: str) -> Printed:
    """Both arms are the sum of each, later counts hold earlier ones, levels make up everybody.

    Parameters
    ----------
    results, risk_table
        ``RESULT_COLUMNS`` and ``RISK_TABLE_COLUMNS`` before anything is hidden.
    primary
        The endpoint whose curves and risks are given up last.
    """
    places, groups = _read_results(results)
    ticks, states = _read_risk_table(risk_table)
    rules: list[Rule] = []
    for (endpoint, _, estimand), counts in groups.items():
        tabled = {what: tick for what, tick in states.items() if what[1] == endpoint}
        known = tabled | groups.get((endpoint, "primary", estimand), {}) | counts
        rules += _of_arms(counts)
        rules += (rule for rule in _of_arms(known) if rule.is_equal)
        rules += _of_pieces(known)
        rules += _of_times(counts)
        rules += (rule for what, tick in states.items() for rule in order(tick, counts.get(what)))
    rules += _of_levels(groups)
    rules += _of_factors(groups)
    rules += _of_ticks(states)
    for composite in _composites(risk_table):
        rules += _of_composite(states, composite)
        for endpoint, analysis, estimand in groups:
            if endpoint == composite[0]:
                parts = [groups.get((name, analysis, estimand), {}) for name in composite[1:]]
                own = groups[endpoint, analysis, estimand]
                rules += _of_composite(own | parts[0] | parts[1], composite)
    found = [count for counts in groups.values() for count in counts.values()]
    return Printed(
        places | ticks,
        tuple({(frozenset(r.terms.items()), r.total, r.is_equal): r for r in rules}.values()),
        fixed=frozenset(c for c in found if c.what[0] == "n" and c.what[2] == EVERYBODY),
        weights={c: _weight(c.what, primary) for c in (*found, *states.values())},
    )


def _weight(what: What, primary: str) -> float:
    """What is lost beside a count: events of an arm take its unweighted risk and curve along."""
    if BOTH in what:
        return TOTAL
    if what[0] != "n_event" or what[2] != EVERYBODY:
        return 1.0
    return OF_PRIMARY if what[1] == primary else OF_CURVE


def _read_results(results: pd.DataFrame) -> tuple[dict[Place, Count], dict[Group, Counts]]:
    """Counts of the results by place, and by what they count under each set of weights."""
    places: dict[Place, Count] = {}
    groups: dict[Group, Counts] = {}
    for position, row in enumerate(results.to_dict("records")):
        group = (row["endpoint"], row["analysis"], str(row["estimand"]).partition(":")[0])
        subgroup = row["analysis"] if row["analysis"].startswith(SUBGROUP) else EVERYBODY
        level = EVERYBODY if pd.isna(row["subgroup"]) else row["subgroup"]
        if row["analysis"] == RISK_FACTORS:  # of a level, or of the model that the level is in
            subgroup, level = RISK_FACTORS, (row["measure"], row["term"])
        arm = BOTH if pd.isna(row["arm"]) else row["arm"]
        for column in COUNTED:
            if pd.notna(row[column]):
                until = EVER if column == "n" else _until(row)
                what = (column, group[0], subgroup, level, arm, until)
                count = Count(what, int(row[column]))
                places[Place("results", position, column)] = count
                groups.setdefault(group, {}).setdefault(what, count)
    return places, groups


def _until(row: Mapping[Hashable, Any]) -> Any:
    """Time up to which a row counts; a piece of time, or a kind of toxicity, by its name."""
    measure = str(row["measure"])
    if row["model"] == PIECEWISE and pd.notna(row["term"]):
        return ("piece", row["term"])
    if measure.startswith(OF_TERMS):
        kind = measure.removesuffix("_difference").removesuffix("_ratio")
        return (kind, row["term"], str(row["time"]))
    return EVER if pd.isna(row["time"]) else float(row["time"])


def _of_arms(counts: Counts) -> Iterator[Rule]:
    """The two arms make up both, and pieces of time the whole."""
    arms: dict[What, list[Count]] = {}
    pieces: dict[What, list[Count]] = {}
    for what, count in counts.items():
        if what[4] != BOTH:
            arms.setdefault((*what[:4], BOTH, what[5]), []).append(count)
        elif _is_piece(what):
            pieces.setdefault((*what[:5], EVER), []).append(count)
    for parts in (arms, pieces):
        for what, found in parts.items():
            yield from total(counts.get(what), found)


def _is_piece(what: What) -> bool:
    """Whether what is counted is of a piece of time."""
    return isinstance(what[5], tuple) and what[5][0] == "piece"


def _of_pieces(counts: Counts) -> Iterator[Rule]:
    """A piece of time holds what both arms had at its end, but not yet at its start."""
    for what, piece in counts.items():
        if not _is_piece(what):
            continue
        start, end = (
            [c for w, c in counts.items() if (*w[:4], w[5]) == (*what[:4], at) and w[4] != BOTH]
            for at in _ends(what[5][1])
        )
        if end and sum(c.n for c in end) - sum(c.n for c in start) == piece.n:
            yield Rule({**dict.fromkeys(end, 1), **dict.fromkeys(start, -1), piece: -1})


def _ends(piece: str) -> tuple[float, float]:
    """Ends of a piece of time by its name: "6 to 12 months", "after 12 months"."""
    first, second, third, *_ = piece.split()
    return (float(second), EVER) if first == "after" else (float(first), float(third))


def _of_times(counts: Counts, *, is_falling: bool = False) -> Iterator[Rule]:
    """What was counted up to a time is among what was counted up to a later one, or vice versa."""
    lines: dict[What, list[tuple[float, Count]]] = {}
    for what, count in counts.items():
        if isinstance(what[5], float):
            lines.setdefault(what[:5], []).append((what[5], count))
    for line in lines.values():
        in_time = sorted(line, key=lambda pair: pair[0], reverse=is_falling)
        for (_, smaller), (_, larger) in pairwise(in_time):
            yield from order(smaller, larger)


def _of_levels(groups: Mapping[Group, Counts]) -> Iterator[Rule]:
    """The levels of a subgroup make up everybody, or are among them."""
    for (endpoint, analysis, estimand), counts in groups.items():
        everybody = groups.get((endpoint, "primary", estimand), {})
        if not analysis.startswith(SUBGROUP):
            continue
        levels: dict[What, list[Count]] = {}
        for what, count in counts.items():
            if what[3] != EVERYBODY:
                levels.setdefault((*what[:2], EVERYBODY, EVERYBODY, *what[4:]), []).append(count)
        for what, parts in levels.items():
            yield from total(everybody.get(what), parts)


def _of_factors(groups: Mapping[Group, Counts]) -> Iterator[Rule]:
    """The levels of a factor make up the rows that have it, and other factors give the sum."""
    factors: dict[What, list[Count]] = {}
    for (_, analysis, _), counts in groups.items():
        for what, count in counts.items():
            if analysis == RISK_FACTORS and what[3][0] == "cumulative_incidence":
                factor = what[3][1].partition("=")[0]
                factors.setdefault((*what[:3], factor, *what[4:]), []).append(count)
    yield from map(known_sum, factors.values())


def _read_risk_table(risk_table: pd.DataFrame) -> tuple[dict[Place, Count], Counts]:
    """Counts of the risk tables.

    Events up to a time are those of the results where they agree; at risk and censored are those of
    other endpoints where they agree, as follow-up often ends alike.
    """
    places: dict[Place, Count] = {}
    counts: Counts = {}
    for position, row in enumerate(risk_table.to_dict("records")):
        for state in STATES:
            where = (row["endpoint"], EVERYBODY, EVERYBODY, row["arm"], float(row["time"]))
            if pd.isna(row[state]):
                continue
            n = int(row[state])
            is_shared = state not in COUNTED
            count = Count(
                (state, row["level_unit"], *where[3:], n) if is_shared else (state, *where), n
            )
            counts[(state, *where)] = places[Place("risk_table", position, state)] = count
    return places, counts


def _composites(risk_table: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Endpoints whose events are those of two others, in each arm at every time.

    By its definition one endpoint is often the union of two that exclude one another; here it is
    recognised by its counts, as a reader would.
    """
    keys = ["level_unit", "arm", "time"]
    wide = risk_table.astype({"n_event": float}).pivot_table("n_event", keys, "endpoint")
    for whole, one, other in permutations(wide.columns, 3):
        three = wide[[whole, one, other]].dropna()
        is_sum = len(three) > 0 and (three[whole] == three[one] + three[other]).all()
        if one < other and is_sum and three[whole].any():
            yield str(whole), str(one), str(other)


def _of_composite(counts: Counts, composite: tuple[str, str, str]) -> Iterator[Rule]:
    """The events of a composite are those of its parts."""
    whole, one, other = composite
    for what, count in counts.items():
        if what[:2] == ("n_event", whole):
            parts = [counts.get(("n_event", name, *what[2:])) for name in (one, other)]
            yield from (rule for rule in total(count, parts) if rule.is_equal)


def _of_ticks(states: Counts) -> Iterator[Rule]:
    """At each time the states make up the arm; events and censorings gather, those at risk go."""
    ticks: dict[What, list[Count]] = {}
    for what, count in states.items():
        ticks.setdefault(what[1:], []).append(count)
    yield from (known_sum(counts) for counts in ticks.values())
    rising = {w: c for w, c in states.items() if w[0] in ("n_event", "n_competing", "n_censored")}
    yield from _of_times(rising)
    falling = ("n_to_enter",) if any(_entering(states)) else ("n_to_enter", "n_risk")
    yield from _of_times({w: c for w, c in states.items() if w[0] in falling}, is_falling=True)


def _entering(states: Counts) -> Iterator[int]:
    """Rows still to enter: where there are some, those at risk may grow."""
    yield from (count.n for what, count in states.items() if what[0] == "n_to_enter")
