"""Distributions of the largest statistic over all dates at which a break might lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize, special

from stats import guards
from stats.guards import Floats

MOST_TERMS = 3
"""Coefficients that may break at once: the published curves go further, short series do not."""

# By terms, then by trimming 0.49, 0.47 ... 0.01: the tail is that of chi-square with c degrees of freedom at a + b x.
_HANSEN = (
    (
        (-0.0648467, 0.9967116, 1.257324), (-0.1530567, 0.9675765, 1.436513), (-0.2307167, 0.9582501, 1.565313),
        (-0.2924766, 0.9571578, 1.688519), (-0.3570659, 0.9523751, 1.778897), (-0.4051472, 0.9605579, 1.897613),
        (-0.4524839, 0.95811, 1.983704), (-0.5045852, 0.9614954, 2.070865), (-0.5500916, 0.9668427, 2.172443),
        (-0.6024162, 0.965184, 2.235091), (-0.6430875, 0.973549, 2.337222), (-0.6883368, 0.9782911, 2.427765),
        (-0.7313616, 0.9820687, 2.508339), (-0.780782, 0.9947532, 2.620955), (-0.8289422, 1.000235, 2.702866),
        (-0.8843013, 1.001625, 2.778358), (-0.9499265, 1.003843, 2.843258), (-0.9882887, 1.016047, 2.967529),
        (-1.048927, 1.025709, 3.084427), (-1.115278, 1.03526, 3.197704), (-1.149926, 1.066434, 3.447396),
        (-1.240109, 1.069295, 3.549936), (-1.385221, 1.068085, 3.616672), (-1.482965, 1.128397, 4.072025),
        (-1.787386, 1.172209, 4.47267),
    ),
    (
        (-0.03933112, 0.9952578, 2.442393), (-0.1465099, 0.9938654, 2.788378), (-0.2876558, 0.9813936, 2.937246),
        (-0.3552875, 0.9942739, 3.181871), (-0.4953896, 0.9692327, 3.194844), (-0.5878054, 0.9733912, 3.327633),
        (-0.6690049, 0.9744413, 3.441706), (-0.778258, 0.9667841, 3.486528), (-0.8726098, 0.9762643, 3.617098),
        (-0.9678244, 0.9763698, 3.67795), (-1.07359, 0.9740774, 3.719454), (-1.125311, 0.998971, 3.951145),
        (-1.16041, 1.016299, 4.149326), (-1.29758, 1.015268, 4.171039), (-1.367437, 1.030047, 4.32238),
        (-1.430128, 1.051395, 4.538368), (-1.533117, 1.052806, 4.611759), (-1.652736, 1.059326, 4.693404),
        (-1.793507, 1.049365, 4.68381), (-1.911775, 1.058846, 4.807335), (-2.026593, 1.072003, 4.977727),
        (-2.184994, 1.086748, 5.142317), (-2.376586, 1.113429, 5.402687), (-2.512673, 1.15305, 5.885731),
        (-3.055599, 1.176293, 6.110678),
    ),
    (
        (-0.1250856, 0.981515, 3.430363), (-0.2732302, 0.9832487, 3.839431), (-0.4314852, 0.9833637, 4.076627),
        (-0.4817225, 1.004507, 4.447965), (-0.6898932, 0.9969298, 4.496654), (-0.7928579, 1.004175, 4.697725),
        (-0.8506615, 1.01852, 4.955848), (-1.061338, 1.007192, 4.908127), (-1.119774, 1.03046, 5.207415),
        (-1.20203, 1.038854, 5.369393), (-1.287361, 1.045974, 5.524169), (-1.45875, 1.035499, 5.488853),
        (-1.608892, 1.033744, 5.509582), (-1.643462, 1.067677, 5.894269), (-1.683348, 1.096764, 6.23635),
        (-1.819746, 1.10217, 6.341227), (-2.026489, 1.096299, 6.290774), (-2.048205, 1.134918, 6.752083),
        (-2.323049, 1.120309, 6.59886), (-2.595164, 1.091221, 6.322944), (-2.797761, 1.091093, 6.35576),
        (-3.03865, 1.090374, 6.372121), (-3.31299, 1.104768, 6.528229), (-3.656672, 1.133558, 6.841677),
        (-4.091741, 1.210341, 7.79014),
    ),
)  # fmt: skip


def pettitt_tail(ranks: Floats, statistic: float) -> float:
    """Return the chance that Pettitt's path reaches `statistic`, over all orders of the figures.

    Parameters
    ----------
    ranks : ndarray, shape (points,)
        Ranks less their mean, mean ranks for ties. Time and memory double with every point.
    statistic : float
        Value of K.

    Notes
    -----
    The path after k points depends only on which figures came first, in whatever order: so the orders that stay below
    are counted by sets of figures.

    Examples
    --------
    Of the 24 orders of four figures 8 have both small ones on the same side, which is a K of 4:

    >>> round(pettitt_tail(np.array([-1.5, -0.5, 0.5, 1.5]), 4), 6)
    0.333333
    """
    n = len(ranks)
    sums = np.zeros(1)
    for rank in ranks:
        sums = np.concatenate([sums, sums + rank])
    sizes = np.array([0])
    for _ in ranks:
        sizes = np.concatenate([sizes, sizes + 1])
    below = np.abs(2 * sums) < statistic - 1e-9
    share = np.zeros(2**n)
    share[0] = 1.0
    for size in range(n):
        sets = np.flatnonzero((sizes == size) & (share > 0))
        for bit in range(n):
            grown = sets[(sets >> bit) & 1 == 0] | (1 << bit)
            share[grown] += np.where(below[grown], share[grown ^ (1 << bit)], 0.0) / (n - size)
    return float(np.clip(1 - share[-1], 0.0, 1.0))


def bridge_tail(statistic: float) -> float:
    """Return the chance that a Brownian bridge leaves ``± statistic`` (Kolmogorov's distribution).

    Examples
    --------
    >>> round(bridge_tail(1.358), 3)
    0.05
    """
    return float(special.kolmogorov(statistic))


def bridge_limit(alpha: float) -> float:
    """Return the value that a Brownian bridge leaves with chance `alpha`.

    Examples
    --------
    >>> round(bridge_limit(0.05), 3)
    1.358
    """
    return float(special.kolmogi(alpha))


def sup_f_tail(statistic: float, terms: int, trimming: float) -> float:
    """Return the asymptotic p-value of the largest chi-square statistic of a break over all dates.

    Parameters
    ----------
    statistic : float
        Largest statistic, in the scale of chi-square with `terms` degrees of freedom.
    terms : int
        Number of coefficients that may break, 1 to 3.
    trimming : float
        Share of the points left out at either end; between the tabulated ones the p-value is
        interpolated, as in R's ``strucchange``.

    Raises
    ------
    InputError
        For more terms than are tabulated, or a trimming that is not between 0 and 0.5.

    References
    ----------
    Andrews (1993), *Econometrica* 61:821; Hansen (1997), *Journal of Business and Economic Statistics* 15:60 (the
    curves).

    Examples
    --------
    >>> round(sup_f_tail(9, 1, 0.15), 4), round(sup_f_tail(12, 2, 0.1), 4)
    (0.0418, 0.0518)
    """
    if not 1 <= terms <= MOST_TERMS:
        raise guards.refuse(
            f"{terms} coefficients break at once; at most {MOST_TERMS} may",
            f"Có {terms} hệ số cùng thay đổi; nhiều nhất là {MOST_TERMS}",
            remedy=("Use fewer covariates.", "Hãy giảm số biến."),
        )  # fmt: skip
    trimming = guards.between(trimming, "trimming", 0, 0.5)
    a, b, c = np.array(_HANSEN[terms - 1]).T
    tails = special.chdtrc(c, np.maximum(a + b * statistic, 0.0))
    if trimming >= 0.49:
        share = (trimming - 0.49) * 100
        return float((1 - share) * tails[0] + share * special.chdtrc(terms, statistic))
    return float(np.interp(trimming, np.arange(0.01, 0.5, 0.02), tails[::-1]))


def sup_f_limit(alpha: float, terms: int, trimming: float) -> float:
    """Return the value that the largest statistic passes with chance `alpha`.

    Examples
    --------
    >>> round(sup_f_limit(0.05, 1, 0.15), 2)
    8.61
    """
    find: Any = optimize.brentq
    return float(find(lambda x: sup_f_tail(x, terms, trimming) - alpha, 0.1, 500.0))
