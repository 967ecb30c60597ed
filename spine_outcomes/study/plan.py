"""What was decided before the outcomes were seen: the analysis plan."""

from __future__ import annotations

import datetime
import secrets
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from spine_outcomes.study.durations import PlanDuration
from spine_outcomes.study.endpoint import CensorSource as CensorSource
from spine_outcomes.study.endpoint import Endpoint as Endpoint
from spine_outcomes.study.endpoint import Source as Source
from spine_outcomes.study.endpoint import StatusColumn as StatusColumn
from spine_outcomes.study.endpoint import TimeColumn as TimeColumn
from spine_outcomes.study.estimation import Estimation as Estimation
from spine_outcomes.study.further_analyses import Margins as Margins
from spine_outcomes.study.further_analyses import Sensitivity as Sensitivity
from spine_outcomes.study.further_analyses import Subgroup as Subgroup
from spine_outcomes.study.interim import Interim as Interim
from spine_outcomes.study.model import Code, Model, refuse
from spine_outcomes.study.plan_consistency import disagreements
from spine_outcomes.study.plan_file import PlanFile
from spine_outcomes.study.population import Condition as Condition
from spine_outcomes.study.population import Eligibility as Eligibility
from spine_outcomes.study.population import Population as Population
from spine_outcomes.study.terms import Interaction as Interaction
from spine_outcomes.study.terms import PlanTerm
from spine_outcomes.study.terms import Term as Term
from spine_outcomes.study.toxicity import Toxicity as Toxicity

Estimand = Literal["unweighted", "ATE", "ATT", "ATC", "ATO", "ATM"]
Measure = Literal[
    "survival", "cumulative_incidence", "risk_difference", "risk_ratio",
    "number_needed_to_treat", "rmst", "rmst_difference", "rmst_ratio", "rmtl", "rmtl_difference",
    "rmtl_ratio", "median", "hazard_ratio", "subdistribution_hazard_ratio", "chi_square",
    "supremum",
]  # fmt: skip


class Study(Model):
    """Registration and title."""

    id: str = ""
    title: str = ""
    registered_outcomes: str = "TO_CONFIRM"


class Arms(Model):
    """The two arms compared; contrasts are comparator − reference."""

    column: str
    reference: Code
    comparator: Code
    level: Literal["lesion", "patient"] = "lesion"

    @property
    def codes(self) -> tuple[str, str]:
        """Codes as text, the reference first: arm 0 and arm 1 of every array."""
        return str(self.reference), str(self.comparator)


class Trim(Model):
    """Rows with a propensity score outside the bounds are left out: exactly one of the two.

    ``percentiles``: the low one of the comparator arm's scores, the high one of the reference's.
    """

    bounds: tuple[float, float] | None = None
    percentiles: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Trim:
        if (self.bounds is None) == (self.percentiles is None):
            raise ValueError("exactly one of bounds, percentiles")
        if self.bounds is not None and not 0 <= self.bounds[0] < self.bounds[1] <= 1:
            raise ValueError("bounds must ascend between 0 and 1")
        if (
            self.percentiles is not None
            and not 0 <= self.percentiles[0] < self.percentiles[1] <= 100
        ):
            raise ValueError("percentiles must ascend between 0 and 100")
        return self


class Truncate(Model):
    """Weights beyond these percentiles are set to them."""

    percentiles: tuple[float, float]

    @model_validator(mode="after")
    def _ordered(self) -> Truncate:
        low, high = self.percentiles
        if not 0 <= low < high <= 100:
            raise ValueError("percentiles must ascend between 0 and 100")
        return self


class Override(Model):
    """A column that only a sensitivity analysis may use, and why."""

    column: str
    reason: str = Field(min_length=10)


class Imaging(Model):
    """How closely a row was watched.

    Parameters
    ----------
    visits, last
        Columns: number of visits after the origin, and the date of the last one.
    last_contact
        Column: the last date the patient was known alive; any ``imaging_end`` but ``last_scan``
        needs it.
    interval
        The planned time between visits (``imaging_end: scan_plus_interval``).
    """

    visits: str
    last: str
    last_contact: str | None = None
    interval: PlanDuration | None = None


class IndexRow(Model):
    """Which of a patient's rows stands for the patient in an endpoint at patient level.

    Parameters
    ----------
    earliest
        Column of dates; None: ``origin``.
    then_largest
        Column of numbers that decides between rows of the same day.
    """

    earliest: str | None = None
    then_largest: str | None = None


class PropensityPlan(Model):
    """Model of the arm given the baseline, and the weights made from it."""

    terms: tuple[PlanTerm, ...] = ()
    learner: Literal["logistic", "firth", "boosting", "entropy", "cbps"] = "logistic"
    estimands: tuple[Estimand, ...] = Field(("unweighted", "ATE", "ATO"), min_length=1)
    stabilise: bool = False
    trim: Trim | Literal["crump"] | None = None
    truncate: Truncate | None = None
    override: Override | None = None

    @property
    def is_weighted(self) -> bool:
        """Whether any estimand asks for weights."""
        return any(estimand != "unweighted" for estimand in self.estimands)


class Missing(Model):
    """What is done with missing covariates.

    Parameters
    ----------
    imputations, iterations
        Number of completed cohorts, and of rounds through the columns for each.
    auxiliary
        Columns beside the covariates that help to impute them, and are imputed with them.
    """

    method: Literal["complete_case", "multiple_imputation"] = "complete_case"
    imputations: int = Field(20, ge=2)
    iterations: int = Field(10, ge=1)
    auxiliary: tuple[str, ...] = ()

    @property
    def is_imputed(self) -> bool:
        """Whether missing covariates are imputed."""
        return self.method == "multiple_imputation"


class Multiplicity(Model):
    """How several tests share the error."""

    primary: str | None = None
    method: Literal["none", "holm", "hochberg", "hierarchical"] = "none"
    order: tuple[str, ...] = ()


class Required(Model):
    """A result that must be estimable."""

    endpoint: str
    measure: Measure
    time: PlanDuration | None = None
    estimand: Estimand | None = None


class Lock(Model):
    """The plan as it was locked."""

    hash: str = Field(pattern="^[0-9a-f]{64}$")
    date: datetime.date


class ReportOptions(Model):
    """How the report looks and what it may show.

    Parameters
    ----------
    words
        What the labels of the plan and the dictionary are in the report's language.
    """

    min_cell: int = Field(5, ge=0)
    curve_detail: Literal["exact", "monthly", "none"] = "monthly"
    theme: Literal["default", "jama", "lancet", "nejm", "red_journal"] = "default"
    language: Literal["en", "zh"] = "en"
    words: dict[str, str] = Field(default_factory=dict)
    formats: tuple[Literal["html", "docx", "pdf", "tex"], ...] = ("html",)


def _drawn(seed: Any) -> Any:
    """A number in place of ``random``: it is printed, so that the run can be repeated."""
    return secrets.randbelow(2**31) if seed == "random" else seed


class AnalysisPlan(Model):
    """The whole plan, every default visible.

    ``plan.model_dump(mode="json", by_alias=True)`` is the plan as it runs; ``plan.file`` says where
    it was read and what was written there (None for a plan made in Python).
    """

    schema_version: Literal[1] = 1
    extends: str | None = None
    study: Study = Study()
    cohort: str = "demo"
    dictionary: str = "../data_dictionary.yaml"
    tables: dict[str, str] = Field(default_factory=dict)
    cutoff: datetime.date | None = None
    population: Population = Population()
    arms: Arms
    cluster: str | None = None
    origin: str | None = None
    endpoints: dict[str, Endpoint] = Field(min_length=1)
    baseline_table: tuple[str, ...] | None = None
    imaging: Imaging | None = None
    index: IndexRow = IndexRow()
    propensity: PropensityPlan = PropensityPlan()
    missing: Missing = Missing()
    estimation: Estimation
    multiplicity: Multiplicity = Multiplicity()
    toxicity: Toxicity | None = None
    subgroups: tuple[Subgroup, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    sensitivity_margins: Margins = Margins()
    interim: Interim | None = None
    required: tuple[Required, ...] = ()
    lock: Lock | None = None
    seed: Annotated[int, BeforeValidator(_drawn), Field(ge=0)] = 20240906
    report: ReportOptions = ReportOptions()

    _file: PlanFile | None = PrivateAttr(None)

    @property
    def file(self) -> PlanFile | None:
        """Where the plan was read, and what was written there."""
        return self._file

    def of_endpoint(self, name: str) -> AnalysisPlan:
        """The plan as it holds for one endpoint: no time lies beyond the endpoint's horizon."""
        last, estimation = self.endpoints[name].horizon, self.estimation
        if last is None:
            return self
        times = (*(time for time in estimation.times if time.days < last.days), last)
        horizon = min(estimation.horizon, last, key=lambda time: time.days)
        update = {"times": times, "horizon": horizon}
        return self.model_copy(update={"estimation": estimation.model_copy(update=update)})

    @model_validator(mode="after")
    def _keys_agree(self) -> AnalysisPlan:
        refuse(disagreements(self))
        return self
