"""Extra variation between bodies: scales, trimming, phi and tau squared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.guards import Floats

TRIMS = ("winsorise", "truncate", "truncate_quantile", "none")
"""What may happen to extreme z-scores before phi is estimated."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Dispersion ratio phi, between-body variance tau2, and the number of bodies they rest on."""

    phi: float
    tau2: float
    used: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale on which bodies are compared.

    Attributes
    ----------
    centre : float
        The target on this scale.
    place : callable
        Maps counts and denominators to values and standard errors.
    standard_error : callable
        Standard error at a denominator, for a body at the target.
    back : callable
        Maps limits back to shares, rates or ratios.
    holds : callable
        Tells whether the target leaves room for variation.
    needs_positive : bool
        Whether a count of zero has no place of its own.
    """

    centre: float
    place: Callable[[Floats, Floats], tuple[Floats, Floats]]
    standard_error: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]
    holds: Callable[[float], bool]
    needs_positive: bool = False


_FITS = {
    "proportion": ("raw", "arcsine", "logit"),
    "ratio": ("raw", "log", "sqrt"),
    "rate": ("raw", "log", "sqrt"),
    "ratio_of_counts": ("log",),
}


def choose_scale(kind: str, transform: str, target: float) -> Scale:
    """Return the scale of a kind of figure, centred on the target.

    Raises
    ------
    UnknownCodeError
        For a kind that does not exist or a transform that does not fit it.

    Notes
    -----
    Standard errors are those of a body **at the target** (Spiegelhalter 2005): a rate of r over n
    members is a ratio over ``n r`` expected. On the log scale that is ``1 / sqrt(expected)``, on the
    square-root scale ``1 / (2 sqrt(expected))``, as in FunnelPlotR; for a ratio of two counts and on
    the logit scale each body has its own.
    """
    guards.choice(kind, _FITS, ("kind of figure", "loại chỉ tiêu"))
    guards.choice(transform, _FITS[kind], ("transform", "phép biến đổi"))
    if kind == "proportion":
        return _proportion(transform, target)
    if kind == "ratio_of_counts":
        return _count_ratio(target)
    level = target if np.isfinite(target) and target > 0 else 1.0

    def positive(value: float) -> bool:
        return bool(np.isfinite(value) and value > 0)

    if transform == "log":
        return Scale(
            float(np.log(level)),
            lambda x, n: (np.log(np.maximum(x, 0.5) / n), 1 / np.sqrt(n * level)),
            lambda n: 1 / np.sqrt(n * level),
            np.exp,
            positive,
            needs_positive=True,
        )
    if transform == "sqrt":
        root = float(np.sqrt(level))
        return Scale(
            root,
            lambda x, n: (np.sqrt(x / n), 1 / (2 * np.sqrt(n))),
            lambda n: 1 / (2 * np.sqrt(n)),
            lambda v: np.maximum(v, 0.0) ** 2,
            positive,
        )
    return Scale(
        level,
        lambda x, n: (x / n, np.sqrt(level / n)),
        lambda n: np.sqrt(level / n),
        lambda v: np.maximum(v, 0.0),
        positive,
    )


def _proportion(transform: str, target: float) -> Scale:
    level = target if 0 < target < 1 else 0.5

    def inside(value: float) -> bool:
        return bool(0 < value < 1)

    if transform == "arcsine":
        return Scale(
            float(np.arcsin(np.sqrt(level))),
            lambda x, n: (np.arcsin(np.sqrt(x / n)), 1 / (2 * np.sqrt(n))),
            lambda n: 1 / (2 * np.sqrt(n)),
            _squared_sine,
            inside,
        )
    if transform == "logit":
        return Scale(
            float(np.log(level / (1 - level))),
            lambda x, n: (np.log((x + 0.5) / (n - x + 0.5)), np.sqrt(1 / (x + 0.5) + 1 / (n - x + 0.5))),
            lambda n: np.sqrt(1 / (n * level) + 1 / (n * (1 - level))),
            special.expit,
            inside,
        )
    return Scale(
        level,
        lambda x, n: (x / n, np.sqrt(level * (1 - level) / n)),
        lambda n: np.sqrt(level * (1 - level) / n),
        lambda v: np.clip(v, 0.0, 1.0),
        inside,
    )


def _squared_sine(v: Floats) -> Floats:
    # By the tangent: numpy computes it for a whole array in a tenth of the time of the sine.
    squared = np.tan(np.clip(v, 0.0, np.pi / 2)) ** 2
    out: Floats = squared / (1 + squared)
    return out


def _count_ratio(target: float) -> Scale:
    level = target if np.isfinite(target) and target > 0 else 1.0
    return Scale(
        float(np.log(level)),
        lambda x, n: (
            np.log((x + 0.5) / (n + 0.5)),
            np.sqrt(np.maximum(x, 0.5) / (x + 0.5) ** 2 + n / (n + 0.5) ** 2),
        ),
        lambda n: 1 / (2 * np.sqrt(n)),
        np.exp,
        lambda value: bool(np.isfinite(value) and value > 0),
    )


def overdispersion(
    estimate: Any,
    std_error: Any,
    *,
    centre: float | None = None,
    trim: str = "none",
    trim_share: float = 0.1,
    ddof: int = 0,
) -> Dispersion:
    """Return the dispersion ratio and the between-body variance.

    Parameters
    ----------
    estimate, std_error : array-like
        Figures of the bodies and their standard errors, on the scale they are compared on.
    centre : float, optional
        The target on that scale; by default the mean weighted by 1/s² (DerSimonian and Laird).
    trim : {'none', 'winsorise', 'truncate', 'truncate_quantile'}
        ``winsorise`` pulls z-scores in to the quantiles, ``truncate`` drops the first and last groups
        by rank (SHMI), ``truncate_quantile`` drops what is not strictly between the quantiles.
    trim_share : float
        Share at each end.
    ddof : int
        Taken off the number of bodies in phi: 0 as Spiegelhalter, 1 as a Pearson chi-square.

    Returns
    -------
    Dispersion
        Where trimming leaves fewer than two bodies nothing can be estimated: ``used`` says so, phi is 1 and
        tau2 0 (no extra variation).

    Raises
    ------
    InputError
        For standard errors that are not above zero, missing values, or fewer than two bodies.

    References
    ----------
    DerSimonian and Laird (1986), *Controlled Clinical Trials* 7:177; Spiegelhalter (2005), *Stat Med* 24:1185.

    Examples
    --------
    By hand: z = -1, 1 about 0, phi = 1; w = 1, 1, tau² = (2 - 1) / (2 - 1) = 1.

    >>> overdispersion([-1, 1], [1, 1])
    Dispersion(phi=1.0, tau2=1.0, used=2)
    """
    guards.choice(trim, TRIMS, ("trimming", "cách cắt"))
    guards.between(trim_share, "trim_share", 0, 0.5)
    y, s = guards.aligned(
        estimate=guards.numbers(estimate, "estimate", minimum=None, missing=False),
        std_error=guards.numbers(std_error, "std_error", minimum=np.finfo(float).tiny, missing=False),
    )
    if len(y) < 2:
        raise guards.refuse(
            "Dispersion needs two bodies", "Cần ít nhất hai đơn vị để ước lượng độ phân tán",
            remedy=("Add bodies or do not adjust.", "Hãy thêm đơn vị hoặc không hiệu chỉnh."),
        )  # fmt: skip
    w = 1 / s**2
    middle = float((w * y).sum() / w.sum()) if centre is None else centre
    z, keep = _trimmed((y - middle) / s, trim, trim_share)
    if keep is not None:
        z, w = z[keep], w[keep]
    n = len(z)
    if n < 2:
        return Dispersion(1.0, 0.0, n)
    total, weight = float((z**2).sum()), float(w.sum())
    gap = weight - float((w**2).sum()) / weight
    tau2 = max(0.0, (total - (n - 1)) / gap) if gap > 0 else 0.0
    return Dispersion(total / (n - ddof), tau2, n)


def _trimmed(z: Floats, trim: str, share: float) -> tuple[Floats, guards.Flags | None]:
    if trim == "none":
        return z, None
    if trim == "truncate":
        # Groups by rank as the SHMI specification forms them; ties share their mean rank.
        order = np.sort(z)
        rank = (np.searchsorted(order, z, "left") + np.searchsorted(order, z, "right") + 1) / 2
        group = np.floor(rank / share / (len(z) + 1) + 1e-9)
        return z, (group > 0) & (group < 1 / share - 1 - 1e-9)
    low, high = np.quantile(z, [share, 1 - share])
    if trim == "winsorise":
        return np.clip(z, low, high), None
    return z, (z > low) & (z < high)
