"""Whether a plan fits the dictionary of its cohort: every column, code and permission it names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from spine_outcomes.errors import PlanError
from spine_outcomes.study.column_checks import codes, date, existing, number, population
from spine_outcomes.study.covariate_checks import Fault, covariate_faults
from spine_outcomes.study.dictionary import DataDictionary, unknown_table
from spine_outcomes.study.endpoint_checks import endpoint_faults
from spine_outcomes.study.interim_checks import interim_faults
from spine_outcomes.study.key_path import KeyPath, dotted
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.terms import Term
from spine_outcomes.study.toxicity_checks import toxicity_faults
from spine_outcomes.study.variants import plan_problem, subgroup_plans, variants


def check_plan(plan: AnalysisPlan, dictionary: DataDictionary) -> None:
    """Check that every column, code and permission a plan needs is in the dictionary.

    Raises
    ------
    PlanError
        Naming every problem: a column that does not exist (with the nearest name), a covariate that
        is not fixed before the arm or that the dictionary forbids, the arm, an outcome or an
        identifier as a covariate, a dose column outside a sensitivity analysis that says why, a
        code that the column cannot have, a date that is none, a form that does not fit the type.
    """
    faults = list(_faults(plan, dictionary, in_sensitivity=False))
    faults += _further_faults(plan, dictionary, frozenset(faults))
    if faults:
        raise PlanError(*(plan_problem(plan, *fault) for fault in faults))


def _further_faults(
    plan: AnalysisPlan, dictionary: DataDictionary, seen: Collection[Fault]
) -> Iterator[Fault]:
    """What the changes of sensitivity analyses and subgroups bring, each at its own key."""
    for key, plans in (("sensitivity", variants(plan)), ("subgroups", subgroup_plans(plan))):
        for i, variant in enumerate(plans.values()):
            analysis = getattr(plan, key)[i]
            for fault in _faults(variant, dictionary, in_sensitivity=key == "sensitivity"):
                path, code, text = fault
                if fault not in seen:
                    text = f"in {analysis.kind} {analysis.name!r}, {dotted(path)}: {text}"
                    yield (key, i, "change"), code, text


def _faults(
    plan: AnalysisPlan, dictionary: DataDictionary, *, in_sensitivity: bool
) -> Iterator[Fault]:
    """Every fault of one plan."""
    yield from _long_tables(plan, dictionary)
    yield from _structure(plan, dictionary)
    yield from endpoint_faults(plan, dictionary)
    yield from population(("population",), plan.population, dictionary)
    yield from _subgroups(plan, dictionary)
    yield from _tables(plan, dictionary)
    yield from covariate_faults(plan, dictionary, in_sensitivity=in_sensitivity)
    yield from toxicity_faults(plan, dictionary)
    yield from _shifted_dates(plan, dictionary)
    yield from interim_faults(plan, dictionary)


def _long_tables(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Long tables that the dictionary does not describe."""
    known = [table.name for table in dictionary.tables]
    for name in plan.tables:
        if name not in known:
            yield ("tables", name), "E_TABLE", unknown_table(name, dictionary)


def _structure(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Arm, cluster and origin."""
    arms = plan.arms
    here: KeyPath = ("arms", "column")
    yield from existing(here, arms.column, dictionary)
    if arms.column in dictionary:
        column = dictionary[arms.column]
        if column.phase != "exposure":
            text = f"{arms.column!r} has phase {column.phase}; the arm must have phase exposure"
            yield here, "E_NOT_THE_ARM", text
        yield from codes(("arms", "reference"), column, (arms.reference,))
        yield from codes(("arms", "comparator"), column, (arms.comparator,))
    if arms.level == "lesion" and dictionary.table.row == "patient":
        yield ("arms", "level"), "E_LEVEL", "lesion, in a table whose rows are patients"
    if plan.cluster is not None:
        yield from existing(("cluster",), plan.cluster, dictionary)
    if plan.estimation.instrument is not None:
        yield from _instrument(plan.estimation.instrument.column, dictionary)
    yield from date(("origin",), plan.origin, dictionary)
    yield from date(("index", "earliest"), plan.index.earliest, dictionary)
    if plan.index.then_largest is not None:
        yield from number(("index", "then_largest"), plan.index.then_largest, dictionary)


def _instrument(name: str, dictionary: DataDictionary) -> Iterator[Fault]:
    """Whoever treated a row, known before the arm."""
    here: KeyPath = ("estimation", "instrument", "column")
    yield from existing(here, name, dictionary)
    if name in dictionary and dictionary[name].phase != "baseline":
        text = f"{name!r} has phase {dictionary[name].phase}; an instrument must be baseline"
        yield here, "E_NOT_BASELINE", text


def _shifted_dates(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Calendar time, where each record's dates were moved by days that nobody knows."""
    redcap = dictionary.table.redcap
    if redcap is None or not redcap.date_shifted:
        return
    why = "the dates of this export were shifted (table.redcap.date_shifted), each record's by its"
    if plan.cutoff is not None:
        yield ("cutoff",), "E_DATE_SHIFTED", f"{why} own days: a cut-off has no meaning"
    for i, term in enumerate(plan.propensity.terms):
        derivation = (
            dictionary[term.column].derivation
            if isinstance(term, Term) and term.column in dictionary
            else None
        )
        if derivation is not None and derivation.name == "decimal_year":
            text = f"{why} own days: calendar time explains nothing"
            yield ("propensity", "terms", i), "E_DATE_SHIFTED", text


def _subgroups(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Subgroups are made of codes or numbers of baseline columns."""
    for i, subgroup in enumerate(plan.subgroups):
        path: KeyPath = ("subgroups", i)
        here = (*path, "column")
        needed = existing if subgroup.cuts is None else number
        yield from needed(here, subgroup.column, dictionary)
        if subgroup.column in dictionary:
            column = dictionary[subgroup.column]
            if column.phase == "treatment" and subgroup.override is None:
                text = f"{subgroup.column!r} was decided together with the arm (phase treatment)"
                yield here, "E_NOT_BASELINE", f"{text}: say why it divides the rows, in override"
            elif column.phase not in ("baseline", "treatment"):
                text = f"{subgroup.column!r} has phase {column.phase}; a subgroup must be baseline"
                yield here, "E_NOT_BASELINE", text
            for name, level in subgroup.codes.items():
                yield from codes((*path, "levels", name), column, level)


def _tables(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns of the baseline table and of the imaging schedule."""
    for i, name in enumerate(plan.baseline_table or ()):
        path: KeyPath = ("baseline_table", i)
        yield from existing(path, name, dictionary)
        if name in dictionary and dictionary[name].phase in ("identifier", "post_baseline"):
            text = f"{name!r} has phase {dictionary[name].phase} and describes no one at baseline"
            yield path, "E_NOT_BASELINE", text
    if plan.imaging is not None:
        yield from number(("imaging", "visits"), plan.imaging.visits, dictionary)
        yield from date(("imaging", "last"), plan.imaging.last, dictionary)
        yield from date(("imaging", "last_contact"), plan.imaging.last_contact, dictionary)
