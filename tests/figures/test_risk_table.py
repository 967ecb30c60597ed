"""The people under a curve."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spine_outcomes.figures.risk_table import draw_risk_table

STATES = {"n_risk": "At risk", "n_event": "Events"}


def table() -> Axes:
    """Two arms, two times, one hidden count."""
    frame = pd.DataFrame(
        {
            "arm": ["a", "a", "b", "b"],
            "time": [0.0, 6.0, 0.0, 6.0],
            "n_risk": pd.Series([30, 21, 28, 25], dtype=object),
            "n_event": pd.Series([0, 9, 0, "<5"], dtype=object),
        }
    )
    arms = [("a", "Arm A"), ("b", "Arm B")]
    return draw_risk_table(Figure().add_subplot(), frame, arms, STATES, [0.0, 6.0])


def test_each_count_stands_under_its_tick_in_its_line() -> None:
    """A table shifted by one tick shows people at risk who are gone."""
    ax = table()
    placed = {(text.get_position(), text.get_text()) for text in ax.texts}
    expected = [
        ((0.0, 1.5), "30"), ((6.0, 1.5), "21"), ((0.0, 2.5), "0"), ((6.0, 2.5), "9"),
        ((0.0, 4.5), "28"), ((6.0, 4.5), "25"), ((0.0, 5.5), "0"), ((6.0, 5.5), "<5"),
    ]  # fmt: skip
    assert set(expected) <= placed
    assert ax.get_xlim() == (0, 6)


def test_people_are_whole() -> None:
    """ "21.0 at risk" is a weighted sum, not people."""
    assert not [text for text in table().texts if "." in text.get_text()]


def test_every_line_is_named() -> None:
    """A row of numbers without a name is a puzzle."""
    names = [text.get_text() for text in table().texts if not text.get_text()[:1].isdigit()]
    assert [n for n in names if n != "<5"] == [
        "Arm A",
        "At risk",
        "Events",
        "Arm B",
        "At risk",
        "Events",
    ]
