"""The glossary in Vietnamese and English: the terms of the field, and those of the code lists."""

from __future__ import annotations

import csv

from reference_pages.data import entries
from reference_pages.floors import ROOT
from reference_pages.marks import heading, link, plain, table, vi
from stats.wording.collation import sorted_vi

GLOSSARY = """# Glossary

The terms of party inspection, supervision and discipline in Vietnamese and English, in Vietnamese alphabetical order;
then the words of the code lists, as they stand in tables, charts and reports.
"""
HEADS = ("Vietnamese", "English", "Meaning")
TERMS = ROOT / "docs" / "reference" / "glossary.csv"
LISTS = {
    "activities": "Activities", "stages": "Stages", "subjects": "What is counted", "units": "Units of counts",
    "subgroups": "Parts of what is counted", "penalties": "Penalties", "violations": "Contents of violations",
    "actors": "Who inspects and decides", "levels": "Levels of bodies", "organisation_kinds": "Kinds of organisation",
    "period_kinds": "Kinds of period", "approx": "How exact a figure is", "flags": "Caveats of rows",
}  # fmt: skip
"""Code lists whose words are terms, and their headings."""


def pages() -> dict[str, str]:
    """Return the page of the glossary."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        terms = sorted_vi(csv.DictReader(file), key=lambda row: row["vi"])
    rows = [(vi(term["vi"]), plain(term["en"]), plain(term["definition"])) for term in terms]
    text = [GLOSSARY, heading(2, "Terms of the field", "terms"), table(HEADS, rows)]
    for name, title in LISTS.items():
        rows = [(vi(row["label_vi"]), plain(row["label_en"]), f"`{row['code']}`") for row in entries(name)]
        text += [heading(2, title, name), f"\nMore on the codes: {link(name.replace('_', ' '), f'codes.md#{name}')}.\n"]
        text.append(table(("Vietnamese", "English", "Code"), rows))
    return {"reference/glossary.md": "".join(text)}
