"""Tests of two and three arms against R: ties, strata, one of a single arm, clusters, weights.

``tests/reference/comparisons.R`` made the answers, with 14 digits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.time_weights import fleming_harrington

ANSWERS = Path(__file__).parents[1] / "reference/answers/comparisons.json"
RTOL = 1e-10


@dataclass(frozen=True)
class Compared:
    """Rows, two or three arms, and R's statistics."""

    rows: pd.DataFrame
    arm: str
    answers: dict[str, Any]

    @property
    def arrays(self):
        return self.rows["time"], self.rows["status"]

    def keys(self, key: str) -> dict[str, Any]:
        stratum = {"strata": self.rows["stratum"]} if "strata" in key else {}
        return {"arm": self.rows[self.arm], **stratum}

    def same(self, test, expected):
        np.testing.assert_allclose(test.statistic, np.ravel(expected)[0], rtol=RTOL)
        assert test.df == (1 if self.arm == "two" else 2)


@pytest.fixture(params=["two", "arm"])
def compared(request):
    answers = json.loads(ANSWERS.read_text())
    return Compared(pd.DataFrame(answers["data"]), request.param, answers[request.param])


@pytest.mark.parametrize("key", ["plain", "strata", "rho1", "rho1_strata"])
def test_log_rank_is_that_of_r(compared, key):
    """Scores or variances that do not add up over strata; S(t) in place of S(t−); K − 1."""
    emphasis = {"time_weight": fleming_harrington(1)} if "rho1" in key else {}
    test = log_rank(*compared.arrays, **compared.keys(key), **emphasis)
    compared.same(test, compared.answers["log_rank"][key])


@pytest.mark.parametrize("key", ["weighted", "strata"])
def test_robust_score_test_is_that_of_r(compared, key):
    """A stratified weighted test whose means are taken over all strata."""
    rows = compared.rows
    test = score_test(*compared.arrays, rows["w"], **compared.keys(key), cluster=rows["patient"])
    compared.same(test, compared.answers["score"][key])


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("key", ["plain", "strata"])
def test_gray_is_that_of_r(compared, key, cause):
    """Gray's variance with ties, three arms, strata, or the other cause."""
    test = gray_test(*compared.arrays, **compared.keys(key), cause=cause)
    compared.same(test, compared.answers["gray"][key][cause - 1])


def test_fine_gray_score_with_known_censoring_is_that_of_r(compared):
    """A weighted Gray-type test that is not the robust score of the expanded rows."""
    rows = compared.rows[compared.rows["time"] > 0]
    keys = {"arm": rows[compared.arm], "cluster": rows["patient"], "censoring_term": False}
    test = fine_gray_score_test(rows["time"], rows["status"], rows["w"], **keys)
    compared.same(test, compared.answers["known_G"])


@pytest.mark.parametrize("cause", [1, 2])
def test_gray_of_public_cohorts_is_that_of_r(public, cause):
    """A wrong test of equal incidence, or one made of weighted rows."""
    test = gray_test(*public.arrays, arm=public.arm, cause=cause)
    if "gray" in public.answers:
        expected = public.answers["gray"]["stat"][cause - 1]
        assert test.statistic == pytest.approx(expected, rel=1e-8)
    elif np.ptp(public.weight) > 0:
        assert "weighted" in test.reason
