"""Multiple imputation by chained equations of rows nested in groups (lesions in patients).

Each variable with missing values is drawn in turn from a model given all the others, around and
around (van Buuren, 2007, Statistical Methods in Medical Research 16). A column of the group is
imputed once a group, from the sums and the means of the columns of its rows: what independent rows
say of their group adds up, rows that are alike say it once. A column of the row is imputed once a
row, also from its sum over the group's other rows, so that imputed rows of a group stay alike. What
only predicts is given for each level: a group is told of its rows' outcomes by their summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from spine_outcomes.imputation.variable import Variable

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """The variables of one level, on its n rows.

    Parameters
    ----------
    variables
        Imputed where they have missing values, and covariates of one another.
    predictors : ndarray, shape (n, q)
        Complete columns that only predict, at this level: arm, outcomes, auxiliary numbers.
    """

    variables: tuple[Variable, ...]
    predictors: Floats


@dataclass(frozen=True, eq=False)
class Imputed:
    """m completed data sets.

    Parameters
    ----------
    completed
        One mapping an imputation: name of an incomplete variable → its completed values (n,), on
        the rows of its own level.
    names
        Incomplete variables, in the order in which they are visited.
    mean, spread : ndarray, shape (m, iterations, len(names))
        Mean and standard deviation of the imputed values after every round: where the chains have
        settled, those of the m imputations mingle without a trend.
    """

    completed: tuple[dict[str, Floats], ...]
    names: tuple[str, ...]
    mean: Floats
    spread: Floats


def chained_equations(
    rows: Table,
    groups: Table | None = None,
    group: NDArray[np.int64] | None = None,
    *,
    imputations: int,
    iterations: int,
    seed: int,
    jobs: int | None = None,
) -> Imputed:
    """Complete the variables of both levels, ``imputations`` times.

    Parameters
    ----------
    rows
        Variables of the rows, n.
    groups, group : Table, ndarray of int, shape (n,)
        Variables of the groups, and the code 0 … G−1 of each row's; None: rows stand alone.
    imputations, iterations
    seed
        Each imputation has a generator of its own: ``jobs`` does not change a byte.
    jobs
        Processes; None: as joblib is configured.

    Raises
    ------
    ValueError
        A variable without any value.
    """
    chain = _Chain(rows, groups, group)
    seeds = np.random.SeedSequence(seed).spawn(imputations)
    found = Parallel(n_jobs=jobs)(delayed(chain.run)(s, iterations) for s in seeds)
    return Imputed(
        tuple(values for values, _ in found),
        tuple(chain.levels[i].variables[j].name for i, j in chain.visits),
        np.stack([trace[:, 0] for _, trace in found]),
        np.stack([trace[:, 1] for _, trace in found]),
    )


class _Chain:
    """What is visited, in which order, and what each variable is drawn from."""

    def __init__(self, rows: Table, groups: Table | None, group: NDArray[np.int64] | None) -> None:
        self.levels: Sequence[Table] = [rows] if groups is None else [rows, groups]
        self.group = np.arange(len(rows.predictors)) if group is None else group
        self.in_groups = np.argsort(self.group, kind="stable")
        self.first = np.flatnonzero(np.diff(self.group[self.in_groups], prepend=-1))
        incomplete = [
            (int(variable.is_missing.sum()), i, j)
            for i, level in enumerate(self.levels)
            for j, variable in enumerate(level.variables)
            if variable.is_missing.any()
        ]
        # From few missing values to many: the first models stand on the most that is known.
        self.visits = [(i, j) for _, i, j in sorted(incomplete)]
        for i, j in self.visits:
            if not self.levels[i].variables[j].is_donor.any():
                raise ValueError(f"{self.levels[i].variables[j].name} has no value to impute from")

    def run(
        self, seed: np.random.SeedSequence, iterations: int
    ) -> tuple[dict[str, Floats], Floats]:
        """Completed values, and a trace (iterations, 2, visits)."""
        rng = np.random.default_rng(seed)
        with threadpool_limits(limits=1):  # another number of threads gives other last digits
            values = [
                [_started(variable, rng) for variable in level.variables] for level in self.levels
            ]
            columns = [
                [v.encoded(value) for v, value in zip(level.variables, own, strict=True)]
                for level, own in zip(self.levels, values, strict=True)
            ]
            trace = np.empty((iterations, 2, len(self.visits)))
            for round_, step in np.ndindex(iterations, len(self.visits)):
                i, j = self.visits[step]
                variable = self.levels[i].variables[j]
                drawn = variable.draw(self._covariates(columns, i, j), rng)
                values[i][j][variable.is_missing] = drawn
                columns[i][j] = variable.encoded(values[i][j])
                trace[round_, :, step] = drawn.mean(), drawn.std()
        completed = {self.levels[i].variables[j].name: values[i][j] for i, j in self.visits}
        return completed, trace

    def _covariates(self, columns: list[list[Floats]], i: int, j: int) -> Floats:
        """Intercept, the other variables and the predictors, as the rows of level i see them."""
        blocks = list(self._seen(columns, i, j))
        return np.hstack([np.ones((len(blocks[0]), 1)), *blocks])

    def _seen(self, columns: list[list[Floats]], i: int, j: int) -> Iterator[Floats]:
        """The other variables and predictors of level i, the other level's, the other rows'."""
        for other, level in enumerate(self.levels):
            own = [c for k, c in enumerate(columns[other]) if (other, k) != (i, j)]
            if other == i:
                yield np.hstack([*own, level.predictors])
            elif own:
                block = np.hstack(own)
                yield block[self.group] if i == 0 else self._of_groups(block)
        if i == 0 and len(self.first) < len(self.group):
            mine = columns[0][j]
            yield self._summed(mine)[self.group] - mine

    def _of_groups(self, block: Floats) -> Floats:
        """Sums and means (G, 2q) of columns of the rows (n, q)."""
        sums = self._summed(block)
        return np.hstack([sums, sums / np.bincount(self.group)[:, None]])

    def _summed(self, block: Floats) -> Floats:
        sums: Floats = np.add.reduceat(block[self.in_groups], self.first)
        return sums


def _started(variable: Variable, rng: np.random.Generator) -> Floats:
    """Values with the missing ones drawn from those that they can have."""
    value = variable.value.copy()
    donors = value[variable.is_donor]
    value[variable.is_missing] = rng.choice(donors, int(variable.is_missing.sum()))
    return value
