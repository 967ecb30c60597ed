"""Draw the truth of the simulated cohort's law and write it where the package keeps it.

    python benchmarks/law_truth.py

The draw is fixed: 4 000 000 patients, seed 20190101, under each imaging schedule. It takes about a
minute and gives the same file each time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import spine_outcomes
from spine_outcomes.clinical.simulated_draw import draw_in_parts
from spine_outcomes.clinical.simulated_observation import Schedule
from spine_outcomes.clinical.simulated_truth import as_dictionary, errors_as_dictionary, truth_of
from spine_outcomes.clinical.simulator import LAW_TRUTH

N_PATIENTS = 4_000_000
SEED = 20190101


def law_truth(schedule: Schedule) -> dict[str, object]:
    """Truth of the law under one schedule, with the size of the draw and its errors."""
    truth = truth_of(draw_in_parts(N_PATIENTS, SEED, schedule=schedule))
    return {
        "draw": {"n_patients": truth.n_patients, "n_lesions": truth.n_lesions, "seed": SEED},
        **as_dictionary(truth),
        "std_error": errors_as_dictionary(truth),
    }


if __name__ == "__main__":
    file = Path(spine_outcomes.__file__).parent / "packaged" / LAW_TRUTH
    text = json.dumps({schedule: law_truth(schedule) for schedule in get_args(Schedule)}, indent=1)
    file.write_text(text + "\n", encoding="utf-8", newline="")
