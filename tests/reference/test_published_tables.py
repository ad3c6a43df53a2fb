"""Published examples of tables of counts: exact, stratified, ordered and modelled, beyond the case files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stats.severity.association import independence
from stats.severity.cumulative import severity_fit, severity_model
from stats.severity.exact_tables import fisher_monte_carlo, freeman_halton
from stats.severity.odds import odds_ratio
from stats.severity.ordinal import jonckheere_values, linear_by_linear, trend_in_shares
from stats.severity.proportional import proportional_odds
from stats.severity.stratified import generalised_cmh, mantel_haenszel

# R's help page of fisher.test: job satisfaction by income (Agresti 2002, p. 57) and convictions of twins (Fisher).
JOBS = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
CONVICTIONS = [[2, 15], [10, 3]]
TEA = [[3, 1], [1, 3]]

# R's data set UCBAdmissions, departments A-F: men and women, admitted and rejected.
BERKELEY = [
    [[512, 313], [89, 19]], [[353, 207], [17, 8]], [[120, 205], [202, 391]], [[138, 279], [131, 244]],
    [[53, 138], [94, 299]], [[22, 351], [24, 317]],
]  # fmt: skip
# R's help page of mantelhaen.test: penicillin delays in rabbits (Agresti 1990, p. 234).
RABBITS = [[[0, 6], [0, 5]], [[3, 3], [0, 6]], [[6, 0], [2, 4]], [[5, 1], [6, 0]], [[2, 0], [5, 0]]]

# PSIAIMS/CAMIS, data/jonck.csv: a value at each of four doses, ten animals a dose.
DOSES = np.repeat(range(4), 10)
VALUES = [
    153, 134.2, 139, 124.2, 157.4, 128.8, 140.1, 134.1, 129.1, 135.3, 124.6, 129.5, 138.9, 124, 124.6, 124, 135.4, 129,
    118.5, 136.3, 140.1, 141.3, 122.8, 143.1, 116.4, 117.5, 136.5, 130.9, 126.2, 139.2, 115.7, 115.6, 118.6, 121.2,
    131.7, 109.8, 133.8, 118.6, 132.9, 120.6,
]  # fmt: skip

# R ordinal, data set wine (Randall 1989): bitterness 1-5 of 72 glasses by temperature and contact.
WINE = [[4, 9, 5, 0, 0], [1, 7, 8, 2, 0], [0, 5, 8, 3, 2], [0, 1, 5, 7, 5]]
WARM_AND_CONTACT = [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_fisher_help_page() -> None:
    """R 4.2.2, example(fisher.test); its conditional limits are solved to some three digits."""
    assert freeman_halton(JOBS).p_value == pytest.approx(0.782684938966, rel=1e-11)
    assert freeman_halton([[762, 327, 468], [484, 239, 477]]).p_value == pytest.approx(3.02747980639e-07, rel=1e-7)
    for level, low, high in ((0.95, 0.003325764, 0.363182271), (0.99, 0.001386333, 0.578851645)):
        found = odds_ratio(CONVICTIONS, conf_level=level)
        assert found.p_value == pytest.approx(0.000536724119143, rel=1e-11)
        assert found.estimate == pytest.approx(0.0469366088277, rel=1e-5)
        assert found.conf_low == pytest.approx(low, rel=0.02)
        assert found.conf_high == pytest.approx(high, rel=1e-3)
    assert odds_ratio(CONVICTIONS, alternative="less").p_value == pytest.approx(0.000465180943363, rel=1e-11)


def test_tea_tasting() -> None:
    """R 4.2.2: p = 0.2429 and a lower limit of 0.3136 for "greater", 0.4857 for both sides."""
    greater = odds_ratio(TEA, alternative="greater", conf_level=0.90)
    assert (greater.p_value, greater.conf_low) == pytest.approx((0.242857142857, 0.31356926), rel=2e-5)
    assert odds_ratio(TEA).p_value == pytest.approx(0.485714285714, rel=1e-11)


def test_monte_carlo_finds_both_published_p_values() -> None:
    """R 4.2.2, a million draws: fisher.test 0.7826, chisq.test 0.7700 on job satisfaction."""
    for statistic, p_value in (("probability", 0.7826), ("pearson", 0.7700)):
        found = fisher_monte_carlo(JOBS, rng=1, statistic=statistic)
        assert found.conf_low is not None
        assert found.conf_high is not None
        assert found.conf_low - 0.001 < p_value < found.conf_high + 0.001


def test_party_by_gender() -> None:
    """R's help page of chisq.test (Agresti 2007, p. 39): X-squared 30.07, df 2, p 2.954e-07."""
    found = independence([[762, 327, 468], [484, 239, 477]])
    assert (found.statistic, found.df, found.p_value) == pytest.approx((30.0701491, 2, 2.95358918e-07), rel=1e-8)


def test_mantel_haenszel_help_page() -> None:
    """R 4.2.2, example(mantelhaen.test) and UCBAdmissions with alternative = "less"."""
    rabbits = mantel_haenszel(RABBITS, correction=True)
    found = (rabbits.statistic, rabbits.p_value, rabbits.estimate, rabbits.conf_low, rabbits.conf_high)
    assert found == pytest.approx((3.928571429, 0.0474722551, 7, 1.02671268846, 47.72513338022), rel=1e-9)
    greater = mantel_haenszel(RABBITS, correction=True, alternative="greater")
    assert greater.p_value == pytest.approx(0.0237361275715, rel=1e-10)
    less = mantel_haenszel(BERKELEY, correction=True, alternative="less")
    assert less.p_value == pytest.approx(0.116131731409, rel=1e-10)
    exact = odds_ratio(RABBITS)
    assert (exact.statistic, exact.p_value) == pytest.approx((16, 0.0399449036), rel=1e-8)
    assert (exact.estimate, exact.conf_low) == pytest.approx((10.3610240814, 1.07740143), rel=5e-5)
    assert odds_ratio(RABBITS, alternative="less").p_value == pytest.approx(0.998622589532, rel=1e-11)
    berkeley = odds_ratio(BERKELEY)
    found = (berkeley.p_value, berkeley.estimate, berkeley.conf_low, berkeley.conf_high)
    assert found == pytest.approx((0.227762527, 0.905076194, 0.769714041, 1.063416993), rel=3e-5)


def test_strata_without_any_comparison_add_nothing() -> None:
    """A stratum with one row or column filled leaves statistic and degrees of freedom as they were (as SAS does)."""
    base = generalised_cmh(BERKELEY)
    more = generalised_cmh([*BERKELEY, [[5, 0], [0, 0]], [[3, 9], [0, 0]]])
    assert more.general.statistic == pytest.approx(base.general.statistic, rel=1e-12)
    assert more.general.df == base.general.df == 1


def test_camis_jonckheere() -> None:
    """PSIAIMS/CAMIS, r-sas_jonckheere.qmd: J 184.5, p 0.002649 (SAS) and 0.002655 (R, ties ignored)."""
    for variance, p_value in (("tied", 0.002649), ("untied", 0.002655)):
        found = jonckheere_values(VALUES, DOSES, variance=variance, alternative="decreasing")
        assert found.extra["J"] == 184.5
        assert found.p_value == pytest.approx(p_value, abs=5e-7)


def test_alcohol_and_malformation() -> None:
    """Agresti (2002), table 3.7: M² = 6.57, p = 0.010; R prop.trend.test: 6.570133945, p 0.0103704146."""
    events, totals, drinks = [48, 38, 5, 1, 1], [17114, 14502, 793, 127, 38], [0, 0.5, 1.5, 4, 7]
    trend = trend_in_shares(events, totals, scores=drinks)[0]
    assert (trend.statistic**2, trend.p_value) == pytest.approx((6.570133945, 0.0103704146), rel=1e-8)
    table = np.column_stack([np.subtract(totals, events), events])
    mantel = linear_by_linear(table, row_scores=drinks)
    assert mantel.statistic**2 == pytest.approx(6.5699, abs=5e-5)


def test_wine_bitterness() -> None:
    """R ordinal 2022.11-16: clm(rating ~ temp + contact, data = wine) (Christensen 2022, vignette)."""
    fit = severity_fit(WINE, WARM_AND_CONTACT, terms=("temp", "contact"))
    assert fit.estimate == pytest.approx([2.50310200790, 1.52779765810], rel=1e-6)
    assert fit.std_error == pytest.approx([0.528680100825, 0.476622629648], rel=1e-5)
    assert fit.thresholds == pytest.approx([-1.34438341126, 1.25080879842, 3.46688692647, 5.00640420427], rel=1e-6)
    assert fit.threshold_errors == pytest.approx(
        [0.517102045324, 0.437880202962, 0.597760424608, 0.730906343667], rel=1e-5
    )
    assert fit.log_likelihood == pytest.approx(-86.4919233656, rel=1e-11)
    assert fit.to_frame()["p_value"].tolist() == pytest.approx([2.19460512973e-06, 1.34843952861e-03], rel=1e-4)


@pytest.mark.parametrize(("link", "expected", "cuts", "deviance"), [
    ("probit", [0.346422720, 0.782914190, -0.347536803, -0.217887613, -0.664173592, 0.222385824],
     [-0.299828575, 0.426722006], 3479.68884257),
    ("cloglog", [0.38204072, 0.91536089, -0.40720237, -0.28053062, -0.74245280, 0.20922083],
     [-0.79621567, 0.05536717], None),
])  # fmt: skip
def test_copenhagen_housing_with_other_links(
    link: str, expected: list[float], cuts: list[float], deviance: float | None
) -> None:
    """R MASS 7.3-58.2: polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing, method = link)."""
    frame = pd.DataFrame(
        [(s, i, t, c) for c in ("Low", "High") for t in ("Tower", "Apartment", "Atrium", "Terrace")
         for i in ("Low", "Medium", "High") for s in ("Low", "Medium", "High")],
        columns=["Sat", "Infl", "Type", "Cont"],
    ).assign(count=[
        21, 21, 28, 34, 22, 36, 10, 11, 36, 61, 23, 17, 43, 35, 40, 26, 18, 54, 13, 9, 10, 8, 8, 12, 6, 7, 9, 18, 6, 7,
        15, 13, 13, 7, 5, 11, 14, 19, 37, 17, 23, 40, 3, 5, 23, 78, 46, 43, 48, 45, 86, 15, 25, 62, 20, 23, 20, 10, 22,
        24, 7, 10, 21, 57, 23, 13, 31, 21, 13, 5, 6, 13,
    ])  # fmt: skip
    model = severity_model(
        frame, outcome="Sat", levels=["Low", "Medium", "High"], factors=["Infl", "Type", "Cont"], link=link
    )
    assert model.estimate == pytest.approx(expected, abs=2e-5)
    assert model.thresholds == pytest.approx(cuts, abs=2e-5)
    if deviance is not None:
        assert model.deviance == pytest.approx(deviance, abs=1e-5)


def test_nominal_effects() -> None:
    """R ordinal 2022.11-16: nominal_test of the wine and housing models."""
    fit = severity_fit(WINE, WARM_AND_CONTACT, terms=("temp", "contact"))
    for term, statistic, p_value in (("temp", 3.174977100, 0.36543), ("contact", 0.566740268, 0.90400)):
        found = proportional_odds(fit, method="lr", terms=(term,))
        assert (found.statistic, found.df) == pytest.approx((statistic, 3), abs=1e-6)
        assert found.p_value == pytest.approx(p_value, abs=5e-6)
    assert proportional_odds(fit, method="lr", terms=("temp",)).caveats[0].code == "separated"
