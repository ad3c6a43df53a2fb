"""Sections on inspection and supervision: who was examined, by whom, and what was found."""

from __future__ import annotations

from stats import figures
from stats.figures import Item
from stats.results import Result
from stats.sections import listing
from stats.sections.blocks import Builder, Section
from stats.sections.listing import Line
from stats.sections.report import Report

COMMITTEE_WORK = (
    "inspected-organisations",
    "inspected-members",
    "inspection-teams",
    "inspected-violation-organisations",
    "inspected-violation-members",
    "inspected-required-organisations",
    "inspected-required-members",
    "inspected-disciplined-organisations",
    "inspected-disciplined-members",
    "supervised-organisations",
    "supervised-members",
    "supervision-teams",
    "supervised-violation-organisations",
    "supervised-violation-members",
    "joint-teams",
    "joint-organisations",
    "joint-members",
    "unspecified-inspected-organisations",
    "unspecified-inspected-members",
)
STAGES = ("examined", "violation", "required", "disciplined")
SUBJECTS = ("organisations", "members")
TASKS = (
    "task-inspections",
    "task-done-well",
    "task-not-done-well",
    "discipline-work-inspections",
    "finance-organisations",
    "finance-members",
    "finance-budget-organisations",
    "finance-dues-organisations",
    "work-and-finance-organisations",
    "assets-examined-members",
    "assets-violation-members",
    "assets-disciplined-members",
    "denunciations-members",
    "denunciations-organisations",
    "complaints-members",
    "petitions-received",
    "petitions-resolved",
)


def committees(report: Report) -> Section:
    """Inspection and supervision by committees, with the standing committee's own part beside the total."""
    builder = Builder(report, "committees")
    lines = _lines(report, COMMITTEE_WORK)
    if not lines:
        return builder.nothing()
    for actor in report.actors(*COMMITTEE_WORK):
        _committee_sentence(builder, report, actor)
    _committee_charts(builder, report)
    listing.figures(builder, report, lines, caption=_caption(report, "committees"), id_="t-committees")
    return builder.done()


def _committee_sentence(builder: Builder, report: Report, actor: str) -> None:
    clauses, used = [], []
    for verb, teams, indicators in (
        ("inspected", "inspection-teams", ("inspected-organisations", "inspected-members")),
        ("supervised", "supervision-teams", ("supervised-organisations", "supervised-members")),
    ):
        team, counts = report.first(teams, actor), [r for i in indicators if (r := report.first(i, actor))]
        if not counts:
            continue
        items = report.words.join([report.figure(r) for r in counts])
        used += counts
        if team:
            used.append(team)
            clauses.append(report.text(f"committees.teams_{verb}", teams=report.figure(team), items=items))
        else:
            clauses.append(report.text(f"committees.{verb}", items=items))
    if clauses:
        own = report.book.codes.row("actors", actor)["stream"] == "own_part"
        key = "committees.own" if own else "committees.finding"
        name = report.inside(actor) if own else report.actor(actor)
        builder.text(report.text(key, actor=name, items="; ".join(clauses), sources=report.cite(*used)))
        builder.used([row for r in used for row in r.rows])


def _committee_charts(builder: Builder, report: Report) -> None:
    words = report.words
    groups = (("inspected", "activities", "inspection_programme"), ("supervised", "activities", "supervision"))
    for actor in report.actors("inspected-organisations", "inspected-members", "supervised-organisations"):
        if report.book.codes.row("actors", actor)["stream"] == "own_part":
            continue
        items = []
        for verb, list_name, code in groups:
            for subject in SUBJECTS:
                if result := report.first(f"{verb}-{subject}", actor):
                    items.append(Item(words.label(list_name, code, short=True), result, panel=report.unit(result)))
        if items:
            title = _committee_title(report, actor)
            builder.chart(
                figures.counts_by_group(
                    items,
                    words=words,
                    name=builder.free_name("committee-inspection", actor),
                    title=title,
                    **report.captions([i.result for i in items], actor),
                )
            )
        _own_part(builder, report, actor)


def _committee_title(report: Report, actor: str) -> str:
    """Return the message of the chart: the counts of organisations (else members), inspected and supervised."""
    words, clauses = report.words, []
    for verb in ("inspected", "supervised"):
        counts = [r for subject in SUBJECTS if (r := report.first(f"{verb}-{subject}", actor))]
        if counts:
            count = words.count(counts[0], subject=report.subject(counts[0]))
            clauses.append(words.text(f"committees.{verb}", items=count))
    return report.text("committees.chart", actor=report.actor(actor, short=True), items=", ".join(clauses))


def _own_part(builder: Builder, report: Report, actor: str) -> None:
    items = []
    words = report.words
    parts = [a for a in report.actors(*COMMITTEE_WORK) if report.book.codes.row("actors", a)["within"] == actor]
    for part in parts:
        for verb in ("inspected", "supervised"):
            for subject in SUBJECTS:
                own, whole = (report.first(f"{verb}-{subject}", a) for a in (part, actor))
                if own and whole and own.unit == whole.unit:
                    label, panel = words.label("activities", _ACTIVITY[verb], short=True), report.unit(own)
                    items += [
                        Item(label, whole, series=report.actor(actor), panel=panel, strong=False),
                        Item(label, own, series=report.actor(part), panel=panel),
                    ]
    if items:
        title = report.text("committees.own_chart", actor=report.inside(parts[0]))
        builder.chart(
            figures.own_part(
                items,
                words=words,
                name=builder.free_name("own-part", actor),
                title=title,
                **report.captions([i.result for i in items], actor),
            )
        )


_ACTIVITY = {"inspected": "inspection_programme", "supervised": "supervision"}


def signs(report: Report) -> Section:
    """Inspection upon signs of violation, as a funnel for organisations and for members."""
    builder = Builder(report, "signs")
    names = [f"signs-{stage}-{subject}" for subject in SUBJECTS for stage in STAGES]
    lines = [line for name in names for r in report.results(name) for line in _stage_lines(report, r)]
    if not lines:
        return builder.nothing()
    for actor in report.actors(*names):
        for subject in SUBJECTS:
            _signs_sentence(builder, report, actor, subject)
    for actor in report.actors(*names):
        _funnel(builder, report, actor)
    listing.figures(builder, report, lines, caption=_caption(report, "signs"), id_="t-signs")
    builder.text(report.text("signs.ratio_note"), report.text("signs.funnel_note"), kind="note")
    return builder.done()


def _stage_lines(report: Report, result: Result) -> list[Line]:
    """Return a stage with its share of those examined; the conversion of violation into discipline on a line below."""
    lang, subject = report.words.lang, result.indicator.rpartition("-")[2]
    lines = [Line(report.book.catalogue[result.indicator].label(lang), result, _of_examined(report, result))]
    conversion = f"signs-required-of-violation-{subject}"
    if result.indicator == f"signs-required-{subject}" and (share := report.first(conversion, result.actor)):
        lines.append(Line(report.book.catalogue[conversion].label(lang), result, share))
    return lines


def _of_examined(report: Report, result: Result) -> Result | None:
    """Return the share of a later stage in those examined, missing where these were not published."""
    stage, subject = result.indicator.split("-")[1:3]
    if stage == "examined":
        return None
    return report.first(f"signs-{stage}-share-{subject}", result.actor)


def _signs_sentence(builder: Builder, report: Report, actor: str, subject: str) -> None:
    stage = {s: report.first(f"signs-{s}-{subject}", actor) for s in STAGES}
    known = [r for r in stage.values() if r]
    if not known:
        return
    rest = []
    for name in STAGES[1:]:
        if result := stage[name]:
            rest.append(report.text(f"signs.{name}", count=report.figure(result), share=_share_words(report, result)))
    values = {"actor": report.actor(actor), "sources": report.cite(*known)}
    if stage["examined"] and rising(report, actor, subject):
        values["sources"] = report.cite(stage["examined"])
        builder.text(report.text("signs.finding", examined=report.figure(stage["examined"]), rest="", **values))
        values["sources"] = report.cite(*known[1:])
        builder.text(report.text("signs.only", items="".join(rest).lstrip("; "), **values))
    elif stage["examined"]:
        examined = report.figure(stage["examined"])
        builder.text(report.text("signs.finding", examined=examined, rest="".join(rest), **values))
    else:
        builder.text(report.text("signs.only", items="".join(rest).lstrip("; "), **values))
    builder.used([row for r in known for row in r.rows])


def _share_words(report: Report, result: Result) -> str:
    """Return the share of those found in violation in the examined, of those to be disciplined in these."""
    subject = result.indicator.rpartition("-")[2]
    required = result.indicator == f"signs-required-{subject}"
    if not required and result.indicator != f"signs-violation-{subject}":
        return ""
    name = f"signs-required-of-violation-{subject}" if required else f"signs-violation-share-{subject}"
    share = report.first(name, result.actor)
    if not share:
        return ""
    words, printed = report.words, listing.published_share(report, result)
    interval = words.interval(share) or report.text("signs.two_units")
    values = {"share": report.traced(words.value(share), share), "interval": interval}
    if required:
        return report.text("signs.share_of_violation", **values)
    if printed:
        return report.text("signs.share_printed", printed=report.traced(printed, result), **values)
    return report.text("signs.share", **values)


def rising(report: Report, actor: str, subject: str) -> bool:
    """Tell whether a later stage prints more than those examined: the figures then are not of one funnel."""
    first = report.first(f"signs-examined-{subject}", actor).estimate
    later = [report.first(f"signs-{stage}-{subject}", actor).estimate for stage in STAGES[1:]]
    return first is not None and any(count is not None and count > first for count in later)


def _funnel(builder: Builder, report: Report, actor: str) -> None:
    words, items = report.words, []
    if any(rising(report, actor, subject) for subject in SUBJECTS):
        builder.text(report.text("signs.rising"), kind="note")
        return
    for subject in SUBJECTS:
        for stage in STAGES:
            if result := report.first(f"signs-{stage}-{subject}", actor):
                code = report.book.catalogue[result.indicator].definition["stage"]
                panel = words.label("subjects", subject.removesuffix("s"))
                share = _of_examined(report, result) or None
                items.append(Item(words.label("stages", code, short=True), result, share=share, panel=panel))
    if len(items) < 2:
        return
    share = report.first("signs-violation-share-members", actor) or report.first(
        "signs-violation-share-organisations", actor
    )
    title = report.text("signs.chart_any")
    if share:
        title = report.text("signs.chart", share=words.value(share), what=words.label("units", share.unit))
    captions = report.captions([i.result for i in items], actor)
    shares = [i.share for i in items if i.share]
    apart = next((note for r in shares for note in r.caveats if note.code == "units_differ"), None)
    own = [words.text("signs.base")] if shares else []
    own += [words.note(apart)] if apart else []
    captions["notes"] = list(dict.fromkeys([*own, *captions["notes"]]))
    name = builder.free_name("inspection-funnel", actor)
    builder.chart(figures.inspection_funnel(items, words=words, name=name, title=title, **captions))


def thematic(report: Report) -> Section:
    """Thematic (and regular) supervision."""
    builder = Builder(report, "thematic")
    names = (
        "thematic-organisations",
        "thematic-members",
        "regular-supervision-organisations",
        "regular-supervision-members",
    )
    lines = _lines(report, names)
    if not lines:
        return builder.nothing()
    for actor in report.actors(*names[:2]):
        results = [r for name in names[:2] if (r := report.first(name, actor))]
        counts = report.words.join([report.figure(r) for r in results])
        label = report.actor(actor)
        builder.text(report.text("thematic.finding", actor=label, items=counts, sources=report.cite(*results)))
    items = [
        Item(report.actor(r.actor, short=True), r, panel=report.unit(r))
        for name in names[:2]
        for r in report.results(name)
    ]
    if items:
        plain = report.words.join([report.words.count(i.result, subject=report.subject(i.result)) for i in items[:2]])
        builder.chart(
            figures.counts_by_group(
                items,
                words=report.words,
                name="thematic-supervision",
                title=report.text("thematic.chart", items=plain),
                **report.captions([i.result for i in items], ""),
            )
        )
    listing.figures(builder, report, lines, caption=_caption(report, "thematic"), id_="t-thematic")
    return builder.done()


def tasks(report: Report) -> Section:
    """Task performance, party finance, assets, denunciations, complaints and petitions."""
    builder = Builder(report, "tasks")
    lines = _lines(report, TASKS)
    if not lines:
        return builder.nothing()
    shares = {r.actor: r for r in report.results("task-done-well-share")}
    lines = [
        Line(line.label, line.result, shares.get(line.result.actor))
        if line.result.indicator == "task-done-well"
        else line
        for line in lines
    ]
    listing.figures(builder, report, lines, caption=_caption(report, "tasks"), id_="t-tasks")
    return builder.done()


def _lines(report: Report, names: tuple[str, ...]) -> list[Line]:
    lang = report.words.lang
    known = [name for name in names if name in report.book.catalogue]
    return [Line(report.book.catalogue[name].label(lang), r) for name in known for r in report.results(name)]


def _caption(report: Report, section: str) -> str:
    return report.text(f"{section}.caption", body=report.name, period=report.words.period(report.period))
