"""Propensity score by gradient boosting, every row scored by a model that never saw its cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from threadpoolctl import threadpool_limits

from spine_outcomes.errors import NotEstimableError, Problem, SpineOutcomesError
from spine_outcomes.weights.design import Design, assemble, linear
from spine_outcomes.weights.propensity import Propensity, fit_propensity, prior_weight

FOLDS, INNER_FOLDS = 5, 3
BINS = 32  # cut before the fits, most of whose time would go into weighted quantiles of columns
# Few and shallow trees: a score for weights must not be sure of itself.
SETTINGS = {"max_iter": 60, "learning_rate": 0.1, "max_depth": 2, "min_samples_leaf": 20}


@dataclass(frozen=True)
class Calibration:
    """How the scores agree with the arms seen.

    Parameters
    ----------
    mean_score, share
        Mean score and share of the comparator arm: equal in the large.
    slope
        Coefficient of logit e in a logistic model of the arm; 1 is right, below 1 the scores are
        too extreme, above 1 too timid. NaN where the scores separate the arms.
    """

    mean_score: float
    share: float
    slope: float


def fit_boosting(
    design: Design,
    arm: NDArray[np.int64],
    cluster: NDArray[np.int64] | None,
    *,
    seed: int,
    weight: NDArray[np.float64] | None = None,
) -> Propensity:
    """Cross-fitted propensity of boosted trees (scikit-learn's histogram gradient boosting).

    Parameters
    ----------
    design
        Columns of the model on n rows; trees find their own interactions and bends.
    arm : ndarray of int, shape (n,)
        0 reference, 1 comparator.
    cluster : ndarray of int, shape (n,), or None
        Rows of one cluster are scored by one model, fitted to the other folds of clusters.
    seed
        Of the folds.
    weight : ndarray, shape (n,), optional
        Prior weights; rows with weight 0 are scored but do not enter a fit.

    Returns
    -------
    Propensity
        Without coefficients and without influence: standard errors can only take the score as
        known, or refit it in a bootstrap.

    Raises
    ------
    NotEstimableError
        Fewer clusters of an arm than folds.

    Notes
    -----
    Five folds of whole clusters, stratified by arm. A score made from the rows it is used for would
    be too sure of their arm (Chernozhukov et al., 2018, on cross-fitting). Within the rows of a fit
    three more folds calibrate the scores by a logistic curve (Platt, 1999), so that the calibration
    has not seen the cluster either.
    """
    # Here, not above: they take a quarter of a second that a run without boosting need not wait.
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier

    prior = prior_weight(arm, weight)
    group = np.arange(len(arm)) if cluster is None else cluster
    _check_folds(arm, group, prior)
    columns = np.column_stack([_bins(column, prior > 0) for column in design.matrix[:, 1:].T])
    score = np.empty(len(arm))
    for fitted, scored in _folds(FOLDS, arm, group, seed):
        used = fitted[prior[fitted] > 0]
        model = CalibratedClassifierCV(
            HistGradientBoostingClassifier(**SETTINGS, early_stopping=False, random_state=seed),
            cv=_folds(INNER_FOLDS, arm[used], group[used], seed),
            ensemble=False,
        )
        with threadpool_limits(limits=1):  # small fits wait for threads longer than they compute
            model.fit(columns[used], arm[used], sample_weight=prior[used])
            score[scored] = model.predict_proba(columns[scored])[:, 1]
    return Propensity(
        score=score,
        coefficients=np.zeros(0),
        names=(),
        matrix=np.zeros((len(arm), 0)),
        influence=None,
        weight=prior,
    )


def _folds(
    n_folds: int, arm: NDArray[np.int64], group: NDArray[np.int64], seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows to fit to and rows to score, by folds of whole clusters, stratified by their arm."""
    from sklearn.model_selection import StratifiedKFold

    names, cluster = np.unique(group, return_inverse=True)
    arm_of = 2 * np.bincount(cluster, arm) >= np.bincount(cluster)  # of most rows of each
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return [
        (np.flatnonzero(np.isin(cluster, fitted)), np.flatnonzero(np.isin(cluster, scored)))
        for fitted, scored in folds.split(names, arm_of)
    ]


def _bins(column: NDArray[np.float64], is_used: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Which of at most ``BINS`` bins, of as many rows each, a value lies in."""
    edges = np.quantile(column[is_used], np.arange(1, BINS) / BINS, method="inverted_cdf")
    return np.searchsorted(np.unique(edges), column)


def calibration(propensity: Propensity, arm: NDArray[np.int64]) -> Calibration:
    """Calibration in the large and slope of the scores (Cox, 1958)."""
    prior = propensity.weight
    try:
        model = fit_propensity(assemble([linear("score", logit(propensity.score))]), arm, prior)
        slope = float(model.coefficients[-1])
    except SpineOutcomesError:  # scores that separate the arms, or are all the same
        slope = np.nan
    return Calibration(
        mean_score=float(np.average(propensity.score, weights=prior)),
        share=float(np.average(arm, weights=prior)),
        slope=slope,
    )


def _check_folds(
    arm: NDArray[np.int64], group: NDArray[np.int64], prior: NDArray[np.float64]
) -> None:
    """Refuse arms with too few clusters to leave some in every fit."""
    for code, name in enumerate(("reference", "comparator")):
        n_clusters = len(np.unique(group[(arm == code) & (prior > 0)]))
        if n_clusters < FOLDS:
            message = (
                f"{n_clusters} clusters in the {name} arm; cross-fitting needs {FOLDS} or more."
            )
            raise NotEstimableError(Problem("E_FEW_CLUSTERS", message))
