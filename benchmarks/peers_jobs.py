"""What ``peers.py`` compares: each task by the engine, and by lifelines where it has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from engine import Cohort, Floats

from spine_outcomes.inference import Estimate, TestResult, concatenate
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import log_rank
from spine_outcomes.survival.proportional_hazards import proportional_hazards
from spine_outcomes.weights.design import Block, assemble
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

NAMES = tuple(f"x{j}" for j in range(9))


@dataclass(frozen=True)
class Answer:
    """Values, and standard errors where they are to be compared."""

    value: Floats
    error: Floats | None = None


Run = Callable[[Cohort], Answer]


@dataclass(frozen=True)
class Job:
    """One task.

    Parameters
    ----------
    title
        What it is called in the table.
    engine, lifelines
        Who does it; lifelines may not.
    goals
        Sizes, and how many times as long as the engine R should take at least.
    tolerance
        How far R's answers may lie from the engine's, in standard errors.
    lifelines_tolerance
        Likewise; None where lifelines is known to differ.
    is_continuous
        Whether times are continuous at n = 500 too.
    """

    title: str
    engine: Run
    goals: Mapping[int, float]
    tolerance: float = 1e-9
    lifelines: Run | None = None
    lifelines_tolerance: float | None = None
    is_continuous: bool = False


def of_estimate(estimate: Estimate) -> Answer:
    """Values and standard errors."""
    return Answer(estimate.value, estimate.std_error())


def of_tests(*tests: TestResult) -> Answer:
    """Statistics."""
    return Answer(np.array([test.statistic for test in tests]))


def _survival(rows: Cohort) -> Answer:
    arrays = (rows.time, rows.status, rows.weight)
    return of_estimate(kaplan_meier(*arrays, arm=rows.arm, times=rows.landmarks))


def _incidence(rows: Cohort) -> Answer:
    arrays = (rows.time, rows.status, rows.weight)
    return of_estimate(aalen_johansen(*arrays, arm=rows.arm, times=rows.landmarks))


def _hazard_ratios(rows: Cohort, n_covariates: int) -> Answer:
    arrays = (rows.time, rows.status, rows.weight)
    return of_estimate(cox(*arrays, covariates=rows.covariates[:, :n_covariates]).estimate)


def _proportional_hazards(rows: Cohort) -> Answer:
    found = proportional_hazards(rows.time, rows.status, covariates=rows.covariates)
    return of_tests(*found.model_based, found.model_based_global)


def _subdistribution(rows: Cohort) -> Answer:
    return of_estimate(fine_gray(rows.time, rows.status, covariates=rows.arm).estimate)


def _weighted_subdistribution(rows: Cohort) -> Answer:
    arrays = (rows.time, rows.status, rows.weight)
    return of_estimate(fine_gray(*arrays, covariates=rows.arm, censoring_term=False).estimate)


def _log_rank(rows: Cohort) -> Answer:
    return of_tests(log_rank(rows.time, rows.status, arm=rows.arm))


def _gray(rows: Cohort) -> Answer:
    return of_tests(gray_test(rows.time, rows.status, arm=rows.arm))


def _from_propensity(rows: Cohort) -> Answer:
    design = assemble([Block(rows.covariates[:, 1:], NAMES[1:])])
    weight = weigh(fit_propensity(design, rows.arm), rows.arm, "ATO").value
    arrays = (rows.time, rows.status, weight)
    risk = aalen_johansen(*arrays, arm=rows.arm, times=rows.landmarks)
    return of_estimate(concatenate(risk, cox(*arrays, covariates=rows.arm).estimate))


def _lifelines_survival(rows: Cohort) -> Answer:
    from lifelines import KaplanMeierFitter

    values = []
    for own in (rows.arm == 0, rows.arm == 1):
        fitter = KaplanMeierFitter()
        fitter.fit(rows.time[own], rows.status[own] > 0, weights=rows.weight[own])
        values.append(fitter.survival_function_at_times(rows.landmarks).to_numpy())
    return Answer(np.concatenate(values))


def _lifelines_incidence(rows: Cohort) -> Answer:
    from lifelines import AalenJohansenFitter

    values = []
    for own in (rows.arm == 0, rows.arm == 1):
        fitter = AalenJohansenFitter(seed=0)
        fitter.fit(rows.time[own], rows.status[own], 1, weights=rows.weight[own])
        values.append(fitter.predict(rows.landmarks).to_numpy())
    return Answer(np.concatenate(values))


def _lifelines_hazard_ratios(rows: Cohort, n_covariates: int) -> Answer:
    from lifelines import CoxPHFitter

    frame = pd.DataFrame(rows.covariates[:, :n_covariates], columns=list(NAMES[:n_covariates]))
    frame = frame.assign(time=rows.time, event=rows.status == 1, weight=rows.weight)
    fitter = CoxPHFitter().fit(frame, "time", "event", weights_col="weight", robust=True)
    return Answer(fitter.params_.to_numpy(), fitter.standard_errors_.to_numpy())


def _lifelines_log_rank(rows: Cohort) -> Answer:
    from lifelines.statistics import logrank_test

    own, event = rows.arm == 1, rows.status == 1
    test = logrank_test(rows.time[own], rows.time[~own], event[own], event[~own])
    return Answer(np.array([test.test_statistic]))


# Lifelines has no robust error of a curve; it moves tied times of different causes at random, and
# its robust errors of a Cox model are off where events tie. R's survival counts times within 1.5e-8
# of each other as tied, the engine within 1e-9: of 1e5 continuous times 25 pairs lie between, which
# moves answers by up to 1e-6 standard errors. crr stops short of the maximum (at n = 500, told to
# start at the engine's answer, it stays there).
JOBS = {
    "kaplan_meier": Job(
        "Kaplan–Meier, weighted, 3 times", _survival, {500: 1},
        lifelines=_lifelines_survival, lifelines_tolerance=1e-9,
    ),
    "aalen_johansen": Job(
        "Aalen–Johansen, weighted, 3 times", _incidence, {500: 1, 100_000: 20}, 1e-5,
        lifelines=_lifelines_incidence,
    ),
    "cox_arm": Job(
        "Cox, weighted, 1 covariate", partial(_hazard_ratios, n_covariates=1),
        {500: 1, 100_000: 20}, 1e-5,
        lifelines=partial(_lifelines_hazard_ratios, n_covariates=1),
    ),
    "cox": Job(
        "Cox, weighted, 9 covariates", partial(_hazard_ratios, n_covariates=9),
        {500: 1, 100_000: 20}, 1e-5,
        lifelines=partial(_lifelines_hazard_ratios, n_covariates=9),
    ),
    "proportional_hazards": Job(
        "Proportional hazards, 9 covariates", _proportional_hazards, {500: 1}, 1e-6
    ),
    "fine_gray": Job(
        "Fine–Gray as crr, 1 covariate", _subdistribution, {500: 1, 10_000: 20}, 1e-5,
        is_continuous=True,
    ),
    "fine_gray_weighted": Job(
        "Fine–Gray as finegray and coxph, weighted", _weighted_subdistribution,
        {500: 1, 10_000: 20}, 1e-6,
    ),
    "log_rank": Job(
        "Log-rank test", _log_rank, {500: 1},
        lifelines=_lifelines_log_rank, lifelines_tolerance=1e-9,
    ),
    "gray": Job("Gray's test", _gray, {500: 1}),
    "from_propensity": Job(
        "Propensity, overlap weights, incidence, Cox", _from_propensity, {500: 1}, 1e-6
    ),
}  # fmt: skip
