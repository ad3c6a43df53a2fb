"""Charts of every kind on planted results, and where their words stand on the sheet."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stats import codes, figures, monitoring, shares
from stats.comparisons import funnels, ranks
from stats.figures import Break, Cell, Change, Chart, Item, Point, Progress
from stats.figures.lettering import width
from stats.figures.tallies import Tally, tally_grid
from stats.forecasts import seasonal_naive_forecast
from stats.models.interrupted import interrupted_series
from stats.periods import Period
from stats.results import Approx, Note, Result, State
from stats.severity.mix import mix_shift
from stats.wording import Words

LANGS = ("vi", "en")
LINES = ("control-chart", "interrupted-series", "forecast-fan")
"""Charts of lines in time: their marks are too many to be printed one by one."""
WORDS = {lang: Words(codes.load(), lang) for lang in LANGS}
PENALTIES = {"reprimand": 1783, "warning": 281, "removal": 25, "expulsion": 288}
TERM = {"reprimand": 3088, "warning": 622, "removal": 72, "expulsion": 361}
HALVES = (
    Period.parse("2015-2020/half", dates=(dt.date(2016, 1, 1), dt.date(2018, 4, 30))),
    Period.parse("2020-2025/half", dates=(dt.date(2020, 10, 13), dt.date(2023, 3, 31))),
)
BREAKS = (
    Break(dt.date(2021, 7, 28), "22-QĐ/TW"), Break(dt.date(2022, 7, 6), "69-QĐ/TW"),
    Break(dt.date(2022, 12, 29), "885-QĐ/UBKTTW"),
)  # fmt: skip
BODIES = {
    "Hà Nội": (500, 40), "Hà Tĩnh": (480, 40), "Nghệ An": (900, 80), "Thanh Hóa": (710, 60), "Quảng Bình": (200, 20),
    "Đồng Nai": (330, 30), "Đồng Tháp": (265, 25), "Tây Ninh": (122, 12), "Thành phố Hồ Chí Minh": (280, 140),
    "Bà Rịa - Vũng Tàu": (384, 3),
}  # fmt: skip


def count(n: float, unit: str = "members", **more: object) -> Result:
    return Result(estimate=float(n), unit=unit, sources=("seed_000",), rows=(f"D{n:04.0f}",), **more)


def share(x: int, n: int, unit: str = "members") -> Result:
    return replace(shares.share(x, n, unit=unit)[0], rows=(f"D{x:04d}", f"D{n:04d}"), sources=("seed_000",))


def mix(parts: dict[str, int]) -> list[Result]:
    found = shares.shares_of_total(list(parts.values()))
    return [
        replace(r, category=c, unit="members", rows=(f"D{n:04d}",), sources=("seed_000",))
        for (c, n), r in zip(parts.items(), found, strict=True)
    ]


def missing(unit: str = "members") -> Result:
    return Result(state=State.MISSING, unit=unit, rows=("D0000",))


def change(
    label: str, before: Result, now: Result, low: float | None, high: float | None, kind: str = "change"
) -> Change:
    known = bool(before) and bool(now) and low is not None
    moved = (now.estimate or 0) - (before.estimate or 0) if kind != "change" else None
    estimate = None if not known else moved if moved is not None else now.estimate / before.estimate - 1
    state, reason = (State.VALUE, None) if known else (State.REFUSED, Note("base_is_zero"))
    ends = {"conf_low": low, "conf_high": high, "conf_level": 0.95}
    return Change(
        label, before, now, Result(kind=kind, unit=now.unit, estimate=estimate, state=state, reason=reason, **ends)
    )


def committees(w: Words) -> list[Item]:
    kinds = [w.label("activities", a, short=True) for a in ("inspection_programme", "supervision")]
    subjects = [w.label("subjects", s) for s in ("organisation", "member")]
    found = ((3542, 992), (2212, 1098))
    return [
        Item(kind, count(n, unit), panel=panel)
        for kind, pair in zip(kinds, found, strict=True)
        for n, unit, panel in zip(pair, ("instances", "members"), subjects, strict=True)
    ]


def own(w: Words) -> list[Item]:
    whole, part = (w.label("actors", a) for a in ("committees", "provincial_standing_committee"))
    made = []
    for item, n in zip(committees(w), (60, 51, 22, 10), strict=True):
        made += [
            replace(item, series=whole, strong=False),
            replace(item, result=count(n, item.result.unit), series=part),
        ]
    return made


def streams(w: Words) -> list[Item]:
    who = [w.label("actors", a) for a in ("committees", "inspection_commissions")]
    signs = w.label("activities", "inspection_signs_of_violation", short=True)
    subjects = [w.label("subjects", s) for s in ("organisation", "member")]
    made = [replace(item, series=who[0]) for item in committees(w)]
    made += [Item(signs, count(317, "instances"), panel=subjects[0], series=who[1]),
             Item(signs, count(758), panel=subjects[1], series=who[1])]  # fmt: skip
    return made


def funnel(w: Words) -> list[Item]:
    stages = [w.label("stages", s) for s in ("examined", "violation_found", "discipline_required")]
    made = []
    for subject, counts in (("organisation", (317, 122, 17)), ("member", (758, 332, 236))):
        for stage, n in zip(stages, counts, strict=True):
            unit = "members" if subject == "member" else "instances" if n == 317 else "organisations"
            of = share(n, counts[0], unit) if n != counts[0] else None
            made.append(Item(stage, count(n, unit), share=of, panel=w.label("subjects", subject)))
    return made


def conversions(w: Words) -> list[Item]:
    first, last = (f"{w.period(p, heading=True)} ({w.months(p)})" for p in HALVES)
    label = w.label("stages", "violation_found")
    return [Item(label, share(699, 738), series=first, strong=False), Item(label, share(332, 758), series=last)]


def contents(w: Words) -> list[Item]:
    found = {"democratic_centralism": 12, "ethics_lifestyle": 8, "prohibited_acts_for_members": 15}
    return [
        Item(w.label("violations", c), count(n, "violations"), share=share(n, 74, "violations"))
        for c, n in found.items()
    ]


def rates(w: Words) -> list[Item]:
    rate = Result(estimate=5.05, conf_low=4.8, conf_high=5.3, conf_level=0.95, kind="rate", per=1000, rows=("D2377",))
    bounds = Result(state=State.REFUSED, reason=Note("membership_bounds"), conf_low=3.1, conf_high=3.9, kind="rate")
    return [Item("Hà Nội", rate), Item("Thành phố Hồ Chí Minh", bounds)]


def years(w: Words) -> list[Point]:
    points = [Point(Period.parse(str(y)), count(n)) for y, n in ((2018, 1114), (2019, 900), (2021, 640))]
    points.insert(2, Point(Period.parse("2020"), missing()))
    points.append(Point(Period.parse("2022"), count(1000, approx=Approx.OVER, conf_low=1000.0, conf_high=1099.0)))
    points.append(Point(Period.parse("2023"), count(1200)))
    return points


def mixes() -> list[tuple[Period, list[Result]]]:
    found = {2020: PENALTIES, 2021: TERM, 2023: {"reprimand": 900, "warning": 90, "removal": 3, "expulsion": 149}}
    made = [(Period.parse(str(y)), mix(parts)) for y, parts in found.items()]
    made.insert(2, (Period.parse("2022"), []))
    return made


def moved(w: Words) -> list[Change]:
    names = ("disciplined-members", "inspected-organisations", "signs-examined-members", "supervised-members")
    labels = [w.codes.row("indicators", name)[f"label_{w.lang}"] for name in names]
    return [
        change(labels[0], count(171), count(192), -0.087, 0.38),
        change(labels[1], count(3542, "organisations"), count(2212, "organisations"), -0.408, -0.341),
        change(labels[2], count(25), count(75), 0.87, 4.0),
        change(labels[3], count(0), count(75), None, None),
    ]


def shifted(w: Words) -> list[Change]:
    table = mix_shift(list(TERM.values()), list(PENALTIES.values()), penalties=list(TERM)).shares
    pairs = zip(mix(TERM), mix(PENALTIES), table.to_dict("records"), strict=True)
    return [
        change(w.label("penalties", b.category), b, n, r["conf_low"], r["conf_high"], "share_difference")
        for b, n, r in pairs
    ]


def bodies() -> tuple[list[Item], funnels.Funnel, ranks.Ranks]:
    n, x = zip(*BODIES.values(), strict=True)
    items = [Item(name, share(b, a)) for name, (a, b) in BODIES.items()]
    wide = shares.share(list(x), list(n), conf_level=1 - 0.05 / len(n))
    return items, funnels.funnel(list(x), list(n), transform="arcsine"), ranks.rank_intervals(wide)


def programme(w: Words) -> list[Progress]:
    done, doing = ("Đã hoàn thành", "Đang thực hiện") if w.lang == "vi" else ("Done", "In progress")
    return [Progress("34", count(34, "cases"), [(done, count(29, "cases")), (doing, count(5, "cases"))])]


def grid(w: Words) -> list[Cell]:
    section = w.label("activities", "discipline", short=True)
    return [Cell("Hà Nội", section, "published", ("D2377",)), Cell("Ân Thi", section, "conflicting"),
            Cell("An Giang", section, "approximate")]  # fmt: skip


def months(n: int, year: int = 2018) -> list[Period]:
    return [Period.parse(f"{year + k // 12}-{k % 12 + 1:02d}") for k in range(n)]


def monthly(values: Sequence[float], periods: Sequence[Period]) -> list[Point]:
    known = [count(x) if np.isfinite(x) else missing() for x in values]
    return [Point(p, r) for p, r in zip(periods, known, strict=True)]


def noise(n: int, level: float = 30.0, seed: int = 1) -> np.ndarray:
    """Return counts of months that nothing moves but chance."""
    return np.random.default_rng(seed).poisson(level, n).astype(float)


def watched(n: int = 60, **course: object) -> tuple[list[Point], monitoring.ControlChart]:
    """Return a series with one far point, a shifted stretch and a missing month, and its control chart."""
    values, periods = noise(n), months(n)
    values[n // 3] += 35
    values[n // 2 : n // 2 + 8] += 10
    if n > 12:
        values[n // 4] = np.nan
    return monthly(values, periods), monitoring.xmr_chart(values, periods=periods, **course)


def ruled(n: int = 48) -> tuple[list[Point], object]:
    """Return a series in which a rule took effect on 28 July 2021, in a short one half a year later, and its fit."""
    periods = months(n, 2023 - n // 12)
    day = dt.date(2021, 7, 28) if n > 24 else dt.date(2022, 1, 28)
    values = noise(n) + np.array([12.0 * (p.start > day) for p in periods])
    return monthly(values, periods), interrupted_series(values, at=day, periods=periods)


def expected(n: int = 48) -> tuple[list[Point], object]:
    """Return a series with a season and its forecast of a year."""
    values, periods = noise(n) + np.tile([0.0, 5, 10, 20, 25, 20, 10, 5, 0, -5, -8, -4], n // 12), months(n)
    return monthly(values, periods), seasonal_naive_forecast(values, horizon=12, season=12, periods=periods)


def made(lang: str, **options: object) -> dict[str, Chart]:
    """Return one chart of every kind, by name."""
    w = WORDS[lang]
    vi = lang == "vi"
    title = "Khiển trách chiếm ba phần tư" if vi else "Three quarters were reprimanded"
    put = {
        "words": w, "title": title, "subtitle": f"Hà Nội, {w.period(HALVES[1])}",
        "source": "Ủy ban Kiểm tra Thành ủy Hà Nội (31/3/2023)", "notes": ["Một. Hai." if vi else "One. Two."],
        **options,
    }  # fmt: skip
    windows = [(f"{w.period(HALVES[0])} ({w.months(60)})", mix(TERM)), (w.period(HALVES[1]), mix(PENALTIES))]
    items, plot, places = bodies()
    tallies = [Tally("Hà Nội", "Kỷ luật", n) for n in (12,)] + [Tally("Hà Tĩnh", "Kỷ luật", 1)]
    found = (
        figures.counts_by_group(committees(w), **put),
        figures.own_part(own(w), **put),
        figures.by_stream(streams(w), **put),
        figures.penalty_mix(mix(PENALTIES), **put),
        figures.mix_compared(windows, **put),
        figures.mix_over_periods(mixes(), breaks=BREAKS, **put),
        figures.inspection_funnel(funnel(w), **put),
        figures.conversion_compared(conversions(w), **put),
        figures.violation_contents(contents(w), base="74.", **put),
        figures.rate_compared(rates(w), **put),
        figures.counts_over_periods(years(w), breaks=BREAKS, **put),
        figures.control_chart(*watched(), breaks=BREAKS, **put),
        figures.interrupted_series(*ruled(), rule="22-QĐ/TW", breaks=BREAKS[1:], **put),
        figures.forecast_fan(*expected(), breaks=BREAKS, **put),
        figures.changes(moved(w), **put),
        figures.severity_shift(shifted(w), **put),
        figures.funnel_plot(items, plot, base=w.text("bodies.plot.base"), **put),
        figures.ranked_bodies(items, places, conf_level=0.95, **put),
        figures.programme_progress(programme(w), **put),
        figures.item_counts([Item("130", count(130, "cases")), Item("34", count(34, "cases"))], **put),
        figures.coverage(grid(w), **put),
        tally_grid(tallies, **put),
    )
    return {chart.name: chart for chart in found}


# Where words stand


@dataclass(frozen=True)
class Box:
    """A text on the sheet, in pixels from its upper left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def hides(self, other: Box, slack: float = 1.5) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > slack and down > slack * 2


def plain(text: str) -> list[str]:
    return [html.unescape(re.sub("<[^>]*>", "", t)) for t in text.split("<br>")]


def boxes(chart: Chart) -> Iterator[Box]:
    """Yield every text of a chart: annotations and the labels of the axes."""
    layout = chart.spec["layout"]
    margin = layout["margin"]
    across = layout["width"] - margin["l"] - margin["r"]
    down = layout["height"] - margin["t"] - margin["b"]

    def at(value: float, ref: str, which: str) -> float:
        """Return a place as a part of the plot: from the left, or from the bottom."""
        if ref == "paper":
            return value
        axis = layout[f"{which}axis{ref[1:]}"]
        low, high = axis["range"]
        first, last = axis.get("domain", (0, 1))
        return first + (value - low) / (high - low) * (last - first)

    def box(text: str, x: float, y: float, font: float, anchor: str, valign: str, turn: float = 0) -> Box:
        lines = plain(text)
        wide = max(width(t, font, bold=text.startswith("<b>")) for t in lines) / 1.02
        tall = len(lines) * font * 1.3
        if turn:
            wide, tall = tall, wide
        left = x - wide * {"left": 0, "center": 0.5, "right": 1}[anchor]
        top = y - tall * {"top": 0, "middle": 0.5, "bottom": 1}[valign]
        return Box(" ".join(lines), left, left + wide, top, top + tall)

    for a in layout["annotations"]:
        x = margin["l"] + at(a["x"], a["xref"], "x") * across + a["xshift"]
        y = margin["t"] + (1 - at(a["y"], a["yref"], "y")) * down - a["yshift"]
        yield box(a["text"], x, y, a["font"]["size"], a["xanchor"], a["yanchor"], a.get("textangle", 0))
    for key, axis in layout.items():
        if key.startswith("xaxis") and axis.get("showticklabels", True):
            for value, text in zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True):
                x = margin["l"] + at(value, "x" + key[5:], "x") * across
                y = margin["t"] + down + axis.get("ticklabelstandoff", 0) + 2
                yield box(text, x, y, axis["tickfont"]["size"], "center", "top")
        if key.startswith("yaxis") and axis.get("showticklabels", True):
            for value, text in zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True):
                y = margin["t"] + (1 - at(value, "y" + key[5:], "y")) * down
                x = margin["l"] - axis.get("ticklen", 3)
                yield box(text, x, y, axis["tickfont"]["size"], "right", "middle")


def outside(chart: Chart) -> list[str]:
    """Return the texts that leave the sheet."""
    layout = chart.spec["layout"]
    return [
        b.text for b in boxes(chart)
        if b.left < -1.5 or b.right > layout["width"] + 1.5 or b.top < -1.5 or b.bottom > layout["height"] + 1.5
    ]  # fmt: skip


def hidden(chart: Chart) -> list[tuple[str, str]]:
    """Return the pairs of texts that run into each other."""
    found = list(boxes(chart))
    return [(a.text, b.text) for i, a in enumerate(found) for b in found[i + 1 :] if a.hides(b)]


def texts(chart: Chart) -> list[str]:
    return [a["text"] for a in chart.spec["layout"]["annotations"]]


def printed(chart: Chart) -> str:
    bars = [
        str(t) for trace in chart.spec["data"] for t in trace.get("text", ()) if isinstance(trace.get("text"), list)
    ]
    return " ".join(" ".join(plain(t)) for t in [*texts(chart), *bars]).replace("\u00a0", " ")


def drawn(chart: Chart) -> list[float]:
    """Values of the marks, in no order: lengths of bars, places of points."""
    values: list[float] = []
    upright = chart.name in ("mix-over-periods", "bodies-funnel", *LINES)
    for trace in chart.spec["data"]:
        if trace["type"] == "bar":
            values += trace["x" if trace.get("orientation") == "h" else "y"]
        elif "markers" in trace["mode"] and trace.get("name") != "arrows":
            values += trace["y" if upright else "x"]
    return sorted(values)


Maker = Callable[..., Chart]
