"""Draw the packaged demo cohort, its truth and its long tables, and write them into the package.

python benchmarks/demo_cohort.py
"""

from __future__ import annotations

from pathlib import Path

import spine_outcomes
from spine_outcomes.clinical.simulated_long_tables import long_table_csvs
from spine_outcomes.clinical.simulator import (
    DEMO_PATIENTS,
    DEMO_SEED,
    cohort_csv,
    simulate,
    truth_json,
)

if __name__ == "__main__":
    folder = Path(spine_outcomes.__file__).parent / "packaged"
    demo = simulate(DEMO_PATIENTS, DEMO_SEED)
    (folder / "demo_cohort.csv").write_text(cohort_csv(demo), encoding="utf-8", newline="")
    (folder / "demo_truth.json").write_text(truth_json(demo), encoding="utf-8", newline="")
    for name, text in long_table_csvs(demo).items():
        (folder / f"demo_{name}").write_text(text, encoding="utf-8", newline="")
