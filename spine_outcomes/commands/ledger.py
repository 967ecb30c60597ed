"""The ledger of looks: one line each, every line holding the hash of the one before.

A look that was made cannot be unmade: changing, removing or reordering lines breaks the chain, and
no further look is made beside a broken one. Beside the ledger lie its key, drawn once and known to
nobody else, and a file a look with the fingerprints of its rows and queries made with that key. All
of these stay with the data; only the folders of the looks are passed on.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from spine_outcomes.commands.manifest import read_manifest, sha256, verify
from spine_outcomes.commands.output_file import write_whole
from spine_outcomes.errors import DefinitionError, OutputLockedError, Problem

LEDGER = "interim-ledger.jsonl"
FIRST = "0" * 64  # what the first line holds in place of a hash


@dataclass(frozen=True)
class Entry:
    """One look, as the ledger holds it.

    Parameters
    ----------
    entry
        1, 2, …: number of the line.
    look, cutoff, edition, seed
        Which look, up to when (ISO), ``blinded`` or ``unblinded``, with which seed.
    plan_sha256, dictionary_sha256, data_sha256
        What it stood on; the data as they were known at the cut-off.
    folder, results_sha256
        Name of the folder written, and the hash of its outputs.
    fingerprints_sha256
        Of the file beside the ledger.
    information, z
        Of the monitored comparison; None in a blinded look.
    written
        When.
    previous
        Hash of the line before.
    """

    entry: int
    look: int
    cutoff: str
    edition: str
    seed: int
    plan_sha256: str
    dictionary_sha256: str
    data_sha256: str
    folder: str
    results_sha256: str
    fingerprints_sha256: str
    information: float | None
    z: float | None
    written: str
    previous: str = FIRST

    @property
    def line(self) -> str:
        """The line of the ledger, without its end."""
        return json.dumps(asdict(self), sort_keys=True, allow_nan=False)

    def is_same_look(self, other: Entry) -> bool:
        """Whether two lines are one look, made again from the same data, plan and seed."""
        names = ("look", "cutoff", "edition", "seed", "plan_sha256", "dictionary_sha256",
                 "data_sha256", "results_sha256")  # fmt: skip
        return all(getattr(self, name) == getattr(other, name) for name in names)


def read_ledger(path: Path) -> tuple[Entry, ...]:
    """The looks made so far; none where there is no ledger yet.

    Raises
    ------
    DefinitionError
        If a line was edited, removed, added or moved, if the fingerprints of a look or its folder
        (where it still lies beside the ledger) are not those that the line names.
    """
    if not path.exists():
        return ()
    entries: list[Entry] = []
    previous = FIRST
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        entry = _entry(path, number, text)
        if entry.entry != number or entry.previous != previous or entry.line != text:
            raise _edited(path, "the chain of hashes is broken: this line or one before it was "
                          "edited, removed or moved", number)  # fmt: skip
        previous = sha256(text.encode())
        entries.append(entry)
    for entry in entries:
        _check_files(path, entry, is_last_of_folder=_is_last(entry, entries))
    return tuple(entries)


def fingerprint_key(path: Path) -> bytes:
    """The key of a ledger, drawn when it is first asked for."""
    file = path.with_suffix(".key")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, secrets.token_hex(32) + "\n")
    return file.read_text(encoding="ascii").strip().encode()


def fingerprints_file(path: Path, entry: int) -> Path:
    """The fingerprints of one look, beside the ledger."""
    return path.with_name(f"{path.stem}.look-{entry}.json")


def read_fingerprints(path: Path, entry: Entry) -> dict[str, Any]:
    """What a look recognises its rows and queries by."""
    text = fingerprints_file(path, entry.entry).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def append(path: Path, entry: Entry, fingerprints: str, known: Sequence[Entry]) -> Entry:
    """Write a look into the ledger, after those that are ``known``.

    A look that is made again from the same data, plan and seed is not written twice.

    Returns
    -------
    Entry
        As it stands in the ledger.

    Raises
    ------
    OutputLockedError
        If another look was written since the ledger was read.
    """
    for own in known:
        if entry.is_same_look(own):
            return own
    previous = sha256(known[-1].line.encode()) if known else FIRST
    entry = replace(entry, entry=len(known) + 1, previous=previous)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if file.read().splitlines() != [own.line for own in known]:
            message = "another look was written into the ledger while this one was computed"
            fix = "Run this look again: it must be compared with that one."
            raise OutputLockedError(Problem("E_LEDGER_BUSY", message, file=str(path), fix=fix))
        write_whole(fingerprints_file(path, entry.entry), fingerprints)
        file.write(entry.line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return entry


def outputs_hash(manifest: Mapping[str, Any]) -> str:
    """Hash of the outputs that a manifest names."""
    return sha256(json.dumps(manifest.get("outputs", {}), sort_keys=True).encode())


def _entry(path: Path, number: int, text: str) -> Entry:
    """One line of the ledger."""
    try:
        keys = json.loads(text)
        if isinstance(keys, dict) and keys.keys() == {field.name for field in fields(Entry)}:
            return Entry(**keys)
    except ValueError:
        pass
    raise _edited(path, "this is no line that a look has written", number)


def _is_last(entry: Entry, entries: Sequence[Entry]) -> bool:
    """Whether no later look was written into the same folder."""
    return all(own.folder != entry.folder for own in entries[entry.entry :])


def _check_files(path: Path, entry: Entry, *, is_last_of_folder: bool) -> None:
    """Refuse fingerprints and folders that are not as the look left them."""
    prints = fingerprints_file(path, entry.entry)
    if not prints.exists() or sha256(prints.read_bytes()) != entry.fingerprints_sha256:
        raise _edited(path, f"{prints.name} is missing or was edited", entry.entry)
    folder = path.parent / entry.folder
    if not is_last_of_folder or not folder.exists():
        return
    faults = verify(folder)
    if faults or outputs_hash(read_manifest(folder)) != entry.results_sha256:
        what = faults[0].message if faults else "its manifest names other outputs"
        raise _edited(path, f"the folder {entry.folder} is not as look {entry.look} left it "
                      f"({what})", entry.entry)  # fmt: skip


def _edited(path: Path, what: str, line: int) -> DefinitionError:
    """Make the error of an earlier look that was changed."""
    fix = "Restore the ledger and the folders of its looks from a copy; a look is never taken back."
    return DefinitionError(Problem("E_LEDGER_EDITED", what, file=str(path), line=line, fix=fix))
