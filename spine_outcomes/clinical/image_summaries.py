"""What the images of a lesion say as columns: the last one, how many, and a confirmed failure.

Nothing dated before ``since`` counts, and nothing that could not be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from spine_outcomes.clinical import images
from spine_outcomes.clinical.formula import Codes, Derived, Formula, Values, by_code, has_code_of
from spine_outcomes.clinical.records import Bools, Floats, Records


def _looks(
    records: Records, date: Floats, since: Floats, status: Codes, is_meant: Bools | None = None
) -> images.Looks:
    """Evaluable images from the start on; their status is coded 0, 1, 2, anything else is not."""
    codes = {str(code): code for code in (images.CLEAN, images.SUSPICIOUS, images.PROGRESSION)}
    found = by_code(status, (codes.get(str(code), -1) for code in status.categories), -1)
    is_seen = (date >= since) & (found >= 0)
    if is_meant is not None:
        is_seen &= is_meant
    return images.looks(records.row[is_seen], date[is_seen], found[is_seen])


def _last_image(
    records: Records,
    /,
    *,
    date: Floats,
    since: Floats,
    status: Codes,
    where: Floats | None = None,
) -> Derived:
    """Last evaluable image; of those where a column says yes, if one is named."""
    seen = _looks(records, date, since, status, None if where is None else where == 1)
    return Derived(images.last_look(seen, records.n), is_known=records.is_known)


def _n_images(
    records: Records, /, *, date: Floats, since: Floats, modality: Codes, modalities: Iterable[Any]
) -> Derived:
    """Images of some modalities, whether they could be evaluated or not."""
    rows = records.row[has_code_of(modality, modalities) & (date >= since)]
    count = np.bincount(rows, minlength=records.n)
    return Derived(count.astype(np.float64), is_known=records.is_known)


_Pick = Callable[[images.Looks, images.Failure], Floats]


def _of_failure(pick: _Pick) -> Callable[..., Derived]:
    """A column of the failure that images show; unknown of a lesion without an image."""

    def compute(
        records: Records,
        /,
        *,
        date: Floats,
        since: Floats,
        status: Codes,
        biopsy: Floats | None = None,
        salvage: Floats | None = None,
        symptoms: Floats | None = None,
    ) -> Derived:
        seen = _looks(records, date, since, status)
        others = [records.of_rows(d) for d in (biopsy, salvage, symptoms) if d is not None]
        failure = images.confirmed_failure(seen, records.n, others)
        has_look = np.bincount(seen.lesion, minlength=records.n) > 0
        return Derived(np.where(has_look, pick(seen, failure), np.nan), is_known=has_look)

    return compute


def _is_failed(_: images.Looks, failure: images.Failure) -> Values:
    """1 where a failure is confirmed, 0 where the images show none."""
    return np.isfinite(failure.day).astype(np.float64)


def _words(given: Mapping[str, Any]) -> str:
    named = [key for key in ("biopsy", "salvage", "symptoms") if given[key] is not None]
    other = f", by {' or by '.join(named)}" if named else ""
    return (
        "Failure: dated at the first of a run of suspicious or progressive images, once the run "
        f"holds a progression and is confirmed, by a second image{other}; one suspicious image, or "
        "one followed by a clean image, is none."
    )


IMAGE_SUMMARIES: Mapping[str, Formula] = {
    "last_image": Formula(_last_image),
    "n_images": Formula(_n_images),
    "failure": Formula(_of_failure(_is_failed), _words),
    "failure_date": Formula(_of_failure(lambda _, failure: failure.day), _words),
    "failure_confirmed": Formula(_of_failure(lambda _, failure: failure.confirmed), _words),
    "last_clean_image": Formula(
        _of_failure(lambda seen, failure: images.last_clean(seen, failure.day)), _words
    ),
}
"""Summaries of images by the name that a dictionary gives them."""
