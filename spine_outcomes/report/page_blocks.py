"""What a page says, block by block in reading order, for documents that are no page."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

Kind = Literal["title", "heading", "subheading", "text", "item", "table", "figure", "grid"]

KINDS: dict[str, Kind] = {
    "h1": "title", "h2": "heading", "h3": "subheading", "h4": "subheading",
    "summary": "subheading", "p": "text", "li": "item", "dd": "text",
}  # fmt: skip
PASSED_OVER = {"head", "nav", "script", "style", "svg", "button", "template"}
NOT_SAID = {"skip", "on-paper", "cue", "buttons"}
VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass(frozen=True)
class Block:
    """One block of a page.

    Parameters
    ----------
    kind
        What it is. ``table`` and ``figure`` are exhibits, named by their id; ``grid`` is a table
        that is no exhibit.
    text
        What it says, or the id of the exhibit.
    term
        What it explains, in a list of terms.
    rows
        Cells of a grid, its heads first.
    """

    kind: Kind
    text: str
    term: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def page_blocks(page: str) -> tuple[Block, ...]:
    """Blocks of a rendered page; the name of a folded exhibit is left out, it has a caption."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = reader.blocks
    followed = zip(found, [*found[1:], None], strict=True)
    return tuple(
        block
        for block, after in followed
        if not (block.kind == "subheading" and after and after.kind in ("table", "figure"))
    )


class _Reader(HTMLParser):
    """Collects the blocks of a page that our own templates wrote."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.open: list[str] = []
        self.silent_from: int | None = None
        self.kind: Kind | None = None
        self.text: list[str] = []
        self.term: str | None = None
        self.rows: list[list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element: a block, an exhibit, or something that is passed over."""
        if tag in VOID:
            return
        self.open.append(tag)
        if self.silent_from is not None:
            return
        given = {key: value or "" for key, value in attrs}
        kind = given.get("data-kind")
        if kind in ("table", "figure"):
            self._end_block()
            self.blocks.append(Block("table" if kind == "table" else "figure", given["id"]))
        is_silent = tag in PASSED_OVER or bool(NOT_SAID & set(given.get("class", "").split()))
        if is_silent or kind in ("table", "figure"):
            self.silent_from = len(self.open)
        elif tag == "table":
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows is not None:
            self.text = []
        elif tag == "dt":
            self._end_block()
            self.term = ""
        elif tag in KINDS and self.rows is None:
            self._end_block()
            self.kind = KINDS[tag]

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and whatever inside it was left open."""
        while self.open:
            closed = self.open.pop()
            if self.silent_from is not None and len(self.open) < self.silent_from:
                self.silent_from = None
            elif self.silent_from is None:
                self._end(closed)
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        """Keep what a block says."""
        is_heard = any(each is not None for each in (self.kind, self.rows, self.term))
        if self.silent_from is None and is_heard:
            self.text.append(data)

    def _end(self, tag: str) -> None:
        """Close a block, a cell or a grid."""
        if tag == "dt":
            self.term, self.text = _line(self.text), []
        elif self.rows is None:
            if tag in KINDS:
                self._end_block()
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append(_line(self.text))
            self.text = []
        elif tag == "table":
            rows = tuple(tuple(row) for row in self.rows)
            self.blocks.append(Block("grid", "", rows=rows))
            self.rows, self.text = None, []

    def _end_block(self) -> None:
        """Keep the block that is open, if it says something."""
        said = _line(self.text)
        if self.kind is not None and said:
            self.blocks.append(Block(self.kind, said, self.term or ""))
            self.term = None
        self.kind, self.text = None, []


def _line(parts: list[str]) -> str:
    """Text without the breaks of its source."""
    return " ".join("".join(parts).split(" ")).replace("\n", " ").strip()
