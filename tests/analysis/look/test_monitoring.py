"""The monitored comparison: boundaries by the information of the looks that were made."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.analysis.look.monitoring import HeldLook, monitored
from spine_outcomes.analysis.look.results import LookFacts
from spine_outcomes.study.interim import Interim

DAY = datetime.date(2024, 1, 1)


def interim(**changes: Any) -> Interim:
    """Three looks on information, one-sided 2.5 %, O'Brien-Fleming type, at most 100."""
    monitoring = {
        "endpoint": "relapse", "estimand": "ATE", "alpha": 0.025, "sides": 1,
        "maximum_information": 100, "hazard_ratio": 0.7,
    } | changes  # fmt: skip
    return Interim.model_validate(
        {
            "looks": [{"information": 0.5}, {"information": 0.75}, {"information": 1.0}],
            "accrual": {"date": "entry", "patients": 9, "start": DAY, "duration": "1 year"},
            "monitoring": monitoring,
        }
    )


def results(information: float, ratio: float, reason: str | None = None) -> pd.DataFrame:
    """The results of a look: a decoy, and the monitored hazard ratio."""
    row = {
        "endpoint": "relapse", "measure": "hazard_ratio", "model": "cox", "estimand": "ATE",
        "estimate": ratio, "std_error": information**-0.5,
        "status": "ok" if reason is None else "not_estimable", "reason": reason,
    }  # fmt: skip
    decoy = row | {"estimand": "unweighted", "estimate": 9.0}
    return pd.DataFrame([decoy, row])


def look(number: int) -> LookFacts:
    """One of the three looks."""
    return LookFacts(number, DAY, "unblinded", None, is_last=number == 3)


def held(number: int, information: float) -> HeldLook:
    """An earlier look."""
    return HeldLook(number, DAY, information, -1.0)


def bounds(found: pd.DataFrame) -> list[float]:
    """Bounds of the looks held."""
    return found.loc[~found["is_planned"].astype(bool), "upper"].round(6).tolist()


def test_bounds_follow_the_information_that_the_looks_had() -> None:
    """Published for 50, 75 and 110 of 100: 2.962588, 2.359018, 2.030714; overrunning spends all."""
    before = [held(1, 50.0), held(2, 75.0)]
    found = monitored(results(110.0, 0.95), interim(), look(3), before)
    assert bounds(found.looks) == [2.962588, 2.359018, 2.030714]
    assert [finding.code for finding in found.findings] == ["W_OVERRUN"]
    assert found.held == HeldLook(
        3, DAY, pytest.approx(110.0), pytest.approx(np.log(0.95) * 110**0.5)
    )


def test_a_last_look_with_less_information_spends_what_is_left() -> None:
    """Published for a last look at 95: 2.004144; by its fraction it would be 2.085955."""
    found = monitored(results(95.0, 0.95), interim(), look(3), [held(1, 50.0), held(2, 75.0)])
    assert bounds(found.looks)[-1] == 2.004144
    assert found.looks["alpha_spent"].iloc[-1] == pytest.approx(0.025)
    assert [finding.code for finding in found.findings] == ["W_UNDERRUN"]


def test_information_far_from_the_plan_is_a_caution() -> None:
    """Half of the information at a look planned with 75 of 100 changes what the committee can
    expect of the rest; a fifth more or less does not, and the last look says it in other words."""
    far, near = (
        monitored(results(information, 0.95), interim(), look(2), [held(1, 25.0)])
        for information in (50.0, 70.0)
    )
    (finding,) = far.findings
    assert (finding.code, finding.severity) == ("W_INFORMATION_PLAN", "caution")
    assert "50.0%" in finding.message
    assert "75.0%" in finding.message
    assert near.findings == ()
    last = monitored(results(40.0, 0.95), interim(), look(3), [])
    assert [(f.code, f.severity) for f in last.findings] == [("W_UNDERRUN", "caution")]


def test_a_look_that_nobody_unblinded_spends_nothing() -> None:
    """With the first look blinded, the second has the bound of a first look at 75 of 100."""
    found = monitored(results(75.0, 0.8), interim(), look(2), [])
    one_sided = found.looks["alpha_spent"].iloc[0]
    assert one_sided == pytest.approx(0.009649, abs=1e-6)  # all that 75 % may spend
    assert bounds(found.looks) == [pytest.approx(2.3397, abs=1e-4)]  # its normal quantile


def test_a_crossed_boundary_is_a_serious_finding_and_says_which_way() -> None:
    """A benefit is a ratio below 1, as planned; in a one-sided test harm crosses nothing."""
    benefit = monitored(results(50.0, 0.6), interim(), look(1), [])
    assert [f.code for f in benefit.findings] == ["W_BOUNDARY_CROSSED"]
    assert "towards benefit" in benefit.findings[0].message
    assert monitored(results(50.0, 1.7), interim(), look(1), []).findings == ()
    harm = monitored(results(50.0, 1.7), interim(sides=2, alpha=0.05), look(1), [])
    assert "towards harm" in harm.findings[0].message


def test_earlier_looks_with_more_information_are_left_out_and_named() -> None:
    """Information that shrinks has no boundary; leaving a look out silently would spend twice."""
    found = monitored(results(60.0, 0.9), interim(), look(2), [held(1, 70.0)])
    assert found.looks["look"].tolist()[0] == 2
    assert "W_INFORMATION" in [finding.code for finding in found.findings]


def test_without_an_estimate_there_is_a_reason_and_no_boundary() -> None:
    """A look that cannot be compared must not look like one that crossed nothing."""
    found = monitored(results(50.0, np.nan, "no event in arm b"), interim(), look(1), [])
    assert found.looks.empty
    assert found.held is None
    assert "no event in arm b" in found.findings[0].message


def test_looks_to_come_are_shown_at_their_planned_information() -> None:
    """The committee sees which bound the next look will have, and the power that was planned."""
    found = monitored(results(50.0, 0.8), interim(), look(1), [])
    assert found.looks["is_planned"].tolist() == [False, True, True]
    np.testing.assert_allclose(found.looks["fraction"], [0.5, 0.75, 1.0], rtol=1e-9)
    np.testing.assert_allclose(found.looks["upper"], [2.962588, 2.359018, 2.014083], atol=5e-7)
    measures = found.assessment.set_index("measure")["value"]
    assert 0 < measures["conditional_power:null"] < measures["conditional_power:planned"] < 1
