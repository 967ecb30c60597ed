"""Newton's method for the logistic model, and the proof that a maximum exists."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit

from spine_outcomes.weights.logistic import logistic_newton, maximum_exists


def basis_of(seed, n=90):
    rng = np.random.default_rng(seed)
    matrix = np.column_stack([np.ones(n), rng.normal(size=(n, 3))])
    arm = (rng.random(n) < expit(matrix @ [0.2, 1.0, -0.5, 0.0])).astype(np.int64)
    return np.linalg.qr(matrix)[0], arm, rng.integers(1, 4, n).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_newton_is_the_glm_of_statsmodels(seed):
    """A bootstrap that fits another model than the main job."""
    basis, arm, weight = basis_of(seed)
    found = logistic_newton(basis, arm, weight, np.zeros(4))
    glm = sm.GLM(arm, basis, family=sm.families.Binomial(), freq_weights=weight)
    expected = glm.fit(tol=1e-12, tol_criterion="params").params
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_start_does_not_matter(seed):
    """A step that overshoots from afar and never comes back."""
    basis, arm, weight = basis_of(seed)
    near = logistic_newton(basis, arm, weight, np.zeros(4))
    far = logistic_newton(basis, arm, weight, np.array([60.0, -40.0, 30.0, 80.0]))
    np.testing.assert_allclose(far, near, rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_maximum_is_proved_where_the_arms_overlap(seed):
    """A false alarm of separation."""
    basis, arm, weight = basis_of(seed)
    assert maximum_exists(basis, arm, weight, logistic_newton(basis, arm, weight, np.zeros(4)))


@pytest.mark.parametrize("scale", [0.0, 1.0, 10.0, 100.0, 1000.0])
def test_no_coefficients_prove_a_maximum_under_separation(scale):
    """A proof that a far enough step could fool."""
    basis = np.linalg.qr(np.column_stack([np.ones(8), np.arange(8.0)]))[0]
    arm = np.repeat([0, 1], 4)
    direction = basis.T @ (np.arange(8.0) - 3.5)
    assert not maximum_exists(basis, arm, np.ones(8), scale * direction)
