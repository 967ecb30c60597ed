"""Which rows of the results a table shows."""

from __future__ import annotations

import pandas as pd
import pytest

from spine_outcomes.tables.effects import effects
from spine_outcomes.tables.key_results import key_results
from spine_outcomes.tables.selection import one
from tests.report.synthetic import synthetic_results


def test_two_rows_for_one_cell_are_refused() -> None:
    """A table would show whichever row happened to come first."""
    frame = pd.DataFrame({"measure": ["survival", "survival"]})
    with pytest.raises(ValueError, match="2 rows"):
        one(frame, measure="survival")


def test_other_analyses_and_subgroups_do_not_leak_into_the_main_tables() -> None:
    """A sensitivity row under the same keys would double or replace the primary one."""
    results = synthetic_results()
    more = results.results.assign(analysis="sensitivity:trimmed", estimate=0.999)
    part = results.results.assign(subgroup="women", estimate=0.999)
    widened = synthetic_results(results=pd.concat([results.results, more, part], ignore_index=True))
    assert key_results(widened) == key_results(results)
    assert effects(widened, "relapse") == effects(results, "relapse")
