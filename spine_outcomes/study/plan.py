"""What was decided before the outcomes were seen: the analysis plan."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from spine_outcomes.study.dictionary import Model
from spine_outcomes.study.durations import Duration, TimeUnit

PlanDuration = Annotated[Duration, BeforeValidator(Duration.parse), PlainSerializer(str)]
Estimand = Literal["unweighted", "ATE", "ATT", "ATC", "ATO", "ATM"]
Code = str | int | float


class Study(Model):
    """Registration and title."""

    id: str = ""
    title: str = ""
    registered_outcomes: str = "TO_CONFIRM"


class Condition(Model):
    """A condition on one column, never evaluated as code: exactly one test beside ``column``."""

    column: str
    between: tuple[float, float] | None = None
    equals: Code | None = None
    at_least: Code | None = None
    at_most: Code | None = None
    is_in: tuple[Code, ...] | None = Field(None, alias="in")


class Eligibility(Model):
    """One step of the selection of rows."""

    id: str
    label: str
    rule: Condition


class Population(Model):
    """Who is analysed."""

    name: str = "all rows"
    eligibility: tuple[Eligibility, ...] = ()


class Arms(Model):
    """The two arms compared; contrasts are comparator − reference."""

    column: str
    reference: Code
    comparator: Code
    level: Literal["lesion", "patient"] = "lesion"


class Source(Model):
    """A dated event: happens on ``date`` where ``flag`` equals ``equals`` (or the date is there)."""

    date: str
    flag: str | None = None
    equals: Code | tuple[Code, ...] | None = None


class CensorSource(Model):
    """The last date at which an endpoint could have been seen."""

    date: str


class TimeColumn(Model):
    """A column of times and its unit."""

    column: str
    unit: TimeUnit


class StatusColumn(Model):
    """A column of states and the meaning of its codes."""

    column: str
    censored: Code | tuple[Code, ...]
    event: Code | tuple[Code, ...]
    competing: dict[str, Code | tuple[Code, ...]] = {}


class Endpoint(Model):
    """One endpoint: either dated sources, or a column of times and one of states.

    ``complement`` names one minus its incidence, where people speak of that (control).
    """

    label: str
    level: Literal["lesion", "patient"]
    event: tuple[Source, ...] = ()
    competing: dict[str, tuple[Source, ...]] = {}
    censor: CensorSource | None = None
    imaging_end: Literal["last_scan", "last_contact", "scan_plus_interval"] = "last_scan"
    time_zero: Literal["error", "half_day", "keep"] = "half_day"
    entry: str | None = None
    time: TimeColumn | None = None
    status: StatusColumn | None = None
    complement: str | None = None


class Term(Model):
    """One term of a linear predictor; exactly one form beside ``column``.

    ``linear`` where no form is named: categories by the dictionary, numbers as they are.
    """

    column: str
    spline: int | None = None
    log: bool = False
    cuts: tuple[float, ...] | None = None
    levels: tuple[tuple[str, ...], ...] | None = None


class Interaction(Model):
    """The product of the columns of two earlier terms."""

    interaction: tuple[str, str]


class Trim(Model):
    """Rows with a propensity score outside the bounds are left out."""

    bounds: tuple[float, float]


class Truncate(Model):
    """Weights beyond these percentiles are set to them."""

    percentiles: tuple[float, float]


class Override(Model):
    """A column that only a sensitivity analysis may use, and why."""

    column: str
    reason: str


class Imaging(Model):
    """Columns that tell how closely a row was watched: number of visits and the last one."""

    visits: str
    last: str


class PropensityPlan(Model):
    """Model of the arm given the baseline, and the weights made from it."""

    terms: tuple[Term | Interaction, ...] = ()
    learner: Literal["logistic", "boosting", "entropy", "cbps"] = "logistic"
    estimands: tuple[Estimand, ...] = ("unweighted", "ATE", "ATO")
    stabilise: bool = False
    trim: Trim | Literal["crump"] | None = None
    truncate: Truncate | None = None
    override: Override | None = None


class Missing(Model):
    """What is done with missing covariates."""

    method: Literal["complete_case", "multiple_imputation"] = "complete_case"
    imputations: int = 20
    iterations: int = 10


class AdjustedModels(Model):
    """Terms of covariate-adjusted weighted models beside the marginal ones."""

    terms: tuple[Term | Interaction, ...]


class Bootstrap(Model):
    """Resampling of patients."""

    replicates: int = 1000


class Estimation(Model):
    """When, how and with which error the endpoints are estimated."""

    unit: TimeUnit = "months"
    times: tuple[PlanDuration, ...]
    horizon: PlanDuration
    level: float = 0.95
    variance: Literal["corrected", "robust", "bootstrap"] = "corrected"
    ties: Literal["efron", "breslow"] = "efron"
    bootstrap: Bootstrap = Bootstrap()
    adjusted_models: AdjustedModels | None = None
    doubly_robust: bool = False


class Multiplicity(Model):
    """How several tests share the error."""

    primary: str | None = None
    method: Literal["none", "holm", "hochberg", "hierarchical"] = "none"
    order: tuple[str, ...] = ()


class Subgroup(Model):
    """A pre-listed subgroup: the name of each level and its code in ``column``."""

    name: str
    column: str
    levels: dict[str, Code]


class Sensitivity(Model):
    """A named change to the plan; keys are dotted paths."""

    name: str
    change: dict[str, Any]


class Required(Model):
    """A result that must be estimable."""

    endpoint: str
    measure: str
    time: PlanDuration | None = None
    estimand: Estimand | None = None


class Lock(Model):
    """The plan as it was locked."""

    hash: str
    date: datetime.date


class ReportOptions(Model):
    """How the report looks and what it may show."""

    min_cell: int = 5
    curve_detail: Literal["exact", "monthly", "none"] = "monthly"
    theme: str = "default"
    language: str = "en"
    formats: tuple[Literal["html", "docx", "pdf"], ...] = ("html",)


class AnalysisPlan(Model):
    """The whole plan, every default visible."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    schema_version: Literal[1] = 1
    extends: str | None = None
    study: Study = Study()
    cohort: str = "demo"
    dictionary: str = "../data_dictionary.yaml"
    cutoff: datetime.date | None = None
    population: Population = Population()
    arms: Arms
    cluster: str | None = None
    origin: str | None = None
    endpoints: dict[str, Endpoint]
    baseline_table: tuple[str, ...] | None = None
    imaging: Imaging | None = None
    propensity: PropensityPlan = PropensityPlan()
    missing: Missing = Missing()
    estimation: Estimation
    multiplicity: Multiplicity = Multiplicity()
    subgroups: tuple[Subgroup, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    required: tuple[Required, ...] = ()
    lock: Lock | None = None
    seed: int = 20240906
    report: ReportOptions = ReportOptions()
