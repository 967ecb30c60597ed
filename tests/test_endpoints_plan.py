"""The plan of the remaining endpoints, run by its command, against counts made from the file.

The counts are made with pandas from the text of the packaged cohort: none of the program's own
reading, deriving or selecting is used.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.study.packaged import packaged_file

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What the command wrote, small counts shown."""
    out = tmp_path_factory.mktemp("endpoints") / "report"
    words = ("analyses/endpoints.yaml", "--out", str(out), "--min-cell", "0")
    done = subprocess.run(
        [sys.executable, "-m", "spine_outcomes.report", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Toxicity of grade 3 or more: definition" in page
    return pd.read_csv(out / "results.csv")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Rows of the packaged cohort as text, with dates as days from the start of treatment."""
    frame = pd.read_csv(packaged_file("demo_cohort.csv"), dtype=str, keep_default_na=False)
    start = pd.to_datetime(frame["sbrt_start"])
    for name in [column for column in frame if str(column).endswith("_date")]:
        frame[name] = (pd.to_datetime(frame[name], errors="coerce") - start).dt.days
    return frame


def by_arm(results: pd.DataFrame, endpoint: str, what: str = "n_event") -> list[int]:
    """Rows or events of an endpoint by arm over the whole follow-up: focal, extended.

    Those of the restricted mean; of an endpoint of one planned day, of the risk on it.
    """
    found = results[
        (results["endpoint"] == endpoint)
        & (results["estimand"] == "unweighted")
        & results["measure"].isin(["cumulative_incidence", "rmtl", "rmst"])
        & results["arm"].notna()
    ]
    return [int(found.loc[found["arm"] == arm, what].iloc[-1]) for arm in ("focal", "extended")]


def counted(rows: pd.DataFrame, happened: pd.Series) -> list[int]:
    """Rows in which it happened, by arm."""
    return [int((happened & (rows["arm"] == arm)).sum()) for arm in ("focal", "extended")]


def risk(results: pd.DataFrame, endpoint: str, arm: str, time: float) -> float:
    """Unweighted cumulative incidence."""
    found = results[
        (results["endpoint"] == endpoint)
        & (results["estimand"] == "unweighted")
        & (results["measure"] == "cumulative_incidence")
        & (results["arm"] == arm)
        & np.isclose(results["time"].astype(float), time)
    ]
    return float(found["estimate"].iloc[0])


@pytest.mark.parametrize(
    ("endpoint", "flag", "codes", "date"),
    [
        ("epidural_progression", "epid_flag", ["1"], "epid_date"),
        ("adjacent_progression", "adj_flag", ["1"], "adj_date"),
        ("retreatment", "retreat_flag", ["1"], "retreat_date"),
        ("neurological_decline", "neuro_decline", ["1"], "neuro_decline_date"),
        ("myelitis", "tox_myelitis_max", ["1", "2", "3", "4", "5"], "tox_myelitis_date"),
        ("symptomatic_fracture", "vcf_symptomatic", ["1"], "vcf_date"),
        ("local_failure_by_confirmation", "lf_flag", ["1"], "lf_confirm_date"),
        ("local_failure_to_contact", "lf_flag", ["1"], "lf_date"),
    ],
)
def test_events_of_an_endpoint_are_those_of_the_file(
    results: pd.DataFrame, rows: pd.DataFrame, endpoint: str, flag: str, codes: list[str], date: str
) -> None:
    """A source that reads another column, or another code, counts another endpoint."""
    day = rows[date].fillna(rows["lf_date"]) if flag == "lf_flag" else rows[date]
    happened = rows[flag].isin(codes) & (day <= 24 * 30.4375)
    assert by_arm(results, endpoint) == counted(rows, happened)


def test_toxicity_is_the_first_of_any_kind_that_reached_grade_3(
    results: pd.DataFrame, rows: pd.DataFrame
) -> None:
    """Acute until day 90, late after it; a row with two kinds counts once."""
    kinds = ["tox_myelitis", "tox_radiculitis", "tox_oesoph_acute", "tox_oesoph_late", "tox_other"]
    day = pd.concat(
        [rows[f"{k}_date"].where(rows[f"{k}_max"].isin(["3", "4", "5"])) for k in kinds], axis=1
    )
    horizon = 24 * 30.4375
    assert by_arm(results, "toxicity_grade_3") == counted(rows, day.min(axis=1) <= horizon)
    late = day.where(day > 90).min(axis=1)
    assert by_arm(results, "late_toxicity_grade_3") == counted(rows, late <= horizon)


def test_pain_response_among_those_assessed_is_a_share_of_those_who_could_respond(
    results: pd.DataFrame, rows: pd.DataFrame
) -> None:
    """Responders over those assessed or dead by then; the other reading keeps everybody."""
    has_pain = pd.to_numeric(rows["pain_baseline"], errors="coerce") >= 1
    responded = rows["pain_resp_3m"].isin(["CR", "PR"])
    assessed = rows["pain_resp_3m"].isin(["CR", "PR", "IR", "PP"])
    died = rows["death_date"] <= 3 * 30.4375
    for arm in ("focal", "extended"):
        own = has_pain & (rows["arm"] == arm)
        share = (own & responded).sum() / (own & (assessed | died)).sum()
        assert risk(results, "pain_response_assessed", arm, 3) == pytest.approx(share, rel=1e-9)
        assert risk(results, "pain_response", arm, 3) < share
    assert by_arm(results, "pain_response", "n") == counted(rows, has_pain)


def test_the_cause_of_death_competes_with_another_cause(
    results: pd.DataFrame, rows: pd.DataFrame
) -> None:
    """On one row a patient both causes together are the deaths."""
    found = results[
        (results["endpoint"] == "cancer_death")
        & (results["measure"] == "hazard_ratio")
        & (results["estimand"] == "unweighted")
    ].iloc[0]
    first = rows.sort_values("sbrt_start").drop_duplicates("patient_id")
    assert found["level_unit"] == "patient"
    assert found["n_event"] + found["n_competing"] <= first["death_date"].notna().sum()
    assert found["n_event"] > found["n_competing"] > 0


def test_other_definitions_move_the_incidence_as_they_must(results: pd.DataFrame) -> None:
    """Dated later: less; earlier: more; salvage counted: not less; longer at risk: less."""
    focal = {
        name: risk(results, f"local_failure_{name}", "focal", 12)
        for name in ("by_confirmation", "by_midpoint", "or_salvage", "until_salvage", "to_contact")
    }
    assert focal["by_confirmation"] < focal["until_salvage"] <= focal["or_salvage"]
    assert focal["by_midpoint"] > focal["until_salvage"]
    assert focal["to_contact"] < focal["until_salvage"]
    deaths = {name: by_arm(results, f"local_failure_{name}", "n_competing") for name in
              ("death_seen", "to_contact")}  # fmt: skip
    assert sum(deaths["death_seen"]) < sum(deaths["to_contact"])


def test_vertebrae_with_cement_are_no_part_of_the_risk_set(
    results: pd.DataFrame, rows: pd.DataFrame
) -> None:
    """Codes 0 and 1: no surgery, or decompression alone."""
    plain = rows["prior_surgery"].isin(["0", "1"])
    assert by_arm(results, "fracture_without_cement", "n") == counted(rows, plain)
