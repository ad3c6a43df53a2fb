"""Published formulas and examples of many bodies: funnels, standardisation, imputation, digits.

Where a package publishes its formulas but no small example, the formula is written out here a second
time, one body after the other, and compared.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import chdtri

from stats.comparisons.funnels import funnel, poisson_funnel
from stats.quality.digits import BENFORD, benford_shares, benford_test, last_digit_test
from stats.quality.imputation import rubin_pool
from stats.rates import repeat_counts
from stats.results import State
from stats.standardise import direct_rate, indirect, ratio_to_expected

# PHEindicatormethods, tests/testthat/testISRates.R: reference counts and populations of 19 age bands, the third
# count not given.
REFERENCE = [
    10303, 2824, None, 3615, 3641, 3490, 3789, 3213, 3031, 2771, 3089, 3490, 3595, 4745, 5514, 7125, 5694, 6210, 5757,
]  # fmt: skip
REFERENCE_POPULATION = [
    50520, 57173, 60213, 54659, 44345, 50128, 62163, 67423, 62899, 55463, 60479, 49974, 44140, 40888, 37239, 30819,
    18136, 15325, 13918,
]  # fmt: skip
# PHEindicatormethods, DSR vignette: deaths of one small area; three age bands without a death are not listed.
DEATHS = [1, 1, None, None, None, 1, 1, 1, 3, 3, 3, 3, 10, 10, 10, 10, 8, 8, 8]
PEOPLE = [30, 35, 35, 35, 40, 40, 45, 50, 50, 50, 60, 60, 70, 75, 70, 60, 20, 20, 15]
EUROPEAN_2013 = [
    5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000,
]  # fmt: skip


def byar(count: float, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(1 - (1 - level) / 2)
    low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
    return low, (count + 1) * (1 - 1 / (9 * (count + 1)) + z / (3 * math.sqrt(count + 1))) ** 3


def quantile(values: list[float], share: float) -> float:
    """R's default quantile (type 7)."""
    ordered, place = sorted(values), (len(values) - 1) * share
    low = math.floor(place)
    return ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def funnelplotr(x: list[float], n: list[float], data_type: str) -> tuple[float, float]:
    """FunnelPlotR, R/od_adjustment.R: phi and tau² with 10% trimmed, one body after the other."""
    target = sum(x) / sum(n)
    placed = {
        "SHMI": lambda a, b: (math.log(a / b), 1 / math.sqrt(b), 0.0),
        "CQC": lambda a, b: (math.sqrt(a / b), 1 / (2 * math.sqrt(b)), 1.0),
        "PR": lambda a, b: (math.asin(math.sqrt(a / b)), 1 / (2 * math.sqrt(b)), math.asin(math.sqrt(target))),
        "RC": lambda a, b: (
            math.log((a + 0.5) / (b + 0.5)), math.sqrt(a / (a + 0.5) ** 2 + b / (b + 0.5) ** 2), math.log(target)
        ),
    }[data_type]  # fmt: skip
    rows = [placed(a, b) for a, b in zip(x, n, strict=True)]
    z, s = [(y - centre) / error for y, error, centre in rows], [error for _, error, _ in rows]
    if data_type == "SHMI":
        rank = [sum(other < v for other in z) + (sum(other == v for other in z) + 1) / 2 for v in z]
        kept = [i for i, r in enumerate(rank) if 0 < math.floor(r * 10 / (len(z) + 1)) < 9]
        z, s = [z[i] for i in kept], [s[i] for i in kept]
    else:
        low, high = quantile(z, 0.1), quantile(z, 0.9)
        z = [min(max(v, low), high) for v in z]
    phi = sum(v * v for v in z) / len(z)
    weight = [1 / e**2 for e in s]
    gap = sum(weight) - sum(w * w for w in weight) / sum(weight)
    return phi, max(0.0, (len(z) * phi - (len(z) - 1)) / gap)


@pytest.mark.parametrize("data_type", ["SHMI", "CQC", "PR", "RC"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_funnelplotr_phi_and_tau2(data_type: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 800, 37).astype(float)
    x = rng.binomial(n.astype(int), rng.beta(4, 6, 37)) + 1.0
    expected = n * x.sum() / n.sum() if data_type in ("SHMI", "CQC") else n
    arguments = {
        "SHMI": {"kind": "ratio", "transform": "log", "trim": "truncate"},
        "CQC": {"kind": "ratio", "transform": "sqrt", "trim": "winsorise"},
        "PR": {"kind": "proportion", "transform": "arcsine", "trim": "winsorise"},
        "RC": {"kind": "ratio_of_counts", "transform": "log", "trim": "winsorise"},
    }[data_type]
    plot = funnel(x, expected, **arguments)  # type: ignore[arg-type]
    phi, tau2 = funnelplotr(x.tolist(), expected.tolist(), data_type)
    assert (plot.phi, plot.tau2) == pytest.approx((phi, tau2), rel=1e-10)
    assert tau2 > 0


def test_phe_funnel_points_of_a_ratio() -> None:
    """PHEindicatormethods, R/Funnels.R: expected events at which an observed number lies on a limit."""
    events = [1, 5, 20, 400]
    points = poisson_funnel(events, level=0.998)
    assert points["expected_at_low"].to_numpy() == pytest.approx([chdtri(2 * o + 2, 0.001) / 2 for o in events])
    assert points["expected_at_high"].to_numpy() == pytest.approx([chdtri(2 * o, 0.999) / 2 for o in events])
    assert points["ratio_high"].to_numpy() == pytest.approx(events / points["expected_at_high"].to_numpy())


@pytest.mark.parametrize("kind", ["ratio", "rate"])
def test_phe_funnel_significance(kind: str) -> None:
    """PHEindicatormethods, assign_funnel_significance: exact limits below 10 events, Byar's from 10 on."""
    x = np.array([0, 1, 3, 9, 9, 12, 30, 80, 150, 40.0])
    n = np.array([4, 6, 1, 9, 3, 25, 29, 60, 151, 80.0])
    level = 1.0 if kind == "ratio" else x.sum() / n.sum()
    wanted = []
    for a, b in zip(x, n, strict=True):
        word = "within"
        for conf, name in ((0.95, "95"), (0.998, "998")):
            tail = (1 - conf) / 2
            exact = (chdtri(2 * a, 1 - tail) / 2 if a else 0.0, chdtri(2 * a + 2, tail) / 2)
            low, high = exact if a < 10 else byar(a, conf)
            word = f"high_{name}" if level < low / b else f"low_{name}" if level > high / b else word
        wanted.append(word)
    plot = funnel(x, n, kind=kind, adjust="none", limits="poisson")
    assert plot.verdict.tolist() == wanted
    assert len(set(wanted)) > 2


def test_phe_rate_of_a_small_area() -> None:
    """PHEindicatormethods, DSR vignette: unlisted age bands have no death."""
    weight = [s / sum(EUROPEAN_2013) / p for s, p in zip(EUROPEAN_2013, PEOPLE, strict=True)]
    deaths = [d or 0 for d in DEATHS]
    value = sum(w * d for w, d in zip(weight, deaths, strict=True))
    spread = math.sqrt(sum(w * w * d for w, d in zip(weight, deaths, strict=True)) / sum(deaths))
    low, high = (value + spread * (limit - sum(deaths)) for limit in byar(sum(deaths), 0.95))
    row = direct_rate(DEATHS, PEOPLE, EUROPEAN_2013, empty="zero")[0]
    assert (row.estimate, row.conf_low, row.conf_high) == pytest.approx((value * 1e5, low * 1e5, high * 1e5), rel=1e-12)
    assert row.numerator == 81
    assert direct_rate(DEATHS, PEOPLE, EUROPEAN_2013)[0].state is State.MISSING


def test_phe_rate_of_events_that_are_not_independent() -> None:
    """PHEindicatormethods, DSR vignette: persons by number of events, the variance from the squared numbers."""
    events = [40, 25, 60]
    triple, twice = [4 // 3, 2 // 3, 6 // 3], [8 // 2, 5 // 2, 12 // 2]
    once = [e - 3 * c - 2 * b for e, b, c in zip(events, twice, triple, strict=True)]
    band = [0, 1, 2] * 3
    count, variance = repeat_counts([1] * 3 + [2] * 3 + [3] * 3, once + twice + triple, group=band)
    assert count.tolist() == events
    population, standard = [900, 700, 400], [3, 4, 5]
    row = direct_rate(count, population, standard, variance=variance)[0]
    weight = [s / 12 / p for s, p in zip(standard, population, strict=True)]
    value = sum(w * e for w, e in zip(weight, events, strict=True))
    squares = [a + 4 * b + 9 * c for a, b, c in zip(once, twice, triple, strict=True)]
    spread = math.sqrt(sum(w * w * q for w, q in zip(weight, squares, strict=True)) / 125)
    low, high = (value + spread * (limit - 125) for limit in byar(125, 0.95))
    assert (row.estimate, row.conf_low, row.conf_high) == pytest.approx((value * 1e5, low * 1e5, high * 1e5), rel=1e-12)
    plain = direct_rate(events, population, standard)[0]
    assert plain.estimate == pytest.approx(row.estimate)
    assert row.conf_high > plain.conf_high  # type: ignore[operator]


def test_phe_indirectly_standardised_rate_and_ratio() -> None:
    """PHEindicatormethods, R/ISRate.R: observed over expected, times the reference's crude rate."""
    known = [r or 0 for r in REFERENCE]
    expected = sum(r / p * n for r, p, n in zip(known, REFERENCE_POPULATION, PEOPLE, strict=True))
    crude = sum(known) / sum(REFERENCE_POPULATION)
    arguments = (DEATHS, PEOPLE, REFERENCE, REFERENCE_POPULATION)
    ratio = indirect(*arguments, empty="zero", conf_level=0.998)[0]
    rate = indirect(*arguments, empty="zero", as_rate=True, per=100_000, conf_level=0.998)[0]
    limits = [limit / expected for limit in byar(81, 0.998)]
    assert (ratio.numerator, ratio.denominator) == pytest.approx((81, expected))
    assert (ratio.estimate, ratio.conf_low, ratio.conf_high) == pytest.approx((81 / expected, *limits), rel=1e-12)
    scaled = [v * crude * 1e5 for v in (81 / expected, *limits)]
    assert (rate.estimate, rate.conf_low, rate.conf_high) == pytest.approx(tuple(scaled), rel=1e-12)
    few = ratio_to_expected(3, 2.0)[0]
    assert few.method == "exact"
    assert (few.conf_low, few.conf_high) == pytest.approx((0.618672 / 2, 8.767273 / 2), abs=1e-6)


def test_mice_pool_scalar() -> None:
    """R mice 3.15.0, example(pool.scalar): body mass on age in nhanes, two imputations, n = 25, k = 2."""
    pooled = rubin_pool([-1.5457, -1.428], [0.9723**2, 1.041**2], complete_df=23)
    found = [float(v[0]) for v in (pooled.estimate, pooled.within, pooled.between, pooled.total)]
    assert found == pytest.approx([-1.48685, 1.014524145, 0.006926645, 1.0249141125], rel=1e-10)
    found = [float(v[0]) for v in (pooled.df, pooled.riv, pooled.fmi)]
    assert found == pytest.approx([20.9702548380792, 0.0102412224994, 0.0927283145086], rel=1e-9)


def test_mice_regression_on_nhanes() -> None:
    """R mice 3.15.0: pool(with(mice(nhanes, m = 5, seed = 123), lm(chl ~ age + bmi))), terms age and bmi."""
    age = [32.09314308919, 20.2740661035, 34.37993612394, 24.81709584324, 25.96220571402]
    bmi = [3.15762875996, 4.2952837640, 6.22830092562, 6.42345394471, 4.79522559371]
    age_error = [9.22649771289, 8.79043403586, 9.07218290762, 8.38161275122, 8.44477251315]
    bmi_error = [1.78012573984, 1.65077650624, 2.02688893884, 1.70912730742, 1.68549748540]
    pooled = rubin_pool(np.column_stack([age, bmi]), np.column_stack([age_error, bmi_error]) ** 2, complete_df=22)
    assert pooled.estimate == pytest.approx([27.5052893748, 4.9799785976], rel=1e-9)
    assert pooled.std_error == pytest.approx([10.78499870487, 2.32219514322], rel=1e-8)
    assert pooled.df == pytest.approx([9.74810871065, 7.83503065137], rel=1e-8)
    assert pooled.lam == pytest.approx([0.335827480344, 0.415338210693], rel=1e-8)
    assert pooled.fmi == pytest.approx([0.440026861559, 0.523258863272], rel=1e-8)
    assert [pooled.test(i).p_value for i in (0, 1)] == pytest.approx([0.0293851707841, 0.0650353662003], rel=1e-7)
    assert pooled.conf_low == pytest.approx([3.390379656098, -0.394702504158], rel=1e-7)
    assert pooled.conf_high == pytest.approx([51.6201990934, 10.3546596994], rel=1e-8)


def test_benford_of_the_fibonacci_numbers() -> None:
    """Duncan (1967): Fibonacci numbers follow the law; the first hundred begin with 1 thirty times."""
    numbers = [1, 1]
    while len(numbers) < 100:
        numbers.append(numbers[-1] + numbers[-2])
    test = benford_test([float(v) for v in numbers], minimum=100)
    assert test.extra["digits"] == [30, 18, 13, 9, 8, 6, 5, 7, 4]
    shares = np.array(test.extra["digits"]) / 100
    assert test.extra["mad"] == pytest.approx(float(np.abs(shares - benford_shares()).mean()))
    assert (test.df, test.extra["conformity"]) == (8, "acceptable")


def test_nigrini_cut_offs() -> None:
    """Nigrini (2012), table 7.1."""
    assert {digits: cuts for digits, (_, _, _, cuts) in BENFORD.items()} == {
        "first": (0.006, 0.012, 0.015), "second": (0.008, 0.010, 0.012),
        "first_two": (0.0012, 0.0018, 0.0022), "first_three": (0.00036, 0.00044, 0.00050),
    }  # fmt: skip


def test_last_digits_by_hand() -> None:
    """Ten expected of each digit; 20 zeros, 15 fives, 65 spread over eight digits."""
    values = [100 * (k + 2) + d for d, many in ((0, 20), (5, 15), (1, 9), (2, 8), (3, 8), (4, 8), (6, 8), (7, 8),
              (8, 8), (9, 8)) for k in range(many)]  # fmt: skip
    test = last_digit_test(values)
    assert test.statistic == pytest.approx((100 + 25 + 1 + 7 * 4) / 10)
    assert test.extra["zeros_and_fives"] == 0.35
