"""The trial that would answer the question, and how the plan stands in for it."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.terms import columns_of
from spine_outcomes.tables import cells
from spine_outcomes.tables.definitions import observation_end
from spine_outcomes.tables.labels import Labels, worded
from spine_outcomes.tables.plan_text import ADJUSTMENTS, LEARNERS, for_whom, listed, plain
from spine_outcomes.tables.table import Column, Row, Table

Line = tuple[str, str, str]


def target_trial(plan: AnalysisPlan, dictionary: DataDictionary) -> Table:
    """The components of the protocol of a trial beside those of this study.

    Notes
    -----
    Components as in Hernán and Robins (American Journal of Epidemiology 2016;183:758–764). Nothing
    of the data enters: the table is known when the plan is.
    """
    name = Labels(plan, dictionary)
    lines = (
        _eligibility(name),
        _strategies(name),
        _assignment(name),
        _time_zero(name),
        _follow_up(name),
        _outcomes(name),
        _estimand(name),
        _assumptions(name),
        _analysis(name),
    )
    return Table(
        id="target-trial",
        title="The trial that would answer the question, and its emulation",
        stub_head="Component",
        columns=(Column("Target trial", align="left"), Column("This study", align="left")),
        rows=tuple(Row(head, (cells.words(a), cells.words(b))) for head, a, b in lines),
        notes=("Written from the plan alone. Whether the emulation holds is for the reader.",),
    )


def _eligibility(name: Labels) -> Line:
    """Who would be asked, and who is analysed."""
    steps = name.plan.population.eligibility
    optional = [step.label for step in steps if step.optional]
    where = f". Only where the file has the column: {'; '.join(optional)}" if optional else ""
    rules = "; ".join(step.label for step in steps)
    who = worded(name.plan.population.name)
    return (
        "Eligibility",
        rules or who,
        f"{who}: the same, from what was on record before treatment{where}"
        if steps
        else f"{who} of the file",
    )


def _strategies(name: Labels) -> Line:
    """What would be compared."""
    arms = f"{name.reference} (reference) or {name.comparator}"
    row = name.plan.arms.level if name.dictionary.table.row == "lesion" else "patient"
    both = ", so that a patient may have both" if row == "lesion" else ""
    return (
        "Treatment strategies",
        f"{arms}, one for each {row}{both}",
        f"The one on record ({name.column(name.plan.arms.column)})",
    )


def _assignment(name: Labels) -> Line:
    """Chance there, a decision that covariates explain here."""
    covariates = columns_of(name.plan.propensity.terms) if _is_weighted(name) else []
    given = listed([plain(column, name) for column in covariates])
    assumed = f"taken to be as good as random given {given}" if given else "taken as if at random"
    return "Assignment", "At random, known to all", f"By decision, {assumed}"


def _time_zero(name: Labels) -> Line:
    """When eligibility, assignment and follow-up meet."""
    plan = name.plan
    origin = name.column(plan.origin) if plan.origin is not None else "Time 0 of the columns"
    late = [e.label for e in plan.endpoints.values() if e.entry is not None]
    text = f"; observed from a later entry: {', '.join(late)}" if late else ""
    for endpoint in plan.endpoints.values():
        if endpoint.landmark is not None:
            text += f"; {endpoint.label} from {endpoint.landmark} later, among those then at risk"
    return "Time zero", "Assignment, when treatment starts", origin + text


def _follow_up(name: Labels) -> Line:
    """Until when rows are observed, endpoints with one end together."""
    plan = name.plan
    ends: dict[str, list[str]] = {}
    for endpoint in plan.endpoints.values():
        ends.setdefault(observation_end(endpoint, name), []).append(endpoint.label)
    text = "; ".join(f"{end} ({', '.join(which)})" for end, which in ends.items())
    cutoff = "" if plan.cutoff is None else f"; nothing after {plan.cutoff.isoformat()} counts"
    planned = plan.imaging.interval if plan.imaging is not None else None
    every = "" if planned is None else f", with images every {planned} in both arms"
    return (
        "Follow-up",
        f"From time zero to the outcome or the end of the trial{every}",
        text + cutoff,
    )


def _outcomes(name: Labels) -> Line:
    """Every endpoint, its unit and what competes with it."""
    found = []
    for key, endpoint in name.plan.endpoints.items():
        first = "primary; " if key == name.plan.multiplicity.primary else ""
        others = listed([worded(other).lower() for other in endpoint.competitors])
        competing = f"; competing: {others}" if others else ""
        found.append(f"{endpoint.label} ({first}per {endpoint.level}{competing})")
    return (
        "Outcomes",
        "; ".join(found),
        "The same, as recorded in care; each definition stands in the section of its endpoint",
    )


def _estimand(name: Labels) -> Line:
    """The contrast, and the people it is of."""
    estimation = name.plan.estimation
    times = listed([f"{time.to(estimation.unit):g}" for time in estimation.times])
    return (
        "Estimand",
        f"Risks by {times} {name.unit}, restricted means to {estimation.horizon} and hazards, had "
        f"all been assigned {name.comparator} and had all been assigned {name.reference}",
        "; ".join(for_whom(estimand, name) for estimand in name.plan.propensity.estimands),
    )


def _assumptions(name: Labels) -> Line:
    """What must hold for the comparison to be one of the strategies."""
    plan = name.plan
    censoring = plan.estimation.censoring_weights
    given = (
        listed([plain(column, name) for column in columns_of(censoring.terms)]) if censoring else ""
    )
    observed = "Those who are censored fare as those who are observed on"
    observed += f", given {given}" if given else ""
    alike = (
        "nothing beyond the covariates of the assignment bears on arm and outcome "
        "(exchangeability); everybody could have had either (positivity)"
        if _is_weighted(name)
        else "whoever got either arm is alike (exchangeability)"
    )
    imputed = "; what is missing depends on nothing but what is known (missing at random)"
    at_random = imputed if plan.missing.is_imputed else ""
    several = name.dictionary.table.row == "lesion"
    apart = "; what one row of a patient gets changes no other (no interference)" if several else ""
    return (
        "Assumptions",
        f"{observed} in the same arm{apart}",
        f"The same; {alike}; an arm on record is the strategy that it names (consistency)"
        + at_random,
    )


def _analysis(name: Labels) -> Line:
    """What is done with the arms."""
    plan = name.plan
    together = f", rows of one {_owner(name)} taken together" if plan.cluster is not None else ""
    return (
        "Analysis",
        f"The arms as assigned, compared as they are{together}",
        f"The same {'; '.join(_steps(name))}",
    )


def _is_weighted(name: Labels) -> bool:
    """Whether weights take the place of randomisation."""
    plan = name.plan.propensity
    return bool(plan.terms) and plan.is_weighted


def _owner(name: Labels) -> str:
    """Whose rows a cluster has."""
    cluster = name.plan.cluster
    return "patient" if cluster == name.dictionary.table.patient else plain(str(cluster), name)


def _steps(name: Labels) -> Iterator[str]:
    """Decisions of the plan that the comparison rests on."""
    plan = name.plan
    learner = LEARNERS.get(plan.propensity.learner, "entropy balancing")
    yield f"under weights by {learner}" if _is_weighted(name) else "without weights"
    imputed = f"missing covariates imputed {plan.missing.imputations} times"
    yield imputed if plan.missing.is_imputed else "rows with complete covariates"
    if plan.multiplicity.method != "none":
        family = [name.endpoint(key) for key in plan.multiplicity.order or plan.endpoints]
        yield f"p values of {listed(family)} adjusted ({ADJUSTMENTS[plan.multiplicity.method]})"
    for analyses, what in (
        (plan.sensitivity, "sensitivity analyses"),
        (plan.subgroups, "subgroups"),
    ):
        if analyses:
            yield f"{len(analyses)} {what} listed beforehand"
