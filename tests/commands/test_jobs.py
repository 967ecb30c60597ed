"""The number of processes: a matter of speed, never of what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine_outcomes.clinical.simulator import cohort_csv, simulate
from spine_outcomes.study.packaged import packaged_file
from tests.commanding import told

PLAN = """\
extends: sensitivity
missing: {imputations: 3, iterations: 2}
propensity: {learner: firth}
multiplicity: {method: none, order: []}
endpoints: {marginal_failure: null, vertebral_fracture: null, other_death: null}
sensitivity:
  - name: landmark
    endpoints: [local_failure]
    change: {endpoints.local_failure.landmark: 3 months}
  - name: interval_censored
    endpoints: [local_failure]
    change:
      estimation.interval_censored: true
      endpoints.local_failure.event:
        - {flag: lf_flag, equals: 1, date: lf_date, last_clean: last_clean_mri_date}
  - name: resampled
    endpoints: [local_failure]
    change:
      propensity.learner: boosting
      missing.method: complete_case
      estimation.variance: bootstrap
      estimation.bootstrap.replicates: 6
subgroups:
  - {name: volume, column: gtv_cc, cuts: median, endpoints: [local_failure]}
"""


@pytest.mark.slow
def test_one_process_and_two_write_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imputations, resampled patients or levels in the order in which processes end."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    monkeypatch.chdir(tmp_path)
    Path("plan.yaml").write_text(PLAN)
    Path("cohort.csv").write_text(cohort_csv(simulate(160, 4)))
    dictionary = packaged_file("data_dictionary.yaml")
    words = ("report", "plan.yaml", "--cohort", "cohort.csv", "--dictionary", dictionary)
    written = []
    for jobs in (1, 2):
        done = told(*words, "--out", "out", "--overwrite", "--jobs", jobs)
        assert done.code == 0, done.text
        names = [Path(name) for name in done.paths.split() if Path(name).name != "manifest.json"]
        written.append({name: name.read_bytes() for name in names})
    one, two = written
    results = one[Path("out/results.csv")].decode()
    for analysis in ("landmark", "interval_censored", "resampled"):
        assert f"sensitivity:{analysis}" in results
    assert "turnbull" in results
    assert "subgroup:volume" in results
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
