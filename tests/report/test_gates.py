"""Gates before the outcomes."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.report.gates import imaging_gate, propensity_gate
from tests.report.synthetic import synthetic_results


def finding(section: str, message: str) -> pd.DataFrame:
    """The findings of the invented run with a serious one more."""
    frame = synthetic_results().findings
    more = {"rank": 9, "severity": "serious", "code": "W", "section": section, "message": message}
    return pd.concat([frame, pd.DataFrame([more])], ignore_index=True)


def test_balanced_arms_pass_and_say_so_in_words() -> None:
    """Green alone is nothing to a reader who does not see it."""
    gate = propensity_gate(synthetic_results())
    assert gate.is_open
    assert "passed" in gate.verdict
    assert (
        gate.reasons[0] == "ATE weights, lesions: largest standardised difference 0.04 (limit 0.1)."
    )


def test_one_modelled_covariate_left_apart_closes_the_gate() -> None:
    """The balance of the others does not make up for it."""
    balance = synthetic_results().balance.copy()
    chosen = (balance["column"] == "age") & (balance["estimand"] == "ATE")
    gate = propensity_gate(
        synthetic_results(balance=balance.assign(smd=balance["smd"].mask(chosen, -0.11)))
    )
    assert not gate.is_open
    assert "not passed" in gate.verdict


def test_a_covariate_outside_the_model_does_not_close_it() -> None:
    """It was described, not adjusted for; the findings speak of it."""
    balance = synthetic_results().balance
    other = balance.assign(column="elsewhere", smd=0.5)
    assert propensity_gate(synthetic_results(balance=pd.concat([balance, other]))).is_open


def test_serious_findings_close_their_gate_only() -> None:
    """An uneven imaging schedule is no fault of the weights."""
    results = synthetic_results(findings=finding("imaging", "Imaged twice as often."))
    assert propensity_gate(results).is_open
    assert not imaging_gate(results).is_open
    assert imaging_gate(results).reasons == ("Imaged twice as often.",)
    assert not propensity_gate(synthetic_results(findings=finding("propensity", "x"))).is_open
