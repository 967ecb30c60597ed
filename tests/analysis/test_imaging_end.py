"""How far it matters until when the living are followed."""

from __future__ import annotations

from typing import Any

import pytest

from spine_outcomes import Results
from spine_outcomes.analysis.imaging_end import imaging_end_findings
from spine_outcomes.endpoints.derive import derive
from tests.endpoints.conftest import FAILURE, make_cohort, make_plan

LIVING = {"failed": "0", "seen": None, "start": "2022-01-01", "last_image": "2022-04-01"}
ROWS: list[dict[str, Any]] = [
    LIVING | {"dead": "1", "death": "2022-10-28", "last_contact": "2022-10-28"},
    *[LIVING | {"dead": "0", "death": None, "last_contact": "2023-12-22"}] * 3,
]


def findings(rows: list[dict[str, Any]], **keys: Any) -> list[str]:
    """Messages about one endpoint of some rows."""
    cohort, plan = make_cohort(rows), make_plan(FAILURE, **keys)
    outcome = derive(cohort, plan, "endpoint")
    return [finding.message for finding in imaging_end_findings(cohort, plan, [outcome])]


def test_the_incidence_of_death_under_three_ends_by_hand() -> None:
    """One death on day 300; three living, last image day 90, last contact day 720.

    Cut at the image nobody is left beside the dead: 1 of 1. One interval more (day 181) is no
    better. To the last contact: 1 of 4. Without the finding nobody sees the difference.
    """
    (message,) = findings(ROWS)
    assert "100.0% with the living followed to their last image" in message
    assert "100.0% with the living followed one planned interval longer" in message
    assert "25.0% with the living followed to their last contact" in message
    assert "competing events (death) at 12 months" in message


@pytest.mark.parametrize(
    "imaging",
    [
        {"visits": "n", "last": "last_image"},  # the plan does not know the other ends
        {"visits": "n", "last": "clean_image", "last_contact": "last_contact",
         "interval": "3 months"},  # not what ends this endpoint
    ],
)  # fmt: skip
def test_where_images_do_not_end_the_endpoint_nothing_is_said(imaging: dict[str, str]) -> None:
    """A finding about a choice that the plan does not have would only confuse."""
    assert findings(ROWS, imaging=imaging) == []


def test_a_time_that_not_all_ends_reach_is_not_compared() -> None:
    """Past the last image of everybody there is no incidence to compare; no crash, no number."""
    alive = [row | {"dead": "0", "death": None} for row in ROWS]
    assert findings(alive) == []


def test_the_demo_cohort_has_the_difference_that_was_measured(demo: Results) -> None:
    """Death before fracture reads a point higher where the living are cut at their last image."""
    found = demo.findings.query("code == 'W_IMAGING_END'")
    assert "vertebral_fracture" in " ".join(found["endpoint"])
    assert (found["severity"] == "caution").all()
