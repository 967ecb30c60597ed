"""Curves of those still free of events at a landmark, from the curves of everybody."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spine_outcomes.inference import Estimate, Label, concatenate

NOBODY_LEFT = "nobody is free of events after the landmark ({:g})"


def conditional_survival(survival: Estimate, landmark: float) -> Estimate:
    """Survival of those whose time is later than the landmark, S(t | T > L) = S(t)/S(L).

    Parameters
    ----------
    survival
        Survival of one or more arms (``kaplan_meier``), the landmark among its times.
    landmark
        L, in the unit of the times.

    Returns
    -------
    Estimate
        The times after L, with the label ``landmark``. Not estimable where S(t) or S(L) is not, or
        where S(L) is 0.

    Raises
    ------
    ValueError
        Where the landmark is not among the times of an arm.

    Notes
    -----
    An event or a censoring at exactly L has happened: T > L is asked. What comes out, influence
    included, is the curve of the rows with time > L alone (van Houwelingen, 2007); rows that enter
    after L join as they do in the whole curve. It corrects for an estimated propensity as any
    estimate does.
    """
    at_landmark = _at_landmark(survival, landmark)
    kept = _after(survival, landmark)
    base = [at_landmark[_group(survival.labels[i])] for i in kept]
    start = survival.value[base]
    ratio = np.divide(survival.value[kept], start, out=np.full(len(kept), np.nan), where=start > 0)
    rows = np.arange(len(kept))
    jacobian = np.zeros((len(kept), len(survival)))
    with np.errstate(divide="ignore", invalid="ignore"):  # not estimable at S(L) = 0
        jacobian[rows, kept] = 1 / start
        jacobian[rows, base] -= ratio / start
    return _conditional(survival, jacobian, ratio, list(zip(kept, base, strict=True)), landmark)


def conditional_incidence(survival: Estimate, incidence: Estimate, landmark: float) -> Estimate:
    """Incidence among those free of events at the landmark, (F_k(t) − F_k(L))/S(L).

    Parameters
    ----------
    survival
        Probability of being free of events of all causes (``kaplan_meier``), at least at L.
    incidence
        Incidence of one or more causes (``aalen_johansen``) on the same rows, L among its times.
    landmark
        L, in the unit of the times.

    Returns
    -------
    Estimate
        As ``conditional_survival``; with it the incidences of all causes add up to 1.

    Raises
    ------
    ValueError
        Where the landmark is not among the times of an arm or of a cause.
    """
    free, begun = _at_landmark(survival, landmark), _at_landmark(incidence, landmark)
    both, shift = concatenate(survival, incidence), len(survival)
    kept = _after(incidence, landmark)
    labels = [incidence.labels[i] for i in kept]
    base = [free[(label.get("arm"), None)] for label in labels]
    earlier = [begun[_group(label)] for label in labels]
    start = survival.value[base]
    gained = incidence.value[kept] - incidence.value[earlier]
    ratio = np.divide(gained, start, out=np.full(len(kept), np.nan), where=start > 0)
    rows = np.arange(len(kept))
    jacobian = np.zeros((len(kept), len(both)))
    with np.errstate(divide="ignore", invalid="ignore"):  # not estimable at S(L) = 0
        jacobian[rows, np.add(kept, shift)] = 1 / start
        jacobian[rows, np.add(earlier, shift)] = -1 / start
        jacobian[rows, base] = -ratio / start
    parts = [(i + shift, j + shift, s) for i, j, s in zip(kept, earlier, base, strict=True)]
    return _conditional(both, jacobian, ratio, parts, landmark)


def _group(label: Label) -> tuple[object, object]:
    """Arm and cause of a quantity."""
    return label.get("arm"), label.get("cause")


def _after(curve: Estimate, landmark: float) -> list[int]:
    """Positions of the times after the landmark."""
    return [i for i, label in enumerate(curve.labels) if float(str(label["time"])) > landmark]


def _at_landmark(curve: Estimate, landmark: float) -> dict[tuple[object, object], int]:
    """Position of the landmark in the curve of each arm and cause."""
    found = {_group(label): i for i, label in enumerate(curve.labels) if label["time"] == landmark}
    missing = {_group(label) for label in curve.labels} - set(found)
    if missing:
        raise ValueError(f"the landmark {landmark:g} is not among the times of every curve")
    return found


def _conditional(
    whole: Estimate,
    jacobian: np.ndarray,
    value: np.ndarray,
    parts: Sequence[tuple[int, ...]],
    landmark: float,
) -> Estimate:
    """Delta method; ``parts`` are the quantities each is made of, its own place first."""
    reasons = []
    for position, used in enumerate(parts):
        known = [whole.reasons[i] for i in used if whole.reasons[i] is not None]
        nobody = None if np.isfinite(value[position]) else NOBODY_LEFT.format(landmark)
        reasons.append(known[0] if known else nobody)
    is_estimable = np.array([reason is None for reason in reasons], dtype=bool)
    labels = [whole.labels[used[0]] for used in parts]
    jacobian = np.where(is_estimable[:, None], jacobian, 0.0)
    value = np.where(is_estimable, value, np.nan)
    return whole.transform(value, jacobian, labels, reasons).relabel(landmark=landmark)
