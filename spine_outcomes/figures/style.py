"""How every figure looks: colours, dashes, markers, type sizes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import matplotlib as mpl

INK = "#1b1f24"  # text and axes: becomes currentColor, so that a dark page can turn it light
MUTED = "#6b7280"
RULE = "#d4d8de"
PAPER = "#ffffff"
# A face that matplotlib brings along measures the text, on every machine the same; the reader's
# own face draws it. This one is wide, so that what fits here fits there.
MEASURING_FACE = "DejaVu Sans"
FACES = "Arial, 'Liberation Sans', Helvetica, 'DejaVu Sans', sans-serif"
TEXT_SIZE = 8.5
SMALL_SIZE = 7.5

RC: Mapping[str, Any] = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "figures",
        "text.parse_math": False,  # a "$" in a label is a dollar, not the start of a formula
        "font.family": [MEASURING_FACE],
        "font.size": TEXT_SIZE,
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.facecolor": "none",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": TEXT_SIZE,
        "ytick.labelsize": TEXT_SIZE,
        "lines.linewidth": 1.8,
        "lines.solid_capstyle": "butt",
        "path.simplify": False,
    }
)


def house_style() -> AbstractContextManager[None]:
    """The style while drawing and saving; what was set before comes back afterwards."""
    return mpl.rc_context(cast(Any, dict(RC)))


@dataclass(frozen=True)
class Look:
    """How one arm or one set of weights is told apart: colour, and dash or marker beside it.

    Parameters
    ----------
    colour
        Of lines and areas (Okabe and Ito 2008), at least 3:1 on white.
    text_colour
        The same hue, dark enough for small text.
    dash
        Matplotlib dash pattern.
    marker
        Matplotlib marker.
    """

    colour: str
    text_colour: str
    dash: tuple[float, tuple[float, ...]] | str
    marker: str


REFERENCE = Look("#0072B2", "#005a8e", "solid", "o")
COMPARATOR = Look("#D55E00", "#a84800", (0, (5.0, 1.6)), "s")
ARMS = (REFERENCE, COMPARATOR)
WEIGHTS = (
    Look(MUTED, MUTED, "solid", "o"),
    Look("#0072B2", "#005a8e", "solid", "D"),
    Look("#D55E00", "#a84800", "solid", "s"),
    Look("#009E73", "#00704f", "solid", "^"),
    Look("#CC79A7", "#9a4f78", "solid", "v"),
    Look("#56B4E9", "#2b7fae", "solid", "P"),
)
