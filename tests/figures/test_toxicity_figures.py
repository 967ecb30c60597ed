"""What is drawn of toxicity, by the data of the artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure

from spine_outcomes.figures.butterfly import draw_butterfly
from spine_outcomes.figures.dose_response import draw_dose_response
from spine_outcomes.figures.heat_map import draw_heat_map
from spine_outcomes.figures.mean_count import draw_mean_count
from spine_outcomes.figures.style import ARMS
from spine_outcomes.figures.toxicity_sheets import butterfly_sheet, heat_map_sheet


def shares() -> pd.DataFrame:
    """One term: a fifth of grade 2 and a tenth of grade 3 in arm a, grade 1 hidden in arm b."""
    rows = [("a", "2", 0.2, False), ("a", "3", 0.1, False), ("b", "1", 0.05, True)]
    return pd.DataFrame(
        [("Rash", arm, grade, share, hidden, "7") for arm, grade, share, hidden in rows],
        columns=["label", "arm", "grade", "share", "is_bound", "text"],
    )


def test_the_worst_grade_starts_in_the_middle_and_the_arms_go_apart() -> None:
    """Bars on the wrong side, or mild grades next to each other in the middle."""
    ax = draw_butterfly(Figure().add_subplot(), shares(), ["a", "b"])
    spans = [sorted((bar.get_x(), bar.get_x() + bar.get_width())) for bar in ax.patches]
    np.testing.assert_allclose(spans[:2], [(-0.1, 0), (-0.3, -0.1)], atol=1e-12)
    np.testing.assert_allclose(spans[2], (0, 0.05), atol=1e-12)
    assert [text.get_text() for text in ax.texts] == ["3", "2", "1"]


def test_a_hidden_count_is_an_empty_bar() -> None:
    """A bound that looks like a count."""
    ax = draw_butterfly(Figure().add_subplot(), shares(), ["a", "b"])
    assert ax.patches[2].get_facecolor()[3] == 0
    assert ax.patches[2].get_linestyle() == "dashed"
    assert ax.patches[0].get_facecolor()[3] > 0


def test_the_darkest_cell_is_the_largest_share() -> None:
    """Shades that are not comparable between the arms."""
    frame = pd.DataFrame(
        [("Rash", "1", 0.4, "40"), ("Rash", "2", 0.1, "10"), ("Rash", "3", 0.0, "")],
        columns=["label", "grade", "share", "text"],
    )
    ax = draw_heat_map(Figure().add_subplot(), frame, ("1", "2", "3"), 0.4, ARMS[0].colour)
    shade = [patch.get_facecolor()[3] for patch in ax.patches]
    np.testing.assert_allclose(shade, [1, 0.5, 0], atol=1e-12)
    assert to_hex(ax.patches[0].get_facecolor()) == to_hex(to_rgba(ARMS[0].colour))
    assert [text.get_text() for text in ax.texts] == ["40", "10", ""]


def test_curve_band_and_observed_shares_are_those_of_the_frame() -> None:
    """A share that is hidden drawn at 0."""
    frame = pd.DataFrame(
        {
            "kind": ["curve", "curve", "observed", "observed"],
            "dose": [0.0, 10.0, 2.0, 8.0],
            "estimate": [0.1, 0.3, 0.12, np.nan],
            "lower": [0.05, 0.2, np.nan, np.nan],
            "upper": [0.2, 0.5, np.nan, np.nan],
        }
    )
    ax = draw_dose_response(Figure().add_subplot(), frame)
    curve, seen = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), [0.1, 0.3])
    np.testing.assert_allclose(seen.get_xydata(), [(2, 0.12)])
    corners = ax.collections[0].get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0.05, 0.5)


def test_mean_counts_are_steps_with_the_look_of_their_arm() -> None:
    """Arms exchanged, or a curve that is drawn sloping between months."""
    frame = pd.DataFrame(
        [("a", 0.0, 0.0), ("a", 12.0, 0.2), ("b", 0.0, 0.0), ("b", 12.0, 0.4)],
        columns=["arm", "time", "estimate"],
    ).assign(lower=np.nan, upper=np.nan)
    ax = draw_mean_count(Figure().add_subplot(), frame, ["a", "b"])
    for curve, look, top in zip(ax.lines, ARMS, (0.2, 0.4), strict=True):
        assert curve.get_color() == look.colour
        assert curve.get_drawstyle() == "steps-post"
        np.testing.assert_allclose(curve.get_ydata(), [0, top])


def test_sheets_grow_with_the_number_of_terms() -> None:
    """Names of terms over one another."""
    arms = [("a", "Old"), ("b", "New")]
    few = shares()
    many = pd.concat([few.assign(label=f"Term {i}") for i in range(12)])
    assert (
        butterfly_sheet(many, arms, "").get_figheight()
        > butterfly_sheet(few, arms, "").get_figheight()
    )
    grid = pd.DataFrame(
        [("Rash", arm, grade, 0.1, "3") for arm in "ab" for grade in "0123"],
        columns=["label", "arm", "grade", "share", "text"],
    )
    first, second = heat_map_sheet(grid, arms, tuple("0123"), "").axes
    assert first.get_position().x1 <= second.get_position().x0
