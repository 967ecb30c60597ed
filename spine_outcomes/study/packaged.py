"""The packaged study: its plans, its dictionary and the demo cohort.

In an installed package they lie under ``spine_outcomes/packaged/``; in a source checkout at the top
of the repository (or there as well, file by file).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from spine_outcomes.errors import InputOutputError, Problem
from spine_outcomes.study.key_path import nearest

DEMO_COHORT = "demo_cohort.csv"


def demo_table(name: str) -> str:
    """The packaged file of a long table beside the demo cohort, by the table's name."""
    return f"demo_{name}.csv"


def _roots() -> tuple[Path, Path]:
    """Folders that may hold a packaged file, in order."""
    package = Path(str(files("spine_outcomes")))
    return package / "packaged", package.parent


def packaged_file(name: str) -> Path:
    """Find a file of the packaged study.

    Parameters
    ----------
    name
        Path inside the study: ``"data_dictionary.yaml"``, ``"analyses/primary.yaml"``,
        ``"demo_cohort.csv"``.

    Raises
    ------
    InputOutputError
        If the installation lacks the file.
    """
    for root in _roots():
        if (root / name).is_file():
            return root / name
    problem = Problem("E_NO_FILE", f"this installation lacks its packaged {name}")
    raise InputOutputError(problem)


def packaged_plans() -> tuple[str, ...]:
    """Names of the packaged plans."""
    folders = (root / "analyses" for root in _roots())
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.yaml")}))


def find_plan(name: str) -> Path:
    """Find a plan by its path, or by its bare name in ``./analyses`` and among the packaged plans.

    Raises
    ------
    InputOutputError
        If there is none; the message names the nearest.
    """
    path = Path(name)
    is_bare = path.name == name and path.suffix not in (".yaml", ".yml")
    if not is_bare or path.is_file():
        return path
    local = Path("analyses") / f"{name}.yaml"
    if local.is_file():
        return local
    known = sorted({*packaged_plans(), *(p.stem for p in Path("analyses").glob("*.yaml"))})
    if name in packaged_plans():
        return packaged_file(f"analyses/{name}.yaml")
    close = nearest(name, known)
    raise InputOutputError(
        Problem(
            "E_NO_PLAN",
            f"no plan {name!r} in ./analyses or among the packaged plans ({', '.join(known)})",
            fix=f"Did you mean {close}?" if close else "Give the path of a plan file.",
        )
    )
