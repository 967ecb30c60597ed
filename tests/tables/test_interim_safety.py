"""Limits of toxicity as a committee reads them."""

from __future__ import annotations

import datetime

import pandas as pd

from spine_outcomes.analysis.look.results import InterimResults, LookFacts
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.tables.interim_safety import limits


def look(posterior: float) -> InterimResults:
    """No toxicity in 300 patients, believed to be above its limit with some probability."""
    row = {
        "name": "m", "label": "Cough", "code": "all", "n": 300, "n_event": 0, "value": 0.0,
        "lower": 0.0, "upper": 0.012, "rate": 0.02, "posterior": posterior, "threshold": 0.9,
        "n_crossing": 9, "is_crossed": False,
    }  # fmt: skip
    return InterimResults(
        plan=load_plan(find_plan("interim")),
        dictionary=load_dictionary(packaged_file("data_dictionary.yaml")),
        look=LookFacts(1, datetime.date(2022, 1, 10), "open", None, is_last=False),
        findings=pd.DataFrame(),
        results=pd.DataFrame(),
        limits=pd.DataFrame([row]),
    )


def test_a_probability_is_never_printed_as_nought_or_one() -> None:
    """0.000 says that it cannot be; 0.0004 that it hardly can."""
    for posterior, text in ((0.0004, "<0.001"), (0.9997, ">0.999"), (0.25, "0.250")):
        printed = [cell.text for cell in limits(look(posterior)).rows[1].cells]
        assert text in printed


def test_the_prior_is_stated() -> None:
    """A posterior probability without its prior cannot be judged, nor computed again."""
    assert "beta(0.5, 0.5)" in limits(look(0.25)).notes[0]
