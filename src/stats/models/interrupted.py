"""A rule took effect on a known date: what changed beyond the trend there was? Interrupted time series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.codes import Rule
from stats.guards import Flags, Floats
from stats.models.interruption import InterruptedSeries
from stats.models.refusals import refused_model
from stats.models.regression import regression_fit
from stats.models.results import INTERCEPT, RegressionModel, multiplier
from stats.models.serial import serial_correlation
from stats.periods import Period
from stats.results import Note, Result, State
from stats.series import conditions
from stats.series.sides import sides

EFFECTS = ("step", "slope", "step_slope")
"""What the rule may change: the level, the trend, or both."""

FROM = ("auto", "start", "before", "origin")
"""Where the slope term counts from."""

LEAST = 8
"""Fewest points on each side (Penfold and Zhang 2013)."""

POWER = 0.8
"""Power at which the ratio that could have been detected is given."""


def interrupted_series(
    count: Any,
    *,
    at: dt.date | int,
    exposure: Any = None,
    periods: Sequence[Period] | None = None,
    effect: str = "step",
    slope_from: str = "auto",
    season: int | None = None,
    pairs: int = 1,
    position: Any = None,
    family: str = "quasi_poisson",
    standard_errors: str = "model",
    lags: int | None = None,
    correction: str | None = None,
    reference: str = "auto",
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
    conf_level: float = 0.95,
) -> InterruptedSeries:
    """Fit a trend with a change at a date that was known beforehand.

    Parameters
    ----------
    count : array-like, shape (points,)
        Events of successive periods, in order of time.
    at : date or int
        First day of the rule (needs `periods`), or the index, from 0, of the first point with it. It must be
        stated before the figures are looked at: a date chosen for its effect makes every test invalid (for
        an unknown date see `stats.trends.breaks`).
    exposure : array-like or scalar, optional
        Members, or their standard population.
    periods : sequence of Period, optional
        One a point. A period in which the rule took effect part of the way is left out.
    effect : {'step', 'slope', 'step_slope'}
        To be chosen beforehand, from how the rule works: at once, gradually, or both.
    slope_from : {'auto', 'start', 'before', 'origin'}
        ``start``: the slope term is 0 in the first period with the rule, so that the step is the change in
        it (default with a step); ``before``: it is 1 there (default without); ``origin``: the time itself
        from 1, as in Bernal et al.: the step is then a change extrapolated to time 0. The fitted lines and
        the ratios are the same.
    season : int, optional
        Periods in a year: adds `pairs` of sine and cosine terms. With `periods` it must be their number in a
        year: 12 for months, 4 for quarters; years have no season.
    pairs : int
        Number of Fourier pairs, at most half of `season`.
    position : array-like, optional
        Place of each point in the year, from 1; by default from `periods`, else from the first point.
    family : {'quasi_poisson', 'poisson', 'negative_binomial'}
        See `stats.models.regression.regression_fit`.
    standard_errors : {'model', 'hac', 'robust'}
        ``hac`` allows for serial correlation (Newey-West, with `lags` and `correction`).
    lags, correction, reference, conf_level
        See `regression_fit`.
    actors, units, breaks
        Deciding actors and units of the points and dated changes, for `stats.series.conditions.refusal`. The
        date of the rule itself is no reason to refuse; any other break inside is.
    zeros : bool
        Confirms that zeros among large figures were counted.

    Returns
    -------
    InterruptedSeries
        ``refused`` where the conditions of a series do not hold (see `stats.series.conditions.refusal`) or with
        fewer than 8 points on either side; with `season` at least two full years before and one after
        (``interruption_too_short``), or where nothing varies around the fit (``all_equal``). Residuals that
        follow on each other raise the caveat ``serial_correlation``.

    Raises
    ------
    InputError
        For a date without periods, a date or index outside the series, counts that cannot be used, a season that
        is not that of the periods, or options that do not go together.

    Notes
    -----
    The counterfactual is the trend and season of the whole fit without the effect: it assumes that they would
    have gone on. Anything else that changed on the same date is part of the estimate. The counterfactual
    interval is that of the expected count, not of single counts.

    References
    ----------
    Lopez Bernal, Cummins and Gasparrini (2017), *International Journal of Epidemiology* 46:348; Wagner et al.
    (2002), *Journal of Clinical Pharmacy and Therapeutics* 27:299; Penfold and Zhang (2013), *Academic
    Pediatrics* 13:S38 (at least 8 points on each side).

    Examples
    --------
    The level doubles at the ninth of sixteen quarters:

    >>> series = interrupted_series([10, 12, 9, 11, 10, 8, 11, 9, 21, 18, 20, 22, 19, 20, 23, 18], at=8)
    >>> round(series.average.estimate, 2), series.average.conf_low > 1, series.state.value
    (2.11, True, 'value')
    >>> print(interrupted_series([10, 12, 9, 11, 10, 8, 11, 9, 21, 18, 20, 22], at=8).reason)
    interruption_too_short (before 8, after 4, needed_before 8, needed_after 8)
    """
    guards.choice(effect, EFFECTS, ("effect", "dạng tác động"))
    guards.choice(slope_from, FROM, ("origin of the slope", "gốc của độ dốc"))
    guards.choice(family, ("quasi_poisson", "poisson", "negative_binomial"), ("family", "họ phân phối"))
    guards.choice(standard_errors, ("model", "hac", "robust"), ("standard error", "sai số chuẩn"))
    at = at.date() if isinstance(at, dt.datetime) else at
    y = guards.numbers(count, "count")
    base = guards.numbers(
        1.0 if exposure is None else exposure, "exposure", minimum=np.finfo(float).tiny, missing=False
    )
    if len(base) not in (1, len(y)):
        raise guards.refuse(
            f"exposure has {len(base)} values for {len(y)} counts",
            f"mẫu số của tỷ suất có {len(base)} giá trị cho {len(y)} số đếm",
            remedy=("Pass one value a point.", "Mỗi điểm cần đúng một giá trị."),
        )  # fmt: skip
    base = np.broadcast_to(base, len(y)).astype(float)
    phase = sides(len(y), at, periods)
    keys = tuple(p.key for p in periods) if periods is not None else tuple(str(i + 1) for i in range(len(y)))
    start = int(np.argmax(phase == 1))
    x, terms = _columns(len(y), phase == 1, start, effect, slope_from)
    if season is not None:
        conditions.season_fits(season, periods)
        seasonal, names = _seasonal(season, pairs, _positions(len(y), season, position, periods))
        x, terms = np.column_stack([x, seasonal]), (*terms, *names)
    used = phase >= 0
    reason = conditions.refusal(
        periods, least=1, n=int(used.sum()), values=y, used=used, actors=actors, units=units, breaks=breaks,
        zeros=zeros, rebased=[at] if isinstance(at, dt.date) else [],
    )  # fmt: skip
    reason = reason or _too_short(int((phase == 0).sum()), int((phase == 1).sum()), season)
    if reason is None:
        model = regression_fit(
            y[used], x[used], exposure=base[used], terms=terms, family=family, standard_errors=standard_errors,
            lags=lags, correction=correction, reference=reference, conf_level=guards.level(conf_level),
        )  # fmt: skip
    else:
        model = refused_model(y, (INTERCEPT, *terms), family, standard_errors, guards.level(conf_level), reason)
    return _told(model, keys, y, base, phase, np.column_stack([np.ones(len(y)), x]), effect, at)


def _columns(n: int, after: Flags, start: int, effect: str, slope_from: str) -> tuple[Floats, tuple[str, ...]]:
    time = np.arange(1.0, n + 1)
    parts, names = [time], ["time"]
    if "step" in effect:
        parts.append(after.astype(float))
        names.append("step")
    if "slope" in effect:
        origin = slope_from if slope_from != "auto" else "start" if "step" in effect else "before"
        if effect == "slope" and origin != "before":
            raise guards.refuse(
                "A slope alone must count from the last point before the rule",
                "Khi chỉ xét độ dốc, phải tính từ điểm cuối trước mốc",
                remedy=("Use slope_from='before', or effect='step_slope'.", "Dùng slope_from='before'."),
            )
        zero = {"start": time[start], "before": time[start] - 1, "origin": 0.0}[origin]
        parts.append(np.where(after, time - zero, 0.0))
        names.append("slope")
    return np.column_stack(parts), tuple(names)


def _positions(n: int, season: int, position: Any, periods: Sequence[Period] | None) -> Floats:
    if position is not None:
        given = guards.numbers(position, "position", minimum=None, missing=False)
        if len(given) != n:
            raise guards.refuse(f"position has {len(given)} values for {n}", f"vị trí có {len(given)} giá trị cho {n}")
        return given
    if periods is not None:
        return np.array([(p.start.month - 1) * season / 12 + 1 for p in periods])
    return np.arange(1.0, n + 1)


def _seasonal(season: int, pairs: int, position: Floats) -> tuple[Floats, tuple[str, ...]]:
    if season < 2 or not 1 <= pairs <= season / 2:
        raise guards.refuse(
            f"{pairs} pairs do not fit a year of {season} periods", f"{pairs} cặp không hợp với năm có {season} kỳ",
            remedy=("Take at most half as many pairs as periods.", "Số cặp nhiều nhất bằng nửa số kỳ trong năm."),
        )  # fmt: skip
    columns, names = [], []
    for k in range(1, pairs + 1):
        angle = 2 * np.pi * k * position / season
        if 2 * k != season:  # at half the season the sine is zero at every point
            columns.append(np.sin(angle))
            names.append(f"sin{k}")
        columns.append(np.cos(angle))
        names.append(f"cos{k}")
    return np.column_stack(columns), tuple(names)


def _too_short(before: int, after: int, season: int | None) -> Note | None:
    needed = (LEAST, LEAST) if season is None else (max(LEAST, 2 * season), max(LEAST, season))
    if before >= needed[0] and after >= needed[1]:
        return None
    told = {"before": before, "after": after, "needed_before": needed[0], "needed_after": needed[1]}
    return Note("interruption_too_short", told)


def _told(
    model: RegressionModel, keys: tuple[str, ...], y: Floats, base: Floats, phase: Any, rows: Floats, effect: str,
    at: dt.date | int,
) -> InterruptedSeries:  # fmt: skip
    empty, after = np.full(len(y), np.nan), phase == 1
    facts: dict[str, Any] = {
        "model": model, "keys": keys, "observed": y, "exposure": base, "after": after, "used": phase >= 0,
        "effect": effect, "date": at.isoformat() if isinstance(at, dt.date) else keys[at],
    }  # fmt: skip
    if not model:
        none = Result(state=State.REFUSED, reason=model.reason, method="interrupted", derived=True)
        names = (f"{line}{end}" for line in ("fitted", "counterfactual") for end in ("", "_low", "_high"))
        lines: Any = dict.fromkeys(names, empty)
        refused: Any = dict.fromkeys(("at_start", "at_end", "average", "excess"), none)
        return InterruptedSeries(
            **facts, **lines, **refused, detectable=(np.nan, np.nan), state=State.REFUSED, reason=model.reason,
            caveats=model.caveats,
        )  # fmt: skip
    without = rows.copy()
    without[:, [model.position(name) for name in ("step", "slope") if name in model.terms]] = 0.0
    fit, fit_low, fit_high = _line(model, rows, base)
    other = [np.where(after, line, np.nan) for line in _line(model, without, base)]
    v, last, first = model.covariance, int(np.flatnonzero(after)[-1]), int(np.argmax(after))
    f, c = fit[after], other[0][after]
    gain_f, gain_c = f @ rows[after], c @ without[after]
    mean_gradient = gain_f / f.sum() - gain_c / c.sum()
    error = float(np.sqrt(mean_gradient @ v @ mean_gradient))
    excess_error = float(np.sqrt((gain_f - gain_c) @ v @ (gain_f - gain_c)))
    reach = (multiplier(model.conf_level, model.df_reference) + special.ndtri(POWER)) * error
    caveats = (*model.caveats, *_serial(model))
    half = multiplier(model.conf_level, model.df_reference) * excess_error
    gap = float(f.sum() - c.sum())
    common: dict[str, Any] = {
        "method": f"interrupted_{effect}_{model.family}_{model.standard_errors}",
        "caveats": caveats,
    }
    return InterruptedSeries(
        **facts, fitted=fit, fitted_low=fit_low, fitted_high=fit_high, counterfactual=other[0],
        counterfactual_low=other[1], counterfactual_high=other[2],
        at_start=_ratio(model, rows[first] - without[first], common, keys[first]),
        at_end=_ratio(model, rows[last] - without[last], common, keys[last]),
        average=_ratio(
            model, mean_gradient, common | {"numerator": float(f.sum()), "denominator": float(c.sum())}, "",
            value=float(np.log(f.sum() / c.sum())),
        ),
        excess=Result(
            estimate=gap, conf_low=gap - half, conf_high=gap + half, conf_level=model.conf_level, kind="difference",
            derived=True, **common,
        ),
        detectable=(float(np.exp(-reach)), float(np.exp(reach))), caveats=caveats,
    )  # fmt: skip


def _line(model: RegressionModel, rows: Floats, base: Floats) -> tuple[Floats, Floats, Floats]:
    eta = np.log(base) + rows @ model.estimate
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, model.covariance, rows), 0.0))
    half = multiplier(model.conf_level, model.df_reference) * spread
    return np.exp(eta), np.exp(eta - half), np.exp(eta + half)


def _ratio(
    model: RegressionModel, weights: Floats, common: dict[str, Any], period: str, *, value: float | None = None
) -> Result:
    """Return exp of a weighted sum of coefficients, or of a value of which the weights are the slope."""
    log = float(weights @ model.estimate) if value is None else value
    error = float(np.sqrt(weights @ model.covariance @ weights))
    half = multiplier(model.conf_level, model.df_reference) * error
    return Result(
        estimate=float(np.exp(log)), conf_low=float(np.exp(log - half)), conf_high=float(np.exp(log + half)),
        conf_level=model.conf_level, kind="rate_ratio", period=period, derived=True, **common,
    )  # fmt: skip


def _serial(model: RegressionModel) -> tuple[Note, ...]:
    if model.standard_errors.startswith("hac"):
        return ()
    scale = np.sqrt(model.fitted)
    return serial_correlation((model.counts - model.fitted) / scale, model.counts / scale)
