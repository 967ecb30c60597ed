"""Footnotes that say how the numbers above them were computed, read off the rows themselves."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.missing_text import pooling_note
from spine_outcomes.tables import numbers
from spine_outcomes.tables.definitions import rules_of
from spine_outcomes.tables.labels import VARIANCES, labels
from spine_outcomes.tables.selection import in_order, main_analysis, where

EFFECT_NOTES = (
    "A natural spline on 4 degrees of freedom through the scaled Schoenfeld residuals of the Cox "
    "model with the arm alone (cause-specific where events compete), along 1 − Kaplan–Meier. Flat "
    "where hazards are proportional. Drawn as far as the time axis of the curves.",
    "No limits are drawn: those of the spline hold for independent rows without weights only. The "
    "robust test of proportional hazards is in the table of the endpoint.",
)


def population_note(results: Results) -> str:
    """Who and how many: under every table and figure."""
    last = results.flow.iloc[-1] if len(results.flow) else None
    unit = results.dictionary.table.row
    parts = [results.plan.population.name]
    if last is not None:
        name = labels(results)
        parts.append(f"{last['n_lesions']} {name.rows(unit)}")
        if unit != "patient":
            parts.append(f"{last['n_patients']} patients")
            parts += _index_rows(results)
    return f"Population: {', '.join(parts)}"


def source_note(source: str, cutoff: str | None) -> str:
    """Population, rows and data cut-off in one line."""
    return source + (f"; data cut-off {cutoff}" if cutoff else "")


def _index_rows(results: Results) -> list[str]:
    """Patients under the endpoints that stand on one row a patient: their index row is complete."""
    rows = where(main_analysis(results), level_unit="patient", model="cox")["n"]
    n = pd.to_numeric(rows, errors="coerce").max()  # a hidden count is no number
    return [] if pd.isna(n) else [f"of whom {int(n)} in endpoints of patients"]


def curve_notes(results: Results, curves: pd.DataFrame) -> tuple[str, ...]:
    """Estimator, weights, rows, band, variance and rules of one set of curves."""
    name = labels(results)
    first = curves.iloc[0]
    rows = where(
        main_analysis(results),
        endpoint=first["endpoint"],
        estimand=first["estimand"],
        measure=first["measure"],
    )
    counts = [
        f"{name.arm(arm)} {int(n) if not isinstance(n, str) else n}"
        for arm in name.arms
        for n in where(rows, arm=arm)["n"].head(1)
    ]
    parts = [f"{name.model(str(first['model']))} estimate, {name.estimand(str(first['estimand']))}"]
    parts += (
        [f"{name.rows(str(first['level_unit']))} analysed: {', '.join(counts)}"] if counts else []
    )
    is_resampled = (rows["variance"] == "bootstrap").any()
    scale = "of percentiles; no simultaneous band" if is_resampled else "on the log(−log) scale"
    band = f"bands: pointwise {name.level} intervals {scale}"
    variance = variance_text(results, rows)
    band += f", variance {variance}" if variance else ""
    detail = {"monthly": "read once a month", "exact": "at every event time"}
    shown = detail.get(results.plan.report.curve_detail)
    notes = ["; ".join([*parts, band]) + "."]
    if shown:
        notes.append(f"Curves are shown {shown}, while enough rows are at risk.")
    notes += hidden_notes(results, curves)
    return (*notes, *rules_of(results, str(first["endpoint"])))


def hidden_notes(results: Results, curves: pd.DataFrame) -> tuple[str, ...]:
    """Which pieces of curves are not drawn for the sake of small counts."""
    name, k = labels(results), results.plan.report.min_cell
    gone = curves[curves["estimate"].isna() & (curves["estimand"] == "unweighted")]
    if k < 2 or gone.empty:
        return ()
    pieces = [
        f"{name.difference if pd.isna(arm) else name.arm(str(arm))}, "
        f"{own['time'].min():.4g} to {own['time'].max():.4g} {name.unit}"
        for arm, own in gone.groupby("arm", sort=False, dropna=False)
    ]
    return (f"Not drawn, as it would give back a count from 1 to {k - 1}: {'; '.join(pieces)}.",)


def difference_notes(results: Results, frame: pd.DataFrame) -> tuple[str, ...]:
    """What the limits of a difference over time are, and until when it is shown."""
    name = labels(results)
    text = f"Difference of the two curves, {name.difference}; area: pointwise {name.level} interval"
    if frame["band_lower"].notna().any():
        text += f"; dashed: {name.level} band over all times at once (equal precision)"
    return (
        f"{text}.",
        *hidden_notes(results, frame),
        f"Above 0: more events with {name.comparator}. Shown while enough rows of both arms are at "
        "risk; the test over all times is the supremum test in the table of the endpoint.",
    )


def hazard_notes(results: Results, rows: pd.DataFrame) -> tuple[str, ...]:
    """Model, ties and variance of these hazard ratios."""
    name = labels(results)
    ties = in_order(rows["ties"])
    text = "Weighted Cox models with the arm alone"
    if (results.results["measure"] == "cumulative_incidence").any():
        text += ", cause-specific where events compete"
    text += f", {ties[0].capitalize()}'s ties" if ties else ""
    variance = variance_text(results, rows)
    text += f"; {name.level} intervals on the log scale, variance {variance}." if variance else "."
    missing = "NE: not estimable; the reason stands in the table."
    return (text, missing) if (rows["status"] != "ok").any() else (text,)


def variance_text(results: Results, rows: pd.DataFrame) -> str:
    """How the variance of these rows was computed, and over which clusters it was summed."""
    kind, cluster = variance_name(rows), results.plan.cluster
    if not kind or cluster is None:
        return kind
    return f"{kind}, clustered by {labels(results).column(cluster).lower()}"


def variance_name(rows: pd.DataFrame) -> str:
    """Name of the variance of these rows.

    Unweighted rows have no propensity score to correct for: with them alone it is the robust one.
    """
    weighted = rows.loc[rows["estimand"] != "unweighted", "variance"].dropna()
    kinds = in_order(rows["variance"])
    if not kinds:
        return ""
    kind = str(weighted.iloc[0]) if len(weighted) else str(kinds[0])
    return VARIANCES["robust" if kind == "corrected" and weighted.empty else kind]


def _own_rows(results: Results, endpoint: str, frame: pd.DataFrame) -> tuple[str, ...]:
    """How many rows an endpoint with a population of its own stands on."""
    who, rows = results.plan.endpoints[endpoint].population, frame[frame["arm"].isna()]["n"]
    if who is None or rows.empty:
        return ()
    name = labels(results)
    unit = name.rows(str(frame["level_unit"].iloc[0]))
    return (f"Analysed here: {numbers.count(rows.iloc[0])} {unit}, {who.name}.",)


def effect_notes(results: Results, endpoint: str) -> tuple[str, ...]:
    """How the numbers of an endpoint's tables were computed, and by which rules it is defined."""
    name = labels(results)
    frame = where(main_analysis(results), endpoint=endpoint)
    models = [name.model(model) for model in in_order(frame["model"])]
    ties = in_order(where(frame, model="cox")["ties"])
    text = f"Methods: {', '.join(models)}" + (f"; Cox ties: {ties[0].capitalize()}" if ties else "")
    variance = variance_text(results, frame)
    text += f"; variance {variance}." if variance else "."
    return (
        text,
        *_own_rows(results, endpoint, frame),
        *pooling_note(frame),
        *rules_of(results, endpoint),
    )
