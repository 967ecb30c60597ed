"""Curves, by the data of their artists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spine_outcomes.figures.curves import axis_top, draw_curves
from spine_outcomes.figures.direct_labels import spread
from spine_outcomes.figures.style import ARMS

ARMS_SHOWN = [("a", "Arm A"), ("b", "Arm B")]
TICKS = [0.0, 6.0, 12.0]


def frame(**changes: object) -> pd.DataFrame:
    """Two curves by hand: A steps at 6 and 12, B at 6 only; past the last tick at 18."""
    table = {
        "arm": ["a"] * 4 + ["b"] * 4,
        "time": [0.0, 6.0, 12.0, 18.0] * 2,
        "estimate": [0.0, 0.10, 0.20, 0.90, 0.0, 0.05, 0.05, 0.05],
        "lower": [np.nan, 0.06, 0.14, 0.80, np.nan, 0.02, 0.02, 0.02],
        "upper": [np.nan, 0.15, 0.27, 0.95, np.nan, 0.09, 0.09, 0.09],
    }
    return pd.DataFrame(table | changes)


def drawn(curves: pd.DataFrame) -> Axes:
    """An Axes with the curves."""
    return draw_curves(Figure(figsize=(6, 4)).add_subplot(), curves, ARMS_SHOWN, TICKS)


def curve_lines(ax: Axes) -> list[tuple[list[float], list[float]]]:
    """Data of the step lines, without the short lines to the labels."""
    steps = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in steps]


def test_curves_are_the_frame_as_right_continuous_steps() -> None:
    """A line drawn between points, or a step too early, shows risks that were not estimated."""
    first, second = curve_lines(drawn(frame()))
    assert first == ([0, 6, 12], [0, 0.10, 0.20])
    assert second == ([0, 6, 12], [0, 0.05, 0.05])


def test_nothing_is_drawn_beyond_the_last_tick() -> None:
    """There is no table of people there: the tail would look as firm as the start."""
    ax = drawn(frame())
    assert ax.get_xlim() == (0, 12)
    assert max(max(x) for x, _ in curve_lines(ax)) == 12


def test_the_axis_starts_at_zero_and_ends_at_a_labelled_round_value_above_the_band() -> None:
    """An axis that starts at 15 % turns a small difference into a large one."""
    ax = drawn(frame())
    assert ax.get_ylim() == (0, 0.30)  # the highest limit shown is 0.27
    marks = [text.get_text() for text in ax.get_yticklabels()]
    assert marks[0] == "0%"
    assert marks[-1] == "30%"


def test_arms_differ_without_colour() -> None:
    """A reader who sees no colour must still tell the arms apart."""
    steps = [line for line in drawn(frame()).lines if line.get_drawstyle() == "steps-post"]
    assert steps[0].is_dashed() != steps[1].is_dashed()
    assert {line.get_color() for line in steps} == {look.colour for look in ARMS}


def test_bands_are_the_limits_and_close_where_there_are_none() -> None:
    """A band that is a little off reads as an interval that was never computed."""
    bands = drawn(frame()).collections
    corners = {tuple(np.round(vertex, 6)) for vertex in bands[0].get_paths()[0].vertices}
    assert {(6.0, 0.06), (6.0, 0.15), (0.0, 0.0)} <= corners


def test_curves_are_labelled_directly() -> None:
    """A legend that has to be decoded costs the reader the comparison."""
    labels = {text.get_text() for text in drawn(frame()).texts}
    assert {"Arm A", "Arm B"} <= labels


def test_a_curve_that_ends_early_is_led_to_its_label() -> None:
    """A label at the edge beside nothing could belong to either curve."""
    curves = frame().query("arm == 'a' or time <= 6")
    leads = [line for line in drawn(curves).lines if line.get_drawstyle() != "steps-post"]
    assert [(lead.get_xdata()[0], lead.get_ydata()[0]) for lead in leads] == [(12, 0.20), (6, 0.05)]


def test_a_dollar_in_a_label_is_a_dollar() -> None:
    """Mathtext would run whatever stands between two of them."""
    ax = Figure(figsize=(6, 4)).add_subplot()
    draw_curves(ax, frame(), [("a", "$\\frac{1}{0}$"), ("b", "$ x $")], TICKS)
    ax.get_figure().draw_without_rendering()


def test_an_arm_without_a_curve_leaves_the_other() -> None:
    """An empty arm must not take the whole figure with it."""
    [line] = curve_lines(drawn(frame().query("arm == 'b'")))
    assert line[1] == [0, 0.05, 0.05]


@pytest.mark.parametrize(("upper", "top"), [(0.012, 0.05), (0.27, 0.3), (0.99, 1.0), (1.0, 1.0)])
def test_the_top_of_the_axis_fits_the_band(upper: float, top: float) -> None:
    """A rare event on an axis to 100 % is a flat line."""
    assert axis_top(pd.DataFrame({"estimate": [0.0], "upper": [upper]})) == top


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=2),
    st.floats(0.02, 0.2),
)
def test_labels_never_touch_and_stay_on_the_page(values: list[float], height: float) -> None:
    """Two names printed over each other name nothing."""
    places = sorted(spread(values, [height] * len(values), 1.0))
    assert places[0] >= height / 2 - 1e-9
    for below, above in pairwise(places):
        assert above - below >= height - 1e-9


def test_c16_nobody_with_the_event_is_a_flat_line() -> None:
    """Everybody censored is a result: drawn at 0, under an axis that has a height."""
    nobody = frame(estimate=[0.0] * 8, lower=[np.nan] * 8, upper=[np.nan] * 8)
    ax = drawn(nobody)
    assert [y for _, y in curve_lines(ax)] == [[0, 0, 0], [0, 0, 0]]
    assert ax.get_ylim() == (0, 0.05)


def test_c44_a_band_stays_between_0_and_100_percent() -> None:
    """Limits are those of the frame; an axis that went below 0 would invite a band there."""
    ax = drawn(frame(upper=[np.nan, 0.5, 1.0, 1.0] * 2))
    assert ax.get_ylim() == (0, 1)
    heights = np.concatenate([band.get_paths()[0].vertices[:, 1] for band in ax.collections])
    assert heights.min() >= 0
    assert heights.max() <= 1
