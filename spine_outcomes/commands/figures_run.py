"""The steps of ``figures``, from a results folder to the files of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import get_args

from spine_outcomes.analysis.results import Results
from spine_outcomes.commands.console import announce, progress, say
from spine_outcomes.commands.manifest import with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.commands.report_run import command_line
from spine_outcomes.commands.stored_run import read_run
from spine_outcomes.errors import Finding, Problem, UsageError
from spine_outcomes.figures.files import file_bytes
from spine_outcomes.figures.journals import find_journal, sheet_of
from spine_outcomes.figures.style import REPORT, Sheet
from spine_outcomes.figures.svg import print_svg
from spine_outcomes.figures.typeface import face_rules, glyph_findings, texts
from spine_outcomes.figures.wording import reword
from spine_outcomes.report.chosen_pictures import chosen_picture
from spine_outcomes.report.monthly import monthly
from spine_outcomes.report.notes import population_note, source_note
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.pictures import pictures
from spine_outcomes.study.figures_plan import (
    Columns,
    FiguresPlan,
    FileFormat,
    Journal,
    load_figures_plan,
)
from spine_outcomes.tables.numbers import in_theme
from spine_outcomes.tables.theme import themes

WIDE = ("flow", "imputation", "love", "weights", "forest", "toxicity")  # over both columns
REPORT_DPI = 300


@dataclass(frozen=True)
class FigureChoice:
    """What the command line says of the figures; None or empty: not said."""

    plan: str | None = None
    only: tuple[str, ...] = ()
    journal: str | None = None
    formats: tuple[str, ...] = ()
    dpi: int | None = None
    curve_detail: str | None = None
    columns: Columns | None = None


def run_figures(source: Path, choice: FigureChoice, out: Path | None, *, overwrite: bool) -> None:
    """Draw figures from a results folder and write their folder.

    Parameters
    ----------
    source, out, overwrite
        As the options of ``figures``.
    choice
        Which figures, and how.
    """
    with progress() as step:
        step("Reading the results")
        plan = FiguresPlan() if choice.plan is None else load_figures_plan(choice.plan)
        name = choice.journal or plan.journal
        journal = None if name is None else find_journal(name, plan)
        formats = _formats(choice.formats or plan.formats)
        results = _at_detail(read_run(source), choice.curve_detail)
        out = source.with_name(f"{source.name}-{name or 'figures'}") if out is None else out
        identity = {
            "command": "figures",
            "results": str(results.provenance.get("reproducibility_id", "")),
            "journal": name or "",
            "choice_of_figures": ", ".join(sorted(choice.only)) or "all",
            "set_of_formats": ", ".join(formats),
        }
        with reserve(out, identity, (source,), overwrite) as folder:
            step("Drawing figures")
            drawn = _drawn(results, plan, journal, choice)
            step("Writing")
            dpi = choice.dpi or (journal.resolution.combination if journal else REPORT_DPI)
            files = _captions(drawn, results, journal)
            for picture in drawn.values():
                files |= _files(picture, journal, formats, dpi)
            findings = [*_doubts(name, journal), *_letters(drawn.values())]
            made = with_manifest(files, identity, _facts(results, findings))
            folder.publish(made)
    for finding in findings:
        say(f"{finding.code} {finding.message}")
    for file in sorted(made):
        announce(out / file)


def _formats(asked: Iterable[str]) -> tuple[FileFormat, ...]:
    """Formats that can be written."""
    known: tuple[FileFormat, ...] = get_args(FileFormat)
    unknown = [name for name in asked if name not in known]
    if unknown:
        message = f"--formats: {', '.join(unknown)!r} is none of {', '.join(known)}"
        raise UsageError(Problem("E_USAGE", message))
    return tuple(name for name in known if name in set(asked))


def _at_detail(results: Results, detail: str | None) -> Results:
    """The results with curves as fine as they were asked for."""
    stored = results.plan.report.curve_detail
    if detail == "exact" and stored != "exact":
        message = f"--curve-detail exact: the run stored its curves {stored}"
        fix = "Write the report with report.curve_detail: exact."
        raise UsageError(Problem("E_CURVE_DETAIL", message, fix=fix))
    return monthly(results) if detail == "monthly" and stored == "exact" else results


def _drawn(
    results: Results, plan: FiguresPlan, journal: Journal | None, choice: FigureChoice
) -> dict[str, Picture]:
    """The chosen figures by their number, F1 to Fn, each on its sheet."""

    def sheet(kind: str, columns: Columns | None = None) -> Sheet:
        default: Columns = "double" if kind in WIDE else "single"
        width = choice.columns or columns or default
        return REPORT if journal is None else sheet_of(journal, width)

    if plan.figures:
        ids = {f"F{i}": item.id for i, item in enumerate(plan.figures, start=1)}
        items = {f"F{i}": item for i, item in enumerate(plan.figures, start=1)}
        wanted = _wanted(ids, choice.only)
        return {
            n: chosen_picture(results, items[n], sheet(items[n].kind, items[n].columns))
            for n in wanted
        }
    numbered = {f"F{i}": picture for i, picture in enumerate(pictures(results), start=1)}
    wanted = _wanted({n: p.id for n, p in numbered.items()}, choice.only)
    found = {n: numbered[n] for n in wanted}
    if journal is None:
        return found
    return {n: replace(p, sheet=sheet(p.id.partition("-")[0])) for n, p in found.items()}


def _wanted(ids: Mapping[str, str], only: Sequence[str]) -> list[str]:
    """Numbers of the figures asked for by number or name; all where nothing is asked for."""
    by_name = {**{key: number for number, key in ids.items()}, **{n: n for n in ids}}
    unknown = [name for name in only if name not in by_name]
    if unknown:
        listed = ", ".join(f"{number} {key}" for number, key in ids.items())
        message = f"--only: there is no figure {', '.join(unknown)!r} among {listed}"
        raise UsageError(Problem("E_USAGE", message))
    asked = {by_name[name] for name in only}
    return [number for number in ids if not only or number in asked]


def _files(
    picture: Picture, journal: Journal | None, formats: Sequence[FileFormat], dpi: int
) -> dict[str, bytes]:
    """A figure in every format."""
    figure, sheet = picture.figure, picture.sheet
    found: dict[str, bytes] = {}
    if journal is not None:
        reword(figure, sheet, partial(in_theme, theme=themes()[journal.theme]))
    for kind in formats:
        if kind != "svg":
            found[f"{picture.id}.{kind}"] = file_bytes(figure, sheet, kind, dpi)
    if "svg" in formats:
        svg = picture.svg
        if journal is not None:
            svg = print_svg(svg, figure, sheet.face, face_rules(figure))
        found[f"{picture.id}.svg"] = svg.encode()
    return found


def _captions(
    drawn: Mapping[str, Picture], results: Results, journal: Journal | None
) -> dict[str, bytes]:
    """What stands below each figure, its population and data cut-off last."""
    theme = None if journal is None else themes()[journal.theme]
    cutoff = results.plan.cutoff.isoformat() if results.plan.cutoff else None
    below = f"{source_note(population_note(results), cutoff)}."
    lines = []
    for number, picture in drawn.items():
        notes = (*picture.notes, *(picture.print_notes if journal is not None else ()), below)
        figure = picture.said(f"Figure {number.removeprefix('F')}")
        heading = f"{figure} ({picture.id}). {picture.said(f'{picture.title}.')}"
        lines.append(" ".join([heading, *map(picture.said, notes)]))
    text = "\n\n".join(lines if theme is None else [in_theme(line, theme) for line in lines])
    return {"captions.txt": f"{text}\n".encode()}


def _doubts(name: str | None, journal: Journal | None) -> list[Finding]:
    """A word on a preset that does not come from the journal's publisher."""
    if journal is None or journal.certainty == "publisher":
        return []
    message = f"The preset {name} is {journal.certainty} ({journal.source}): check before you send."
    return [Finding("N_PRESET", message, "note", "figures")]


def _letters(drawn: Iterable[Picture]) -> list[Finding]:
    """A word on each figure with letters that no shipped font has."""
    return [
        finding
        for picture in drawn
        for finding in glyph_findings({picture.id: _written(picture)}, picture.sheet)
    ]


def _written(picture: Picture) -> str:
    """Every letter of a figure."""
    return "".join(text.get_text() for text in texts(picture.figure))


def _facts(results: Results, findings: Iterable[Finding]) -> dict[str, object]:
    """What the manifest says of where the figures come from."""
    kept = ("data_sha256", "plan_sha256", "reproducibility_id", "versions", "is_simulated")
    facts = {key: results.provenance[key] for key in kept if key in results.provenance}
    said = [f"{finding.code} {finding.message}" for finding in findings]
    return {**facts, "command": command_line("figures"), "findings": said}
