"""Hazard ratios in pieces of time in a run: which events, whose estimates, the test of equality."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from spine_outcomes import Results
from spine_outcomes.errors import PlanError

SmallRun = Callable[..., Results]
CUT = {"estimation.piecewise": ["6 months"]}


@pytest.fixture
def rows() -> list[tuple[str, float, int]]:
    rng = np.random.default_rng(8)
    return [
        ("ab"[i % 2], round(float(rng.exponential(8)) + 0.1, 1), int(rng.choice([0, 1, 1, 2])))
        for i in range(120)
    ]


def test_each_piece_is_the_cox_model_of_its_follow_up(small_run: SmallRun, rows) -> None:
    """A cut at another time, or pieces that share events: before it all later times are censored.

    The likelihood of the first piece is that of the cohort followed to 6 months only.
    """
    pieces = small_run(rows, CUT).results.query("model == 'cox_piecewise'").set_index("term")
    first = pieces.loc["0 to 6 months"]
    early = [(arm, min(time, 6.0), status if time <= 6 else 0) for arm, time, status in rows]
    alone = small_run(early, {}).results.query("model == 'cox'").iloc[0]
    for key in ("estimate", "std_error", "lower", "upper", "p_value"):
        assert first[key] == pytest.approx(alone[key], rel=1e-8)
    n = sum(status == 1 and time <= 6 for _, time, status in rows)
    later = sum(status == 1 and time > 6 for _, time, status in rows)
    assert first["n_event"] == n
    assert pieces.loc["after 6 months", "n_event"] == later


def test_pieces_are_compared_by_wald(small_run: SmallRun, rows) -> None:
    """Rows are independent and no event is in both pieces: z² of the difference, errors squared."""
    own = small_run(rows, CUT).results.query("model == 'cox_piecewise'")
    pieces = own[own["measure"] == "hazard_ratio"]
    test = own[own["measure"] == "chi_square"].iloc[0]
    gap = np.diff(np.log(pieces["estimate"].to_numpy(float)))[0]
    assert test["df"] == 1
    # the pieces share rows, whose influences are uncorrelated only in expectation
    assert test["statistic"] == pytest.approx(gap**2 / (pieces["std_error"] ** 2).sum(), rel=0.1)
    assert test["p_value"] == pytest.approx(stats.chi2.sf(test["statistic"], 1), rel=1e-10)


def test_a_piece_without_events_of_an_arm_keeps_its_row(small_run: SmallRun) -> None:
    """A piece that vanishes, or takes the other with it."""
    rows = [("a", 3, 1), ("b", 4, 1), ("a", 5, 1), ("b", 8, 0), ("a", 9, 1), ("a", 11, 1)] * 3
    rows += [(arm, 20, 0) for arm in "ab"]
    own = small_run(rows, CUT).results.query("model == 'cox_piecewise'").set_index("term")
    assert own.loc["0 to 6 months", "status"] == "ok"
    assert own.loc["after 6 months", "status"] == "not_estimable"


def test_without_the_key_there_are_no_pieces(small_run: SmallRun, rows) -> None:
    """A cut that nobody planned."""
    assert "cox_piecewise" not in set(small_run(rows, {}).results["model"])


def test_cuts_that_do_not_ascend_are_refused(small_run: SmallRun, rows) -> None:
    """A piece of no length."""
    with pytest.raises(PlanError, match="must ascend"):
        small_run(rows, {"estimation.piecewise": ["6 months", "6 months"]})


def test_pieces_are_resampled_with_the_rest(small_run: SmallRun, rows) -> None:
    """Errors of the influence under the name of the bootstrap, or those of another quantity."""
    change = {"estimation.variance": "bootstrap", "estimation.bootstrap.replicates": 200} | CUT
    own = small_run(rows, change).results.query("model == 'cox_piecewise'")
    pieces = own[own["measure"] == "hazard_ratio"]
    assert set(pieces["variance"]) == {"bootstrap"}
    assert set(pieces["scale"]) == {"percentile"}
    assert ((pieces["lower"] < pieces["estimate"]) & (pieces["estimate"] < pieces["upper"])).all()
    corrected = small_run(rows, CUT).results.query("model == 'cox_piecewise'")
    ratio = pieces["std_error"].to_numpy() / corrected["std_error"].dropna().to_numpy()
    assert ((ratio > 0.8) & (ratio < 1.4)).all()  # 5 % Monte-Carlo error, 30 events a piece
