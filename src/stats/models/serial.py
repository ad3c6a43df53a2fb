"""Do points follow on each other? The caveat of every method that takes them as independent."""

from __future__ import annotations

import numpy as np

from stats import intervals
from stats.guards import Floats
from stats.results import Note


def serial_correlation(residuals: Floats, figures: Floats) -> tuple[Note, ...]:
    """Return the caveat of residuals that are more like their neighbours than independent ones would be.

    Parameters
    ----------
    residuals : ndarray, shape (points,)
        In order of time, around the fitted level, trend or model.
    figures : ndarray, shape (points,)
        What they are left of, in the same scale: of an exact fit only rounding is left, which has no order.

    Returns
    -------
    tuple of Note
        ``serial_correlation`` with the correlation at lag 1 when it is above ``1.96 / sqrt(n)``, else nothing.

    References
    ----------
    Box and Jenkins (1976), *Time Series Analysis*, 2.1.6 (Bartlett's standard error).

    Examples
    --------
    >>> figures = np.full(24, 10.0)
    >>> print(*serial_correlation(np.repeat([1.0, -1.0, 1.0, -1.0], 6), figures))
    serial_correlation (lag1 0.71)
    >>> serial_correlation(np.tile([1.0, -1.0], 12), figures)
    ()
    """
    left = residuals - residuals.mean()
    total = float(left @ left)
    if total <= max(1e-12 * float(residuals @ residuals), 1e-20 * float(figures @ figures)):
        return ()
    first = float(left[1:] @ left[:-1]) / total
    beyond = first > intervals.z_value(0.95) / np.sqrt(len(left))
    return (Note("serial_correlation", {"lag1": round(first, 2)}),) if beyond else ()
