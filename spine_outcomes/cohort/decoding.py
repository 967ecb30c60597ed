"""Bytes into text by the declared encoding; nothing is sniffed, nothing is replaced."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from spine_outcomes.cohort.source_file import SourceFile
from spine_outcomes.errors import CohortError, DictionaryError, Problem, printable

_UTF_8 = "utf-8-sig"  # drops a byte-order mark
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def decode(source: SourceFile, declared: str) -> str:
    """Text of a file.

    Raises
    ------
    CohortError
        If the bytes are not text of the declared encoding, hold a NUL, or are blank.
    DictionaryError
        If the declared encoding does not exist.
    """
    raw, file, encoding = source.raw, source.name, codec(declared)
    if encoding == _UTF_8 and raw.startswith(_WIDE_MARKS):
        fix = "Save the file as UTF-8, or declare the encoding in the dictionary (utf-16)."
        raise CohortError(Problem("E_ENCODING", "this is UTF-16 text", file=file, fix=fix))
    try:
        text = raw.decode(encoding)
    except UnicodeError as fault:
        at = fault.start if isinstance(fault, UnicodeDecodeError) else 0
        raise CohortError(_undecodable(source, encoding, at)) from None
    if not text.strip("\ufeff \t\r\n"):
        raise CohortError(Problem("E_EMPTY", "the file is empty; a header is expected", file=file))
    if "\0" in text:
        raise CohortError(_nul(source, encoding, text))
    return text


def lines_of(text: str) -> Iterator[str]:
    r"""Lines with their ends, which are ``\n``, ``\r\n`` or ``\r`` and nothing else."""
    return (match[0] for match in _LINE.finditer(text))


def codec(declared: str) -> str:
    """Name of a declared text encoding; UTF-8 is the one that drops a byte-order mark.

    Raises
    ------
    DictionaryError
        If there is no such encoding.
    """
    try:
        " ".encode(declared)  # refuses codecs that are no text, which a look-up finds
        name = codecs.lookup(declared).name
    except (LookupError, UnicodeError):
        message = f"table.encoding: no text encoding {printable(declared)!r} is known"
        raise DictionaryError(Problem("E_ENCODING", message)) from None
    return _UTF_8 if name == "utf-8" else name


def _undecodable(source: SourceFile, encoding: str, at: int) -> Problem:
    """Say where a byte is no text, and which encoding would read it."""
    raw = source.raw
    is_western = encoding == _UTF_8 and raw[at] >= 0x80
    fix = "If the file comes from Windows, declare encoding: cp1252." if is_western else None
    name = "UTF-8" if encoding == _UTF_8 else encoding
    line = raw.count(b"\n", 0, at) + 1
    field_number = raw.count(b",", raw.rfind(b"\n", 0, at) + 1, at) + 1
    message = f"byte {at} (0x{raw[at]:02X}, near field {field_number}) is not {name}"
    return Problem("E_ENCODING", message, file=source.name, line=line, fix=fix)


def _nul(source: SourceFile, encoding: str, text: str) -> Problem:
    """Say where a NUL stands."""
    at = text.index("\0")
    where = f"byte {source.raw.index(0)}" if encoding == _UTF_8 else f"character {at}"
    fix = "The file is damaged or is not text; export it again."
    line = text.count("\n", 0, at) + 1
    return Problem("E_NUL", f"a NUL at {where}", file=source.name, line=line, fix=fix)
