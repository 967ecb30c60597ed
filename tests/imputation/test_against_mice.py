"""Five hundred imputations of one table, here and by R's mice: the same distribution."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.imputation.chained_equations import Imputed, Table, chained_equations
from spine_outcomes.imputation.variable import Variable

TESTS = Path(__file__).parents[1]
ANSWER = json.loads((TESTS / "reference" / "answers" / "mice.json").read_text(encoding="utf-8"))
IMPUTATIONS = 200
# mice draws categories at the estimated coefficients of polyreg and polr, not at drawn ones, and
# without a prior: the distributions differ by a little more than chance.
SYSTEMATIC = 0.25  # of the standard deviation over imputations


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(TESTS / "data" / "imputation" / "made_up.csv")


@pytest.fixture(scope="module")
def imputed(data: pd.DataFrame) -> Imputed:
    variables = (
        Variable("volume", data["volume"].to_numpy(), "number", np.log),
        Variable("surgery", data["surgery"].to_numpy(), "nominal"),
        Variable("site", data["site"].to_numpy(), "nominal"),
        Variable("grade", data["grade"].to_numpy(), "ordered"),
    )
    table = Table(variables, data[["arm", "age", "y"]].to_numpy())
    return chained_equations(table, imputations=IMPUTATIONS, iterations=10, seed=7)


def _quantities(data: pd.DataFrame, full: dict[str, np.ndarray]) -> dict[str, float]:
    at = {name: full[name][data[name].isna()] for name in full}
    volume = np.log(at["volume"])
    columns = {
        "b_0": np.ones(len(data)), "b_arm": data["arm"].to_numpy(), "age": data["age"].to_numpy(),
        "b_log_volume": np.log(full["volume"]), "b_surgery": full["surgery"],
        "b_site_2": full["site"] == 2, "b_site_3": full["site"] == 3, "b_grade": full["grade"],
    }  # fmt: skip
    matrix = np.column_stack(list(columns.values())).astype(np.float64)
    fitted = np.linalg.lstsq(matrix, data["y"].to_numpy(), rcond=None)[0]
    found = dict(zip(columns, fitted, strict=True))
    found |= {"mean_log_volume": volume.mean(), "sd_log_volume": volume.std(ddof=1)}
    found["surgery_1"] = (at["surgery"] == 1).mean()
    found |= {f"site_{k}": (at["site"] == k).mean() for k in (1, 2)}
    found |= {f"grade_{k}": (at["grade"] == k).mean() for k in (1, 2, 3)}
    return {name: float(value) for name, value in found.items() if name in ANSWER["mean"]}


def test_imputed_values_and_estimates_have_the_distribution_of_mice(
    data: pd.DataFrame, imputed: Imputed
) -> None:
    found = pd.DataFrame([_quantities(data, full) for full in imputed.completed])
    assert len(found.columns) == 14
    for name in found:
        spread, n = ANSWER["sd"][name], ANSWER["imputations"]
        error = spread * np.sqrt(1 / n + 1 / IMPUTATIONS)
        gap = abs(found[name].mean() - ANSWER["mean"][name])
        assert gap < 4 * error + SYSTEMATIC * spread, (name, gap / spread)
        # The variance between imputations carries the uncertainty of what is missing.
        assert 0.75 < found[name].std() / spread < 1.35, (name, found[name].std() / spread)


def test_known_values_stay_and_imputed_numbers_are_seen_ones(
    data: pd.DataFrame, imputed: Imputed
) -> None:
    for full in imputed.completed[:5]:
        for name, value in full.items():
            is_known = data[name].notna().to_numpy()
            np.testing.assert_array_equal(value[is_known], data[name][is_known])
            assert np.isin(value, data[name].dropna()).all()
