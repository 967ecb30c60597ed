"""Enrolment: rates, and the time to the target, against published limits and simulation."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.analysis.look.accrual import accrual_frame, accrual_summary, waiting_time
from spine_outcomes.analysis.look.results import Group, LookFacts
from spine_outcomes.cohort.comparison import day_number
from spine_outcomes.study.interim import PlannedAccrual

START = datetime.date(2020, 1, 1)
PLANNED = PlannedAccrual.model_validate(
    {"date": "entry", "patients": 100, "start": START, "duration": "20 months"}
)


def look(cutoff: datetime.date) -> LookFacts:
    """The first look, with this cut-off."""
    return LookFacts(1, cutoff, "open", None, is_last=False)


def everybody(n: int) -> list[Group]:
    """All of n patients."""
    return [Group("all", np.ones(n, dtype=bool))]


def test_waiting_times_are_quantiles_of_a_ratio_of_gammas() -> None:
    """β (m/α) F(2m, 2α): the F distribution gives the same quantiles as the beta prime."""
    probability = np.array([0.025, 0.5, 0.975])
    n, elapsed, further = 40.0, 10.0, 60.0
    by_f = elapsed * further / (n + 0.5) * stats.f.ppf(probability, 2 * further, 2 * (n + 0.5))
    np.testing.assert_allclose(waiting_time(n, elapsed, further, probability), by_f, rtol=1e-9)


@pytest.mark.parametrize("rate", [2.0, 8.0])
def test_nineteen_of_twenty_intervals_hold_the_time_to_the_target(rate: float) -> None:
    """An interval for the mean of the time would be far too short for the time itself."""
    rng = np.random.default_rng(20240906)
    n_rounds, elapsed, target = 4000, 12.0, 100
    came = rng.poisson(rate * elapsed, n_rounds)
    is_open = (came > 0) & (came < target)
    later = rng.gamma(target - came[is_open]) / rate
    tails = np.array([0.025, 0.975])
    limits = [waiting_time(n, elapsed, target - n, tails) for n in came[is_open]]
    low, high = np.array(limits).T
    covered = ((low <= later) & (later <= high)).mean()
    # Jeffreys' prior covers to within 1 %; the Monte-Carlo error adds three times 0.0035.
    assert covered == pytest.approx(0.95, abs=0.02)


def test_rates_have_the_exact_limits_of_a_poisson_count() -> None:
    """Ten patients: 4.795 to 18.390 (Garwood's table), here a month over ten months."""
    day = day_number(START) + np.arange(10.0)
    cutoff = START + datetime.timedelta(days=304)  # 9.988 months
    frame = accrual_summary(day, everybody(10), PLANNED, look(cutoff), 0.95).set_index("measure")
    months = 304 / 30.4375
    assert frame.loc["rate", "value"] == pytest.approx(10 / months)
    assert frame.loc["rate", "lower"] * months == pytest.approx(4.795, abs=5e-4)
    assert frame.loc["rate", "upper"] * months == pytest.approx(18.390, abs=5e-4)
    assert frame.loc["planned", "value"] == pytest.approx(100 * months / 20)


def test_a_reached_target_takes_no_more_time() -> None:
    """After the last patient nobody comes, and the rate is that of the time until then."""
    day = day_number(START) + np.linspace(0, 609, 100)
    cutoff = datetime.date(2024, 1, 1)
    frame = accrual_summary(day, everybody(100), PLANNED, look(cutoff), 0.95).set_index("measure")
    assert frame.loc["months_to_target", "value"] == 0
    assert frame.loc["rate", "value"] == pytest.approx(100 / (609 / 30.4375))
    drawn = accrual_frame(day, everybody(100), PLANNED, look(cutoff), "months")
    assert "predicted" not in set(drawn["kind"])


def test_the_curve_counts_patients_up_to_each_day() -> None:
    """A patient enrolled on the day of the cut-off is in the last point and not before."""
    cutoff = datetime.date(2020, 3, 1)
    day = day_number(START) + np.array([0.0, 10.0, 60.0])
    frame = accrual_frame(day, everybody(3), PLANNED, look(cutoff), "days")
    enrolled = frame[frame["kind"] == "enrolled"]
    assert enrolled["n"].tolist() == [1, 2, 3]
    assert enrolled["time"].iloc[-1] == 60
    fan = frame[(frame["kind"] == "predicted") & (frame["level"] == 0.95)]
    assert (fan["upper"] <= 100).all()
    assert (fan["lower"] <= fan["n"]).all()
