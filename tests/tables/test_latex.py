"""Tables as LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from spine_outcomes.report.exhibits import tables
from spine_outcomes.tables.latex import escaped, latex_text
from spine_outcomes.tables.suppression import protected
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table
from tests.report.synthetic import synthetic_results

PAYLOADS = (
    "\\input{/etc/passwd}",
    "\\write18{rm -rf /}",
    "} \\end{tabular} \\immediate\\write18{id} {",
    "$\\frac{x}{y}$ & 50% #1 a_b ^^5c ~",
    "% comment",
    "a\nb\rc",
)
COMMANDS = {
    "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar",
    "textquotedbl", "textasciigrave", "textendash", "cdot", "times", "geq", "leq", "surd", "dag",
    "pm", "usepackage", "begin", "end", "centering", "footnotesize", "caption", "label", "toprule",
    "midrule", "bottomrule", "cmidrule", "multicolumn", "textbf", "quad", "par", "smallskip",
    "parbox", "linewidth", "endhead", "begingroup", "endgroup",
}  # fmt: skip
TABLE = Table(
    id="t",
    title="Risk, 50% & more",
    stub_head="Weights",
    columns=(Column("A", "Risk"), Column("B", "Risk"), Column("p", align="left")),
    rows=(
        Row("Group"),
        Row(
            "6 months",
            (
                Cell((Number("−3.1", -0.031), " (<5)")),
                Cell(("NE",), reason="no event"),
                Cell(("–",)),
            ),
            is_indented=True,
        ),
    ),
    notes=("Balance.",),
    direction="B − A",
)


def test_a_table_is_booktabs_with_spanners_groups_and_reasons() -> None:
    """Written down by hand: what a paper's author expects to edit."""
    assert (
        latex_text(TABLE, "All rows")
        == r"""% Needs \usepackage{booktabs,longtable}.
\begin{table}
\centering
\footnotesize
\caption{Risk, 50\% \& more (B $-$ A)}\label{tab:t}
\begin{tabular}{@{}lrrl@{}}
\toprule
 & \multicolumn{2}{c}{Risk} & \multicolumn{1}{c}{} \\
\cmidrule(lr){2-3}
Weights & A & B & p \\
\midrule
\multicolumn{4}{@{}l}{\textbf{Group}} \\
\quad 6 months & $-$3.1 (\textless{}5) & NE$^{1}$ & \textendash{} \\
\bottomrule
\end{tabular}

\par\smallskip\parbox{\linewidth}{NE, not estimable: 1: no event. Balance. All rows.}
\end{table}
"""
    )


def test_a_long_table_repeats_its_heads() -> None:
    """A table over two pages without heads cannot be read."""
    rows = tuple(Row(str(i), (Cell(("1",)),)) for i in range(60))
    text = latex_text(Table("t", "T", "S", (Column("A"),), rows))
    assert text.index("\\midrule") < text.index("\\endhead") < text.index("59 & 1")
    assert "\\begin{longtable}" in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_runs_as_a_command(payload: str) -> None:
    """A label from a cohort file could read files of whoever typesets the paper."""
    table = Table(
        "t", payload, payload, (Column(payload, payload),),
        (Row(payload), Row(payload, (Cell((payload,), reason=payload),))), (payload,), payload,
    )  # fmt: skip
    commands_are_ours(latex_text(table, payload))


def test_every_table_of_a_report_is_balanced_and_has_as_many_cells_as_columns() -> None:
    """A missing brace or an ampersand too many stops the typesetting of a paper."""
    for table in tables(protected(synthetic_results())):
        text = latex_text(table)
        commands_are_ours(text)
        body = text[text.index("\\midrule") : text.index("\\bottomrule")].splitlines()
        for line in body:
            if line.endswith("\\\\") and not line.startswith("\\multicolumn"):
                assert len(re.findall(r"(?<!\\)&", line)) == len(table.columns), line


def commands_are_ours(text: str) -> None:
    """Only our own commands, and braces that match."""
    code = "\n".join(line for line in text.splitlines() if not line.startswith("% Needs"))
    plain = re.sub(r"\\label\{tab:[\w-]+\}", "", code.replace("\\\\", ""))
    assert set(re.findall(r"\\([A-Za-z]+)", plain)) <= COMMANDS
    assert not re.search(r"(?<!\\)[%#_]", plain)
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", plain):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_hyphens_and_quotes_do_not_become_other_signs() -> None:
    """ "--" is a dash in LaTeX and "?`" a Spanish question mark."""
    assert escaped("a--b") == "a-{}-{}b"
    assert escaped("?`") == r"?\textasciigrave{}"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX here")
def test_tex_sets_every_table(tmp_path: Path) -> None:
    """What looks right may still not compile."""
    texts = [latex_text(table) for table in tables(protected(synthetic_results()))]
    packages = "\\usepackage[T1]{fontenc}\\usepackage{booktabs,longtable}"
    document = f"\\documentclass{{article}}{packages}\\begin{{document}}{''.join(texts)}"
    (tmp_path / "t.tex").write_text(document + "\\end{document}")
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "t.tex"], cwd=tmp_path, capture_output=True, check=False  # noqa: S607
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
