"""A single file that a command writes: whole or not at all, and never over something else."""

from __future__ import annotations

import os
from pathlib import Path

from spine_outcomes.errors import InputOutputError, Problem, RefusedError


def check_writable(path: Path, source: Path, *, overwrite: bool) -> None:
    """Refuse, before anything is read, a file that must not be replaced.

    Raises
    ------
    RefusedError
        If it is a symbolic link, or the file to read.
    InputOutputError
        If it exists and ``overwrite`` is off, or is no file.
    """
    where = str(path)
    if path.is_symlink():
        raise RefusedError(Problem("E_OUTPUT_LINK", "the output is a symbolic link", file=where))
    if path.exists() and source.exists() and path.samefile(source):
        message = "the output is the file to read"
        raise RefusedError(Problem("E_OUTPUT_OVER_INPUT", message, file=where))
    if path.exists() and not (overwrite and path.is_file()):
        fix = "Choose another name with --out, or replace it with --overwrite."
        message = "the output exists already" if path.is_file() else "the output is not a file"
        raise InputOutputError(Problem("E_OUTPUT_EXISTS", message, file=where, fix=fix))


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that it is never half there.

    Raises
    ------
    InputOutputError
        If the disk is full or the place cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(beside, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as fault:
        beside.unlink(missing_ok=True)
        message = f"cannot be written: {fault.strerror}"
        raise InputOutputError(Problem("E_OUTPUT_UNWRITABLE", message, file=str(path))) from None
