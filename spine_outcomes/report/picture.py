"""A figure of the report: a stand-alone SVG document and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from spine_outcomes.figures.svg import svg_text


@dataclass(frozen=True)
class Picture:
    """A figure of the report.

    Parameters
    ----------
    id, title
        Stable name, and heading.
    svg
        Stand-alone document.
    notes
        What stands below.
    about
        Endpoint that it is about, if one.
    is_first
        Whether it is the one in view where several say the same of other weights or events.
    """

    id: str
    title: str
    svg: str
    notes: tuple[str, ...] = ()
    about: str | None = None
    is_first: bool = True


def drawn(figure: Figure, key: str, title: str, notes: tuple[str, ...]) -> Picture:
    """A drawn figure as a picture of the report."""
    description = f"{title}. {' '.join(notes)} The numbers are in the tables beside it."
    return Picture(key, title, svg_text(figure, key, title, description), notes)
