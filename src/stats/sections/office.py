"""Which office issues a report: what the head of a Party document says of it.

From the body's level and name, by the code list ``offices``. Where the list has no line for the level, or a report
is on several bodies, nobody can be named: the values are empty, and the document leaves a line to fill in.

References
----------
Guidance 36-HD/VPTW of 3 April 2018, II.1: names of issuing bodies, symbols, place names.
"""

from __future__ import annotations

from typing import Any

KEYS = ("superior", "issuer", "symbol", "place")
"""Superior body, issuing body, its letters in the number line, place of issue."""


def office(report: Any) -> dict[str, str]:
    """Return the office that issues a report, in the report's language.

    Parameters
    ----------
    report : Report
        Any report.

    Returns
    -------
    dict of str
        A text for each of `KEYS`; empty where it cannot be told.
    """
    level, lang = report.body.level, report.words.lang
    row = next((row for row in report.book.codes.rows("offices") if row["level"] == level), None)
    if row is None:
        return dict.fromkeys(KEYS, "")
    name = report.name.removeprefix("TP. ")
    superior = row[f"superior_{lang}"].replace("{body}", name.upper())
    place = row["place"].replace("{body}", report.body.name("vi").removeprefix("TP. "))
    return {"superior": superior, "issuer": row[f"issuer_{lang}"], "symbol": row["symbol"], "place": place}
