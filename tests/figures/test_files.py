"""Files of figures, read back: width, type, resolution, transparency, the same bytes again."""

from __future__ import annotations

import io
import re
import zlib

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from spine_outcomes.figures.files import Format, file_bytes, opaque
from spine_outcomes.figures.journals import journals, sheet_of
from spine_outcomes.figures.outcome import outcome_figure
from spine_outcomes.figures.style import ARMS, Sheet
from spine_outcomes.figures.svg import print_svg, svg_text
from spine_outcomes.figures.typeface import face_rules, lacking

ARMS_SHOWN = [("a", "Arm A"), ("b", "Arm B")]
WIDTHS = sorted({width for journal in journals().values() for width in journal.columns.values()})


def sheet(width: float = 90.0) -> Sheet:
    """A sheet of a journal, so many millimetres wide."""
    journal = journals()["elsevier"].model_copy(update={"columns": {"single": width}})
    return sheet_of(journal, "single")


def curves(on: Sheet, heading: str = "Cumulative incidence") -> Figure:
    """Two curves with bands over their table."""
    time = [0.0, 6.0, 12.0]
    arms = pd.DataFrame({"arm": ["a"] * 3 + ["b"] * 3, "time": time * 2})
    frame = arms.assign(
        estimate=[0, 0.1, 0.2, 0, 0.05, 0.1], lower=[np.nan, 0.05, 0.1, np.nan, 0.01, 0.05],
        upper=[np.nan, 0.2, 0.3, np.nan, 0.1, 0.2],
    )  # fmt: skip
    people = arms.assign(n_risk=[30, 20, 10, 28, 22, 15], n_event=[0, 3, 6, 0, 1, 2])
    return outcome_figure(
        frame, people, arms=ARMS_SHOWN, states={"n_risk": "At risk", "n_event": "Events"},
        heading=heading, unit="months", sheet=on,
    )  # fmt: skip


def made(kind: Format, width: float = 90.0, dpi: int = 600) -> bytes:
    """The figure as a file."""
    on = sheet(width)
    return file_bytes(curves(on), on, kind, dpi)


def inflated(pdf: bytes) -> bytes:
    """A PDF with its compressed streams in plain sight."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    plain = []
    for stream in streams:
        try:
            plain.append(zlib.decompress(stream))
        except zlib.error:
            plain.append(stream)
    return pdf + b"\n".join(plain)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_pdf_is_as_wide_as_the_column(width: float) -> None:
    """A figure that is scaled to fit has type smaller than the journal reads."""
    box = re.search(rb"/MediaBox \[ 0 0 ([0-9.]+) [0-9.]+ \]", made("pdf", width))
    assert box is not None
    assert float(box[1]) == pytest.approx(width / 25.4 * 72, abs=1e-6)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_svg_is_as_wide_as_the_column(width: float) -> None:
    """Likewise, in millimetres; its drawing fills it."""
    on = sheet(width)
    figure = curves(on)
    svg = print_svg(svg_text(figure, "f", "T", "D", on), figure, on.face, face_rules(figure))
    size = re.search(r' width="([0-9.]+)mm" height="([0-9.]+)mm"', svg)
    view = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)
    assert size is not None
    assert view is not None
    assert float(size[1]) == pytest.approx(width, abs=1e-3)
    assert float(view[1]) == pytest.approx(width / 25.4 * 72, abs=1e-3)
    assert float(size[2]) / float(size[1]) == pytest.approx(float(view[2]) / float(view[1]), 1e-4)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_eps_is_as_wide_as_the_column(width: float) -> None:
    """The exact box; the one in whole points holds it."""
    eps = made("eps", width).decode("latin-1")
    exact = re.search(r"%%HiResBoundingBox: 0\.0+ 0\.0+ ([0-9.]+) ", eps)
    whole = re.search(r"%%BoundingBox: 0 0 ([0-9]+) ", eps)
    assert exact is not None
    assert whole is not None
    assert float(exact[1]) == pytest.approx(width / 25.4 * 72, abs=1e-4)
    assert int(whole[1]) - 1 < float(exact[1]) <= int(whole[1])


@pytest.mark.parametrize("kind", ["png", "tiff"])
@pytest.mark.parametrize(("width", "dpi", "pixels"), [(90, 300, 1063), (190, 300, 2244),
                                                      (75, 1000, 2953)])  # fmt: skip
def test_pixels_are_those_of_the_width(kind: Format, width: float, dpi: int, pixels: int) -> None:
    """1063 and 2244 pixels are what the publisher names for 90 and 190 mm at 300 dpi."""
    with Image.open(io.BytesIO(made(kind, width, dpi))) as image:
        assert image.width == pixels
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.01)
        assert image.mode == "RGB"
        assert image.getpixel((0, 0)) == (255, 255, 255)
        if kind == "tiff":
            assert image.info["compression"] == "tiff_lzw"


@pytest.mark.parametrize("kind", ["pdf", "eps", "png", "tiff"])
def test_the_same_figure_gives_the_same_bytes(kind: Format) -> None:
    """A date, a random name of a font, or a path in it would change the hash of a rerun."""
    assert made(kind, dpi=300) == made(kind, dpi=300)
    assert not re.search(
        rb"20[0-9]{2}-[01][0-9]-[0-3][0-9]|CreationDate|ModDate", made(kind, dpi=300)
    )


def test_a_pdf_embeds_the_shipped_font_as_truetype() -> None:
    """A font that is only named is replaced in print; one of type 3 cannot be edited."""
    pdf = inflated(made("pdf"))
    assert set(re.findall(rb"/BaseFont /[A-Z]{6}\+([A-Za-z-]+)", pdf)) == {
        b"LiberationSans", b"LiberationSans-Bold",
    }  # fmt: skip
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_an_eps_embeds_its_type_and_has_no_transparency() -> None:
    """PostScript has none: a band would be full colour, or the journal refuses the file."""
    eps = made("eps")
    assert b"/FontType 42" in eps
    assert b"/FontName /LiberationSans" in eps
    for word in (b"setopacity", b".setfillconstantalpha", b"/ca ", b"CreationDate"):
        assert word not in eps


def test_bands_without_transparency_look_as_they_did_on_white_and_come_back() -> None:
    """16 % of the arm's colour on white; the figure itself is as before."""
    figure = curves(sheet())
    bands = figure.axes[0].collections
    before = [(band.get_alpha(), band.get_facecolor().tolist()) for band in bands]
    with opaque(figure):
        for band, look in zip(bands, ARMS, strict=True):
            expected = [0.16 * part + 0.84 for part in to_rgb(look.colour)]
            np.testing.assert_allclose(band.get_facecolor()[0], [*expected, 1.0], atol=1e-9)
            np.testing.assert_allclose(band.get_edgecolor()[0][:3], to_rgb(look.colour))
    after = [(band.get_alpha(), band.get_facecolor().tolist()) for band in bands]
    assert after == before


def test_an_svg_for_print_brings_its_letters_along() -> None:
    """Text stays text, in the face it was measured in, on a machine without that face."""
    on = sheet()
    figure = curves(on)
    svg = print_svg(svg_text(figure, "f", "T", "D", on), figure, on.face, face_rules(figure))
    assert svg.count("@font-face") == 2
    assert "font-weight:bold" in svg
    assert "<text" in svg
    assert svg.count("http") == 1  # the name of the format


def test_a_letter_that_no_shipped_font_has_is_named_once() -> None:
    """An empty box in print is found by the reader of the journal."""
    on = sheet()
    assert lacking(["Größe ≥ 5 − 相邻椎体 → ✓"], on) == ()
    assert lacking(["A \U0001f9ea B \U0001f9ea"], on) == ("\U0001f9ea",)


def test_a_figure_with_a_strange_letter_is_written_without_a_warning() -> None:
    """The letter is named by the command; a warning of matplotlib would be said once more."""
    on = sheet()
    figure = curves(on, "Event \U0001f9ea")
    assert file_bytes(figure, on, "pdf", 300).startswith(b"%PDF")


def test_drawing_leaves_the_settings_of_the_session_alone() -> None:
    """A notebook that draws a figure must not look different afterwards."""
    before = dict(mpl.rcParams)
    made("pdf")
    assert dict(mpl.rcParams) == before
