"""Every method that R has, on public cohorts, beside R's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate, interval
from spine_outcomes.interim.boundaries import Family, group_sequential
from spine_outcomes.qualification.comparison import ITERATIVE, Compared
from spine_outcomes.qualification.public_cohorts import PublicCohort, answers_of
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)
from spine_outcomes.weights.balance import balance, effective_sample_size

ERROR = "robust standard error"
# R's own integration is coarser where one look follows closely on another.
BOUNDS = 1e-5
FAMILIES: dict[str, Family] = {
    "asOF": "obrien_fleming",
    "asP": "pocock",
    "asHSD": "hwang_shih_decani",
    "asKD": "power",
    "OF": "classical_obrien_fleming",
    "P": "classical_pocock",
}


def propensity_compared(cohort: PublicCohort) -> Iterator[Compared]:
    """Coefficients of the propensity."""
    expected = cohort.answers["ps_coef"]
    yield Compared(
        "Propensity",
        [f"coefficient of {name}" for name in expected],
        cohort.propensity.coefficients,
        list(expected.values()),
        str(cohort.answers["R"]).partition(" (")[0].replace("version ", ""),
    )


def weighted_compared(cohort: PublicCohort, estimand: str) -> Iterator[Compared]:
    """Balance, curves, restricted means, hazard ratios and tests under one set of weights."""
    weight, answers = cohort.weight(estimand), cohort.answers[estimand]
    yield from _balance(cohort, weight, answers)
    yield from _curves(cohort, weight, answers)
    yield from _restricted_means(cohort, weight, answers)
    yield from _hazard_ratios(cohort, weight, answers)
    yield from _tests(cohort, weight, answers)


def bounds_compared() -> Iterator[Compared]:
    """Group-sequential bounds."""
    answers = answers_of("interim")
    for case in answers["bounds"]:
        fraction = np.atleast_1d(case["fraction"])
        z = np.atleast_1d(np.array(case["z"], dtype=np.float64))
        family = FAMILIES[case["type"]]
        found = group_sequential(
            fraction, family=family, alpha=case["alpha"], sides=case["sides"],
            parameter=case["gamma"],
        )  # fmt: skip
        known = np.isfinite(z)
        test = f"{family}, alpha {case['alpha']:g}, {case['sides']} sides"
        test += "" if case["gamma"] is None else f", parameter {case['gamma']:g}"
        named = [f"{test}: bound at {100 * t:g} %" for t in fraction[known]]
        source = f"R rpact {answers['rpact']}"
        yield Compared("Stopping bounds", named, found.z[known], z[known], source, BOUNDS)


def _balance(
    cohort: PublicCohort, weight: NDArray[np.float64], answers: Mapping[str, Any]
) -> Iterator[Compared]:
    """Effective sample sizes and standardised differences."""
    sizes = [effective_sample_size(weight[cohort.arm == arm]) for arm in (0, 1)]
    named = ["effective sample size of arm 0", "effective sample size of arm 1"]
    yield Compared("Balance", named, sizes, answers["ess"], cohort.source)
    found = balance(cohort.design.matrix[:, 1:], cohort.arm, weight).smd
    named = [f"standardised difference of {name}" for name in answers["smd"]]
    yield Compared("Balance", named, found, list(answers["smd"].values()), cohort.source)


def _curves(
    cohort: PublicCohort, weight: NDArray[np.float64], answers: Mapping[str, Any]
) -> Iterator[Compared]:
    """Survival with its limits, and incidence of either cause, at three times in each arm."""
    times, arm, cluster = cohort.answers["landmarks"], cohort.arm, cohort.cluster
    named = [f"{{}} at {time:g} in arm {a}" for a in (0, 1) for time in times]

    def beside(method: str, what: str, ours: Any, reference: Any) -> Compared:
        quantities = [name.format(what) for name in named]
        return Compared(method, quantities, ours, np.ravel(reference), cohort.source)

    for key, status in (("km_any", cohort.status > 0), ("km_one", cohort.status == 1)):
        found = kaplan_meier(cohort.time, status, weight, arm=arm, cluster=cluster, times=times)
        lower, upper = interval(found.value, found.std_error(), "log(-log)")
        of = "survival free of any event" if key == "km_any" else "survival, competing censored"
        for what, ours in (
            ("surv", found.value), ("se", found.std_error()), ("lower", lower), ("upper", upper),
        ):  # fmt: skip
            words = {"surv": of, "se": f"{ERROR} of {of}"}.get(what, f"{what} limit of {of}")
            yield beside("Kaplan–Meier", words, ours, [own[what] for own in answers[key]])
    for cause in (1, 2) if "aj" in answers else ():
        found = aalen_johansen(
            cohort.time, cohort.status, weight, arm=arm, cluster=cluster, cause=cause, times=times
        )
        of = f"incidence of cause {cause}"
        reference = [own[f"cif{cause}"] for own in answers["aj"]]
        yield beside("Aalen–Johansen", of, found.value, reference)
        reference = [own[f"se{cause}"] for own in answers["aj"]]
        yield beside("Aalen–Johansen", f"{ERROR} of {of}", found.std_error(), reference)


def _restricted_means(
    cohort: PublicCohort, weight: NDArray[np.float64], answers: Mapping[str, Any]
) -> Iterator[Compared]:
    """Mean time free of any event, and lost to the event, up to the last of the times."""
    horizon = max(cohort.answers["landmarks"])
    rows = {"arm": cohort.arm, "cluster": cohort.cluster, "horizon": horizon}
    arrays = (cohort.time, cohort.status, weight)
    method, named = "Restricted mean", [f"{{}} to {horizon:g} in arm {a}" for a in (0, 1)]
    mean = restricted_mean_survival(*arrays, **rows)
    for what, key, ours in (
        ("mean time", "est", mean.value),
        (f"{ERROR} of the mean time", "se", mean.std_error()),
    ):
        quantities = [name.format(what) for name in named]
        yield Compared(method, quantities, ours, answers["rmst"][key], cohort.source)
    if "rmtl1" in answers:
        lost = restricted_mean_time_lost(*arrays, **rows).value
        quantities = [name.format("mean time lost to the event") for name in named]
        yield Compared(method, quantities, lost, answers["rmtl1"]["est"], cohort.source)


def _hazard_ratios(
    cohort: PublicCohort, weight: NDArray[np.float64], answers: Mapping[str, Any]
) -> Iterator[Compared]:
    """Cox models of the arm alone and with covariates, Fine–Gray with known censoring."""
    arrays, cluster = (cohort.time, cohort.status, weight), cohort.cluster
    adjusted = np.column_stack([cohort.arm, cohort.design.matrix[:, 1:]])
    kinds: tuple[Ties, ...] = ("efron", "breslow")
    for ties in kinds:
        method = f"Cox, {ties.capitalize()}"
        for key, covariates in (("cox", cohort.arm), ("coxadj", adjusted)):
            fit = cox(*arrays, covariates=covariates, cluster=cluster, ties=ties)
            yield from _coefficients(method, fit.estimate, answers[f"{key}_{ties}"], cohort.source)
    if "finegray_unwG" in answers:
        model = fine_gray(*arrays, covariates=cohort.arm, cluster=cluster, censoring_term=False)
        expected = answers["finegray_unwG"]
        yield from _coefficients("Fine–Gray", model.estimate, expected, cohort.source)


def _coefficients(
    method: str, estimate: Estimate, answers: Mapping[str, Any], source: str
) -> Iterator[Compared]:
    """Log ratios and their errors."""
    found = answers["coef"]
    names = list(found) if isinstance(found, dict) else ["arm"]
    values = list(found.values()) if isinstance(found, dict) else found
    beside = ", adjusted" if len(names) > 1 else ""
    for words, ours, reference in (
        ("log ratio", estimate.value, values),
        (f"{ERROR} of the log ratio", estimate.std_error(), answers["robust_se"]),
    ):
        quantities = [f"{words} of {name}{beside}" for name in names]
        yield Compared(method, quantities, ours, reference, source, ITERATIVE)


def _tests(
    cohort: PublicCohort, weight: NDArray[np.float64], answers: Mapping[str, Any]
) -> Iterator[Compared]:
    """The robust score test, and the classical tests of rows without weights."""
    arrays, arm = (cohort.time, cohort.status, weight), cohort.arm
    found = score_test(*arrays, arm=arm, cluster=cohort.cluster).statistic
    expected = np.ravel(answers["robust_score_test"]["chisq"])
    yield Compared("Score test", "robust χ²", found, expected, cohort.source)
    if "logrank" in answers:
        found = log_rank(*arrays, arm=arm).statistic
        yield Compared("Log-rank", "χ²", found, answers["logrank"]["chisq"], cohort.source)
    if "gray" in answers:
        expected = answers["gray"]["stat"][0]
        yield Compared("Gray", "χ²", gray_test(*arrays, arm=arm).statistic, expected, "R cmprsk")
