"""One chart with everything said about it: what its files are written from, and the JSON of it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from stats.figures import Chart
from stats.reports.writers.imprint import Imprint
from stats.sections.report import Report


@dataclass(frozen=True)
class Record:
    """A chart of a report, with the words for its place, period and documents.

    Attributes
    ----------
    chart : Chart
        The chart.
    report : Report
        The report it is of.
    """

    chart: Chart
    report: Report

    @property
    def imprint(self) -> Imprint:
        """What the chart's files say about themselves."""
        report, chart = self.report, self.chart
        period = report.words.period(report.period, heading=True)
        vintage = report.vintage(chart.sources)
        return Imprint(chart.title, chart.alt, report.words.lang, chart.credit, report.name, period, vintage)

    @property
    def caption(self) -> str:
        """What is measured, where and when, and who printed the figures, in one line."""
        said = [f"{self.chart.subtitle}." if self.chart.subtitle else ""]
        said.append(self.report.text("chart.source", source=self.chart.credit) if self.chart.credit else "")
        return " ".join(part for part in said if part)

    @property
    def unit(self) -> str:
        """The units of the marks in words, in reading order."""
        codes, words = self.report.book.codes, self.report.words
        said = []
        for code in dict.fromkeys(str(unit) for unit in self.chart.table.get("unit", ()) if unit):
            known = next((name for name in ("units", "programme_units") if code in codes.order(name)), None)
            said.append(words.label(known, code) if known else code)
        return "; ".join(dict.fromkeys(said))

    @cached_property
    def sources(self) -> list[dict[str, str]]:
        """The documents behind the marks: title, publisher, date (YYYY-MM-DD, empty when not printed) and address."""
        found = []
        for source in self.chart.sources:
            row = self.report.sources[source]
            found.append(
                {
                    "id": source,
                    "title": self.report.rendered(str(row["title"])),
                    "publisher": self.report.publisher(source),
                    "date": _day(row["published_on"]),
                    "url": "" if pd.isna(row["url"]) else str(row["url"]),
                }
            )
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The data table, a row a mark; what is missing is None."""
        return [{str(k): _plain(v) for k, v in row.items()} for row in self.chart.table.to_dict("records")]

    def json(self) -> str:
        """Return the record as JSON."""
        report, chart = self.report, self.chart
        said = {
            "name": chart.name,
            "kind": chart.kind,
            "title": chart.title,
            "subtitle": chart.subtitle,
            "alt": chart.alt,
            "caption": self.caption,
            "notes": list(chart.notes),
            "unit": self.unit,
            "place": report.body.body_id,
            "place_name": report.name,
            "period": report.period.key,
            "period_name": report.words.period(report.period, heading=True),
            "period_start": report.period.start.isoformat(),
            "period_end": report.period.end.isoformat(),
            "language": report.words.lang,
            "vintage": self.imprint.day or None,
            "sources": self.sources,
            "rows": self.rows,
            "spec": chart.spec,
        }
        return json.dumps(said, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _day(value: Any) -> str:
    return "" if pd.isna(value) else pd.Timestamp(value).date().isoformat()


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value
