"""A figure of the report, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from matplotlib.figure import Figure

from spine_outcomes.figures.style import REPORT, Sheet
from spine_outcomes.figures.svg import svg_text
from spine_outcomes.report.readout import Readout


@dataclass(frozen=True)
class Picture:
    """A figure of the report.

    Parameters
    ----------
    id, title
        Stable name, and heading.
    figure
        Drawn, on ``sheet``.
    notes
        What stands below.
    about
        Endpoint that it is about, if one.
    is_first
        Whether it is the one in view where several say the same of other weights or events.
    sheet
        What it is drawn on.
    readout
        What its curves are along their axis, for a reader who points at a time.
    """

    id: str
    title: str
    figure: Figure
    notes: tuple[str, ...] = ()
    about: str | None = None
    is_first: bool = True
    sheet: Sheet = REPORT
    readout: Readout | None = None

    @cached_property
    def description(self) -> str:
        """What readers are told who do not see it."""
        return f"{self.title}. {' '.join(self.notes)} The numbers are in the tables beside it."

    @cached_property
    def svg(self) -> str:
        """The figure as a stand-alone SVG document."""
        return svg_text(self.figure, self.id, self.title, self.description, self.sheet)


def drawn(
    figure: Figure, key: str, title: str, notes: tuple[str, ...], sheet: Sheet = REPORT
) -> Picture:
    """A drawn figure as a picture of the report."""
    return Picture(key, title, figure, notes, sheet=sheet)
