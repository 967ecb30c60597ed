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
    """Square roots of the diagonal of the clustered covariance, shape (k,)."""
    sums = cluster_sums(influence, cluster)
    return np.asarray(np.sqrt(np.einsum("ck,ck->k", sums, sums)), dtype=np.float64)


def n_clusters(
    influence: NDArray[np.float64],
    cluster: NDArray[np.int64] | None,
    negligible: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Number of clusters that influence each quantity, shape (k,); arguments as below."""
    codes = np.arange(len(influence)) if cluster is None else cluster
    touched = (np.abs(influence) > negligible).T
    return np.array(
        [np.count_nonzero(np.bincount(codes[rows])) for rows in touched], dtype=np.int64
    )


def is_one_cluster(
    influence: NDArray[np.float64],
    cluster: NDArray[np.int64] | None,
    negligible: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether only rows of one cluster influence each quantity, shape (k,).

    Their influence sums to zero, which is no standard error: it says nothing about the variation
    between clusters.

    Parameters
    ----------
    influence : ndarray, shape (n, k)
    cluster : ndarray of int, shape (n,), or None
    negligible : ndarray, shape (k,)
        Influence up to this size is round-off.
    """
    if cluster is None:
        return np.zeros(influence.shape[1], dtype=bool)
    touched = [
        cluster[np.abs(column) > limit]
        for column, limit in zip(influence.T, negligible, strict=True)
    ]
    return np.array(
        [len(codes) > 0 and codes.min() == codes.max() for codes in touched], dtype=bool
    )
