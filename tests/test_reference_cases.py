"""Published cases, each computed by one public function from the case's inputs alone.

`CASES` maps a case to its function; the expected values, tolerances and citations stay in the files.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stats.comparisons.funnels import funnel
from stats.comparisons.multiplicity import adjust_p_values
from stats.comparisons.shrinkage import shrink_rates, shrink_ratios
from stats.comparisons.two_rates import rate_ratio
from stats.disaggregation import denton
from stats.forecasts import diebold_mariano
from stats.models.interrupted import interrupted_series
from stats.models.regression import regression_model
from stats.models.results import RegressionModel
from stats.monitoring import ControlChart, p_chart, u_chart, xmr_chart
from stats.power import detectable_share, power_of_shares, size_for_shares
from stats.quality.consistency import check_parts, check_percentages, half_unit, implied_half_unit
from stats.rates import rate
from stats.results import State
from stats.series import increments, remainder
from stats.severity.association import independence
from stats.severity.cumulative import severity_model
from stats.severity.ordinal import linear_by_linear, trend_in_shares
from stats.severity.stratified import generalised_cmh
from stats.shares import share_test, shares_of_total
from stats.standardise import direct_rate

FOLDER = Path(__file__).parent / "reference" / "stats"
Case = dict[str, Any]


def clopper_pearson(i: Case) -> Case:
    test = share_test(i["count"], i["nobs"], value=i["p0"], method="minlike", conf_level=i["confidence"])
    return {"ci": [test.conf_low, test.conf_high], "p_value": test.p_value}


def byar_exact(i: Case) -> Case:
    both = [rate(i["numerator"], i["denominator"], per=i["multiplier"], conf_level=c) for c in i["confidence"]]
    names = {"byar": "Byars", "exact": "Exact"}
    out: Case = {"value": both[0].estimate, "method": [names[m] for m in both[0].method]}
    for result, key in zip(both, ("95_0", "99_8"), strict=True):
        out |= {f"lower{key}": result.conf_low, f"upper{key}": result.conf_high}
    return out


def central_ratio(i: Case) -> Case:
    out: Case = {}
    for key in ("exposure_a", "exposure_b"):
        row = rate_ratio(i["counts"][0], i[key][0], i["counts"][1], i[key][1], conf_level=i["confidence"])[0]
        name = {"exposure_a": "16674", "exposure_b": "16660"}[key]
        out |= {f"p_{name}": row.p_value, f"ci_{name}": [row.conf_low, row.conf_high]}
    return out


def simultaneous_shares(i: Case) -> Case:
    out = {}
    for method in ("goodman", "sison_glaz", "quesenberry_hurst", "fitzpatrick_scott"):
        result = shares_of_total(i["counts"], method=method, conf_level=i["confidence"])
        out[method] = np.column_stack([result.conf_low, result.conf_high])
    return out


def association(i: Case) -> Case:
    chi, g = independence(i["table"]), independence(i["table"], statistic="g")
    return {
        "pearson": chi.statistic, "pearson_p": chi.p_value, "G": g.statistic, "G_p": g.p_value,
        "cramer_v": chi.extra["cramer_v"], "contingency": chi.extra["contingency"], "df": chi.df,
    }  # fmt: skip


def cochran_armitage(i: Case) -> Case:
    out = {}
    for key in "ab":
        test = trend_in_shares(i["events"], i["totals"], scores=i[f"scores_{key}"])[0]
        out |= {f"chisq_{key}": test.statistic**2, f"p_{key}": test.p_value}
    return out


def job_satisfaction(i: Case) -> Case:
    # coin, whose output is expected, takes counts as whole cases: the halves in the pooled table drop out.
    pooled = linear_by_linear(
        i["pooled"], row_scores=i["scores_equal"], column_scores=i["scores_equal"], fractions="cut"
    )
    equal = linear_by_linear(i["strata"], row_scores=i["scores_equal"], column_scores=i["scores_equal"])
    own = linear_by_linear(i["strata"], row_scores=i["income_scores"], column_scores=i["satisfaction_scores"])
    general = generalised_cmh(i["strata"]).general
    return {
        "pooled_equal_z": pooled.statistic, "pooled_equal_p": pooled.p_value, "stratified_equal_z": equal.statistic,
        "stratified_scores_z": own.statistic, "stratified_scores_p": own.p_value,
        "cmh_general_chisq": general.statistic, "cmh_general_p": general.p_value,
    }  # fmt: skip


def housing(i: Case) -> Case:
    frame = pd.DataFrame(i["data"])
    model = severity_model(
        frame, outcome="Sat", levels=["Low", "Medium", "High"], factors=["Infl", "Type", "Cont"], weight="Freq"
    )
    rows = model.to_frame().set_index("term")
    coefficients = {
        name.replace("=", ""): {"coef": row["estimate"], "se": row["std_error"]} for name, row in rows.iterrows()
    }
    return {"coef": coefficients, "thresholds": model.thresholds, "deviance": model.deviance}


def funnel_proportion(i: Case) -> Case:
    plot = funnel(i["numerator"], i["denominator"], adjust="none", per=100)
    words = {
        "high_998": "High (0.001)", "high_95": "High (0.025)", "within": "Not significant",
        "low_95": "Low (0.025)", "low_998": "Low (0.001)",
    }  # fmt: skip
    out: Case = {"baseline": plot.target, "significance": [words[v] for v in plot.verdict]}
    for level, key in ((0.95, "95"), (0.998, "998")):
        curve = plot.limits(i["population_grid"], level=level)
        out |= {f"lower_{key}": curve["conf_low"].to_numpy(), f"upper_{key}": curve["conf_high"].to_numpy()}
    return out


def empirical_bayes(i: Case) -> Case:
    cases, births = np.array(i["cases"]), np.array(i["births"])
    gamma = shrink_ratios(cases, births * cases.sum() / births.sum())
    marshall = shrink_rates(cases, births)
    return {
        "clayton_kaldor": {**gamma.prior, "smoothed_rr": gamma.estimates.estimate},
        "marshall": {
            "a": marshall.prior["between"], "b": marshall.prior["mean"], "estimate": marshall.estimates.estimate
        },
    }  # fmt: skip


def dobson(i: Case) -> Case:
    out = {}
    for name, data in i.items():
        row = {}
        for level, key in ((0.95, "95_0"), (0.998, "99_8")):
            result = direct_rate(data["count"], data["pop"], data["stdpop_ESP2013"], conf_level=level)[0]
            row |= {"total_count": result.numerator, "value": result.estimate}
            row |= {f"lower{key}cl": result.conf_low, f"upper{key}cl": result.conf_high}
        out[name] = row
    return out


def multiplicity(i: Case) -> Case:
    codes = {"bonferroni": "bonferroni", "holm": "holm", "hochberg": "hochberg", "BH": "bh", "BY": "by"}
    results = {name: adjust_p_values(i["p"], method=code, alpha=i["alpha"]) for name, code in codes.items()}
    return {
        "n_reject": {name: int(results[name].reject.sum()) for name in ("bonferroni", "BH")},
        "adjusted": {name: result.adjusted for name, result in results.items()},
    }


def power(i: Case) -> Case:
    c = i["cases"]
    return {
        "power": power_of_shares(c["power"]["p1"], c["power"]["p2"], c["power"]["n"])[0],
        "n": size_for_shares(c["n"]["p1"], c["n"]["p2"], power=c["n"]["power"])[0],
        "p2": detectable_share(c["p2"]["p1"], c["p2"]["n"], power=c["p2"]["power"])[0].estimate,
        "mde": detectable_share(c["mde"]["p1"], c["mde"]["n"], power=c["mde"]["power"])[0].estimate,
    }


def consistency(i: Case) -> Case:
    shares = {}
    for name, v in i["four_forms_or_penalties"].items():
        room = half_unit(v["count_decimals"]) if v["count_decimals"] else 0.0
        sums = check_parts(v["parts"], v["total"], parts_half_unit=room, total_half_unit=room)
        check = check_percentages(v["parts"], v["total"], v["printed_pct"], parts_half_unit=room, total_half_unit=room)
        shares[name] = {
            "printed_pct": check.recomputed, "parts_sum_to_total": bool(sums.consistent[0]),
            "printed_pct_sum_to_100": math.isclose(check.printed_sum, 100),
        }  # fmt: skip
    sums = {name: bool(check_parts(v["parts"], v["total"]).consistent[0]) for name, v in i["totals_and_parts"].items()}
    return {"shares": shares, "sums": sums}


def cumulative(i: Case) -> Case:
    years = i["provincial_level_cases_cumulative"]
    rows = [(year, key, value) for year, values in years.items() for key, value in values.items()]
    whole = increments([r[2] for r in rows], group=[r[0] for r in rows], keys=[r[1] for r in rows])
    names = {"H1": {True: "H1", False: "Q2"}, "9M": "Q3", "FY": "Q4", "Q1": "Q1"}
    steps: Case = {"2023": {}, "2024": {}}
    for (year, key, _), step, since in zip(rows, whole.estimate, whole.since, strict=True):
        if year in steps:
            name = names[key]
            steps[year][name[bool(since < 0)] if isinstance(name, dict) else name] = step
    rounded = i["rounded_disciplined_10k_2020"]
    halves = increments(list(rounded.values()), half_unit=half_unit(1), keys=list(rounded))
    total = i["total_2020H1"]

    def add_up(parts: list[float]) -> bool:
        rooms = implied_half_unit(parts)
        check = check_parts(parts, total, parts_half_unit=rooms, total_half_unit=implied_half_unit(total))
        return bool(check.consistent[0])

    return {
        "H1_2025_implied": remainder(years["2025"]["9M"], 0, part=i["published_Q3_2025"]).estimate,
        "increments": steps,
        "Q2_2020_interval_10k": [halves.conf_low[1], halves.conf_high[1]],
        "H2_2020_interval_10k": [halves.conf_low[2], halves.conf_high[2]],
        "monotone": whole.monotone and halves.monotone,
        "korean_page_breakdown_consistent": add_up(i["rank_breakdown_2020H1_korean_page"]),
        "corrected_breakdown_consistent": add_up(i["rank_breakdown_2020H1_if_0.9_10k"]),
    }


def coefficients(model: RegressionModel) -> Case:
    rows = model.to_frame().set_index("term")
    return {
        name.replace("=", "").replace("(i", "(I"): {"coef": row["estimate"], "se": row["std_error"]}
        for name, row in rows.iterrows()
    }


def insurance(i: Case) -> Case:
    model = regression_model(
        pd.DataFrame(i["data"]), count="Claims", factors=["District", "Group", "Age"], exposure="Holders"
    )
    return {
        "coef": coefficients(model), "deviance": model.deviance, "df_resid": model.df_residual,
        "pearson_chi2": model.pearson, "aic": model.aic,
    }  # fmt: skip


def quine(i: Case) -> Case:
    frame = pd.DataFrame(i["data"])
    factors = {name: sorted(frame[name].unique()) for name in ("Eth", "Sex", "Age", "Lrn")}
    model = regression_model(frame, count="Days", factors=factors, family="negative_binomial")
    return {"coef": coefficients(model), "theta": model.theta, "loglik": model.log_likelihood}


def sicily(i: Case) -> Case:
    data = i["data"]
    seasonal = {"season": 12, "pairs": 2, "position": data["month"]}

    def fit(**options: Any) -> Case:
        series = interrupted_series(data["aces"], at=data["smokban"].index(1), exposure=data["stdpop"], **options)
        names = {"step": "smokban", "slope": "smokban:time"}
        found = coefficients(series.model) | {"dispersion": series.model.dispersion}
        return {names.get(name, name): value for name, value in found.items()}

    plain, quasi, season = fit(family="poisson"), fit(), fit(**seasonal)
    return {
        "m1_poisson": plain, "m2_dispersion": quasi["dispersion"], "m2_se_smokban": quasi["smokban"]["se"],
        "m3_seasonal_quasi": season,
        "m4_slope_change": fit(effect="step_slope", slope_from="origin", **seasonal),
        "m3_newey_west_lag2_se": fit(standard_errors="hac", lags=2, **seasonal)["smokban"]["se"],
    }  # fmt: skip


NHS_NAMES = {
    "nhs_outside": ("Above UCL", "Below LCL"), "nhs_two_of_three": ("2 in 3 Above CL", "2 in 3 Below CL"),
    "nhs_trend": ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
    "nhs_run": ("7 Points Above CL", "7 Points Below CL"),
}  # fmt: skip


def nhs_names(chart: ControlChart) -> list[str]:
    names = [NHS_NAMES[rule.code] for rule in chart.found.rules]
    leading, sides = (found[0] for found in chart.leading())
    return ["Common Cause" if k < 0 else names[k][side] for k, side in zip(leading, sides, strict=True)]


def xmr(i: Case) -> Case:
    charts = {name: xmr_chart(data["y"], screen=data["screen_outliers"]) for name, data in i.items()}
    return {
        name: {
            "mean": chart.centre[0, 0], "lpl": chart.lower[0, 0], "upl": chart.upper[0, 0],
            "special_cause_type": nhs_names(chart),
        }
        for name, chart in charts.items()
    }  # fmt: skip


def shares_and_rates(i: Case) -> Case:
    first = i["p_example_7_1_first30"]
    without = [point - 1 for point in first["exclude_1based"]]
    p = p_chart(i["p_variable"]["x"], i["p_variable"]["n"])
    example = p_chart(first["x"], first["n"], exclude=without)
    u = u_chart(i["u"]["x"], i["u"]["n"])
    return {
        "p_variable": {"cl": p.centre[0, 0], "lcl": p.lower[0], "ucl": p.upper[0]},
        "p_example_7_1": {"cl": example.centre[0, 0], "lcl": example.lower[0, 0], "ucl": example.upper[0, 0]},
        "u": {"cl": u.centre[0, 0], "lcl": u.lower[0], "ucl": u.upper[0]},
    }


def disaggregated(i: Case) -> Case:
    annual, indicator = i["annual"], i["quarterly_indicator"]
    return {
        "denton_cholette": denton(annual, indicator).estimate,
        "no_indicator": denton(annual).estimate,
        "denton": denton(annual, indicator, variant="original").estimate,
    }


def equal_accuracy(i: Case) -> Case:
    test = diebold_mariano(i["e1"], i["e2"], h=i["h"], power=i["power"])
    return {"dm": test.statistic, "p": test.p_value}


CASES: dict[str, Callable[[Case], Case]] = {
    "02_proportion_clopper_pearson_mendel": clopper_pearson,
    "04_poisson_rate_byar_exact_phe": byar_exact,
    "07_rate_ratio_exact_central": central_ratio,
    "09_multinomial_simultaneous_ci_glaz_sison": simultaneous_shares,
    "10_chisq_g_cramer_arthritis": association,
    "14_cochran_armitage_prop_trend_smokers": cochran_armitage,
    "18_linear_by_linear_job_satisfaction": job_satisfaction,
    "20_poisson_glm_offset_insurance": insurance,
    "22_negative_binomial_quine": quine,
    "24_cumulative_logit_housing": housing,
    "29_interrupted_time_series_sicily": sicily,
    "33_spc_xmr_nhs_rules": xmr,
    "36_spc_p_u_charts_montgomery": shares_and_rates,
    "38_funnel_proportion_phe": funnel_proportion,
    "41_empirical_bayes_rates_sids": empirical_bayes,
    "43_direct_standardisation_dobson_phe": dobson,
    "48_temporal_disaggregation_denton": disaggregated,
    "52_forecast_accuracy_diebold_mariano": equal_accuracy,
    "57_multiple_comparisons_bh95": multiplicity,
    "59_power_and_minimum_detectable_change": power,
    "61_reporting_consistency_published_reports": consistency,
    "62_cumulative_report_disaggregation_ccdi": cumulative,
}


def load(name: str) -> Case:
    case: Case = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return case


def room_for(path: str, value: float, tolerance: Case) -> float:
    """Return how far a value may be off: its key's own tolerance, else the case's."""
    rules = [rule for key, rule in tolerance.get("per_key", {}).items() if key in path] or [tolerance]
    return max(max(rule.get("abs", 0.0), rule.get("rel", 0.0) * abs(value)) for rule in rules)


def differences(got: Any, expected: Any, tolerance: Case, path: str = "") -> list[str]:
    if isinstance(expected, dict):
        assert set(expected) <= set(got), f"{path}: {set(expected) - set(got)} not computed"
        return [d for key, value in expected.items() for d in differences(got[key], value, tolerance, f"{path}/{key}")]
    if isinstance(expected, list):
        assert len(got) == len(expected), path
        pairs = enumerate(zip(got, expected, strict=True))
        return [d for k, (a, b) in pairs for d in differences(a, b, tolerance, f"{path}/{k}")]
    if isinstance(expected, (bool, str)):
        return [] if got == expected else [f"{path}: {got} instead of {expected}"]
    near = abs(float(got) - expected) <= room_for(path, float(expected), tolerance)
    return [] if near else [f"{path}: {got} instead of {expected}"]


def test_every_case_has_a_function() -> None:
    files = {path.stem for path in FOLDER.glob("*.json")}
    assert files == set(CASES)
    assert all(load(name)["id"] == name for name in files)


@pytest.mark.parametrize("name", CASES)
def test_case_is_met_within_its_own_tolerance(name: str) -> None:
    case = load(name)
    assert differences(CASES[name](case["inputs"]), case["expected"], case["tolerance"]) == []


CHANGES: dict[str, Callable[[Case], None]] = {
    "02_proportion_clopper_pearson_mendel": lambda i: i.update(count=i["count"] + 9),
    "04_poisson_rate_byar_exact_phe": lambda i: i["numerator"].__setitem__(2, 21),
    "07_rate_ratio_exact_central": lambda i: i.update(counts=[3, 9]),
    "09_multinomial_simultaneous_ci_glaz_sison": lambda i: i["counts"].__setitem__(0, 66),
    "10_chisq_g_cramer_arthritis": lambda i: i["table"][0].__setitem__(0, 31.0),
    "14_cochran_armitage_prop_trend_smokers": lambda i: i["events"].__setitem__(3, 71),
    "18_linear_by_linear_job_satisfaction": lambda i: (
        i["strata"][0][0].__setitem__(0, 2.0), i["pooled"][0].__setitem__(0, 3.0)
    ),
    "20_poisson_glm_offset_insurance": lambda i: i["data"]["Claims"].__setitem__(0, 45),
    "22_negative_binomial_quine": lambda i: i["data"]["Days"].__setitem__(0, 60),
    "24_cumulative_logit_housing": lambda i: i["data"]["Freq"].__setitem__(0, 25),
    "29_interrupted_time_series_sicily": lambda i: i["data"]["aces"].__setitem__(36, 950),
    "33_spc_xmr_nhs_rules": lambda i: i["rqm"].update(screen_outliers=False),
    "36_spc_p_u_charts_montgomery": lambda i: i["p_example_7_1_first30"].update(exclude_1based=[15]),
    "38_funnel_proportion_phe": lambda i: i["numerator"].__setitem__(0, 30000.0),
    "41_empirical_bayes_rates_sids": lambda i: i["cases"].__setitem__(0, 2.0),
    "43_direct_standardisation_dobson_phe": lambda i: [v["count"].__setitem__(0, 13.0) for v in i.values()],
    "48_temporal_disaggregation_denton": lambda i: i["annual"].__setitem__(0, 140.0),
    "52_forecast_accuracy_diebold_mariano": lambda i: i["e1"].__setitem__(0, -3.5),
    "57_multiple_comparisons_bh95": lambda i: i["p"].__setitem__(3, 0.0015),
    "59_power_and_minimum_detectable_change": lambda i: [c.update(p1=c["p1"] * 1.1) for c in i["cases"].values()],
    "61_reporting_consistency_published_reports": lambda i: (
        i["four_forms_or_penalties"]["guangdong_2019"]["parts"].__setitem__(0, 36170),
        i["totals_and_parts"]["tayninh_2018H1_by_level"]["parts"].__setitem__(0, 2),
    ),
    "62_cumulative_report_disaggregation_ccdi": lambda i: (
        i["provincial_level_cases_cumulative"]["2024"].update(H1=40), i.update(published_Q3_2025=46),
        i["rounded_disciplined_10k_2020"].update(H1=24.1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_other_inputs_give_another_result(name: str) -> None:
    case = load(name)
    inputs = copy.deepcopy(case["inputs"])
    CHANGES[name](inputs)
    assert inputs != case["inputs"]
    assert differences(CASES[name](inputs), case["expected"], case["tolerance"]) != []


def test_tiny_area_of_case_43_has_no_rate() -> None:
    data = load("43_direct_standardisation_dobson_phe")["inputs"]["testdata_small"]
    tiny = [1.0] * 9 + [0.0] * 10
    row = direct_rate(tiny, data["pop"], data["stdpop_ESP2013"])[0]
    assert row.state is State.REFUSED
    assert row.estimate is None
    assert row.caveats[0].code == "too_few_events"


def test_case_61_flags_exactly_the_two_forced_percents() -> None:
    flagged = {}
    for name, v in load("61_reporting_consistency_published_reports")["inputs"]["four_forms_or_penalties"].items():
        room = half_unit(v["count_decimals"]) if v["count_decimals"] else 0.0
        check = check_percentages(v["parts"], v["total"], v["printed_pct"], parts_half_unit=room, total_half_unit=room)
        if check.flagged:
            flagged[name] = (check.column, check.flagged)
    assert flagged == {"province_c_2021": ("forced", (3,)), "city_2023Q1": ("forced", (1,))}
