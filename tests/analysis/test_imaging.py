from __future__ import annotations

from spine_outcomes import Results


def test_equal_schedules_pass_the_gate(demo: Results) -> None:
    """The demo cohort's arms are imaged alike: a finding would cry wolf."""
    assert not demo.findings["code"].isin(["W_IMAGING_INTERVAL", "W_NO_IMAGE_BY_ARM"]).any()
    visits = demo.imaging.query("measure == 'interval'").set_index("arm")["value"]
    assert abs(visits["extended"] - visits["focal"]) < 0.5


def test_an_arm_imaged_half_as_often_is_a_serious_finding(unequal_schedule: Results) -> None:
    """Every 6 months against every 3 dates failures later in that arm: a gain that is not there."""
    found = unequal_schedule.findings.query("code == 'W_IMAGING_INTERVAL'")
    assert list(found["severity"]) == ["serious"]
    interval = unequal_schedule.imaging.query("measure == 'interval'").set_index("arm")["value"]
    assert interval["focal"] - interval["extended"] > 1.5


def test_images_after_the_cut_off_are_not_counted_as_seen(early_look: Results) -> None:
    """At an earlier cut-off the number of visits of the whole study would show later scans."""
    assert early_look.imaging.empty
    assert (early_look.findings["code"] == "W_IMAGING_UNKNOWN").any()


def test_a_row_imaged_after_the_cut_off_was_watched_until_it(early_look: Results) -> None:
    """Ended on day 0, those rows would leave the events alone at risk: 32 % in place of 19 %."""
    table = early_look.risk_table.query("endpoint == 'local_failure' and time == 6")
    start = early_look.risk_table.query("endpoint == 'local_failure' and time == 0")
    assert (table["n_risk"].to_numpy() > 0.5 * start["n_risk"].to_numpy()).all()
