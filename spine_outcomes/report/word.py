"""The report as a Word document: the blocks of the page, tables to edit, figures as pictures."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

from spine_outcomes.figures.files import file_bytes
from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.head import Head
from spine_outcomes.report.page_blocks import Block, page_blocks
from spine_outcomes.report.picture import Picture
from spine_outcomes.tables.table import Cell, Column, Row, Table
from spine_outcomes.tables.word import add_table, printable

if TYPE_CHECKING:
    from docx.document import Document

DPI = 200
FACE, INK = "Arial", "1B1F24"
WIDTH_MM, MARGIN_MM = 210.0, 18.0  # A4
HEIGHT_MM = 297.0
TALLEST_MM = 200.0
MM_PER_INCH = 25.4
STYLES = {
    "title": "Title",
    "heading": "Heading 1",
    "subheading": "Heading 2",
    "item": "List Bullet",
}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file can say


def word_document(page: str, found: Exhibits, top: Head) -> bytes:
    """The report as docx.

    Parameters
    ----------
    page
        The rendered page, which says what stands where.
    found
        Its exhibits, in the theme and the language of the page: all is said in it.
    top
        Head of the page: it stands on every sheet.

    Returns
    -------
    bytes
        The same page gives the same bytes: without author, date or path.
    """
    import docx

    document = docx.Document()
    _sheet(document, top, found)
    for block in page_blocks(page):
        _add(document, block, found)
    _without_traces(document, top, found)
    buffer = io.BytesIO()
    document.save(buffer)
    return _timeless(buffer.getvalue())


def _sheet(document: Document, top: Head, found: Exhibits) -> None:
    """A4 with the study above and the page number below."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(WIDTH_MM), Mm(HEIGHT_MM)
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption"):
        _type(document.styles[name], name)
    above = [found.said(top.running), found.said(top.banner)]
    section.header.paragraphs[0].text = printable("  ".join(part for part in above if part))
    below = section.footer.paragraphs[0]
    below.add_run(printable(f"{top.identifier}  "))
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    below._p.append(number)


def _type(style: Any, name: str) -> None:
    """One face in the ink of the page for all that is written."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    sizes = {"Normal": 9.5, "Title": 18.0, "Heading 1": 14.0, "Heading 2": 11.0, "Caption": 9.0}
    style.font.name, style.font.size = FACE, Pt(sizes[name])
    style.font.color.rgb = RGBColor.from_string(INK)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)


def _add(document: Document, block: Block, found: Exhibits) -> None:
    """One block at the end of the document."""
    if block.kind == "table":
        table, number = found.tables[block.text], found.said(found.number(block.text))
        add_table(document, table, number, found.below, say=found.said)
    elif block.kind == "figure":
        _picture(document, found.figures[block.text], found)
    elif block.kind == "grid":
        add_table(document, _plain_table(block), "", "")
    else:
        paragraph = document.add_paragraph(style=STYLES.get(block.kind, "Normal"))
        if block.term:
            paragraph.add_run(f"{printable(block.term)}: ").bold = True
        paragraph.add_run(printable(block.text))


def _picture(document: Document, picture: Picture, found: Exhibits) -> None:
    """A figure as PNG with its caption, its notes and what is said of it to those who listen."""
    from docx.shared import Mm, Pt

    caption = document.add_paragraph(style="Caption")
    number = found.said(found.number(picture.id))
    heading = f"{number} {picture.said(picture.title)}"
    caption.add_run(printable(heading)).bold = True
    caption.paragraph_format.keep_with_next = True
    width, height = (size * MM_PER_INCH for size in picture.figure.get_size_inches())
    scale = min(1.0, (WIDTH_MM - 2 * MARGIN_MM) / width, TALLEST_MM / height)
    image = io.BytesIO(file_bytes(picture.figure, picture.sheet, "png", DPI))
    shape = document.add_picture(image, width=Mm(width * scale))
    properties = shape._inline.docPr
    properties.set("name", picture.id)
    properties.set("descr", printable(picture.said(picture.description)))
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    note = document.add_paragraph().add_run(printable(picture.said(" ".join(picture.notes))))
    note.font.size = Pt(7.5)


def _plain_table(block: Block) -> Table:
    """A table of words that is no exhibit."""
    heads, *lines = block.rows
    n = max(len(row) for row in block.rows)
    rows = [(*line, *("",) * (n - len(line))) for line in lines]
    return Table(
        id="grid",
        title="",
        stub_head=heads[0],
        columns=tuple(
            Column(head, align="left") for head in (*heads[1:], *("",) * (n - len(heads)))
        ),
        rows=tuple(Row(line[0], tuple(Cell((text,)) for text in line[1:])) for line in rows),
    )


def _without_traces(document: Any, top: Head, found: Exhibits) -> None:
    """Properties that say what the document is, and neither who made it nor when."""
    properties = document.core_properties
    properties.title = printable(found.said(top.title))
    for name in ("author", "last_modified_by", "comments", "keywords", "subject", "category"):
        setattr(properties, name, "")
    properties.revision = 1
    properties.created = properties.modified = datetime.datetime(*LONG_AGO)


def _timeless(document: bytes) -> bytes:
    """The same zip file without the time of each part."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as read,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in read.namelist():
            part = zipfile.ZipInfo(name, LONG_AGO)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system, part.external_attr = 3, 0o600 << 16
            written.writestr(part, read.read(name))
    return made.getvalue()
