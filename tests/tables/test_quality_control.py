"""Our number, the second engine's, the difference."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import QUALITY_COLUMNS
from spine_outcomes.tables.quality_control import quality_control
from tests.report.synthetic import synthetic_results
from tests.tables.reading import texts

LINES = [
    ("relapse", "Incidence at 24 months, narrow, ATE", 0.17861234, 0.17861234, 0.0, 1e-9,
     "other 1.0", "agrees"),
    ("relapse", "Hazard ratio, unweighted", 0.7272727, 0.7272731, 4e-7, 1e-6, "other 1.0",
     "agrees"),
]  # fmt: skip


def test_both_numbers_stand_beside_their_difference_and_what_is_allowed() -> None:
    """A verdict without the numbers has to be believed."""
    frame = pd.DataFrame(LINES, columns=list(QUALITY_COLUMNS))
    table = quality_control(synthetic_results(quality_control=frame))
    assert [row.stub for row in table.rows] == [
        "Relapse", "Incidence at 24 months, Narrow field, ATE weights", "Hazard ratio, Unweighted",
    ]  # fmt: skip
    assert texts(table.rows[2]) == [
        "0.727273", "0.727273", "4.0e−7", "1.0e−6", "other 1.0", "Agrees",
    ]  # fmt: skip
    assert texts(table.rows[1])[2] == "0"
