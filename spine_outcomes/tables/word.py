"""A table in a Word document: editable, with heads that repeat on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spine_outcomes.tables.table import Cell, Column, Row, Table

if TYPE_CHECKING:
    from docx.document import Document

TEXT_SIZE, NOTE_SIZE, INDENT = 8.0, 7.5, 8.0  # points
RULE, THIN = "8", "4"  # eighths of a point
CROWDED = 7  # columns from which the type is smaller
WIDTH_MM = 174.0  # between the margins of A4
WIDEST, NARROWEST, PADDING = 24, 4, 2  # characters that count for a column's share of the width
CELL_MARGIN = "45"  # twentieths of a point, left and right


def printable(text: str) -> str:
    """Text that XML can hold: characters that nobody sees become blanks."""
    return "".join(c if c.isprintable() else " " for c in text)


def add_table(
    document: Document, table: Table, number: str, source: str, *, say: Callable[[str], str] = str
) -> None:
    """Put a table at the end of a document: caption, body, notes.

    Parameters
    ----------
    document
        Of python-docx.
    table
        In the theme it shall have.
    number
        "Table 3"; empty for a table without one.
    source
        What stands at the end of its notes: population, rows, cut-off.
    say
        Says its notes in the language that the rest of it is in.
    """
    _caption(document, table, number, say)
    n_heads = 2 if table.spanners else 1
    made: Any = document.add_table(rows=n_heads, cols=len(table.columns) + 1)
    _heads(made, table)
    for row in table.rows:
        _row(made, row, table)
    _widen(made, table)
    _rules(made, n_heads)
    note = document.add_paragraph()
    _write(note, say(" ".join(table.footnotes(source))), NOTE_SIZE)
    note.paragraph_format.keep_together = True


def _caption(document: Document, table: Table, number: str, say: Callable[[str], str]) -> None:
    """Number, title and direction of the contrasts, kept with the table."""
    caption = document.add_paragraph(style="Caption")
    _write(caption, " ".join(filter(None, (number, table.title))), 9.0, is_bold=True)
    if table.direction:
        _write(caption, say(f" ({table.direction})"), 9.0)
    caption.paragraph_format.keep_with_next = True


def _heads(made: Any, table: Table) -> None:
    """Spanners and heads; they repeat on every page that the table reaches."""
    last = _places(made.rows[-1])
    _fill(last[0], table.stub_head, "left", table, is_bold=True)
    for cell, column in zip(last[1:], table.columns, strict=True):
        _fill(cell, column.head, column.align, table, is_bold=True)
    if table.spanners:
        first, place = _places(made.rows[0]), 1
        for spanner in table.spanners:
            merged = first[place].merge(first[place + spanner.width - 1])
            _fill(merged, spanner.text, "center", table, is_bold=True)
            place += spanner.width
    for row in made.rows:
        _flag(row, "w:tblHeader")
        _flag(row, "w:cantSplit")


def _row(made: Any, row: Row, table: Table) -> None:
    """One line; the head of a group spans the table and stays with the line below."""
    added = made.add_row()
    _flag(added, "w:cantSplit")
    places = _places(added)
    if row.is_group:
        whole = places[0].merge(places[-1])
        _fill(whole, row.stub, "left", table, is_bold=True)
        whole.paragraphs[0].paragraph_format.keep_with_next = True
        return
    _fill(places[0], row.stub, "left", table, is_indented=row.is_indented)
    for place, cell, column in zip(places[1:], row.cells, table.columns, strict=True):
        _value(place, cell, column, table)


def _places(row: Any) -> list[Any]:
    """Cells of a row as they stand in the file: python-docx looks for merged ones in all rows."""
    from docx.table import _Cell

    return [_Cell(each, row._parent) for each in row._tr.tc_lst]


def _value(place: Any, cell: Cell, column: Column, table: Table) -> None:
    """One value, with the number of its reason where it is not estimable."""
    _fill(place, cell.text, column.align, table)
    mark = place.paragraphs[0].add_run(table.mark(cell))
    mark.font.superscript = True


def _widen(made: Any, table: Table) -> None:
    """Columns as wide as their longest line asks for, within what the sheet has."""
    from docx.shared import Mm

    stubs = [len(row.stub) + 2 * row.is_indented for row in table.rows if not row.is_group]
    heads = [max(map(len, column.head.split(" "))) for column in table.columns]
    longest = [max(stubs, default=0)]
    for place, head in enumerate(heads):
        texts = [len(row.cells[place].text) for row in table.rows if row.cells]
        longest.append(max(head, *texts, 0))
    shares = [min(max(n, NARROWEST), WIDEST) + PADDING for n in longest]
    made.autofit = False
    _margins(made)
    for row in made.rows:
        for cell, share in zip(_places(row), shares, strict=False):
            if cell._tc.grid_span == 1:
                cell.width = Mm(WIDTH_MM * share / sum(shares))
    for column, share in zip(made.columns, shares, strict=True):
        column.width = Mm(WIDTH_MM * share / sum(shares))


def _margins(made: Any) -> None:
    """Less room between columns than Word leaves by itself."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), CELL_MARGIN)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    made._tbl.tblPr.append(margins)


def _fill(
    place: Any,
    text: str,
    align: str,
    table: Table,
    *,
    is_bold: bool = False,
    is_indented: bool = False,
) -> None:
    """Text of one cell."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = place.paragraphs[0]
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.paragraph_format.space_before = Pt(1)
    if is_indented:
        paragraph.paragraph_format.left_indent = Pt(INDENT)
    size = TEXT_SIZE - (1.0 if len(table.columns) > CROWDED else 0.0)
    _write(paragraph, text, size, is_bold=is_bold)


def _write(paragraph: Any, text: str, size: float, *, is_bold: bool = False) -> None:
    """A run of text of a size."""
    from docx.shared import Pt

    run = paragraph.add_run(printable(text))
    run.font.size = Pt(size)
    run.bold = is_bold


def _flag(row: Any, name: str) -> None:
    """Set a property of a row that python-docx has no name for."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _rules(made: Any, n_heads: int) -> None:
    """Rules above and below the heads and below the body, none between columns."""
    _border(_places(made.rows[0]), "top", RULE)
    _border(_places(made.rows[n_heads - 1]), "bottom", THIN)
    _border(_places(made.rows[-1]), "bottom", RULE)


def _border(places: list[Any], side: str, width: str) -> None:
    """A rule along one side of cells."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for place in places:
        properties = place._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", width), ("space", "0"), ("color", "1B1F24")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
