"""Standardised risks of both arms from their parts, with the influence through every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import DefinitionError, Problem, SampleError
from spine_outcomes.inference import Estimate
from spine_outcomes.survival.absolute_risk import (
    CauseSpecificModels,
    Slopes,
    cause_specific_models,
    follow_up_reasons,
)
from spine_outcomes.survival.by_arm import display_times
from spine_outcomes.survival.censored_response import CensoredResponse
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.risk_sets import Floats
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder

Target = Literal["ATE", "ATO"]


class LogisticPropensity(Protocol):
    """A fitted logistic model of the comparator arm, as ``weights.propensity`` returns it."""

    @property
    def score(self) -> Floats:
        """Probability of the comparator arm, shape (n,)."""
        ...

    @property
    def matrix(self) -> Floats:
        """Design with intercept, shape (n, p)."""
        ...

    @property
    def influence(self) -> Floats:
        """Influence of each row on the coefficients, shape (n, p)."""
        ...

    @property
    def weight(self) -> Floats:
        """Multiplicity of each row, shape (n,)."""
        ...


@dataclass(frozen=True, eq=False)
class Study:
    """Rows, their propensity and what is wanted of them.

    ``standing`` (n,) is m h, ``tilt_slope`` (n,) is ∂ log h/∂ logit e, ``positions`` the distinct
    times at or before ``times``.
    """

    sample: Sample
    arm: NDArray[np.int64]
    propensity: LogisticPropensity
    standing: Floats
    tilt_slope: Floats
    cause: int
    times: Floats
    positions: list[int]
    is_weighted: bool = False
    is_normalised: bool = True


@dataclass(frozen=True, eq=False)
class Outcome:
    """Outcome models and their covariates (n, 1 + p), the arm first."""

    models: CauseSpecificModels
    covariates: Floats


@dataclass(frozen=True, eq=False)
class Response:
    """Responses of one arm: the rows' weights w/N (n,), and Y* or Y* + I (n, J).

    ``total`` and ``leaving`` (J, m) are what the censoring distribution owes
    (``CensoredResponse.influence``).
    """

    by: CensoredResponse
    weight: Floats
    value: Floats
    total: Floats
    leaving: Floats


@dataclass(frozen=True, eq=False)
class Forecast:
    """Predicted risks of one arm (n, J), and the derivatives of its J estimates in the models."""

    value: Floats
    slopes: list[Slopes]


def study_of(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    arm: ArrayLike,
    propensity: LogisticPropensity,
    target: str,
    cause: int,
    cluster: ArrayLike | None,
    times: ArrayLike,
) -> Study:
    """Check the arrays and tilt the rows to the target population."""
    sample = sample_of(time, status, propensity.weight, cluster=cluster, arm=arm)
    grid = display_times("times", times)
    if target not in ("ATE", "ATO"):
        message = f"target is {target!r}; allowed are 'ATE' and 'ATO'"
        raise DefinitionError(Problem("E_ESTIMAND", message))
    codes, score = sample.arm, propensity.score
    if codes is None or not np.isin(codes, (0, 1)).all():
        raise SampleError(Problem("E_ARM", "arm must be 0 (reference) or 1 (comparator)"))
    is_overlap = target == "ATO"
    return Study(
        sample,
        codes,
        propensity,
        sample.weight * (score * (1.0 - score) if is_overlap else 1.0),
        1.0 - 2.0 * score if is_overlap else np.zeros(sample.n),
        cause,
        grid,
        sample.order.position(grid).tolist(),
    )


def outcome_of(
    study: Study, covariates: ArrayLike, names: Sequence[str] | None, ties: Ties
) -> Outcome:
    """Fit the hazard of every cause on the arm and the covariates."""
    matrix, terms = covariates_of(covariates, names, study.sample.n)
    matrix = np.column_stack([study.arm, matrix])
    last = float(study.times.max())
    models = cause_specific_models(study.sample, matrix, ("arm", *terms), study.cause, ties, last)
    return Outcome(models, matrix)


def standardised_risks(study: Study, outcome: Outcome | None) -> Estimate:
    """Estimate the risks of both arms at all times."""
    no_model = None if outcome is None else outcome.models.reason
    past = follow_up_reasons(study.sample, study.times)
    reasons = tuple(reason or no_model for code in (0, 1) for reason in past[code])
    arms = [_arm(study, outcome, code) for code in (0, 1)]
    is_estimable = np.array([reason is None for reason in reasons])
    labels = tuple(
        {"measure": "risk", "arm": code, "time": float(t), "cause": study.cause}
        for code in (0, 1)
        for t in study.times
    )
    return Estimate(
        np.where(is_estimable, np.concatenate([value for value, _ in arms]), np.nan),
        np.where(is_estimable, np.hstack([influence for _, influence in arms]), 0.0),
        labels,
        study.sample.cluster,
        reasons,
    )


def _arm(study: Study, outcome: Outcome | None, code: int) -> tuple[Floats, Floats]:
    """Risks (J,) of one arm and the influence (n, J) of every row on them."""
    share = study.standing / study.standing.sum()
    response = _response(study, code)
    forecast = Forecast(np.zeros_like(response.value), [])
    if outcome is not None:
        forecast, response = _forecast(study, outcome, code, response)
    model = share @ forecast.value
    residual = response.value - forecast.value
    weighted = response.weight @ residual
    # The rows' own contributions; what they are divided by moves with the rows too.
    centre = (0.0, weighted) if study.is_normalised else (weighted, 0.0)
    in_share = share[:, None] * (forecast.value - model - centre[0])
    in_weight = response.weight[:, None] * (residual - centre[1])
    propensity = study.propensity
    tilt_slope = study.tilt_slope[:, None]
    weight_slope = tilt_slope + (propensity.score - code)[:, None]
    through = propensity.matrix.T @ (in_share * tilt_slope + in_weight * weight_slope)
    influence = in_share + in_weight + propensity.influence @ through
    influence += np.array(
        [
            response.by.influence(*owed)
            for owed in zip(response.total, response.leaving, strict=True)
        ]
    ).T
    if outcome is not None:
        influence += np.array([outcome.models.influence(slope) for slope in forecast.slopes]).T
    return model + weighted, influence


def _response(study: Study, code: int) -> Response:
    """Responses of one arm with inverse weights, all 0 where the rows are not weighted."""
    is_own = study.arm == code
    by = CensoredResponse.of(study.sample, is_own, study.cause)
    score = study.propensity.score
    weight = study.is_weighted * is_own * study.standing / (score if code else 1.0 - score)
    if study.is_weighted:
        weight /= weight.sum() if study.is_normalised else study.standing.sum()
    total = np.array([by.observed_total(position, weight) for position in study.positions])
    value = np.array([by.observed(position) for position in study.positions]).T
    return Response(by, weight, value, total, np.zeros_like(total))


def _forecast(
    study: Study, outcome: Outcome, code: int, response: Response
) -> tuple[Forecast, Response]:
    """Predicted risks of one arm, and its responses augmented by them, block by block."""
    models = outcome.models
    covariates = outcome.covariates.copy()
    covariates[:, 0] = code
    factor = study.standing / study.standing.sum() - response.weight
    risks, values = np.empty_like(response.value), response.value.copy()
    total, leaving = response.total.copy(), response.leaving.copy()
    slopes = [models.no_slopes() for _ in study.times]
    is_augmented = response.weight > 0
    for rows in models.blocks(is_augmented):
        predicted = models.predict(covariates[rows])
        for j, position in enumerate(study.positions):
            risks[rows, j] = predicted.at(position)
            slopes[j] += predicted.pull_back_at(position, factor[rows])
            if is_augmented[rows[0]]:
                added = response.by.augmentation(predicted, rows, position, response.weight[rows])
                values[rows, j] += added.value
                slopes[j] += added.slopes
                total[j, : models.n_times] += added.total
                leaving[j, : models.n_times] += added.leaving
    return Forecast(risks, slopes), replace(response, value=values, total=total, leaving=leaving)
