"""Every table and figure of the report, numbered in the order of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.results import Results
from spine_outcomes.report.notes import effect_notes, population_note, source_note
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.pictures import pictures
from spine_outcomes.tables.balance import balance, weights
from spine_outcomes.tables.baseline import baseline, weighted_baseline
from spine_outcomes.tables.definitions import definitions
from spine_outcomes.tables.effects import effects, risks
from spine_outcomes.tables.findings import findings
from spine_outcomes.tables.flow import flow
from spine_outcomes.tables.imaging import imaging
from spine_outcomes.tables.key_results import key_results
from spine_outcomes.tables.language import Translator
from spine_outcomes.tables.missing import missing, missing_patterns
from spine_outcomes.tables.numbers import in_theme
from spine_outcomes.tables.particulars import plan, provenance
from spine_outcomes.tables.quality_control import quality_control
from spine_outcomes.tables.risk_table import risk_table
from spine_outcomes.tables.robustness import robustness
from spine_outcomes.tables.selection import in_order
from spine_outcomes.tables.sensitivity import sensitivity, sensitivity_endpoints
from spine_outcomes.tables.spoken import spoken
from spine_outcomes.tables.subgroups import subgroup_endpoints, subgroups
from spine_outcomes.tables.suppressed import explained, suppressed
from spine_outcomes.tables.table import Table
from spine_outcomes.tables.target_trial import target_trial
from spine_outcomes.tables.theme import Theme
from spine_outcomes.tables.themed import themed
from spine_outcomes.tables.toxicity import toxicity_tables


@dataclass(frozen=True)
class Exhibits:
    """Tables and figures by id, and the number of each.

    Parameters
    ----------
    tables, figures
        By id, in the order of the page.
    source
        Population and rows, and ``cutoff``, the data cut-off: they stand under each of them.
    say
        Says what stands around them in the language of the page; English where it is None.
    """

    tables: Mapping[str, Table]
    figures: Mapping[str, Picture]
    source: str
    cutoff: str | None
    say: Translator | None = None

    def said(self, text: str) -> str:
        """A text around them in their language."""
        return text if self.say is None else self.say(text)

    def number(self, identifier: str) -> str:
        """Number of a table or figure: "Table 3", "Figure 1"."""
        if identifier in self.tables:
            return f"Table {list(self.tables).index(identifier) + 1}"
        return f"Figure {list(self.figures).index(identifier) + 1}"

    def in_language(self, say: Translator | None) -> Exhibits:
        """The same, its tables in another language.

        Figures are drawn in it, and the page says what stands around them.
        """
        if say is None:
            return self
        said = {key: spoken(table, say) for key, table in self.tables.items()}
        return replace(self, tables=said, say=say)

    @property
    def below(self) -> str:
        """What stands under every exhibit: population, rows and data cut-off."""
        return self.said(source_note(self.source, self.cutoff))

    def in_theme(self, theme: Theme) -> Exhibits:
        """The same, their numbers printed as a journal wants them (figures keep theirs)."""
        shown = {key: themed(table, theme) for key, table in self.tables.items()}
        return replace(self, tables=shown, source=in_theme(self.source, theme))


def exhibits(results: Results, step: Step = silent) -> Exhibits:
    """Build every table and figure of a run (its small counts already hidden)."""
    step("Making tables")
    k = results.plan.report.min_cell
    made = {table.id: explained(table, k) for table in tables(results)}
    step("Drawing figures")
    drawn = {picture.id: picture for picture in pictures(results)}
    return Exhibits(
        tables=made,
        figures=drawn,
        source=population_note(results),
        cutoff=results.plan.cutoff.isoformat() if results.plan.cutoff else None,
    )


def tables(results: Results) -> Iterable[Table]:
    """Every table, in the order of the page."""
    yield key_results(results)
    yield flow(results)
    if len(results.missing):
        yield missing(results)
        yield missing_patterns(results)
    yield target_trial(results.plan, results.dictionary)
    yield from _arms(results)
    for endpoint in results.plan.endpoints:
        yield from _endpoint(results, endpoint)
    yield from toxicity_tables(results)
    for endpoint in sensitivity_endpoints(results):
        yield sensitivity(results, endpoint)
    yield from robustness(results)
    for endpoint in subgroup_endpoints(results):
        yield subgroups(results, endpoint)
    if len(results.quality_control):
        yield quality_control(results)
    yield findings(results)
    yield plan(results)
    if len(results.suppressed):
        yield suppressed(results)
    yield provenance(results)


def _arms(results: Results) -> Iterable[Table]:
    """Whether the arms can be compared: who they are, their weights, how closely watched."""
    if len(results.baseline):
        yield baseline(results)
        yield from weighted_baseline(results)
    if results.plan.propensity.is_weighted:
        yield weights(results)
        for unit in in_order(results.balance["level_unit"]):
            yield balance(results, unit)
    if len(results.imaging):
        yield imaging(results)


def _endpoint(results: Results, endpoint: str) -> Iterable[Table]:
    """What one endpoint is, its risks, its effects and the people under its curves."""
    notes = effect_notes(results, endpoint)
    yield definitions(results, endpoint)
    for table in (risks(results, endpoint), effects(results, endpoint)):
        yield replace(table, notes=(*notes, *table.notes))
    yield risk_table(results, endpoint)
