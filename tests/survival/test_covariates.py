"""Covariates that cannot be used are named with their rows."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.cox import cox


@pytest.mark.parametrize(("n_missing", "end"), [(10, "8, 9 (counted"), (12, "8, 9 … (counted")])
def test_ten_rows_are_named_at_most(n_missing, end):
    """A message of a million row numbers, or one that hides that there are more than ten."""
    x = np.where(np.arange(20) < n_missing, np.nan, 1.0)
    with pytest.raises(SampleError) as caught:
        cox(np.arange(1.0, 21), np.ones(20), covariates=x, names=["age"])
    assert f"{n_missing} row(s): 0, 1, 2, 3, 4, 5, 6, 7, {end}" in str(caught.value)
