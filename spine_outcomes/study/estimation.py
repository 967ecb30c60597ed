"""When, how and with which error the endpoints of a plan are estimated."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spine_outcomes.study.durations import PlanDuration, TimeUnit
from spine_outcomes.study.model import Model
from spine_outcomes.study.terms import PlanTerm


class ModelTerms(Model):
    """Terms of a model that is not the propensity."""

    terms: tuple[PlanTerm, ...] = Field(min_length=1)


class Instrument(ModelTerms):
    """Whoever treated a row, whose preference is an instrument given the terms."""

    column: str


class Bootstrap(Model):
    """Resampling of patients."""

    replicates: int = Field(1000, ge=2)


class Estimation(Model):
    """When, how and with which error the endpoints are estimated."""

    unit: TimeUnit = "months"
    times: tuple[PlanDuration, ...] = Field(min_length=1)
    horizon: PlanDuration
    level: float = Field(0.95, gt=0, lt=1)
    variance: Literal["corrected", "robust", "bootstrap"] = "corrected"
    ties: Literal["efron", "breslow"] = "efron"
    average: Literal["rows", "clusters"] = "rows"
    small_sample: bool = False
    bootstrap: Bootstrap = Bootstrap()
    adjusted_models: ModelTerms | None = None
    censoring_weights: ModelTerms | None = None
    doubly_robust: bool = False
    firth: bool = False
    interval_censored: bool = False
    instrument: Instrument | None = None
    piecewise: tuple[PlanDuration, ...] | None = None

    @property
    def modelled(self) -> dict[str, tuple[PlanTerm, ...]]:
        """Terms of the models that are asked for, by key."""
        models = {
            "adjusted_models": self.adjusted_models,
            "censoring_weights": self.censoring_weights,
            "instrument": self.instrument,
        }
        return {key: model.terms for key, model in models.items() if model is not None}
