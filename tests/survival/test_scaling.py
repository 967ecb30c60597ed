"""The estimators grow as n log n, in time and in memory."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.kaplan_meier import kaplan_meier

N_COVARIATES = 9
ESTIMATORS = {
    "kaplan_meier": lambda t, d, w, x, c: kaplan_meier(
        t, d, w, arm=x[:, 0] > 0, cluster=c, times=[0.5, 1, 2]
    ),
    "aalen_johansen": lambda t, d, w, x, c: aalen_johansen(
        t, d, w, arm=x[:, 0] > 0, cluster=c, times=[0.5, 1, 2]
    ),
    "cox": lambda t, d, w, x, c: cox(t, d, w, covariates=x, cluster=c).estimate,
    "fine_gray": lambda t, d, w, x, c: fine_gray(t, d, w, covariates=x, cluster=c).estimate,
}


def arrays(n):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, N_COVARIATES))
    parts = rng.exponential(size=n), rng.integers(0, 3, n), rng.uniform(0.5, 2, n)
    return *parts, x, rng.integers(0, n // 2, n)


def fastest(estimator, parts, n_runs=5):
    """Processor time of the best of a few runs: a busy machine must not decide a test."""
    times = []
    for _ in range(n_runs):
        start = time.process_time()
        estimator(*parts).std_error()
        times.append(time.process_time() - start)
    return min(times)


@pytest.fixture(autouse=True)
def one_thread():
    """As a run does; the processor time of several would be their sum."""
    with threadpool_limits(1):
        yield


@pytest.mark.parametrize("name", ESTIMATORS)
def test_ten_times_the_rows_take_less_than_twenty_times_as_long(name):
    """Growth as n² would make it a hundred."""
    estimator = ESTIMATORS[name]
    assert fastest(estimator, arrays(100_000)) < 20 * fastest(estimator, arrays(10_000))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_peak_memory_is_a_few_copies_of_the_data(name):
    """A matrix for each event time, or one of rows by times, would break a laptop at 1e6 rows."""
    n = 50_000
    parts = arrays(n)
    tracemalloc.start()
    ESTIMATORS[name](*parts).std_error()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * n * (N_COVARIATES + 10)
