"""Draw made-up series, all bodies and months at once."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from stats import guards
from stats.guards import Flags, Floats
from stats.seasons.new_year import new_year_month
from stats.synthetic.design import MARK, REALISTIC, Design
from stats.synthetic.drawing import bell, binomial, negative_binomial, uniform

SEED = 20261122

COUNTS = ("examined", "in_violation", "disciplined", "reprimanded", "warned", "removed", "expelled")
"""Columns of counts: members."""

Planted = dict[str, Flags]
_Number = TypeVar("_Number", np.float64, np.bool_)


def series(
    freq: str = "month",
    *,
    seed: int = SEED,
    bodies: int = 34,
    first_year: int = 2016,
    last_year: int = 2025,
    design: Design = REALISTIC,
) -> pd.DataFrame:
    """Return **made-up** monthly or quarterly series. No figure in them is real.

    Parameters
    ----------
    freq : {'month', 'quarter'}
        Quarters are the sums of the months of the same seed. Quarter I has its own key (``2018-Q1``), the others
        are windows (``2018-04-01..2018-06-30``), as everywhere in the package.
    seed : int
        The same seed gives the same figures, another seed others.
    bodies : int
        Number of bodies.
    first_year, last_year : int
        Whole calendar years.
    design : Design
        What is planted; `IN_CONTROL` for chance alone.

    Returns
    -------
    DataFrame
        One row a body and period, bodies in order and each in order of time, so that a column reshaped to
        ``(bodies, -1)`` has one series a row: ``synthetic`` (always ``SYNTHETIC``), ``body_id``, ``name``,
        ``period``, ``start`` and ``end`` (dates), ``members`` (at the end of the period), the counts ``examined``,
        ``in_violation`` (of them), ``disciplined`` and its penalties ``reprimanded``, ``warned``, ``removed``,
        ``expelled``, then ``late`` (part of the period is reported with the next one) and ``planted``: what is in
        the period, several things separated by semicolons (``congress``, ``campaign``, ``new_year``, ``rule``,
        ``late``, ``late_received``, ``shift:disciplined:1.5``), or empty. ``attrs["caption"]`` is to stand under
        whatever is made of it.

    Raises
    ------
    InputError
        For an unknown frequency, no body, or years out of order.

    Notes
    -----
    The draws are those of `random.Random.random`, which Python keeps the same in every version, turned into counts
    by inverse distribution functions; the generators of numpy, which may change, are not used. Every
    quantity has a stream of its own: switching one thing off leaves the chance in the others as it was.

    Examples
    --------
    >>> made = series("quarter", bodies=3, first_year=2024)
    >>> made["body_id"].nunique(), list(made["period"][:2]), set(made["synthetic"])
    (3, ['2024-Q1', '2024-04-01..2024-06-30'], {'SYNTHETIC'})
    >>> made.attrs["caption"]
    'SYNTHETIC: 3 made-up bodies, no real figure (số liệu giả lập)'
    """
    guards.choice(freq, ("month", "quarter"), ("frequency", "kỳ"))
    if bodies < 1 or not dt.MINYEAR <= first_year <= last_year <= dt.MAXYEAR:
        raise guards.refuse(
            f"There is no series of {bodies} bodies from {first_year} to {last_year}",
            f"Không có chuỗi của {bodies} đảng bộ từ năm {first_year} đến năm {last_year}",
            remedy=("Ask for a body and a year at least.", "Cần ít nhất một đảng bộ và một năm."),
        )
    months = [(year, month) for year in range(first_year, last_year + 1) for month in range(1, 13)]
    members = _members(design, seed, bodies, len(months))
    counts, planted = _counts(design, seed, members, months)
    width = 1
    if freq == "quarter":
        width = 3
        members = members[:, 2::3]
        counts = {name: drawn.reshape(bodies, -1, 3).sum(axis=2) for name, drawn in counts.items()}
        planted = {name: _quarters(name, where) for name, where in planted.items()}
    frame = _frame(members, counts, planted, list(_periods(months, width)))
    frame.attrs["caption"] = f"{MARK}: {bodies} made-up bodies, no real figure (số liệu giả lập)"
    return frame


def _members(design: Design, seed: int, bodies: int, months: int) -> Floats:
    low, high = design.members
    size = low * (high / low) ** uniform(seed, "members", bodies, 1)
    return np.round(size * (1 + design.growth) ** (np.arange(1, months + 1) / 12))


def _counts(
    design: Design, seed: int, members: Floats, months: list[tuple[int, int]]
) -> tuple[dict[str, Floats], Planted]:
    shape, bodies = members.shape, len(members)
    season, planted = _season(design, months, shape)
    level = dict.fromkeys(("examined", "disciplined"), season * members / 12_000)
    in_congress = np.array([y in design.congress_years and m in design.congress_months for y, m in months])
    if design.congress != 1:
        level["examined"] = level["examined"] * np.where(in_congress, design.congress, 1.0)
        planted["congress"] = np.broadcast_to(in_congress, shape)
    if design.rule is not None:
        since = np.array([dt.date(year, month, 1) >= design.rule.in_force for year, month in months])
        level["disciplined"] = level["disciplined"] * np.where(since, design.rule.ratio, 1.0)
        planted["rule"] = np.broadcast_to(since, shape)
    keys = np.array([f"{year}-{month:02d}" for year, month in months])
    for shift in design.shifts:
        where = (np.arange(1, bodies + 1)[:, None] == shift.body) & (keys >= shift.month)
        level[shift.measure] = level[shift.measure] * np.where(where, shift.ratio, 1.0)
        planted[f"shift:{shift.measure}:{shift.ratio:g}"] = where
    rates = {"examined": design.examined, "disciplined": design.disciplined}
    own = {name: np.exp(design.between * bell(seed, f"level of {name}", bodies, 1)) for name in rates}
    drawn = {
        name: negative_binomial(uniform(seed, name, *shape), rates[name] * own[name] * level[name], design.dispersion)
        for name in rates
    }
    odds = special.logit(design.in_violation) + design.between_shares * bell(seed, "level of shares", bodies, 1)
    share = special.expit(odds + design.noise_of_shares * bell(seed, "noise of shares", *shape))
    drawn["in_violation"] = binomial(uniform(seed, "in_violation", *shape), drawn["examined"], share)
    left, rest = drawn["disciplined"], 1.0
    for name, part in zip(COUNTS[3:6], design.penalties, strict=False):
        drawn[name] = binomial(uniform(seed, name, *shape), left, np.full(shape, min(part / rest, 1.0)))
        left, rest = left - drawn[name], max(rest - part, np.finfo(float).tiny)
    drawn["expelled"] = left
    return _reported(design, seed, drawn, planted)


def _season(design: Design, months: list[tuple[int, int]], shape: tuple[int, ...]) -> tuple[Floats, Planted]:
    of_month = np.ones(13)
    of_month[[6, 11, 12]] = design.mid_year, *design.year_end
    season = np.array([of_month[month] for _, month in months])
    new_year = np.array([new_year_month(year) == month for year, month in months])
    if design.new_year == 1:
        new_year = np.zeros_like(new_year)
    planted = {"campaign": np.broadcast_to(season > 1, shape), "new_year": np.broadcast_to(new_year, shape)}
    return season * np.where(new_year, design.new_year, 1.0), planted


def _reported(
    design: Design, seed: int, drawn: dict[str, Floats], planted: Planted
) -> tuple[dict[str, Floats], Planted]:
    """Move a part of some months into the next one; parts of a count and of its whole move together."""
    shape = drawn["examined"].shape
    late = uniform(seed, "late", *shape) < design.late
    low, high = design.late_part
    part = np.where(late, low + (high - low) * uniform(seed, "late part", *shape), 0.0)
    moved = {name: np.round(part * drawn[name]) for name in COUNTS if name != "disciplined"}
    moved["disciplined"] = sum((moved[name] for name in COUNTS[3:]), np.zeros(shape))
    if late.any():
        drawn = {name: drawn[name] - gone + _next(gone) for name, gone in moved.items()}
    return {name: drawn[name] for name in COUNTS}, planted | {"late": late, "late_received": _next(late)}


def _next(moved: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Return what a month receives from the one before it."""
    return np.concatenate([np.zeros_like(moved[:, :1]), moved[:, :-1]], axis=1)


def _quarters(name: str, where: Flags) -> Flags:
    months = where.reshape(len(where), -1, 3)
    # What is late inside a quarter still lies in it.
    if name == "late":
        return np.asarray(months[:, :, 2])
    return np.asarray(months[:, :, 0] if name == "late_received" else months.any(axis=2))


def _periods(months: list[tuple[int, int]], width: int) -> Iterator[tuple[str, dt.date, dt.date]]:
    for year, month in months[::width]:
        last = month + width - 1
        start, end = dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
        if width == 1:
            yield f"{year}-{month:02d}", start, end
        else:
            yield f"{year}-Q1" if month == 1 else f"{start}..{end}", start, end


def _frame(
    members: Floats, counts: dict[str, Floats], planted: Planted, periods: list[tuple[str, dt.date, dt.date]]
) -> pd.DataFrame:
    bodies, n = members.shape
    width = max(2, len(str(bodies)))
    numbers = [f"{i:0{width}d}" for i in range(1, bodies + 1)]
    of_body, of_period = np.repeat(np.arange(bodies), n), np.tile(np.arange(n), bodies)

    start, end = (np.array([p[i] for p in periods], dtype="datetime64[s]")[of_period] for i in (1, 2))
    return pd.DataFrame(
        {
            "synthetic": _spread([MARK], np.zeros(bodies * n, dtype=np.intp)),
            "body_id": _spread([f"synthetic-{number}" for number in numbers], of_body),
            "name": _spread([f"{MARK} {number}" for number in numbers], of_body),
            "period": _spread([p[0] for p in periods], of_period),
            "start": start,
            "end": end,
            "members": members.ravel().astype(np.int64),
            **{name: drawn.ravel().astype(np.int64) for name, drawn in counts.items()},
            "late": planted["late"].ravel(),
            "planted": _told(planted),
        }
    )


def _told(planted: Planted) -> pd.Series[str]:
    """Return the names of what is planted in each row: each different combination is written once."""
    mask = np.zeros(next(iter(planted.values())).size, dtype=np.int64)
    for place, where in enumerate(planted.values()):
        mask |= where.ravel().astype(np.int64) << place
    found, places = np.unique(mask, return_inverse=True)
    names = [";".join(name for place, name in enumerate(planted) if combination >> place & 1) for combination in found]
    return _spread(names, places)


def _spread(values: list[str], places: npt.NDArray[np.intp]) -> pd.Series[str]:
    return pd.Series(pd.array(values, dtype="str").take(places))
