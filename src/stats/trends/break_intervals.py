"""How sure is the date of a break? The distribution of the best place around the true one."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize, special

from stats.guards import Floats

_WIDEST = 1e6


def place_cdf(x: float, ratio: float, spread: float) -> float:
    """Return the chance that the best place of a break lies at most `x` from the true one, in scaled time.

    Parameters
    ----------
    x : float
        Distance in units of the variance before the break over the squared shift.
    ratio : float
        Information on the shift after the break over that before it; 1 for a level.
    spread : float
        `ratio` times the error variance after the break over that before it.

    Notes
    -----
    With both 1 this is the symmetric distribution of Yao.

    References
    ----------
    Bai (1997), *Review of Economics and Statistics* 79:551, appendix B; Yao (1987), *Annals of Statistics*
    15:1321.

    Examples
    --------
    >>> place_cdf(0.0, 1.0, 1.0), round(place_cdf(11.03, 1.0, 1.0), 4)
    (0.5, 0.975)
    """
    far, root = abs(x), np.sqrt(abs(x))
    if x < 0:
        a = ratio / spread
        lead = spread * (spread + 2 * ratio) / (ratio * (spread + ratio))
        last = (spread + 2 * ratio) ** 2 / ((spread + ratio) * ratio) - 2 + far / 2
        return float(
            -np.sqrt(far / (2 * np.pi)) * np.exp(-far / 8)
            - lead * np.exp(a * (1 + a) * far / 2 + special.log_ndtr(-(0.5 + a) * root))
            + last * special.ndtr(-root / 2)
        )
    slow, fast = ratio / np.sqrt(spread), (2 * spread + ratio) / (2 * np.sqrt(spread))
    lead = ratio * (2 * spread + ratio) / (spread * (spread + ratio))
    last = (2 * spread + ratio) ** 2 / ((spread + ratio) * spread) - 2 + slow**2 * far / 2
    return float(
        1 + slow * np.sqrt(far / (2 * np.pi)) * np.exp(-(slow**2) * far / 8)
        + lead * np.exp((spread + ratio) * far / 2 + special.log_ndtr(-fast * root))
        - last * special.ndtr(-slow * root / 2)
    )  # fmt: skip


def break_interval(
    before: Floats, z_before: Floats, behind: Floats, z_behind: Floats, conf_level: float
) -> tuple[float, float]:
    """Return how many points before and after its best place the break may lie.

    Parameters
    ----------
    before, behind : ndarray
        Figures of the segments on either side.
    z_before, z_behind : ndarray
        Their covariates with the constant.
    conf_level : float
        Level of the interval.

    Returns
    -------
    tuple of float
        Lower (zero or negative) and upper distance in whole points; NaN where the segments differ so much in
        variance that one side of the distribution holds less than its share.

    References
    ----------
    Bai (1997), *Review of Economics and Statistics* 79:551.

    Examples
    --------
    >>> level = np.ones((6, 1))
    >>> low, high = [1.0, 2.0, 3.0, 2.0, 1.0, 3.0], [4.0, 5.0, 6.0, 5.0, 4.0, 6.0]
    >>> break_interval(np.array(low), level, np.array(high), level, 0.95)
    (-1.0, 1.0)
    """
    b1, v1 = _fit(before, z_before)
    b2, v2 = _fit(behind, z_behind)
    shift = b2 - b1
    q1 = float(((z_before @ shift) ** 2).mean())
    q2 = float(((z_behind @ shift) ** 2).mean())
    exact = 1e-24 * max(float((before**2).max()), float((behind**2).max()))
    if min(v1, v2) <= exact or min(q1, q2) <= 0:
        return 0.0, 0.0
    ratio = q2 / q1
    spread = ratio * v2 / v1
    tail = (1 - conf_level) / 2
    if not tail <= place_cdf(0.0, ratio, spread) <= 1 - tail:
        return np.nan, np.nan
    find: Any = optimize.brentq
    low, high = (
        find(lambda x, want=want: place_cdf(x, ratio, spread) - want, *ends, xtol=1e-8)
        for want, ends in ((tail, (-_WIDEST, 0.0)), (1 - tail, (0.0, _WIDEST)))
    )
    unit = v1 / q1
    # The process runs backwards: a best place late by x means a break early by x.
    return -float(np.ceil(high * unit)), -float(np.floor(low * unit))


def _fit(y: Floats, z: Floats) -> tuple[Floats, float]:
    b: Floats = np.linalg.lstsq(z, y, rcond=None)[0].astype(np.float64)
    left = y - z @ b
    return b, float(left @ left) / len(y)
