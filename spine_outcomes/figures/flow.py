"""The flow of rows from reading to analysis, as boxes with text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from spine_outcomes.figures.style import FACES, INK, MUTED, PAPER, TEXT_SIZE
from spine_outcomes.figures.svg import SVG

WIDTH = 547.2
LINE, PAD, GAP = 12.0, 7.0, 22.0
MAIN, SIDE = 230.0, 250.0  # widths of the boxes
CHARACTERS = {MAIN: 40, SIDE: 44}


@dataclass(frozen=True)
class Step:
    """One step: what is left after it, and what it left out (empty where nothing)."""

    kept: Sequence[str]
    left_out: Sequence[str] = ()


def flow_svg(
    steps: Sequence[Step], arms: Sequence[Sequence[str]], name: str, title: str, description: str
) -> str:
    """The flow chart as a stand-alone SVG document.

    Parameters
    ----------
    steps
        From top to bottom; each text is a line, the first in bold.
    arms
        Lines of the boxes at the bottom, side by side.
    name, title, description
        As in ``svg_text``.
    """
    parts: list[str] = []
    top, x = 4.0, 20.0
    for position, step in enumerate(steps):
        side = _lines(step.left_out, SIDE)
        if position:
            middle = top + max(GAP, _height(side) + 10 if side else GAP) / 2
            bottom = 2 * middle - top
            parts.append(_arrow(x + MAIN / 2, top, x + MAIN / 2, bottom))
            if side:
                parts.append(_arrow(x + MAIN / 2, middle, WIDTH - SIDE - 4, middle))
                parts += _box(WIDTH - SIDE - 4, middle - _height(side) / 2, SIDE, side)
            top = bottom
        kept = _lines(step.kept, MAIN)
        parts += _box(x, top, MAIN, kept)
        top += _height(kept)
    parts += _arm_boxes(arms, x, top)
    bottom = top + (2 * GAP + max(_height(_lines(arm, MAIN)) for arm in arms) if arms else 0) + 4
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 {WIDTH:g} {bottom:g}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" font-family="{FACES}" '
        f'font-size="{TEXT_SIZE}" color="{INK}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
        f'<rect class="sheet" width="100%" height="100%" fill="{PAPER}" />{"".join(parts)}</svg>\n'
    )


def _arm_boxes(arms: Sequence[Sequence[str]], x: float, top: float) -> list[str]:
    """The boxes of the arms, each under a branch of the last arrow."""
    parts: list[str] = []
    width = (WIDTH - 24) / max(len(arms), 1)
    fork = top + GAP
    for position, arm in enumerate(arms):
        centre = 4 + position * (width + 16) + width / 2
        parts.append(_line(x + MAIN / 2, fork, centre, fork))
        parts.append(_arrow(centre, fork, centre, fork + GAP))
        parts += _box(centre - width / 2, fork + GAP, width, _lines(arm, MAIN))
    return [*([_line(x + MAIN / 2, top, x + MAIN / 2, fork)] if arms else []), *parts]


def _lines(texts: Sequence[str], width: float) -> list[tuple[str, bool]]:
    """Texts folded to a box's width, the first text bold."""
    return [
        (line, position == 0)
        for position, text in enumerate(texts)
        for line in textwrap.wrap(text, CHARACTERS[width])
    ]


def _height(lines: Sequence[tuple[str, bool]]) -> float:
    """Height of a box of lines."""
    return LINE * len(lines) + 2 * PAD


def _box(x: float, y: float, width: float, lines: Sequence[tuple[str, bool]]) -> list[str]:
    """A box and its lines."""
    box = (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{_height(lines):g}" rx="3" '
        f'fill="none" stroke="{MUTED}" stroke-width="0.8" />'
    )
    return [
        box,
        *(_text(x + 9, y + PAD + LINE * (i + 0.78), *line) for i, line in enumerate(lines)),
    ]


def _text(x: float, y: float, text: str, is_bold: bool) -> str:
    """One line of text."""
    weight = "bold" if is_bold else "normal"
    place = f'x="{x:g}" y="{y:g}" font-weight="{weight}"'
    return f'<text {place} fill="currentColor">{escape(text)}</text>'


def _line(*points: float) -> str:
    """A connecting line through its points, x and y in turn."""
    pairs = zip(points[::2], points[1::2], strict=True)
    path = " L ".join(f"{x:g} {y:g}" for x, y in pairs)
    return f'<path d="M {path}" fill="none" stroke="{MUTED}" stroke-width="0.8" />'


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """A connecting line with a head at its end, pointing down or right."""
    if x1 == x2:
        head = _line(x2 - 3, y2 - 5, x2, y2, x2 + 3, y2 - 5)
    else:
        head = _line(x2 - 5, y2 - 3, x2, y2, x2 - 5, y2 + 3)
    return _line(x1, y1, x2, y2) + head
