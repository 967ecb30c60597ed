"""A sheet of the right size around each drawing: margins fit the labels, height the rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spine_outcomes.figures.accrual import draw_accrual
from spine_outcomes.figures.boundary import draw_boundary
from spine_outcomes.figures.convergence import draw_convergence
from spine_outcomes.figures.difference import draw_difference
from spine_outcomes.figures.forest import TEXT_GAP, draw_forest
from spine_outcomes.figures.love import draw_love
from spine_outcomes.figures.margin import write_beside
from spine_outcomes.figures.overlap import draw_overlap
from spine_outcomes.figures.schoenfeld import draw_effect
from spine_outcomes.figures.style import TEXT_SIZE, house_style
from spine_outcomes.figures.svg import new_figure
from spine_outcomes.figures.weights import draw_weights

WIDTH = 7.6  # inches, as every figure of the report
LABEL = 64  # characters of a row's name
PANEL = 32  # and of the name of a small panel
CHARACTER = 0.6 * TEXT_SIZE / 72  # mean width of one in the measuring face, inches
LINE = 0.18
NARROWEST = 1.8  # of a plot beside long names, inches

Named = Sequence[tuple[str, str]]


def overlap_sheet(frame: pd.DataFrame, arms: Named, score: str, rows: str) -> Figure:
    """Mirrored histograms of the propensity score; ``score`` and ``rows`` name the axes."""
    figure, ax = _sheet(3.0, left=0.75, right=0.2, top=0.35)
    with house_style():
        draw_overlap(ax, frame, arms)
        ax.set_xlabel(score)
        ax.set_title(rows, loc="left", size=9, weight="bold", x=-0.06, pad=10)
    return figure


def love_sheet(frame: pd.DataFrame, weights: Named, limit: float, score: str) -> Figure:
    """Standardised differences of every covariate."""
    named = frame.assign(label=frame["label"].map(_cut))
    labels = list(dict.fromkeys(named["label"]))
    figure, ax = _sheet(0.3 + LINE * len(labels), left=_margin(labels), right=0.25, top=0.1)
    with house_style():
        draw_love(ax, named, weights, limit)
        ax.set_xlabel(score)
    return figure


def weights_sheet(frame: pd.DataFrame, arms: Named, weights: Named, score: str) -> Figure:
    """Spread of the weights by set of weights and arm."""
    labels = [f"{name}: {label}" for _, name in weights for _, label in arms]
    figure, ax = _sheet(0.3 + 0.26 * len(labels), left=_margin(labels), right=0.25, top=0.1)
    with house_style():
        draw_weights(ax, frame, arms, weights)
        ax.set_xlabel(score)
    return figure


def effect_sheet(frame: pd.DataFrame, weights: Named, ratio: str, unit: str) -> Figure:
    """The hazard ratio along time; ``ratio`` names its axis."""
    figure, ax = _sheet(2.6, left=0.75, right=0.25, top=0.35)
    with house_style():
        draw_effect(ax, frame, weights)
        ax.set_xlabel(f"Time, {unit}")
        ax.set_title(ratio, loc="left", size=9, weight="bold", x=-0.06, pad=10)
    return figure


def difference_sheet(
    frame: pd.DataFrame, ticks: Sequence[float], contrast: str, unit: str
) -> Figure:
    """The risk difference over time; ``contrast`` names its axis."""
    figure, ax = _sheet(2.3, left=0.75, right=0.25, top=0.35)
    with house_style():
        draw_difference(ax, frame, ticks)
        ax.set_xlabel(f"Time, {unit}")
        ax.set_title(contrast, loc="left", size=9, weight="bold", x=-0.06, pad=10)
    return figure


def forest_sheet(frame: pd.DataFrame, favours: tuple[str, str], head: tuple[str, str]) -> Figure:
    """Ratios under one another, with heads over the names and over the numbers."""
    texts = [str(text) for text in frame["text"]]
    right = 0.2 + CHARACTER * max(map(len, [*texts, head[1]]))
    most = int((WIDTH - NARROWEST - right - 0.25) / CHARACTER)
    frame = frame.assign(label=[_cut(str(label), most) for label in frame["label"]])
    left = _margin([*frame["label"], head[0]])
    figure, ax = _sheet(0.2 + 0.24 * len(frame), left=left, right=right, top=0.35, bottom=0.72)
    with house_style():
        draw_forest(ax, frame, favours, margin=left * 72 - TEXT_GAP)
        ax.set_xlabel(head[1].partition(" (")[0], labelpad=16)
        write_beside(ax, head[0], (0, -0.6), (TEXT_GAP - left * 72, 12), weight="bold")
        write_beside(ax, head[1], (1, -0.6), (TEXT_GAP, 12), weight="bold")
    return figure


def accrual_sheet(
    frame: pd.DataFrame, target: float | None, ticks: Sequence[float], unit: str
) -> Figure:
    """Enrolment over time against its plan."""
    figure, ax = _sheet(2.8, left=0.75, right=0.25, top=0.35)
    with house_style():
        draw_accrual(ax, frame, target, ticks)
        ax.set_xlabel(f"Time since the planned start, {unit}")
        ax.set_title("Patients", loc="left", size=9, weight="bold", x=-0.06, pad=10)
    return figure


def boundary_sheet(frame: pd.DataFrame, favours: tuple[str, str]) -> Figure:
    """Boundaries of Z against the information, with what was seen."""
    figure, ax = _sheet(2.8, left=0.75, right=0.25, top=0.45)
    with house_style():
        draw_boundary(ax, frame, "z", favours)
        ax.set_xlabel("Information relative to the planned maximum")
        ax.set_title("Z", loc="left", size=9, weight="bold", x=-0.06, pad=14)
    return figure


def convergence_sheet(frame: pd.DataFrame, columns: Named) -> Figure:
    """The imputed values of every column round by round, three columns a row."""
    across, each = 3, 1.0
    n_rows = -(-len(columns) // across)
    figure = new_figure(WIDTH, 0.5 + (each + 0.45) * n_rows)
    with house_style():
        axes = figure.subplots(n_rows, across, squeeze=False, sharex=True).ravel()
        for ax, (column, label) in zip(axes, columns, strict=False):
            draw_convergence(ax, frame[frame["column"] == column])
            ax.set_title(_cut(label, PANEL), loc="left", size=8)
        for ax in axes[len(columns) :]:
            ax.set_visible(False)
        for ax in axes[max(0, len(columns) - across) : len(columns)]:
            ax.tick_params(labelbottom=True)
            ax.set_xlabel("Round")
        figure.subplots_adjust(
            left=0.07, right=0.98, top=1 - 0.3 / figure.get_figheight(),
            bottom=0.5 / figure.get_figheight(), hspace=0.55, wspace=0.35,
        )  # fmt: skip
    return figure


def _sheet(
    plot: float, *, left: float, right: float, top: float, bottom: float = 0.5
) -> tuple[Figure, Axes]:
    """A figure with one Axes, all sizes in inches."""
    height = top + plot + bottom
    figure = new_figure(WIDTH, height)
    width = max(WIDTH - left - right, NARROWEST)
    with house_style():
        box = (left / WIDTH, bottom / height, width / WIDTH, plot / height)
        return figure, figure.add_axes(box)


def _cut(label: str, most: int = LABEL) -> str:
    """A name no longer than a line: viewers draw several lines each in its own way."""
    return label if len(label) <= most else label[: most - 1] + "…"


def _margin(labels: Sequence[str]) -> float:
    """Left margin that the longest name needs, inches."""
    return 0.25 + CHARACTER * max(map(len, labels), default=0)
