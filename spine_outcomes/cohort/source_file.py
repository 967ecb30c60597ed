"""The file of a cohort, as bytes: regular, of bounded size, and of the kind its name says."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from spine_outcomes.errors import CohortError, InputOutputError, Problem
from spine_outcomes.study.key_path import nearest

MAX_BYTES = 1_000_000_000

DELIMITED = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".pq")

_PARQUET_MAGIC = b"PAR1"
_KINDS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"$FL2", "an SPSS file"),
    (b"HEADER RECORD", "a SAS transport file"),
    (_PARQUET_MAGIC, "a Parquet file"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<?xml")


@dataclass(frozen=True)
class SourceFile:
    """The bytes of a cohort file, read once.

    Parameters
    ----------
    name
        Name of the file, without its folder.
    suffix
        Its lower-case suffix: one of ``DELIMITED`` or ``PARQUET``.
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
        If the file is missing, unreadable or not a regular file.
    CohortError
        If it is empty, larger than ``MAX_BYTES``, of a kind that is not read, or of another kind
        than its name says.
    """
    file = Path(path)
    raw = _read_bytes(file)
    suffix = file.suffix.lower()
    message = _wrong_kind(raw, suffix)
    if message is not None:
        fix = "Export the table as CSV text or as Parquet."
        raise CohortError(Problem("E_FILE_KIND", message, file=file.name, fix=fix))
    return SourceFile(file.name, suffix, raw, hashlib.sha256(raw).hexdigest())


def _read_bytes(path: Path) -> bytes:
    """Bytes of a regular file of bounded size."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise InputOutputError(Problem("E_NOT_A_FILE", kind, file=str(path.absolute())))
        if status.st_size > MAX_BYTES:
            message = f"{status.st_size} bytes; at most {MAX_BYTES} are read"
            raise CohortError(Problem("E_TOO_LARGE", message, file=path.name))
        return path.read_bytes()
    except FileNotFoundError:
        raise InputOutputError(_no_file(path)) from None
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        message = getattr(fault, "strerror", None) or "cannot be read"
        raise InputOutputError(Problem("E_UNREADABLE", message, file=str(path))) from None


def _no_file(path: Path) -> Problem:
    """Say where nothing was found, and what lies beside."""
    folder = path.absolute().parent
    siblings = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    close = nearest(path.name, siblings)
    fix = f"Did you mean {close}?" if close else None
    return Problem("E_NO_FILE", "no such file", file=str(path.absolute()), fix=fix)


def _wrong_kind(raw: bytes, suffix: str) -> str | None:
    """Say why these bytes are not the kind of table that the name promises; None if they are."""
    if suffix not in (*DELIMITED, *PARQUET):
        return f"files named {suffix or 'without a suffix'} are not read"
    if not raw:
        return "the file is empty"
    if suffix in PARQUET:
        return None if raw.startswith(_PARQUET_MAGIC) else "this is not a Parquet file"
    for magic, kind in _KINDS:
        if raw.startswith(magic):
            return f"this is {kind}, not text"
    if raw[:200].lstrip().lower().startswith(_MARKUP):
        return "this is HTML or XML, not a table of text"
    return None
