"""The files of a run: every frame, table and figure, and the report, as bytes by relative name."""

from __future__ import annotations

from collections.abc import Iterable

from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import Results
from spine_outcomes.commands.frame_csv import frame_csv
from spine_outcomes.commands.manifest import sha256
from spine_outcomes.commands.stored_run import stored_files
from spine_outcomes.errors import Problem, UsageError
from spine_outcomes.report.exhibits import exhibits
from spine_outcomes.report.render import exports, page

FRAMES = (
    "results", "curves", "balance", "balance_at_risk", "effect_over_time", "e_values", "bias_grid",
    "tipping_point", "flow", "findings", "suppressed",
)  # fmt: skip
FORMATS = ("html",)
REPRODUCIBLE_DIGITS = 10


def check_formats(asked: Iterable[str]) -> None:
    """Refuse a format that no part of this version writes.

    Raises
    ------
    UsageError
        Naming it, and those that are written.
    """
    missing = [name for name in asked if name not in FORMATS]
    if missing:
        message = f"a report in {', '.join(missing)} is not written by this version, only in "
        fix = "Print the HTML report from a browser."
        raise UsageError(Problem("E_FORMAT", message + ", ".join(FORMATS), fix=fix))


def run_files(shown: Results, step: Step = silent) -> dict[str, bytes]:
    """Everything a run writes but its manifest.

    Parameters
    ----------
    shown
        What ``protected`` left of the results: small counts are masked as the plan says.
    step
        Told of each stage.
    """
    found = exhibits(shown, step)
    step("Rendering the report")
    files = {"report.html": page(shown, found)}
    files |= {f"{name}.csv": frame_csv(getattr(shown, name)) for name in FRAMES}
    files |= {f"tables/{name}.csv": text for name, text in exports(found).items()}
    files |= {f"figures/{name}.svg": picture.svg for name, picture in found.figures.items()}
    files |= stored_files(shown)
    return {name: text.encode() for name, text in files.items()}


def reproducibility_id(results: Results) -> str:
    """Hash of the results to 10 significant digits: the same on every platform."""
    return sha256(frame_csv(results.results, REPRODUCIBLE_DIGITS).encode())
