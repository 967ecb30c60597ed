"""Whether a plan fits the dictionary of its cohort: every column, code and permission it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spine_outcomes.errors import PlanError, printable
from spine_outcomes.study.covariate_checks import Fault, covariate_faults, unknown_column
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.endpoint import Endpoint, Source, StatusColumn, as_tuple
from spine_outcomes.study.key_path import KeyPath, dotted
from spine_outcomes.study.model import Code
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.variants import plan_problem, variants

BEFORE_OUTCOME = ("identifier", "baseline", "exposure")


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
    seen = set(faults)
    names = [sensitivity.name for sensitivity in plan.sensitivity]
    for name, variant in variants(plan).items():
        here: KeyPath = ("sensitivity", names.index(name), "change")
        for fault in _faults(variant, dictionary, in_sensitivity=True):
            if fault not in seen:
                path, code, text = fault
                text = f"in the sensitivity analysis {name!r}, {dotted(path)}: {text}"
                faults.append((here, code, text))
    if faults:
        raise PlanError(*(plan_problem(plan, *fault) for fault in faults))


def _faults(
    plan: AnalysisPlan, dictionary: DataDictionary, *, in_sensitivity: bool
) -> Iterator[Fault]:
    """Every fault of one plan."""
    yield from _structure(plan, dictionary)
    yield from _endpoints(plan, dictionary)
    yield from _population(plan, dictionary)
    yield from _subgroups(plan, dictionary)
    yield from _tables(plan, dictionary)
    yield from covariate_faults(plan, dictionary, in_sensitivity=in_sensitivity)


def _structure(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Arm, cluster and origin."""
    arms = plan.arms
    here: KeyPath = ("arms", "column")
    yield from _exists(here, arms.column, dictionary)
    if arms.column in dictionary:
        column = dictionary[arms.column]
        if column.phase != "exposure":
            text = f"{arms.column!r} has phase {column.phase}; the arm must have phase exposure"
            yield here, "E_NOT_THE_ARM", text
        yield from _codes(("arms", "reference"), column, (arms.reference,))
        yield from _codes(("arms", "comparator"), column, (arms.comparator,))
    if arms.level == "lesion" and dictionary.table.row == "patient":
        yield ("arms", "level"), "E_LEVEL", "lesion, in a table whose rows are patients"
    if plan.cluster is not None:
        yield from _exists(("cluster",), plan.cluster, dictionary)
    yield from _date(("origin",), plan.origin, dictionary)
    yield from _date(("index", "earliest"), plan.index.earliest, dictionary)
    if plan.index.then_largest is not None:
        yield from _number(("index", "then_largest"), plan.index.then_largest, dictionary)


def _endpoints(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Dates that are dates, flags that have their codes, times that are numbers."""
    for name, endpoint in plan.endpoints.items():
        here: KeyPath = ("endpoints", name)
        if endpoint.level == "lesion" and dictionary.table.row == "patient":
            yield (*here, "level"), "E_LEVEL", "lesion, in a table whose rows are patients"
        has_order = plan.origin is not None or plan.index.earliest is not None
        if endpoint.level == "patient" and dictionary.table.row == "lesion" and not has_order:
            text = "needs index.earliest or origin: which row stands for its patient"
            yield (*here, "level"), "E_LEVEL", text
        yield from _endpoint(here, endpoint, dictionary)


def _endpoint(here: KeyPath, endpoint: Endpoint, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns of one endpoint."""
    groups: list[tuple[KeyPath, tuple[Source, ...]]] = [((*here, "event"), endpoint.event)]
    groups += [((*here, "competing", k), group) for k, group in endpoint.competing.items()]
    for path, sources in groups:
        for i, source in enumerate(sources):
            yield from _source((*path, i), source, dictionary)
    if endpoint.censor is not None:
        yield from _date((*here, "censor", "date"), endpoint.censor.date, dictionary)
        for i, date in enumerate(endpoint.censor.or_before):
            yield from _date((*here, "censor", "or_before", i), date, dictionary)
    if endpoint.entry is not None:
        needed = _date if endpoint.is_dated else _number
        yield from needed((*here, "entry"), endpoint.entry, dictionary)
    if endpoint.time is not None:
        yield from _number((*here, "time", "column"), endpoint.time.column, dictionary)
    if endpoint.status is not None:
        yield from _states((*here, "status", "column"), endpoint.status, dictionary)


def _states(path: KeyPath, status: StatusColumn, dictionary: DataDictionary) -> Iterator[Fault]:
    """Every state the column can have has a meaning, and no other."""
    yield from _exists(path, status.column, dictionary)
    if status.column in dictionary:
        column = dictionary[status.column]
        yield from _codes(path, column, status.codes)
        for code in column.codes or ():
            if code not in status.codes:
                text = f"the code {code!r} of {column.name!r} has no meaning in this endpoint"
                yield path, "E_CODE", text


def _source(path: KeyPath, source: Source, dictionary: DataDictionary) -> Iterator[Fault]:
    """Date and flag of one source."""
    yield from _date((*path, "date"), source.date, dictionary)
    if source.flag is not None and source.equals is not None:
        yield from _exists((*path, "flag"), source.flag, dictionary)
        if source.flag in dictionary:
            codes = as_tuple(source.equals)
            yield from _codes((*path, "equals"), dictionary[source.flag], codes)


def _population(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Eligibility looks at nothing later than the arm."""
    for i, step in enumerate(plan.population.eligibility):
        path: KeyPath = ("population", "eligibility", i, "rule")
        name = step.rule.column
        yield from _exists(path, name, dictionary)
        if name not in dictionary:
            continue
        column = dictionary[name]
        if column.phase not in BEFORE_OUTCOME:
            text = (
                f"{name!r} has phase {column.phase}: who is analysed must be known before "
                "treatment, else the time until it is known counts as event-free"
            )
            yield path, "E_NOT_BASELINE", text
        yield from _codes(path, column, step.rule.codes)
        if not step.rule.codes:
            yield from _number(path, name, dictionary)


def _subgroups(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Subgroups are made of codes of baseline columns."""
    for i, subgroup in enumerate(plan.subgroups):
        path: KeyPath = ("subgroups", i)
        yield from _exists((*path, "column"), subgroup.column, dictionary)
        if subgroup.column in dictionary:
            column = dictionary[subgroup.column]
            if column.phase != "baseline":
                text = f"{subgroup.column!r} has phase {column.phase}; a subgroup must be baseline"
                yield (*path, "column"), "E_NOT_BASELINE", text
            yield from _codes((*path, "levels"), column, subgroup.levels.values())


def _tables(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns of the baseline table and of the imaging schedule."""
    for i, name in enumerate(plan.baseline_table or ()):
        path: KeyPath = ("baseline_table", i)
        yield from _exists(path, name, dictionary)
        if name in dictionary and dictionary[name].phase in ("identifier", "post_baseline"):
            text = f"{name!r} has phase {dictionary[name].phase} and describes no one at baseline"
            yield path, "E_NOT_BASELINE", text
    if plan.imaging is not None:
        yield from _number(("imaging", "visits"), plan.imaging.visits, dictionary)
        yield from _date(("imaging", "last"), plan.imaging.last, dictionary)
        yield from _date(("imaging", "last_contact"), plan.imaging.last_contact, dictionary)


def _exists(path: KeyPath, name: str, dictionary: DataDictionary) -> Iterator[Fault]:
    if name not in dictionary:
        yield path, "E_UNKNOWN_COLUMN", unknown_column(name, dictionary)


def _date(path: KeyPath, name: str | None, dictionary: DataDictionary) -> Iterator[Fault]:
    if name is None:
        return
    yield from _exists(path, name, dictionary)
    if name in dictionary and dictionary[name].type != "date":
        yield path, "E_TYPE", f"{name!r} is {_a(dictionary[name])}; a date is needed"


def _number(path: KeyPath, name: str, dictionary: DataDictionary) -> Iterator[Fault]:
    yield from _exists(path, name, dictionary)
    if name in dictionary and not dictionary[name].is_numeric:
        yield path, "E_TYPE", f"{name!r} is {_a(dictionary[name])}; a number is needed"


def _codes(path: KeyPath, column: Column, codes: Iterable[Code]) -> Iterator[Fault]:
    """Codes that a column cannot have."""
    for code in codes:
        if not column.has_code(code):
            text = f"{printable(code)!r} is not a code of {column.name!r}; allowed: "
            yield path, "E_CODE", text + _allowed(column)


def _allowed(column: Column) -> str:
    """Codes or range of a column."""
    if column.is_numeric and column.hard is not None:
        low, high = ("any" if limit is None else f"{limit:g}" for limit in column.hard)
        return f"{low} to {high}"
    if column.is_numeric:
        return "a number"
    return ", ".join(column.codes) if column.codes else "0, 1"


def _a(column: Column) -> str:
    """Type of a column with its article."""
    return f"{'an' if column.type == 'integer' else 'a'} {column.type}"
