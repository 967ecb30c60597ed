"""Enrolment against its plan."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spine_outcomes.figures.accrual import draw_accrual, fan_names

FRAME = pd.DataFrame(
    [
        ("enrolled", 0.0, 0, None, None, None),
        ("enrolled", 6.0, 40, None, None, None),
        ("planned", 0.0, 0, None, None, None),
        ("planned", 12.0, 120, None, None, None),
        ("predicted", 6.0, 40, 0.95, 40, 40),
        ("predicted", 12.0, 85, 0.95, 60, 110),
        ("predicted", 6.0, 40, 0.5, 40, 40),
        ("predicted", 12.0, 85, 0.5, 75, 95),
    ],
    columns=["kind", "time", "n", "level", "lower", "upper"],
).astype(dict.fromkeys(("level", "lower", "upper"), float))


def drawn(frame: pd.DataFrame = FRAME, target: float | None = 120) -> Axes:
    """The figure."""
    return draw_accrual(Figure().add_subplot(), frame, target, [0, 6, 12])


def test_people_are_a_step_line_and_the_plan_a_straight_one() -> None:
    """A line through the counts shows people on days on which nobody came."""
    lines = drawn().lines
    [steps] = [line for line in lines if line.get_drawstyle() == "steps-post"]
    assert list(steps.get_ydata()) == [0, 40]
    assert [0, 120] in [list(line.get_ydata()) for line in lines if line.is_dashed()]


def test_the_fan_is_the_intervals_the_widest_at_the_back() -> None:
    """The narrow one under the wide one would be unseen."""
    wide, narrow = drawn().collections
    assert wide.get_paths()[0].vertices[:, 1].max() == 110
    assert narrow.get_paths()[0].vertices[:, 1].max() == 95
    assert wide.get_alpha() < narrow.get_alpha()
    assert fan_names(FRAME) == ["95%", "50%"]


def test_the_axis_begins_at_nobody_and_holds_the_target() -> None:
    """A target above the plot is one that nobody sees missed."""
    low, high = drawn(target=150).get_ylim()
    assert low == 0
    assert high > 150


def test_what_is_known_so_far_is_enough() -> None:
    """Neither plan nor prediction nor target."""
    ax = drawn(FRAME[FRAME["kind"] == "enrolled"], None)
    assert len(ax.collections) == 0
    assert [text.get_text() for text in ax.texts] == ["Enrolled 40"]


def test_two_groups_have_the_same_axis() -> None:
    """On axes of their own a slow arm looks as fast as the other."""
    enrolled = FRAME[FRAME["kind"] == "enrolled"]
    tops = {
        draw_accrual(Figure().add_subplot(), group, None, [0, 6, 12], people=80.0).get_ylim()[1]
        for group in (enrolled, enrolled.assign(n=2 * enrolled["n"]))
    }
    assert len(tops) == 1
