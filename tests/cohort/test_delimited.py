"""Shape of delimited text: what is wrong with it, and on which physical line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.text_table import MAX_ROWS
from spine_outcomes.errors import DictionaryError
from spine_outcomes.study.dictionary import DataDictionary

Read = Callable[..., Cohort]
Problems = Callable[..., Any]
Make = Callable[..., DataDictionary]

PLAIN = "id,part,arm,note\nP1,1,a,x\nP2,1,b,y\n"


@pytest.mark.parametrize("content", ["", "\n\n \n", b"\xef\xbb\xbf"])
def test_f02_an_empty_file(problems: Problems, content: str | bytes) -> None:
    """Nothing must not become an empty report."""
    (found,) = problems(content)
    assert "empty" in found.message


def test_f03_a_header_without_rows(problems: Problems) -> None:
    """A cohort of nobody must not become an empty report."""
    (found,) = problems("id,part,arm\n")
    assert found.code == "E_NO_ROWS"


def test_f04_blank_lines_at_the_end_are_counted_and_ignored(read: Read) -> None:
    """Editors leave blank lines behind; they are no rows."""
    cohort = read(PLAIN + "\n\n")
    assert len(cohort.frame) == 2
    assert [(f.code, f.n) for f in cohort.findings] == [("N_BLANK_LINES", 2)]


def test_f04_a_blank_line_between_rows_is_a_fault(problems: Problems) -> None:
    """A gap inside a table is where a row was lost."""
    (found,) = problems("id,part,arm\nP1,1,a\n\nP2,1,b\n")
    assert (found.code, found.line) == ("E_BLANK_LINE", 3)


def test_f05_a_byte_order_mark_is_no_part_of_the_first_name(read: Read) -> None:
    """With the mark in it the first column would be unknown."""
    pd.testing.assert_frame_equal(read(b"\xef\xbb\xbf" + PLAIN.encode()).frame, read(PLAIN).frame)


def test_f06_utf_16_is_named(problems: Problems) -> None:
    """A spreadsheet's "Unicode text" is UTF-16: read as UTF-8 it is noise."""
    (found,) = problems(PLAIN.encode("utf-16"))
    assert "UTF-16" in found.message


def test_f06_utf_16_is_read_where_it_is_declared(read: Read, dictionary: Make) -> None:
    """The dictionary, not a guess, says how bytes are text."""
    utf16 = read(PLAIN.encode("utf-16"), dictionary(encoding="utf-16"))
    pd.testing.assert_frame_equal(utf16.frame, read(PLAIN).frame)


def test_f07_a_byte_that_is_not_utf_8_is_located(problems: Problems) -> None:
    """Replaced by a question mark, a name would silently be another name."""
    (found,) = problems(b"id,part,arm,note\nP1,1,a,x\nP2,1,b,caf\xe9\n")
    assert (found.code, found.line) == ("E_ENCODING", 3)
    assert "byte 36 (0xE9, near field 4)" in found.message
    assert "cp1252" in found.fix


def test_f07_such_a_byte_is_read_where_its_encoding_is_declared(
    read: Read, dictionary: Make
) -> None:
    """A declared encoding is followed."""
    frame = read(b"id,part,arm,note\nP1,1,a,caf\xe9\n", dictionary(encoding="cp1252")).frame
    assert frame["note"].iloc[0] == "café"


@pytest.mark.parametrize("encoding", ["utf-9", "rot13", "hex"])
def test_an_encoding_that_does_not_exist_is_the_dictionarys_fault(
    read: Read, dictionary: Make, encoding: str
) -> None:
    """A misspelt encoding must not end in a traceback."""
    with pytest.raises(DictionaryError, match=encoding):
        read(PLAIN, dictionary(encoding=encoding))


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_f08_line_ends_do_not_matter(read: Read, end: str) -> None:
    """The same table from another system is the same cohort, lines included."""
    found, expected = read(PLAIN.replace("\n", end)), read(PLAIN)
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert found.lines is not None
    assert expected.lines is not None
    assert found.lines.tolist() == expected.lines.tolist()


@pytest.mark.parametrize(("sign", "word"), [(";", "';'"), ("\t", "a tab"), ("|", "'|'")])
def test_f09_f10_another_delimiter_is_named(problems: Problems, sign: str, word: str) -> None:
    """One column instead of many is a delimiter, not a thousand missing columns."""
    (found,) = problems(PLAIN.replace(",", sign))
    assert found.code == "E_DELIMITER"
    assert word in found.message


def test_a_declared_delimiter_and_tabs_in_tsv(read: Read, dictionary: Make) -> None:
    """What is declared is followed; a .tsv file is divided by tabs."""
    expected = read(PLAIN).frame
    semicolons = read(PLAIN.replace(",", ";"), dictionary(delimiter=";"))
    tabs = read(PLAIN.replace(",", "\t"), name="cohort.tsv")
    pd.testing.assert_frame_equal(semicolons.frame, expected)
    pd.testing.assert_frame_equal(tabs.frame, expected)


def test_f17_rows_with_other_numbers_of_fields(problems: Problems) -> None:
    """A shifted row puts every value into the neighbour's column."""
    found = problems("id,part,arm\nP1,1,a\nP2,1\nP3,1,a,x\nP4,1,a\n")
    assert [(p.line, p.code, p.message[-8:]) for p in found] == [
        (3, "E_FIELDS", "found: 2"),
        (4, "E_FIELDS", "found: 4"),
    ]


def test_lines_are_physical_lines(problems: Problems) -> None:
    """A quoted line break moves every later line by one; a wrong number sends the reader astray."""
    (found,) = problems('id,part,arm,note\nP1,1,a,"two\nlines"\nP2,1,z,x\n')
    assert found.line == 4


def test_quotes_and_line_breaks_inside_a_value_are_kept(read: Read) -> None:
    """Free text is the reader's, to the letter."""
    frame = read('id,part,arm,note\nP1,1,a,"say ""x"",\r\nthen y"\n').frame
    assert frame["note"].iloc[0] == 'say "x",\r\nthen y'


def test_a_quote_that_is_never_closed(problems: Problems) -> None:
    """It would swallow every row that follows."""
    (found,) = problems('id,part,arm,note\nP1,1,a,"x\nP2,1,b,y\n')
    assert (found.code, found.line) == ("E_QUOTES", 2)


def test_f19_a_nul_is_located(problems: Problems) -> None:
    """A NUL cuts a text short in other programs."""
    (found,) = problems("id,part,arm,note\nP1,1,a,x\x00y\n")
    assert (found.code, found.line) == ("E_NUL", 2)
    assert "byte 25" in found.message


@pytest.mark.parametrize("n", [70_000, 10_000_000])
def test_f20_a_giant_cell(problems: Problems, n: int) -> None:
    """Usually an unclosed quote; never a value."""
    (found,) = problems(f"id,part,arm,note\nP1,1,a,x\nP2,1,b,{'y' * n}\n")
    assert (found.code, found.line) == ("E_CELL_LENGTH", 3)


@pytest.mark.slow
def test_f21_too_many_rows(problems: Problems) -> None:
    """Five million rows are not a cohort of this program; memory must stay bounded."""
    (found,) = problems("id,part,arm\n" + "1,1,a\n" * (MAX_ROWS + 1))
    assert found.code == "E_TOO_LARGE"


def test_f33_ids_are_kept_to_the_letter(read: Read) -> None:
    """Read as numbers, 00123 and 123 were one patient and 1E5 another's."""
    ids = ["00123", "12345678901234567890", "1E5", "123"]
    text = "id,part,arm\n" + "".join(f"{name},1,a\n" for name in ids)
    assert read(text).frame["id"].to_list() == sorted(ids)


def test_f36_text_that_a_spreadsheet_would_run_is_kept_and_counted(read: Read) -> None:
    """The cohort keeps its text; whoever exports it must escape it."""
    cohort = read("id,part,arm,note\nP1,1,a,=cmd|'/c calc'!A0\nP2,1,a,@SUM\nP3,1,a,-x\n")
    assert cohort.frame["note"].iloc[0] == "=cmd|'/c calc'!A0"
    assert [(f.code, f.n) for f in cohort.findings] == [("W_FORMULA_TEXT", 3)]
