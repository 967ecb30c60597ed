"""The results that a run stored in its folder, proved by its manifest."""

from __future__ import annotations

from pathlib import Path

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.stored import restored, stored
from spine_outcomes.commands.manifest import read_manifest, verify
from spine_outcomes.errors import InputOutputError, Problem

FOLDER = "frames"


def stored_files(results: Results) -> dict[str, str]:
    """The stored results as texts of files, by relative name."""
    return {f"{FOLDER}/{name}.json": text for name, text in stored(results).items()}


def read_run(folder: Path) -> Results:
    """Read the results of a run from its folder.

    Raises
    ------
    InputOutputError
        If the folder is not one that a run wrote, or a stored file is missing or was edited; every
        such file is named.
    DefinitionError
        If the results are of another schema version.
    """
    outputs = read_manifest(folder).get("outputs")
    if not isinstance(outputs, dict) or not any(_is_stored(name) for name in outputs):
        message = "is no folder with the stored results of a run"
        fix = "Give the folder that a report of this version wrote."
        raise InputOutputError(Problem("E_NO_RUN", message, file=str(folder), fix=fix))
    problems = [problem for problem in verify(folder) if _is_stored(problem.file or "")]
    if problems:
        raise InputOutputError(*problems)
    names = [name for name in outputs if _is_stored(name)]
    return restored({Path(name).stem: (folder / name).read_bytes() for name in names})


def _is_stored(name: str) -> bool:
    """Whether a file of a folder holds stored results."""
    return name.startswith(f"{FOLDER}/")
