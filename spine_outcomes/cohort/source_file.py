"""The file of a cohort, as bytes: regular, of bounded size, and of the kind its name says."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from spine_outcomes.errors import CohortError, InputOutputError, Problem, RefusedError
from spine_outcomes.study.key_path import nearest

MAX_BYTES = 1_000_000_000

DELIMITED = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".pq")
WORKBOOK = (".xlsx",)
SPSS = (".sav", ".zsav")
STATISTICAL = (".sas7bdat", ".xpt", *SPSS, ".dta")

_SAS_7 = bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf"

_STATA = (108, 110, 111, 112, 113, 114, 115)  # versions that begin with their number
_KINDS: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", WORKBOOK),
    (b"PK\x05\x06", "an empty zip archive", ()),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or an encrypted one", ()),
    (b"%PDF", "a PDF document", ()),
    (b"{\\rtf", "a text document (RTF)", ()),
    (b"\x1f\x8b", "a gzip archive", ()),
    (b"BZh", "a bzip2 archive", ()),
    (b"\xfd7zXZ", "an xz archive", ()),
    (b"7z\xbc\xaf", "a 7z archive", ()),
    (b"$FL2", "an SPSS file", SPSS),
    (b"$FL3", "an SPSS file", SPSS),
    (b"<stata_dta>", "a Stata file", (".dta",)),
    *((bytes((v, order, 1)), "a Stata file", (".dta",)) for v in _STATA for order in (1, 2)),
    (b"HEADER RECORD", "a SAS transport file", (".xpt",)),
    (b"**COMPRESSED**", "a SAS file written by PROC CPORT", ()),
    (_SAS_7, "a SAS table", (".sas7bdat",)),
    (b"PAR1", "a Parquet file", PARQUET),
)
_READ = (*DELIMITED, *PARQUET, *WORKBOOK, *STATISTICAL)
_MACROS = (".xlsm", ".xltm", ".xlam")
_MARKUP = (b"<!doctype html", b"<html", b"<?xml")


@dataclass(frozen=True)
class SourceFile:
    """The bytes of a cohort file, read once.

    Parameters
    ----------
    name
        Name of the file, without its folder.
    suffix
        Its lower-case suffix: one that is read.
    raw
        Its bytes.
    sha256
        Their hash.
    """

    name: str
    suffix: str
    raw: bytes
    sha256: str


def read_source(path: str | PathLike[str]) -> SourceFile:
    """Read the bytes of a cohort file.

    Raises
    ------
    InputOutputError
        If the file is missing, unreadable, not a regular file, or changes while it is read.
    CohortError
        If it is empty, larger than ``MAX_BYTES``, of a kind that is not read, or of another kind
        than its name says.
    RefusedError
        If its name says that it holds macros.
    """
    file = Path(path)
    raw = _read_bytes(file)
    suffix = file.suffix.lower()
    if suffix in _MACROS:
        fix = "Save the table as .xlsx."
        message = "a workbook with macros is not opened"
        raise RefusedError(Problem("E_MACROS", message, file=file.name, fix=fix))
    if not raw and suffix in _READ:
        message = "the file is empty; a header and rows are expected"
        raise CohortError(Problem("E_EMPTY", message, file=file.name))
    wrong = _wrong_kind(raw, suffix)
    if wrong is not None:
        fix = f"Export the table as one of {', '.join(_READ)}, and name the file so."
        raise CohortError(Problem("E_FILE_KIND", wrong, file=file.name, fix=fix))
    return SourceFile(file.name, suffix, raw, hashlib.sha256(raw).hexdigest())


def _read_bytes(path: Path) -> bytes:
    """Bytes of a regular file of bounded size, the same from the first to the last."""
    try:
        _check_regular(path, path.stat())
        # Whatever is put in its place meanwhile, opening it does not wait.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
            before = os.fstat(file.fileno())
            _check_regular(path, before)
            raw = file.read(MAX_BYTES + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError:
        raise InputOutputError(_no_file(path)) from None
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        message = getattr(fault, "strerror", None) or "cannot be read"
        raise InputOutputError(Problem("E_UNREADABLE", message, file=str(path))) from None
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, len(raw)):
        fix = "Wait until whoever writes it has finished, and read it again."
        message = "the file changed while it was read"
        raise InputOutputError(Problem("E_CHANGED", message, file=path.name, fix=fix))
    return raw


def _check_regular(path: Path, status: os.stat_result) -> None:
    """Stop at what is no regular file, or one too large to read."""
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise InputOutputError(Problem("E_NOT_A_FILE", kind, file=str(path.absolute())))
    if status.st_size > MAX_BYTES:
        message = f"{status.st_size} bytes; at most {MAX_BYTES} are read"
        raise CohortError(Problem("E_TOO_LARGE", message, file=path.name))


def _no_file(path: Path) -> Problem:
    """Say where nothing was found, and what lies beside."""
    folder = path.absolute().parent
    siblings = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    close = nearest(path.name, siblings)
    fix = f"Did you mean {close}?" if close else None
    return Problem("E_NO_FILE", "no such file", file=str(path.absolute()), fix=fix)


def _wrong_kind(raw: bytes, suffix: str) -> str | None:
    """Say why these bytes are not the kind of table that the name promises; None if they are."""
    kind, suffixes = next(
        ((kind, suffixes) for magic, kind, suffixes in _KINDS if raw.startswith(magic)), (None, ())
    )
    if suffix not in _READ:
        found = f"; this is {kind}" if kind else ""
        return f"files named {suffix or 'without a suffix'} are not read{found}"
    if suffix in suffixes:
        return None
    if kind is not None:
        promised = "text" if suffix in DELIMITED else suffix
        return f"this is {kind}, not {promised}"
    if raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        return "this is HTML or XML, not a table of text"
    if suffix not in DELIMITED:
        return f"this is not {kind_of(suffix)}"
    return None


def kind_of(suffix: str) -> str:
    """Say what files of a suffix are: "a SAS table"."""
    return next(kind for _, kind, suffixes in _KINDS if suffix in suffixes)
