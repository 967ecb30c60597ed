"""Whether the block ``interim`` of a plan fits the rest of it and the dictionary."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.study.column_checks import condition, date
from spine_outcomes.study.covariate_checks import Fault
from spine_outcomes.study.dictionary import DataDictionary, unknown_table
from spine_outcomes.study.interim import Interim, Monitoring
from spine_outcomes.study.key_path import KeyPath, did_you_mean
from spine_outcomes.study.plan import AnalysisPlan


def interim_faults(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Every endpoint, column and table that the block names and that is not there."""
    if plan.interim is None:
        return
    yield from _endpoints(plan, plan.interim)
    for path, name in _dates(plan.interim):
        yield from date(path, name, dictionary)
    for i, deviation in enumerate(plan.interim.deviations):
        yield from condition(("interim", "deviations", i, "rule"), deviation.rule, dictionary)
    yield from _tables(plan, plan.interim, dictionary)


def interim_columns(interim: Interim) -> dict[str, KeyPath]:
    """Columns of the cohort that a look needs, each with the key that names it."""
    named = {name: path for path, name in _dates(interim) if name is not None}
    for i, deviation in enumerate(interim.deviations):
        for name in deviation.rule.named:
            named.setdefault(name, ("interim", "deviations", i, "rule"))
    return named


def _dates(interim: Interim) -> Iterator[tuple[KeyPath, str | None]]:
    """Columns of dates and their keys."""
    yield ("interim", "accrual", "date"), interim.accrual.date
    yield ("interim", "safety", "death"), interim.safety.death


def _endpoints(plan: AnalysisPlan, interim: Interim) -> Iterator[Fault]:
    """Endpoints and weights that the plan does not have."""
    named: list[tuple[KeyPath, str]] = [
        (("interim", "needed", name), name) for name in interim.needed
    ]
    if interim.monitoring is not None:
        named.append((("interim", "monitoring", "endpoint"), interim.monitoring.endpoint))
        yield from _monitoring(plan, interim.monitoring)
    for path, name in named:
        if name not in plan.endpoints:
            yield path, "E_PLAN", f"no endpoint {name!r}{did_you_mean(name, plan.endpoints)}"


def _monitoring(plan: AnalysisPlan, monitoring: Monitoring) -> Iterator[Fault]:
    """Weights that the plan does not make, and a measure that needs competing events."""
    here: KeyPath = ("interim", "monitoring")
    if monitoring.estimand not in plan.propensity.estimands:
        known = ", ".join(plan.propensity.estimands)
        text = f"{monitoring.estimand} is not among the estimands ({known})"
        yield (*here, "estimand"), "E_PLAN", text
    endpoint = plan.endpoints.get(monitoring.endpoint)
    needs_competition = monitoring.measure == "subdistribution_hazard_ratio"
    if endpoint is not None and needs_competition and not endpoint.competitors:
        text = f"{monitoring.endpoint} has no competing event, and no subdistribution"
        yield (*here, "measure"), "E_PLAN", text


def _tables(plan: AnalysisPlan, interim: Interim, dictionary: DataDictionary) -> Iterator[Fault]:
    """A long table of visits that the dictionary does not describe; limits without toxicity."""
    known = [table.name for table in dictionary.tables]
    if interim.visits is not None and interim.visits.table not in known:
        text = unknown_table(interim.visits.table, dictionary)
        yield ("interim", "visits", "table"), "E_TABLE", text
    if interim.safety.limits and plan.toxicity is None:
        text = "limits of toxicity need the block toxicity of the plan"
        yield ("interim", "safety", "limits"), "E_PLAN", text
