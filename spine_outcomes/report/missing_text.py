"""What was done with missing covariates, in words."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import numbers
from spine_outcomes.tables.selection import in_order, where


def missing_text(results: Results) -> str:
    """Complete cases or imputation, whichever the results show."""
    imputed = in_order(results.imputation["column"])
    if imputed:
        return _imputation(results, imputed)
    steps = where(results.flow, id="complete")
    if steps.empty:
        return ""
    if steps["excluded_lesions"].iloc[0] == 0:
        return "No row lacks a covariate of the models."
    return "Rows with a missing covariate of the models were left out (complete cases)."


def _imputation(results: Results, imputed: list[str]) -> str:
    """The imputation and the pooling of its results."""
    chosen = results.plan.missing
    columns = ", ".join(results.dictionary[column].label for column in imputed)
    rounds = f"{chosen.iterations} round{'s' if chosen.iterations > 1 else ''}"
    return (
        f"Missing covariates were imputed {chosen.imputations} times by chained equations of "
        f"{rounds}: numbers by predictive mean matching, categories by multinomial and "
        "proportional-odds draws, of parameters drawn anew each time. Every model held all "
        "covariates and auxiliary columns, the arm, and of each endpoint the event and the "
        "Nelson–Aalen cumulative hazard; a column of the patient was imputed once a patient, told "
        f"what became of all its rows. Imputed: {columns}. Columns derived from these were derived "
        "anew; dates, events and the arm were never imputed. Propensity, weights and every "
        "estimate were made in each completed cohort and pooled by Rubin's rules with the degrees "
        "of freedom of Barnard and Rubin: risks on the log(−log) scale, ratios as logarithms, test "
        "statistics by the rule D2. Balance and weights are means over the completed cohorts."
    )


def pooling_note(rows: pd.DataFrame) -> tuple[str, ...]:
    """What was pooled under a table of results, how much was missing, and whether m was enough."""
    known = rows[rows["fmi"].notna()]
    if known.empty:
        return ()
    times, fraction = int(known["imputations"].max()), float(known["fmi"].max())
    share = float((known["mc_error"] / known["std_error"]).max())
    return (
        f"Pooled over {times} imputations; fraction of missing information at most "
        f"{numbers.percent(fraction)}%, Monte-Carlo error of the imputation at most "
        f"{numbers.percent(share)}% of a standard error.",
    )
