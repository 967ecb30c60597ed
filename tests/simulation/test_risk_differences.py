"""The analysis that simulations repeat is the analysis that a run makes."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes import load_plan, read_cohort, run
from spine_outcomes.clinical.simulator import cohort_csv, simulate
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.plan import Term

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "benchmarks/coverage.py"))
SEED = 3
ENDPOINTS = ("local_failure", "vertebral_fracture")
SITES = ["lung", "breast", "kidney", "prostate", "thyroid", "liver", "gi", "other", "primary_spine"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The primary plan on the same draw, with the simulation's propensity terms."""
    plan = load_plan(ROOT / "analyses/primary.yaml")
    as_drawn = {
        "age_at_sbrt": Term(column="age_at_sbrt"),
        "primary_site": Term(
            column="primary_site", levels=(*((site,) for site in SITES), ("sarcoma", "melanoma"))
        ),
        "ecog": Term(column="ecog", cuts=(2.0,)),
        "bilsky": Term(column="bilsky", levels=(("0", "1a"), ("1b", "1c", "2", "3"))),
        "sins_collapse": Term(column="sins_collapse", levels=(("0",), ("1",), ("2", "3"))),
        "sins_posterolateral": Term(column="sins_posterolateral", cuts=(1.0,)),
    }
    terms = tuple(as_drawn.get(term.column, term) for term in plan.propensity.terms)
    changes = {"terms": terms, "estimands": SCRIPT["ESTIMANDS"]}
    propensity = plan.propensity.model_copy(update=changes)
    endpoints = {name: plan.endpoints[name] for name in ENDPOINTS}
    plan = plan.model_copy(update={"propensity": propensity, "endpoints": endpoints})
    cohort = tmp_path_factory.mktemp("c") / "cohort.csv"
    cohort.write_text(cohort_csv(simulate(500, SEED, missing=False)), encoding="utf-8")
    found = run(plan, read_cohort(cohort, load_dictionary(ROOT / "data_dictionary.yaml"))).results
    return found[(found["measure"] == "risk_difference") & (found["time"] == 24)]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("estimand", SCRIPT["ESTIMANDS"])
def test_simulated_analysis_is_that_of_a_run(results, endpoint, estimand):
    """Coverage of another procedure than the one that users get.

    Weighted numbers agree to 1e-4 only: the cohort's calendar year divides by the length of the
    year, the draw's by 365.25 days, which moves scores in the fourth digit.
    """
    estimate = SCRIPT["analyse"](SCRIPT["draw"](SEED)).select(endpoint=endpoint, estimand=estimand)
    of = (results["endpoint"] == endpoint) & (results["estimand"] == estimand)
    (row,) = results[of].to_dict("records")
    tolerance = 1e-10 if estimand == "unweighted" else 1e-4
    # The last of the estimate's variances is the corrected one, where there is one.
    found = np.array([estimate.value[-1], estimate.std_error()[-1]])
    np.testing.assert_allclose(found, [row["estimate"], row["std_error"]], rtol=0, atol=tolerance)
