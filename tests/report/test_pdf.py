"""The report as PDF, read back with poppler."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from spine_outcomes.report.exhibits import exhibits
from spine_outcomes.report.pdf import pdf_document
from spine_outcomes.report.render import page
from spine_outcomes.tables.suppression import protected
from tests.report.reading import read
from tests.report.synthetic import synthetic_results

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler here"),
]


@pytest.fixture(scope="module")
def rendered() -> str:
    """The page of the invented run."""
    shown = protected(synthetic_results())
    return page(shown, exhibits(shown))


@pytest.fixture(scope="module")
def file(rendered: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of the page."""
    made = tmp_path_factory.mktemp("pdf") / "report.pdf"
    try:
        made.write_bytes(pdf_document(rendered))
    except OSError as error:  # WeasyPrint without the libraries of the system
        pytest.skip(str(error))
    return made


def poppler(program: str, *words: str) -> str:
    """What a program of poppler says."""
    done = subprocess.run([program, *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_sheets_are_a4_with_heads_feet_and_bookmarks(file: Path) -> None:
    """Loose sheets without the study and the warning on them get mixed up."""
    facts = poppler("pdfinfo", str(file))
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)", facts)
    n_pages = int(re.search(r"Pages:\s+(\d+)", facts)[1])  # type: ignore[index]
    for number in (1, n_pages // 2, n_pages):
        sheet = poppler("pdftotext", "-f", str(number), "-l", str(number), str(file), "-")
        assert "NCT00000000" in sheet
        assert "invented patients" in sheet
        assert f"{number} / {n_pages}" in sheet
    contents = poppler("pdftotext", "-l", "1", "-layout", str(file), "-")
    last = re.search(r"Provenance\s+(\d+)", contents)  # in the contents: 0 where pages are unknown
    assert last
    assert 1 < int(last[1]) <= n_pages
    marks = poppler("pdftohtml", "-xml", "-i", "-stdout", str(file)).partition("<outline>")[2]
    named = re.findall(r"<item[^>]*>([^<]*)</item>", marks)
    assert {"1 Plain summary", "2 Key results"} <= set(named)


def test_all_type_is_embedded(file: Path) -> None:
    """A reader without the face would see another, or boxes."""
    fonts = poppler("pdffonts", str(file)).splitlines()[2:]
    assert fonts
    assert all(re.search(r"\byes yes yes\b", line) for line in fonts)


def test_every_number_of_the_page_is_on_the_sheets(file: Path, rendered: str) -> None:
    """What print cuts off is not reported."""
    found = poppler("pdftotext", "-layout", str(file), "-")
    seen = set(re.findall(r"[−<>]?\d[\d.,]*\d|\d", found))
    numbers = {e.text for e in read(rendered).all("span") if "data-raw" in e.attributes}
    assert len(numbers) > 200
    assert {n for n in numbers if n not in seen and n.strip("−<> ") not in seen} <= {"infinity"}


def test_nobody_is_named_and_nothing_is_fetched(file: Path) -> None:
    """Properties of a PDF name its author, its program and its hour."""
    facts = poppler("pdfinfo", str(file))
    assert not re.search(r"^(Author|Creator|CreationDate|ModDate|Keywords):", facts, re.MULTILINE)
    for address in ("https://evil.example/x.css", "file:///etc/passwd"):
        with pytest.raises(ValueError, match="asks for something"):
            pdf_document(f'<link rel="stylesheet" href="{address}">')
