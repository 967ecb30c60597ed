"""Point estimates of one arm or of two by other packages, from the same rows and weights.

Only what they have right is asked of them: lifelines' Cox coefficient and statsmodels' curves, not
the errors of either, which take weights for copies or forget the ties.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
# Newton's steps are to end at the last digits, not at lifelines' default of 1e-7.
PRECISE = {"precision": 1e-12, "r_precision": 1e-14}


def name_of(package: str) -> str:
    """A package with its version, as a table names it."""
    return f"{package} {version(package)}"


def log_hazard_ratio(
    time: Floats,
    is_event: NDArray[np.bool_],
    arm: NDArray[np.int64],
    weight: Floats,
    entry: Floats | None = None,
) -> float:
    """Weighted Cox log hazard ratio of arm 1 against arm 0, Efron's ties, by lifelines.

    Every array has shape (n,); rows with weight 0 are left out.
    """
    from lifelines import CoxPHFitter

    columns = {"time": time, "is_event": is_event, "arm": arm, "weight": weight}
    frame = pd.DataFrame(columns if entry is None else columns | {"entry": entry})
    fitted = CoxPHFitter().fit(
        frame[weight > 0],
        "time",
        "is_event",
        weights_col="weight",
        entry_col=None if entry is None else "entry",
        robust=True,  # without it lifelines warns of weights that are not integers
        fit_options=PRECISE,
    )
    return float(fitted.params_["arm"])


def survival(
    time: Floats,
    is_event: NDArray[np.bool_],
    weight: Floats,
    times: ArrayLike,
    entry: Floats | None = None,
) -> Floats:
    """Weighted Kaplan–Meier survival at ``times`` (k,), by statsmodels."""
    from statsmodels.duration.survfunc import SurvfuncRight

    rows = weight > 0
    curve = SurvfuncRight(
        time[rows],
        is_event[rows].astype(np.int64),
        entry=None if entry is None else entry[rows],
        freq_weights=weight[rows],
    )
    return _read(curve.surv_times, curve.surv_prob, times, before=1.0)


def incidence(
    time: Floats, status: NDArray[np.int64], weight: Floats, times: ArrayLike, cause: int = 1
) -> Floats:
    """Weighted Aalen–Johansen incidence of a cause at ``times`` (k,), by statsmodels."""
    from statsmodels.duration.survfunc import CumIncidenceRight

    rows = weight > 0
    if not (status[rows] == cause).any():  # statsmodels has no curve of what never happened
        return np.zeros(np.shape(times))
    curve = CumIncidenceRight(time[rows], status[rows], freq_weights=weight[rows])
    return _read(curve.times, curve.cinc[cause - 1], times, before=0.0)


def _read(steps: Floats, values: Floats, times: ArrayLike, *, before: float) -> Floats:
    """A right-continuous step function at ``times``."""
    position = np.searchsorted(steps, np.asarray(times, dtype=np.float64), side="right")
    return np.concatenate([[before], np.asarray(values, dtype=np.float64)])[position]
