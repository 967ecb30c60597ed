"""Tables and figures are counted on the page as it stands, whatever a plan leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.render import render_report
from tests.commanding import told
from tests.report.further import further_results
from tests.report.reading import read
from tests.report.synthetic import synthetic_plan, synthetic_results

EXAMPLE = Path(__file__).parents[2] / "reports" / "example" / "report.html"
QUICK = "missing: {method: complete_case}\n"


def unweighted_results() -> Results:
    """The invented run of a plan that asks for no weights."""
    plan = synthetic_plan(propensity={"terms": ["age"], "estimands": ["unweighted"]})
    whole = synthetic_results()

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["estimand"].isna() | (frame["estimand"] == "unweighted")]

    names = ("results", "curves", "balance", "weights", "baseline")
    return synthetic_results(plan=plan, **{name: own(getattr(whole, name)) for name in names})


def without_scores() -> Results:
    """The invented run with weights that need no propensity score."""
    propensity = {"terms": ["age"], "learner": "entropy", "estimands": ["unweighted", "ATE"]}
    none = synthetic_results().propensity.iloc[:0]
    return synthetic_results(plan=synthetic_plan(propensity=propensity), propensity=none)


def check_numbers(page: str) -> None:
    """Tables and figures carry 1, 2, 3 and so on, from the top of the page to its end."""
    for kind in ("Table", "Figure"):
        found = re.findall(rf'class="number" href="#[^"]*">{kind} (\d+)<', page)
        assert found == [str(k + 1) for k in range(len(found))], kind
        assert found


@pytest.mark.parametrize(
    "results", [synthetic_results, unweighted_results, without_scores, further_results]
)
def test_numbers_have_no_gap(results: Callable[[], Results]) -> None:
    """Table 6, then Table 10: the reader looks for three tables that are nowhere."""
    check_numbers(render_report(results()))


def test_weights_without_a_score_still_have_their_gate() -> None:
    """Entropy balancing has no score to show; its balance vanished along with the histogram."""
    tree = read(render_report(without_scores()))
    shown = {e.attributes["id"] for e in tree.walk() if "id" in e.attributes}
    assert {"propensity", "weights", "balance-lesion", "love-lesion"} <= shown
    assert "overlap-lesion" not in shown


def test_numbers_have_no_gap_in_the_example() -> None:
    """The one report that everybody reads."""
    check_numbers(EXAMPLE.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "change"),
    [("primary", "propensity: {estimands: [unweighted]}\n"), ("toxicity", "")],
)
def test_numbers_have_no_gap_in_the_plans_of_the_study(
    tmp_path: Path, base: str, change: str
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"schema_version: 1\nextends: {base}\n{QUICK}{change}", encoding="utf-8")
    assert told("report", plan, "--out", tmp_path / "out").code == 0
    check_numbers((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
