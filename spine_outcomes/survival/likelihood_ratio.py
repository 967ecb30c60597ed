"""The likelihood ratio test of a regression, and the rows for which there is none."""

from __future__ import annotations

import numpy as np

from spine_outcomes.inference.hypothesis_tests import TestResult, chi_squared_test, no_test
from spine_outcomes.survival.sample import Sample


def likelihood_ratio_test(sample: Sample, gain: float, n_free: int) -> TestResult:
    """Twice the ``gain`` in log likelihood from coefficients 0, χ² on those that are free.

    Not χ², hence no test, for rows with weights (other than 0 and 1) or in clusters.
    """
    if not np.isin(sample.weight, (0.0, 1.0)).all():
        return no_test("the rows have weights: the likelihood ratio is not χ²")
    if sample.cluster is not None and sample.cluster.max() + 1 < sample.n:
        return no_test("the rows are clustered: the likelihood ratio is not χ²")
    return chi_squared_test(max(2 * gain, 0.0), n_free)  # below 0 by round-off alone
