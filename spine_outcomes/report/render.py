"""The report as one self-contained HTML page, its figures as SVG and its tables as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.codes import coded
from spine_outcomes.report.environment import environment, read_asset
from spine_outcomes.report.exhibits import Exhibits, exhibits
from spine_outcomes.report.gates import imaging_gate, propensity_gate
from spine_outcomes.report.guides import checklists, references, terms
from spine_outcomes.report.head import Head, head
from spine_outcomes.report.methods_text import methods
from spine_outcomes.report.sections import Section, sections
from spine_outcomes.report.security import content_policy, json_block
from spine_outcomes.report.sentences import paper_sentences
from spine_outcomes.report.spoken_page import letters_of, script_words, spoken_page
from spine_outcomes.report.summary import summary
from spine_outcomes.tables.csv_text import csv_text
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.language import Translator, translator
from spine_outcomes.tables.suppression import protected
from spine_outcomes.tables.theme import Theme, themes

# What draws one figure again, in the folder that a run wrote; the figure's name follows.
REMAKE = "python -m spine_outcomes.figures --from . --only"
SCRIPTS = ("page.js", "exports.js", "curves.js", "search.js")


def render_report(results: Results) -> str:
    """The whole report: one HTML file that asks for nothing from anywhere.

    Parameters
    ----------
    results
        What ``run`` returned; counts below ``plan.report.min_cell`` are hidden here.

    Returns
    -------
    str
        HTML. The same results give the same text.
    """
    shown = protected(results)
    return page(shown, exhibits(shown))


def page(shown: Results, found: Exhibits) -> str:
    """The report of results whose small counts are hidden and whose exhibits are drawn."""
    parts = sections(shown, found)
    say = translator(shown.plan.report.language, shown.plan.report.words)
    return laid_out(
        head(shown),
        found,
        parts,
        machine(shown),
        theme=themes()[shown.plan.report.theme],
        say=say,
        remake=REMAKE,
        results=shown,
        labels=labels(shown),
        summary=[each.spoken(say) for each in summary(shown)],
        methods=methods(shown),
        paper=paper_sentences(shown),
        checklists=checklists([(part.id, part.title) for part in parts]),
        terms=terms(shown),
        references=references(shown),
        gates={"propensity": propensity_gate(shown), "imaging-section": imaging_gate(shown)},
    )


def as_printed(shown: Results, found: Exhibits) -> Exhibits:
    """The exhibits as the page shows them: in its language and its theme."""
    say = translator(shown.plan.report.language, shown.plan.report.words)
    return found.in_language(say).in_theme(themes()[shown.plan.report.theme])


def laid_out(
    top: Head,
    found: Exhibits,
    parts: Sequence[Section],
    facts: Mapping[str, Any],
    *,
    style: str = "",
    theme: Theme | None = None,
    say: Translator | None = None,
    **shown: Any,
) -> str:
    """A page of this look: head, contents, sections; nothing in it comes from elsewhere.

    Parameters
    ----------
    top, found, parts
        Head, exhibits, and the sections they stand in.
    facts
        For programs that read the page.
    style
        Rules beyond those of the report.
    theme
        How numbers are printed; the default theme where none is given.
    say
        Says texts in the language of the page; English where it is None.
    shown
        What the templates of the sections use.
    """
    style = read_asset("report.css") + style + running_heads(top, say)
    script = "".join(read_asset(name) for name in SCRIPTS)
    theme = theme or themes()["default"]
    policy = content_policy(style, script)
    rendered = (
        environment(theme)
        .get_template("report.html")
        .render(
            head=top,
            policy=policy,
            style=Markup(style),  # noqa: S704 - our own assets; texts in them are CSS escapes
            script=Markup(script),  # noqa: S704
            exhibits=found.in_language(say).in_theme(theme),
            sections=parts,
            exports=json_block(exports(found)),
            machine=json_block(facts),
            readouts=json_block(readouts(found)),
            words=json_block(script_words(script, say)),
            **shown,
        )
    )
    if say is None:
        return coded(rendered)
    said = coded(spoken_page(rendered, say))
    lettered = letters_of(said, say) + style
    new_policy = content_policy(lettered, script)
    return said.replace(style, lettered, 1).replace(escape(policy), escape(new_policy), 1)


def exports(found: Exhibits) -> dict[str, str]:
    """CSV text of every table, for the buttons of the page."""
    return {table.id: csv_text(table) for table in found.tables.values()}


def readouts(found: Exhibits) -> dict[str, Any]:
    """What the curves of each figure are, for readers who point at a time."""
    return {key: each.readout.block() for key, each in found.figures.items() if each.readout}


def machine(results: Results) -> dict[str, Any]:
    """Provenance and plan for programs that read the page."""
    return {
        "provenance": results.provenance,
        "plan": results.plan.model_dump(mode="json", by_alias=True),
    }


def running_heads(top: Head, say: Translator | None = None) -> str:
    """Print margins with the study, the cut-off and the warning on every page."""
    template = environment().get_template("print.css")
    left, warning = (t if say is None else say(t) for t in (top.running, top.banner))
    return template.render(left=left, right=top.identifier, warning=warning)
