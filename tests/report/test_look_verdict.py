"""What an unblinded look says first: by hand, from made-up frames of a look."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from spine_outcomes.analysis.look.results import InterimResults, LookFacts
from spine_outcomes.report.look_verdict import verdict
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.tables.interim_comparison import assessment, looks

CROSSED = "The boundary is crossed (towards benefit): Z is -4.10, the bound 3.10."


def results(*, crossed: bool, is_last: bool = False, estimable: bool = True) -> InterimResults:
    """A look with Z −4.1 or −1.2 against 3.1, and a hazard ratio of 0.60."""
    z = -4.1 if crossed else -1.2
    measures = [
        ("z", z), ("boundary", 3.1), ("information", 12.0), ("information_fraction", 0.4),
        ("hazard_ratio", 0.6), *(() if is_last else (("conditional_power:trend", 0.5),)),
    ]  # fmt: skip
    frame = pd.DataFrame(measures, columns=["measure", "value"]).assign(
        label="x", code="all", lower=float("nan"), upper=float("nan")
    )
    frame.loc[frame["measure"] == "hazard_ratio", ["lower", "upper"]] = 0.31, 1.18
    held = {"look": 1, "cutoff": "2022-01-10", "is_planned": False, "information": 12.0,
            "fraction": 0.4, "z": z, "upper": 3.1, "lower": -3.1, "alpha_spent": 0.001,
            "nominal_p": 0.001}  # fmt: skip
    ahead = [] if is_last else [held | {"look": 2, "is_planned": True, "z": float("nan")}]
    found = [("W_BOUNDARY_CROSSED", CROSSED)] if crossed else []
    return InterimResults(
        plan=load_plan(find_plan("interim")),
        dictionary=load_dictionary(packaged_file("data_dictionary.yaml")),
        look=LookFacts(1, datetime.date(2022, 1, 10), "unblinded", None, is_last),
        findings=pd.DataFrame(found, columns=["code", "message"]),
        results=pd.DataFrame(),
        assessment=frame if estimable else frame.iloc[:0],
        monitoring=pd.DataFrame([held, *ahead]),
    )


@pytest.mark.parametrize(
    ("crossed", "text"),
    [
        (False, "The boundary is not crossed: Z is −1.20, and the boundary of |Z| is 3.10."),
        (True, "The boundary is crossed, towards benefit: Z is −4.10"),
    ],
)
def test_whether_the_boundary_is_crossed_is_said_first(crossed: bool, text: str) -> None:
    """A committee must not have to compare two numbers in the third table to know it."""
    said = list(verdict(results(crossed=crossed)))
    assert said[0].startswith(text)
    assert "0.60 (repeated 95% interval 0.31 to 1.18)" in said[1]
    assert said[2].startswith("The look has 40.0% of the planned maximum information (12.0 of 30)")
    assert said[2].endswith("Looks still planned: 1.")


def test_the_last_look_speaks_of_none_to_come() -> None:
    """There is no such look: whoever reads of one waits for it."""
    last = results(crossed=False, is_last=True)
    assert "last planned look" in list(verdict(last))[2]
    notes = " ".join((*assessment(last).notes, *looks(last).notes))
    assert "to come" not in notes
    assert "to come" in " ".join(looks(results(crossed=False)).notes)


def test_a_comparison_that_is_not_estimable_says_so() -> None:
    """Silence would read as a boundary that is not crossed."""
    (said,) = verdict(results(crossed=False, estimable=False))
    assert "not estimable" in said
