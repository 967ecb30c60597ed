"""Everything a run found, as tidy frames: the only things that tables, figures and reports read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any

import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

SCHEMA_VERSION = 1

# How the column ``analysis`` begins where it is not ``primary``.
SENSITIVITY, SUBGROUP = "sensitivity:", "subgroup:"
RISK_FACTORS = "risk_factors"  # the whole of it, where endpoints are set against factors
CURVE_MODELS = ("kaplan_meier", "aalen_johansen")

RESULT_COLUMNS = (
    "id", "analysis", "population", "subgroup", "endpoint", "level_unit", "estimand", "model",
    "measure", "arm", "contrast", "term", "time", "estimate", "std_error", "scale", "lower",
    "upper", "level", "statistic", "df", "p_value", "p_adjusted", "n", "n_event", "n_competing",
    "ess", "variance", "ties", "imputations", "fmi", "status", "reason", "schema_version",
    "mc_error",
)  # fmt: skip
CURVE_COLUMNS = (
    "analysis", "population", "subgroup", "endpoint", "level_unit", "estimand", "model", "measure",
    "cause", "arm", "time", "estimate", "std_error", "lower", "upper", "band_lower", "band_upper",
)  # fmt: skip
RISK_TABLE_COLUMNS = (
    "endpoint", "level_unit", "arm", "time", "n_risk", "n_event", "n_competing", "n_censored",
    "n_to_enter",
)  # fmt: skip
WEIGHTED_RISK_COLUMNS = (
    "endpoint", "level_unit", "estimand", "arm", "time", "n_risk", "n_event", "n_competing",
    "n_censored",
)  # fmt: skip
BALANCE_COLUMNS = (
    "level_unit", "estimand", "column", "label", "level", "mean_reference", "mean_comparator",
    "smd", "variance_ratio", "ks", "smd_largest",
)  # fmt: skip
AT_RISK_COLUMNS = ("endpoint", "landmark", *BALANCE_COLUMNS)
WEIGHT_COLUMNS = (
    "level_unit", "estimand", "arm", "n", "ess", "minimum", "median", "p99", "maximum",
    "largest_share", "n_truncated", "ess_untruncated", "maximum_untruncated",
)  # fmt: skip
PROPENSITY_COLUMNS = ("level_unit", "arm", "left", "right", "n")
BASELINE_COLUMNS = (
    "column", "label", "level", "kind", "estimand", "arm", "n", "value", "lower", "upper",
)  # fmt: skip
IMAGING_COLUMNS = ("arm", "measure", "label", "n", "value", "lower", "upper")
EFFECT_COLUMNS = ("endpoint", "level_unit", "estimand", "kind", "time", "log_hazard_ratio")
IMPUTATION_COLUMNS = ("column", "imputation", "iteration", "mean", "spread")
MISSING_COLUMNS = ("column", "label", "arm", "n", "n_missing")
PATTERN_COLUMNS = ("pattern", "arm", "n")
E_VALUE_COLUMNS = (
    "id", "endpoint", "level_unit", "estimand", "measure", "time", "outcome", "estimate", "lower",
    "upper", "risk_ratio", "e_value", "e_value_limit", "status", "reason",
)  # fmt: skip
BIAS_COLUMNS = (
    "endpoint", "level_unit", "estimand", "time", "outcome_ratio", "prevalence_reference",
    "prevalence_comparator", "bias", "estimate", "lower", "upper", "explains",
    "explaining_difference",
)  # fmt: skip
INFLUENTIAL_COLUMNS = (
    "endpoint", "level_unit", "estimand", "rank", "n_rows", "arms", "n_alike", "hazard_ratio",
    "log_hazard_ratio_change", "log_hazard_ratio_change_exact", "risk_difference_change",
    "risk_difference_change_exact",
)  # fmt: skip
TIPPING_COLUMNS = (
    "endpoint", "level_unit", "estimand", "time", "delta_reference", "delta_comparator",
    "estimate", "std_error", "lower", "upper", "conclusion",
)  # fmt: skip
TOXICITY_COLUMNS = ("term", "window", "cause", "level_unit", "arm", "grade", "n")
LISTING_COLUMNS = ("number", "arm", "term", "grade", "attribution", "days")
COUNT_COLUMNS = ("level_unit", "estimand", "arm", "time", "estimate", "lower", "upper")
DOSE_COLUMNS = (
    "response", "label", "column", "kind", "dose", "estimate", "lower", "upper", "n", "n_event",
)  # fmt: skip
QUALITY_COLUMNS = (
    "endpoint", "quantity", "ours", "second", "difference", "tolerance", "engine", "verdict",
)  # fmt: skip
SUPPRESSED_COLUMNS = ("product", "place", "primary", "complementary")
FINDING_COLUMNS = ("rank", "severity", "code", "section", "endpoint", "message", "n")


def stack(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns one under the other."""
    parts = list(frames)
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def averaged(frames: Sequence[pd.DataFrame], numbers: Sequence[str]) -> pd.DataFrame:
    """Mean of the ``numbers`` of frames with the same other columns; a single frame as it is."""
    first = frames[0]
    if len(frames) == 1 or first.empty:
        return first
    keys = [name for name in first.columns if name not in numbers]
    groups = pd.concat(frames).groupby(keys, sort=False, dropna=False)
    return groups[list(numbers)].mean().reset_index()[list(first.columns)]


def provenance(cohort: Cohort, described: AnalysisSet) -> dict[str, Any]:
    """Where the numbers come from: data, versions, counts."""
    packages = ("spine-outcomes", "numpy", "scipy", "pandas", "statsmodels", "scikit-learn")
    tables = {
        name: {"source": rows.source, "data_sha256": rows.sha256}
        for name, rows in cohort.long.items()
    }
    return {
        "source": cohort.source,
        "data_sha256": cohort.sha256,
        **({"tables": tables} if tables else {}),
        "is_simulated": cohort.is_simulated,
        "n_rows_read": len(cohort.frame),
        "n_rows_analysed": len(described),
        "versions": {name: version(name) for name in packages},
    }


def no_rows(columns: Sequence[str]) -> pd.DataFrame:
    """A frame that says nothing."""
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True, eq=False)
class Results:
    """What ``run`` returns.

    Parameters
    ----------
    plan, dictionary
        What ran, and what the columns mean (labels).
    results
        One row a number, ``RESULT_COLUMNS``. ``mc_error`` is the part of ``std_error`` that more
        imputations would take away.
    curves
        ``CURVE_COLUMNS``: ``measure`` is ``survival`` or ``cumulative_incidence``, ``cause`` the
        name of the event (the endpoint itself or a competing event); time in display units. The
        ``risk_difference`` of the endpoint over time follows, without an arm. ``lower`` and
        ``upper`` hold time by time, the band at all times of the curve at once.
    risk_table
        ``RISK_TABLE_COLUMNS``: people (rows) at risk at each tick, events, competing events and
        censorings before it, and those still to enter.
    weighted_risk_table
        ``WEIGHTED_RISK_COLUMNS``: the same as sums of weights, over imputations their means.
    balance
        ``BALANCE_COLUMNS``: one row a column of the design, or a level of a category. Over
        imputations the mean, and the standardised difference that is largest in size.
    weights
        ``WEIGHT_COLUMNS``: weights by arm and estimand; the last three say what they were before
        they were truncated, and are empty where they were not.
    propensity
        ``PROPENSITY_COLUMNS``: histogram of the propensity score by arm.
    baseline
        ``BASELINE_COLUMNS``: Table 1. ``kind`` is ``mean_sd`` (value, lower = SD), ``median_iqr``
        (value, lower, upper), ``proportion`` (n, value) or ``missing`` (n, value); ``estimand``
        says the weights; ``arm`` may be ``all``.
    flow
        ``cohort.eligibility.FLOW_COLUMNS``: one row a step, lesions and patients left and excluded.
    imaging
        ``IMAGING_COLUMNS``: the imaging schedule by arm, a gate before outcomes; empty where the
        cohort has no imaging.
    findings
        ``FINDING_COLUMNS``, ranked.
    balance_at_risk
        ``AT_RISK_COLUMNS``: balance of the modelled covariates among the rows still at risk of an
        endpoint at each time of the plan (in its unit).
    effect_over_time
        ``EFFECT_COLUMNS``: the hazard ratio along time (in the plan's unit), its logarithm as a
        ``smooth`` and, where curves are exact, as the ``residual`` of each event.
    missing, missing_patterns
        ``MISSING_COLUMNS`` and ``PATTERN_COLUMNS``: by arm, the selected rows without a value of
        each covariate or auxiliary column, and how many lack which of them together.
    imputation
        ``IMPUTATION_COLUMNS``: mean and standard deviation of the imputed values after every round.
    e_values
        ``E_VALUE_COLUMNS``: E-values of hazard ratios, and of risk ratios at the last time;
        ``outcome`` is ``rare`` or ``common`` and says how a hazard ratio became a ``risk_ratio``.
    bias_grid
        ``BIAS_COLUMNS``: the risk ratio of the primary endpoint, adjusted for one more binary
        confounder; ``explains`` is ``estimate``, ``interval`` or empty.
    influential
        ``INFLUENTIAL_COLUMNS``: the patients who change the primary hazard ratio most when they are
        left out; ``n_alike`` patients have as many rows in the same ``arms``.
    tipping_point
        ``TIPPING_COLUMNS``: the risk difference of the primary endpoint by the hazard after
        censoring in each arm over that before; ``conclusion`` is its sign, 0 where the interval
        holds 0.
    toxicity
        ``TOXICITY_COLUMNS``: rows, or patients, by the worst ``grade`` that they had of a term
        (``any``: of all shown) in a ``window`` (``any``, ``acute``, ``late``), of ``any`` cause or
        ``related``; ``assessed`` is the sum of the grades, ``not_assessed`` those without. A
        patient with rows in both arms counts once in each, by the rows there.
    toxicity_listing
        ``LISTING_COLUMNS``: severe events one by one, without whose they are; ``days`` is a range.
    mean_count
        ``COUNT_COLUMNS``: mean number of toxicities so far along time, death ending the risk.
    dose_response
        ``DOSE_COLUMNS``: chance of a toxicity by dose: the ``curve`` of a model, and the share
        ``observed`` in fifths of the dose.
    quality_control
        ``QUALITY_COLUMNS``: numbers of the primary analysis beside those of a second engine;
        ``verdict`` is ``agrees`` or ``differs``.
    suppressed
        ``SUPPRESSED_COLUMNS``: how many counts were hidden where, because they are small, or would
        give small ones back. A run hides nothing: what leaves it does.
    provenance
        Hashes, versions, seed, counts: what the manifest prints.
    """

    plan: AnalysisPlan
    dictionary: DataDictionary
    results: pd.DataFrame
    curves: pd.DataFrame
    risk_table: pd.DataFrame
    balance: pd.DataFrame
    weights: pd.DataFrame
    propensity: pd.DataFrame
    baseline: pd.DataFrame
    flow: pd.DataFrame
    imaging: pd.DataFrame
    findings: pd.DataFrame
    balance_at_risk: pd.DataFrame = field(default_factory=partial(no_rows, AT_RISK_COLUMNS))
    weighted_risk_table: pd.DataFrame = field(
        default_factory=partial(no_rows, WEIGHTED_RISK_COLUMNS)
    )
    effect_over_time: pd.DataFrame = field(default_factory=partial(no_rows, EFFECT_COLUMNS))
    missing: pd.DataFrame = field(default_factory=partial(no_rows, MISSING_COLUMNS))
    missing_patterns: pd.DataFrame = field(default_factory=partial(no_rows, PATTERN_COLUMNS))
    imputation: pd.DataFrame = field(default_factory=partial(no_rows, IMPUTATION_COLUMNS))
    e_values: pd.DataFrame = field(default_factory=partial(no_rows, E_VALUE_COLUMNS))
    bias_grid: pd.DataFrame = field(default_factory=partial(no_rows, BIAS_COLUMNS))
    influential: pd.DataFrame = field(default_factory=partial(no_rows, INFLUENTIAL_COLUMNS))
    tipping_point: pd.DataFrame = field(default_factory=partial(no_rows, TIPPING_COLUMNS))
    toxicity: pd.DataFrame = field(default_factory=partial(no_rows, TOXICITY_COLUMNS))
    toxicity_listing: pd.DataFrame = field(default_factory=partial(no_rows, LISTING_COLUMNS))
    mean_count: pd.DataFrame = field(default_factory=partial(no_rows, COUNT_COLUMNS))
    dose_response: pd.DataFrame = field(default_factory=partial(no_rows, DOSE_COLUMNS))
    quality_control: pd.DataFrame = field(default_factory=partial(no_rows, QUALITY_COLUMNS))
    suppressed: pd.DataFrame = field(default_factory=partial(no_rows, SUPPRESSED_COLUMNS))
    provenance: dict[str, Any] = field(default_factory=dict)
