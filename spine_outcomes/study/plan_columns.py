"""Every column that a plan reads, and the key that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.key_path import KeyPath
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.population import Population
from spine_outcomes.study.terms import columns_of
from spine_outcomes.study.toxicity import Toxicity


def columns_read(plan: AnalysisPlan) -> dict[str, KeyPath]:
    """List the columns that a cohort needs for a plan, each with the first key that names it.

    Sensitivity analyses are plans of their own: see ``variants``. An optional step of a selection
    needs no column.
    """
    first: dict[str, KeyPath] = {}
    for path, name in _named(plan):
        if name is not None:
            first.setdefault(name, path)
    return first


def _named(plan: AnalysisPlan) -> Iterator[tuple[KeyPath, str | None]]:
    """Key and column, in the order of the plan."""
    yield ("arms", "column"), plan.arms.column
    yield ("cluster",), plan.cluster
    yield ("origin",), plan.origin
    yield from _of_population(("population",), plan.population)
    for name, endpoint in plan.endpoints.items():
        yield from ((("endpoints", name), column) for column in _of_endpoint(endpoint))
        if endpoint.population is not None:
            yield from _of_population(("endpoints", name, "population"), endpoint.population)
    for i, column in enumerate(plan.baseline_table or ()):
        yield ("baseline_table", i), column
    yield from _of_blocks(plan)
    yield ("index", "earliest"), plan.index.earliest
    yield ("index", "then_largest"), plan.index.then_largest
    for column in columns_of(plan.propensity.terms):
        yield ("propensity", "terms"), column
    for key, terms in plan.estimation.modelled.items():
        yield from ((("estimation", key, "terms"), column) for column in columns_of(terms))
    for i, column in enumerate(plan.missing.auxiliary):
        yield ("missing", "auxiliary", i), column
    if plan.estimation.instrument is not None:
        yield ("estimation", "instrument", "column"), plan.estimation.instrument.column
    for i, subgroup in enumerate(plan.subgroups):
        yield ("subgroups", i, "column"), subgroup.column


def _of_blocks(plan: AnalysisPlan) -> Iterator[tuple[KeyPath, str | None]]:
    """Columns of the blocks that a plan may leave out."""
    if plan.imaging is not None:
        for key in ("visits", "last", "last_contact"):
            yield ("imaging", key), getattr(plan.imaging, key)
    if plan.toxicity is not None:
        yield from _of_toxicity(plan.toxicity)


def _of_population(path: KeyPath, who: Population) -> Iterator[tuple[KeyPath, str]]:
    """Columns of the steps that cannot be left out."""
    for i, step in enumerate(who.eligibility):
        if not step.optional:
            yield from (((*path, "eligibility", i, "rule"), name) for name in step.rule.named)


def _of_endpoint(endpoint: Endpoint) -> Iterator[str | None]:
    """Columns of one endpoint."""
    for source in endpoint.sources:
        yield from source.columns
    if endpoint.censor is not None:
        yield from (endpoint.censor.date, *endpoint.censor.or_before)
    yield endpoint.entry
    yield endpoint.time.column if endpoint.time is not None else None
    yield endpoint.status.column if endpoint.status is not None else None


def _of_toxicity(toxicity: Toxicity) -> Iterator[tuple[KeyPath, str | None]]:
    """Columns of the cohort: of its own grades, of follow-up, of factors and doses."""
    yield from ((("toxicity",), name) for name in toxicity.named)
    for i, factors in enumerate(toxicity.risk_factors):
        for name in columns_of(factors.terms):
            yield ("toxicity", "risk_factors", i, "terms"), name
    for i, response in enumerate(toxicity.dose_response):
        here: KeyPath = ("toxicity", "dose_response", i)
        yield here, response.flag
        for name in columns_of((response.dose, *response.adjust)):
            yield here, name
