"""How views, traces and verdicts show themselves in a notebook: HTML of their own, light and dark."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from stats.displays import STYLE as TABLE_STYLE
from stats.displays import chart_table
from stats.sections import sources
from stats.sections.report import Report
from stats.wording import Words

if TYPE_CHECKING:
    from stats.explore.view import View

_URL = re.compile(r"https?://[^\s<>\"]+")

SOURCE_COLUMNS = ("source_id", "publisher", "title", "published", "url", "rows")

# Colours are those of the page around it: text and lines inherit, so that both themes of JupyterLab read well.
STYLE = """<style>
.explore-box{max-width:62rem;line-height:1.5}
.explore-box h3{font-size:1.1em;margin:.2em 0 .5em}.explore-box h4{font-size:1em;margin:1em 0 .3em}
.explore-box table{border-collapse:collapse;margin:.3em 0;min-width:min(100%,30rem)}
.explore-box caption{text-align:left;font-weight:600;padding:.2em 0;caption-side:top;color:inherit}
.explore-box.explore-box table th,.explore-box.explore-box table td{
padding:.3em .6em;min-width:4.5em;border-bottom:1px solid currentColor;text-align:left;
vertical-align:top;white-space:normal;background:none;color:inherit}
.explore-box.explore-box table td.gt_right,.explore-box.explore-box table th.gt_right{
text-align:right;font-variant-numeric:tabular-nums}
.explore-box .table-box{overflow-x:auto}.explore-box .table-notes{font-size:.92em}
.explore-box a{color:var(--jp-content-link-color,LinkText)}.explore-box code{overflow-wrap:anywhere}
.explore-part>*{min-width:0}
.explore-near .jupyter-button{white-space:normal;line-height:1.5;padding:.2em .6em;text-align:left}
</style>"""


def escaped(text: str) -> str:
    """Return words as they may stand in HTML."""
    return html.escape(text)


def box(markup: str, *, lang: str, label: str) -> str:
    """Return finished markup as one block with its language, its name and its style."""
    return (
        f'{TABLE_STYLE}{STYLE}<section class="explore-box" lang="{html.escape(lang)}" '
        f'aria-label="{html.escape(label)}">'
        f"{markup}</section>"
    )


def view(shown: View) -> str:
    """Return a view as HTML: sentence, the chart as its data table, the table of figures, the sources."""
    words = shown.report.words
    parts = [f"<h3>{html.escape(shown.title)}</h3>", f"<p>{html.escape(shown.sentence)}</p>"]
    if not shown.found:
        return box("".join(parts), lang=words.lang, label=shown.title)
    for chart in shown.charts:
        parts.append(f"<h4>{html.escape(chart.title)}</h4><p>{html.escape(chart.subtitle)}</p>")
        parts.append(chart_table(chart, words=words).html)
    if shown.chart_reason:
        parts.append(f"<p>{html.escape(shown.chart_reason)}</p>")
    return box("".join((*parts, figures(shown))), lang=words.lang, label=shown.title)


def figures(shown: View) -> str:
    """Return the table of figures of a view and its sources, each under its heading."""
    words = shown.report.words
    heads = {part: f"<h4>{html.escape(words.text(f'explore.part.{part}'))}</h4>" for part in ("table", "sources")}
    return heads["table"] + shown.table.html + heads["sources"] + source_list(shown.sources, words)


def documents(report: Report, rows: Iterable[str]) -> pd.DataFrame:
    """Return the documents that print some curated rows, a row a document, in the order they are cited.

    Parameters
    ----------
    report : Report
        It names the documents, and has numbered those cited so far.
    rows : iterable of str
        Ids of rows of figures or of membership.
    """
    printed: dict[str, list[str]] = {}
    for row in dict.fromkeys(rows):
        printed.setdefault(source_of(report, row), []).append(row)
    order = sorted(printed, key=lambda source: report.cited.get(source, len(report.cited) + 1))
    return pd.DataFrame([described(report, s) | {"rows": ";".join(printed[s])} for s in order],
                        columns=list(SOURCE_COLUMNS))  # fmt: skip


def source_of(report: Report, row: str) -> str:
    """Return the id of the document that prints a curated row."""
    if row in report.rows:
        return str(report.rows[row]["source_id"])
    members = report.book.tables.membership
    return str(members.loc[members["row_id"].eq(row), "source_id"].iloc[0])


def described(report: Report, source: str) -> dict[str, str]:
    """Return who published a document, its title, its day in words, and its address."""
    row = report.sources[source]
    return {
        "source_id": source,
        "publisher": report.publisher(source),
        "title": sources.titled(report, source),
        "published": report.day(source),
        "url": str(row["url"] or ""),
    }


def source_list(cited: pd.DataFrame, words: Words) -> str:
    """Return documents as a numbered list, with the anchors the markers and figures of a table lead to."""
    return f'<ol class="documents">{"".join(_document(row, words) for row in cited.to_dict("records"))}</ol>'


def _document(row: Mapping[Any, Any], words: Words) -> str:
    url = html.escape(row["url"])
    when = html.escape(row["published"] or words.text("sources.undated"))
    link = f' <a href="{url}">{url}</a>' if row["url"].startswith("http") else ""
    anchors = ", ".join(f'<code id="row-{html.escape(r)}">{html.escape(r)}</code>' for r in row["rows"].split(";"))
    said = f"<cite>{html.escape(row['title'])}</cite>. {html.escape(row['publisher'])}, {when}.{link}"
    rows = f"{html.escape(words.text('explore.rows'))} {anchors}"
    return f'<li id="src-{html.escape(row["source_id"])}">{said} {rows}</li>'


def frame_table(frame: pd.DataFrame, heads: Sequence[str], *, caption: str) -> str:
    """Return columns of words as an HTML table with a caption and heads; all text is escaped."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    lines = "".join(
        "<tr>" + "".join(f"<td>{_linked(str(cell))}</td>" for cell in line) + "</tr>"
        for line in frame.itertuples(index=False)
    )
    return (
        f'<div class="table-box" tabindex="0" role="region" aria-label="{html.escape(caption)}"><table>'
        f"<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _linked(text: str) -> str:
    """Return words escaped, with the addresses among them as links."""
    return _URL.sub(r'<a href="\g<0>">\g<0></a>', html.escape(text))
