"""The figures that a plan of figures lists, drawn from the results of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from spine_outcomes.analysis.results import Results
from spine_outcomes.errors import PlanError, Problem
from spine_outcomes.figures.style import Sheet
from spine_outcomes.report.curve_pictures import (
    curve_picture,
    difference_pictures,
    effect_pictures,
    stacked_pictures,
)
from spine_outcomes.report.forests import forest_pictures
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.pictures import (
    balance_pictures,
    flow_chart,
    imputation_pictures,
    in_language,
)
from spine_outcomes.study.figures_plan import FigureItem
from spine_outcomes.study.key_path import did_you_mean
from spine_outcomes.tables.selection import headline_estimand

Maker = Callable[[Results, FigureItem], Iterator[Picture]]


def chosen_picture(results: Results, item: FigureItem, sheet: Sheet) -> Picture:
    """Draw one figure of a plan of figures.

    Raises
    ------
    PlanError
        If the results hold nothing that it could show; the message says what they hold.
    """
    plan = results.plan
    if item.endpoint is not None and item.endpoint not in plan.endpoints:
        close = did_you_mean(item.endpoint, plan.endpoints)
        raise _nothing(item, f"the results have no endpoint {item.endpoint!r}{close}")
    estimands = plan.propensity.estimands
    if item.estimand is not None and item.estimand not in estimands:
        message = f"the results have no {item.estimand}, only {', '.join(estimands)}"
        raise _nothing(item, message)
    found = next(MAKERS[item.kind](results, item), None)
    if found is None:
        raise _nothing(item, "the results hold nothing of this kind")
    return in_language(replace(found, id=item.id, sheet=sheet), results)


def _nothing(item: FigureItem, message: str) -> PlanError:
    """The error of a figure that shows nothing."""
    return PlanError(Problem("E_FIGURE", f"figure {item.id!r}: {message}", file="figures"))


def _curve(results: Results, item: FigureItem) -> Iterator[Picture]:
    """Curves of an endpoint; none where the plan shows none."""
    if len(results.curves):
        endpoint, estimand = str(item.endpoint), item.estimand or headline_estimand(results)
        yield curve_picture(
            results, endpoint, estimand, endpoint, with_difference=item.with_difference,
            weighted_counts=item.weighted_counts,
        )  # fmt: skip


def _of_rows(kind: str) -> Maker:
    """Maker of a figure of the analysed rows, of the plan's level first."""

    def make(results: Results, _: FigureItem) -> Iterator[Picture]:
        return (p for p in balance_pictures(results) if p.id.startswith(kind))

    return make


MAKERS: Mapping[str, Maker] = {
    "flow": lambda results, _: iter((flow_chart(results),)),
    "imputation": lambda results, _: imputation_pictures(results),
    "overlap": _of_rows("overlap"),
    "love": _of_rows("love"),
    "weights": _of_rows("weights"),
    "curve": _curve,
    "difference": lambda results, item: difference_pictures(
        results, str(item.endpoint), item.estimand
    ),
    "stacked": lambda results, item: stacked_pictures(results, str(item.endpoint), item.estimand),
    "effect": lambda results, item: effect_pictures(results, str(item.endpoint)),
    "forest": lambda results, _: forest_pictures(results),
}
