from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from stats.comparisons.dispersion import TRIMS, choose_scale, overdispersion
from stats.comparisons.funnels import funnel, poisson_funnel
from stats.errors import InputError, UnknownCodeError
from stats.results import COLUMNS, State

FITS = [("proportion", "raw"), ("proportion", "arcsine"), ("proportion", "logit"), ("ratio", "raw"), ("ratio", "log"),
        ("ratio", "sqrt"), ("rate", "raw"), ("rate", "log"), ("rate", "sqrt"), ("ratio_of_counts", "log")]  # fmt: skip


def bodies(many: int = 40, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 2000, many)
    return rng.binomial(n, rng.beta(20, 30, many)), n


def test_bcg_meta_analysis_by_dersimonian_and_laird() -> None:
    """R metafor, dat.bcg, log risk ratios, method DL: tau² = 0.3088, Q(12) = 152.2330."""
    table = np.array([
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ])  # fmt: skip
    a, b, c, d = table.T
    y = np.log(a / (a + b)) - np.log(c / (c + d))
    s = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    got = overdispersion(y, s, ddof=1)
    assert got.tau2 == pytest.approx(0.3088, abs=5e-5)
    assert got.phi * 12 == pytest.approx(152.2330, abs=5e-5)


def test_statsmodels_random_effects() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    rng = np.random.default_rng(0)
    y, s = rng.normal(0, 0.5, 20), rng.uniform(0.1, 0.4, 20)
    assert overdispersion(y, s).tau2 == pytest.approx(combine_effects(y, s**2, method_re="dl").tau2)


def test_spiegelhalter_formulas_by_hand() -> None:
    # Ratios on the log scale: z = sqrt(E) log(O/E), s = 1/sqrt(E); phi and tau² without trimming.
    o = np.array([12.0, 30, 5, 40, 22, 18, 9, 60])
    e = np.array([10.0, 25, 9, 35, 30, 20, 9, 50])
    plot = funnel(o, e, kind="ratio", transform="log", trim="none")
    z, w = np.sqrt(e) * np.log(o / e), e
    phi = (z**2).mean()
    tau2 = max(0, (8 * phi - 7) / (w.sum() - (w**2).sum() / w.sum()))
    assert plot.phi == pytest.approx(phi)
    assert plot.tau2 == pytest.approx(tau2)
    np.testing.assert_allclose(plot.z, z)
    limits = plot.limits([20], level=0.95)
    assert limits["conf_high"][0] == pytest.approx(np.exp(1.959964 * np.sqrt(1 / 20 + tau2)), rel=1e-6)
    root = funnel(o, e, kind="ratio", transform="sqrt", trim="none")
    np.testing.assert_allclose(root.z, 2 * (np.sqrt(o) - np.sqrt(e)))
    transformed = root.limits([20], level=0.95, scale="transformed")
    assert transformed["conf_high"][0] == pytest.approx(1 + 1.959964 * np.sqrt(1 / 80 + root.tau2), rel=1e-6)


def test_trimming_by_rank_and_by_quantile() -> None:
    z = np.arange(1.0, 21.0)
    y, s = z, np.ones(20)
    # Ten groups by rank: floor(10 rank / 21) drops ranks 1-2 and 19-20.
    assert overdispersion(y, s, centre=0, trim="truncate").used == 16
    assert overdispersion(y, s, centre=0, trim="truncate").phi == pytest.approx((z[2:18] ** 2).mean())
    low, high = np.quantile(z, [0.1, 0.9])
    assert overdispersion(y, s, centre=0, trim="winsorise").phi == pytest.approx((np.clip(z, low, high) ** 2).mean())
    inside = z[(z > low) & (z < high)]
    assert overdispersion(y, s, centre=0, trim="truncate_quantile").used == len(inside)


@pytest.mark.parametrize(("kind", "transform"), FITS)
@pytest.mark.parametrize("trim", TRIMS)
def test_every_scale_brackets_its_target_and_narrows(kind: str, transform: str, trim: str) -> None:
    x, n = bodies()
    plot = funnel(x, n, kind=kind, transform=transform, trim=trim, target=None if kind != "ratio" else 0.4)
    assert plot
    curve = plot.limits([20, 200, 2000], level=0.95)
    assert (curve["conf_low"] <= plot.target).all()
    assert (curve["conf_high"] >= plot.target).all()
    width = curve["conf_high"] - curve["conf_low"]
    assert width.is_monotonic_decreasing
    wide = plot.limits([20], level=0.998)
    assert wide["conf_high"][0] >= curve["conf_high"][0]
    assert np.isfinite(plot.z_adjusted).all()
    assert (np.abs(plot.z_adjusted) <= np.abs(plot.z) + 1e-12).all()


def test_verdicts_follow_the_limits() -> None:
    x, n = bodies()
    for adjust in ("none", "additive", "multiplicative"):
        plot = funnel(x, n, adjust=adjust, per=100)
        frame = plot.to_frame()
        out = (frame["estimate"] > frame["conf_high"]) | (frame["estimate"] < frame["conf_low"])
        assert (out == frame["verdict"].isin(["high_998", "low_998"])).all()
        assert plot.target == pytest.approx(100 * x.sum() / n.sum())
        np.testing.assert_allclose(plot.limits(n[:3], level=0.998)["conf_low"], frame["conf_low"][:3])


def test_poisson_verdicts_are_those_of_the_interval() -> None:
    o, e = np.array([0.0, 3, 9, 10, 40, 12, 5, 80]), np.array([6.0, 3, 2, 10, 20, 12, 5, 80])
    plot = funnel(o, e, kind="ratio", adjust="none", limits="poisson")
    assert plot.method == "funnel_poisson"
    assert plot.verdict.tolist() == ["low_95", "within", "high_998", "within", "high_998", "within", "within", "within"]


def test_poisson_points_are_chi_square_quantiles() -> None:
    points = poisson_funnel([1, 10, 100], level=0.95)
    np.testing.assert_allclose(points["expected_at_low"], chi2.ppf(0.975, 2 * points["events"] + 2) / 2)
    np.testing.assert_allclose(points["expected_at_high"], chi2.ppf(0.025, 2 * points["events"]) / 2)
    assert poisson_funnel([0])["ratio_high"][0] == np.inf


def test_too_few_bodies_are_refused_and_counted() -> None:
    plot = funnel([1, 2, 3, 4, 5, 6, 7, None], [10] * 8)
    assert not plot
    assert plot.state is State.REFUSED
    assert plot.reason is not None
    assert plot.reason.values == {"found": 7, "needed": 8}
    assert plot.limits([10], level=0.95).empty
    assert (plot.to_frame()["state"][:7] == "refused").all()
    assert "too_few_bodies" in plot._repr_html_()
    assert funnel([1, 2, 3], [10] * 3, minimum=3)


def test_all_or_none_leaves_no_variation() -> None:
    for x in ([0] * 9, [10] * 9):
        plot = funnel(x, [10] * 9)
        assert plot.reason is not None
        assert plot.reason.code == "no_variation_possible"
    assert not funnel([0] * 9, [10] * 9, kind="rate", transform="log")


def test_zero_counts_on_the_log_scale_are_noted() -> None:
    plot = funnel([0, 5, 6, 7, 8, 9, 5, 6], [6] * 8, kind="ratio", transform="log")
    assert plot.caveats[0].code == "zero_counts_at_half"
    assert plot.caveats[0].values["rows"] == (0,)
    assert np.isfinite(plot.z).all()


def test_ten_thousand_bodies_and_billions() -> None:
    x, n = bodies(10_000)
    assert funnel(x, n, trim="truncate").tau2 == pytest.approx(0.0047, rel=0.7)
    plot = funnel(np.full(9, 4e8), np.full(9, 1e9))
    assert plot.tau2 == 0
    assert (plot.verdict == "within").all()


def test_bad_input() -> None:
    with pytest.raises(InputError, match="above denominator"):
        funnel([11] * 9, [10] * 9)
    with pytest.raises(UnknownCodeError):
        funnel([1] * 9, [10] * 9, transform="log")
    with pytest.raises(UnknownCodeError):
        choose_scale("share", "raw", 0.5)
    with pytest.raises(InputError):
        overdispersion([1], [1])
    with pytest.raises(InputError):
        overdispersion([1, 2], [1, 0])
    with pytest.raises(InputError):
        funnel([1] * 9, [10] * 9).limits([0], level=0.95)


def test_frame_columns() -> None:
    x, n = bodies()
    assert tuple(funnel(x, n).to_frame().columns[: len(COLUMNS)]) == COLUMNS


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 90)), min_size=8, max_size=30), st.randoms())
def test_order_of_bodies_does_not_matter(rows: list[tuple[int, int]], random: object) -> None:
    x, n = np.array(rows).T
    order = np.random.default_rng(1).permutation(len(x))
    one, other = funnel(x, n), funnel(x[order], n[order])
    if one:
        assert one.tau2 == pytest.approx(other.tau2, rel=1e-9, abs=1e-12)
        assert (one.verdict[order] == other.verdict).all()


def test_a_target_outside_its_range_names_the_remedy() -> None:
    x, n = [5] * 8, [100] * 8
    for bad in (2, -0.1, float("nan")):
        with pytest.raises(InputError, match=r"0\.02 for a target of 2%"):
            funnel(x, n, target=bad)
    for bad in (-1, float("inf"), float("nan")):
        with pytest.raises(InputError, match="without `per`"):
            funnel(x, n, kind="rate", target=bad)
    assert funnel(x, n, kind="rate", target=2).target == 2
    assert funnel(x, n, target=0.02).target == 0.02
    assert funnel(x, n, target=1).state is State.REFUSED
