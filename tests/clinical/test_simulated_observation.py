"""What imaging shows of the latent outcomes, against a plain loop over lesions and visits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spine_outcomes.clinical.simulated_draw import Draw, draw_arrays
from spine_outcomes.clinical.simulated_observation import NEVER, VISIT_MONTHS

DAYS = 30.4375
CUTOFF_DAY = 2191  # 2019-01-01 to 2024-12-31


@pytest.fixture(scope="module", params=["equal", "focal_half_yearly"])
def draw(request: pytest.FixtureRequest) -> Draw:
    """A cohort under each schedule."""
    return draw_arrays(400, seed=8, schedule=request.param)


def first_image(visits: np.ndarray, months: float) -> int:
    """Day of the first visit at or after a time, by looking at each."""
    return min((int(day) for day in visits if day < NEVER and day >= months * DAYS), default=NEVER)


def test_an_event_is_dated_at_the_first_image_after_it(draw: Draw) -> None:
    """Dated earlier it would be known before it was seen; later, an image would be overlooked."""
    for arm in (0, 1):
        for row, visits in enumerate(draw.detection.visits[arm]):
            failure = min(draw.outcomes.in_field[arm, row], draw.outcomes.marginal[arm, row])
            fracture = draw.outcomes.fracture[arm, row]
            assert draw.detection.local_failure[arm, row] == first_image(visits, failure)
            assert draw.detection.fracture[arm, row] == first_image(visits, fracture)


def test_nothing_is_seen_after_death_loss_or_cutoff(draw: Draw) -> None:
    """An image after death is impossible, and one after the cut-off unknown."""
    seen, detection = draw.observation, draw.detection
    arm = draw.lesions.is_extended.astype(int)
    for row, patient in enumerate(draw.lesions.patient):
        last = seen.last_contact[row]
        assert last <= CUTOFF_DAY - draw.patients.start_day[patient]
        assert last <= math.ceil(draw.outcomes.death[row] * DAYS) == detection.death[row]
        assert (seen.death[row] == detection.death[row]) == (detection.death[row] == last)
        for found, all_of_it in (
            (seen.local_failure[row], detection.local_failure[arm[row], row]),
            (seen.fracture[row], detection.fracture[arm[row], row]),
        ):
            assert found == (all_of_it if all_of_it <= last else NEVER)
        dated = seen.visits[row][seen.visits[row] < NEVER]
        assert (dated <= last).all()
        assert (dated < detection.death[row]).all()
        assert seen.last_image[row] == (dated.max() if len(dated) else NEVER)


def test_the_lost_are_those_who_neither_died_nor_reached_the_cutoff(draw: Draw) -> None:
    """Loss and death of the same patient on different days cannot both be seen."""
    seen = draw.observation
    cutoff = (CUTOFF_DAY - draw.patients.start_day)[draw.lesions.patient]
    is_dead = seen.death < NEVER
    np.testing.assert_array_equal(seen.is_lost, ~is_dead & (seen.last_contact < cutoff))


def test_lesions_of_a_patient_share_death_loss_and_examinations() -> None:
    """One examination sees all lesions of a patient; under equal schedules all have its date."""
    draw = draw_arrays(400, seed=8)
    first = np.cumsum(draw.patients.n_lesions) - draw.patients.n_lesions
    of_first = first[draw.lesions.patient]
    np.testing.assert_array_equal(draw.outcomes.death, draw.outcomes.death[of_first])
    np.testing.assert_array_equal(draw.observation.visits, draw.observation.visits[of_first])
    np.testing.assert_array_equal(
        draw.observation.last_contact, draw.observation.last_contact[of_first]
    )


def test_half_yearly_imaging_of_focal_lesions_only() -> None:
    """The uneven schedule: focal lesions lose the visits at 3, 9, 15 months, extended none."""
    equal, uneven = (draw_arrays(400, 8, schedule=s) for s in ("equal", "focal_half_yearly"))
    is_kept = np.array(VISIT_MONTHS) % 6 == 0
    focal, extended = uneven.detection.visits
    np.testing.assert_array_equal(extended, equal.detection.visits[1])
    np.testing.assert_array_equal(focal[:, is_kept], equal.detection.visits[0][:, is_kept])
    assert (focal[:, ~is_kept] == NEVER).all()


def test_visits_are_jittered_by_14_days_and_8_percent_skipped() -> None:
    """The visit plan itself, read off patients alive at three years."""
    draw = draw_arrays(20_000, seed=4)
    first = np.cumsum(draw.patients.n_lesions) - draw.patients.n_lesions
    alive = first[draw.outcomes.death[first] > 40]
    days = draw.detection.visits[0][alive][:, : VISIT_MONTHS.index(36) + 1]
    is_made = days < NEVER
    late = (days - np.array(VISIT_MONTHS[: days.shape[1]]) * DAYS)[is_made]
    n = is_made.size
    assert 1 - is_made.mean() == pytest.approx(0.08, abs=3 * np.sqrt(0.08 * 0.92 / n))
    assert late.mean() == pytest.approx(0, abs=3 * 14 / np.sqrt(n) + 0.02)
    assert late.std() == pytest.approx(14, abs=3 * 14 / np.sqrt(2 * n) + 0.01)


def test_dropout_of_six_per_thousand_and_month() -> None:
    """Observed losses over the time at risk of loss: a constant rate of .006 a month."""
    draw = draw_arrays(20_000, seed=4)
    first = np.cumsum(draw.patients.n_lesions) - draw.patients.n_lesions
    lost = draw.observation.is_lost[first].sum()
    months = draw.observation.last_contact[first].sum() / DAYS
    assert lost / months == pytest.approx(0.006, abs=3 * np.sqrt(lost) / months + 0.0001)
