"""From a value and its influence to an error, an interval and a test."""

from spine_outcomes.inference.bands import simultaneous_band, supremum_test
from spine_outcomes.inference.bootstrap import Bootstrap, Jackknife, bootstrap, jackknife
from spine_outcomes.inference.contrasts import (
    NumberNeeded,
    difference,
    log_ratio,
    number_needed_to_treat,
)
from spine_outcomes.inference.estimate import Estimate, Label, concatenate
from spine_outcomes.inference.few_clusters import SmallSample, small_sample
from spine_outcomes.inference.hypothesis_tests import TestResult, equality_test, wald_test
from spine_outcomes.inference.intervals import exact_interval, interval
from spine_outcomes.inference.nuisance import Nuisance

__all__ = [
    "Bootstrap",
    "Estimate",
    "Jackknife",
    "Label",
    "Nuisance",
    "NumberNeeded",
    "SmallSample",
    "TestResult",
    "bootstrap",
    "concatenate",
    "difference",
    "equality_test",
    "exact_interval",
    "interval",
    "jackknife",
    "log_ratio",
    "number_needed_to_treat",
    "simultaneous_band",
    "small_sample",
    "supremum_test",
    "wald_test",
]
