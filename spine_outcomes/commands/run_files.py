"""The files of a run: every frame, table and figure, and the report, as bytes by relative name."""

from __future__ import annotations

from spine_outcomes.analysis.results import Results
from spine_outcomes.commands.frame_csv import frame_csv
from spine_outcomes.commands.manifest import sha256
from spine_outcomes.report.exhibits import exhibits
from spine_outcomes.report.render import exports, page
from spine_outcomes.tables.suppression import protected

FRAMES = ("results", "curves", "balance", "flow", "findings")
REPRODUCIBLE_DIGITS = 10


def run_files(results: Results) -> dict[str, bytes]:
    """Everything a run writes but its manifest; small counts are masked as the plan says."""
    shown = protected(results)
    found = exhibits(shown)
    files = {"report.html": page(shown, found)}
    files |= {f"{name}.csv": frame_csv(getattr(shown, name)) for name in FRAMES}
    files |= {f"tables/{name}.csv": text for name, text in exports(found).items()}
    files |= {f"figures/{name}.svg": picture.svg for name, picture in found.figures.items()}
    return {name: text.encode() for name, text in files.items()}


def reproducibility_id(results: Results) -> str:
    """Hash of the results to 10 significant digits: the same on every platform."""
    return sha256(frame_csv(results.results, REPRODUCIBLE_DIGITS).encode())
