"""The comparison report being made: which bodies can be compared for a period, and which cannot, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from stats import indicators, shares
from stats.codes import Body
from stats.errors import PeriodError
from stats.indicators import Book
from stats.periods import NAMED, Kind, Period, kind_of
from stats.results import Approx, Note, Result, State
from stats.sections.report import Report, asked_on
from stats.wording import Words
from stats.wording.collation import sorted_vi

MIX = "penalty-mix-members"
HEAVY = ("removal", "expulsion")
"""The penalties whose share is compared."""

LEVELS = ("province", "municipality")
"""Bodies of one rank: only these are set side by side."""

UNSTATED = "unspecified"
"""The actor of figures whose source does not say who decided."""

REASONS = ("partial", "approximate", "unstated", "level", "boundaries", "alone", "period")
"""Why a figure is not compared, in the order they are told."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The penalty split of one body, period and deciding actor.

    Attributes
    ----------
    share : Result
        Removed or expelled among members disciplined, with its Wilson interval; refused when the
        split is partial or approximate.
    counts : tuple of Result
        The published figures it rests on: the penalties in their order, then the total.
    why : str
        Why it is not compared, one of `REASONS`; empty when it is.
    """

    body: Body
    period: Period
    actor: str
    share: Result
    counts: tuple[Result, ...]
    why: str = ""


@dataclass
class BodiesReport(Report):
    """A report that sets bodies side by side for one kind of period.

    Attributes
    ----------
    key : str
        The period asked for.
    entries : tuple of Entry
        Every penalty split of members published for any body and period.
    """

    key: str = ""
    entries: tuple[Entry, ...] = ()

    @cached_property
    def asked(self) -> tuple[Entry, ...]:
        """The splits of the period asked for, compared or not."""
        return asked(self.entries, self.key)

    @cached_property
    def compared(self) -> dict[str, tuple[Entry, ...]]:
        """The bodies compared, by actor in the order of the code list and by name within."""
        found: dict[str, tuple[Entry, ...]] = {}
        for actor in self.book.codes.order("actors"):
            mine = [e for e in self.asked if e.actor == actor and not e.why]
            if len(mine) > 1:
                found[actor] = tuple(sorted_vi(mine, key=_by_name))
        return found

    @cached_property
    def apart(self) -> tuple[Entry, ...]:
        """What was published for the period, or for one that overlaps it, and is not compared."""
        chosen = {id(e) for group in self.compared.values() for e in group}
        found = [replace(e, why=e.why or "alone") for e in self.asked if id(e) not in chosen]
        mine = {id(e) for e in self.asked}
        found += [
            replace(e, why="period") for e in self.entries
            if id(e) not in mine and e.why not in ("partial", "approximate") and self._overlaps(e)
        ]  # fmt: skip
        named = sorted_vi(found, key=_by_name)
        return tuple(sorted(named, key=lambda e: REASONS.index(e.why)))

    @property
    def elsewhere(self) -> int:
        """How many full splits lie wholly outside the period asked for."""
        mine = {id(e) for e in self.asked}
        return sum(
            id(e) not in mine and e.why not in ("partial", "approximate") and not self._overlaps(e)
            for e in self.entries
        )

    def _overlaps(self, entry: Entry) -> bool:
        return entry.period.start <= self.period.end and self.period.start <= entry.period.end

    @property
    def uneven(self) -> bool:
        """Whether the bodies compared have periods of different days (half-terms and terms do)."""
        return any(len({(e.period.start, e.period.end) for e in group}) > 1 for group in self.compared.values())


def open_comparison(
    place: str = "", period: str = "", lang: str = "vi", date: str = "", data: str = ""
) -> BodiesReport:
    """Open a comparison of bodies.

    Parameters
    ----------
    place : str
        Not used: the report is on all bodies that can be compared. Kept so that every report
        notebook takes the same parameters.
    period : str
        Period key; the bodies that have it are compared. Where none has a penalty split for that
        very key, those with a period of its kind that ends in the same year are.
    lang : str
        ``vi`` or ``en``.
    date : str
        Date on the report; empty for the newest publication date among the figures used.
    data : str
        Data folder; empty for the project's own.

    Raises
    ------
    UnknownCodeError, PeriodError
        When the language is unknown, or no body has a penalty split for the period.
    """
    del place
    # papermill turns a year given with -p into a number.
    return comparison_of(indicators.open_book(Path(data) if data else None), str(period), lang, date)


def comparison_of(book: Book, period: str, lang: str = "vi", date: str = "") -> BodiesReport:
    """Return a comparison on a book already open; see `open_comparison`."""
    words = Words(book.codes, lang)
    entries = tuple(splits(book))
    chosen = asked(entries, period)
    if not chosen:
        if period:
            kind_of(period)  # a key that cannot be read says so itself
        known = ", ".join(dict.fromkeys(e.period.key for e in sorted(entries, key=lambda e: e.period.start)))
        raise PeriodError(
            f"No body has a published penalty split of members for the period {period!r}. There are: {known}.",
            f"Không đảng bộ nào có số liệu công bố về hình thức kỷ luật đảng viên cho kỳ {period!r}. "
            f"Các kỳ hiện có: {known}.",
        )
    name_vi, name_en = (book.codes.text("bodies.everyone", code) for code in ("vi", "en"))
    everyone = Body("all", name_vi, name_en, "", "", None, None)
    span = _span(chosen, period)
    return BodiesReport(book, words, everyone, span, asked_on(date), key=period, entries=entries)


def _by_name(entry: Entry) -> str:
    """Return what bodies are sorted by: one name for both languages, without ``TP.`` before it."""
    return entry.body.name("en")


def asked(entries: Sequence[Entry], key: str) -> tuple[Entry, ...]:
    """Return the splits of a period key; else those of its kind that end in its year."""
    same = tuple(e for e in entries if e.period.key == key)
    if same or not key:
        return same
    kind, years = kind_of(key), [int(y) for y in key.replace("/", "-").split("-") if y.isdecimal() and len(y) == 4]
    return tuple(e for e in entries if e.period.kind is kind and e.period.end.year == years[-1])


def splits(book: Book) -> Iterator[Entry]:
    """Yield every published penalty split of members: one a body, period and deciding actor."""
    for body in book.bodies():
        for period in book.periods(body):
            results = indicators.compute(book, MIX, body, period)
            for actor in dict.fromkeys(r.actor for r in results):
                yield _entry(book, book.codes.bodies.ids[body], period, [r for r in results if r.actor == actor])


def _entry(book: Book, body: Body, period: Period, mix: Sequence[Result]) -> Entry:
    actor = mix[0].actor
    names = (*indicators.find(book, MIX).parts, indicators.find(book, MIX).definition["denominator"])
    counts = tuple(r for name in names for r in indicators.compute(book, name, body.body_id, period, actor=actor))
    total = counts[-1]
    exact = all(r.approx is Approx.EXACT for r in counts)
    whole = sum(r.estimate or 0 for r in counts[:-1]) == total.estimate
    why = "" if exact and whole else "approximate" if not exact else "partial"
    share = _share(mix, counts, why)
    if not why:
        why = _unlike(book, body, period, actor)
    return Entry(body, period, actor, share, counts, why)


def _share(mix: Sequence[Result], counts: Sequence[Result], why: str) -> Result:
    first, total = mix[0], counts[-1]
    heavy = sum(r.numerator or 0 for r in mix if r.category in HEAVY)
    caveats = dict.fromkeys(c for r in mix for c in r.caveats if c.code != "simultaneous")
    origin = replace(
        first, estimate=None, conf_low=None, conf_high=None, category="", indicator="", state=State.REFUSED,
        reason=Note("split_not_full"), numerator=None, denominator=total.estimate, caveats=tuple(caveats),
        rows=tuple(dict.fromkeys(row for r in counts for row in r.rows)),
        sources=tuple(dict.fromkeys(s for r in counts for s in r.sources)),
    )  # fmt: skip
    if why:
        return origin
    one = shares.share(heavy, total.estimate)[0]
    return replace(
        origin, estimate=one.estimate, conf_low=one.conf_low, conf_high=one.conf_high, conf_level=one.conf_level,
        method=one.method, numerator=one.numerator, state=one.state,
        reason=Note("base_zero") if one.state is State.MISSING else None,
    )  # fmt: skip


def _unlike(book: Book, body: Body, period: Period, actor: str) -> str:
    """Return why a full split is not set beside others; empty when it may be."""
    if actor == UNSTATED:
        return "unstated"
    if body.level not in LEVELS:
        return "level"
    moves = (*book.codes.predecessors(body.body_id), *book.codes.successors(body.body_id))
    moved = any(period.start < m.effective_from <= period.end for m in moves)
    outside = (body.valid_from and body.valid_from > period.start) or (body.valid_to and body.valid_to < period.end)
    return "boundaries" if moved or outside else ""


def _span(entries: Sequence[Entry], key: str) -> Period:
    """Return the period of the report: that of the key, or from the first day to the last of the bodies'."""
    start, end = min(e.period.start for e in entries), max(e.period.end for e in entries)
    kind = kind_of(key)
    if kind in NAMED:
        return Period.parse(key, dates=(start, end))
    return Period(key, Kind.WINDOW, start, end) if kind is Kind.WINDOW else Period.parse(key)
