"""``figures``: a run's figures again, from its folder alone."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from spine_outcomes.analysis.results import Results
from spine_outcomes.commands.manifest import with_manifest
from spine_outcomes.commands.run_files import run_files
from spine_outcomes.figures.journals import journals
from spine_outcomes.tables.suppression import protected
from tests.commanding import Told, told
from tests.report.further import further_results
from tests.report.synthetic import synthetic_plan, synthetic_results

IDENTITY = {"command": "report"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report."""
    folder = tmp_path_factory.mktemp("run") / "primary"
    write_run(further_results(), folder)
    return folder


def write_run(results: Results, folder: Path) -> None:
    """What a report writes."""
    for name, content in with_manifest(run_files(protected(results)), IDENTITY, {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def figures(run: Path, *words: object) -> Told:
    """The command on that folder."""
    return told("figures", "--from", run, *words)


def written(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, which holds the time."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "manifest.json"}


def test_the_figures_of_a_report_come_back_byte_by_byte(run: Path, tmp_path: Path) -> None:
    """A figure for the paper that is another than the report's would have to be checked again."""
    found = figures(run, "--formats", "svg", "--out", tmp_path / "out")
    assert found.code == 0, found.text
    again = {
        name: data for name, data in written(tmp_path / "out").items() if name != "captions.txt"
    }
    assert again == written(run / "figures")


def test_a_rerun_writes_the_same_bytes(run: Path, tmp_path: Path) -> None:
    """In every format, over its own output, without being asked to overwrite."""
    words = ("--journal", "elsevier", "--only", "curve-relapse-ATE,F1", "--formats",
             "pdf,svg,png,tiff,eps", "--out", tmp_path / "out")  # fmt: skip
    assert figures(run, *words).code == 0
    first = written(tmp_path / "out")
    assert figures(run, *words).code == 0
    assert written(tmp_path / "out") == first
    assert len(first) == 2 * 5 + 1


@pytest.mark.parametrize("journal", [
    pytest.param(name, marks=[] if name == "lancet_oncology" else [pytest.mark.slow])
    for name in journals()
])  # fmt: skip
def test_every_figure_is_drawn_for_every_journal(run: Path, tmp_path: Path, journal: str) -> None:
    """Panels that share an axis have marks without texts: they ended the whole command."""
    found = figures(run, "--journal", journal, "--formats", "svg", "--out", tmp_path / "out")
    assert found.code == 0, found.text
    own = {path.name for path in (run / "figures").iterdir()}
    assert set(written(tmp_path / "out")) == own | {"captions.txt"}


def test_a_caption_says_who_and_until_when(run: Path, tmp_path: Path) -> None:
    """A figure that is pasted without them can be of any population and any day."""
    assert figures(run, "--formats", "svg", "--out", tmp_path / "out").code == 0
    for caption in (tmp_path / "out" / "captions.txt").read_text().strip().split("\n\n"):
        assert "Population: all rows, 705 lesions" in caption
        assert caption.endswith("data cut-off 2024-12-31.")


def test_a_chinese_report_has_chinese_figures_in_every_format(tmp_path: Path) -> None:
    """The page was Chinese, its files were English: the figures of a Chinese paper."""
    words = {"Relapse": "复发", "Narrow field": "窄野", "death": "死亡"}
    plan = synthetic_plan(report={"language": "zh", "words": words})
    run = tmp_path / "zh"
    write_run(synthetic_results(plan=plan), run)
    svg = (run / "figures" / "curve-relapse-ATE.svg").read_text()
    out = tmp_path / "out"
    asked = "--only", "curve-relapse-ATE", "--journal", "jco", "--formats", "pdf,svg,eps"
    found = figures(run, *asked, "--out", out)
    assert found.code == 0, found.text
    assert "W_GLYPH" not in found.text
    printed = (out / "curve-relapse-ATE.svg").read_text()
    for text in ("累积发生率：复发", "窄野", "风险人数", "时间（月）"):
        assert f">{text}</text>" in svg
        assert f">{text}</text>" in printed
    assert 'font-family:"Droid Sans Fallback"' in printed
    assert b"DroidSansFallback" in (out / "curve-relapse-ATE.pdf").read_bytes()
    assert b"DroidSansFallback" in (out / "curve-relapse-ATE.eps").read_bytes()
    assert "图" in (out / "captions.txt").read_text()


def test_a_letter_that_no_shipped_font_has_is_named(tmp_path: Path) -> None:
    """A box in print instead of the name of an arm."""
    plan = synthetic_plan(report={"language": "zh", "words": {"Narrow field": "窄\U00020bb7"}})
    write_run(synthetic_results(plan=plan), tmp_path / "zh")
    asked = "--only", "curve-relapse-ATE", "--formats", "svg"
    found = figures(tmp_path / "zh", *asked, "--out", tmp_path / "out")
    assert "W_GLYPH curve-relapse-ATE" in found.text
    assert "U+20BB7" in found.text


@pytest.mark.parametrize(("columns", "width"), [("single", 75), ("double", 154)])
def test_width_theme_and_resolution_are_the_journals(
    run: Path, tmp_path: Path, columns: str, width: float
) -> None:
    """The Lancet: columns of 75 and 154 mm, 600 dpi here, a point in mid-line."""
    found = figures(
        run, "--journal", "lancet-oncology", "--columns", columns, "--only", "forest",
        "--formats", "svg,png", "--out", tmp_path / "out",
    )  # fmt: skip
    assert found.code == 0, found.text
    assert "N_PRESET" in found.text
    files = written(tmp_path / "out")
    with Image.open(io.BytesIO(files["forest.png"])) as image:
        assert image.width == round(width / 25.4 * 600)
    svg = files["forest.svg"].decode()
    assert f'width="{width}mm"' in svg
    texts = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    assert re.search(r"\d·\d", texts)
    assert not re.search(r"\d\.\d", texts)


def test_resolution_and_only_are_obeyed(run: Path, tmp_path: Path) -> None:
    """300 dpi asked for, one figure asked for by its number."""
    found = figures(
        run, "--only", "F1", "--formats", "png", "--dpi", "300", "--out", tmp_path / "o"
    )
    assert found.code == 0, found.text
    files = written(tmp_path / "o")
    assert set(files) == {"flow-chart.png", "captions.txt"}
    with Image.open(io.BytesIO(files["flow-chart.png"])) as image:
        assert image.width == round(7.6 * 300)
    assert files["captions.txt"].startswith(b"Figure 1 (flow-chart). Selection")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--journal", "nature"), 2, "E_JOURNAL"),
        (("--formats", "pdf,gif"), 2, "'gif'"),
        (("--only", "F999"), 2, "F999"),
        (("--dpi", "72"), 2, "300"),
        (("--curve-detail", "exact"), 2, "E_CURVE_DETAIL"),
        (("--plan", "no_such_plan"), 6, "E_NO_PLAN"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    run: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Half a set of figures looks like a whole one."""
    found = figures(run, *words, "--out", tmp_path / "out")
    assert (found.code, said in found.text) == (code, True), found.text
    assert not (tmp_path / "out").exists()


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """The folder, to be spoilt."""
    for file in run.rglob("*"):
        if file.is_file():
            place = tmp_path / "run" / file.relative_to(run)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
    return tmp_path / "run"


def test_an_edited_or_missing_number_is_found(copy: Path) -> None:
    """A figure of numbers that somebody typed."""
    curves = copy / "frames" / "curves.json"
    curves.write_bytes(curves.read_bytes().replace(b"0.0,", b"0.1,", 1))
    (copy / "frames" / "flow.json").unlink()
    found = figures(copy)
    assert found.code == 6
    assert "E_MANIFEST_CHECKSUM frames/curves.json" in found.text
    assert "E_MANIFEST_MISSING frames/flow.json" in found.text


def test_stored_results_of_another_version_are_refused(copy: Path) -> None:
    """Also where the manifest vouches for them."""
    import hashlib

    flow = copy / "frames" / "flow.json"
    flow.write_bytes(flow.read_bytes().replace(b'"schema_version":1', b'"schema_version":9'))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["outputs"]["frames/flow.json"] = hashlib.sha256(flow.read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    found = figures(copy)
    assert found.code == 4
    assert "E_SCHEMA_VERSION" in found.text


def test_a_folder_that_no_report_wrote_is_refused(tmp_path: Path) -> None:
    """Nothing there, or a report of a version that stored nothing."""
    assert figures(tmp_path).code == 6
    nowhere = tmp_path / "nowhere"
    said = figures(nowhere).text
    assert f"E_NO_RUN {nowhere}: is no folder with the stored results of a run" in said


def test_another_choice_takes_no_figure_away_unasked(run: Path, tmp_path: Path) -> None:
    """One figure drawn after another into one folder: the first was gone."""
    words = ("--formats", "svg", "--out", tmp_path / "out")
    assert figures(run, "--only", "F1", *words).code == 0
    said = figures(run, "--only", "forest", *words)
    assert (said.code, "another choice of figures" in said.text) == (6, True)
    assert (tmp_path / "out" / "flow-chart.svg").exists()
    assert figures(run, "--only", "forest", *words, "--overwrite").code == 0


def test_the_output_does_not_replace_the_results(run: Path) -> None:
    """The figures would take the place of the report that they are drawn from."""
    assert figures(run, "--out", run, "--overwrite").code == 7


def test_stored_results_hold_no_small_count(run: Path) -> None:
    """The numbers behind a figure leave with it."""
    for name, columns in {"propensity": ("n",), "risk_table": ("n_risk", "n_event")}.items():
        stored = json.loads((run / "frames" / f"{name}.json").read_text())["columns"]
        for column in stored:
            if column["name"] in columns:
                counts = [n for n in column["values"] if isinstance(n, int | float)]
                assert not [n for n in counts if 0 < n < 5]
