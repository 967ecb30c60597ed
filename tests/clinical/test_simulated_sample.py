"""A draw in arrays against the same draw as the table of a cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.simulated_draw import draw_arrays
from spine_outcomes.clinical.simulated_sample import simulated_sample
from spine_outcomes.clinical.simulator import simulate

SEED = 3


@pytest.fixture(scope="module")
def sample():
    return simulated_sample(draw_arrays(300, SEED))


@pytest.fixture(scope="module")
def table():
    return simulate(300, SEED, missing=False).frame


def days(table, column):
    """Days from the start of treatment, NaN where the cell is empty."""
    start, date = (pd.to_datetime(table[name], errors="coerce") for name in ("sbrt_start", column))
    return (date - start).dt.days.to_numpy(float)


def test_rows_are_those_of_the_table(sample, table):
    """A simulation study of other lesions, arms or patients than the cohort's."""
    np.testing.assert_array_equal(sample.arm, table["arm"] == "extended")
    np.testing.assert_array_equal(sample.patient, pd.factorize(table["patient_id"])[0])


@pytest.mark.parametrize(
    ("endpoint", "flag", "date"),
    [("local_failure", "lf_flag", "lf_date"), ("vertebral_fracture", "vcf_flag", "vcf_date")],
)
def test_outcomes_are_those_of_the_dates(sample, table, endpoint, flag, date):
    """Times that an analysis of the dated cohort would not see."""
    time, status = sample.outcomes[endpoint]
    is_event, is_death = (table[flag] == "1").to_numpy(), (table["vital_status"] == "1").to_numpy()
    np.testing.assert_array_equal(status, np.select([is_event, is_death], [1, 2], 0))
    ends = [days(table, name) for name in (date, "death_date", "last_imaging_date")]
    expected = np.select([is_event, is_death], ends[:2], np.nan_to_num(ends[2]))
    np.testing.assert_array_equal(time, expected)
    assert (status == np.arange(3)[:, None]).sum(axis=1).min() > 20


def test_covariates_are_those_of_the_columns(sample, table):
    """A propensity model of other covariates than the primary plan's."""
    columns = dict(zip(sample.names, sample.covariates.T, strict=True))
    expected = {
        "age": table["age_at_sbrt"].astype(float),
        "male": table["sex"] == "1",
        "ecog>=2": table["ecog"].astype(int) >= 2,
        "oligometastatic": table["oligometastatic"] == "1",
        "bilsky>=1b": table["bilsky"].isin(["1b", "1c", "2", "3"]),
        "paraspinal": table["paraspinal_ext"] == "1",
        "collapse=1": table["sins_collapse"] == "1",
        "collapse>=2": table["sins_collapse"].isin(["2", "3"]),
        "posterolateral": table["sins_posterolateral"].astype(float) > 0,
        "surgery": table["prior_surgery"] != "0",
    }
    # The column divides the day of the year by its length: within a day of days over 365.25.
    year = table["calendar_year"].astype(float) - 2019
    np.testing.assert_allclose(columns.pop("year"), year, atol=1 / 365)
    for name, values in expected.items():
        np.testing.assert_array_equal(columns.pop(name), values.to_numpy(float), err_msg=name)
    assert all(name.startswith("site=") for name in columns)
    assert sum(columns.values()).max() == 1
