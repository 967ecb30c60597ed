"""The sections of the report, in reading order, and which exhibits stand in each."""

from __future__ import annotations

from dataclasses import dataclass

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.table import identifier

Ids = tuple[str, ...]

FOLDED = ("-acute-any", "-late-any", "-related", "-listing")  # ends of names of tables
ENDPOINT_TABLES = ("definition", "risks", "effects", "risk-table")


@dataclass(frozen=True)
class Section:
    """One section: its anchor, heading, template and the ids of what it shows.

    Parameters
    ----------
    id, title
        Anchor and heading.
    template
        Partial in ``templates/sections``.
    tables, figures
        Ids of the exhibits in view.
    more
        Ids of figures, and tables, folded away.
    endpoint
        Key of the endpoint, where the section is about one.
    """

    id: str
    title: str
    template: str
    tables: Ids = ()
    figures: Ids = ()
    more: Ids = ()
    endpoint: str | None = None


def sections(results: Results, found: Exhibits) -> tuple[Section, ...]:
    """Sections of a run, in reading order; gates come before outcomes."""
    return (
        Section("summary", "Plain summary", "summary"),
        Section("key-results-section", "Key results", "key_results", ("key-results",)),
        Section("flow-section", "Flow", "flow", ("flow",), ("flow-chart",)),
        Section("data-quality", "Data quality", "data_quality"),
        *_missing(found),
        Section("methods", "Estimands and methods", "methods", ("target-trial",)),
        *_section(found, "baseline-section", "Baseline", "baseline", _baseline(found)),
        *_propensity(found),
        *_section(found, "imaging-section", "Imaging schedule", "imaging", ("imaging",)),
        *(_endpoint(results, found, endpoint) for endpoint in results.plan.endpoints),
        *_toxicity(found),
        *_section(found, "forest-section", "All endpoints together", "forest", figures=("forest",)),
        *_beside(found, "sensitivity", "Sensitivity analyses"),
        *_beside(found, "subgroups", "Subgroups"),
        Section("paper", "Sentences for a paper", "paper"),
        Section("guidelines", "Reporting guidelines", "guidelines"),
        Section("quality-control-section", "Quality control", "quality", _checked(found)),
        Section("findings-section", "Findings", "findings", ("findings",)),
        Section("plan-section", "Plan and departures", "plan", ("plan",)),
        Section("terms", "Definitions", "terms"),
        Section("references", "References", "references"),
        Section("provenance-section", "Provenance", "provenance", ("provenance",)),
    )


def _section(
    found: Exhibits, anchor: str, title: str, template: str, tables: Ids = (), *, figures: Ids = ()
) -> tuple[Section, ...]:
    """A section, if the run has what it shows."""
    is_there = all(key in found.tables for key in tables)
    is_drawn = all(key in found.figures for key in figures)
    return (Section(anchor, title, template, tables, figures),) if is_there and is_drawn else ()


def _beside(found: Exhibits, kind: str, title: str) -> tuple[Section, ...]:
    """Analyses beside the primary one, endpoint by endpoint."""
    tables = tuple(key for key in found.tables if key.startswith(f"{kind}-"))
    figures = tuple(key for key in found.figures if key.startswith(f"forest-{kind}"))
    return (Section(f"{kind}-section", title, kind, tables, figures),) if tables else ()


def _checked(found: Exhibits) -> Ids:
    """The table of the second engine, if one ran."""
    return ("quality-control",) if "quality-control" in found.tables else ()


def _missing(found: Exhibits) -> tuple[Section, ...]:
    """What is missing, and how it was imputed."""
    drawn = tuple(key for key in ("imputation",) if key in found.figures)
    tables = ("missing", "missing-patterns")
    return _section(found, "missing-data", "Missing data", "missing", tables, figures=drawn)


def _baseline(found: Exhibits) -> Ids:
    """Table 1, and its weighted form where rows were weighted."""
    return ("baseline", *(["baseline-weighted"] if "baseline-weighted" in found.tables else []))


def _propensity(found: Exhibits) -> tuple[Section, ...]:
    """Overlap, balance and weights, where rows were weighted; further levels folded."""
    kinds = ("overlap-", "love-", "weights-spread-")
    drawn = [picture for picture in found.figures.values() if picture.id.startswith(kinds)]
    figures = tuple(picture.id for picture in drawn if picture.is_first)
    more = tuple(picture.id for picture in drawn if not picture.is_first)
    tables = tuple(key for key in found.tables if key.startswith("balance-") or key == "weights")
    if not tables:
        return ()
    title = "Comparability of the arms"
    return (Section("propensity", title, "propensity", tables, figures, more),)


def _toxicity(found: Exhibits) -> tuple[Section, ...]:
    """Grades and estimates of all onsets and causes in view, single windows and causes folded."""
    keys = [key for key in found.tables if key.startswith("toxicity-")]
    tables = tuple(key for key in keys if not key.endswith(FOLDED))
    drawn = [picture for picture in found.figures.values() if picture.id.startswith("toxicity-")]
    figures = tuple(picture.id for picture in drawn if picture.is_first)
    more = tuple(picture.id for picture in drawn if not picture.is_first)
    folded = tuple(key for key in keys if key.endswith(FOLDED))
    if not keys:
        return ()
    return (Section("toxicity-section", "Toxicity", "toxicity", tables, figures, (*more, *folded)),)


def _endpoint(results: Results, found: Exhibits, endpoint: str) -> Section:
    """Curves and tables of one endpoint; the first-named estimand in view, the others folded."""
    mine = [picture for picture in found.figures.values() if picture.about == endpoint]
    return Section(
        identifier("endpoint", endpoint),
        labels(results).endpoint(endpoint),
        "endpoint",
        tuple(identifier(kind, endpoint) for kind in ENDPOINT_TABLES),
        tuple(picture.id for picture in mine if picture.is_first),
        tuple(picture.id for picture in mine if not picture.is_first),
        endpoint,
    )
