"""The preference of whoever treated a row as an instrument, beside the unweighted comparison."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.standardised import LATE_ENTRY
from spine_outcomes.analysis.weighting import UNWEIGHTED
from spine_outcomes.errors import Finding
from spine_outcomes.inference import Estimate
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.instrument import (
    InstrumentalFit,
    instrumental_risk_difference,
    preference,
)
from spine_outcomes.weights.design import Design

MODEL = "instrument"
WEAK = 10.0
"""F of the first stage below which an instrument is weak (Staiger and Stock, 1997)."""
FEW_PROVIDERS = 20


def instrument_estimates(
    sample: EndpointSample,
    weight: NDArray[np.float64],
    name: str,
    plan: AnalysisPlan,
    design: Design | None,
) -> list[Estimate]:
    """Risk difference by the preference of the provider, where the plan asks for it.

    Labels as those of ``endpoint_estimate``, ``model`` is ``instrument``. Nothing is estimated but
    for unweighted rows; outside −1 to 1, or where rows enter late, it is not estimable.
    """
    if name != UNWEIGHTED:
        return []
    fit = _fit(sample, weight, plan, design)
    if fit is None:
        return []
    found = fit.estimate
    reasons = tuple(
        LATE_ENTRY
        if sample.entry is not None
        else reason
        or (f"the estimate, {value:.3g}, is no difference of risks" if abs(value) > 1 else None)
        for reason, value in zip(found.reasons, found.value, strict=True)
    )
    is_known = np.array([reason is None for reason in reasons])
    labels = [{"measure": "risk_difference", "time": label["time"]} for label in found.labels]
    usable = found.transform(
        np.where(is_known, found.value, np.nan), np.diag(is_known.astype(float)), labels, reasons
    )
    minus = f"{plan.arms.comparator} - {plan.arms.reference}"
    return [usable.relabel(model=MODEL, arm=None, contrast=minus, scale="identity")]


def instrument_findings(
    sample: EndpointSample, plan: AnalysisPlan, design: Design | None
) -> Iterator[Finding]:
    """How strong the instrument is, and how many providers it rests on."""
    fit = _fit(sample, np.ones(len(sample.arm)), plan, design)
    if fit is None or sample.provider is None:
        return
    n, strength = len(np.unique(sample.provider[sample.provider >= 0])), fit.f_statistic
    faults = []
    if not strength >= WEAK:
        faults.append(f"F is {strength:.1f} in its first stage, below {WEAK:g}")
    if fit.first_stage.value[0] < 0:
        faults.append("the arm goes against it")
    if n < FEW_PROVIDERS:
        faults.append(
            f"it rests on {n} providers, too few for F ({strength:.1f}) and the interval to hold, "
            "and what else differs between them is not told from their preference"
        )
    if faults:
        message = (
            "The preference of whoever treated a row is not to be trusted as an instrument: "
            f"{'; '.join(faults)}."
        )
        yield Finding("W_WEAK_INSTRUMENT", message, "serious", "outcomes")
        return
    message = (
        f"The preference of whoever treated a row has F {strength:.1f} in the first stage, on {n} "
        "providers. That it acts through the arm alone cannot be shown."
    )
    yield Finding("N_INSTRUMENT", message, "note", "outcomes")


def _fit(
    sample: EndpointSample, weight: NDArray[np.float64], plan: AnalysisPlan, design: Design | None
) -> InstrumentalFit | None:
    """Two-stage least squares on the rows whose outcome is known."""
    if design is None or sample.provider is None:
        return None
    known = sample.weight_of_known(weight)
    return instrumental_risk_difference(
        sample.order, sample.status, known, arm=sample.arm, cluster=sample.cluster,
        instrument=preference(sample.arm, sample.provider, sample.cluster, known),
        covariates=design.matrix[:, 1:],
        times=[duration.to(sample.outcome.unit) for duration in plan.estimation.times],
    )  # fmt: skip
