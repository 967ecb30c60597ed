from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.inference.pooling import pool, pool_statistics

ANSWERS = json.loads(
    (Path(__file__).parents[1] / "reference" / "answers" / "mice.json").read_text(encoding="utf-8")
)["pool_scalar"]
COMPLETE = (np.inf, 20, 20, np.inf, 478)


@pytest.mark.parametrize(("answer", "df_complete"), list(zip(ANSWERS, COMPLETE, strict=True)))
def test_rubin_rules_have_the_digits_of_mice(answer: dict[str, object], df_complete: float) -> None:
    q, u = (np.asarray(answer[key], dtype=np.float64)[:, None] for key in ("q", "u"))
    found = pool(q, np.sqrt(u), df_complete)
    assert found.value[0] == pytest.approx(answer["qbar"], rel=1e-12)
    assert found.variance[0] == pytest.approx(answer["t"], rel=1e-12)
    # mice takes a share of missing information below 1e-4 for 1e-4.
    tolerance = 2e-4 if found.between[0] == 0 else 1e-10
    assert found.df[0] == pytest.approx(answer["df"], rel=tolerance)
    assert found.fraction_missing[0] == pytest.approx(answer["fmi"], rel=tolerance)


def test_rubin_by_hand() -> None:
    # q 0.8, 1.0, 1.2: B 0.04; W 0.05; m 3: T = 0.05 + 4/3 × 0.04.
    found = pool([[0.8], [1.0], [1.2]], np.sqrt([[0.04], [0.05], [0.06]]))
    assert found.value[0] == pytest.approx(1.0)
    assert found.variance[0] == pytest.approx(0.05 + 0.16 / 3)
    assert found.monte_carlo_error[0] == pytest.approx(np.sqrt(0.04 / 3))


def test_c45_equal_values_add_nothing_and_leave_a_finite_df() -> None:
    found = pool(np.full((3, 1), 0.6), np.sqrt([[0.04], [0.05], [0.045]]), 20)
    assert found.between[0] == 0
    assert found.variance[0] == pytest.approx(0.045)
    assert found.df[0] == pytest.approx(18.26, abs=0.005)
    assert np.isinf(pool(np.full((3, 2), [0.6, 0.1]), np.full((3, 2), 0.2)).df).all()


def test_order_of_the_imputations_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    value, error = rng.normal(size=(7, 2)), rng.uniform(0.1, 1, (7, 2))
    shuffled = rng.permutation(7)
    one, other = pool(value, error, 30), pool(value[shuffled], error[shuffled], 30)
    np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-12)
    assert (one.variance >= one.within).all()


def test_one_imputation_has_no_variance_between() -> None:
    with pytest.raises(ValueError, match="needs two"):
        pool([[1.0]], [[0.1]])
    with pytest.raises(ValueError, match="needs two"):
        pool_statistics([2.0], 1)


def test_d2_by_hand() -> None:
    # χ² 4 and 9: roots 2 and 3, variance 1/2, r = 3/4; on 1 df D2 = (6.5 − 3 × 0.75)/1.75.
    found = pool_statistics([4.0, 9.0], 1)
    assert found.statistic == pytest.approx(4.25 / 1.75)
    # F on 1 and (7/3)² df, by its own integral: the square of Student's t.
    assert found.p_value == pytest.approx(
        2 * stats.t.sf(np.sqrt(4.25 / 1.75), (7 / 3) ** 2), rel=1e-9
    )


def test_d2_on_two_degrees_of_freedom_by_hand() -> None:
    # As above, the mean per degree of freedom 6.5/2: D2 = (3.25 − 2.25)/1.75, a χ² of twice that.
    assert pool_statistics([4.0, 9.0], 2).statistic == pytest.approx(2 / 1.75, rel=1e-12)


def test_d2_of_equal_statistics_is_the_statistic() -> None:
    found = pool_statistics([5.991464547107979] * 4, 2)
    assert found.p_value == pytest.approx(0.05, rel=1e-9)
    assert found.statistic == pytest.approx(5.991464547107979, rel=1e-12)
    assert pool_statistics([1.0, np.nan], 1).reason is not None
    assert pool_statistics([0.0, 9.0], 1).p_value == 1.0


def test_no_variance_at_all_has_the_df_of_the_complete_data() -> None:
    # Nothing is missing, so that λ = 0: (ν + 1)/(ν + 3) ν = 21/23 × 20.
    found = pool(np.full((3, 1), 1.0), np.zeros((3, 1)), 20)
    assert found.df[0] == pytest.approx(20 * 21 / 23)
