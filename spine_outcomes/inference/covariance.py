"""Clustered robust covariance of an influence matrix: the only one in the package.

Sum the influence within each cluster to S (clusters, k); the covariance is SᵀS. There is no G/(G−1)
factor, which is the convention of ``cluster()`` in R's survival package.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cluster_sums(
    influence: NDArray[np.float64], cluster: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Sum the influence within clusters, shape (n_clusters, k).

    Parameters
    ----------
    influence : ndarray, shape (n, k)
    cluster : ndarray of int, shape (n,), or None
        Codes 0, 1, …; None: every row is its own cluster.
    """
    if cluster is None:
        return influence
    n_clusters = int(cluster.max()) + 1 if len(cluster) else 0
    columns = [np.bincount(cluster, column, minlength=n_clusters) for column in influence.T]
    return np.stack(columns, axis=1) if columns else np.zeros((n_clusters, 0))


def clustered_covariance(
    influence: NDArray[np.float64], cluster: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Infinitesimal-jackknife covariance, shape (k, k)."""
    sums = cluster_sums(influence, cluster)
    return sums.T @ sums


def std_error(
    influence: NDArray[np.float64], cluster: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Square roots of the diagonal of the clustered covariance, shape (k,).

    NaN where all rows with an influence are of one cluster: nothing can be said about the variation
    between clusters, and the sum would be 0.
    """
    sums = cluster_sums(influence, cluster)
    error: NDArray[np.float64] = np.sqrt(np.einsum("ck,ck->k", sums, sums))
    if cluster is None:
        return error
    is_one = [_is_one_cluster(column, cluster) for column in influence.T]
    return np.where(is_one, np.nan, error)


def _is_one_cluster(column: NDArray[np.float64], cluster: NDArray[np.int64]) -> bool:
    """Whether the rows that have an influence all belong to one cluster."""
    touched = cluster[column != 0]
    return len(touched) > 0 and bool((touched == touched[0]).all())
