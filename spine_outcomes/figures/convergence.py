"""Whether chained equations have settled: the imputed values round by round."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from spine_outcomes.figures.style import INK


def draw_convergence(ax: Axes, frame: pd.DataFrame) -> Axes:
    """Draw the mean of the imputed values of one column, a line an imputation.

    Parameters
    ----------
    ax
        Where to draw.
    frame
        Columns ``imputation, iteration, mean`` of one column.
    """
    sns.lineplot(
        frame, x="iteration", y="mean", units="imputation", estimator=None, sort=False, ax=ax,
        color=INK, linewidth=0.5, alpha=0.5,
    )  # fmt: skip
    ax.set(xlabel="", ylabel="")
    last = int(frame["iteration"].max())
    ax.set_xlim(1, max(last, 2))
    ax.set_xticks(sorted({1, max(1, last // 2), last}))
    ax.locator_params(axis="y", nbins=3)
    return ax
