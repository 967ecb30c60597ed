"""Stopping boundaries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spine_outcomes.figures.boundary import Scale, boundary_names, draw_boundary

# C47: Lan–DeMets O'Brien–Fleming, one-sided 0.025, at 50, 75 and 100 % of the information.
LIMITS = [2.962588, 2.359018, 2.014083]
FRAME = pd.DataFrame(
    {
        "look": [1, 2, 3],
        "information": [0.5, 0.75, 1.0],
        "value": [-1.1, -2.4, np.nan],
        "upper": LIMITS,
        "lower": [-limit for limit in LIMITS],
    }
)


def drawn(frame: pd.DataFrame = FRAME, scale: Scale = "z") -> Axes:
    """The figure."""
    return draw_boundary(Figure().add_subplot(), frame, scale, ("fewer", "more"))


def test_c47_boundaries_and_values_are_those_of_the_looks() -> None:
    """A boundary at the planned information instead of the actual one is another boundary."""
    lines = {
        tuple(np.round(line.get_ydata(), 6)) for line in drawn().lines if len(line.get_xdata()) > 2
    }
    assert tuple(LIMITS) in lines
    assert tuple(-limit for limit in LIMITS) in lines
    [seen] = [line for line in drawn().lines if line.get_marker() == "o"]
    assert list(seen.get_xdata()[:2]) == [0.5, 0.75]
    assert list(seen.get_ydata()[:2]) == [-1.1, -2.4]


def test_a_boundary_that_the_design_does_not_have_is_neither_drawn_nor_named() -> None:
    """A legend of futility in a design without it promises a rule."""
    names = [entry.get_label() for entry in boundary_names(FRAME)]
    assert names == ["Observed", "Efficacy boundary"]
    futile = FRAME.assign(futility_upper=[0.2, 0.9, 2.01])
    assert "Futility boundary" in [entry.get_label() for entry in boundary_names(futile)]
    assert len(drawn(futile).lines) == len(drawn().lines) + 1


def test_both_sides_are_named_and_information_may_pass_the_plan() -> None:
    """More events than planned is no error."""
    ax = drawn(FRAME.assign(information=[0.5, 0.9, 1.1]))
    assert ax.get_xlim()[1] > 1.1
    assert {"↑ more", "↓ fewer"} <= {text.get_text() for text in ax.texts}


@pytest.mark.parametrize(("scale", "name"), [("ratio", "log"), ("difference", "linear")])
def test_ratios_stand_on_a_log_axis_around_1(scale: Scale, name: str) -> None:
    """0.5 and 2 are the same distance from no effect."""
    ratios = FRAME.assign(value=[0.8, 0.6, np.nan], upper=[2.4, 1.9, 1.6], lower=[0.42, 0.53, 0.62])
    ax = drawn(ratios, scale)
    assert ax.get_yscale() == name
    low, high = ax.get_ylim()
    if scale == "ratio":
        assert low * high == pytest.approx(1)
    else:
        assert low == -high


def test_a_bound_far_above_every_z_is_said_and_does_not_flatten_the_rest() -> None:
    """With an axis up to 11 nobody sees whether a Z of 2.1 is beyond a bound of 2.0."""
    far = FRAME.assign(upper=[8.03, 2.4, 2.0], lower=[-8.03, -2.4, -2.0])
    ax = drawn(far)
    assert ax.get_ylim() == (-5.0, 5.0)
    assert {"↑ 8.0", "↓ −8.0"} <= {text.get_text() for text in ax.texts}
    assert not any("8" in text.get_text() for text in drawn().texts)
    seen = drawn(far.assign(value=[1.0, 6.0, np.nan]))
    assert seen.get_ylim()[1] > 6.0
