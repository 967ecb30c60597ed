"""What a committee watches of harm: grades, early deaths, limits of toxicity, deviations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from spine_outcomes.analysis.interim_results import (
    COUNT_COLUMNS,
    GRADE_COLUMNS,
    LIMIT_COLUMNS,
    Groups,
    LookFacts,
    by_group,
)
from spine_outcomes.analysis.toxicity_counts import GRADES, NOT_ASSESSED, worst_of_patients
from spine_outcomes.analysis.toxicity_rows import ANY_TERM
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import as_days, day_number, verdict
from spine_outcomes.endpoints.toxicity import Assessments, assessments, worst_grades
from spine_outcomes.interim.safety import bayesian_boundary, posterior_exceeds
from spine_outcomes.study.interim import Interim, SafetyLimit
from spine_outcomes.study.plan import AnalysisPlan

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
            n, n_event = int((~np.isnan(own)).sum()), int((own >= limit.grade).sum())
            place = {"name": limit.name, "label": limit.label, "code": code}
            records.append(place | _share(n_event, n, plan) | _verdict(limit, n_event, n))
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
                died = own & (survived <= window.days)
                place = {"name": str(window), "label": f"Within {window}", "code": code}
                records.append(place | _share(int(died.sum()), int(own.sum()), plan))
    return pd.DataFrame(records, columns=list(COUNT_COLUMNS))


def deviations_frame(
    cohort: Cohort, plan: AnalysisPlan, interim: Interim, groups: Groups
) -> pd.DataFrame:
    """Rows that were not treated as the protocol says, among those known, ``COUNT_COLUMNS``."""
    records: list[Row] = []
    for deviation in interim.deviations:
        found = verdict(deviation.rule, deviation.rule.column, cohort.frame)
        for code, rows in by_group(groups):
            own = rows & found.is_known
            n_deviating = int((own & found.holds).sum())
            place = {"name": deviation.name, "label": deviation.label, "code": code}
            records.append(place | _share(n_deviating, int(own.sum()), plan))
    return pd.DataFrame(records, columns=list(COUNT_COLUMNS))


def _share(n_event: int, n: int, plan: AnalysisPlan) -> Row:
    """A count, its share and the exact limits of that (Clopper and Pearson, 1934)."""
    place: Row = {"n": n, "n_event": n_event}
    if n == 0:
        return place
    tail = (1 - plan.estimation.level) / 2
    low = stats.beta.ppf(tail, n_event, n - n_event + 1) if n_event else 0.0
    high = stats.beta.isf(tail, n_event + 1, n - n_event) if n_event < n else 1.0
    return place | {"value": n_event / n, "lower": float(low), "upper": float(high)}


def _patients(cohort: Cohort) -> NDArray[np.int64]:
    """Number of the patient of each row, shape (n,)."""
    codes = pd.factorize(cohort.frame[cohort.dictionary.table.patient])[0]
    return np.asarray(codes, dtype=np.int64)
