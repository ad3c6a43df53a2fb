"""What a choice shows, in plain sentences: one for each deciding stream, never a sum of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stats import denominators, indicators
from stats.explore.choices import Choice
from stats.indicators import Indicator
from stats.results import Result
from stats.sections import discipline
from stats.sections.context import holder
from stats.sections.report import Report
from stats.shares import SIMULTANEOUS
from stats.wording.formats import NBSP

UNNAMED = "unspecified"
LEAST_TOLD = 0.5
"""Part of a count its range has to stay above to be said: "nearly 100,000" allows all down to 1, which says nothing."""

UNCLEAR = "part_or_addition_unclear"
_BEFORE_STOP = re.compile(rf"[ {NBSP}]+(?=\.$)")


def sentences(report: Report, indicator: Indicator, results: Sequence[Result]) -> str:
    """Return what was found, one sentence a deciding stream (a refused figure gives its reason as well).

    Parameters
    ----------
    report : Report
        The body, the period and the language.
    indicator : Indicator
        What was asked for.
    results : sequence of Result
        Its results; not empty.
    """
    kinds = {"count": _count, "share": _share, "mix": _mix, "rate": _rate, "contents": _contents}
    by_actor: dict[str, list[Result]] = {}
    for result in results:
        by_actor.setdefault(result.actor, []).append(result)
    wholes = own_parts(report, results) if indicator.kind == "count" else {}
    return " ".join(
        _count(report, indicator, mine, wholes[actor]) if actor in wholes
        else kinds[indicator.kind](report, indicator, mine)
        for actor, mine in by_actor.items()
    )  # fmt: skip


def own_parts(report: Report, counts: Sequence[Result]) -> dict[str, str]:
    """Return the actors whose count is a part of another's (a standing committee's of all committees'), and whose.

    So is a count that its page gives inside another of its stream. A count is said to be a part only where
    both stand in one unit, the part is no larger, and no source leaves open whether it comes on top.
    """
    by_actor = {r.actor: r for r in counts if r}
    found = {}
    for actor, part in by_actor.items():
        within = report.book.codes.row("actors", actor)["within"]
        whole = by_actor.get(within) or holder(report, part, list(by_actor.values()))
        unclear = any(c.code == "flag" and c.values["flag"] == UNCLEAR for c in part.caveats)
        if whole and part.unit == whole.unit and (part.estimate or 0) <= (whole.estimate or 0) and not unclear:
            found[actor] = whole.actor
    return found


def rests_on_doubt(report: Report, indicator: Indicator, result: Result) -> bool:
    """Tell whether a figure, or a count that a share or rate is made of, is too doubtful for more than the table."""
    counts = (indicator.definition["numerator"], indicator.definition["denominator"])
    made_of = [report.first(name, result.actor) for name in counts if name in report.book.catalogue]
    return any(report.doubtful(one) for one in (result, *made_of))


def nothing(report: Report, choice: Choice, instead: Sequence[Choice]) -> str:
    """Return that nothing was published for a choice, and what exists instead."""
    words, book = report.words, report.book
    actor = report.text("explore.none_actor", actor=report.inside(choice.actor)) if choice.actor else ""
    label = book.catalogue[choice.indicator].label(words.lang)
    values = {"label": label, "body": _within(report), "period": words.period(report.period), "actor": actor}
    said = [report.text("explore.none", **values)]
    sorts: dict[str, list[str]] = {}
    for other in instead:
        sort, name = _difference(report, choice, other)
        sorts.setdefault(sort, []).append(name)
    if sorts:
        items = [report.text(f"explore.instead.{sort}", items=words.join(names)) for sort, names in sorts.items()]
        said.append(report.text("explore.instead", items="; ".join(items)))
    return " ".join(said)


def _difference(report: Report, choice: Choice, other: Choice) -> tuple[str, str]:
    """Return in what another choice differs, and what it is called there."""
    words, book = report.words, report.book
    period = words.period(book.codes.period(other.period, other.body))
    body, label = book.codes.body(other.body), book.catalogue[other.indicator].label(words.lang)
    changed = {f for f in ("body", "period", "indicator", "actor") if getattr(choice, f) != getattr(other, f)}
    if changed == {"actor"}:
        found = indicators.compute(book, choice.indicator, choice.body, report.period)
        return "actors", words.join(list(dict.fromkeys(report.inside(r.actor) for r in found)))
    if changed == {"period"}:
        return "periods", period
    if changed == {"indicator"}:
        return "indicators", report.text("explore.quoted", label=label)
    if changed == {"body"}:
        return "bodies", body.name(words.lang)
    return "other", report.text("explore.title", label=label, body=body.name(words.lang), period=period)


def _where(report: Report, actor: str, whole: str = "") -> str:
    """Return the period, the body and who decided, as the head of a sentence; of a part, the whole it is in."""
    if whole:
        return report.text("explore.where_own", whole=report.inside(whole), actor=report.inside(actor))
    if report.inside(actor).casefold() == report.name.casefold():
        return report.text("explore.where_self", body=report.name, period=_period(report))
    key = "explore.where" + ("_national" if report.body.level == "national" else "")
    key += "_unnamed" if actor == UNNAMED else ""
    return report.text(key, body=report.name, period=_period(report), actor=report.inside(actor))


def _within(report: Report) -> str:
    """Return the body's name inside a sentence."""
    name = report.name
    return name[:1].lower() + name[1:] if report.body.level == "national" else name


def _period(report: Report) -> str:
    return report.words.period(report.period, heading=report.words.lang == "vi")


def _label(report: Report, indicator: Indicator) -> str:
    label = indicator.label(report.words.lang)
    return label[:1].lower() + label[1:]


def _aside(report: Report, items: Sequence[str]) -> str:
    said = "; ".join(item for item in items if item)
    return report.text("explore.aside", items=said) if said else ""


def _counted(report: Report, indicator: str, result: Result) -> str:
    return report.words.count(result, subject=report.book.catalogue[indicator].definition["subject"])


def _count(report: Report, indicator: Indicator, results: Sequence[Result], whole: str = "") -> str:
    (result,) = results
    return report.text(
        "explore.count", where=_where(report, result.actor, whole), label=_label(report, indicator),
        count=_counted(report, indicator.id, result), aside=_aside(report, [_range(report, result)]),
    )  # fmt: skip


def _range(report: Report, count: Result) -> str:
    """Return what the wording of an approximate count allows, where that tells more than the wording does."""
    low, high = count.conf_low, count.conf_high
    told = low is not None and low != high and low >= LEAST_TOLD * (count.estimate or 0)
    return report.words.interval(count) if told else ""


def _share(report: Report, indicator: Indicator, results: Sequence[Result]) -> str:
    (result,) = results
    values = {"where": _where(report, result.actor), "label": _label(report, indicator)}
    top, base = (
        _counted(report, name, report.first(name, result.actor))
        for name in (indicator.definition["numerator"], indicator.definition["denominator"])
    )
    aside = [report.text("explore.of", numerator=top, denominator=base), report.words.interval(result)]
    if not result:
        return report.text("explore.refused", reason=report.words.reason(result), **values)
    return report.text("explore.share", share=report.words.value(result), aside=_aside(report, aside), **values)


def _mix(report: Report, indicator: Indicator, results: Sequence[Result]) -> str:
    """Return the wording of the report's section on discipline, with the interval of each share."""
    words, actor = report.words, results[0].actor
    total = report.first(indicator.definition["denominator"], actor)
    parts, levels = [], [r.conf_level for r in results if r and r.conf_level is not None]
    for share in results:
        penalty = words.label("penalties", share.category).lower()
        count = words.count(discipline.counted(report, share), unit=False)
        shown = "; ".join(x for x in (words.value(share), words.interval(share, named=False)) if x) if share else ""
        parts.append(report.text("members.part" if share else "members.part_alone", penalty=penalty, count=count,
                                 share=shown))  # fmt: skip
    said = report.text("members.parts", items=words.join(parts))
    if levels:
        # Parts that are not the whole split are shares by themselves: their intervals hold one at a time.
        together = all(r.method in SIMULTANEOUS for r in results if r)
        said += report.text(f"explore.mix_legend{'' if together else '_each'}", level=words.percent(levels[0], 0))
    subject = indicator.id.removeprefix("penalty-mix-")
    key = f"{subject}.finding" + ("_unnamed" if actor == UNNAMED else "")
    name = report.inside(actor) if report.words.lang == "vi" else report.actor(actor)
    finding = report.text(key, actor=name, total=words.count(total), parts=said, sources="")
    # The finding ends in its source markers, which a plain sentence does not carry.
    finding = _BEFORE_STOP.sub("", finding)
    if actor == UNNAMED and words.lang == "vi":
        finding = finding[:1].lower() + finding[1:]
    where = "explore.where_national_acting" if report.body.level == "national" else "explore.where_acting"
    return report.text(where, body=report.name, period=_period(report), said=finding)


def _rate(report: Report, indicator: Indicator, results: Sequence[Result]) -> str:
    (result,) = results
    words, length = report.words, report.period.months
    values = {"where": _where(report, result.actor), "label": _label(report, indicator)}
    if rests_on_doubt(report, indicator, result):
        return report.text("explore.refused", reason=report.text("explore.chart.doubtful"), **values)
    if result:
        top = words.count(report.first(indicator.definition["numerator"], result.actor))
        base = words.count(denominators.membership(report.book.tables.membership, result.body, report.period))
        aside = [report.text("explore.on", numerator=top, denominator=base), words.interval(result)]
        values |= {"rate": words.value(result), "aside": _aside(report, aside), "months": words.months(length)}
        if length == discipline.YEAR:
            return report.text("explore.rate_year", **values)
        return report.text("explore.rate", yearly=words.value(discipline.yearly_rate(result, length)), **values)
    reason = words.reason(result)
    if result.conf_low is not None and result.conf_high is not None:
        low, high = (words.number(x, 2) for x in (result.conf_low, result.conf_high))
        return report.text("explore.rate_bounds", low=low, high=high, reason=reason, **values)
    return report.text("explore.refused", reason=reason, **values)


def _contents(report: Report, _: Indicator, results: Sequence[Result]) -> str:
    words, where = report.words, _where(report, results[0].actor)
    base = discipline.counted_violations(report, list(results))
    shown = [discipline.of_violations(r) for r in results] if base else list(results)
    items = [
        report.text("explore.item", label=_lower(words.label("violations", r.category)), count=words.count(r))
        for r in shown
    ]
    if base:
        return report.text("explore.contents_violations", where=where, base=words.number(base), items=words.join(items))
    key = "explore.contents" if len(items) > 1 else "explore.contents_one"
    return report.text(key, where=where, items=words.join(items))


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
