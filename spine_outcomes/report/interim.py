"""The report of a look at accumulating data, as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, cast

import numpy as np
import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, Edition, InterimResults
from spine_outcomes.analysis.results import Results
from spine_outcomes.figures.sheets import accrual_sheet, boundary_sheet
from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.head import SHORT, SIMULATED, Head
from spine_outcomes.report.look_verdict import verdict
from spine_outcomes.report.picture import Picture, drawn
from spine_outcomes.report.render import laid_out
from spine_outcomes.report.sections import Section
from spine_outcomes.tables import interim as tables
from spine_outcomes.tables import interim_comparison as comparison
from spine_outcomes.tables import interim_safety as safety
from spine_outcomes.tables.effects import risks
from spine_outcomes.tables.findings import findings
from spine_outcomes.tables.interim_suppression import protected_look
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.particulars import plan, provenance
from spine_outcomes.tables.selection import in_order
from spine_outcomes.tables.suppressed import explained
from spine_outcomes.tables.table import Table, identifier
from spine_outcomes.tables.theme import themes

TITLES: dict[Edition, str] = {
    "open": "blinded report",
    "coded": "coded supplement, confidential",
    "unblinded": "unblinded report, confidential",
}
READERS: dict[Edition, str] = {
    "open": "Nothing here is by arm: it may be read by everybody in the study.",
    "coded": "By arm code, without outcomes that the study compares: for the committee only.",
    "unblinded": "With the comparison: for those who must know it, not for who treats or enrols.",
}
BY_NAME = ("grades", "risks")
STAMPS: dict[Edition, str | None] = {
    "open": None,
    "coded": "CONFIDENTIAL: for the study committee",
    "unblinded": "CONFIDENTIAL, UNBLINDED: for the study committee",
}


@dataclass(frozen=True, eq=False)
class LookPage:
    """A rendered look.

    Parameters
    ----------
    html
        The page.
    exhibits, printed
        Its tables and figures, as files hold them and as the page shows them.
    top
        Its head.
    shown
        The results with small counts hidden, as the page shows them.
    """

    html: str
    exhibits: Exhibits
    printed: Exhibits
    top: Head
    shown: InterimResults


def look_page(results: InterimResults) -> LookPage:
    """Render a look; counts below ``plan.report.min_cell`` are hidden here.

    The same results give the same page.
    """
    shown = protected_look(results)
    k = shown.plan.report.min_cell
    made = {table.id: explained(table, k) for table in _tables(shown)}
    pictures = {picture.id: picture for picture in _pictures(shown)}
    found = Exhibits(made, pictures, _source(shown), shown.look.cutoff.isoformat())
    sentences = list(verdict(shown)) if shown.look.edition == "unblinded" else []
    top, theme = _head(shown), themes()[shown.plan.report.theme]
    html = laid_out(
        top,
        found,
        tuple(_sections(found, has_verdict=bool(sentences))),
        _machine(shown),
        theme=theme,
        gates={},
        results=shown,
        labels=labels(shown),
        readers=READERS[shown.look.edition],
        verdict=sentences,
    )
    return LookPage(html, found, found.in_theme(theme), top, shown)


def _tables(shown: InterimResults) -> Iterator[Table]:
    """Every table that has something to say, in the order of the page."""
    look = cast(Results, shown)
    whole = (
        (shown.accrual_summary, tables.accrual),
        (shown.flow, tables.flow),
        (shown.baseline, tables.baseline),
        (shown.visits, tables.visits),
        (shown.follow_up, tables.follow_up),
        (shown.queries, tables.queries),
        (shown.events, tables.events),
    )
    yield from (table(shown) for frame, table in whole if len(frame))
    of_harm = ((shown.limits, safety.limits), (shown.deaths, safety.deaths))
    yield from (table(shown) for frame, table in of_harm if len(frame))
    yield from (safety.grades(shown, unit) for unit in in_order(shown.grades["level_unit"]))
    at_last = (
        (shown.severe, safety.severe),
        (shown.deviations, safety.deviations),
        (shown.assessment, comparison.assessment),
        (shown.monitoring, comparison.looks),
    )
    yield from (table(shown) for frame, table in at_last if len(frame))
    yield from _comparison(shown)
    if len(shown.findings):
        yield findings(look)
    if shown.look.edition != "coded":
        yield plan(look)
    yield provenance(look)


def _comparison(shown: InterimResults) -> Iterator[Table]:
    """Risks of the monitored endpoint, as the report of the study shows them."""
    interim = shown.plan.interim
    if interim is None or interim.monitoring is None or shown.assessment.empty:
        return
    rows = shown.results[shown.results["model"] != "group_sequential"].assign(analysis="primary")
    yield risks(cast(Results, replace(shown, results=rows)), interim.monitoring.endpoint)


def _pictures(shown: InterimResults) -> Iterator[Picture]:
    """Enrolment, of everybody and by group, and the boundaries."""
    unit = shown.plan.estimation.unit
    planned = shown.plan.interim.accrual if shown.plan.interim is not None else None
    enrolled = shown.accrual[shown.accrual["kind"] == "enrolled"]
    by_arm = enrolled.loc[enrolled["code"] != EVERYBODY, "n"]
    largest = float(by_arm.max()) if len(by_arm) else 1.0
    for code in in_order(enrolled["code"]):
        frame = shown.accrual[shown.accrual["code"] == code]
        target = None if planned is None or code != EVERYBODY else float(planned.patients)
        words = f"{unit} ({_cutoff(shown)})"
        people = 1.0 if code == EVERYBODY else largest
        figure = accrual_sheet(frame, target, _ticks(frame), words, people=people)
        who = "" if code == EVERYBODY else f", {tables.group_label(shown, code)}"
        note = "Fan: prediction intervals of a Poisson process with a gamma rate, to the target."
        notes = (note,) if (frame["kind"] == "predicted").any() else ()
        yield drawn(figure, identifier("accrual-curve", code), f"Enrolment over time{who}", notes)
    if len(shown.monitoring):
        name = labels(shown)
        frame = shown.monitoring
        figure = boundary_sheet(
            frame.assign(value=frame["z"], information=frame["fraction"]),
            (f"favours {name.comparator}", f"favours {name.reference}"),
        )
        title = f"Boundaries of the monitored comparison, {_cutoff(shown)}"
        to_come = ("Looks to come are taken as planned.",) if frame["is_planned"].any() else ()
        yield drawn(figure, "boundaries", title, to_come)


def _cutoff(shown: InterimResults) -> str:
    """The data cut-off in words."""
    return f"data cut-off {shown.look.cutoff.isoformat()}"


def _ticks(frame: pd.DataFrame) -> list[float]:
    """Marks of the time axis: about six, up to the last time drawn."""
    last = float(frame["time"].max())
    steps = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0, 365.0, 730.0)
    step = next((s for s in steps if last / s <= 10), last)
    return [float(mark) for mark in np.arange(0, last + step, step)]


def _sections(found: Exhibits, *, has_verdict: bool) -> Iterator[Section]:
    """Sections that have something to show, in reading order; the first names the readers."""
    if has_verdict:
        yield Section("verdict", "What this look says", "interim_verdict")
    for anchor, title, kinds, figures in (
        ("enrolment", "Enrolment", ("accrual", "flow"), ("accrual-curve",)),
        ("baseline-section", "Who was enrolled", ("baseline",), ()),
        ("follow-up-section", "Follow-up", ("visits", "follow-up"), ()),
        ("queries-section", "Queries", ("queries",), ()),
        ("events-section", "Events", ("events",), ()),
        ("safety", "Safety", ("limits", "deaths", "grades", "severe"), ()),
        ("deviations-section", "Deviations from the protocol", ("deviations",), ()),
        (
            "comparison",
            "The monitored comparison",
            ("assessment", "looks", "risks", "effects"),
            ("boundaries",),
        ),
        ("findings-section", "Findings", ("findings",), ()),
        ("plan-section", "Plan", ("plan",), ()),
        ("provenance-section", "Provenance", ("provenance",), ()),
    ):
        own = tuple(key for kind in kinds for key in found.tables if _is_of(key, kind))
        drawn_here = (
            tuple(key for key in found.figures if key.startswith(figures)) if figures else ()
        )
        if own or drawn_here:
            is_first = anchor == "enrolment" and not has_verdict
            template = "interim_first" if is_first else "exhibits"
            yield Section(anchor, title, template, own, drawn_here)


def _is_of(key: str, kind: str) -> bool:
    """Whether a table is of a kind: its id, or one with a level or an endpoint behind it."""
    return key == kind or (kind in BY_NAME and key.startswith(f"{kind}-"))


def _source(shown: InterimResults) -> str:
    """Who and how many: under every table and figure."""
    name, population = labels(shown), shown.plan.population.name
    if shown.flow.empty:
        return f"Population: {population}"
    last = shown.flow.iloc[-1]
    rows = name.rows(shown.dictionary.table.row)
    return f"Population: {population}, {last['n_lesions']} {rows}, {last['n_patients']} patients"


def _head(shown: InterimResults) -> Head:
    """Head of the page: which look, which edition, which cut-off."""
    look, study = shown.look, shown.plan.study
    program = version("spine-outcomes")
    cutoff = look.cutoff.isoformat()
    short = str(shown.provenance.get("reproducibility_id", ""))[:SHORT]
    facts = (
        ("Study", study.id),
        ("Look", f"{look.number}, {TITLES[look.edition]}"),
        ("Planned", look.planned or "not planned"),
        ("Data cut-off", cutoff),
        ("Cohort", str(shown.provenance.get("source", ""))),
        ("Program", f"spine-outcomes {program}"),
        ("Reproducibility id", short),
    )
    return Head(
        title=f"{study.title or study.id or 'The study'}: look {look.number}",
        study=study.id,
        cutoff=cutoff,
        warning=SIMULATED if shown.provenance.get("is_simulated") else None,
        version=program,
        identifier=short,
        facts=tuple((term, value) for term, value in facts if value),
        stamp=STAMPS[look.edition],
    )


def _machine(shown: InterimResults) -> dict[str, Any]:
    """Provenance, and the plan where the page shows it, for programs that read the page."""
    look = shown.look
    facts = {
        "look": {"number": look.number, "cutoff": look.cutoff.isoformat(), "edition": look.edition},
        "provenance": shown.provenance,
    }
    if look.edition == "coded":
        return facts
    return facts | {"plan": shown.plan.model_dump(mode="json", by_alias=True)}
