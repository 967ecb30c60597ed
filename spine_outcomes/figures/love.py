"""Standardised differences before and after weighting, one line a covariate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK, MUTED, RULE, WEIGHTS


def largest(frame: pd.DataFrame, n: int) -> pd.DataFrame:
    """The rows of the ``n`` covariates that differ most under any set of weights, in their order.

    ``frame`` is one that ``draw_love`` takes.
    """
    sizes = frame["smd"].abs().groupby(frame["label"], sort=False).max()
    return frame[frame["label"].isin(sizes.nlargest(n).index)]


def draw_love(
    ax: Axes, frame: pd.DataFrame, weights: Sequence[tuple[str, str]], limit: float
) -> Axes:
    """Draw the absolute standardised difference of each covariate under each set of weights.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``estimand, label, smd``, one row a covariate and estimand; labels are unique.
    weights
        Code and label of the sets of weights, in order; a legend above the plot names them.
    limit
        Difference that is still called balanced; drawn as a line.
    """
    sizes = frame.assign(smd=frame["smd"].abs()).pivot_table(
        index="label", columns="estimand", values="smd", sort=False, dropna=False
    )
    sizes = sizes.sort_values(weights[0][0], kind="stable", na_position="first")
    place = np.arange(len(sizes))
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.axvline(limit, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    for (code, label), look in zip(weights, WEIGHTS, strict=False):
        if code in sizes:
            ax.plot(
                sizes[code].to_numpy(), place, linestyle="none", marker=look.marker, markersize=5,
                color=look.colour, markeredgewidth=0, label=label,
            )  # fmt: skip
    ax.set_yticks(place, [str(label) for label in sizes.index])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    right = max(float(np.nanmax(sizes.to_numpy(), initial=0.0)), limit) * 1.08
    ax.set(xlim=(-0.015 * right, right), ylim=(-0.7, len(sizes) - 0.3))
    ax.yaxis.grid(visible=True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax
