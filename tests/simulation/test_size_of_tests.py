"""Size of the tests of two arms that do not differ: confounded arms, competing events, clusters.

The study is the script whose full run stands in docs/validation.md, on 300 cohorts of 500 patients
and with a gate of 4 Monte-Carlo errors: only gross faults show.
"""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank, score_test

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/size.py"))
SAMPLES, LEVEL = 300, SCRIPT["LEVEL"]
GATE = 4 * np.sqrt(LEVEL * (1 - LEVEL) / SAMPLES)

pytestmark = pytest.mark.slow


def rejected(test, cohorts) -> float:
    """Share of the samples in which the test rejects."""
    return float(np.mean([test(cohort).p_value < LEVEL for cohort in cohorts]))


@pytest.fixture(scope="module")
def cohorts():
    """Cohorts of each law."""
    many = SCRIPT["MANY"]
    return {
        law: [drawn(seed, patients=many) for seed in range(SAMPLES)]
        for law, drawn in SCRIPT["LAWS"].items()
    }


@pytest.mark.parametrize("name", SCRIPT["TESTS"])
def test_rejects_as_often_as_it_says(cohorts, name):
    """Confounding left in, rows of a patient taken as independent, a wrong variance."""
    law, test = SCRIPT["TESTS"][name]
    assert rejected(test, cohorts[law]) == pytest.approx(LEVEL, abs=GATE)


@pytest.mark.parametrize("test", [log_rank, gray_test])
def test_strata(cohorts, test):
    """Strata that change the size of a classical test."""
    stratified = partial(SCRIPT["classical"], test=test)
    found = [stratified(d, strata=d.patient % 4) for d in cohorts[SCRIPT["EXCHANGEABLE"]]]
    assert np.mean([f.p_value < LEVEL for f in found]) == pytest.approx(LEVEL, abs=GATE)


def test_laws_have_something_to_get_wrong(cohorts):
    """A law without confounding or clusters, under which every test would hold its size."""
    confounded = cohorts[SCRIPT["CONFOUNDED"]]
    for test in (log_rank, gray_test):
        assert rejected(partial(SCRIPT["classical"], test=test), confounded) > LEVEL + GATE
    by_row = partial(SCRIPT["weighted"], test=score_test, clustered=False)
    assert rejected(by_row, confounded) > LEVEL + GATE
