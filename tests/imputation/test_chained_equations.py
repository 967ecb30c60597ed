from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.imputation.chained_equations import Imputed, Table, chained_equations
from spine_outcomes.imputation.multinomial_draw import multinomial_draw
from spine_outcomes.imputation.predictive_mean_matching import predictive_mean_matching
from spine_outcomes.imputation.proportional_odds_draw import proportional_odds_draw
from spine_outcomes.imputation.variable import Variable

GROUP = np.repeat(np.arange(300), [1, 2, 1, 2, 1, 1] * 50)


def _nested(seed: int = 3) -> tuple[Table, Table]:
    """Rows whose z follows the group's x; both with gaps."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=300)
    z = 2 * x[GROUP] + rng.normal(scale=0.3, size=len(GROUP))
    x[rng.random(300) < 0.2] = np.nan
    z[rng.random(len(GROUP)) < 0.2] = np.nan
    nothing = np.empty((len(GROUP), 0)), np.empty((300, 0))
    rows, groups = Variable("z", z, "number"), Variable("x", x, "number")
    return Table((rows,), nothing[0]), Table((groups,), nothing[1])


def _imputed(jobs: int = 1, seed: int = 5) -> Imputed:
    rows, groups = _nested()
    return chained_equations(rows, groups, GROUP, imputations=3, iterations=4, seed=seed, jobs=jobs)


def test_levels_inform_one_another() -> None:
    rows, groups = _nested()
    x, z = groups.variables[0], rows.variables[0]
    full = _imputed().completed[0]
    assert full["x"].shape == (300,)
    is_drawn = z.is_missing & ~x.is_missing[GROUP]
    assert np.corrcoef(full["z"][is_drawn], x.value[GROUP][is_drawn])[0, 1] > 0.95
    known_rows = np.bincount(GROUP, ~z.is_missing) > 0
    is_drawn = x.is_missing & known_rows
    mean = np.bincount(GROUP, full["z"]) / np.bincount(GROUP)
    assert np.corrcoef(full["x"][is_drawn], mean[is_drawn])[0, 1] > 0.95


def test_number_of_processes_changes_no_byte_and_the_seed_does() -> None:
    one, two, other = _imputed(1), _imputed(2), _imputed(1, seed=6)
    for a, b, c in zip(one.completed, two.completed, other.completed, strict=True):
        assert a["z"].tobytes() == b["z"].tobytes()
        assert a["z"].tobytes() != c["z"].tobytes()
    assert not np.array_equal(one.completed[0]["z"], one.completed[1]["z"])


def test_traces_are_of_the_imputed_values() -> None:
    found = _imputed()
    rows, _ = _nested()
    assert found.mean.shape == (3, 4, 2)
    last = found.completed[1]["z"][rows.variables[0].is_missing]
    at = found.names.index("z")
    assert found.mean[1, -1, at] == pytest.approx(last.mean())
    assert found.spread[1, -1, at] == pytest.approx(last.std())


def test_nothing_missing_nothing_done() -> None:
    whole = Table((Variable("z", np.arange(5.0), "number"),), np.empty((5, 0)))
    found = chained_equations(whole, imputations=2, iterations=3, seed=1, jobs=1)
    assert found.names == ()
    assert found.completed == ({}, {})


def test_a_column_without_any_value_is_named() -> None:
    empty = Table((Variable("albumin", np.full(4, np.nan), "number"),), np.ones((4, 1)))
    with pytest.raises(ValueError, match="albumin"):
        chained_equations(empty, imputations=2, iterations=1, seed=1)


def test_only_value_of_a_category_is_given_without_a_model() -> None:
    value = np.array([2.0, 2.0, np.nan])
    found = Variable("grade", value, "ordered").draw(np.ones((3, 1)), np.random.default_rng(1))
    assert found.tolist() == [2.0]


def test_separated_categories_stay_finite() -> None:
    x = np.linspace(-2, 2, 60)
    codes = (x > 0).astype(np.int64)
    covariates = np.column_stack([np.ones(60), x])
    drawn = multinomial_draw(codes, covariates, covariates, np.random.default_rng(1))
    assert (drawn[:10] == 0).all()
    assert (drawn[-10:] == 1).all()


@pytest.mark.parametrize("draw", [multinomial_draw, proportional_odds_draw])
def test_without_covariates_categories_keep_their_shares(draw: object) -> None:
    assert callable(draw)
    codes = np.repeat([0, 1, 2], [500, 300, 200])
    rng = np.random.default_rng(2)
    ones = np.ones((1000, 1)), np.ones((400, 1))
    drawn = np.concatenate([draw(codes, *ones, rng) for _ in range(25)])
    shares = np.bincount(drawn) / len(drawn)
    # Between draws a share varies by √(p(1−p)/1000), over 25 draws by a fifth of it.
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.2], atol=4 * np.sqrt(0.25 / 1000 / 25) + 0.004)


def test_donors_are_the_five_nearest() -> None:
    values = np.arange(100.0)
    covariates = np.column_stack([np.ones(100), values])
    wanted = np.array([[1.0, 50.0], [1.0, -20.0], [1.0, 300.0]])
    rng = np.random.default_rng(1)
    found = np.stack(
        [predictive_mean_matching(values, covariates, wanted, rng) for _ in range(300)]
    )
    assert set(found[:, 0]) == {48, 49, 50, 51, 52}
    assert set(found[:, 1]) == {0, 1, 2, 3, 4}
    assert set(found[:, 2]) == {95, 96, 97, 98, 99}


def test_a_column_that_is_0_wherever_the_value_is_known_is_no_fault() -> None:
    """A level that only rows without the value have leaves the least squares singular."""
    known = np.column_stack([np.ones(30), np.arange(30.0), np.zeros(30)])
    missing = np.array([[1.0, 10.0, 1.0]])
    found = predictive_mean_matching(np.arange(30.0), known, missing, np.random.default_rng(1))
    assert 0 <= found[0] < 30


def test_groups_hear_of_their_rows_outcomes_by_their_own_summary_only() -> None:
    """A predictor of the rows must not reach the groups a second time, as a mean."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(40), 2)
    gaps = np.where(rng.random(40) < 0.2, np.nan, rng.normal(size=40))

    def imputed(of_rows: np.ndarray) -> np.ndarray:
        rows = Table((), of_rows)
        groups = Table((Variable("x", gaps, "number"),), np.arange(40.0)[:, None])
        found = chained_equations(rows, groups, group, imputations=2, iterations=1, seed=1)
        return found.completed[0]["x"]

    np.testing.assert_array_equal(imputed(rng.normal(size=(80, 1))), imputed(np.ones((80, 1))))


def test_fewer_rows_than_donors() -> None:
    found = predictive_mean_matching(
        np.array([3.0, 9.0]), np.ones((2, 1)), np.ones((50, 1)), np.random.default_rng(1)
    )
    assert set(found) == {0, 1}


def test_a_question_that_does_not_arise_is_never_imputed() -> None:
    """Code 0 says so: three of four rows have it, and no row without a code may get it.

    The other variables still hear of it: it has a column of its own.
    """
    value = np.tile([0.0, 0.0, 0.0, 1.0, 2.0, np.nan], 40)
    for kind in ("nominal", "ordered"):
        grade = Variable("grade", value, kind, apart=(0.0,))  # type: ignore[arg-type]
        table = Table((grade,), np.linspace(-1, 1, 240)[:, None])
        found = chained_equations(table, imputations=5, iterations=2, seed=1, jobs=1)
        drawn = np.concatenate([full["grade"][grade.is_missing] for full in found.completed])
        assert set(drawn) == {1.0, 2.0}
        # Half of the rows with a grade have each: 200 draws about one half.
        assert abs((drawn == 1).mean() - 0.5) < 4 * np.sqrt(0.25 / 200) + 0.05
        assert grade.encoded(value).shape == (240, 2)


def test_a_column_that_only_says_not_applicable_has_nothing_to_impute_from() -> None:
    """The first code would be given to every row."""
    grade = Variable("grade", np.array([0.0, 0.0, np.nan]), "nominal", apart=(0.0,))
    with pytest.raises(ValueError, match="grade"):
        chained_equations(
            Table((grade,), np.ones((3, 1))), imputations=2, iterations=1, seed=1, jobs=1
        )


def test_a_row_is_imputed_like_the_others_of_its_group() -> None:
    """Drawn without them it is like a stranger's, and clusters look looser than they are.

    Pairs correlate by 0.8; 2000 of them, of which 840 lack one value: an error of 0.36/√840.
    """
    rng = np.random.default_rng(12)
    group = np.repeat(np.arange(2000), 2)
    z = np.sqrt(0.8) * rng.normal(size=2000)[group] + np.sqrt(0.2) * rng.normal(size=4000)
    gaps = np.where(rng.random(4000) < 0.3, np.nan, z)
    rows = Table((Variable("z", gaps, "number"),), np.empty((4000, 0)))
    groups = Table((), np.empty((2000, 0)))
    found = chained_equations(rows, groups, group, imputations=1, iterations=10, seed=1, jobs=1)
    lacks_one = np.isnan(gaps).reshape(-1, 2).sum(axis=1) == 1
    first, second = found.completed[0]["z"].reshape(-1, 2)[lacks_one].T
    assert abs(np.corrcoef(first, second)[0, 1] - 0.8) < 4 * 0.36 / np.sqrt(840)


def test_groups_hear_sums_and_means_of_their_rows() -> None:
    """What independent rows say of their group adds up: their mean alone says too little of it.

    Of 1 to 4 rows of z + noise, both of variance 1, the best guess of z is their sum over n + 1: a
    slope on their mean of 1/2 where there is one row and 4/5 where there are four.
    """
    rng = np.random.default_rng(3)
    size = rng.integers(1, 5, size=4000)
    group = np.repeat(np.arange(4000), size)
    z = rng.normal(size=4000)
    x = z[group] + rng.normal(size=len(group))
    gaps = np.where(rng.random(4000) < 0.5, np.nan, z)
    rows = Table((Variable("x", x, "number"),), np.empty((len(x), 0)))
    groups = Table((Variable("z", gaps, "number"),), size[:, None] / 4)
    found = chained_equations(rows, groups, group, imputations=1, iterations=1, seed=1, jobs=1)
    mean = np.bincount(group, x) / size
    for n in (1, 4):
        at = np.isnan(gaps) & (size == n)
        slope = np.polyfit(mean[at], found.completed[0]["z"][at], 1)[0]
        # About 500 groups: an error of √(1/(n + 1))/√(500 (1 + 1/n)).
        assert abs(slope - n / (n + 1)) < 4 * np.sqrt(1 / (n + 1) / (500 * (1 + 1 / n))) + 0.03
