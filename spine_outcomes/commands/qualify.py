"""``qualify``: does this installation compute what other programs compute."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.console import announce, progress
from spine_outcomes.commands.options import Overwrite
from spine_outcomes.errors import Problem, SpineOutcomesError

PACKAGES = (
    "spine-outcomes", "numpy", "scipy", "pandas", "statsmodels", "scikit-learn", "lifelines",
)  # fmt: skip


def qualify(
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/qualification"),
    overwrite: Overwrite = False,
) -> None:
    """Compare this installation with R and other packages: certificate.html and certificate.csv.

    Weights, balance, curves, restricted means, hazard ratios, tests and stopping bounds of four
    public cohorts beside the answers of R that come with the program, and beside lifelines and
    statsmodels on this machine. Exit code 1 where a number differs by more than its tolerance; the
    files are written whatever is found.
    """
    from spine_outcomes.commands.frame_csv import frame_csv
    from spine_outcomes.commands.manifest import with_manifest
    from spine_outcomes.commands.output_folder import reserve
    from spine_outcomes.qualification.certificate import certificate
    from spine_outcomes.report.certificate import certificate_page

    identity = {"command": "qualify"}
    with progress() as step, reserve(out, identity, overwrite=overwrite) as folder:
        found = certificate(step)
        step("Writing")
        installed = _installed()
        files = {
            "certificate.html": certificate_page(found, installed).encode(),
            "certificate.csv": frame_csv(found).encode("utf-8-sig"),
        }
        files = with_manifest(files, identity, {"installed": installed})
        folder.publish(files)
    for name in sorted(files):
        announce(out / name)
    n_wrong = int((found["verdict"] == "differs").sum())
    if n_wrong:
        message = f"{n_wrong} of {len(found)} numbers differ from their reference"
        fix = "Compare the installed versions with those that the program was validated with."
        raise SpineOutcomesError(Problem("E_NOT_QUALIFIED", message, fix=fix))


def _installed() -> dict[str, str]:
    """Versions of the system, of Python and of the packages that compute."""
    machine = {"System": platform.platform(), "Python": platform.python_version()}
    return machine | {name: version(name) for name in PACKAGES}
