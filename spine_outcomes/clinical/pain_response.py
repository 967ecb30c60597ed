"""Pain response by the international consensus (Chow 2012, Int J Radiat Oncol 82:1730)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def pain_response(
    pain_before: Numbers,
    pain_after: Numbers,
    opioid_before: Numbers,
    opioid_after: Numbers,
    *,
    evaluable_from: float = 1,
) -> NDArray[np.str_]:
    """Response of pain at the treated site.

    Parameters
    ----------
    pain_before, pain_after : ndarray, shape (n,)
        Worst pain, 0 to 10.
    opioid_before, opioid_after : ndarray, shape (n,)
        Oral morphine equivalent, in mg a day.
    evaluable_from
        Least pain before treatment that can respond (1 here; 2 in SC.24).

    Returns
    -------
    ndarray of str, shape (n,)
        - ``CR``: no pain, and not more opioid.
        - ``PR``: pain lower by 2 or more and not more opioid, or opioid lower by a quarter or more
          and not more pain.
        - ``PP``: pain higher by 2 or more and not a quarter less opioid, or opioid higher by a
          quarter or more and pain not lower.
        - ``IR``: anything else.
        - Empty: too little pain before, or a value is missing.

    Examples
    --------
    >>> before, after = np.array([6.0, 6.0, 6.0]), np.array([0.0, 4.0, 8.0])
    >>> pain_response(before, after, np.full(3, 20.0), np.full(3, 20.0)).tolist()
    ['CR', 'PR', 'PP']
    """
    change = pain_after - pain_before
    has_not_more = opioid_after <= opioid_before
    is_quarter_less = (opioid_after <= 0.75 * opioid_before) & (opioid_before > 0)
    is_quarter_more = (opioid_after >= 1.25 * opioid_before) & ~has_not_more
    known = pain_before + pain_after + opioid_before + opioid_after
    return np.select(
        [
            np.isnan(known) | (pain_before < evaluable_from),
            (pain_after == 0) & has_not_more,
            ((change <= -2) & has_not_more) | (is_quarter_less & (change <= 0)),
            ((change >= 2) & ~is_quarter_less) | (is_quarter_more & (change >= 0)),
        ],
        ["", "CR", "PR", "PP"],
        "IR",
    )
