"""Keys of a plan that contradict each other, whatever the cohort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from spine_outcomes.study.endpoint import SALVAGE, Endpoint
from spine_outcomes.study.key_path import KeyPath, did_you_mean
from spine_outcomes.study.terms import Interaction, Term

if TYPE_CHECKING:
    from spine_outcomes.study.plan import AnalysisPlan

Fault = tuple[KeyPath, str]

# Populations that a learner tailors its weights to; the others serve all of them.
LEARNER_ESTIMANDS = {
    "entropy": ("ATE", "ATT", "ATC"),
    "cbps": ("ATE", "ATT", "ATC", "ATO"),
}


def disagreements(plan: AnalysisPlan) -> Iterator[Fault]:
    """Key path and words of each fault."""
    yield from _doubled(plan)
    yield from _endpoint_faults(plan)
    yield from _named_endpoints(plan)
    yield from _learner_faults(plan)


def _doubled(plan: AnalysisPlan) -> Iterator[Fault]:
    """Names that must differ, and terms that stand twice."""
    if str(plan.arms.reference) == str(plan.arms.comparator):
        yield ("arms", "comparator"), "the two arms are one"
    named: dict[KeyPath, list[str]] = {
        ("population", "eligibility"): [step.id for step in plan.population.eligibility],
        **{
            ("endpoints", name, "population", "eligibility"): [
                step.id for step in endpoint.population.eligibility
            ]
            for name, endpoint in plan.endpoints.items()
            if endpoint.population is not None
        },
        ("subgroups",): [subgroup.name for subgroup in plan.subgroups],
        ("sensitivity",): [change.name for change in plan.sensitivity],
        ("propensity", "estimands"): list(plan.propensity.estimands),
        ("propensity", "terms"): _columns(plan.propensity.terms),
        ("missing", "auxiliary"): list(plan.missing.auxiliary),
        **{
            ("estimation", key, "terms"): _columns(terms)
            for key, terms in plan.estimation.modelled.items()
        },
        ("estimation", "times"): [f"{time.days:g} days" for time in plan.estimation.times],
        **_named_of_toxicity(plan),
    }
    for path, names in named.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield path, f"{name!r} stands {count} times"


def _named_of_toxicity(plan: AnalysisPlan) -> dict[KeyPath, list[str]]:
    """Dose responses, and factors of an endpoint, that must differ."""
    if plan.toxicity is None:
        return {}
    factors: list[str] = []
    for chosen in plan.toxicity.risk_factors:
        factors += [f"{column} of {chosen.endpoint}" for column in _columns(chosen.terms)]
    return {
        ("toxicity", "dose_response"): [own.name for own in plan.toxicity.dose_response],
        ("toxicity", "risk_factors"): factors,
    }


def _columns(terms: tuple[Term | Interaction, ...]) -> list[str]:
    """Columns of the terms that are no interaction."""
    return [term.column for term in terms if isinstance(term, Term)]


def _endpoint_faults(plan: AnalysisPlan) -> Iterator[Fault]:
    """What dated endpoints need elsewhere in the plan."""
    if plan.cutoff is not None and plan.origin is None:
        yield ("cutoff",), "a cut-off needs the key origin, a column of dates to count from"
    sources = [source for endpoint in plan.endpoints.values() for source in endpoint.event]
    if plan.estimation.interval_censored and not any(source.last_clean for source in sources):
        text = "no source of an event has last_clean, the last date known to be free of it"
        yield ("estimation", "interval_censored"), text
    for name, endpoint in plan.endpoints.items():
        here: KeyPath = ("endpoints", name)
        if endpoint.is_dated and plan.origin is None:
            yield here, "is made of dates and needs the key origin, a column of dates"
        if name in endpoint.competitors:
            yield (*here, "competing"), f"{name!r} competes with itself"
        yield from (((*here, key), text) for key, text in _switch_faults(plan, endpoint))


def _switch_faults(plan: AnalysisPlan, endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    """Definitions that an endpoint asks for and cannot have: key and words."""
    contact = plan.imaging.last_contact if plan.imaging is not None else None
    interval = plan.imaging.interval if plan.imaging is not None else None
    if endpoint.imaging_end != "last_scan" and contact is None:
        yield "imaging_end", f"{endpoint.imaging_end} needs imaging.last_contact"
    if endpoint.imaging_end == "scan_plus_interval" and interval is None:
        yield "imaging_end", "scan_plus_interval needs imaging.interval"
    if not endpoint.is_dated:
        for key in ("dating", "salvage", "death_gap"):
            if getattr(endpoint, key) not in (None, "first_image"):
                yield key, "belongs to an endpoint made of dates"
        return
    needed = {"confirmation": "confirmed", "midpoint": "last_clean"}.get(endpoint.dating)
    if needed and not any(getattr(source, needed) for source in endpoint.sources):
        yield "dating", f"{endpoint.dating} needs the key {needed} in a source, a column of dates"
    if SALVAGE in endpoint.competing and endpoint.salvage is not None:
        yield "salvage", f"a competing event is called {SALVAGE!r} already; name it otherwise"
    dates = dict.fromkeys(source.date for source in endpoint.sources)
    gap = endpoint.death_gap
    if gap is not None and gap.date not in dates:
        yield "death_gap", f"no source has the date {gap.date!r}{did_you_mean(gap.date, dates)}"


def _learner_faults(plan: AnalysisPlan) -> Iterator[Fault]:
    """What the learner of the weights, an average or a variance cannot do."""
    chosen = plan.propensity
    allowed = LEARNER_ESTIMANDS.get(chosen.learner)
    for i, estimand in enumerate(chosen.estimands):
        if allowed is not None and estimand not in ("unweighted", *allowed):
            yield (
                ("propensity", "estimands", i),
                f"{chosen.learner} has no {estimand} weights; allowed are {', '.join(allowed)}",
            )
    if chosen.trim is not None and chosen.learner != "logistic":
        yield ("propensity", "trim"), f"only the logistic learner trims, not {chosen.learner}"
    if chosen.stabilise and chosen.learner == "entropy":
        message = "entropy weights have no share of the arm to be stabilised by"
        yield ("propensity", "stabilise"), message
    if plan.estimation.average == "clusters" and plan.cluster is None:
        message = "an average over clusters needs the key cluster, the column of the patient"
        yield ("estimation", "average"), message
    cuts = [cut.days for cut in plan.estimation.piecewise or ()]
    if any(later <= earlier for earlier, later in pairwise(cuts)):
        yield ("estimation", "piecewise"), "times must ascend"
    if plan.estimation.small_sample and plan.estimation.variance == "bootstrap":
        yield ("estimation", "small_sample"), "a bootstrap needs no factor: leave it false"


def _named_endpoints(plan: AnalysisPlan) -> Iterator[Fault]:
    """Endpoints, times and estimands that other keys name and the plan does not have."""
    tests = plan.multiplicity
    named: list[tuple[KeyPath, str]] = [
        (("multiplicity", "order", i), name) for i, name in enumerate(tests.order)
    ]
    if tests.primary is not None:
        named.append((("multiplicity", "primary"), tests.primary))
    named += [(("required", i, "endpoint"), r.endpoint) for i, r in enumerate(plan.required)]
    named += [
        ((key, i, "endpoints", k), name)
        for key in ("subgroups", "sensitivity")
        for i, analysis in enumerate(getattr(plan, key))
        for k, name in enumerate(analysis.endpoints or ())
    ]
    if plan.toxicity is not None:
        factors = enumerate(plan.toxicity.risk_factors)
        named += [(("toxicity", "risk_factors", i, "endpoint"), f.endpoint) for i, f in factors]
    for path, name in named:
        if name not in plan.endpoints:
            yield path, f"no endpoint {name!r}{did_you_mean(name, plan.endpoints)}"
    if tests.method == "hierarchical" and not tests.order:
        yield ("multiplicity", "order"), "hierarchical tests need their order"
    if tests.order and tests.primary is not None and tests.order[0] != tests.primary:
        yield ("multiplicity", "order"), f"must start with the primary endpoint {tests.primary!r}"
    times = (*plan.estimation.times, plan.estimation.horizon)
    for i, result in enumerate(plan.required):
        if result.time is not None and result.time.days not in [time.days for time in times]:
            yield ("required", i, "time"), f"{result.time} is not among the times estimated"
        if result.estimand is not None and result.estimand not in plan.propensity.estimands:
            yield ("required", i, "estimand"), f"{result.estimand} is not among the estimands"
