"""Survival and toxicity analysis of the spinal stereotactic radiotherapy study NCT06587022.

Examples
--------
>>> from spine_outcomes import load_plan, read_cohort, run
>>> from spine_outcomes.study.packaged import find_plan  # doctest: +SKIP
>>> results = run(load_plan("analyses/primary.yaml"), read_cohort("cohort.csv"))  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spine_outcomes.analysis.results import Results
    from spine_outcomes.analysis.run import run
    from spine_outcomes.cohort.read import read_cohort
    from spine_outcomes.inference.bands import simultaneous_band, supremum_test
    from spine_outcomes.inference.bootstrap import bootstrap, jackknife
    from spine_outcomes.study.load import load_dictionary, load_plan
    from spine_outcomes.survival.aalen_johansen import aalen_johansen
    from spine_outcomes.survival.absolute_risk import absolute_risk
    from spine_outcomes.survival.censoring_weighted import censoring_weighted_incidence
    from spine_outcomes.survival.censoring_weighted_curve import censoring_weighted_aalen_johansen
    from spine_outcomes.survival.cox import cox
    from spine_outcomes.survival.fine_gray import fine_gray
    from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
    from spine_outcomes.survival.firth import firth, firth_interval
    from spine_outcomes.survival.frailty import cox_frailty
    from spine_outcomes.survival.gray import gray_test
    from spine_outcomes.survival.interval_censored import turnbull
    from spine_outcomes.survival.kaplan_meier import kaplan_meier
    from spine_outcomes.survival.landmark import conditional_incidence, conditional_survival
    from spine_outcomes.survival.log_rank import log_rank, score_test
    from spine_outcomes.survival.proportional_hazards import proportional_hazards
    from spine_outcomes.survival.restricted_mean import (
        restricted_mean_survival,
        restricted_mean_time_lost,
    )
    from spine_outcomes.survival.standardization import aiptw, g_formula, iptw_risk
    from spine_outcomes.survival.subdistribution_risk import subdistribution_risk
    from spine_outcomes.survival.time_varying import hazard_ratio_along, piecewise_hazard_ratios
    from spine_outcomes.survival.tipping_point import delta_adjusted_incidence
    from spine_outcomes.survival.weibull_interval import weibull_interval

__all__ = [
    "Results",
    "aalen_johansen",
    "absolute_risk",
    "aiptw",
    "bootstrap",
    "censoring_weighted_aalen_johansen",
    "censoring_weighted_incidence",
    "conditional_incidence",
    "conditional_survival",
    "cox",
    "cox_frailty",
    "delta_adjusted_incidence",
    "fine_gray",
    "fine_gray_score_test",
    "firth",
    "firth_interval",
    "g_formula",
    "gray_test",
    "hazard_ratio_along",
    "iptw_risk",
    "jackknife",
    "kaplan_meier",
    "load_dictionary",
    "load_plan",
    "log_rank",
    "piecewise_hazard_ratios",
    "proportional_hazards",
    "read_cohort",
    "restricted_mean_survival",
    "restricted_mean_time_lost",
    "run",
    "score_test",
    "simultaneous_band",
    "subdistribution_risk",
    "supremum_test",
    "turnbull",
    "weibull_interval",
]

_HOMES = {
    "Results": "analysis.results",
    "aiptw": "survival.standardization",
    "g_formula": "survival.standardization",
    "iptw_risk": "survival.standardization",
    "bootstrap": "inference.bootstrap",
    "censoring_weighted_aalen_johansen": "survival.censoring_weighted_curve",
    "censoring_weighted_incidence": "survival.censoring_weighted",
    "conditional_incidence": "survival.landmark",
    "conditional_survival": "survival.landmark",
    "cox_frailty": "survival.frailty",
    "delta_adjusted_incidence": "survival.tipping_point",
    "jackknife": "inference.bootstrap",
    "fine_gray_score_test": "survival.fine_gray_score",
    "gray_test": "survival.gray",
    "firth_interval": "survival.firth",
    "hazard_ratio_along": "survival.time_varying",
    "piecewise_hazard_ratios": "survival.time_varying",
    "run": "analysis.run",
    "score_test": "survival.log_rank",
    "read_cohort": "cohort.read",
    "load_dictionary": "study.load",
    "load_plan": "study.load",
    "restricted_mean_survival": "survival.restricted_mean",
    "restricted_mean_time_lost": "survival.restricted_mean",
    "simultaneous_band": "inference.bands",
    "supremum_test": "inference.bands",
    "turnbull": "survival.interval_censored",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that importing the package is free."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES.get(name, f'survival.{name}')}")
    return getattr(home, name)
