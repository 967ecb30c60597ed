"""The folder a run writes: all of it at once or nothing, by one run at a time.

The run holds a lock beside the folder, writes into a hidden sibling, and swaps the two by renaming.
A run that was killed leaves its lock (which the system frees) and its sibling (which the next run
removes); the folder itself is always one complete run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spine_outcomes.commands import clock
from spine_outcomes.commands.console import say
from spine_outcomes.commands.manifest import NAME, read_manifest, verify
from spine_outcomes.errors import InputOutputError, OutputLockedError, Problem, RefusedError


@dataclass(frozen=True)
class OutputFolder:
    """A folder reserved for this run.

    Parameters
    ----------
    path
        Where the outputs appear.
    """

    path: Path

    def publish(self, files: Mapping[str, bytes]) -> None:
        """Make the folder hold exactly these files (by relative name), in one step.

        Raises
        ------
        InputOutputError
            If the disk is full or a file cannot be written; the folder is then as it was.
        """
        fresh, previous = _sibling(self.path, "new"), _sibling(self.path, "previous")
        try:
            for name, content in files.items():
                _write(fresh / name, content)
            _sync_folder(fresh)
            if self.path.exists():
                self.path.rename(previous)
            fresh.rename(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        finally:
            _tidy(self.path)


@contextmanager
def reserve(
    path: Path, identity: Mapping[str, str], inputs: tuple[Path, ...] = (), overwrite: bool = False
) -> Iterator[OutputFolder]:
    """Hold an output folder for one run, after all that could forbid writing it was checked.

    Parameters
    ----------
    path
        The folder to write.
    identity
        What makes two runs write the same thing, as in the manifest: an earlier folder with the
        same identity, and untouched since, is replaced without asking.
    inputs
        Files that were read; none may lie inside the folder.
    overwrite
        Whether anything else may be replaced as well.

    Raises
    ------
    RefusedError
        If the folder is a symbolic link, holds an input, or is one that nobody replaces.
    InputOutputError
        If it holds something else and ``overwrite`` is off, or cannot be written.
    OutputLockedError
        If another run is writing it.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link to refuse
    _refuse_unsafe(path, inputs)
    with _lock(path):
        _tidy(path)
        _check_replaceable(path, identity, overwrite)
        try:
            _try_writing(path)
            yield OutputFolder(path)
        finally:
            _tidy(path)


def _sibling(path: Path, kind: str) -> Path:
    """Give a hidden name beside the folder, so that a rename never crosses file systems."""
    return path.with_name(f".{path.name}.{kind}")


def _refuse_unsafe(path: Path, inputs: tuple[Path, ...]) -> None:
    """Refuse a folder whose replacement would reach or destroy something else."""
    if path.is_symlink():
        raise RefusedError(
            Problem("E_OUTPUT_LINK", "the output is a symbolic link", file=str(path),
                    fix="Name the folder itself with --out.")
        )  # fmt: skip
    real = Path(os.path.realpath(path))  # resolve() fails at a circle of links
    for source in inputs:
        if Path(os.path.realpath(source)).is_relative_to(real):
            raise RefusedError(
                Problem("E_OUTPUT_OVER_INPUT", f"the output folder holds the input {source.name}",
                        file=str(path), fix="Choose another folder with --out.")
            )  # fmt: skip
    home = Path("~").expanduser() if "HOME" in os.environ else None
    if Path.cwd().is_relative_to(real) or home == real or (real / ".git").exists():
        raise RefusedError(
            Problem("E_OUTPUT_PLACE", "this folder is a place of work, not one to be replaced",
                    file=str(path), fix="Name a folder of its own with --out.")
        )  # fmt: skip


def _check_replaceable(path: Path, identity: Mapping[str, str], overwrite: bool) -> None:
    """Let only an untouched earlier output of the same plan be replaced unasked."""
    if path.exists() and not path.is_dir():
        raise InputOutputError(
            Problem("E_OUTPUT_IS_FILE", "the output is a file, not a folder", file=str(path),
                    fix="Choose another name with --out.")
        )  # fmt: skip
    if overwrite or not path.exists() or not any(path.iterdir()):
        return
    if not (path / NAME).is_file():
        found = "holds files, and no manifest says that a run wrote them"
    elif (before := read_manifest(path).get("identity")) != dict(identity):
        found = f"holds the output of another {_what_differs(before, identity)}"
    elif faults := verify(path):
        found = f"was changed after it was written ({faults[0].message})"
    else:
        return
    raise InputOutputError(
        Problem("E_OUTPUT_EXISTS", f"the output folder {found}", file=str(path),
                fix="Choose another folder with --out, or replace it with --overwrite.")
    )  # fmt: skip


def _what_differs(before: object, identity: Mapping[str, str]) -> str:
    """In what an earlier output is another one: "plan", "cutoff, seed", "set of files"."""
    known = before if isinstance(before, dict) else {}
    names = [key.removesuffix("_sha256") for key in identity if known.get(key) != identity[key]]
    return ", ".join(names).replace("_", " ") or "run"


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    The operating system frees the lock of a process that ends in whatever way, so a lock file whose
    lock is free belongs to nobody.
    """
    name = _sibling(path, "lock")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(name, flags, 0o600)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _held(path, os.read(descriptor, 200)) from None
        if name.exists() and os.fstat(descriptor).st_ino == name.stat().st_ino:
            break
        os.close(descriptor)  # its holder removed the file between our opening and locking it
    try:
        killed = os.read(descriptor, 200).decode(errors="replace")
        if killed:
            say(f"W_STALE_LOCK {path}: took over the lock of a run that was killed ({killed}).")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, since {clock.now()}".encode(), 0)
        yield
    finally:
        name.unlink(missing_ok=True)
        os.close(descriptor)


def _held(path: Path, holder: bytes) -> OutputLockedError:
    """Make the error of a folder that another run holds."""
    who = holder.decode(errors="replace") or "a process that just started"
    return OutputLockedError(
        Problem("E_OUTPUT_LOCKED", f"another run is writing this folder ({who})", file=str(path),
                fix="Wait for it to end, or choose another folder with --out.")
    )  # fmt: skip


def _try_writing(path: Path) -> None:
    """Find out before computing whether the folder can be written."""
    try:
        _sibling(path, "new").mkdir(mode=0o700)
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> InputOutputError:
    """Make the error of a folder that cannot be written, in the system's words."""
    return InputOutputError(
        Problem("E_OUTPUT_UNWRITABLE", f"cannot be written: {error.strerror} (errno {error.errno})",
                file=str(path), fix="Free the disk or choose another folder with --out.")
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    """Write one new file that only its owner reads, down to the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Bring a folder's list of names to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tidy(path: Path) -> None:
    """Undo a half-done swap and remove what a run left behind; needs the lock."""
    previous = _sibling(path, "previous")
    if previous.exists() and not path.exists():
        previous.rename(path)
    for left in (_sibling(path, "new"), previous):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)
