"""Overlap, love plot and spread of the weights."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from spine_outcomes.figures.love import draw_love
from spine_outcomes.figures.overlap import draw_overlap
from spine_outcomes.figures.weights import draw_weights

ARMS = [("a", "Arm A"), ("b", "Arm B")]


def test_overlap_is_mirrored_and_hidden_counts_are_pale_at_their_bound() -> None:
    """A bar of 3 rows drawn at its height gives the count away."""
    frame = pd.DataFrame(
        {
            "arm": ["a", "a", "b", "b"],
            "left": [0.0, 0.5] * 2,
            "right": [0.5, 1.0] * 2,
            "n": pd.Series([12, 8, "<5", 20], dtype=object),
        }
    )
    ax = draw_overlap(Figure().add_subplot(), frame, ARMS)
    bars = {(bar.get_x(), bar.get_height()): bar.get_alpha() for bar in ax.patches}
    assert set(bars) == {(0.0, -0.6), (0.5, -0.4), (0.0, 0.2), (0.5, 0.8)}
    assert bars[0.0, 0.2] < bars[0.5, 0.8]
    assert not [text for text in ax.get_yticklabels() if "−" in text.get_text()]


def test_love_plot_shows_absolute_differences_under_every_set_of_weights() -> None:
    """Signed points left of zero would look smaller than they are."""
    frame = pd.DataFrame(
        {
            "estimand": ["unweighted", "unweighted", "ATE", "ATE"],
            "label": ["Age", "Sex", "Age", "Sex"],
            "smd": [-0.3, 0.1, 0.02, -0.04],
        }
    )
    weights = [("unweighted", "Unweighted"), ("ATE", "ATE weights")]
    ax = draw_love(Figure().add_subplot(), frame, weights, 0.1)
    points = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert [list(line.get_xdata()) for line in points] == [[0.1, 0.3], [0.04, 0.02]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Sex", "Age"]
    assert len({line.get_marker() for line in points}) == 2


def test_spread_of_the_weights_runs_from_smallest_to_largest() -> None:
    """A box without its outlier hides the one weight that carries the result."""
    frame = pd.DataFrame(
        {
            "estimand": ["ATE", "ATE"], "arm": ["a", "b"], "minimum": [1.0, 1.1],
            "median": [1.5, 1.8], "p99": [4.0, 8.0], "maximum": [7.6, 15.9],
        }
    )  # fmt: skip
    ax = draw_weights(Figure().add_subplot(), frame, ARMS, [("ATE", "ATE weights")])
    ranges = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert [1.0, 7.6] in ranges
    assert [1.1, 15.9] in ranges
    low, high = ax.get_xlim()
    assert low < 1.0
    assert high > 15.9
    assert ax.get_xscale() == "log"


def test_a_weight_of_zero_does_not_break_the_log_axis() -> None:
    """Trimmed rows weigh nothing; the axis has no place for zero."""
    frame = pd.DataFrame(
        {
            "estimand": ["ATO", "ATO"], "arm": ["a", "b"], "minimum": [0.0, 0.1],
            "median": [0.4, 0.5], "p99": [0.9, 0.9], "maximum": [1.0, 1.0],
        }
    )  # fmt: skip
    ax = draw_weights(Figure().add_subplot(), frame, ARMS, [("ATO", "Overlap")])
    assert 0 < ax.get_xlim()[0] <= 0.1


def test_love_plot_of_differences_that_are_not_known() -> None:
    """Two rows have no spread: no point, and no figure that stops the report."""
    frame = pd.DataFrame(
        {"estimand": ["unweighted"] * 2, "label": ["Age", "Sex"], "smd": [float("nan")] * 2}
    )
    ax = draw_love(Figure().add_subplot(), frame, [("unweighted", "Unweighted")], 0.1)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Age", "Sex"]
    assert ax.get_xlim()[1] > 0.1
