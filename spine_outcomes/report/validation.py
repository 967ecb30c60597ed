"""What checking a cohort table found, as one self-contained HTML page of the report's look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.intake_findings import KINDS
from spine_outcomes.cohort.profile import Distribution
from spine_outcomes.cohort.queries import rows_with, summary, tables_of
from spine_outcomes.errors import Finding
from spine_outcomes.figures.thumbnail import thumbnail
from spine_outcomes.report.environment import read_asset
from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.gates import Gate
from spine_outcomes.report.head import SHORT, SIMULATED, Head
from spine_outcomes.report.render import laid_out
from spine_outcomes.report.sections import Section
from spine_outcomes.study.checks import CheckSeverity
from spine_outcomes.tables import validation as tables
from spine_outcomes.tables.suppressed import explained
from spine_outcomes.tables.table import Table
from spine_outcomes.tables.validation_suppression import Profile, protected_profile

COARSE = 10  # steps of the tallest bar of a distribution that hides a count


@dataclass(frozen=True)
class Thumbnail:
    """One distribution as the page shows it.

    Parameters
    ----------
    name, label
        The column, and what it is called.
    svg
        The picture.
    first, last
        What stands under its ends.
    """

    name: str
    label: str
    svg: str
    first: str
    last: str


def validation_page(inspection: Inspection, *, dictionary: str, min_cell: int = 5) -> str:
    """The page of an inspected cohort table.

    Parameters
    ----------
    inspection
        What reading the table found.
    dictionary
        Name of the dictionary's file.
    min_cell
        Counts of patients below this, of values missing and of values in a bar, are hidden. Counts
        of queries are not: they are the work to be done.

    Returns
    -------
    str
        HTML without an identifier, a date or a value of anybody. The same inspection gives the
        same text.
    """
    found = summary(inspection)
    profiles = tuple(protected_profile(table, min_cell) for table in tables_of(inspection))
    pictures = [
        _thumbnail(shape, bars, min_cell)
        for profile in profiles
        for shape, bars in zip(profile.shapes, profile.bars, strict=True)
    ]
    made = tuple(explained(table, min_cell) for table in _tables(inspection, profiles))
    source = f"Source: {inspection.source}"
    exhibits = Exhibits({table.id: table for table in made}, {}, source, None)
    return laid_out(
        _head(inspection, dictionary),
        exhibits,
        _sections(exhibits, inspection, bool(pictures)),
        {
            "source": inspection.source,
            "sha256": inspection.sha256,
            "queries": int(found["n"].sum()),
        },
        style=read_asset("validation.css"),
        gates={},
        verdict=_verdict(inspection),
        thumbnails=pictures,
        findings=_other_findings(inspection),
        min_cell=min_cell,
    )


def _tables(inspection: Inspection, profiles: Sequence[Profile]) -> Iterator[Table]:
    """Every table that has something to say, in the order of the page."""
    found = summary(inspection)
    yield tables.by_severity(inspection, found)
    problems = tables.problems_of(inspection)
    if problems:
        yield tables.file_problems(problems)
    if len(found):
        yield tables.by_rule(found)
        yield tables.by_column(inspection, found)
    for profile in profiles:
        if (profile.missing["n_missing"] != 0).any():
            yield tables.missing(profile)
    if any(profile.shapes for profile in profiles):
        yield tables.distribution_counts(profiles)
    read = tables.intake(inspection)
    if read.rows:
        yield read


def _sections(found: Exhibits, inspection: Inspection, has_shapes: bool) -> tuple[Section, ...]:
    """Sections of the page that have something to show, in reading order."""
    missing = tuple(key for key in found.tables if key.startswith("missing-"))
    whole = (
        Section("verdict", "Verdict", "validation_verdict", ("by-severity",)),
        Section("file", "The file", "exhibits", ("file-problems",)),
        Section("rules", "Queries by rule", "exhibits", ("by-rule",)),
        Section("columns", "Queries by column", "exhibits", ("by-column",)),
        Section("missing", "Missing values", "exhibits", missing),
    )
    shown = [p for p in whole if p.tables and all(key in found.tables for key in p.tables)]
    if has_shapes:
        name = "validation_distributions"
        shown.append(Section("distributions", "Distributions", name, ("distribution-counts",)))
    if "intake" in found.tables or _other_findings(inspection):
        ids = ("intake",) if "intake" in found.tables else ()
        shown.append(Section("reading", "What reading did", "validation_reading", ids))
    return tuple(shown)


def _head(inspection: Inspection, dictionary: str) -> Head:
    """Head of the page: which table was checked, by which dictionary."""
    frame = inspection.frame
    patient = inspection.dictionary.table.patient
    size = (
        ()
        if frame is None
        else (("Rows", str(len(frame))), ("Patients", str(frame[patient].nunique())),
              ("Columns", str(len(inspection.noticed))))
    )  # fmt: skip
    program = version("spine-outcomes")
    identifier = (inspection.sha256 or "")[:SHORT]
    facts = (
        ("Cohort", inspection.source),
        ("Dictionary", dictionary),
        *size,
        *((t.source, _n_rows(t)) for t in inspection.long.values()),
        ("Program", f"spine-outcomes {program}"),
        ("Hash of the file", identifier),
    )
    return Head(
        title=f"Validation of {inspection.source}",
        study=f"Validation of {inspection.source}",
        cutoff=None,
        warning=SIMULATED if inspection.is_simulated else None,
        version=program,
        identifier=identifier,
        facts=tuple((term, value) for term, value in facts if value),
    )


def _n_rows(table: Inspection) -> str:
    """Size of a long table, for the head."""
    return "not read" if table.frame is None else f"{len(table.frame)} rows"


def _verdict(inspection: Inspection) -> Gate:
    """Whether the table can be analysed, and what is left to ask."""
    kinds: tuple[CheckSeverity, CheckSeverity] = ("error", "warning")
    errors, warnings = (
        sum(len(rows_with(table, kind)) for table in tables_of(inspection)) for kind in kinds
    )
    reasons, faults = [], len(tables.problems_of(inspection))
    if faults:
        reasons.append(f"{faults} faults of the file, its shape or its names")
    if errors:
        reasons.append(f"{errors} rows with errors, which must be mended first")
    if warnings:
        reasons.append(f"{warnings} rows with warnings, which deserve a look")
    is_open = not (faults or errors)
    words = "This cohort can be analysed." if is_open else "This cohort cannot be analysed yet."
    return Gate(is_open, words, tuple(reasons))


def _thumbnail(shape: Distribution, bars: Sequence[int | str], min_cell: int) -> Thumbnail:
    """The picture of a distribution; beside a hidden count all bars grow in coarse steps."""
    tallest = max(shape.counts, default=0)
    step = 1
    if any(isinstance(n, str) for n in bars):
        step = max(min_cell, -(-tallest // COARSE))
    counts = [-(-n // step) * step for n in shape.counts]
    tallest = max(counts, default=0) or 1
    unit = f" {shape.column.unit}" if shape.column.unit else ""
    title = (
        f"Distribution of {shape.column.label}: {len(shape.labels)} bars from {shape.labels[0]} "
        f"to {shape.labels[-1]}{unit}"
    )
    picture = thumbnail([n / tallest for n in counts], title, is_scale=shape.is_scale)
    first = shape.labels[0].partition(" to ")[0]
    last = shape.labels[-1].rpartition(" to ")[2] + unit
    return Thumbnail(
        shape.column.name, shape.column.label, picture, first, "" if len(counts) == 1 else last
    )


def _other_findings(inspection: Inspection) -> tuple[Finding, ...]:
    """Findings of the intake that no query and no line of the tables says."""
    of_rules = {id(b.finding) for table in tables_of(inspection) for b in table.breaches}
    tabled = {code for _, code, _, _ in KINDS}
    found = [f for table in tables_of(inspection) for f in table.findings]
    return tuple(f for f in found if id(f) not in of_rules and f.code not in tabled)
