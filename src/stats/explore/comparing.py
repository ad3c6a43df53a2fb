"""Can these two figures be compared at all? The rules of like with like, asked one by one.

Nothing is computed here: what stands in the way is said, with the rule behind it. A yes means that the
methods for two shares, two rates or two mixes may be used; it is no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

from stats import derived, neighbours, timeline
from stats.explore import rendering
from stats.explore.choices import Choice
from stats.explore.choosing import activity
from stats.explore.sentences import UNNAMED
from stats.explore.view import View, look
from stats.indicators import Book
from stats.periods import Period
from stats.results import Approx, Result
from stats.sections.changes import rule_name

Side = View | Choice | tuple[str, ...]


@dataclass(frozen=True)
class Comparable:
    """Whether two figures may be set side by side, and why not.

    Attributes
    ----------
    first, second : View
        The two sides; the words are in the language of the first.
    codes : tuple of str
        What stands in the way, in short: ``nothing``, ``refused``, ``same``, ``indicator``, ``population``,
        ``unit``, ``base``, ``partial``, ``actor``, ``disputed``, ``size``, ``inside``, ``overlap``, ``kind``,
        ``length``, ``period``, ``break``. Empty when nothing does.
    reasons : tuple of str
        The same as sentences; when the two may be compared, one that says on what ground.
    cautions : tuple of str
        What has to be said beside a comparison: approximate figures, notes of the figures themselves.
    """

    first: View
    second: View
    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    cautions: tuple[str, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Whether the two may be compared."""
        return not self.codes

    def __bool__(self) -> bool:
        """Tell whether the two may be compared."""
        return self.allowed

    @property
    def sentence(self) -> str:
        """The verdict with its reasons."""
        text = self.first.report.text
        return " ".join((text(f"explore.compare.{'yes' if self.allowed else 'no'}"), *self.reasons))

    def _repr_html_(self) -> str:
        text, esc = self.first.report.text, rendering.escaped
        sides = "".join(f"<li>{esc(side.sentence)}</li>" for side in (self.first, self.second))
        reasons = "".join(f"<li>{esc(reason)}</li>" for reason in self.reasons)
        cautions = "".join(f"<li>{esc(caution)}</li>" for caution in self.cautions)
        verdict = text(f"explore.compare.{'yes' if self.allowed else 'no'}")
        markup = f"<p><strong>{esc(verdict)}</strong></p><ul>{reasons}</ul>"
        markup += f"<h4>{esc(text('explore.compare.figures'))}</h4><ol>{sides}</ol>"
        if cautions:
            markup += f"<h4>{esc(text('explore.compare.cautions'))}</h4><ul>{cautions}</ul>"
        return rendering.box(markup, lang=self.first.choice.lang, label=verdict)


def compare(first: Side, second: Side, book: Book | None = None, lang: str = "") -> Comparable:
    """Tell whether two figures can be compared at all.

    Parameters
    ----------
    first, second : View, Choice or tuple of str
        Two figures; a tuple is (body, period, indicator) or (body, period, indicator, actor). Without a
        deciding stream, one that both sides have is looked for.
    book : Book, optional
        The curated data; that of a view, else the project's own when left out.
    lang : {'vi', 'en'}
        Language of the words; that of the first side when left out.

    Returns
    -------
    Comparable
        Not allowed across indicators, units, bases and deciding streams; of penalties that do not make up
        their total; where sources dispute the
        figure; for counts between two bodies, and for counts between periods of different kind or
        length; between a body and one inside it; between periods that overlap; across a dated change
        of rules, forms or boundaries.

    Raises
    ------
    UnknownCodeError, PeriodError
        As `stats.explore.look`.

    Examples
    --------
    >>> from stats import explore
    >>> a, b = ("national", "2023", "disciplined-members"), ("national", "2023-6M", "disciplined-members")
    >>> explore.compare(a, b).codes
    ('overlap', 'kind', 'length')
    """
    one = _side(first, book, lang)
    other = _side(second, book or one.book, lang or one.choice.lang)
    found = {code: said for check in _CHECKS for code, said in check(one, other)}
    if found:
        return Comparable(one, other, tuple(found), tuple(found.values()))
    key = "bodies" if one.choice.body != other.choice.body else "periods"
    ground = one.report.text(f"explore.compare.ground_{key}")
    return Comparable(one, other, (), (ground,), _cautions(one, other))


def _side(side: Side, book: Book | None, lang: str) -> View:
    if isinstance(side, View):
        return look(side.choice, lang=lang, book=book or side.book)
    return look(side if isinstance(side, Choice) else Choice(*side), lang=lang, book=book)


Reasons = Iterator[tuple[str, str]]


def _said(one: View, code: str, **values: object) -> tuple[str, str]:
    return code, one.report.text(f"explore.compare.{code}", **values)


def _figures(one: View, other: View) -> Reasons:
    """Both sides have a figure, of one indicator, in one unit, on one base."""
    for side in (one, other):
        if not side.found:
            yield _said(one, "nothing", title=_called(side))
        elif not any(side.results):
            yield _said(one, "refused", title=_called(side))
    a, b = one.choice, other.choice
    if (a.body, a.period, a.indicator, a.actor) == (b.body, b.period, b.indicator, b.actor):
        yield _said(one, "same")
    if a.indicator != b.indicator:
        yield _said(one, "indicator", first=one.indicator.label(a.lang), second=other.indicator.label(a.lang))
        if _part_of_discipline(one) != _part_of_discipline(other):
            yield _said(one, "population")
    units, bases = ([{getattr(r, field) for r in side.results} for side in (one, other)] for field in ("unit", "base"))
    if one.found and other.found:
        words = one.report.words
        if not set.intersection(*units):
            named = [words.join([words.label("units", unit) for unit in sorted(found)]) for found in units]
            yield _said(one, "unit", first=named[0], second=named[1])
        if not set.intersection(*bases):
            yield _said(one, "base")


def _part_of_discipline(view: View) -> bool:
    """Whether an indicator counts all discipline of a period rather than the outcome of one activity."""
    return activity(view.book, view.indicator) == "discipline"


def _any_length(view: View) -> bool:
    """Whether windows of different length may be compared: penalties, as parts of all discipline."""
    return view.indicator.kind == "mix" or (view.indicator.kind == "share" and _part_of_discipline(view))


def _split(one: View, other: View) -> Reasons:
    """Two mixes have every penalty, and the penalties make up the total."""
    for side in (one, other):
        actors = dict.fromkeys(r.actor for r in side.results)
        whole = any(neighbours.whole([r for r in side.results if r.actor == actor]) for actor in actors)
        if side.indicator.kind == "mix" and side.found and not whole:
            yield _said(one, "partial", title=_called(side))


def _called(side: View) -> str:
    """Return the title of a side, with the deciding stream where one was asked for."""
    actor = side.choice.actor
    return side.title + (side.report.text("explore.none_actor", actor=side.report.inside(actor)) if actor else "")


def _streams(one: View, other: View) -> Reasons:
    """One deciding stream on both sides, the same by name or by a declared bridge, and undisputed."""
    if not (one.found and other.found):
        return
    if pairs := _pairs(one, other):
        # A figure another stream gave does not stand in for the one that was refused.
        if not any(a and b for a, b in pairs):
            yield _said(one, "refused", title=_called(one if not any(a for a, _ in pairs) else other))
        return
    disputed = [r for side in (one, other) for r in side.results if one.book.disputed & set(r.rows)]
    if disputed and {r.actor for r in one.results} & {r.actor for r in other.results}:
        yield _said(one, "disputed")
        return
    named = [one.report.words.join(list(dict.fromkeys(one.report.inside(r.actor) for r in side.results)))
             for side in (one, other)]  # fmt: skip
    yield _said(one, "actor", first=named[0], second=named[1])


def _pairs(one: View, other: View) -> list[tuple[Result, Result]]:
    """Return the results of the two sides that one decider gave."""
    codes, disputed = one.book.codes, one.book.disputed
    counted = one.indicator
    while not counted.definition["activity"]:
        counted = one.book.catalogue[counted.parts[0]]
    return [
        (a, b)
        for a, b in product(one.results, other.results)
        if a.actor != UNNAMED
        and (a.actor == b.actor or b.actor in derived.bridged(codes, counted.id, a.actor))
        and a.category == b.category
        and not disputed & {*a.rows, *b.rows}
    ]


def _bodies(one: View, other: View) -> Reasons:
    """Two bodies: figures on a base only, neither inside the other, one window of time."""
    a, b = (side.report.body for side in (one, other))
    if a.body_id == b.body_id:
        return
    if a.body_id in _above(one.book, b.body_id) or b.body_id in _above(one.book, a.body_id):
        yield _said(one, "inside", first=one.report.name, second=b.name(one.choice.lang))
    if one.indicator.kind in ("count", "contents"):
        yield _said(one, "size")
    if one.choice.period != other.choice.period:
        yield _said(one, "period")


def _above(book: Book, body: str) -> set[str]:
    found: set[str] = set()
    while parent := book.codes.body(body).parent_id:
        found.add(parent)
        body = parent
    return found


def _periods(one: View, other: View) -> Reasons:
    """Two periods: no shared day, and for what is no part of a whole, one kind and about one length."""
    a, b = (side.report.period for side in (one, other))
    if one.choice.body != other.choice.body or a == b:
        return
    words = one.report.words
    if a.overlaps(b):
        yield _said(one, "overlap", first=words.dated(a), second=words.dated(b))
    if _any_length(one):
        return
    if a.kind is not b.kind:
        kinds = [words.label("period_kinds", p.kind).lower() for p in (a, b)]
        yield _said(one, "kind", first=kinds[0], second=kinds[1])
    if not a.same_length(b):
        yield _said(one, "length", first=words.months(a), second=words.months(b))


def _breaks(one: View, other: View) -> Reasons:
    """No dated change of rules, forms or boundaries between the two, or inside either."""
    a, b = sorted((one, other), key=lambda side: side.report.period)
    if a.choice.period == b.choice.period or a.choice.body != b.choice.body:
        return
    affects = tuple(dict.fromkeys((*one.indicator.affects, *other.indicator.affects)))
    rules = timeline.breaks(one.book, a.choice.body, a.report.period, _last(a, b), affects)
    if rules:
        words = one.report.words
        named = [one.report.text("comparison.dated_rule", instrument=rule_name(one.report, rule),
                                 date=words.date(rule.in_force, short=True)) for rule in rules]  # fmt: skip
        yield _said(one, "break", rules=words.join(named))


def _last(a: View, b: View) -> Period:
    return max(a.report.period, b.report.period, key=lambda p: p.end)


_CHECKS: tuple[Callable[[View, View], Reasons], ...] = (_figures, _split, _streams, _bodies, _periods, _breaks)


def _cautions(one: View, other: View) -> tuple[str, ...]:
    """Return what has to be said beside a comparison that is allowed."""
    words = one.report.words
    results = [r for pair in _pairs(one, other) for r in pair]
    said = []
    if any(r.approx is not Approx.EXACT for r in results):
        said.append(one.report.text("explore.compare.approximate"))
    if any(a.actor != b.actor for a, b in _pairs(one, other)):
        said.append(one.report.text("explore.compare.bridged"))
    if _any_length(one) and not one.report.period.same_length(other.report.period):
        said.append(one.report.text("note.months_differ"))
    return tuple(dict.fromkeys((*said, *words.notes(*results))))
