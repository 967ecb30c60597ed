"""Sums over clusters where there is nothing, or little, to sum."""

from __future__ import annotations

import numpy as np

from spine_outcomes.inference.covariance import cluster_sums, is_one_cluster, n_clusters


def test_no_quantities_still_have_their_clusters():
    """A matrix of sums that does not fit those of the same rows beside it."""
    assert cluster_sums(np.zeros((3, 0)), np.array([0, 1, 1])).shape == (2, 0)


def test_every_cluster_has_its_row_of_sums():
    """Patients mixed up: rows 0 and 2 are of patient 1, row 1 of patient 0."""
    sums = cluster_sums(np.array([[1.0, 5], [2, 6], [4, 7]]), np.array([1, 0, 1]))
    np.testing.assert_array_equal(sums, [[2, 6], [5, 12]])


def test_a_row_without_influence_is_no_other_cluster():
    """A standard error of 0 where all that matters is of one patient: another one is only there."""
    influence = np.array([[1.0, 1], [-1, -2], [0, 1]])
    found = is_one_cluster(influence, np.array([0, 0, 1]), np.zeros(2))
    np.testing.assert_array_equal(found, [True, False])


def test_a_cluster_without_influence_is_not_counted():
    """People of the other arm, whose influence is exactly 0, in the degrees of freedom of this."""
    influence = np.array([[0.0], [0.2], [-0.2], [0.0]])
    assert n_clusters(influence, None, np.zeros(1)) == 2
    assert n_clusters(influence, np.array([0, 1, 1, 2]), np.zeros(1)) == 1
