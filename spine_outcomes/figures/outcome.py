"""The figure of an endpoint: curves over the aligned table of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from spine_outcomes.figures.curves import draw_curves
from spine_outcomes.figures.risk_table import MARGIN, draw_risk_table
from spine_outcomes.figures.style import SMALL_SIZE, house_style
from spine_outcomes.figures.svg import new_figure

WIDTH, LEFT, RIGHT = 7.6, 1.28, 1.62  # inches
TOP, PLOT, AXIS, LINE, BOTTOM = 0.42, 2.75, 0.62, 0.175, 0.06


def outcome_figure(
    curves: pd.DataFrame,
    people: pd.DataFrame,
    *,
    arms: Sequence[tuple[str, str]],
    states: Mapping[str, str],
    heading: str,
    unit: str,
) -> Figure:
    """Curves of one endpoint with the people at risk below, both on one time axis.

    Parameters
    ----------
    curves
        As ``draw_curves`` takes them.
    people
        As ``draw_risk_table`` takes them; its times are the ticks of the axis.
    arms, states
        Codes or columns, with their labels.
    heading, unit
        What the vertical axis shows, and the unit of the times.
    """
    ticks = sorted(people["time"].unique())
    lines = len(arms) * (len(states) + 1) * LINE
    height = TOP + PLOT + AXIS + lines + BOTTOM
    width = WIDTH - LEFT - RIGHT
    figure = new_figure(WIDTH, height)
    with house_style():
        box = (LEFT / WIDTH, 1 - (TOP + PLOT) / height, width / WIDTH, PLOT / height)
        ax = draw_curves(figure.add_axes(box), curves, arms, ticks)
        ax.set_title(heading, loc="left", size=9, weight="bold", x=-0.08, pad=12)
        ax.set_xlabel(f"Time, {unit}", labelpad=3)
        below = (LEFT / WIDTH, BOTTOM / height, width / WIDTH, lines / height)
        draw_risk_table(figure.add_axes(below), people, arms, states, ticks)
        figure.text(
            (LEFT * 72 - MARGIN) / 72 / WIDTH,
            (BOTTOM + lines + 0.1) / height,
            "Unweighted counts",
            size=SMALL_SIZE,
            style="italic",
        )
    return figure
