"""What can be asked for by name: indicators, checks, charts, rules in force."""

from __future__ import annotations

from collections.abc import Mapping

from reference_pages import floors
from reference_pages.data import entries
from reference_pages.marks import anchored, code, heading, link, plain, table, vi
from stats.sections.charts import ALIASES, ALL_BODIES, CHARTS, SERIES

INDICATORS = """# Indicators

The catalogue of what can be asked for by id (`data/codes/indicators.csv`). Notebook, report, chart, command line and
explorer ask for the same ids, so that each is defined once. A result is given for each deciding actor by itself;
streams are never added.
"""
CHECKS = """# Checks

What `discipline-stats check` looks for (`data/codes/checks.csv`). A published figure is never changed: what does not
add up is a finding. An error that is known, and was printed so, is listed in `data/acknowledged.toml`; it then counts
as a warning.
"""
DRAWN = """# Charts

Every chart by name, for `discipline-stats chart NAME` and `stats.sections.charts.draw`. Where several deciding actors
have figures there is one chart for each.
"""
RULES = """# Rules in force and breaks

The dated changes of rules, forms and geography (`data/codes/rules.csv`). No change, test, trend or rank crosses one of
them silently: what it affects is named beside the comparison.
"""
KINDS = {
    "count": (
        "Counts",
        "A figure as published: activity › stage › subject › subgroup › penalty ([codes](codes.md)).",
    ),
    "share": ("Shares", "One count over another of the same activity, unit and actor, with an interval."),
    "mix": ("Mixes", "Every part of a total as a share of it, with simultaneous intervals."),
    "rate": ("Rates", "Events per 1,000 members; refused or bounded where no membership is near the period."),
    "contents": ("Contents", "Counts by content of the violation."),
}
FILTERS = ("activity", "stage", "subject", "subgroup", "penalty")


def pages() -> dict[str, str]:
    """Return the pages of indicators, checks, charts and rules."""
    return {
        "reference/indicators.md": _indicators(),
        "reference/checks.md": _checks(),
        "reference/charts.md": _charts(),
        "reference/rules.md": _rules(),
    }


def _indicators() -> str:
    text = [INDICATORS]
    for kind, (title, meaning) in KINDS.items():
        rows = [
            (anchored(row["code"]), plain(row["label_en"]), vi(row["label_vi"]), _definition(row), _method(row))
            for row in entries("indicators")
            if row["kind"] == kind
        ]
        text += [heading(2, title, f"kind-{kind}"), f"\n{meaning}\n"]
        text.append(table(("Indicator", "English", "Vietnamese", "Definition", "Method"), rows))
    return "".join(text)


def _definition(row: Mapping[str, str]) -> str:
    """Return what is counted, or what is divided by what."""
    if row["numerator"]:
        per = f", per {int(row['per']):,}" if row["per"] else ""
        parts = ", ".join(_indicator(part) for part in row["numerator"].split(";"))
        return f"{parts} over {_indicator(row['denominator'])}{per}"
    return " › ".join(code(row[column]) for column in FILTERS if row[column] not in ("", "all"))


def _indicator(id_: str) -> str:
    """Return an id with a link where it is an indicator; a base may be a table (`members`)."""
    return link(code(id_), f"#{id_}") if id_ in {row["code"] for row in entries("indicators")} else code(id_)


def _method(row: Mapping[str, str]) -> str:
    return "" if row["method"] == "as_published" else code(row["method"])


def _checks() -> str:
    rows = [
        (anchored(row["code"]), row["severity"], plain(row["label_en"]), vi(row["label_vi"]), _basis(row))
        for row in entries("checks")
    ]
    return CHECKS + table(("Check", "Severity", "English", "Vietnamese", "Rests on"), rows)


def _basis(row: Mapping[str, str]) -> str:
    told = row["basis"].replace("_", " ")
    return link(told, row["source_url"]) if row["source_url"] else told


def _charts() -> str:
    words = {row["key"]: row for row in entries("texts_charts")}
    rows = []
    for name, make in CHARTS.items():
        said = words[f"chart.what.{name}"]
        also = ", ".join(code(alias) for alias, meant in sorted(ALIASES.items()) if meant == name)
        home = f"{make.__module__}.{make.__name__}"
        made = link(code(home.removeprefix("stats.")), f"api/{floors.addresses()[home]}")
        rows.append((anchored(name), also, plain(said["en"]), vi(said["vi"]), _needs(name), made))
    return DRAWN + table(("Chart", "Also called", "English", "Vietnamese", "Takes", "Made by"), rows)


def _needs(name: str) -> str:
    if name in ALL_BODIES:
        return "a period, all bodies"
    return "a body and several periods of one kind" if name in SERIES else "a body and a period"


def _rules() -> str:
    heads = ("Rule", "From", "Instrument", "English", "Vietnamese", "Affects", "What changes", "Confidence")
    rows = []
    for row in entries("rules"):
        affects = row["affects"].replace("_", " ").replace(";", ", ")
        label, said = (plain(row["label_en"]), vi(row["label_vi"])), plain(row["effect_en"])
        rows.append((
            anchored(row["code"]), row["from"], vi(row["instrument"]), *label, affects, said, row["confidence"]
        ))  # fmt: skip
    return RULES + table(heads, rows)
