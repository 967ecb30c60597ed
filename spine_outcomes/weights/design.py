"""The columns of a model: terms turned into blocks, blocks assembled into a checked matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.errors import DefinitionError, Finding, NotEstimableError, Problem, SampleError
from spine_outcomes.weights.collinearity import check_collinearity

INTERCEPT = "intercept"
KNOT_PERCENTILES = {3: (10, 50, 90), 4: (5, 35, 65, 95), 5: (5, 27.5, 50, 72.5, 95)}
RARE = 5


@dataclass(frozen=True, eq=False)
class Block:
    """The columns that one term contributes.

    Parameters
    ----------
    matrix : ndarray, shape (n, q)
    names : tuple of str, length q
    findings
        What a reader must know of the term: empty or rare levels.
    """

    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class Design:
    """A model matrix of full column rank; its first column is the intercept.

    Parameters
    ----------
    matrix : ndarray, shape (n, p)
    names : tuple of str, length p
    findings
        Columns dropped, rare levels, ill conditioning.
    """

    matrix: NDArray[np.float64]
    names: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def linear(name: str, x: NDArray[np.float64]) -> Block:
    """Take the numbers ``x`` (n,) as they are."""
    x = np.asarray(x, dtype=np.float64)
    values, counts = np.unique(x, return_counts=True)
    is_binary = len(values) == 2
    rare = _rare_levels([f"{name}={value:g}" for value in values], counts) if is_binary else ()
    return Block(x[:, None], (name,), rare)


def logarithm(name: str, x: NDArray[np.float64]) -> Block:
    """Natural logarithm of ``x`` (n,), all positive.

    Raises
    ------
    SampleError
        A value is zero or negative.
    """
    x = np.asarray(x, dtype=np.float64)
    is_outside = ~(x > 0)
    if is_outside.any():
        raise SampleError(
            Problem(
                "E_LOGARITHM",
                f"{is_outside.sum()} of {len(x)} values are not positive (smallest {x.min():g}): "
                "they have no logarithm.",
                column=name,
                fix="Correct the values, or enter the column linearly or as a spline.",
            )
        )
    return Block(np.log(x)[:, None], (f"log({name})",))


def restricted_cubic_spline(
    name: str, x: NDArray[np.float64], n_knots: int, at: NDArray[np.float64] | None = None
) -> Block:
    """Cubic spline of ``x`` (n,), linear beyond its outer knots: n_knots − 1 columns.

    With ``at`` (m,) the columns are those of other points, the knots still those of ``x``.

    The first column is x, column j + 1 is, with knots t₁ < … < t_k and u₊ = max(u, 0)::

        [(x−tⱼ)³₊ − (x−t_{k−1})³₊ (t_k−tⱼ)/(t_k−t_{k−1}) + (x−t_k)³₊ (t_{k−1}−tⱼ)/(t_k−t_{k−1})]
            / (t_k−t₁)²                                                        for j = 1, …, k−2.

    Raises
    ------
    DefinitionError
        Not 3, 4 or 5 knots.
    NotEstimableError
        Two knots coincide.

    Notes
    -----
    Knots are unweighted type-7 quantiles: 10, 50, 90 % for three; 5, 35, 65, 95 % for four;
    5, 27.5, 50, 72.5, 95 % for five (Harrell, Regression Modeling Strategies, 2nd ed. 2015,
    section 2.4.5 and table 2.3).
    """
    if n_knots not in KNOT_PERCENTILES:
        raise DefinitionError(
            Problem("E_KNOTS", f"{n_knots} knots; 3, 4 or 5 are allowed.", column=name)
        )
    x = np.asarray(x, dtype=np.float64)
    knots = np.percentile(x, KNOT_PERCENTILES[n_knots])
    if np.any(np.diff(knots) <= 0):
        raise NotEstimableError(
            Problem(
                "E_KNOTS",
                f"knots {', '.join(f'{knot:g}' for knot in knots)} coincide: too many equal values "
                f"for a spline with {n_knots} knots.",
                column=name,
                fix="Use fewer knots, cuts, or a linear term.",
            )
        )
    names = (name, *(name + "'" * j for j in range(1, n_knots - 1)))
    points = x if at is None else np.asarray(at, dtype=np.float64)
    return Block(np.column_stack([points, _spline_columns(points, knots)]), names)


def _spline_columns(x: NDArray[np.float64], knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cubic columns of the restricted spline, shape (n, k − 2)."""
    inner, last, end = knots[:-2], knots[-2], knots[-1]
    cubes = np.maximum(x[:, None] - knots, 0.0) ** 3
    tail = cubes[:, [-2]] * (end - inner) - cubes[:, [-1]] * (last - inner)
    columns: NDArray[np.float64] = (cubes[:, :-2] - tail / (end - last)) / (end - knots[0]) ** 2
    return columns


def categories(name: str, codes: NDArray[np.int64], levels: Sequence[str]) -> Block:
    """0/1 columns of every level present but the first, which is the reference.

    Parameters
    ----------
    name
        Column.
    codes : ndarray of int, shape (n,)
        0, 1, … by position in ``levels``.
    levels
        Names of the levels, the reference first. Levels without rows give no column.

    Raises
    ------
    SampleError
        A row whose code is not that of a level.
    """
    codes = np.asarray(codes)
    is_unknown = (codes < 0) | (codes >= len(levels))
    if is_unknown.any():
        raise SampleError(
            Problem(
                "E_LEVEL",
                f"{is_unknown.sum()} rows belong to none of the levels {', '.join(levels)}.",
                column=name,
                fix="Complete the levels, or leave these rows out.",
            )
        )
    names = [f"{name}={level}" for level in levels]
    counts = np.bincount(codes, minlength=len(levels))
    present = np.flatnonzero(counts)
    findings = _rare_levels([names[j] for j in present], counts[present])
    empty = [level for level, count in zip(levels, counts, strict=True) if count == 0]
    if empty:
        message = f"{name} has no row in level {', '.join(empty)}: no column of the model for it."
        findings = (Finding("N_EMPTY_LEVEL", message, "note", "propensity"), *findings)
    if len(present) == 1:
        findings = (_constant([name]), *findings)
    shown = present[1:]
    matrix = (codes[:, None] == shown).astype(np.float64)
    return Block(matrix, tuple(names[j] for j in shown), findings)


def cut(name: str, x: NDArray[np.float64], cuts: Sequence[float]) -> Block:
    """Categories of ``x`` (n,): below the first cut (the reference), then from each cut on.

    Examples
    --------
    >>> cut("age", np.array([40.0, 50.0, 70.0]), [50, 65]).names
    ('age=50 to under 65', 'age=65+')
    """
    edges = np.sort(np.asarray(cuts, dtype=np.float64))
    between = [f"{a:.10g} to under {b:.10g}" for a, b in pairwise(edges)]
    levels = [f"under {edges[0]:.10g}", *between, f"{edges[-1]:.10g}+"]
    return categories(name, np.searchsorted(edges, x, side="right"), levels)


def interaction(first: Block, second: Block) -> Block:
    """Products of every column of one block with every column of the other."""
    product = first.matrix[:, :, None] * second.matrix[:, None, :]
    names = tuple(f"{a}:{b}" for a in first.names for b in second.names)
    return Block(product.reshape(len(product), -1), names)


def assemble(blocks: Sequence[Block]) -> Design:
    """Intercept and blocks side by side, without constant columns, checked for collinearity.

    Raises
    ------
    DefinitionError
        No block.
    SampleError
        A value is missing or infinite.
    NotEstimableError
        Columns that are an exact linear combination of each other, named; or more columns than
        rows.
    """
    if not blocks:
        raise DefinitionError(Problem("E_NO_TERMS", "a model needs at least one term."))
    matrix = np.hstack([block.matrix for block in blocks])
    names = np.array([name for block in blocks for name in block.names], dtype=object)
    _check_finite(matrix, names)
    is_constant = matrix.max(axis=0) == matrix.min(axis=0)
    findings = [finding for block in blocks for finding in block.findings]
    if is_constant.any():
        findings.append(_constant(names[is_constant]))
    matrix, names = matrix[:, ~is_constant], names[~is_constant]
    findings += check_collinearity(matrix, tuple(names))
    return Design(
        np.column_stack([np.ones(len(matrix)), matrix]), (INTERCEPT, *names), tuple(findings)
    )


def _check_finite(matrix: NDArray[np.float64], names: NDArray[np.object_]) -> None:
    """Refuse missing and infinite values, naming every column that has them."""
    n_bad = (~np.isfinite(matrix)).sum(axis=0)
    if n_bad.any():
        raise SampleError(
            *(
                Problem(
                    "E_COVARIATE",
                    f"{n_bad[j]} of {len(matrix)} values are missing or infinite.",
                    column=names[j],
                    fix="Leave these rows out or impute them before the model.",
                )
                for j in np.flatnonzero(n_bad)
            )
        )


def _constant(names: Iterable[str]) -> Finding:
    """Columns with one value."""
    message = f"{', '.join(names)}: constant in these rows, left out of the model."
    return Finding("W_CONSTANT", message, "caution", "propensity")


def _rare_levels(names: Sequence[str], counts: NDArray[np.int64]) -> tuple[Finding, ...]:
    """Levels too small to tell anything of the arm; counts stay inside."""
    rare = [name for name, count in zip(names, counts, strict=True) if count < RARE]
    if not rare:
        return ()
    message = f"{', '.join(rare)}: fewer than {RARE} rows, the coefficient rests on very few."
    return (Finding("W_RARE_LEVEL", message, "caution", "propensity"),)
