r"""A table as LaTeX with the rules of booktabs, to be put into a paper with ``\input``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spine_outcomes.tables.table import Cell, Row, Table

LONG = 40  # rows from which a table may break over pages
NEEDS = "% Needs \\usepackage{booktabs,longtable}."

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
        "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
        "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
        "`": r"\textasciigrave{}", "'": r"'{}", "-": r"-{}", "−": r"$-$", "–": r"\textendash{}",
        "·": r"$\cdot$", "×": r"$\times$", "≥": r"$\geq$", "≤": r"$\leq$", "√": r"$\surd$",
        "†": r"\dag{}", "±": r"$\pm$", "\u202f": r"\,", "\u2009": r"\,", "\u00a0": "~",
    }
)  # fmt: skip


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is; what nobody sees becomes a blank.

    Ligatures of hyphens and quotes are taken apart.
    """
    kept = "".join(c if c.isprintable() or c in "\u202f\u2009\u00a0" else " " for c in text)
    return kept.translate(_ESCAPES)


def latex_text(table: Table, source: str = "", say: Callable[[str], str] = str) -> str:
    """The table as LaTeX.

    Parameters
    ----------
    table
        In the theme it shall have.
    source
        What stands at the end of its notes: population, rows, cut-off.
    say
        Says its notes in the language that the rest of it is in.

    Returns
    -------
    str
        A ``table``, or a ``longtable`` whose heads repeat where it has many rows; its label is
        ``tab:`` and the id.
    """
    return "\n".join([NEEDS, *_lines(table, source, say)]) + "\n"


def _lines(table: Table, source: str, say: Callable[[str], str]) -> Iterator[str]:
    """The lines of the file."""
    is_long = len(table.rows) > LONG
    kind = "longtable" if is_long else "tabular"
    columns = "l" + "".join(column.align[0] for column in table.columns)
    direction = f" ({escaped(table.direction)})" if table.direction else ""
    caption = f"\\caption{{{escaped(table.title)}{direction}}}\\label{{tab:{table.id}}}"
    yield from ("\\begingroup", "\\footnotesize") if is_long else (
        "\\begin{table}", "\\centering", "\\footnotesize", caption,
    )  # fmt: skip
    yield f"\\begin{{{kind}}}{{@{{}}{columns}@{{}}}}"
    if is_long:
        yield f"{caption}\\\\"
    yield from ("\\toprule", *_heads(table), "\\midrule")
    if is_long:
        yield "\\endhead"
    yield from (_row(row, table) for row in table.rows)
    yield from ("\\bottomrule", f"\\end{{{kind}}}")
    notes = escaped(say(" ".join(table.footnotes(source))))
    yield f"\n\\par\\smallskip\\parbox{{\\linewidth}}{{{notes}}}"
    yield "\\endgroup" if is_long else "\\end{table}"


def _heads(table: Table) -> Iterator[str]:
    """Spanners with a rule below each, then the heads."""
    if table.spanners:
        cells, rules, place = [""], [], 2
        for spanner in table.spanners:
            cells.append(f"\\multicolumn{{{spanner.width}}}{{c}}{{{escaped(spanner.text)}}}")
            if spanner.text:
                rules.append(f"\\cmidrule(lr){{{place}-{place + spanner.width - 1}}}")
            place += spanner.width
        yield " & ".join(cells) + " \\\\"
        yield "".join(rules)
    heads = (escaped(head) for head in (table.stub_head, *(c.head for c in table.columns)))
    yield " & ".join(heads) + " \\\\"


def _row(row: Row, table: Table) -> str:
    """One line; the head of a group spans the table."""
    if row.is_group:
        width = len(table.columns) + 1
        return f"\\multicolumn{{{width}}}{{@{{}}l}}{{\\textbf{{{escaped(row.stub)}}}}} \\\\"
    stub = ("\\quad " if row.is_indented else "") + escaped(row.stub)
    return " & ".join([stub, *(_cell(cell, table) for cell in row.cells)]) + " \\\\"


def _cell(cell: Cell, table: Table) -> str:
    """One value, with the number of its reason where it is not estimable."""
    mark = table.mark(cell)
    return escaped(cell.text) + (f"$^{{{mark}}}$" if mark else "")
