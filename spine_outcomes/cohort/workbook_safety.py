"""A workbook's archive, opened so that nothing in it can harm: its XML parts, of bounded size.

Sizes are judged before anything is inflated. What is inflated is packed again, plain and complete,
for the library that reads the values: it never meets the sender's archive.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import NoReturn
from xml.parsers import expat

from spine_outcomes.cohort.source_file import SourceFile
from spine_outcomes.errors import CohortError, Problem, RefusedError, printable

MAX_INFLATED = 400_000_000
MAX_RATIO = 100
MAX_MEMBERS = 2_000

_SMALL = 100_000  # so little may be packed as tightly as it likes
_MAX_PROLOG = 65_536
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_MACROS = re.compile(r"vbaproject|/macrosheets/|/dialogsheets/", re.IGNORECASE)
_LINKS = re.compile(r"/externallinks/", re.IGNORECASE)
_WORKBOOK = "xl/workbook.xml"

Parts = Mapping[str, bytes]


def workbook_parts(source: SourceFile) -> Parts:
    """XML parts of a workbook, by name.

    Raises
    ------
    RefusedError
        If the archive would inflate to too much, packs too tightly, holds another archive, macros,
        links to other files, or a document type in its XML.
    CohortError
        If it is damaged, encrypted, or no workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source.raw)) as archive:
            members = archive.infolist()
            _check_sizes(members, source)
            _check_content(archive, members, source)
            parts = {m.filename: archive.read(m) for m in members if _is_xml(m.filename)}
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError,
    ) as fault:  # fmt: skip
        _damaged(source, printable(fault))
    except RuntimeError:  # zipfile's word for a password
        _damaged(source, "it is encrypted")
    if _WORKBOOK not in parts:
        message = "a zip archive, but not an Excel workbook (.xlsx)"
        raise CohortError(Problem("E_FILE_KIND", message, file=source.name))
    for name, xml in parts.items():
        _check_prolog(name, xml, source)
    return parts


def packed(parts: Parts) -> io.BytesIO:
    """The parts as an archive without compression."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
    content.seek(0)
    return content


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _check_sizes(members: list[zipfile.ZipInfo], source: SourceFile) -> None:
    """Refuse a bomb by its table of contents."""
    if len(members) > MAX_MEMBERS:
        _refuse("E_ZIP_BOMB", f"{len(members)} parts; at most {MAX_MEMBERS} are opened", source)
    total = sum(member.file_size for member in members)
    if total > MAX_INFLATED:
        message = f"inflates to {total} bytes; at most {MAX_INFLATED} are read"
        _refuse("E_ZIP_BOMB", message, source)
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > _SMALL and ratio > MAX_RATIO:
            message = (
                f"{printable(member.filename)} is packed {ratio:.0f} : 1, above {MAX_RATIO} : 1"
            )
            _refuse("E_ZIP_BOMB", message, source)
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        _damaged(source, "two parts have the same name")


def _check_content(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], source: SourceFile
) -> None:
    """Refuse what is no table: programs, links to other files, archives inside."""
    for member in members:
        name = "/" + member.filename
        if _MACROS.search(name):
            fix = "Save the table as .xlsx without macros."
            _refuse("E_MACROS", f"holds macros ({printable(member.filename)})", source, fix)
        if _LINKS.search(name):
            fix = "Break the links in the spreadsheet program, which keeps the values, and save."
            message = "holds links to other files, which are never followed"
            _refuse("E_EXTERNAL_LINK", message, source, fix)
        if not _is_xml(name):
            with archive.open(member) as content:
                if content.read(4).startswith(_ARCHIVES):
                    message = f"holds another archive ({printable(member.filename)})"
                    _refuse("E_ZIP_NESTED", message, source)


def _check_prolog(name: str, xml: bytes, source: SourceFile) -> None:
    """Refuse a document type, through which entities and files would come in."""
    parser = expat.ParserCreate()
    seen: list[str] = []
    parser.StartDoctypeDeclHandler = lambda *_: seen.append("doctype")
    parser.StartElementHandler = lambda *_: seen.append("element")
    try:
        parser.Parse(xml[:_MAX_PROLOG], False)
    except expat.ExpatError as fault:
        if not seen:
            _damaged(source, f"{printable(name)}: {fault}")
    if seen[:1] != ["element"]:
        message = f"the XML of {printable(name)} declares a document type"
        _refuse("E_XML", message, source)


def _refuse(code: str, message: str, source: SourceFile, fix: str | None = None) -> NoReturn:
    fix = fix or "Export the table anew, or as CSV text."
    raise RefusedError(Problem(code, message, file=source.name, fix=fix))


def _damaged(source: SourceFile, why: str) -> NoReturn:
    message = f"not a workbook that can be read: {why}"
    fix = "Export the table anew, or as CSV text."
    raise CohortError(Problem("E_WORKBOOK", message, file=source.name, fix=fix)) from None
