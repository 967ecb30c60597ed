"""The manifest of an output folder: what went in, what came out, by their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spine_outcomes.cohort.source_file import read_source
from spine_outcomes.commands import clock
from spine_outcomes.errors import Problem

NAME = "manifest.json"
SCHEMA_VERSION = 1


def sha256(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def with_manifest(
    files: Mapping[str, bytes],
    identity: Mapping[str, str],
    facts: Mapping[str, Any],
    seconds: Mapping[str, float] | None = None,
) -> dict[str, bytes]:
    """Add ``manifest.json`` to the files of a run.

    Parameters
    ----------
    files
        Content by relative name.
    identity
        What makes two runs write the same thing.
    facts
        Data, plan, dictionary, versions, seed, command. They are the same in every run on the same
        inputs; ``written``, the time of day, and ``seconds`` are not.
    seconds
        How long each part of the run took; left out where ``SOURCE_DATE_EPOCH`` is the time.
    """
    elapsed = {"seconds": dict(seconds)} if seconds and not clock.is_pinned() else {}
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "identity": dict(identity),
        **facts,
        "outputs": {name: sha256(content) for name, content in sorted(files.items())},
        "written": clock.now(),
        **elapsed,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return {**files, NAME: text.encode()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a folder; one that is damaged counts as empty."""
    try:
        manifest = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def verify(folder: Path) -> tuple[Problem, ...]:
    """Compare a folder with its manifest: every file there, unchanged, and no other.

    Returns
    -------
    tuple of Problem
        Empty where the folder is as the run wrote it.
    """
    expected = read_manifest(folder).get("outputs")
    if not isinstance(expected, dict):
        return (Problem("E_MANIFEST", "there is no readable manifest", file=NAME),)
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }
    problems = []
    for name in sorted(expected.keys() | found.keys() - {NAME}):
        if name not in found:
            problems.append(Problem("E_MANIFEST_MISSING", f"{name} is missing", file=name))
        elif name not in expected:
            problems.append(Problem("E_MANIFEST_EXTRA", f"{name} is no output of it", file=name))
        elif found[name].is_symlink() or sha256(found[name].read_bytes()) != expected[name]:
            problems.append(Problem("E_MANIFEST_CHECKSUM", f"{name} was edited", file=name))
    return tuple(problems)


def verify_data(folder: Path, cohort: Path | None, tables: Mapping[str, Path]) -> list[Problem]:
    """Compare data with the hashes of those that a run read.

    Parameters
    ----------
    folder
        What the run wrote.
    cohort
        The cohort's file; None: not compared.
    tables
        Files of long tables, by name.

    Raises
    ------
    InputOutputError
        If a file is missing, unreadable or not a regular file.
    """
    written = read_manifest(folder)
    known = written.get("tables", {})
    pairs = [] if cohort is None else [(cohort, "data_sha256", written.get("data_sha256"))]
    pairs += [
        (file, f"tables.{name}", known.get(name, {}).get("data_sha256"))
        for name, file in tables.items()
    ]
    return [
        Problem("E_MANIFEST_DATA", f"not the file whose hash stands in {key}", file=file.name)
        for file, key, digest in pairs
        if read_source(file).sha256 != digest
    ]
