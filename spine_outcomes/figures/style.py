"""How every figure looks: the sheet it is drawn on, colours, dashes, markers, type sizes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, cast

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, fontManager

INK = "#1b1f24"  # text and axes: becomes currentColor, so that a dark page can turn it light
MUTED = "#6b7280"
RULE = "#d4d8de"
PAPER = "#ffffff"
# A face that matplotlib brings along measures the text, on every machine the same; the reader's
# own face draws it. This one is wide, so that what fits here fits there.
MEASURING_FACE = "DejaVu Sans"
FACES = "Arial, 'Liberation Sans', Helvetica, 'DejaVu Sans', sans-serif"
SHIPPED_FACE = "Liberation Sans"  # as wide as Arial and Helvetica, letter by letter
CHINESE_FACE = "Droid Sans Fallback"
REGULAR, BOLD = "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"
CHINESE = "DroidSansFallback-GB2312.ttf"
POINTS = 72.0  # in an inch


@dataclass(frozen=True)
class Sheet:
    """What a figure is drawn on.

    Parameters
    ----------
    width
        Inches.
    text, small, title
        Type sizes in points: of axes and labels, of tables and notes, of headings.
    line
        Width of curves in points.
    face
        Family of the type.
    """

    width: float
    text: float
    small: float
    title: float
    line: float
    face: str

    @property
    def points(self) -> float:
        """Width in points."""
        return self.width * POINTS

    @property
    def is_narrow(self) -> bool:
        """Whether names beside a curve would leave too little of it."""
        return self.width < NARROW


NARROW = 4.6  # inches: more than a single column of any journal, less than a page
REPORT = Sheet(7.6, 8.5, 7.5, 9.0, 1.8, MEASURING_FACE)
HALF = Sheet(3.5, 8.0, 7.0, 8.0, 1.4, MEASURING_FACE)  # two beside each other on A4
TEXT_SIZE, SMALL_SIZE = REPORT.text, REPORT.small

RC: Mapping[str, Any] = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "figures",
        "pdf.fonttype": 42,  # TrueType: text that a journal can edit and a reader can select
        "ps.fonttype": 42,
        "text.hinting": "no_hinting",  # else pixels round the widths of letters, and names grow
        "text.parse_math": False,  # a "$" in a label is a dollar, not the start of a formula
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.facecolor": "none",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "lines.solid_capstyle": "butt",
        "path.simplify": False,
    }
)


def house_style(sheet: Sheet = REPORT) -> AbstractContextManager[None]:
    """The style while drawing and saving; what was set before comes back afterwards."""
    add_shipped_face()
    sizes = {
        "font.family": families(sheet),
        "font.size": sheet.text,
        "xtick.labelsize": sheet.text,
        "ytick.labelsize": sheet.text,
        "axes.labelsize": sheet.text,
        "axes.titlesize": sheet.title,
        "legend.fontsize": sheet.small,
        "lines.linewidth": sheet.line,
    }
    return mpl.rc_context(cast(Any, {**RC, **sizes}))


def families(sheet: Sheet) -> list[str]:
    """The face of a sheet, then those that have the letters it lacks."""
    return list(dict.fromkeys((sheet.face, MEASURING_FACE, CHINESE_FACE)))


def small_size() -> float:
    """Type size of tables and notes in the style that holds, points."""
    return FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()


@cache
def add_shipped_face() -> None:
    """Let matplotlib know the shipped fonts, before any of the same name on this machine."""
    folder = files("spine_outcomes.figures") / "fonts"
    for name in (REGULAR, BOLD, CHINESE):
        fontManager.addfont(str(folder / name))
        entry = fontManager.ttflist.pop()
        weights = (entry.weight,) if name != CHINESE else (400, 700)  # it is bold where asked to be
        fontManager.ttflist[:0] = [replace(entry, weight=weight) for weight in weights]


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
    dash: tuple[float, tuple[float, ...]] | Literal["solid"]
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
