"""One chart as files: pictures, a PDF, a fragment for a web page, and its data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from stats import theme
from stats.errors import LANGUAGES, UnknownCodeError, UsageError
from stats.figures import Chart
from stats.indicators import Book
from stats.reports import files, resources
from stats.reports.request import formats_in, locate
from stats.reports.writers import images
from stats.reports.writers.fragment import fragment
from stats.reports.writers.record import Record
from stats.sections import charts
from stats.sections.bodies import comparison_of
from stats.sections.report import Report, report_on

FORMATS = ("png", "svg", "pdf", "html", "json")

_DRAWN = {"png": ("png@1", "png@2"), "svg": ("svg",), "pdf": ("pdf",), "html": ("svg",), "json": ()}
"""What has to be drawn for each format."""


def write(
    book: Book,
    name: str,
    *,
    place: str = "",
    period: str,
    lang: str = "vi",
    formats: str = "png,svg",
    size: str = "page",
    out: Path | None = None,
) -> list[Path]:
    """Draw a chart of a report and write it.

    Parameters
    ----------
    book : Book
        The curated data.
    name : str
        Name of the chart or an alias (`stats.sections.charts`).
    place : str
        Body; not used by the charts on all bodies.
    formats : str
        Any of ``png`` (also at double size), ``svg``, ``pdf``, ``html`` (a fragment for a web page)
        and ``json`` (its words, data, sources and plotly figure), comma-separated.
    size : {'page', 'half', 'slide'}
        Where the chart is going to stand.

    Returns
    -------
    list of Path
        ``NAME_BODY_PERIOD_LANG.FORMAT``: the same call writes the same names. All are made before
        the first is written.

    Raises
    ------
    UnknownCodeError, PeriodError, UsageError
        When something asked for does not exist; nothing is written.
    MissingSystemPackageError
        When there is no Chromium.
    OutputError
        When the folder cannot be written; files already there stay as they were.
    """
    _known(("language", "ngôn ngữ"), lang, LANGUAGES)
    _known(("size", "khổ"), size, theme.SIZES)
    formats_in(formats, FORMATS)
    name = charts.resolve(name)
    report = _report(book, name, place, period, lang)
    report.size = size
    return save(_sized(charts.draw(report, name), size), report, formats=formats, out=out)


def save(
    found: Sequence[Chart], report: Report, *, formats: str = "png,svg,pdf", out: Path | None = None
) -> list[Path]:
    """Write charts of a report as files: from a notebook, after a change of title or size.

    Parameters
    ----------
    found : sequence of Chart
        Charts made from the report; none writes nothing.
    report : Report
        Names the body, the period and the language in the names of the files and in what they say of
        themselves.
    formats : str
        As in `write`.
    out : Path or str, optional
        Folder; empty for the project's own (``reports/output``).

    Returns
    -------
    list of Path
        As of `write`, whose errors are raised here too.
    """
    wanted = formats_in(formats, FORMATS)
    stem = f"{report.body.body_id}_{report.period.slug}_{report.words.lang}"
    finished: dict[str, bytes | str] = {}
    for record, drawn in _drawn([Record(chart, report) for chart in found], wanted) if found else ():
        base = f"{record.chart.name}_{stem}"
        for form in wanted:
            if form == "png":
                finished |= {f"{base}.png": drawn["png@1"], f"{base}@2x.png": drawn["png@2"]}
            elif form == "html":
                finished[f"{base}.html"] = fragment(record, drawn["svg"].decode())
            elif form == "json":
                finished[f"{base}.json"] = record.json()
            else:
                finished[f"{base}.{form}"] = drawn[form]
    folder = Path(out) if out else resources.output_folder()
    return [files.write(folder / file, data) for file, data in finished.items()]


def _report(book: Book, name: str, place: str, period: str, lang: str) -> Report:
    if name in charts.ALL_BODIES:
        return comparison_of(book, period, lang)
    if not place:
        raise UsageError(
            f"The chart {name!r} is on one body: name it, for instance --place ha-noi.",
            f"Biểu đồ {name!r} vẽ cho một đảng bộ: hãy nêu tên, ví dụ --place ha-noi.",
        )
    programme = charts.CHARTS[name].__module__.endswith("programme")
    body, found = locate(book, place, period, programme=programme)
    return report_on(book, book.codes.body(body), found, lang)


def _sized(found: Sequence[Chart], size: str) -> Sequence[Chart]:
    for chart in found:
        if chart.spec["layout"]["width"] != theme.SIZES[size].width:
            raise UsageError(
                f"The chart {chart.name!r} comes in page size only.", f"Biểu đồ {chart.name!r} chỉ có khổ trang (page)."
            )
    return found


def _drawn(records: Sequence[Record], wanted: Sequence[str]) -> Iterable[tuple[Record, dict[str, bytes]]]:
    """Return each chart with its drawings by format; without any to draw no browser is started."""
    forms = tuple(dict.fromkeys(form for one in wanted for form in _DRAWN[one]))
    done: dict[tuple[str, str], bytes] = {}
    if forms:
        done = images.draw(
            {r.chart.name: r.chart.spec for r in records},
            forms,
            fonts=theme.fonts_dir(),
            imprints={r.chart.name: r.imprint for r in records},
        )
    return [(r, {form: done[r.chart.name, form] for form in forms}) for r in records]


def _known(what: tuple[str, str], value: str, allowed: Iterable[str]) -> None:
    names = list(allowed)
    if value not in names:
        raise UnknownCodeError.from_value(what, value, names)
