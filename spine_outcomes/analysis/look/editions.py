"""The editions of a look at accumulating data, and the comparison of the unblinded one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from spine_outcomes.analysis.endpoint_results import Who
from spine_outcomes.analysis.findings import findings_frame
from spine_outcomes.analysis.fitted import fit
from spine_outcomes.analysis.look.findings import sayable
from spine_outcomes.analysis.look.frames import frames_of
from spine_outcomes.analysis.look.monitoring import HeldLook, Monitored, monitored
from spine_outcomes.analysis.look.results import Edition, InterimResults
from spine_outcomes.analysis.look.rows import pooled_rows
from spine_outcomes.analysis.look.safety import limit_findings
from spine_outcomes.analysis.look.seen import Seen
from spine_outcomes.analysis.prepared import prepare
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.result_rows import results_frame
from spine_outcomes.analysis.results import stack


def edition_of(seen: Seen, edition: Edition, codes: Mapping[str, str]) -> InterimResults:
    """The frames of one edition, but for the comparison.

    Parameters
    ----------
    codes
        What stands for each arm, by the arm's code, in the order in which they are shown; the open
        edition shows neither.
    """
    seen = replace(seen, look=replace(seen.look, edition=edition))
    frames = frames_of(seen, codes)
    results = InterimResults(
        plan=seen.plan,
        dictionary=seen.cohort.dictionary,
        look=seen.look,
        findings=_findings(seen, frames),
        results=results_frame(()),
        provenance=_provenance(seen),
        **frames,
    )
    return replace(results, results=results_frame(pooled_rows(results)))


def _findings(seen: Seen, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the edition may say of the look, limits that were crossed first."""
    limits = frames.get("limits")
    crossed = () if limits is None else tuple(limit_findings(limits))
    found = sayable((*crossed, *seen.findings), seen.look)
    return findings_frame(found, seen.plan.report.min_cell)


def compared(
    seen: Seen, open_results: InterimResults, before: Sequence[HeldLook], step: Step = silent
) -> tuple[InterimResults, Monitored | None]:
    """The unblinded edition with the monitored comparison in it."""
    monitoring = seen.interim.monitoring
    if monitoring is None:
        return open_results, None
    with threadpool_limits(limits=1):  # another number of threads gives other last digits
        prepared = prepare(seen.plan, seen.cohort, step)
        fitted = fit(
            prepared, step, who=Who(f"interim:{seen.look.number}"),
            endpoints=(monitoring.endpoint,),
        )  # fmt: skip
    compared_rows = _without_tests(fitted.results)
    found = monitored(compared_rows, seen.interim, seen.look, before)
    everything = stack([open_results.results, compared_rows, _assessed(found, seen)])
    crossed = limit_findings(open_results.limits)
    findings = [*crossed, *seen.findings, *prepared.data.findings, *found.findings]
    return (
        replace(
            open_results,
            results=everything,
            monitoring=found.looks,
            assessment=found.assessment,
            findings=findings_frame(findings, seen.plan.report.min_cell),
        ),
        found,
    )


def _without_tests(results: pd.DataFrame) -> pd.DataFrame:
    """Results without p values: only the boundaries, which count every look, test anything here."""
    estimates = results[~results["measure"].isin(("chi_square", "supremum"))]
    return estimates.assign(statistic=np.nan, p_value=np.nan, p_adjusted=np.nan)


def _assessed(found: Monitored, seen: Seen) -> pd.DataFrame:
    """The assessment as results."""
    monitoring = seen.interim.monitoring
    if monitoring is None:
        return results_frame(())
    place = {
        "analysis": f"interim:{seen.look.number}",
        "population": seen.plan.population.name,
        "endpoint": monitoring.endpoint,
        "level_unit": seen.plan.endpoints[monitoring.endpoint].level,
        "estimand": monitoring.estimand,
        "model": "group_sequential",
    }
    rows = found.assessment.rename(columns={"value": "estimate"}).assign(**place)
    shown = rows[[*place, "measure", "estimate", "lower", "upper"]]
    return results_frame(shown.to_dict("records"))  # type: ignore[arg-type]  # keys are names


def _provenance(seen: Seen) -> dict[str, Any]:
    """Versions and the file's name; the hash of the data, which the arms are in, unblinded only."""
    packages = ("spine-outcomes", "numpy", "scipy", "pandas")
    hashed = {"data_sha256": seen.cohort.sha256} if seen.look.edition == "unblinded" else {}
    return {
        "source": seen.cohort.source,
        "is_simulated": seen.cohort.is_simulated,
        "versions": {name: version(name) for name in packages},
        **hashed,
    }
