"""A figure as the bytes of a file: exact width, embedded type, the same bytes every time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from PIL import Image

from spine_outcomes.figures.style import PAPER, Sheet, house_style

Format = Literal["pdf", "svg", "png", "tiff", "eps"]
_DATED = re.compile(rb"^%%(CreationDate|Title):.*\n", re.MULTILINE)


def file_bytes(figure: Figure, sheet: Sheet, kind: Format, dpi: int) -> bytes:
    """A figure that was drawn on ``sheet`` as a file.

    Parameters
    ----------
    figure
        Of the width of the sheet; the file has that width.
    sheet
        What it was drawn on.
    kind
        ``pdf`` and ``eps`` embed their type as TrueType; ``eps`` has no transparency: areas become
        the pale colours that they look like on white. ``png`` and ``tiff`` (LZW) are RGB on white.
        (``svg`` is written by ``svg_text``.)
    dpi
        Pixels per inch of ``png`` and ``tiff``.
    """
    writers: Mapping[str, Callable[[Figure, int], bytes]] = {
        "pdf": _pdf, "eps": _eps, "png": _png, "tiff": _tiff,
    }  # fmt: skip
    with house_style(sheet), warnings.catch_warnings():
        # Letters that no face has are found by ``lacking``, which names them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        return writers[kind](figure, dpi)


def _pdf(figure: Figure, _: int) -> bytes:
    """PDF without a date; the sheet is white in print and clear on screen."""
    return _saved(figure, format="pdf", metadata={"CreationDate": None})


def _eps(figure: Figure, _: int) -> bytes:
    """Encapsulated PostScript without transparency, date or name of a file."""
    with opaque(figure):
        return _DATED.sub(b"", _saved(figure, format="eps", facecolor=PAPER))


def _png(figure: Figure, dpi: int) -> bytes:
    """PNG in RGB with its resolution."""
    return _image_bytes(figure, dpi, format="PNG", optimize=True)


def _tiff(figure: Figure, dpi: int) -> bytes:
    """TIFF in RGB, compressed without loss, with its resolution."""
    return _image_bytes(figure, dpi, format="TIFF", compression="tiff_lzw")


def _image_bytes(figure: Figure, dpi: int, **options: Any) -> bytes:
    """Pixels of a figure, as many as its width at this resolution, to the nearest."""
    size = figure.get_figwidth(), figure.get_figheight()
    width, height = (float(np.rint(side * dpi)) + 1e-6 for side in size)
    try:
        figure.set_size_inches(width / dpi, height / dpi)  # the canvas drops fractions of a pixel
        drawn = _saved(figure, format="png", dpi=dpi, facecolor=PAPER)
    finally:
        figure.set_size_inches(*size)
    written = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as image:
        image.convert("RGB").save(written, dpi=(dpi, dpi), **options)
    return written.getvalue()


def _saved(figure: Figure, **options: Any) -> bytes:
    """What matplotlib writes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, **options)
    return buffer.getvalue()


@contextmanager
def opaque(figure: Figure) -> Iterator[None]:
    """Every see-through artist in the colour that it has on white, until the end of the block.

    Areas that lie over one another then hide each other: each gets an edge in its full colour, so
    that its limits stay visible.
    """
    pale = [artist for artist in figure.findobj() if (artist.get_alpha() or 1) < 1]
    before = [(artist, _look(artist), artist.get_alpha()) for artist in pale]
    for artist, look, alpha in before:
        artist.set_alpha(None)
        artist.set(**{key: _on_white(colour, alpha) for key, colour in look.items()})
        if isinstance(artist, Collection):
            artist.set(edgecolor=look["facecolor"], linewidth=0.4)
    try:
        yield
    finally:
        for artist, look, alpha in before:
            artist.set(**look)
            if isinstance(artist, Collection):
                artist.set(edgecolor="none", linewidth=0)
            artist.set_alpha(alpha)


def _look(artist: Artist) -> dict[str, Any]:
    """The colours of an artist that are see-through with it, without their alpha."""
    if isinstance(artist, Line2D):
        return {"color": to_rgb(artist.get_color())}
    if isinstance(artist, Patch):
        return {"facecolor": to_rgb(artist.get_facecolor())}
    if isinstance(artist, Collection):
        return {"facecolor": to_rgb(to_rgba_array(artist.get_facecolor())[0].tolist())}
    return {}


def _on_white(colour: tuple[float, float, float], alpha: Any) -> tuple[float, ...]:
    """What a see-through colour looks like on white paper."""
    return tuple(float(alpha) * part + 1 - float(alpha) for part in colour)
