"""Adjusted p values of several tests that share one error."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.multitest import multipletests

Method = Literal["holm", "hochberg", "hierarchical"]
STEPWISE = {"holm": "holm", "hochberg": "simes-hochberg"}


def adjust_p_values(p_values: ArrayLike, method: Method) -> NDArray[np.float64]:
    """Smallest familywise error at which each test would reject.

    Parameters
    ----------
    p_values : array_like, shape (m,)
        NaN for a test that could not be made: it counts as 1, so that it helps no other, and has no
        adjusted p value.
    method
        ``holm`` (Holm, 1979) and ``hochberg`` (Hochberg, 1988: more powerful, for independent or
        positively dependent tests), by statsmodels; ``hierarchical``: a fixed sequence, in which
        each test is made only if all before it rejected, so that its adjusted p value is the
        largest so far (Maurer, Hothorn and Lehmacher, 1995).

    Returns
    -------
    ndarray, shape (m,)

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03], "holm")
    array([0.03, 0.06, 0.06])
    >>> adjust_p_values([0.01, 0.04, 0.03], "hierarchical")
    array([0.01, 0.04, 0.04])
    """
    found = np.asarray(p_values, dtype=np.float64)
    is_made = np.isfinite(found)
    counted = np.where(is_made, found, 1.0)
    if method == "hierarchical":
        adjusted = np.maximum.accumulate(counted)
    elif method in STEPWISE:
        adjusted = multipletests(counted, method=STEPWISE[method])[1] if len(counted) else counted
    else:
        raise ValueError(f"method is {method!r}; allowed: holm, hochberg, hierarchical")
    return np.where(is_made, adjusted, np.nan)
