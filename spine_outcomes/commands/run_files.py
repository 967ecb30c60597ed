"""The files of a run: every frame, table and figure, and the report, as bytes by relative name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import Results
from spine_outcomes.commands.frame_csv import frame_csv
from spine_outcomes.commands.manifest import sha256
from spine_outcomes.commands.stored_run import stored_files
from spine_outcomes.errors import Problem, UsageError
from spine_outcomes.report.exhibits import Exhibits, exhibits
from spine_outcomes.report.head import Head, head
from spine_outcomes.report.pdf import pdf_document
from spine_outcomes.report.render import as_printed, exports, page
from spine_outcomes.report.word import word_document
from spine_outcomes.tables.latex import latex_text

FRAMES = (
    "results", "curves", "balance", "balance_at_risk", "effect_over_time", "e_values", "bias_grid",
    "tipping_point", "flow", "findings", "suppressed",
)  # fmt: skip
# Formats of the report, each with the module and the extra that it needs.
FORMATS: Mapping[str, tuple[str, str] | None] = MappingProxyType(
    {"html": None, "docx": ("docx", "word"), "pdf": ("weasyprint", "pdf"), "tex": None}
)
REPRODUCIBLE_DIGITS = 10


def check_formats(asked: Iterable[str]) -> None:
    """Refuse a format whose package is not there, before anything is computed.

    Raises
    ------
    UsageError
        Naming every package that cannot be used, and the extra that brings it.
    """
    problems = []
    for name in asked:
        needed = FORMATS[name]
        reason = None if needed is None else _unusable(needed[0])
        if needed and reason:
            message = f"a report in {name} needs the package {needed[0]}: {reason}"
            fix = f"Install spine-outcomes[{needed[1]}] (docs/tables.md), or leave {name} out."
            problems.append(Problem("E_FORMAT", message, fix=fix))
    if problems:
        raise UsageError(*problems)


def _unusable(module: str) -> str | None:
    """Why a package cannot be used; None where it can. WeasyPrint needs libraries of the system."""
    try:
        import_module(module)
    except (ImportError, OSError) as error:
        return str(error).partition("\n")[0]
    return None


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
    files = {f"{name}.csv": frame_csv(getattr(shown, name)) for name in FRAMES}
    files |= stored_files(shown)
    written = {name: text.encode() for name, text in files.items()} | exhibit_files(found)
    asked, printed = shown.plan.report.formats, as_printed(shown, found)
    if "tex" in asked:
        texts = {
            key: latex_text(table, printed.below, printed.said)
            for key, table in printed.tables.items()
        }
        written |= {f"tables/{key}.tex": text.encode() for key, text in texts.items()}
    return written | documents(asked, page(shown, found), printed, head(shown))


def exhibit_files(found: Exhibits) -> dict[str, bytes]:
    """Every table as CSV and every figure as SVG."""
    texts = {f"tables/{name}.csv": text for name, text in exports(found).items()}
    texts |= {f"figures/{name}.svg": picture.svg for name, picture in found.figures.items()}
    return {name: text.encode() for name, text in texts.items()}


def documents(
    formats: Iterable[str], rendered: str, printed: Exhibits, top: Head
) -> dict[str, bytes]:
    """A report as its page, as Word and as PDF, as far as these formats are asked for.

    Parameters
    ----------
    formats
        What is asked for.
    rendered, printed, top
        The page, its exhibits as it shows them, and its head.
    """
    makers: dict[str, Callable[[], bytes]] = {
        "html": rendered.encode,
        "docx": lambda: word_document(rendered, printed, top),
        "pdf": lambda: pdf_document(rendered),
    }
    return {f"report.{name}": make() for name, make in makers.items() if name in formats}


def sources(
    results: pd.DataFrame, plan: Path, plan_sha256: str, dictionary: Path, seed: int
) -> dict[str, Any]:
    """Plan, dictionary and seed of a run, and the hash of its results for its provenance.

    To 10 significant digits the results are the same on every platform.
    """
    return {
        "plan": plan.stem,
        "plan_sha256": plan_sha256,
        "dictionary": dictionary.name,
        "dictionary_sha256": sha256(dictionary.read_bytes()),
        "seed": seed,
        "reproducibility_id": sha256(frame_csv(results, REPRODUCIBLE_DIGITS).encode()),
    }
