"""The hazard ratio along time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from spine_outcomes.figures.schoenfeld import draw_effect

WEIGHTS = [("unweighted", "Unweighted"), ("ATE", "ATE weights")]


def test_lines_are_the_smooths_and_points_the_residuals() -> None:
    """A ratio drawn upside down, under another name, or beyond its axis; marks are ratios."""
    frame = pd.DataFrame(
        {
            "estimand": ["unweighted"] * 2 + ["ATE"] * 3,
            "kind": ["smooth"] * 4 + ["residual"],
            "time": [1.0, 12.0, 1.0, 12.0, 6.0],
            "log_hazard_ratio": np.log([0.5, 2.0, 0.4, 3.0, 1.5]),
        }
    )
    ax = draw_effect(Figure().add_subplot(), frame, WEIGHTS, [0, 6, 12])
    drawn = {line.get_label(): np.exp(line.get_ydata()).tolist() for line in ax.lines}
    np.testing.assert_allclose(drawn["Unweighted"], [0.5, 2.0])
    np.testing.assert_allclose(drawn["ATE weights"], [0.4, 3.0])
    points = [line for line in ax.lines if line.get_linestyle() == "None" and len(line.get_xdata())]
    np.testing.assert_allclose(np.exp(points[0].get_ydata()), [1.5])
    low, high = np.exp(ax.get_ylim())
    assert low < 0.4 < 3.0 < high
    marks = dict(zip([t.get_text() for t in ax.get_yticklabels()], ax.get_yticks(), strict=True))
    assert marks["2"] == np.log(2)
    assert len({line.get_marker() for line in ax.lines if line.get_label() in drawn}) > 1


def test_nothing_is_drawn_beyond_the_last_mark_of_the_time_axis() -> None:
    """A spline through the last three events shoots up where nobody is left to be compared."""
    times, ratios = np.array([6.0, 24.0, 54.0, 60.0]), np.array([0.8, 0.7, 2.0, 24.0])
    line = {"estimand": "ATE", "kind": "smooth", "time": times, "log_hazard_ratio": np.log(ratios)}
    ax = draw_effect(Figure().add_subplot(), pd.DataFrame(line), WEIGHTS, [0, 18, 36, 54])
    [drawn] = [own for own in ax.lines if own.get_label() == "ATE weights"]
    assert drawn.get_xdata().tolist() == [6, 24, 54]
    assert ax.get_xlim() == (0, 54)
    assert np.exp(ax.get_ylim()[1]) < 3
