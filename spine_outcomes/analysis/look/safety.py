"""What a committee watches of harm: grades, early deaths, limits of toxicity, deviations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.look.results import (
    COUNT_COLUMNS,
    EVERYBODY,
    GRADE_COLUMNS,
    LIMIT_COLUMNS,
    Groups,
    LookFacts,
    by_group,
)
from spine_outcomes.analysis.results import LISTING_COLUMNS
from spine_outcomes.analysis.toxicity.counts import (
    GRADES,
    NOT_ASSESSED,
    day_range,
    worst_of_patients,
)
from spine_outcomes.analysis.toxicity.rows import ANY_TERM
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, day_number, verdict
from spine_outcomes.endpoints.toxicity import Assessments, assessments, severe_events, worst_grades
from spine_outcomes.errors import Finding
from spine_outcomes.inference.intervals import exact_interval, korn_graubard
from spine_outcomes.interim.safety import bayesian_boundary, posterior_exceeds
from spine_outcomes.study.interim import Interim, SafetyLimit
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.proportion import proportions

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Row = dict[str, Any]


def grades_frame(cohort: Cohort, plan: AnalysisPlan, groups: Groups) -> pd.DataFrame:
    """Rows and patients by worst grade of each term, ``GRADE_COLUMNS``."""
    if plan.toxicity is None:
        return pd.DataFrame(columns=list(GRADE_COLUMNS))
    found = assessments(cohort, plan)
    patient = _patients(cohort)
    records: list[Row] = []
    terms = [(ANY_TERM, None), *((term, k) for k, term in enumerate(found.terms))]
    for term, position in terms:
        worst = worst_grades(found, plan.toxicity, term=position, window="any", cause="any")
        for code, rows in by_group(groups):
            of_patients = worst_of_patients(worst[rows], patient[rows])
            units = {plan.arms.level: worst[rows], "patient": of_patients}
            for unit, own in units.items():
                place = {"term": term, "level_unit": unit, "code": code}
                records += (place | record for record in _distribution(own))
    return pd.DataFrame(records, columns=list(GRADE_COLUMNS))


def _distribution(worst: Floats) -> Iterator[Row]:
    """How often each grade is the worst, and how often none is known."""
    known = worst[~np.isnan(worst)].astype(np.int64)
    for grade, n in enumerate(np.bincount(known, minlength=GRADES)):
        yield {"grade": str(grade), "n": int(n)}
    yield {"grade": NOT_ASSESSED, "n": len(worst) - len(known)}


def severe_frame(cohort: Cohort, plan: AnalysisPlan, groups: Groups) -> pd.DataFrame:
    """Severe events one by one, ``LISTING_COLUMNS``, without whose they are: ``arm`` is the group.

    In an order that says nothing of the patients: by term, grade and day.
    """
    if plan.toxicity is None:
        return pd.DataFrame(columns=list(LISTING_COLUMNS))
    found = severe_events(assessments(cohort, plan), plan.toxicity.listed_from)
    once = {(row, term, grade): (day, attribution) for row, term, grade, attribution, day in found}
    by_arm = [g for g in groups if g.code != EVERYBODY] or groups
    events = [
        (code, term, grade, *when)
        for (row, term, grade), when in once.items()
        for code, rows in by_group(by_arm)
        if rows[row]
    ]
    events.sort(key=lambda event: (*event[:3], *np.nan_to_num(event[3:], nan=np.inf)))
    records = [
        (number, code, term, grade, attribution, day_range(day))
        for number, (code, term, grade, day, attribution) in enumerate(events, start=1)
    ]
    return pd.DataFrame(records, columns=list(LISTING_COLUMNS))


def limit_findings(limits: pd.DataFrame) -> Iterator[Finding]:
    """Limits of toxicity that both arms together have crossed."""
    for row in limits[limits["code"] == EVERYBODY].itertuples():
        if row.is_crossed:
            message = (
                f"The limit is crossed: {row.label}. The probability that the rate is above "
                f"{row.rate:.1%} is {row.posterior:.2f}."
            )
            yield Finding("W_LIMIT_CROSSED", message, "serious", "outcomes")


def limits_frame(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, groups: Groups
) -> pd.DataFrame:
    """Toxicities beside the rate that each must stay below, ``LIMIT_COLUMNS``.

    The denominator is the patients who were assessed for the term in the window.
    """
    if plan.toxicity is None:
        return pd.DataFrame(columns=list(LIMIT_COLUMNS))
    found, patient = assessments(cohort, plan), _patients(cohort)
    records: list[Row] = []
    for limit in interim.safety.limits:
        worst = worst_grades(
            found, plan.toxicity, term=_position(limit, found), window=limit.window, cause="any"
        )
        for code, rows in by_group(groups):
            own = worst_of_patients(worst[rows], patient[rows])
            place = {"name": limit.name, "label": limit.label, "code": code}
            share = _share(own >= limit.grade, ~np.isnan(own), plan)
            verdict_of = _verdict(limit, share["n_event"], share["n"])
            records.append(place | share | verdict_of)
    return pd.DataFrame(records, columns=list(LIMIT_COLUMNS))


def _position(limit: SafetyLimit, found: Assessments) -> int | None:
    """Position of the term of a limit; −1, which no record has, where nobody recorded it."""
    if limit.term is None:
        return None
    known = {term.casefold(): k for k, term in enumerate(found.terms)}
    return known.get(limit.term.casefold(), len(found.terms))


def _verdict(limit: SafetyLimit, n_event: int, n: int) -> Row:
    """Posterior probability that the rate is too high, and how many events would cross."""
    posterior = float(posterior_exceeds(n_event, n, limit.rate, limit.prior))
    crossing = (
        int(bayesian_boundary(
            [n], limit.rate, posterior=limit.posterior, prior=limit.prior).events[0])
        if n
        else np.nan
    )  # fmt: skip
    return {
        "rate": limit.rate,
        "posterior": posterior,
        "threshold": limit.posterior,
        "n_crossing": crossing,
        "is_crossed": posterior > limit.posterior,
    }


def deaths_frame(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, groups: Groups, look: LookFacts
) -> pd.DataFrame:
    """Patients who died early among those watched for so long, ``COUNT_COLUMNS``.

    Parameters
    ----------
    cohort
        One row a patient.
    groups
        Of these rows.
    """
    records: list[Row] = []
    if interim.safety.death is not None:
        origin = as_days(cohort.frame[str(plan.origin)])
        survived = as_days(cohort.frame[interim.safety.death]) - origin
        watched = day_number(look.cutoff) - origin
        for window in interim.safety.early_deaths:
            for code, rows in by_group(groups):
                own = rows & (watched >= window.days)
                place = {"name": str(window), "label": f"Within {window}", "code": code}
                records.append(place | _share(survived <= window.days, own, plan))
    return pd.DataFrame(records, columns=list(COUNT_COLUMNS))


def deviations_frame(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, groups: Groups
) -> pd.DataFrame:
    """Rows that were not treated as the protocol says, among those known, ``COUNT_COLUMNS``."""
    records: list[Row] = []
    patient = _patients(cohort)
    for deviation in interim.deviations:
        found = verdict(deviation.rule, deviation.rule.column, cohort.frame)
        for code, rows in by_group(groups):
            place = {"name": deviation.name, "label": deviation.label, "code": code}
            share = _share(found.holds, rows & found.is_known, plan, patient)
            records.append(place | share)
    return pd.DataFrame(records, columns=list(COUNT_COLUMNS))


def _share(
    happened: Bools, is_counted: Bools, plan: AnalysisPlan, cluster: NDArray[np.int64] | None = None
) -> Row:
    """How many of the rows counted, their share, and its limits: exact ones of independent rows."""
    own = happened[is_counted]
    place: Row = {"n": len(own), "n_event": int(own.sum())}
    if not len(own):
        return place
    n, level = len(own), plan.estimation.level
    value = place["n_event"] / n
    # From the counts alone: a sum over the rows would tell their order by its last digit.
    error, n_independent = np.sqrt(value * (1 - value) / n), n
    if cluster is not None:
        clusters = cluster[is_counted]
        error = proportions(own[:, None], cluster=clusters).std_error()[0]
        n_independent = len(np.unique(clusters))
    inside, edge = korn_graubard(value, error, level), exact_interval(value, n_independent, level)
    lower, upper = (float(np.fmax(a, b)) for a, b in zip(inside, edge, strict=True))
    return place | {"value": value, "lower": lower, "upper": upper}


def _patients(cohort: Cohort) -> NDArray[np.int64]:
    """Number of the patient of each row, shape (n,)."""
    codes = pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0]
    return np.asarray(codes, dtype=np.int64)
