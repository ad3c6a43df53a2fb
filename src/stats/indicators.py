"""The indicator catalogue computed: an id, a body and a period in, results out.

Every report, chart, command and app asks for figures here, by id, so that one definition serves
all. A result is given per deciding actor, because streams are never added or mixed silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from stats import checks, denominators, rates, shares, tables
from stats import codes as code_lists
from stats.codes import Codes
from stats.errors import UnknownCodeError
from stats.periods import Period
from stats.results import Approx, Note, Result, Results, State

CONF_LEVEL = 0.95
KEYS = ("activity", "stage", "subject", "subgroup", "penalty")
"""Columns by which an indicator of the catalogue picks its rows."""

UNCLOSED = ("year_not_closed", "period_not_closed", "term_not_closed")
"""Flags of figures published before their period ended: what is computed from one carries the flag too."""


@dataclass(frozen=True)
class Indicator:
    """One line of the catalogue (``data/codes/indicators.csv``)."""

    id: str
    kind: str
    definition: Mapping[str, str]

    def label(self, lang: str) -> str:
        """Return what the indicator is called."""
        return self.definition["label_vi" if lang == "vi" else "label_en"]

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the counts a mix is made of."""
        return tuple(self.definition["numerator"].split(";"))

    @property
    def affects(self) -> tuple[str, ...]:
        """Which rules break a series of this indicator."""
        return tuple(self.definition["affects"].split(";"))


@dataclass(frozen=True)
class Book:
    """The curated data opened for asking: tables, code lists, and the figures chosen among sources.

    Attributes
    ----------
    tables : Tables
        As published, with every source.
    codes : Codes
        The code lists.
    """

    tables: tables.Tables
    codes: Codes

    @cached_property
    def chosen(self) -> pd.DataFrame:
        """One row a key, picked among sources by the declared rule (`stats.tables.selection`)."""
        return tables.choose(self.tables.observations, self.tables.sources)

    @cached_property
    def by_id(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every curated figure (``observations``) and document (``sources``) by its id."""
        frames = {"observations": (self.tables.observations, "row_id"), "sources": (self.tables.sources, "source_id")}
        return {name: {str(row[key]): row for row in records(frame)} for name, (frame, key) in frames.items()}

    @cached_property
    def index(self) -> dict[tuple[str, ...], list[dict[str, Any]]]:
        """The chosen rows by body, period, the columns an indicator filters on (`KEYS`), and violation."""
        found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in records(self.chosen):
            found.setdefault(tuple(row[c] for c in ("body_id", "period", *KEYS, "violation")), []).append(row)
        return found

    @cached_property
    def _computed(self) -> dict[tuple[str, str, str, float], list[Result]]:
        # Sections of one report ask for the same indicators many times over.
        return {}

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What the checks of all tables found (`stats.checks.run`)."""
        return checks.run(self.tables, self.codes)

    @cached_property
    def disputed(self) -> frozenset[str]:
        """Ids of the rows whose figure pages give to different actors (warnings of check X02)."""
        found = self.findings[self.findings["id"].eq("X02") & self.findings["severity"].eq("warning")]
        return frozenset(row for rows in found["rows"] for row in rows)

    @cached_property
    def catalogue(self) -> dict[str, Indicator]:
        """Indicators by id, in the order of the catalogue."""
        rows = (self.codes.row("indicators", code) for code in self.codes.order("indicators"))
        return {row["code"]: Indicator(row["code"], row["kind"], row) for row in rows}

    @cached_property
    def _none(self) -> pd.DataFrame:
        # Asked for thousands of times where there is nothing; to cut it anew takes half a millisecond.
        return self.chosen.iloc[:0]

    @cached_property
    def _groups(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {(str(b), str(p)): frame for (b, p), frame in self.chosen.groupby(["body_id", "period"], sort=False)}

    def at(self, body: str, period: str) -> pd.DataFrame:
        """Return the chosen rows of one body and period; empty when there are none."""
        return self._groups.get((body, period), self._none)

    def periods(self, body: str) -> list[Period]:
        """Return the periods a body has any figure for, in order of time."""
        return list(self._periods.get(body, ()))

    @cached_property
    def _periods(self) -> dict[str, list[Period]]:
        found: dict[str, list[Period]] = {}
        for body, key in self._groups:
            found.setdefault(body, []).append(self.codes.period(key, body))
        return {body: sorted(periods) for body, periods in found.items()}

    def published(self, row: dict[str, Any], indicator: str = "", *, category: str = "") -> Result:
        """Return one chosen row as a result, as published.

        Every source that prints the same figure is cited; a flag counts only when all of them carry
        it; other figures for the same key are a caveat that names them.
        """
        approx = Approx(row["approx"])
        low, high = tables.interval(int(row["count"]), approx)
        rows = [self._observed[row_id] for row_id in (row["row_id"], *row["alternatives"])]
        same = [r for r in rows if r["count"] == row["count"] and r["approx"] == row["approx"]]
        flags = [f for f in rows[0]["flags"].split(";") if f and all(f in r["flags"].split(";") for r in same)]
        caveats = [Note("flag", {"flag": flag}) for flag in flags]
        if row["n_values"] > 1:
            others = tuple(sorted({int(r["count"]) for r in rows} - {int(row["count"])}))
            caveats.append(Note("sources_differ", {"others": others, "rule": row["rule"]}))
        exact = approx is Approx.EXACT
        return Result(
            estimate=float(row["count"]),
            conf_low=None if exact else float(low),
            conf_high=None if exact else float(high),
            unit=row["unit"],
            indicator=indicator,
            body=row["body_id"],
            period=row["period"],
            actor=row["actor"],
            category=category,
            approx=approx,
            sources=tuple(dict.fromkeys(r["source_id"] for r in same)),
            rows=tuple(r["row_id"] for r in same),
            caveats=tuple(caveats),
        )

    @cached_property
    def _observed(self) -> dict[str, dict[str, Any]]:
        columns = ["row_id", "count", "approx", "flags", "source_id"]
        return {row["row_id"]: row for row in records(self.tables.observations[columns])}

    @cached_property
    def alternatives(self) -> dict[str, tuple[str, ...]]:
        """Ids of the rows in which other pages tell the same figure, by the id of the chosen row."""
        return {str(row["row_id"]): tuple(row["alternatives"]) for row in records(self.chosen) if row["alternatives"]}

    def bodies(self) -> list[str]:
        """Return the ids of the bodies that have figures."""
        return sorted(self._periods)


def open_book(data: Path | None = None) -> Book:
    """Read the curated tables and code lists.

    Parameters
    ----------
    data : Path, optional
        The data folder; by default the checkout's, else the copy inside the installed package.

    Raises
    ------
    DataError
        When a table has broken rows; all of them are listed.
    """
    place = data or code_lists.default_data()
    return _KEPT.get(place.resolve()) or Book(tables.read(place), code_lists.load(place))


_KEPT: dict[Path, Book] = {}


def keep_open(data: Path) -> Book:
    """Open a data folder once for all: `open_book` gives the same book from now on, as it is now.

    For a process that makes many reports; it has to see for itself that no file changes
    (`stats.reports.engine.reading`).
    """
    forget()
    _KEPT[data.resolve()] = book = open_book(data)
    return book


def forget() -> None:
    """Drop what `keep_open` holds: the next book is read from the files."""
    _KEPT.clear()


def find(book: Book, indicator: str) -> Indicator:
    """Return an indicator by id.

    Raises
    ------
    UnknownCodeError
        When the catalogue has no such id; the nearest are named.
    """
    if indicator not in book.catalogue:
        raise UnknownCodeError.from_value(("indicator", "chỉ tiêu"), indicator, book.catalogue)
    return book.catalogue[indicator]


def compute(
    book: Book, indicator: str, body: str, period: Period, *, actor: str | None = None, conf_level: float = CONF_LEVEL
) -> Results:
    """Compute one indicator for a body and a period.

    Parameters
    ----------
    book : Book
        See `open_book`.
    indicator : str
        Id in the catalogue.
    body : str
        Body id.
    period : Period
        Figures printed for exactly this period are used; nothing is summed or split.
    actor : str, optional
        Keep one deciding actor only.
    conf_level : float
        Level of the intervals of shares and rates.

    Returns
    -------
    Results
        A list, one an actor (and a category, for mixes and violation contents), in the order of the code
        list; empty when nothing was published.
    """
    key = (indicator, body, period.key, conf_level)
    if key not in book._computed:
        book._computed[key] = _compute(book, find(book, indicator), body, period, conf_level)
    return Results(r for r in book._computed[key] if actor is None or r.actor == actor)


def _compute(book: Book, found: Indicator, body: str, period: Period, conf_level: float) -> list[Result]:
    makers = {"count": _counts, "share": _shares, "mix": _mix, "rate": _rates, "contents": _contents}
    return makers[found.kind](book, found, body, period, conf_level)


def first(book: Book, indicator: str, body: str, period: Period, actor: str) -> Result:
    """Return one indicator of one actor; a result in state ``missing`` when nothing was published."""
    results = compute(book, indicator, body, period, actor=actor)
    if results:
        return results[0]
    missing = Note("not_published")
    return Result(state=State.MISSING, reason=missing, indicator=indicator, body=body, period=period.key, actor=actor)


def _counts(book: Book, found: Indicator, body: str, period: Period, _level: float) -> list[Result]:
    wanted = tuple(found.definition[column] for column in KEYS)
    rows = book.index.get((body, period.key, *wanted, ""), ())
    order = book.codes.order("actors")
    return sorted((book.published(row, found.id) for row in rows), key=lambda r: order.index(r.actor))


def records(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frame as plain dictionaries."""
    for row in rows.to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _shares(book: Book, found: Indicator, body: str, period: Period, level: float) -> list[Result]:
    above = compute(book, found.definition["numerator"], body, period)
    below = {r.actor: r for r in compute(book, found.definition["denominator"], body, period)}
    pairs = [(top, below[top.actor]) for top in above if top.actor in below]
    return [_share(found, top, base, level) for top, base in pairs]


def _share(found: Indicator, top: Result, base: Result, level: float) -> Result:
    shared = _origin(found, top, base)
    if top.estimate is None or base.estimate is None or top.estimate > base.estimate:
        return replace(shared, state=State.REFUSED, reason=Note("above_base", {"numerator": top.estimate or 0}))
    one = shares.share(top.estimate, base.estimate, conf_level=level)[0]
    known = replace(
        shared,
        estimate=one.estimate,
        conf_low=one.conf_low,
        conf_high=one.conf_high,
        conf_level=one.conf_level,
        method=one.method,
        numerator=top.estimate,
        denominator=base.estimate,
        kind="share",
        state=one.state,
        reason=Note("base_zero") if one.state is State.MISSING else None,
    )
    if top.unit != base.unit:
        # A ratio of two units is no proportion of one population: it has no interval.
        return replace(known, conf_low=None, conf_high=None, conf_level=None, method="ratio")
    if Approx.EXACT == top.approx == base.approx:
        return known
    (low1, high1), (low2, high2) = (allowed_range(r) for r in (top, base))
    ends = shares.share([min(low1, high2), min(high1, low2)], [high2, low2], conf_level=level)
    return replace(known, conf_low=ends[0].conf_low, conf_high=ends[1].conf_high)


def allowed_range(result: Result) -> tuple[float, float]:
    """Return what the wording of a figure allows; the figure itself twice when it is exact."""
    count = result.estimate or 0.0
    return (result.conf_low or count, result.conf_high or count)


def _origin(found: Indicator, top: Result, base: Result) -> Result:
    caveats = [c for c in (*top.caveats, *base.caveats) if c.code != "flag" or c.values["flag"] in UNCLOSED]
    if top.unit != base.unit:
        caveats.append(Note("units_differ", {"numerator": top.unit, "denominator": base.unit}))
    if Approx.EXACT not in (top.approx, base.approx) or top.approx != base.approx:
        caveats.append(Note("approximate_input"))
    return Result(
        state=State.MISSING,
        kind="share",
        unit=top.unit,
        base=base.unit,
        indicator=found.id,
        body=top.body,
        period=top.period,
        actor=top.actor,
        derived=True,
        category=top.category,
        sources=tuple(dict.fromkeys((*top.sources, *base.sources))),
        rows=(*top.rows, *base.rows),
        caveats=tuple(dict.fromkeys(caveats)),
    )


def _mix(book: Book, found: Indicator, body: str, period: Period, level: float) -> list[Result]:
    totals = compute(book, found.definition["denominator"], body, period)
    by_part = [{r.actor: r for r in compute(book, part, body, period)} for part in found.parts]
    results: list[Result] = []
    for total in totals:
        parts = [
            (part, group[total.actor]) for part, group in zip(found.parts, by_part, strict=True) if total.actor in group
        ]
        if not parts or total.estimate is None:
            continue
        counts = [r.estimate or 0.0 for _, r in parts]
        whole = sum(counts) == total.estimate
        missing = len(parts) < len(found.parts) and not whole
        caveat = () if whole else (Note("parts_do_not_add", {"parts": sum(counts), "total": total.estimate}),)
        if missing or not whole or len(parts) < 2:
            # Without the whole split the parts are single shares of the printed total, not a multinomial.
            rows = [shares.share(n, total.estimate, conf_level=level)[0] for n in counts]
        else:
            rows = list(shares.shares_of_total(counts, conf_level=level))
        for (part, count), one in zip(parts, rows, strict=True):
            shared = _origin(found, count, total)
            category = find(book, part).definition["penalty"]
            results.append(
                replace(
                    shared,
                    estimate=one.estimate,
                    conf_low=one.conf_low,
                    conf_high=one.conf_high,
                    conf_level=one.conf_level,
                    method=one.method,
                    numerator=count.estimate,
                    denominator=total.estimate,
                    state=one.state,
                    category=category,
                    caveats=(*shared.caveats, *caveat),
                )
            )
    return results


def _contents(book: Book, found: Indicator, body: str, period: Period, _level: float) -> list[Result]:
    rows = book.at(body, period.key)
    mask = rows["violation"].ne("")
    for column in KEYS:
        mask &= rows[column].eq(found.definition[column])
    results = [book.published(row, found.id, category=row["violation"]) for row in records(rows[mask])]
    return sorted(results, key=lambda r: (r.actor, -(r.estimate or 0), r.category))


def _rates(book: Book, found: Indicator, body: str, period: Period, level: float) -> list[Result]:
    per = float(found.definition["per"])
    results = []
    for top in compute(book, found.definition["numerator"], body, period):
        base = denominators.membership(book.tables.membership, body, period)
        shared = Result(
            state=State.MISSING,
            reason=base.reason,
            kind="rate",
            per=per,
            unit=top.unit,
            base="members",
            indicator=found.id,
            body=body,
            period=period.key,
            actor=top.actor,
            derived=True,
            numerator=top.estimate,
            sources=tuple(dict.fromkeys((*top.sources, *base.sources))),
            rows=(*top.rows, *base.rows),
            caveats=(*_told_of(top), *base.caveats, Note("months", {"months": period.months})),
        )
        results.append(_rate(shared, top, base, per, level))
    return results


def _told_of(top: Result) -> tuple[Note, ...]:
    """Return what a rate says of its numerator: that it is approximate, or was printed before its period ended."""
    flags = tuple(c for c in top.caveats if c.code == "flag" and c.values["flag"] in UNCLOSED)
    return flags if top.approx is Approx.EXACT else (*flags, Note("approximate_numerator"))


def _rate(shared: Result, top: Result, base: Result, per: float, level: float) -> Result:
    low, high = base.conf_low, base.conf_high
    if top.estimate is None or low is None or high is None:
        return replace(shared, state=State.REFUSED)
    # The interval covers both chance (Byar or exact) and what the wording of the two counts allows.
    fewest, most = allowed_range(top)
    bounds = rates.rate([most, fewest], [low, high], per=per, conf_level=level)
    known = replace(
        shared,
        conf_low=float(bounds.conf_low[1]),
        conf_high=float(bounds.conf_high[0]),
        conf_level=level,
        method=bounds[0].method,
        reason=None,
    )
    if base.estimate is None:
        return replace(known, state=State.REFUSED, reason=base.reason)
    return replace(known, state=State.VALUE, estimate=top.estimate / base.estimate * per, denominator=base.estimate)
