"""What a reader could work a hidden number of events out by, and what hiding it may cost."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.tables.complementary import Cells, hide
from spine_outcomes.tables.outcome_sums import of_outcomes

ARMS = {"narrow": 100, "wide": 90}
TICKS = (6.0, 12.0)
DEATHS = {"narrow": (20, 40), "wide": (18, 35)}
EDGE = {"narrow": (7, 13), "wide": (1, 7)}
INNER = {"narrow": (11, 25), "wide": (13, 30)}
WHOLE = {arm: tuple(map(sum, zip(EDGE[arm], INNER[arm], strict=True))) for arm in ARMS}
RELAPSES = {"relapse": WHOLE, "inner_relapse": INNER, "edge_relapse": EDGE}


def risk_table() -> pd.DataFrame:
    """Everybody is followed alike, and a relapse of the other kind competes with either kind."""
    rows = []
    for endpoint, events in RELAPSES.items():
        for arm, n in ARMS.items():
            for i, time in enumerate(TICKS):
                n_event, ended = events[arm][i], WHOLE[arm][i] + DEATHS[arm][i]
                n_censored = 6 + 3 * i
                rows.append(
                    {
                        "endpoint": endpoint, "level_unit": "lesion", "arm": arm, "time": time,
                        "n_risk": n - ended - n_censored, "n_event": n_event,
                        "n_competing": ended - n_event, "n_censored": n_censored, "n_to_enter": 0,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def pieces() -> pd.DataFrame:
    """Hazard ratios by time: each says how many events both arms had in its piece of time."""
    rows = []
    for endpoint, events in RELAPSES.items():
        early, all_of_them = (sum(events[arm][i] for arm in ARMS) for i in (0, 1))
        terms = {"0 to 6 months": early, "6 to 12 months": all_of_them - early}
        rows += [row_of(endpoint, "cox_piecewise", term, n) for term, n in terms.items()]
        rows.append(row_of(endpoint, "cox", "arm", all_of_them))
    return pd.DataFrame(rows)


def row_of(endpoint: str, model: str, term: str, n_event: int) -> dict[str, Any]:
    """A row of the results of both arms together."""
    return {
        "endpoint": endpoint, "analysis": "primary", "estimand": "ATE", "subgroup": None,
        "arm": None, "model": model, "measure": "hazard_ratio", "term": term, "time": float("nan"),
        "n": sum(ARMS.values()), "n_event": n_event, "n_competing": float("nan"),
    }  # fmt: skip


def hidden(results: pd.DataFrame) -> set[tuple[str, str, Any, Any]]:
    """Quantity, endpoint, arm and time of what is hidden of a made-up study."""
    printed = of_outcomes(results, risk_table(), "relapse")
    counts = {count: count.n for count in printed.places.values()}
    found = hide(Cells(counts, printed.rules, printed.fixed, printed.weights), 5)
    assert not found.narrow
    told = found.primary | found.complementary
    return {(count.what[0], count.what[1], count.what[-2], count.what[-1]) for count in told}


def test_the_other_kind_of_relapse_is_hidden_before_the_primary_endpoint() -> None:
    """14 relapses less 13 inside is 1 at the edge: the 13 must go, not the curve of the 14."""
    told = hidden(pieces())
    assert ("n_event", "edge_relapse", "wide", 6.0) in told
    assert ("n_event", "inner_relapse", "wide", 6.0) in told
    assert not [what for what in told if what[:2] == ("n_event", "relapse")]


def test_events_of_a_piece_of_time_are_hidden_where_an_arm_gives_the_other_back() -> None:
    """8 of both arms in the first 6 months less 7 of one arm is 1; 24 less 11 is the hidden 13."""
    told = hidden(pieces())
    assert ("n_event", "edge_relapse", "both", ("piece", "0 to 6 months")) in told
    assert ("n_event", "inner_relapse", "both", ("piece", "0 to 6 months")) in told
    shown = ("n_event", "relapse", "both", ("piece", "0 to 6 months"))
    assert shown not in told


def test_a_later_piece_gives_the_first_back_from_the_whole() -> None:
    """27 events in all less 19 after 6 months is the 8 of the first 6 months."""
    told = hidden(pieces())
    for endpoint in ("edge_relapse", "inner_relapse"):
        later = {("n_event", endpoint, "both", ("piece", "6 to 12 months"))}
        assert later & told or ("n_event", endpoint, "both", float("inf")) in told
