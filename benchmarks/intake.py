"""Time and memory of ``validate`` on a cohort of a million rows and 40 columns of CSV.

    python benchmarks/intake.py [--rows 1000000]

Rows are simulated in parts, patients and lesions as in the demo cohort, and written once clean and
once with an error in every tenth row (a total that is not the sum, a date after the cut-off, a dose
in cGy, in turn). Each is validated by the command in a process of its own: wall and processor
seconds and peak memory of everything from reading the file to writing the page and the queries.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from spine_outcomes.clinical.simulator import simulate

PATIENTS_A_PART = 20_000
COLUMNS = (
    "patient_id", "site_id", "birth_year", "age_at_sbrt", "sex", "ecog", "kps", "tumour_class",
    "primary_site", "diag_date", "n_mets_total", "visceral_mets", "hb_g_l", "data_cutoff",
    "last_contact_date", "vital_status", "death_date", "lesion_id", "level_from", "level_to",
    "sins_location", "sins_pain", "sins_bone", "sins_alignment", "sins_collapse",
    "sins_posterolateral", "sins_total", "bilsky", "prior_rt_same_level", "gtv_cc", "arm",
    "sbrt_start", "dose_total_gy", "n_fractions", "dose_per_fx_gy", "ctv_cc", "ptv_cc",
    "last_imaging_date", "lf_flag", "lf_date",
)  # fmt: skip


def write(path: Path, rows: int, *, with_errors: bool) -> None:
    """Write a cohort of about so many rows, part by part."""
    written, seed = 0, 0
    while written < rows:
        seed += 1
        part = simulate(PATIENTS_A_PART, seed).frame[list(COLUMNS)].iloc[: rows - written].copy()
        part["patient_id"] = f"{seed:03d}-" + part["patient_id"]
        if with_errors:
            spoil(part)
        part.to_csv(path, mode="a", header=not written, index=False)
        written += len(part)


def spoil(part: pd.DataFrame) -> None:
    """Put an error into every tenth row."""
    at = np.arange(len(part))
    for turn, (column, text) in enumerate(
        (("sins_total", "18"), ("last_contact_date", "2029-01-01"), ("dose_total_gy", "2400"))
    ):
        part.iloc[at % 30 == 10 * turn, part.columns.get_loc(column)] = text


def validate(path: Path, out: Path) -> str:
    """Wall and processor seconds, peak memory in GiB and exit code of the command, as cells."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "spine_outcomes.validate", str(path), "--out", str(out)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    processor, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024**2
    code = os.waitstatus_to_exitcode(status)
    return f"{seconds:.1f} | {processor:.1f} | {memory:.2f} | {code}"


def main() -> None:
    """Write both cohorts, validate each, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    lines = [
        "| cohort | MB | wall s | processor s | GiB | exit code |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, with_errors in (("clean", False), ("an error in every tenth row", True)):
            path = Path(folder) / "cohort.csv"
            path.unlink(missing_ok=True)
            write(path, rows, with_errors=with_errors)
            cells = validate(path, Path(folder) / name)
            lines.append(f"| {name} | {path.stat().st_size / 1e6:.0f} | {cells} |")
    sys.stdout.write("\n".join(lines) + f"\n\n{rows} rows, {len(COLUMNS)} columns.\n")


if __name__ == "__main__":
    main()
