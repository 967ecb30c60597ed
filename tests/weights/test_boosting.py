"""Boosted scores: nobody is scored by a model that saw the patient; the seed decides all."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.weights.boosting import FOLDS, SETTINGS, calibration, fit_boosting
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import Propensity, fit_propensity


def test_a_score_never_comes_from_a_model_that_saw_the_patient():
    """A score from a model, or from a calibration, that saw the patient.

    The rows of a cluster exchange their arms: the folds stay, and so must its scores, while those
    of the others move. Were its rows in different folds, each would move the other's score.
    """
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(50), 2)
    design = assemble([linear("x", rng.normal(size=100)), linear("z", rng.normal(size=100))])
    arm = np.tile([0, 1], 50)
    exchanged = arm.copy()
    exchanged[:2] = [1, 0]  # each cluster keeps one row an arm, and so its fold
    first, second = (fit_boosting(design, a, cluster, seed=4).score for a in (arm, exchanged))
    np.testing.assert_array_equal(first[:2], second[:2])
    assert (first[2:] != second[2:]).any()


def test_scores_are_those_of_one_calibrated_model_a_fold():
    """The share of the other arm, several models averaged, or a calibration that bends the scores.

    Platt's curve is a straight line on the logit scale, of a model fitted to all rows of a fold.
    Eight values are few enough to have a bin each.
    """
    rng = np.random.default_rng(6)
    x = rng.integers(-4, 4, 300) / 2
    arm = (rng.random(300) < 1 / (1 + np.exp(-2 * x))).astype(np.int64)
    score = fit_boosting(assemble([linear("x", x)]), arm, None, seed=7).score
    assert np.corrcoef(score, 1 / (1 + np.exp(-2 * x)))[0, 1] > 0.8
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    for fitted, scored in folds.split(x[:, None], arm):
        model = HistGradientBoostingClassifier(**SETTINGS, early_stopping=False, random_state=7)
        margin = model.fit(x[fitted, None], arm[fitted]).decision_function(x[scored, None])
        logits = np.log(score[scored] / (1 - score[scored]))
        np.testing.assert_allclose(np.corrcoef(margin, logits)[0, 1], 1, rtol=1e-9)


def test_only_the_order_of_values_counts():
    """Bins that a few far values draw out, until all others share one."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=300)
    arm = (rng.random(300) < 1 / (1 + np.exp(-x))).astype(np.int64)
    plain, stretched = (
        fit_boosting(assemble([linear("x", value)]), arm, None, seed=7).score
        for value in (x, np.exp(3 * x))
    )
    np.testing.assert_array_equal(plain, stretched)


def test_the_seed_decides(drawn):
    """Results that cannot be had again, or folds that no seed moves."""
    scores = [fit_boosting(drawn.design, drawn.arm, drawn.cluster, seed=s).score for s in (1, 1, 2)]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()


def test_weights_of_a_boosted_score_are_taken_as_known(drawn):
    """A correction of 0 that would pass for one, or coefficients of a model that has none."""
    fitted = fit_boosting(drawn.design, drawn.arm, drawn.cluster, seed=1)
    assert fitted.coefficients.shape == (0,)
    assert fitted.matrix.shape == (len(drawn.arm), 0)
    for options in ({}, {"stabilise": True}, {"truncate": (5, 95)}):
        weights = weigh(fitted, drawn.arm, "ATE", **options)
        assert weights.nuisance is None
        assert weights.are_taken_as_known
    assert not weigh(fit_propensity(drawn.design, drawn.arm), drawn.arm, "ATE").are_taken_as_known
    assert not weigh(fitted, drawn.arm, "unweighted").are_taken_as_known


def test_rows_without_prior_weight_do_not_teach(drawn):
    """Rows left out that still shape the score of the others."""
    kept = np.arange(len(drawn.arm)) % 4 > 0
    x = drawn.design.matrix[:, 1]
    designs = [assemble([linear("x", np.where(kept, x, y))]) for y in (x, -x)]
    prior = kept.astype(float)
    scores = [fit_boosting(d, drawn.arm, None, seed=1, weight=prior).score for d in designs]
    np.testing.assert_array_equal(scores[0][kept], scores[1][kept])


def test_calibration_by_hand():
    """Scores that are twice as sure as they should be have the slope 1/2 on the logit scale.

    40 rows with odds 3 for the comparator and 40 with odds 1/3, scored with odds 9 and 1/9.
    """
    arm = np.array(([1] * 3 + [0]) * 10 + ([0] * 3 + [1]) * 10)
    score = np.repeat([0.9, 0.1], 40)
    scored = Propensity(score, np.zeros(0), (), np.zeros((80, 0)), None, np.ones(80))
    found = calibration(scored, arm)
    assert found.slope == pytest.approx(0.5, rel=1e-9)
    assert found.mean_score == pytest.approx(0.5)
    assert found.share == 0.5


def test_too_few_clusters_for_the_folds_are_refused(drawn):
    """A fold in which an arm is missing."""
    cluster = np.where(drawn.arm == 1, np.arange(len(drawn.arm)) % 3, 3 + np.arange(len(drawn.arm)))
    with pytest.raises(NotEstimableError, match="3 clusters in the comparator arm"):
        fit_boosting(drawn.design, drawn.arm, cluster, seed=1)


def test_one_cluster_a_fold_is_enough(drawn):
    """Five clusters in an arm refused, where five folds have one each."""
    own = np.arange(len(drawn.arm))
    cluster = np.where(drawn.arm == 1, own % 5, 5 + own)
    score = fit_boosting(drawn.design, drawn.arm, cluster, seed=1).score
    assert ((score > 0) & (score < 1)).all()
