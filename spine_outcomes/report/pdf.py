"""The report as PDF for A4: the printed page, with bookmarks and embedded type."""

from __future__ import annotations

from spine_outcomes.report.environment import read_asset


def pdf_document(page: str) -> bytes:
    """The report as PDF.

    Parameters
    ----------
    page
        The rendered page; its rules for print apply, then those of ``pdf.css``.

    Returns
    -------
    bytes
        The same page gives the same bytes: without author, date or path.

    Raises
    ------
    ValueError
        If the page asks for anything that it does not bring along.
    """
    from weasyprint import CSS, HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    inside = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    sheet = CSS(string=read_asset("pdf.css"), url_fetcher=inside)
    try:
        made: bytes = HTML(string=page, url_fetcher=inside).write_pdf(
            stylesheets=[sheet], pdf_identifier=b"spine-outcomes"
        )
    except FatalURLFetchingError as error:  # no Exception: nothing else would catch it
        raise ValueError(f"the page asks for something: {error}") from None
    return made
