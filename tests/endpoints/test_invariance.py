"""What must not matter to times and states."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine_outcomes.endpoints.outcome import Outcome

Derive = Callable[..., Outcome]

ORIGIN = datetime.date(2024, 1, 1)
Lesion = tuple[int | None, int | None, int]

lesions = st.lists(
    st.tuples(st.none() | st.integers(0, 60), st.none() | st.integers(0, 60), st.integers(0, 60)),
    min_size=1,
    max_size=12,
)


def row(lesion: Lesion, shift: int) -> dict[str, Any]:
    """A row with failure, death and last image on given days after an origin that may shift."""
    seen, death, image = (
        None if day is None else str(ORIGIN + datetime.timedelta(days=day + shift))
        for day in lesion
    )
    return {
        "start": str(ORIGIN + datetime.timedelta(days=shift)),
        "failed": "0" if seen is None else "1",
        "seen": seen,
        "dead": "0" if death is None else "1",
        "death": death,
        "last_image": image,
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lesions, st.integers(-9000, 9000))
def test_the_same_days_in_other_years_are_the_same_outcome(
    outcome: Derive, failure: dict[str, Any], found: list[Lesion], shift: int
) -> None:
    """A calendar date must leave no trace beyond the days between it and the origin."""
    here = outcome([row(lesion, 0) for lesion in found], failure)
    there = outcome([row(lesion, shift) for lesion in found], failure)
    np.testing.assert_array_equal(here.time, there.time)
    np.testing.assert_array_equal(here.status, there.status)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lesions, st.integers(0, 60))
def test_time_and_status_by_the_sketch(
    outcome: Derive, failure: dict[str, Any], found: list[Lesion], cutoff: int
) -> None:
    """Row by row: the event if by then and not after death; else death if by then; or censored."""
    day = ORIGIN + datetime.timedelta(days=cutoff)
    derived = outcome(
        [row(lesion, 0) for lesion in found], failure | {"time_zero": "keep"}, cutoff=day
    )
    for (seen, death, image), time, status in zip(found, derived.time, derived.status, strict=True):
        is_seen = seen is not None and seen <= cutoff
        is_dead = death is not None and death <= cutoff
        if is_seen and (not is_dead or seen <= death):  # type: ignore[operator]
            expected = (seen, 1)
        elif is_dead:
            expected = (death, 2)
        else:
            expected = (min(image, cutoff), 0)
        assert (time, status) == expected
