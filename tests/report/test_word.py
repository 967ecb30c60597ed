"""The report as a Word document, read back."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache

import docx
import pytest
from docx.oxml.ns import qn

from spine_outcomes.report.exhibits import Exhibits, exhibits
from spine_outcomes.report.head import head
from spine_outcomes.report.page_blocks import page_blocks
from spine_outcomes.report.render import as_printed, page
from spine_outcomes.report.word import word_document
from spine_outcomes.tables.suppression import protected
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table
from spine_outcomes.tables.word import add_table
from tests.report.synthetic import synthetic_results

FORMULA = '=HYPERLINK("http://evil","x")'


@cache
def made() -> tuple[bytes, Exhibits]:
    """The document of the invented run, and its exhibits."""
    shown = protected(synthetic_results())
    found = exhibits(shown)
    return word_document(page(shown, found), as_printed(shown, found), head(shown)), found


def parts(document: bytes) -> dict[str, bytes]:
    """The files inside a document."""
    with zipfile.ZipFile(io.BytesIO(document)) as read:
        return {name: read.read(name) for name in read.namelist()}


def test_every_table_is_there_with_its_caption_its_heads_and_its_numbers() -> None:
    """A table left out, or a cell moved, is a report that says something else."""
    document, found = made()
    shown = protected(synthetic_results())
    printed = as_printed(shown, found)
    word = docx.Document(io.BytesIO(document))
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    tables = [t for t in word.tables if len(t.rows)]
    of_exhibits = [t for t in printed.tables.values() if t.id != "provenance"]  # a list there
    named = [c for c in captions if c.startswith("Table")]
    assert [c.split(" ", 2)[2] for c in named] == [
        t.title + (f" ({t.direction})" if t.direction else "") for t in of_exhibits
    ]
    risks = next(t for t in of_exhibits if t.id == "risks-relapse")
    own = next(
        t for t in tables
        if t.rows[-1].cells[0].text == risks.rows[-1].stub and len(t.columns) == 5
        and t.rows[1].cells[0].text == risks.stub_head
    )  # fmt: skip
    for word_row, row in zip(own.rows[2:], risks.rows, strict=True):
        if not row.is_group:
            expected = [cell.text + risks.mark(cell) for cell in row.cells]
            assert [cell.text for cell in word_row.cells[1:]] == expected


def test_heads_repeat_and_rows_do_not_break() -> None:
    """On the second page of a table nobody knows which column is which arm."""
    word = docx.Document(io.BytesIO(made()[0]))
    for table in word.tables:
        first = table.rows[0]._tr.trPr
        assert first is not None
        assert first.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_every_figure_is_there_with_words_for_those_who_do_not_see_it() -> None:
    """A picture without alternative text is nothing to a screen reader."""
    document, found = made()
    word = docx.Document(io.BytesIO(document))
    shapes = [shape._inline.docPr for shape in word.inline_shapes]
    assert [shape.get("name") for shape in shapes] == list(found.figures)
    assert all(len(shape.get("descr")) > 40 for shape in shapes)


def test_the_same_run_gives_the_same_bytes_without_author_date_or_path() -> None:
    """A document that changes by itself cannot be signed; its properties name who made it."""
    document, found = made()
    shown = protected(synthetic_results())
    again = word_document(page(shown, found), as_printed(shown, found), head(shown))
    assert again == document
    with zipfile.ZipFile(io.BytesIO(document)) as read:
        assert {info.date_time for info in read.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = docx.Document(io.BytesIO(document)).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created.year == properties.modified.year == 1980


def test_nothing_is_asked_for_and_no_field_holds_data() -> None:
    """A field or a link in a document can run or fetch something when it is opened."""
    for name, content in parts(made()[0]).items():
        if name.endswith((".xml", ".rels")):
            text = content.decode()
            assert 'TargetMode="External"' not in text
            assert "instrText" not in text
            assert set(re.findall(r'w:instr="([^"]*)"', text)) <= {"PAGE"}


@pytest.mark.parametrize("payload", [FORMULA, "DDEAUTO c:\\\\cmd", "<w:fldSimple/>", "a\x00b\x0bc"])
def test_text_of_a_cohort_stays_text(payload: str) -> None:
    """A label that starts with "=" or holds markup must be seen, not run."""
    table = Table(
        "t", payload, payload, (Column(payload, payload),),
        (Row(payload), Row(payload, (Cell((payload,), reason=payload),)),
         Row("n", (Cell((Number("−3.1", -3.1),)),))), (payload,), payload,
    )  # fmt: skip
    document = docx.Document()
    add_table(document, table, "Table 1", payload)
    buffer = io.BytesIO()
    document.save(buffer)
    xml = parts(buffer.getvalue())["word/document.xml"].decode()
    assert "w:fldSimple" not in re.sub(r"&lt;w:fldSimple/&gt;", "", xml)
    [read] = docx.Document(buffer).tables
    seen = "".join(c if c.isprintable() else " " for c in payload)
    assert read.rows[1].cells[0].text == seen
    assert read.rows[-1].cells[1].text == "−3.1"


def test_blocks_are_what_the_page_says_in_its_order() -> None:
    """Written by hand: navigation and scripts are not said, folded exhibits have one name."""
    text = (
        "<body><nav><p>Contents</p></nav><h1>Title</h1><dl><dt>Study</dt><dd>N<b>1</b></dd></dl>"
        '<h2>First</h2><p class="cue">move</p><p>Words\n and <a>more</a>.</p><details><summary>'
        'Table 1: T</summary><div class="exhibit" id="t" data-kind="table"><table><tr><td>1</td>'
        "</tr></table></div></details><ul><li>one</li></ul><table><tr><th>A</th><th>B</th></tr>"
        "<tr><td>1</td><td>2</td></tr></table><script>x</script></body>"
    )
    assert [(b.kind, b.text, b.term, b.rows) for b in page_blocks(text)] == [
        ("title", "Title", "", ()),
        ("text", "N1", "Study", ()),
        ("heading", "First", "", ()),
        ("text", "Words  and more.", "", ()),
        ("table", "t", "", ()),
        ("item", "one", "", ()),
        ("grid", "", "", (("A", "B"), ("1", "2"))),
    ]
