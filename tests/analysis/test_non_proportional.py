"""Hazard ratios of a run that change over time: tested in every row, told where they do."""

from __future__ import annotations

from collections.abc import Callable

from spine_outcomes import Results

SmallRun = Callable[..., Results]


def test_proportional_hazards_are_tested_under_every_set_of_weights(demo: Results) -> None:
    """A hazard ratio that hides its change over time: every Cox row has its test."""
    tests = demo.results.query("model == 'proportional_hazards'")
    fits = demo.results.query("model == 'cox' and contrast == contrast")
    places = ["endpoint", "estimand"]
    assert list(map(tuple, tests[places].to_numpy())) == list(map(tuple, fits[places].to_numpy()))
    assert (tests["ties"] == fits["ties"].iloc[0]).all()
    changing = tests[tests["p_value"] < 0.05]["endpoint"].unique()
    found = demo.findings.query("code == 'W_NON_PROPORTIONAL'")["endpoint"]
    assert set(", ".join(found).split(", ")) - {""} == set(changing)


def test_a_hazard_ratio_that_turns_is_a_finding(small_run: SmallRun) -> None:
    """Crossing hazards under one hazard ratio near 1: the reader must be told."""
    early = [("b", t / 10, 1) for t in range(1, 41)] + [("b", 24, 0)] * 40
    late = [("a", 12 + t / 10, 1) for t in range(1, 41)] + [("a", 24, 0)] * 40
    results: Results = small_run(early + late, {})
    test = results.results.query("model == 'proportional_hazards'")
    assert test["p_value"].item() < 1e-4
    finding = results.findings.query("code == 'W_NON_PROPORTIONAL'").iloc[0]
    assert (finding["section"], finding["endpoint"]) == ("outcomes", "relapse")
    assert "unweighted" in finding["message"]
