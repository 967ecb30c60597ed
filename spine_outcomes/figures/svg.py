"""A matplotlib figure as SVG that a strict page may carry: no style, no link, no metadata."""

from __future__ import annotations

import io
import re
import warnings
from xml.etree import ElementTree

from matplotlib.figure import Figure

from spine_outcomes.figures.style import FACES, INK, PAPER, REPORT, Sheet, house_style

SVG = "http://www.w3.org/2000/svg"
MM_PER_INCH = 25.4
XLINK = "{http://www.w3.org/1999/xlink}href"
# No clipping: every drawing stays within its axes, and a page without url() is easier to trust.
_DROPPED = {f"{{{SVG}}}{tag}" for tag in ("metadata", "style", "clipPath")}
_GEOMETRY = ("d", "transform", "x", "y", "points")
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")


def new_figure(width: float, height: float, sheet: Sheet = REPORT) -> Figure:
    """An empty figure of a size in inches, in the house style, outside any global state."""
    with house_style(sheet):
        return Figure(figsize=(width, height))


def svg_text(figure: Figure, name: str, title: str, description: str, sheet: Sheet = REPORT) -> str:
    """The figure as a stand-alone SVG document.

    Parameters
    ----------
    figure
        Drawn within ``house_style``.
    name
        Prefix of every id in the document, so that figures can share a page.
    title, description
        For readers who do not see the picture.
    sheet
        What it was drawn on.

    Notes
    -----
    The same figure gives the same bytes: no date, ids from the content. Text stays text. Styles
    become presentation attributes, so that a page needs no ``unsafe-inline``; ink becomes
    ``currentColor``, so that a dark page can turn it.
    """
    buffer = io.StringIO()
    with house_style(sheet), warnings.catch_warnings():
        # The reader's face draws the text; the measuring face may lack a glyph without harm.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 - our own text, just written
    _clean(root)
    _prefix_ids(root, name)
    _ungrouped(root)
    _describe(root, name, title, description)
    return written(root) + "\n"


def print_svg(svg: str, figure: Figure, family: str, rules: str) -> str:
    """An SVG document of ``svg_text`` as a file for print: with its size and its type.

    Parameters
    ----------
    svg
        The document.
    figure
        What it shows: its size becomes the document's, in millimetres.
    family
        Family of the type, the first choice of a reader.
    rules
        Style rules that bring it along.
    """
    width, height = figure.get_size_inches() * MM_PER_INCH
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text, just written
    root.set("width", f"{width:.6g}mm")
    root.set("height", f"{height:.6g}mm")
    root.set("font-family", f"'{family}', {FACES}")
    style = ElementTree.Element(f"{{{SVG}}}style")
    style.text = rules
    root.insert(0, style)
    return written(root) + "\n"


def written(root: ElementTree.Element) -> str:
    """An SVG element as text, without a prefix before its names.

    The register of prefixes is one for the whole process: another package may have changed it.
    """
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode")


def embedded(svg: str) -> str:
    """An SVG document as it stands inside an HTML page: without its namespace."""
    return svg.replace(f' xmlns="{SVG}"', "", 1)


def _clean(element: ElementTree.Element) -> None:
    """Drop what a strict page refuses, turn styles into attributes, round coordinates."""
    element.text, element.tail = (element.text or "").strip(), None
    for child in list(element):
        _clean(child)
        if child.tag in _DROPPED or _is_nothing(child):
            element.remove(child)
    for key, value in _presentation(element.attrib.pop("style", "")).items():
        element.set(key, value)
    if XLINK in element.attrib:
        element.set("href", element.attrib.pop(XLINK))
    for key in _GEOMETRY:
        if key in element.attrib:
            rounded = _DECIMALS.sub(_two_decimals, element.attrib[key])
            element.set(key, " ".join(rounded.split()))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    element.attrib.pop("clip-path", None)


def _is_nothing(element: ElementTree.Element) -> bool:
    """Whether an element draws nothing: empty definitions, a shape without fill and stroke."""
    if element.tag == f"{{{SVG}}}defs":
        return not len(element)
    return element.get("fill") == "none" and "stroke" not in element.attrib


def _ungrouped(element: ElementTree.Element) -> None:
    """Put the children of groups that say nothing in the place of the group."""
    for child in list(element):
        _ungrouped(child)
    children: list[ElementTree.Element] = []
    for child in element:
        says_nothing = child.tag == f"{{{SVG}}}g" and not child.attrib
        children += list(child) if says_nothing else [child]
    element[:] = children


def _two_decimals(number: re.Match[str]) -> str:
    """A coordinate in points to a hundredth."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _presentation(style: str) -> dict[str, str]:
    """Declarations of a style attribute as presentation attributes; the face is the page's."""
    found: dict[str, str] = {}
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font-size":
            found[key] = value.removesuffix("px")
        elif key and key != "font-family":
            found[key] = "currentColor" if value.lower() == INK else value
    return found


def _prefix_ids(root: ElementTree.Element, name: str) -> None:
    """Keep only ids that something refers to, each with the figure's name in front."""
    used = {element.get("href", "").removeprefix("#") for element in root.iter()}
    for element in root.iter():
        identifier = element.attrib.pop("id", None)
        if identifier in used:
            element.set("id", f"{name}-{identifier}")
        if element.get("href", "").startswith("#"):
            element.set("href", f"#{name}-{element.attrib['href'][1:]}")


def _describe(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    """Title and description first; a white sheet that a page may hide; fonts; role."""
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("preserveAspectRatio", "xMinYMin")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    root.set("font-family", FACES)
    root.set("color", INK)
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")
    parts = {"title": title, "desc": description}
    for position, (tag, text) in enumerate(parts.items()):
        element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(position, element)
    sheet = {"class": "sheet", "width": "100%", "height": "100%", "fill": PAPER}
    root.insert(len(parts), ElementTree.Element(f"{{{SVG}}}rect", sheet))
