"""The preference of whoever treated a row, where a plan asks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import Results, run
from spine_outcomes.errors import PlanError
from spine_outcomes.report.render import render_report
from spine_outcomes.study.load import check_plan
from spine_outcomes.study.variants import changed
from spine_outcomes.survival.instrument import instrumental_risk_difference, preference
from tests.analysis.conftest import SMALL_DICTIONARY, SMALL_PLAN, read_study

DICTIONARY = SMALL_DICTIONARY + (
    "  - {name: who, label: Provider, level: lesion, type: string, phase: baseline,"
    " propensity: forbidden}\n"
)
ASKED = {"estimation.instrument": {"column": "who", "terms": ["age"]}}
Rerun = Callable[..., Results]


def cohort(n_providers: int, pull: float, n: int = 360) -> pd.DataFrame:
    """Two rows a patient; a provider's taste decides the arm as strongly as ``pull`` says."""
    rng = np.random.default_rng(2)
    who, age = np.arange(n) // 2 % n_providers, rng.integers(40, 80, n)
    taste = (who / (n_providers - 1) - 0.5) * pull
    arm = np.where(rng.random(n) < 1 / (1 + np.exp(-taste - (age - 60) / 30)), "b", "a")
    return pd.DataFrame(
        {
            "id": [f"P{i // 2}" for i in range(n)], "part": range(n), "arm": arm, "age": age,
            "time": rng.integers(1, 30, n), "entry": 0, "status": rng.integers(0, 3, n),
            "who": [f"D{w}" if w else "" for w in who],
        }
    )  # fmt: skip


@pytest.fixture
def rerun(tmp_path: Path) -> Rerun:
    def run_changed(change: dict[str, Any], frame: pd.DataFrame) -> Results:
        text = frame.to_csv(index=False)
        plan, rows = read_study(tmp_path, text, dictionary=DICTIONARY, plan=SMALL_PLAN)
        return run(changed(plan, change), rows)

    return run_changed


def own(results: Results) -> pd.DataFrame:
    frame = results.results
    return frame[frame["model"] == "instrument"]


def test_rows_are_those_of_the_estimator(rerun: Rerun) -> None:
    """Another arm, other patients in the preference, or a row that moves the main ones."""
    frame = cohort(30, 4.0)
    results = rerun(ASKED, frame)
    arm, patient = (frame["arm"] == "b").to_numpy(int), pd.factorize(frame["id"])[0]
    who = pd.factorize(frame["who"].replace("", None))[0]
    expected = instrumental_risk_difference(
        frame["time"], frame["status"], arm=arm, cluster=patient, covariates=frame["age"],
        instrument=preference(arm, who, patient), times=[6, 12],
    )  # fmt: skip
    found = own(results)[own(results)["measure"] == "risk_difference"]
    np.testing.assert_allclose(found["estimate"], expected.estimate.value, rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected.estimate.std_error(), rtol=1e-9)
    assert set(found["estimand"]) == {"unweighted"}
    assert expected.f_statistic > 10
    main = results.results[~results.results.index.isin(own(results).index)]
    pd.testing.assert_frame_equal(main.reset_index(drop=True), rerun({}, frame).results)


def test_a_weak_instrument_is_a_serious_finding(rerun: Rerun) -> None:
    """A ratio over almost nothing, read as an estimate."""
    weak = rerun(ASKED, cohort(6, 0.0)).findings
    (finding,) = weak[weak["code"] == "W_WEAK_INSTRUMENT"].itertuples()
    assert finding.severity == "serious"
    assert "rests on 5 providers" in finding.message
    few = rerun(ASKED, cohort(10, 6.0)).findings
    assert "below 10" not in " ".join(few["message"])
    assert "W_WEAK_INSTRUMENT" in set(few["code"])
    strong = rerun(ASKED, cohort(30, 6.0)).findings
    assert "W_WEAK_INSTRUMENT" not in set(strong["code"])
    assert "N_INSTRUMENT" in set(strong["code"])


def test_who_treated_must_be_known_before_the_arm(rerun: Rerun, tmp_path: Path) -> None:
    """A provider of later care is a consequence of the arm."""
    later = DICTIONARY.replace("phase: baseline, propensity: forbidden", "phase: post_baseline")
    text = cohort(6, 1.0).to_csv(index=False)
    plan, rows = read_study(tmp_path, text, dictionary=later, plan=SMALL_PLAN)
    with pytest.raises(PlanError, match="an instrument must be baseline"):
        check_plan(changed(plan, ASKED), rows.dictionary)


def test_the_report_names_it(rerun: Rerun) -> None:
    """A row that no table shows, or a method that is not said."""
    page = render_report(rerun(ASKED, cohort(30, 4.0)))
    assert "two-stage least squares" in page
    assert "Instrument: preference of the provider" in page
