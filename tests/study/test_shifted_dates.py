"""An export whose dates were moved, each record's by its own days, has no calendar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan

Change = Callable[..., Path]
TABLE = "lesion: row_id}"
YEAR = (
    "  - {name: year, label: Year, level: lesion, type: float, unit: year, phase: baseline,\n"
    "     derivation: {name: decimal_year, date: start}}\n"
)


@pytest.mark.parametrize("shifted", [True, False])
def test_calendar_time_of_shifted_dates_is_refused(
    plan_with: Change, dictionary_with: Change, shifted: bool
) -> None:
    """A cut-off would leave out whom nobody knows; intervals between dates stay right."""
    redcap = f"redcap: {{row: lesion, date_shifted: {str(shifted).lower()}}}"
    path = dictionary_with(TABLE, f"lesion: row_id, {redcap}}}", add=YEAR)
    plan = load_plan(
        plan_with("    - sex\n", "    - sex\n    - year\n", add="cutoff: 2024-12-31\n")
    )
    if not shifted:
        check_plan(plan, load_dictionary(path))
        return
    with pytest.raises(PlanError) as caught:
        check_plan(plan, load_dictionary(path))
    assert {p.code for p in caught.value.problems} == {"E_DATE_SHIFTED"}
    assert "cutoff: " in str(caught.value)
    assert "propensity.terms[2]: " in str(caught.value)
