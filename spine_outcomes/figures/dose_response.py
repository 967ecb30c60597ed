"""The chance of a toxicity by dose, with its limits and what was observed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK, RULE, WEIGHTS

LOOK = WEIGHTS[1]


def draw_dose_response(ax: Axes, frame: pd.DataFrame) -> Axes:
    """Draw the curve of a model with its band, and the observed shares as symbols.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``kind`` (``curve`` or ``observed``), ``dose, estimate, lower, upper``; an observed
        share that is missing is not drawn.
    """
    curve = frame[frame["kind"] == "curve"].sort_values("dose")
    dose, estimate, lower, upper = (
        curve[name].to_numpy(dtype=float) for name in ("dose", "estimate", "lower", "upper")
    )
    ax.fill_between(dose, lower, upper, color=LOOK.colour, alpha=0.16, linewidth=0)
    ax.plot(dose, estimate, color=LOOK.colour)
    seen = frame[(frame["kind"] == "observed") & frame["estimate"].notna()]
    ax.plot(
        seen["dose"].to_numpy(dtype=float), seen["estimate"].to_numpy(dtype=float),
        linestyle="none", marker=LOOK.marker, color=INK, markersize=5, markerfacecolor="none",
    )  # fmt: skip
    shown = np.append(upper, seen["estimate"].to_numpy(dtype=float))
    top = min(float(np.nanmax(shown, initial=0.01)) * 1.05, 1.0)
    ax.set(ylim=(0, top))
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}")
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax
