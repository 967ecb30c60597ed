"""The risk difference over time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from spine_outcomes.figures.difference import draw_difference


def frame(**changed: list[float]) -> pd.DataFrame:
    columns = {
        "time": [0.0, 6.0, 12.0, 18.0],
        "estimate": [0.0, -0.05, -0.08, 0.02],
        "lower": [np.nan, -0.10, -0.15, -0.09],
        "upper": [np.nan, 0.00, -0.01, 0.13],
        "band_lower": [np.nan, -0.12, -0.18, -0.11],
        "band_upper": [np.nan, 0.02, 0.02, 0.15],
    }
    return pd.DataFrame(columns | changed)


def test_line_and_band_are_those_of_the_frame() -> None:
    """A difference upside down, a band that is another column's, or limits made up at time 0."""
    ax = draw_difference(Figure().add_subplot(), frame(), [0, 6, 12, 18])
    drawn = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    np.testing.assert_allclose(drawn[-1].get_ydata(), frame()["estimate"])
    for line, name in zip(drawn, ("band_lower", "band_upper"), strict=False):
        np.testing.assert_allclose(line.get_ydata(), frame()[name])
        assert line.get_linestyle() != "-"
    (area,) = ax.collections
    corners = area.get_paths()[0].vertices
    assert corners[:, 0].min() == 6
    assert {corners[:, 1].min(), corners[:, 1].max()} == {-0.15, 0.13}


def test_axis_holds_the_band_and_is_as_far_below_0_as_above() -> None:
    """An effect that looks one-sided because its axis is; marks are percentage points."""
    ax = draw_difference(Figure().add_subplot(), frame(), [0, 6, 12, 18])
    assert ax.get_ylim() == (-0.2, 0.2)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["−20", "−10", "0", "+10", "+20"]


@pytest.mark.parametrize(("last", "width"), [(12, 3), (6, 2)])
def test_the_curve_ends_with_the_axis(last: float, width: int) -> None:
    """Times at which the curves are no longer shown."""
    ax = draw_difference(Figure().add_subplot(), frame(), [0, last])
    assert len(ax.lines[-1].get_xdata()) == width
    assert ax.get_xlim() == (0, last)


def test_no_difference_and_no_limits_are_drawn_flat() -> None:
    """An axis of no height where nothing has happened; a resampled curve has no band."""
    nothing = [np.nan] * 4
    flat = frame(estimate=[0.0] * 4, lower=nothing, upper=nothing, band_lower=nothing,
                 band_upper=nothing)  # fmt: skip
    ax = draw_difference(Figure().add_subplot(), flat, [0, 18])
    assert ax.get_ylim() == (-0.01, 0.01)


def test_a_band_as_wide_as_can_be_fits() -> None:
    """Limits cut at −1 and 1 that leave the axis."""
    wide = frame(band_lower=[np.nan, -1.0, -1.0, -1.0])
    assert draw_difference(Figure().add_subplot(), wide, [0, 18]).get_ylim() == (-1, 1)
