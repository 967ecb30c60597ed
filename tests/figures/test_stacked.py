"""All events of an arm on top of one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from spine_outcomes.figures.stacked import area_names, colours, draw_stacked

CAUSES = [("relapse", "Relapse"), ("death", "Death")]
FRAME = pd.DataFrame(
    {
        "cause": ["relapse"] * 3 + ["death"] * 3,
        "time": [0.0, 6.0, 12.0] * 2,
        "estimate": [0.0, 0.1, 0.2, 0.0, 0.3, 0.5],
    }
)


def test_an_area_begins_where_the_one_below_it_ends() -> None:
    """Death drawn from 0 upwards would hide the relapses under it; here the top is 70 % at 12."""
    ax = draw_stacked(Figure().add_subplot(), FRAME, CAUSES, [0, 6, 12])
    lower, upper = (area.get_paths()[0].vertices for area in ax.collections)
    assert {round(float(y), 9) for y in lower[:, 1]} == {0.0, 0.1, 0.2}
    assert {round(float(y), 9) for y in upper[:, 1]} == {0.0, 0.1, 0.2, 0.4, 0.7}
    assert ax.get_ylim() == (0, 1)


def test_areas_can_be_told_apart_in_grey_and_the_legend_reads_as_the_plot_does() -> None:
    """Two hues of one lightness are one area on a black and white printer."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    lightness = [float(np.dot(weights, colour)) for colour in colours(4)]
    assert np.diff(lightness).min() > 0.05
    assert [entry.get_label() for entry in area_names(CAUSES)] == ["Death", "Relapse"]


@pytest.mark.parametrize("last", [6, 12])
def test_areas_end_with_the_axis(last: float) -> None:
    """Times at which the curves are no longer shown."""
    ax = draw_stacked(Figure().add_subplot(), FRAME, CAUSES, [0, last])
    assert max(area.get_paths()[0].vertices[:, 0].max() for area in ax.collections) == last
