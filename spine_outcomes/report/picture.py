"""A figure of the report, and what stands around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from matplotlib.figure import Figure

from spine_outcomes.figures.spoken import speaking
from spine_outcomes.figures.style import HALF, REPORT, Sheet
from spine_outcomes.figures.svg import svg_text
from spine_outcomes.figures.wording import reword
from spine_outcomes.report.readout import Readout
from spine_outcomes.tables.language import Translator

Draw = Callable[[Sheet], Figure]


@dataclass(frozen=True)
class Picture:
    """A figure of the report, drawn when it is first looked at.

    Parameters
    ----------
    id, title
        Stable name, and heading.
    draw
        Draws it on a sheet.
    notes
        What stands below.
    about
        Endpoint that it is about, if one.
    is_first
        Whether it is the one in view where several say the same of other weights or events.
    is_half
        Whether the page shows it half as wide as the others, beside another one.
    sheet
        What it is drawn on.
    read
        What its curves are along their axis, for a reader who points at a time.
    print_notes
        What stands below it on the page of a journal only.
    say
        Says its texts in the language of the report; English where it is None.
    """

    id: str
    title: str
    draw: Draw
    notes: tuple[str, ...] = ()
    about: str | None = None
    is_first: bool = True
    is_half: bool = False
    sheet: Sheet = REPORT
    read: Callable[[Figure], Readout] | None = None
    print_notes: tuple[str, ...] = ()
    say: Translator | None = None

    def as_on_the_page(self) -> Picture:
        """On the sheet of the report, or on half of one."""
        return replace(self, sheet=HALF if self.is_half else REPORT)

    @cached_property
    def figure(self) -> Figure:
        """The drawing; the texts that nothing measured are said in the language here."""
        with speaking(self.say):
            figure = self.draw(self.sheet)
        if self.say is not None:
            reword(figure, self.sheet, self.say)
        return figure

    @cached_property
    def readout(self) -> Readout | None:
        """Its curves along their axis, if it has some, named in its language."""
        if self.read is None:
            return None
        found = self.read(self.figure)
        series = tuple(
            (self.said(name), tuple(map(self.said, texts))) for name, texts in found.series
        )
        return replace(found, unit=self.said(found.unit), series=series)

    def said(self, text: str) -> str:
        """A text around it in its language."""
        return text if self.say is None else self.say(text)

    @cached_property
    def description(self) -> str:
        """What readers are told who do not see it."""
        return f"{self.title}. {' '.join(self.notes)} The numbers are in the tables beside it."

    @cached_property
    def svg(self) -> str:
        """The figure as a stand-alone SVG document."""
        title, description = self.said(self.title), self.said(self.description)
        return svg_text(self.figure, self.id, title, description, self.sheet)


def drawn(figure: Figure, key: str, title: str, notes: tuple[str, ...]) -> Picture:
    """A figure that is drawn already, on the sheet of the report."""
    return Picture(key, title, lambda _: figure, notes)
