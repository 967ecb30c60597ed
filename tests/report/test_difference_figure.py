"""The risk difference over time in the section of its endpoint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from spine_outcomes.report.pictures import pictures
from spine_outcomes.report.render import render_report
from tests.report.synthetic import synthetic_results


def with_differences(*, has_band: bool = True):
    """Results whose curves have the difference of each set of weights, comparator − reference."""
    results = synthetic_results()
    own = results.curves[results.curves["endpoint"] == results.curves["cause"]]
    arms = [own[own["arm"] == arm].reset_index(drop=True) for arm in results.plan.arms.codes]
    gap = arms[1]["estimate"] - arms[0]["estimate"]
    limits = {"lower": gap - 0.1, "upper": gap + 0.1}
    band = {"band_lower": gap - 0.2, "band_upper": gap + 0.2} if has_band else {}
    rows = arms[1].assign(arm=np.nan, measure="risk_difference", estimate=gap, **limits, **band)
    return replace(results, curves=pd.concat([results.curves, rows], ignore_index=True))


def test_every_endpoint_has_its_difference() -> None:
    """A figure that no section shows, or one of another endpoint."""
    results = with_differences()
    drawn = [picture.id for picture in pictures(results) if picture.id.startswith("difference-")]
    assert drawn == [f"difference-{endpoint}" for endpoint in results.plan.endpoints]
    page = render_report(results)
    for key in drawn:
        section = page[: page.index(f'id="{key}"')].rpartition("<section")[2]
        assert f'id="endpoint-{key.removeprefix("difference-")}"' in section
    assert "risk difference over time" in page


def test_its_note_names_the_limits_that_are_drawn() -> None:
    """A band that is claimed and not drawn, as with percentiles of a bootstrap."""
    claim = "band over all times at once"
    assert claim in render_report(with_differences())
    assert claim not in render_report(with_differences(has_band=False))


def test_without_a_difference_there_is_no_figure() -> None:
    """An empty figure where the plan keeps curves back."""
    drawn = pictures(synthetic_results())
    assert not [picture for picture in drawn if picture.id.startswith("difference-")]
