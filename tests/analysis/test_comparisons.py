"""Which tests of two arms stand in the results: those of the models beside them."""

from __future__ import annotations

import pandas as pd

from spine_outcomes import Results


def models(frame: pd.DataFrame, measure: str) -> set[str]:
    return set(frame.loc[frame["measure"] == measure, "model"])


def test_every_hazard_ratio_has_the_test_of_its_model(demo: Results) -> None:
    """A p value of another engine than the figure's: log-rank beside a subdistribution hazard."""
    frame = demo.results[demo.results["endpoint"].isin(demo.plan.endpoints)]  # toxicity has none
    for (_, estimand), own in frame.groupby(["endpoint", "estimand"]):
        tests = models(own, "chi_square") - {"proportional_hazards", "cox_piecewise"}
        competes = "fine_gray" in models(own, "subdistribution_hazard_ratio")
        expected = {"score"} | ({"fine_gray_score"} if competes else set())
        if estimand == "unweighted":
            expected |= {"log_rank"} | ({"gray"} if competes else set())
        assert tests == expected


def test_a_test_and_its_model_agree(complete_cases: Results) -> None:
    """Tests of other rows, weights or clusters than the model's: p values far from Wald's."""
    frame = complete_cases.results
    frame = frame[frame["contrast"].notna()].set_index(["endpoint", "estimand"])
    for test, model in (("score", "cox"), ("fine_gray_score", "fine_gray")):
        score = frame.loc[frame["model"] == test, "statistic"]
        wald = frame.loc[frame["model"] == model, "statistic"] ** 2
        both = pd.concat([score, wald], axis=1, keys=["score", "wald"], join="inner").dropna()
        assert len(both)
        assert ((both["score"] - both["wald"]).abs() < 0.2 * both["wald"] + 0.2).all()
