"""Everything that is compared on the user's machine, as one frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from spine_outcomes.qualification import engines
from spine_outcomes.qualification.against_r import (
    bounds_compared,
    propensity_compared,
    weighted_compared,
)
from spine_outcomes.qualification.comparison import ITERATIVE, Compared, certificate_frame
from spine_outcomes.qualification.public_cohorts import (
    COHORTS,
    WEIGHTS,
    PublicCohort,
    public_cohort,
)
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.kaplan_meier import kaplan_meier


def certificate(step: Callable[[str], None] = lambda _: None) -> pd.DataFrame:
    """Compare every method with R's answers on public cohorts and with other packages on them.

    Parameters
    ----------
    step
        Is told the name of each part when it starts.

    Returns
    -------
    DataFrame
        ``CERTIFICATE_COLUMNS``, one row a number.
    """
    return pd.concat(list(_parts(step)), ignore_index=True)


def _parts(step: Callable[[str], None]) -> Iterator[pd.DataFrame]:
    """The comparisons of each cohort under each set of weights, then those without a cohort."""
    for name in COHORTS:
        step(f"Comparing on {name}")
        cohort = public_cohort(name)
        yield certificate_frame(name, "", propensity_compared(cohort))
        for estimand in WEIGHTS:
            yield certificate_frame(name, estimand, weighted_compared(cohort, estimand))
            yield certificate_frame(name, estimand, _other_packages(cohort, estimand))
    step("Comparing stopping bounds")
    yield certificate_frame("", "", bounds_compared())


def _other_packages(cohort: PublicCohort, estimand: str) -> Iterator[Compared]:
    """Hazard ratio and curves by lifelines and statsmodels, which run on this machine."""
    weight, time, status = cohort.weight(estimand), cohort.time, cohort.status
    ours = cox(time, status, weight, covariates=cohort.arm).estimate.value
    ratio = engines.log_hazard_ratio(time, status == 1, cohort.arm, weight)
    source = engines.name_of("lifelines")
    yield Compared("Cox, Efron", "log ratio of arm", ours, ratio, source, ITERATIVE)
    times, source = cohort.answers["landmarks"], engines.name_of("statsmodels")
    for arm in (0, 1):
        own = np.where(cohort.arm == arm, weight, 0.0)
        at = [f"{{}} at {time:g} in arm {arm}" for time in times]
        survival = kaplan_meier(time, status > 0, own, times=times).value
        named = [name.format("survival free of any event") for name in at]
        theirs = engines.survival(time, status > 0, own, times)
        yield Compared("Kaplan–Meier", named, survival, theirs, source)
        incidence = aalen_johansen(time, status, own, times=times).value
        named = [name.format("incidence of cause 1") for name in at]
        theirs = engines.incidence(time, status, own, times)
        yield Compared("Aalen–Johansen", named, incidence, theirs, source)
