"""One look of a monitored comparison: what the estimate says given the looks made before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.errors import DefinitionError, NotEstimableError, Problem
from spine_outcomes.interim.boundaries import Boundaries, by_spending, check_test
from spine_outcomes.interim.prospects import Prior, Prospects, prospects
from spine_outcomes.interim.recursion import Floats, information_of
from spine_outcomes.interim.spending import Spending, check_spending, spent
from spine_outcomes.interim.stagewise import Limits, Stagewise, stagewise


@dataclass(frozen=True)
class SequentialDesign:
    """How a comparison is monitored; decided before the first look.

    Parameters
    ----------
    maximum_information
        Information, 1/variance of the log hazard ratio, at which the study is to end.
    family
        Spending function.
    alpha, sides
        Level and sides of the whole test.
    parameter
        Of the spending function.
    effect
        Log hazard ratio that the study was planned for; its sign says which way is a benefit. None:
        none was, and a ratio below 1 is a benefit.

    Raises
    ------
    DefinitionError
        For settings that cannot be.
    """

    maximum_information: float
    family: Spending = "obrien_fleming"
    alpha: float = 0.05
    sides: int = 2
    parameter: float | None = None
    effect: float | None = None

    def __post_init__(self) -> None:
        check_test(self.alpha, self.sides)
        check_spending(self.family, self.alpha / self.sides, self.parameter)
        problems = []
        if not (np.isfinite(self.maximum_information) and self.maximum_information > 0):
            message = "the maximum information must be finite and above 0"
            problems.append(
                Problem("E_INFORMATION", message, value=f"{self.maximum_information:.6g}")
            )
        if self.effect is not None and not (np.isfinite(self.effect) and self.effect != 0):
            message = "the planned log hazard ratio must be finite and not 0"
            problems.append(Problem("E_EFFECT", message, value=f"{self.effect:.6g}"))
        if problems:
            raise DefinitionError(*problems)

    @property
    def direction(self) -> int:
        """Sign of a log hazard ratio that is a benefit."""
        return 1 if self.effect is not None and self.effect > 0 else -1

    @property
    def level(self) -> float:
        """Confidence level that goes with the test."""
        return 1 - 2 * self.alpha / self.sides


@dataclass(frozen=True, eq=False)
class Assessment:
    """What a look says.

    Parameters
    ----------
    estimate, std_error
        Log hazard ratio.
    z
        Their ratio.
    information, fraction
        1/variance, and relative to the planned maximum.
    boundaries
        Bounds of this look, the last, and of those before.
    crossed
        ``"benefit"`` or ``"harm"`` if the look is outside its bounds, ``"harm"`` by a two-sided
        test only.
    repeated
        Repeated confidence interval of the log hazard ratio: valid at every look, whatever is
        decided.
    stagewise
        P value, estimate and interval if the study ends with this look.
    prospects
        Conditional and predictive power; None when no information is to come.
    """

    estimate: float
    std_error: float
    z: float
    information: float
    fraction: float
    boundaries: Boundaries
    crossed: Literal["benefit", "harm"] | None
    repeated: Limits
    stagewise: Stagewise
    prospects: Prospects | None

    @property
    def bound(self) -> float:
        """Bound of |Z|, or of Z towards a benefit in a one-sided test, at this look."""
        return float(self.boundaries.z[-1])

    @property
    def nominal_p(self) -> float:
        """P value that just crosses at this look."""
        return float(self.boundaries.nominal_p[-1])

    @property
    def alpha_spent(self) -> float:
        """Error spent with this look."""
        return float(self.boundaries.alpha_spent[-1])


def information_from(std_error: float) -> float:
    """Information of an estimate: 1/variance, of its robust and corrected standard error.

    Raises
    ------
    NotEstimableError
        Without a standard error above 0: a look without an estimate cannot be monitored.
    """
    if not (np.isfinite(std_error) and std_error > 0):
        raise NotEstimableError(
            Problem(
                "E_NO_INFORMATION",
                "the monitored log hazard ratio has no standard error at this look, so there is "
                "no information to compare with the plan",
                fix="Report the look without boundaries, and monitor from the next.",
            )
        )
    return float(std_error**-2)


def boundaries_at_looks(
    design: SequentialDesign,
    information: ArrayLike,
    *,
    final: bool = False,
    previous: Boundaries | None = None,
) -> Boundaries:
    """Bounds for the looks actually made, at the information that they had.

    Parameters
    ----------
    design
        The plan. How many looks there are is free.
    information : array_like (k,)
        Information at each look so far, as it was then.
    final
        Whether the last look ends the study: it spends what is left, also before the planned
        maximum. A look at or beyond the maximum always does.
    previous
        Bounds printed at the looks before, which stay; left out, they follow from ``information``.

    Raises
    ------
    SampleError
        For information that is not finite, not above 0 or does not grow.

    Notes
    -----
    The error of a look is that of its fraction of the planned maximum; its bound follows from the
    information itself, so a look beyond the maximum has its true correlation with those before
    (Lan and DeMets, 1983; Jennison and Turnbull, 2000, section 7.4). After all is spent a further
    look has an infinite bound.

    Examples
    --------
    Planned for 100, the last look came at 110:

    >>> boundaries_at_looks(SequentialDesign(100.0), [50, 75, 110]).z.round(6)
    array([2.962588, 2.359018, 2.030714])
    """
    fraction = information_of(information) / design.maximum_information
    error = design.alpha / design.sides
    side = spent(design.family, fraction, error, parameter=design.parameter)
    if final:
        side = np.append(side[:-1], error)
    return by_spending(
        fraction,
        side,
        family=design.family,
        alpha=design.alpha,
        sides=design.sides,
        parameter=design.parameter,
        previous=previous,
    )


def assess(
    design: SequentialDesign,
    information: ArrayLike,
    estimate: float,
    *,
    final: bool = False,
    previous: Boundaries | None = None,
    future: ArrayLike = (),
    prior: Prior | None = None,
) -> Assessment:
    """Assess one look.

    Parameters
    ----------
    design
        The plan.
    information : array_like (k,)
        Information at the looks so far; the last is 1/variance of ``estimate``.
    estimate
        Log hazard ratio at this look.
    final, previous
        As in ``boundaries_at_looks``.
    future : array_like
        Information of the looks to come, ending at the maximum, for conditional and predictive
        power; one at the maximum if left out.
    prior
        Normal prior of the log hazard ratio for predictive power; flat if left out.

    Raises
    ------
    SampleError, NotEstimableError
        For information that cannot be, and an estimate that is not finite.

    Examples
    --------
    >>> look = assess(SequentialDesign(100.0, effect=-0.4), [40.0, 75.0], -0.3)
    >>> look.crossed, [round(limit, 4) for limit in look.repeated]
    ('benefit', [-0.5708, -0.0292])
    """
    if not np.isfinite(estimate):
        raise NotEstimableError(Problem("E_ESTIMATE", "the monitored estimate is not finite"))
    looks = information_of(information)
    boundaries = boundaries_at_looks(design, looks, final=final, previous=previous)
    now, towards = float(looks[-1]), design.direction
    std_error = now**-0.5
    z, bound = estimate / std_error, float(boundaries.z[-1])
    to_come = _to_come(design, now, future, final)
    return Assessment(
        estimate,
        std_error,
        z,
        now,
        now / design.maximum_information,
        boundaries,
        _crossed(towards * z, bound, design.sides),
        (estimate - bound * std_error, estimate + bound * std_error),
        stagewise(looks, boundaries, estimate, direction=towards, level=design.level),
        None if not len(to_come) else _prospects(design, boundaries, estimate, to_come, prior),
    )


def _crossed(towards: float, bound: float, sides: int) -> Literal["benefit", "harm"] | None:
    """The bound that a z, positive towards a benefit, has reached."""
    if towards >= bound:
        return "benefit"
    return "harm" if sides == 2 and towards <= -bound else None


def _to_come(design: SequentialDesign, now: float, future: ArrayLike, final: bool) -> Floats:
    """Information of the looks to come."""
    given = np.asarray(future, dtype=np.float64)
    if final or now >= design.maximum_information:
        return np.empty(0)
    return information_of(given if len(given) else [design.maximum_information], after=now)


def _prospects(
    design: SequentialDesign,
    boundaries: Boundaries,
    estimate: float,
    to_come: Floats,
    prior: Prior | None,
) -> Prospects:
    """What the looks to come may still show."""
    so_far = boundaries.information_fraction * design.maximum_information
    looks = np.concatenate([so_far, to_come])
    ahead = boundaries_at_looks(design, looks, final=True, previous=boundaries)
    return prospects(
        (float(so_far[-1]), estimate),
        to_come,
        ahead.z[-len(to_come) :],
        sides=design.sides,
        direction=design.direction,
        planned=design.effect,
        prior=prior,
    )
