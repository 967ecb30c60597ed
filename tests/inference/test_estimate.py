"""The result type and its clustered covariance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spine_outcomes.inference import Estimate, Nuisance, concatenate

INFLUENCE = np.array([[1.0, 2.0], [-3.0, 0.0], [2.0, -2.0]])
LABELS = ({"measure": "survival", "time": 6.0}, {"measure": "survival", "time": 12.0})


def estimate(cluster=None, reasons=(None, None)):
    return Estimate(np.array([0.8, 0.6]), INFLUENCE, LABELS, cluster, reasons)


def test_covariance_by_hand():
    """A G/(G − 1) factor, or n in the denominator: SᵀS is [[14, −2], [−2, 8]]."""
    np.testing.assert_array_equal(estimate().covariance(), [[14, -2], [-2, 8]])
    np.testing.assert_allclose(estimate().std_error(), np.sqrt([14, 8]))


def test_clusters_are_summed_before_squaring():
    """A patient taken as two: rows 0 and 1 are one, with sums (−2, 2) and (2, −2)."""
    clustered = estimate(cluster=np.array([1, 1, 0]))
    np.testing.assert_array_equal(clustered.covariance(), [[8, -8], [-8, 8]])


def test_clusters_of_one_row_change_nothing():
    """A small-sample factor."""
    singles = estimate(cluster=np.array([2, 0, 1]))
    np.testing.assert_array_equal(singles.covariance(), estimate().covariance())


def test_one_cluster_has_no_error():
    """An error of 0 from one patient, because influence sums to zero."""
    assert np.isnan(estimate(cluster=np.zeros(3, dtype=np.int64)).std_error()).all()


def test_quantity_without_an_estimate_has_no_error():
    """An error of 0 beside a missing value."""
    errors = estimate(reasons=("no event", None)).std_error()
    assert np.isnan(errors[0])
    assert errors[1] == pytest.approx(np.sqrt(8))


def test_select_and_relabel():
    """A quantity picked by the wrong label."""
    late = estimate().select(time=12.0).relabel(arm=1)
    assert late.value == pytest.approx([0.6])
    assert late.labels == ({"measure": "survival", "time": 12.0, "arm": 1},)
    np.testing.assert_array_equal(late.influence, INFLUENCE[:, [1]])
    assert len(estimate().select(time=7.0)) == 0
    assert estimate().positions(measure="survival", time=12.0) == [1]  # both, not either


def test_transform_is_the_delta_method():
    """A product .8 · .6: influence .6 · first + .8 · second."""
    product = estimate().transform(
        np.array([0.48]), np.array([[0.6, 0.8]]), [{"measure": "product"}]
    )
    np.testing.assert_allclose(product.influence[:, 0], INFLUENCE @ [0.6, 0.8])


def test_concatenate_keeps_the_covariance_between():
    """Two estimates on the same rows taken as independent."""
    parts = (estimate().take([0]), estimate().take([1]))
    np.testing.assert_array_equal(concatenate(*parts).covariance(), estimate().covariance())


def test_one_estimate_alone_is_itself():
    """A single part refused, or its clusters lost."""
    cluster = np.array([1, 1, 0])
    alone = concatenate(estimate(cluster=cluster))
    np.testing.assert_array_equal(alone.influence, INFLUENCE)
    assert alone.cluster is cluster
    assert alone.beside_weights is None


@pytest.mark.parametrize("beside", [(True, False), (False, True), (True, True)])
def test_concatenate_keeps_what_the_propensity_does_not_touch(beside):
    """Influence beside the weights corrected as if it were part of them: φ Dᵀ adds (−2, 2) φ."""
    nuisance = Nuisance(np.array([[1.0], [0], [-1]]), np.array([[1.0], [1], [0]]))
    parts = [
        replace(estimate().take([k]), beside_weights=INFLUENCE[:, [k]] if beside[k] else None)
        for k in range(2)
    ]
    by_hand = [[-1, 4], [-3, 0], [4, -4]]
    expected = np.where(beside, INFLUENCE, by_hand)
    np.testing.assert_array_equal(concatenate(*parts).corrected(nuisance).influence, expected)


def test_corrected_by_hand():
    """Influence + φ Dᵀ influence: φ = (1, 0, −1), D = (1, 1, 0) adds φ · (−2, 2)."""
    nuisance = Nuisance(np.array([[1.0], [0], [-1]]), np.array([[1.0], [1], [0]]))
    corrected = estimate().corrected(nuisance)
    np.testing.assert_array_equal(corrected.influence, [[-1, 4], [-3, 0], [4, -4]])
    np.testing.assert_array_equal(corrected.value, estimate().value)
    assert estimate().corrected(None).influence is INFLUENCE


def test_shapes_that_do_not_fit_are_refused():
    """Labels shifted against values."""
    with pytest.raises(ValueError, match="influence has shape"):
        Estimate(np.array([1.0]), INFLUENCE, LABELS[:1])
    with pytest.raises(ValueError, match="labels"):
        Estimate(np.array([0.8, 0.6]), INFLUENCE, LABELS[:1])
