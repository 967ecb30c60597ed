"""The plain summary: frequencies by hand, links to the tables, no word that claims too much."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.report.sentence import Sentence
from spine_outcomes.report.summary import summary
from tests.report.reading import Element
from tests.report.synthetic import synthetic_plan, synthetic_results

CLAIMS = re.compile(
    r"\b(prove[sdn]?|proof|safer?|cause[sd]?|effective|superior|significant)\b", re.I
)


def said(**changes: Any) -> list[Sentence]:
    """Sentences of a run."""
    return list(summary(synthetic_results(**changes)))


def changed(**values: object) -> pd.DataFrame:
    """Results whose relapse difference at 24 months under ATE has other values."""
    frame = synthetic_results().results.copy()
    own = frame["id"] == "primary/relapse/ATE/aalen_johansen/risk_difference/24.0"
    assert own.sum() == 1
    for column, value in values.items():
        frame.loc[own, column] = value
    return frame


def test_risks_are_people_of_a_hundred() -> None:
    """1 − exp(−0.035 · 24) of 0.0110/0.035 is 17.86 of 100; the wide field has 13.66."""
    text = " ".join(s.text for s in said())
    assert (
        "Relapse within 24 months: about 18 of 100 lesions with Narrow field and about 14 of 100 "
        "with Wide field with margin, had all been treated so." in text
    )
    assert "Overall survival at 24 months: about 52 of 100 patients" in text
    assert "median follow-up was 34.7 months" in text  # ln 2 / 0.02


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [
        ((-0.0912, 0.0114), "9.1 fewer to 1.1 more (95% interval): no difference, or"),
        ((-0.0912, -0.0114), "9.1 fewer to 1.1 fewer (95% interval): no difference is not"),
        ((0.0114, 0.0912), "1.1 more to 9.1 more (95% interval): no difference is not"),
    ],
)
def test_the_interval_decides_what_is_said(limits: tuple[float, float], verdict: str) -> None:
    """A sentence that leaves no difference out where the data do not."""
    assert verdict in " ".join(
        s.text for s in said(results=changed(lower=limits[0], upper=limits[1]))
    )


def test_a_risk_that_is_not_estimable_gets_no_number() -> None:
    """ "about nan of 100" is the end of trust in a report."""
    frame = synthetic_results().results
    own = frame["measure"] == "cumulative_incidence"
    lost = frame.assign(status=frame["status"].mask(own & (frame["time"] == 24), "not_estimable"))
    text = " ".join(s.text for s in said(results=lost))
    assert "Relapse by 24 months cannot be estimated." in text
    assert "nan" not in text


def test_five_to_nine_sentences_without_a_claim_whatever_the_run() -> None:
    """A summary that says "safe" or "proves" is quoted without the rest."""
    unweighted = synthetic_plan(propensity={"estimands": ["unweighted"]})
    for sentences in (said(), said(plan=unweighted)):
        assert 5 <= len(sentences) <= 8
        for sentence in sentences:
            assert not CLAIMS.search(sentence.text), sentence.text
            assert sentence.text.endswith(".")


def test_every_number_leads_to_its_table(tree: Element) -> None:
    """A number without its interval, rows and method is hearsay."""
    links = tree.all("div", class_="summary")[0].all("a")
    tables = {e.attributes["id"] for e in tree.all("div", data_kind="table")}
    assert len(links) > 8
    assert {link.attributes["href"][1:] for link in links} <= tables


def test_arms_that_differ_after_weighting_are_said_to() -> None:
    """The gate is closed and the summary says all is well."""
    balance = synthetic_results().balance
    far = balance["smd"].mask((balance["column"] == "age") & (balance["estimand"] == "ATE"), 0.31)
    assert any(
        "did not make the two groups alike" in s.text for s in said(balance=balance.assign(smd=far))
    )
    assert any("weighting made the two groups alike" in s.text for s in said())


def test_arms_that_differ_beside_the_model_are_not_called_alike_in_everything() -> None:
    """Balance of the modelled covariates read as balance of all that was recorded."""
    frame = synthetic_results().balance
    other = frame[frame["column"] == "age"].assign(
        column="visits", label="Visits", smd=lambda own: own["smd"].mask(own["smd"].notna(), -0.24)
    )
    both = pd.concat([frame, other], ignore_index=True)
    (text,) = [s.text for s in said(balance=both) if "alike in the" in s.text]
    assert text.endswith("; of the others on record, the groups differ most in Visits (0.24).")
    assert not any("on record" in s.text for s in said())
