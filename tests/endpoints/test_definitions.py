"""Other definitions of one endpoint, each on a few rows worked by hand (start 2024-01-01)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import CohortError, NotEstimableError
from spine_outcomes.study.endpoint import Endpoint

Derive = Callable[..., Outcome]

ROW: dict[str, Any] = {
    "start": "2024-01-01", "failed": "0", "seen": None, "dead": "0", "death": None,
    "clean_image": None, "last_image": "2024-03-01", "enrolled": None, "last_contact": None,
    "size": "1", "kind": None,
}  # fmt: skip
FAILED = ROW | {"failed": "1", "seen": "2024-02-10"}  # day 40
PROCEDURE = {"procedure": [{"date": "enrolled"}]}  # the column stands for a day of a procedure


def ends(found: Outcome) -> list[tuple[float, int]]:
    """Time and status of each row."""
    return list(zip(found.time.tolist(), found.status.tolist(), strict=True))


def codes(found: Outcome) -> dict[str, int | None]:
    """Code and number of each finding."""
    return {finding.code: finding.n for finding in found.findings}


def with_source(endpoint: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """The endpoint with more keys in the source of its event."""
    return endpoint | {"event": [endpoint["event"][0] | keys]}


@pytest.mark.parametrize(
    ("dating", "days"),
    [("first_image", (40, 40)), ("confirmation", (60, 40)), ("midpoint", (30, 20))],
)
def test_an_event_is_dated_as_the_endpoint_says(
    outcome: Derive, failure: dict[str, Any], dating: str, days: tuple[float, float]
) -> None:
    """Clean on day 20, seen on 40, confirmed on 60; without either: from the origin."""
    endpoint = with_source(failure, confirmed="enrolled", last_clean="clean_image")
    rows = [FAILED | {"clean_image": "2024-01-21", "enrolled": "2024-03-01"}, FAILED]
    found = outcome(rows, endpoint | {"dating": dating})
    assert ends(found) == [(days[0], 1), (days[1], 1)]
    assert codes(found) == ({"W_UNCONFIRMED": 1} if dating == "confirmation" else {})
    assert found.lower.tolist() == [20, 0]
    assert found.upper.tolist() == [40, 40]


def test_at_the_cut_off_what_is_not_confirmed_is_not_known(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Seen on day 40, confirmed on 60, cut off on 50: an event by first image only."""
    endpoint = with_source(failure, confirmed="enrolled")
    rows = [FAILED | {"enrolled": "2024-03-01", "last_image": "2024-02-10"}]
    assert ends(outcome(rows, endpoint, cutoff="2024-02-20")) == [(40, 1)]
    late = outcome(rows, endpoint | {"dating": "confirmation"}, cutoff="2024-02-20")
    assert ends(late) == [(40, 0)]


def test_bounds_of_rows_without_event(outcome: Derive, failure: dict[str, Any]) -> None:
    """Right-censored at the last image, also where death came later; no clean image: exact."""
    rows = [ROW, ROW | {"dead": "1", "death": "2024-04-10"}, FAILED]
    found = outcome(rows, failure)
    assert ends(found) == [(60, 0), (100, 2), (40, 1)]
    assert found.lower.tolist() == [60, 60, 40]
    assert found.upper.tolist() == [np.inf, np.inf, 40]


def test_bounds_of_an_event_on_day_zero(outcome: Derive, failure: dict[str, Any]) -> None:
    """Moved to half a day, its upper bound moves with it."""
    found = outcome([FAILED | {"seen": "2024-01-01"}, FAILED], failure)
    assert (found.time[0], found.lower[0], found.upper[0]) == (0.5, 0, 0.5)


@pytest.mark.parametrize(
    ("column", "day"), [("clean_image", "2024-02-10"), ("enrolled", "2024-02-09")]
)
def test_a_clean_image_after_the_event_is_a_fault(
    outcome: Derive, failure: dict[str, Any], column: str, day: str
) -> None:
    """Clean on the day of the event, or confirmed before it: an interval of no length or less."""
    endpoint = with_source(failure, confirmed="enrolled", last_clean="clean_image")
    with pytest.raises(CohortError) as caught:
        outcome([FAILED | {column: day}], endpoint)
    (found,) = caught.value.problems
    assert (found.code, found.column, found.value) == ("E_DATE_ORDER", column, day)


@pytest.mark.parametrize(
    ("counts_as", "expected"),
    [
        ("event", [(40, 1), (50, 1), (60, 0), (30, 1)]),
        ("competing", [(40, 1), (50, 3), (60, 0), (30, 3)]),
        ("censoring", [(40, 1), (50, 0), (60, 0), (30, 0)]),
    ],
)
def test_a_procedure_without_an_event_of_record(
    outcome: Derive, failure: dict[str, Any], counts_as: str, expected: list[tuple[float, int]]
) -> None:
    """Event on 40, procedure on 50; procedure alone; neither; procedure on 30, event on 40."""
    rows = [
        FAILED | {"enrolled": "2024-02-20"},
        ROW | {"enrolled": "2024-02-20"},
        ROW,
        FAILED | {"enrolled": "2024-01-31"},
    ]
    found = outcome(rows, failure | {"salvage": PROCEDURE | {"counts_as": counts_as}})
    assert ends(found) == expected
    assert found.competing == (("death", "salvage") if counts_as == "competing" else ("death",))
    (finding,) = (f for f in found.findings if f.code == "W_SALVAGE")
    assert finding.n == 2
    assert "1 had the event on record at most 60 days before" in finding.text()


def test_an_event_long_before_its_procedure_is_told_apart(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Event on day 40, procedure on 101: 61 days, not its consequence, and still the event."""
    rows = [FAILED | {"enrolled": "2024-04-11"}]
    found = outcome(rows, failure | {"salvage": PROCEDURE | {"counts_as": "event"}})
    assert ends(found) == [(40, 1)]
    (finding,) = found.findings
    assert "0 had the event on record at most 60 days before it and 1 longer" in finding.text()


def test_a_procedure_ends_observation_at_the_last_image_at_the_latest(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Last image on day 60, procedure on 101: nobody looked in between."""
    rows = [ROW | {"enrolled": "2024-04-11"}]
    found = outcome(rows, failure | {"salvage": PROCEDURE | {"counts_as": "censoring"}})
    assert ends(found) == [(60, 0)]


def test_a_death_long_after_the_last_image_does_not_compete(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Last image on day 60: a death 183 days later counts, one 184 days later ends there."""
    rows = [
        ROW | {"dead": "1", "death": "2024-08-31"},
        ROW | {"dead": "1", "death": "2024-09-01"},
        FAILED | {"dead": "1", "death": "2024-12-31"},
    ]
    gap = {"death_gap": {"date": "death", "at_most": "183 days"}}
    found = outcome(rows, failure | gap)
    assert ends(found) == [(243, 2), (60, 0), (40, 1)]
    assert codes(found) == {"W_DEATH_GAP": 1}
    both = {"event": [*failure["event"], *failure["competing"]["death"]], "competing": {}}
    assert ends(outcome(rows, failure | both | gap)) == [(243, 1), (60, 0), (40, 1)]


def test_rows_that_cannot_have_the_event_are_not_at_risk(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """A cemented vertebra counted among those at risk lowers the incidence."""
    step = {"id": "R1", "label": "Small", "rule": {"column": "size", "at_most": 2}}
    population = {"population": {"name": "small ones", "eligibility": [step]}}
    rows = [FAILED, ROW | {"size": "9"}, ROW | {"size": None}, ROW]
    found = outcome(rows, failure | population)
    assert found.rows.tolist() == [0, 3]
    assert ends(found) == [(40, 1), (60, 0)]
    assert codes(found)["W_NOT_AT_RISK"] == 2
    with pytest.raises(NotEstimableError, match="no row is left"):
        outcome([ROW | {"size": "9"}], failure | population)


def test_a_kind_that_is_no_event(outcome: Derive, failure: dict[str, Any]) -> None:
    """Kind 2 is another site: left out by ``unless``; an unknown kind stays an event (X58)."""
    rows = [FAILED | {"kind": "2"}, FAILED | {"kind": "1"}, FAILED]
    assert ends(outcome(rows, failure)) == [(40, 1)] * 3
    other = with_source(failure, unless=[{"column": "kind", "equals": "2"}])
    assert ends(outcome(rows, other)) == [(60, 0), (40, 1), (40, 1)]
    known = with_source(failure, where=[{"column": "kind", "equals": "1"}])
    assert ends(outcome(rows, known)) == [(60, 0), (40, 1), (60, 0)]


def test_late_and_acute_events(outcome: Derive, failure: dict[str, Any]) -> None:
    """Day 90 is acute and day 91 late: later than 90 days, at most 90 days."""
    rows = [FAILED | {"seen": "2024-03-31"}, FAILED | {"seen": "2024-04-01"}]
    rows = [row | {"last_image": "2024-12-31"} for row in rows]
    late = outcome(rows, with_source(failure, after="90 days"))
    acute = outcome(rows, with_source(failure, until="90 days"))
    assert ends(late) == [(365, 0), (91, 1)]
    assert ends(acute) == [(90, 1), (365, 0)]


def test_an_assessment_at_a_planned_time(outcome: Derive, failure: dict[str, Any]) -> None:
    """A response three months after the start (91 days), where only the visit is known."""
    response = failure | {
        "event": [{"flag": "kind", "equals": "1", "date": "start", "plus": "3 months"}]
    }
    rows = [ROW | {"kind": "1"}, ROW | {"kind": "2", "last_image": "2024-12-31"}]
    found = outcome(rows, response)
    assert ends(found) == [(91, 1), (365, 0)]
    assert codes(found) == {}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"after": "90 days", "until": "60 days"}, "after must be shorter than until"),
        ({"plus": "3 months", "last_clean": "clean_image"}, "no last_clean"),
    ],
)
def test_a_source_that_contradicts_itself(
    failure: dict[str, Any], keys: dict[str, Any], words: str
) -> None:
    """A window without any day in it, a clean image before an assessment without date."""
    with pytest.raises(ValidationError, match=words):
        Endpoint.model_validate(with_source(failure, **keys))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"dating": "midpoint"}, "dating: midpoint needs the key last_clean"),
        ({"dating": "confirmation"}, "dating: confirmation needs the key confirmed"),
        ({"death_gap": {"date": "deaths", "at_most": "1 day"}}, "did you mean 'death'?"),
    ],
)
def test_a_switch_that_nothing_serves(
    outcome: Derive, failure: dict[str, Any], keys: dict[str, Any], words: str
) -> None:
    """A switch without the column it needs would change nothing, in silence."""
    with pytest.raises(ValidationError) as caught:
        outcome([ROW], failure | keys)
    assert words.replace("?", "") in str(caught.value)
