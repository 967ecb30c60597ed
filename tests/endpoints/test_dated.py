"""Endpoints made of dates: the traps of the field, worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import CohortError
from spine_outcomes.survival.kaplan_meier import kaplan_meier

Derive = Callable[..., Outcome]
Rows = list[dict[str, Any]]

ROW: dict[str, Any] = {
    "start": "2024-01-01", "failed": "0", "seen": None, "dead": "0", "death": None,
    "last_image": None, "last_contact": None,
}  # fmt: skip
FAILED = ROW | {"failed": "1"}
DEAD = ROW | {"dead": "1"}


def ends(found: Outcome) -> list[tuple[float, int]]:
    """Time and status of each row."""
    return list(zip(found.time.tolist(), found.status.tolist(), strict=True))


def counted(found: Outcome) -> dict[str, int | None]:
    """Code and number of each finding."""
    return {finding.code: finding.n for finding in found.findings}


def test_the_earliest_source_wins(outcome: Derive, failure: dict[str, Any]) -> None:
    """Failure before death, death before failure, neither: states 1, 2, 0."""
    rows = [
        FAILED | {"dead": "1", "seen": "2024-01-11", "death": "2024-01-21"},
        FAILED | {"dead": "1", "seen": "2024-01-21", "death": "2024-01-11"},
        ROW | {"last_image": "2024-01-31"},
    ]
    found = outcome(rows, failure)
    assert ends(found) == [(10, 1), (10, 2), (30, 0)]
    assert (found.unit, found.competing, found.level) == ("days", ("death",), "lesion")
    assert found.rows.tolist() == [0, 1, 2]
    assert found.entry is None


def test_several_sources_of_one_event(outcome: Derive, failure: dict[str, Any]) -> None:
    """Failure or death, whichever comes first: one event from two sources."""
    both = failure | {"event": [*failure["event"], *failure["competing"]["death"]], "competing": {}}
    rows = [
        FAILED | {"dead": "1", "seen": "2024-01-21", "death": "2024-01-11"},
        FAILED | {"seen": "2024-01-21", "death": None},
    ]
    assert ends(outcome(rows, both)) == [(10, 1), (20, 1)]


def test_competing_events_are_numbered_in_the_plans_order(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Numbers that follow anything else would put one cause in another's place."""
    typed = failure | {
        "event": [{"flag": "kind", "equals": "2", "date": "seen"}],
        "competing": {
            "other_failure": [{"flag": "kind", "equals": ["1"], "date": "seen"}],
            "death": failure["competing"]["death"],
        },
    }
    rows = [
        FAILED | {"kind": "2", "seen": "2024-01-11"},
        FAILED | {"kind": "1", "seen": "2024-01-11"},
        DEAD | {"kind": None, "seen": None, "death": "2024-01-11"},
    ]
    found = outcome(rows, typed)
    assert found.status.tolist() == [1, 2, 3]
    assert found.competing == ("other_failure", "death")


def test_a_source_without_a_flag_happens_where_there_is_a_date(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """A date of relapse needs no second column that says so."""
    dated = failure | {"event": [{"date": "seen"}], "competing": {}}
    rows = [
        ROW | {"seen": "2024-01-11", "last_image": "2024-01-11"},
        ROW | {"seen": None, "last_image": "2024-01-21"},
    ]
    assert ends(outcome(rows, dated)) == [(10, 1), (20, 0)]


def test_trap_2_on_one_day_the_event_comes_before_the_death(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Image and death on 2025-03-10: the failure was seen; the finding counts such rows."""
    both = FAILED | {"dead": "1", "seen": "2025-03-10", "death": "2025-03-10"}
    found = outcome([both, FAILED | {"seen": "2024-02-01"}], failure)
    assert found.status.tolist() == [1, 1]
    assert counted(found) == {"N_SAME_DAY": 1}


def test_two_sources_of_one_event_on_one_day_are_no_tie(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Only an order that decides the state is worth a word."""
    twice = failure | {"event": failure["event"] * 2}
    assert counted(outcome([FAILED | {"seen": "2024-02-01"}], twice)) == {}


def test_a_death_after_the_last_image_is_a_competing_event(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Censored at the last image it would vanish from the incidence of death."""
    row = DEAD | {"last_image": "2024-01-11", "death": "2024-03-01"}
    assert ends(outcome([row], failure)) == [(60, 2)]


def test_trap_3_an_event_before_the_origin_is_a_fault(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """A fracture seen on 2024-02-27 was there before 2024-03-01: both dates, three days."""
    row = FAILED | {"start": "2024-03-01", "seen": "2024-02-27", "last_image": "2024-04-01"}
    with pytest.raises(CohortError) as caught:
        outcome([row], failure)
    (found,) = caught.value.problems
    assert (found.code, found.column, found.value) == ("E_NEGATIVE_TIME", "seen", "2024-02-27")
    assert "before start = 2024-03-01 (3 days)" in str(found)


@pytest.mark.parametrize("column", ["seen", "death", "last_image"])
def test_every_date_before_the_origin_is_a_fault(
    outcome: Derive, failure: dict[str, Any], column: str
) -> None:
    """Even one that another source hides: the row is wrong somewhere."""
    row = FAILED | {
        "dead": "1", "seen": "2024-02-01", "death": "2024-02-01", "last_image": "2024-02-01",
        column: "2023-12-31",
    }  # fmt: skip
    with pytest.raises(CohortError) as caught:
        outcome([row], failure)
    assert [p.column for p in caught.value.problems] == [column]


@pytest.mark.parametrize(("choice", "time"), [("half_day", 0.5), ("keep", 0.0)])
def test_trap_3_r11_an_event_on_the_first_day(
    outcome: Derive, failure: dict[str, Any], choice: str, time: float
) -> None:
    """Dropped in silence, the earliest events would be lost; every choice is counted."""
    rows = [FAILED | {"seen": "2024-01-01"}, ROW | {"last_image": "2024-01-01"}]
    found = outcome(rows, failure | {"time_zero": choice})
    assert ends(found) == [(time, 1), (0, 0)]
    assert counted(found) == {"W_TIME_ZERO": 1}


def test_trap_3_an_event_on_the_first_day_may_be_a_fault(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Where the plan says that such an event was there before."""
    with pytest.raises(CohortError, match="E_TIME_ZERO"):
        outcome([FAILED | {"seen": "2024-01-01"}], failure | {"time_zero": "error"})


TRAP_4 = FAILED | {
    "start": "2024-01-15", "seen": "2026-07-15", "last_image": "2026-07-15",
    "clean_image": "2026-04-01", "last_contact": "2026-07-20",
}  # fmt: skip


def test_trap_4_after_the_cut_off_nothing_is_known(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """The last image known on 2026-06-30 is that of 2026-04-01: censored at 807 days, not 897."""
    known = failure | {"censor": {"date": "last_image", "or_before": ["seen", "clean_image"]}}
    found = outcome([TRAP_4], known, cutoff="2026-06-30")
    assert ends(found) == [(807, 0)]
    assert counted(found) == {"W_AFTER_CUTOFF": 2}


def test_trap_4_the_cut_off_itself_where_no_earlier_date_is_named(
    outcome: Derive, failure: dict[str, Any], survival: dict[str, Any]
) -> None:
    """Alive on 2026-07-20 is alive at the cut-off, day 897; so is free of failure, if planned."""
    assert ends(outcome([TRAP_4], survival, cutoff="2026-06-30")) == [(897, 0)]
    assert ends(outcome([TRAP_4], failure, cutoff="2026-06-30")) == [(897, 0)]


def test_the_day_of_the_cut_off_belongs_to_the_study(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """An event on the day itself was seen."""
    row = FAILED | {"seen": "2024-06-30"}
    assert outcome([row], failure, cutoff="2024-06-30").status.tolist() == [1]
    assert outcome([row], failure, cutoff="2024-06-29").status.tolist() == [0]


def test_a_death_after_the_cut_off_is_unseen(outcome: Derive, failure: dict[str, Any]) -> None:
    """A later death must not take the place of the censoring."""
    row = DEAD | {"death": "2024-08-01", "last_image": "2024-03-01"}
    found = outcome([row], failure, cutoff="2024-06-30")
    assert ends(found) == [(60, 0)]
    assert counted(found) == {"W_AFTER_CUTOFF": 1}


def test_a_cut_off_after_everything_changes_nothing(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """A cut-off in the future must leave no trace."""
    rows = [FAILED | {"seen": "2024-03-01"}, ROW | {"last_image": "2024-05-01"}]
    found = outcome(rows, failure, cutoff="2030-01-01")
    assert ends(found) == ends(outcome(rows, failure))
    assert counted(found) == {}


def test_trap_5_an_endpoint_of_images_ends_at_the_last_image(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Four rows in months: failure 9; last images 6, 12, 6, contacts 24, 24, 18. S(9) = 1/2.

    Two are at risk at 9. Taking the contacts for images would leave four at risk: 3/4.
    """
    month = {6: "2024-07-01", 9: "2024-10-01", 12: "2025-01-01", 18: "2025-07-01", 24: "2026-01-01"}
    rows = [
        FAILED | {"seen": month[9], "last_image": month[9], "last_contact": month[9]},
        ROW | {"last_image": month[6], "last_contact": month[24]},
        ROW | {"last_image": month[12], "last_contact": month[24]},
        ROW | {"last_image": month[6], "last_contact": month[18]},
    ]
    found = outcome(rows, failure)
    event_day = float(found.time[0])
    right = kaplan_meier(found.time, found.status, times=[event_day]).value[0]
    contact = outcome(rows, failure | {"imaging_end": "last_contact"})
    wrong = kaplan_meier(contact.time, contact.status, times=[event_day]).value[0]
    np.testing.assert_allclose([right, wrong], [0.5, 0.75], rtol=1e-12)


def test_three_ends_of_imaging(outcome: Derive, failure: dict[str, Any]) -> None:
    """Last image day 60, contact day 200; 3 months are 91 days: 60, 200, 151."""
    row = ROW | {"last_image": "2024-03-01", "last_contact": "2024-07-19"}
    times = {
        end: outcome([row], failure | {"imaging_end": end}).time[0]
        for end in ("last_scan", "last_contact", "scan_plus_interval")
    }
    assert times == {"last_scan": 60, "last_contact": 200, "scan_plus_interval": 151}


def test_one_interval_more_goes_no_further_than_contact_and_cut_off(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Nobody is watched beyond the last contact or the cut-off."""
    plus = failure | {"imaging_end": "scan_plus_interval"}
    row = ROW | {"last_image": "2024-03-01", "last_contact": "2024-04-10"}
    assert outcome([row], plus).time[0] == 100
    assert outcome([row], plus, cutoff="2024-03-21").time[0] == 80
    unknown = row | {"last_contact": None}
    assert outcome([unknown, row], plus).time.tolist() == [60, 100]


def test_rows_without_an_image_stay_and_add_nothing(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Trap 7: requiring an image lets the early dead vanish. Kept at time 0, counted by arm."""
    rows = [
        ROW | {"arm": "a", "last_image": None, "death": None},
        ROW | {"arm": "b", "last_image": None, "death": None},
        ROW | {"arm": "b", "last_image": None, "death": None},
        DEAD | {"arm": "b", "last_image": None, "death": "2024-02-01"},
    ]
    found = outcome(rows, failure)
    assert ends(found) == [(0, 0), (0, 0), (0, 0), (31, 2)]
    (finding,) = found.findings
    assert (finding.code, finding.n) == ("W_NO_FOLLOW_UP", 3)
    assert "1 in arm a, 2 in arm b" in finding.text()
    assert (finding.section, finding.endpoint) == ("outcomes", "endpoint")


def test_trap_7_the_early_dead_count_in_the_denominator(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """100 treated, 12 dead before an image, 60 alive at 12 months: 60 %, not 60/88 = 68 %."""
    alive = failure | {"event": failure["competing"]["death"], "competing": {}}
    rows = [DEAD | {"death": "2024-02-01", "last_image": None}] * 12
    rows += [DEAD | {"death": "2024-08-01", "last_image": "2024-04-01"}] * 28
    rows += [ROW | {"death": None, "last_image": "2025-06-01"}] * 60
    found = outcome([dict(row) for row in rows], alive)
    at_12_months = kaplan_meier(found.time, found.status, times=[365.25]).value[0]
    np.testing.assert_allclose(at_12_months, 0.60, rtol=1e-12)


def test_r09_an_event_without_its_date(outcome: Derive, failure: dict[str, Any]) -> None:
    """A flag that says failed and no date: neither censored nor an event can be right."""
    rows = [FAILED | {"seen": None}, DEAD | {"death": None}]
    with pytest.raises(CohortError) as caught:
        outcome([rows[0] | {"death": None}, rows[1] | {"seen": None}], failure)
    assert [(p.code, p.column, p.line) for p in caught.value.problems] == [
        ("E_NO_DATE", "seen", 2),
        ("E_NO_DATE", "death", 3),
    ]


def test_an_origin_that_is_missing(outcome: Derive, failure: dict[str, Any]) -> None:
    """Without day 0 there is no time."""
    with pytest.raises(CohortError, match="E_ORIGIN_MISSING"):
        outcome([ROW | {"start": None}, ROW], failure)


def test_rows_that_start_after_the_cut_off_are_refused(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """They are left out by the selection; here they would have a negative time."""
    with pytest.raises(CohortError, match="E_AFTER_CUTOFF"):
        outcome([ROW | {"last_image": "2024-02-01"}], failure, cutoff="2023-06-30")


def test_an_unknown_state_is_counted(outcome: Derive, failure: dict[str, Any]) -> None:
    """Blank is not no: a row that does not say counts as without, and the reader is told."""
    rows = [
        ROW | {"failed": None, "last_image": "2024-03-01", "seen": None, "death": None},
        ROW | {"dead": None, "death": "2024-02-01", "last_image": "2024-03-01"},
        ROW | {"dead": "9", "last_image": "2024-03-01"},
    ]
    found = outcome(rows, failure)
    assert ends(found) == [(60, 0)] * 3
    assert counted(found) == {"W_UNKNOWN_STATUS": 2}


def test_a_source_counts_any_of_several_codes(outcome: Derive, failure: dict[str, Any]) -> None:
    """A list of codes is any of them."""
    either = failure | {"event": [{"flag": "kind", "equals": ["1", "2"], "date": "seen"}]}
    rows = [
        FAILED | {"kind": kind, "seen": "2024-01-11", "last_image": "2024-02-01"}
        for kind in ("1", "2")
    ]
    assert outcome(rows, either).status.tolist() == [1, 1]


def test_delayed_entry(outcome: Derive, failure: dict[str, Any]) -> None:
    """Enrolled on day 31; enrolled before day 0 is watched from day 0."""
    late = failure | {"entry": "enrolled"}
    rows = [
        ROW | {"enrolled": "2024-02-01", "last_image": "2024-03-01"},
        ROW | {"enrolled": "2023-12-01", "last_image": "2024-03-01"},
    ]
    found = outcome(rows, late)
    assert found.entry is not None
    assert found.entry.tolist() == [31, 0]


def test_r53_entry_at_or_after_the_end_is_a_fault(outcome: Derive, failure: dict[str, Any]) -> None:
    """Observed for no time, a row cannot have an event."""
    rows = [
        ROW | {"enrolled": "2024-03-01", "last_image": "2024-03-01"},
        ROW | {"enrolled": "2024-03-02", "last_image": "2024-03-01"},
        ROW | {"enrolled": None, "last_image": "2024-03-01"},
    ]
    with pytest.raises(CohortError) as caught:
        outcome(rows[:2], failure | {"entry": "enrolled"})
    assert [p.code for p in caught.value.problems] == ["E_ENTRY", "E_ENTRY"]
    with pytest.raises(CohortError, match="E_ENTRY_MISSING"):
        outcome(rows[1:], failure | {"entry": "enrolled"})


def test_rows_never_watched_after_their_entry_are_left_out(
    outcome: Derive, failure: dict[str, Any]
) -> None:
    """Under delayed entry a row without follow-up is in no risk set; it is counted."""
    rows = [
        ROW | {"enrolled": "2024-02-01", "last_image": None},
        ROW | {"enrolled": "2024-02-01", "last_image": "2024-03-01"},
    ]
    found = outcome(rows, failure | {"entry": "enrolled"})
    assert found.rows.tolist() == [1]
    assert counted(found)["W_NOT_OBSERVED"] == 1


def test_trap_13_times_are_days(outcome: Derive, failure: dict[str, Any]) -> None:
    """Censored after 365 days is not at risk at 12 months, which are 365.25 days."""
    row = ROW | {"start": "2023-01-01", "last_image": "2024-01-01"}
    assert outcome([row], failure).time[0] == 365


def test_trap_11_a_leap_day_is_a_day(outcome: Derive, failure: dict[str, Any]) -> None:
    """From 2024-02-28 to 2024-03-01 are two days."""
    row = ROW | {"start": "2024-02-28", "last_image": "2024-03-01"}
    assert outcome([row], failure).time[0] == 2
