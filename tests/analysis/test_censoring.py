"""Censoring by arm: said where a Fine–Gray model pools what differs, and only there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spine_outcomes import Results

SmallRun = Callable[..., Results]
EVENTS = [(a, t, s) for a in "ab" for t in (2, 4, 6, 8) for s in (1, 2)]
EARLY = [("a", t, 0) for t in (1, 2, 3, 4, 5, 6, 7, 8)] + [("b", 24, 0)] * 8
ALIKE = [(a, t, 0) for a in "ab" for t in (2, 4, 6, 8, 9, 11, 24, 24)]


def has_finding(results: Results) -> bool:
    return bool((results.findings["code"] == "W_CENSORING_BY_ARM").any())


@pytest.mark.parametrize(("censored", "expected"), [(EARLY, True), (ALIKE, False)])
def test_an_arm_censored_earlier_is_found(small_run: SmallRun, censored, expected) -> None:
    """A pooled G for arms that were not followed alike, without a word."""
    assert has_finding(small_run(EVENTS + censored, {})) == expected


def test_nothing_is_said_where_no_model_pools_it(small_run: SmallRun) -> None:
    """A worry about a model that delayed entry leaves out."""
    assert not has_finding(small_run(EVENTS + EARLY, {"endpoints.relapse.entry": "entry"}))


def test_nobody_is_censored(small_run: SmallRun) -> None:
    """A test of nothing that fails."""
    assert not has_finding(small_run(EVENTS * 2, {}))
