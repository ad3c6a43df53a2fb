"""Last digits and Benford's law: are figures heaped or made up. Refused when too few to tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from stats import guards
from stats.guards import Floats
from stats.results import Note, TestResult

LAST_DIGIT_MINIMUM = 50
"""Fewest figures for the last-digit test: five expected a digit."""

BENFORD = {
    "first": (range(1, 10), 1, 300, (0.006, 0.012, 0.015)),
    "second": (range(10), 2, 300, (0.008, 0.010, 0.012)),
    "first_two": (range(10, 100), 2, 1000, (0.0012, 0.0018, 0.0022)),
    "first_three": (range(100, 1000), 3, 4500, (0.00036, 0.00044, 0.00050)),
}
"""Digits tested: their values, how many are read, fewest figures, and Nigrini's cut-offs of the mean
absolute deviation (close, acceptable, marginal conformity)."""

CONFORMITY = ("close", "acceptable", "marginal", "none")
"""Nigrini's words for the mean absolute deviation."""


def _refused(method: str, found: int, needed: int) -> TestResult:
    reason = Note("too_few_figures", {"found": found, "needed": needed})
    return TestResult.refused(method, float(found), reason, extra={"found": found, "needed": needed})


def last_digit_test(
    values: Any, *, exact: Any = True, smallest: float = 100, minimum: int = LAST_DIGIT_MINIMUM
) -> TestResult:
    """Test whether last digits are spread evenly, as those of honest counts are.

    Parameters
    ----------
    values : array-like
        Whole counts; empty cells are left out.
    exact : array-like of bool or bool
        False for approximate figures ("hơn 2.000"), whose zeros are honest: they are left out.
    smallest : float
        Counts below it are left out: the last digit of a small count is nearly its first.
    minimum : int
        Fewest counts; with fewer the test is refused and says how many exist.

    Returns
    -------
    TestResult
        Chi-square with 9 degrees of freedom. ``extra`` holds the count of each digit, and
        the share of figures ending in 0 or 5.

    Raises
    ------
    InputError
        For negative or fractional values, or lengths that differ.

    Notes
    -----
    Heaping on 0 and 5 means rounding, not fraud. Figures of one report often repeat each other (parts
    and totals), which makes the p-value too small: keep independent counts only.

    References
    ----------
    Beber and Scacco (2012), *Political Analysis* 20:211.

    Examples
    --------
    >>> even = last_digit_test(range(100, 200))
    >>> even.statistic, even.p_value
    (0.0, 1.0)
    >>> last_digit_test([120, 350]).caveats[0].code
    'too_few_figures'
    """
    x = guards.numbers(values, "values")
    keep = (
        np.broadcast_to(np.asarray(exact, dtype=bool), x.shape)
        if np.ndim(exact) == 0
        else np.asarray(exact, dtype=bool)
    )
    if keep.shape != x.shape:
        raise guards.refuse(
            f"exact has {keep.size} values for {x.size} figures", f"exact có {keep.size} giá trị cho {x.size} số",
            remedy=("Say of each figure whether it is exact.", "Hãy ghi từng số có chính xác hay không."),
        )  # fmt: skip
    guards.whole(np.where(keep, x, 0.0), "values")
    used = x[np.isfinite(x) & keep & (x >= smallest)]
    if len(used) < minimum:
        return _refused("last_digit", len(used), minimum)
    seen = np.bincount((used % 10).astype(int), minlength=10).astype(float)
    expected = len(used) / 10
    value = float(((seen - expected) ** 2 / expected).sum())
    extra = {
        "digits": seen.astype(int).tolist(),
        "zeros_and_fives": float((seen[0] + seen[5]) / len(used)),
    }
    return TestResult(
        statistic=value, p_value=float(special.chdtrc(9, value)), df=9.0, method="last_digit", n=float(len(used)),
        extra=extra,
    )  # fmt: skip


def benford_shares(digits: str = "first") -> Floats:
    """Return the shares Benford's law gives the leading digits.

    Parameters
    ----------
    digits : {'first', 'second', 'first_two', 'first_three'}
        Which digits.

    Examples
    --------
    >>> benford_shares()[[0, 8]].round(4).tolist()
    [0.301, 0.0458]
    """
    guards.choice(digits, BENFORD, ("digits", "chữ số"))
    if digits == "second":
        pairs = np.log10(1 + 1 / np.arange(10.0, 100.0)).reshape(9, 10)
        second: Floats = pairs.sum(axis=0)
        return second
    out: Floats = np.log10(1 + 1 / np.array(BENFORD[digits][0], dtype=float))
    return out


def leading_digits(values: Any, *, many: int = 1) -> npt.NDArray[np.int64]:
    """Return the first digits of positive numbers, as one whole number each.

    Parameters
    ----------
    values : array-like
        Positive numbers; zeros and empty cells are left out.
    many : int
        How many digits; shorter whole numbers are filled with zeros (7 reads as 70).

    Examples
    --------
    >>> leading_digits([7, 0.0345, 1899], many=2).tolist()
    [70, 34, 18]
    """
    x = guards.numbers(values, "values")
    x = x[np.isfinite(x) & (x > 0)]
    power = np.floor(np.log10(x)) if len(x) else x
    # The logarithm of 1000 may fall a hair short: settle the power by comparing.
    power = np.where(x >= 10.0 ** (power + 1), power + 1, np.where(x < 10.0**power, power - 1, power))
    scaled = np.floor(x / 10.0 ** (power - many + 1) + 1e-9)
    return np.asarray(np.minimum(scaled, 10.0**many - 1), dtype=np.int64)


def benford_test(values: Any, *, digits: str = "first", minimum: int | None = None) -> TestResult:
    """Compare leading digits with Benford's law.

    Parameters
    ----------
    values : array-like
        Positive figures that span at least two powers of ten; zeros and empty cells are left out, and
        the caveat ``figures_left_out`` says how many.
    digits : {'first', 'second', 'first_two', 'first_three'}
        Which digits.
    minimum : int, optional
        Fewest figures: 300 for one digit and 1,000 for two, unless given.

    Returns
    -------
    TestResult
        Pearson's chi-square. ``extra`` holds ``mad`` (mean absolute deviation), Nigrini's
        ``conformity`` in words, ``mantissa_arc`` with its p-value and the digits' counts.
        Figures within two powers of ten have the caveat ``narrow_span``: the law need not hold.

    Raises
    ------
    InputError
        For negative values or text.

    Notes
    -----
    With many figures the chi-square rejects for deviations that do not matter: read ``mad``. A
    deviation is a reason to look, never evidence of invention: counts of small bodies, quotas and
    thresholds break the law honestly.

    References
    ----------
    Nigrini (2012), *Benford's Law*; Benford (1938), *Proc Am Phil Soc* 78:551.

    Examples
    --------
    Powers of two follow the law:

    >>> test = benford_test(2.0 ** np.arange(1, 1001))
    >>> test.extra["conformity"], bool(test.p_value > 0.99)
    ('close', True)
    """
    guards.choice(digits, BENFORD, ("digits", "chữ số"))
    kinds, many, least, cuts = BENFORD[digits]
    given = guards.numbers(values, "values")
    x = given[np.isfinite(given) & (given > 0)]
    left_out = {"empty": int(np.isnan(given).sum()), "zeros": int((given == 0).sum())}
    caveats = (Note("figures_left_out", left_out),) if any(left_out.values()) else ()
    needed = least if minimum is None else int(minimum)
    if len(x) < max(needed, 1):
        refused = _refused(f"benford_{digits}", len(x), needed)
        return replace(refused, caveats=(*refused.caveats, *caveats))
    read = leading_digits(x, many=many)
    read = read % 10 if digits == "second" else read
    first = kinds[0]
    seen = np.bincount(read - first, minlength=len(kinds)).astype(float)
    expected = benford_shares(digits) * len(x)
    value = float(((seen - expected) ** 2 / expected).sum())
    mad = float(np.abs(seen / len(x) - benford_shares(digits)).mean())
    df = len(kinds) - 1
    turn = 2 * np.pi * np.log10(x)
    arc = float(np.cos(turn).mean() ** 2 + np.sin(turn).mean() ** 2)
    span = Note("narrow_span", {"smallest": float(x.min()), "largest": float(x.max())})
    return TestResult(
        statistic=value, p_value=float(special.chdtrc(df, value)), df=float(df), method=f"benford_{digits}",
        n=float(len(x)),
        extra={
            "mad": mad, "conformity": CONFORMITY[int(np.searchsorted(cuts, mad, side="left"))], "mantissa_arc": arc,
            "mantissa_arc_p": float(np.exp(-arc * len(x))), "digits": seen.astype(int).tolist(),
        },
        caveats=(*((span,) if x.max() < 100 * x.min() else ()), *caveats),
    )  # fmt: skip
