"""One chart as image files."""

from __future__ import annotations

from pathlib import Path

from stats import theme
from stats.errors import LANGUAGES, UnknownCodeError
from stats.indicators import Book
from stats.reports import files, resources
from stats.reports.request import locate
from stats.reports.writers import images
from stats.sections import charts
from stats.sections.report import report_on


def write(
    book: Book,
    name: str,
    *,
    place: str,
    period: str,
    lang: str = "vi",
    formats: str = "png,svg",
    out: Path | None = None,
) -> list[Path]:
    """Draw a chart of a report and write it.

    Parameters
    ----------
    book : Book
        The curated data.
    name : str
        Name of the chart (`stats.sections.charts.CHARTS`).
    formats : str
        ``png``, ``svg`` or both, comma-separated.

    Returns
    -------
    list of Path
        ``NAME_BODY_PERIOD_LANG.FORMAT``: the same call writes the same names.

    Raises
    ------
    UnknownCodeError, PeriodError, UsageError
        When something asked for does not exist; nothing is written.
    MissingSystemPackageError
        When there is no Chromium.
    """
    if lang not in LANGUAGES:
        raise UnknownCodeError.from_value(("language", "ngôn ngữ"), lang, LANGUAGES)
    if name not in charts.CHARTS:
        raise UnknownCodeError.from_value(("chart", "biểu đồ"), name, charts.CHARTS)
    wanted = tuple(dict.fromkeys(part.strip() for part in formats.split(",") if part.strip()))
    for one in wanted:
        if one not in images.FORMATS:
            raise UnknownCodeError.from_value(("format", "định dạng"), one, images.FORMATS)
    programme = charts.CHARTS[name].__module__.endswith("programme")
    body, found = locate(book, place, period, programme=programme)
    report = report_on(book, book.codes.body(body), found, lang)
    drawn = charts.draw(report, name)
    done = images.draw({chart.name: chart.spec for chart in drawn}, wanted, fonts=theme.fonts_dir())
    folder = out or resources.output_folder()
    return [
        files.write(folder / f"{chart}_{body}_{found.slug}_{lang}.{form}", data) for (chart, form), data in done.items()
    ]
