"""Text in the margin of a plot, at a distance in points whatever the scale of the axes."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes


def write_beside(
    ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **look: Any
) -> None:
    """Write left-aligned ``text`` next to a point.

    Parameters
    ----------
    ax
        The plot.
    text
        What to write.
    at
        Horizontal place as a fraction of the plot (0 its left edge, 1 its right), vertical place in
        data units.
    offset
        Points to the right and upwards from there.
    look
        Properties of the text.
    """
    ax.annotate(
        text,
        at,
        xycoords=ax.get_yaxis_transform(),
        xytext=offset,
        textcoords="offset points",
        annotation_clip=False,
        **{"ha": "left", "va": "center", **look},
    )
