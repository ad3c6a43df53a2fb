"""Findings as one offline web page: nothing is fetched, no script runs, severities are filtered by style."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from stats.errors import Severity
from stats.reports import resources
from stats.reports.checking.findings import Checked, counts, summary
from stats.reports.writers.page import style_sheet

_COLUMNS = ("id", "place", "period", "text", "rows", "sources")


def render(frame: pd.DataFrame, checked: Checked, lang: str) -> str:
    """Return the page."""
    texts = {name: checked.text(name, lang) for name in ("title", "intro", "none", "filter", "acknowledged", "rules")}
    used = sorted(frame["id"].unique())
    return _template().render(
        lang=lang,
        css=style_sheet(),
        t=texts,
        columns=[checked.text(f"column.{name}", lang) for name in _COLUMNS],
        summary=summary(frame, checked, lang),
        severities=[(str(s), checked.text(s, lang), n) for s, n in counts(frame).items()],
        groups=[_group(frame, checked, severity, lang) for severity in Severity],
        rules=[{**checked.codes.row("checks", id_), "label": checked.codes.label("checks", id_, lang)} for id_ in used],
    )


def _group(frame: pd.DataFrame, checked: Checked, severity: Severity, lang: str) -> dict[str, Any]:
    papers = checked.tables.sources.set_index("source_id")[["publisher", "url"]].to_dict("index")
    rows = [
        {
            "id": row["id"],
            "place": row[f"place_{lang}"],
            "period": checked.period(row["period"], lang),
            "text": row[f"text_{lang}"],
            "reason": row[f"reason_{lang}"] if row["acknowledged"] else "",
            "rows": ", ".join(row["rows"]),
            "sources": [_paper(source, papers.get(source, {})) for source in row["sources"]],
        }
        for row in frame[frame["severity"] == severity].to_dict("records")
    ]
    return {"severity": str(severity), "label": checked.text(severity, lang), "rows": rows}


def _paper(source: str, paper: Mapping[Any, Any]) -> tuple[str, str]:
    """Return how a document is called and where it is; an address of another kind is never made a link."""
    address = str(paper.get("url", ""))
    return str(paper.get("publisher") or source), address if address.startswith(("http://", "https://")) else ""


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(resources.folder(Path("reports/templates")))
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("findings.html.j2")
