"""From a value and its influence to an error, an interval and a test."""

from spine_outcomes.inference.bands import simultaneous_band, supremum_test
from spine_outcomes.inference.contrasts import (
    NumberNeeded,
    difference,
    log_ratio,
    number_needed_to_treat,
)
from spine_outcomes.inference.estimate import Estimate, Label, concatenate
from spine_outcomes.inference.hypothesis_tests import TestResult, wald_test
from spine_outcomes.inference.intervals import exact_interval, interval
from spine_outcomes.inference.nuisance import Nuisance

__all__ = [
    "Estimate",
    "Label",
    "Nuisance",
    "NumberNeeded",
    "TestResult",
    "concatenate",
    "difference",
    "exact_interval",
    "interval",
    "log_ratio",
    "number_needed_to_treat",
    "simultaneous_band",
    "supremum_test",
    "wald_test",
]
