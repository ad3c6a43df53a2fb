"""The rules of the NHS, of Western Electric and of Nelson, each on points placed by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes
from stats.errors import InputError, UnknownCodeError
from stats.monitoring.rules import RULE_SETS, find_signals, rule_set
from stats.wording import Words


def found(z, rules="nhs", phase=None, **options):
    """Return where each rule fires and its parts, on points given in standard deviations from the centre."""
    values = np.atleast_2d(np.array(z, dtype=float))
    level = np.zeros_like(values)
    phases = np.zeros(values.shape[1], dtype=int) if phase is None else np.array(phase)
    return find_signals(values, level, level + 1, rule_set(rules, **options), phase=phases)


def at(z, code, rules, side=0, what="signals", **options):
    signals = found(z, rules, **options)
    k = [rule.code for rule in signals.rules].index(code)
    return np.flatnonzero(getattr(signals, what)[k, side, 0]).tolist()


QUIET = [0.4, -0.7, 0.2, 0.9, -0.3, -0.6, 0.5]


@pytest.mark.parametrize("rules", RULE_SETS)
def test_noise_is_left_alone(rules):
    assert not found(QUIET, rules).signals.any()


@pytest.mark.parametrize(
    ("rules", "code", "z", "fires", "parts"),
    [
        ("nhs", "nhs_outside", [0, 3.1, 3.0, 0], [1], [1]),
        ("nhs", "nhs_run", [0.1] * 6 + [-0.1], [], []),
        ("nhs", "nhs_run", [0.1] * 8 + [-0.1], [6, 7], list(range(8))),
        ("nhs", "nhs_run", [0.1] * 3 + [0.0] + [0.1] * 6, [], []),
        ("nhs", "nhs_trend", [-3, -2, -1, 0, 1, 2], [], []),
        ("nhs", "nhs_trend", [-3, -2, -1, 0, 0, 1, 2, 2.5], [], []),
        ("nhs", "nhs_trend", [0, -3, -2, -1, 0, 1, 2, 2.5, 0], [7], list(range(1, 8))),
        ("nhs", "nhs_two_of_three", [0.5, 2.5, 0.5, 2.5, 0.5], [3], [1, 3]),
        ("nhs", "nhs_two_of_three", [0.5, 2.5, -0.5, 2.5, 0.5], [], []),
        ("nhs", "nhs_two_of_three", [0.5, 2.5, 3.5, 0.5], [], []),
        ("nhs", "nhs_two_of_three", [2.5, 2.1, 0.5], [2], [0, 1]),
        ("western_electric", "we_2_zone_a", [0, 2.5, -0.5, 2.5, 0], [3], [1, 3]),
        ("western_electric", "we_2_zone_a", [0, 2.5, 3.5, 0], [2], [1, 2]),
        ("western_electric", "we_2_zone_a", [0, 2.5, -2.5, 0], [], []),
        ("western_electric", "we_3_zone_b", [1.1, 1.2, -0.1, 1.3, 1.4, 0], [4], [0, 1, 3, 4]),
        ("western_electric", "we_4_zone_c", [0.1] * 7 + [-0.1], [], []),
        ("western_electric", "we_4_zone_c", [0.1] * 8, [7], list(range(8))),
        ("nelson", "nelson_2", [0.1] * 8, [], []),
        ("nelson", "nelson_2", [0.1] * 9, [8], list(range(9))),
        ("nelson", "nelson_3", [-2, -1, 0, 0.5, 1], [], []),
        ("nelson", "nelson_3", [-2, -1, 0, 0.5, 1, 1.5], [5], list(range(6))),
        ("nelson", "nelson_4", [0.5, -0.5] * 6 + [0.5], [], []),
        ("nelson", "nelson_4", [0.5, -0.5] * 7, [13], list(range(14))),
        ("nelson", "nelson_5", [0, 2.5, -0.5, 2.5, 0], [3], [1, 3]),
        ("nelson", "nelson_6", [1.1, 1.2, -0.1, 1.3, 1.4, 0], [4], [0, 1, 3, 4]),
        ("nelson", "nelson_7", [0.5, -0.5] * 7, [], []),
        ("nelson", "nelson_7", [0.5, 0.4, -0.5] * 5, [14], list(range(15))),
        ("nelson", "nelson_8", [1.5, -1.5] * 4, [7], list(range(8))),
        ("nelson", "nelson_8", [1.5] * 8, [], []),
        ("nelson", "nelson_8", [1.5, -1.5] * 3 + [0.9, 1.5], [], []),
    ],
)  # fmt: skip
def test_a_rule_fires_at_the_last_point_and_names_its_parts(rules, code, z, fires, parts):
    assert at(z, code, rules) == fires
    assert at(z, code, rules, what="parts") == parts
    turned = [-value for value in z]
    side = 0 if code in ("nelson_4", "nelson_7", "nelson_8") else 1
    assert at(turned, code, rules, side) == fires


def test_lengths_and_sides_can_be_set():
    assert at([0.1] * 7, "we_4_zone_c", "western_electric", run_length=7) == [6]
    assert at([-2, -1, 0, 0.5, 1, 1.5], "nhs_trend", "nhs", trend_length=6) == [5]
    assert at([1.5] * 8, "nelson_8", "nelson", both_sides=False) == [7]
    assert [rule.length for rule in RULE_SETS["nelson"]] == [1, 9, 6, 14, 3, 5, 15, 8]


def test_what_is_no_rule_set_is_refused():
    with pytest.raises(UnknownCodeError, match="nelson"):
        rule_set("nelsen")
    with pytest.raises(InputError, match="run_length is 2"):
        rule_set("nhs", run_length=2)


def test_no_run_goes_over_a_missing_point_or_into_another_phase():
    assert at([0.1] * 4 + [np.nan] + [0.1] * 6, "nhs_run", "nhs") == []
    assert at([0.1] * 14, "nhs_run", "nhs", phase=[0] * 6 + [1] * 8) == [12, 13]
    assert at([0.1] * 14, "nhs_run", "nhs", what="parts", phase=[0] * 6 + [1] * 8) == list(range(6, 14))
    assert at([0.1] * 14, "nhs_run", "nhs", phase=[0] * 7 + [-1] + [1] * 6) == [6]
    climb = [-3.0, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5]
    assert at(climb, "nhs_trend", "nhs", phase=[0] * 5 + [1] * 5) == []
    assert at([0, 0, 2.5, 2.5, 0, 0], "we_2_zone_a", "western_electric", phase=[0] * 3 + [1] * 3) == []


def test_the_most_serious_rule_names_a_point_in_the_order_of_the_nhs():
    # Seven below, two of them near the limit, one beyond it: as the package orders them.
    z = [-0.5, -0.4, -3.2, -2.5, -0.3, -2.4, -0.2]
    signals = found(z)
    rule, side = signals.leading(np.diff(np.atleast_2d(z), append=0) > 0)
    assert [signals.rules[k].code for k in rule[0]] == [
        "nhs_run", "nhs_run", "nhs_outside", "nhs_two_of_three", "nhs_run", "nhs_two_of_three", "nhs_run",
    ]  # fmt: skip
    assert side.tolist() == [[1] * 7]


def test_a_turning_point_belongs_to_the_trend_that_follows():
    z = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, -0.1]
    values = np.atleast_2d(z)
    signals = found(z)
    rule, side = signals.leading(np.diff(values, append=-1) > 0)
    assert [signals.rules[k].code for k in rule[0]] == ["nhs_trend"] * 13
    assert side[0].tolist() == [0] * 6 + [1] * 7


series = st.lists(st.sampled_from([-3.5, -2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 3.5, float("nan")]), min_size=3,
                  max_size=25)  # fmt: skip


def one_by_one(z, rule, sign):
    """Return where a rule fires, straight from its definition."""
    out = []
    for last in range(len(z)):
        stretch = z[max(0, last - rule.length + 1) : last + 1]
        whole, high = len(stretch) == rule.length, [sign * v for v in stretch]
        away = [abs(v) > rule.sigma for v in stretch]
        steps = [b - a for a, b in itertools.pairwise(high)]
        out.append({
            "beyond": high[-1] > 3,
            "run": whole and all(v > 0 for v in high),
            "trend": whole and all(step > 0 for step in steps),
            "near": whole and all(v > 0 for v in high) and sum(2 < v <= 3 for v in high) >= 2,
            "zone": high[-1] > rule.sigma and sum(v > rule.sigma for v in high) >= rule.needed,
            "alternating": whole and all(a * b < 0 for a, b in itertools.pairwise(steps)),
            "within": whole and all(abs(v) < rule.sigma for v in stretch),
            "mixture": whole and all(away) and 0 < sum(v > 0 for v in stretch) < rule.length,
        }[rule.test])  # fmt: skip
    return out


@given(series, st.sampled_from(sorted(RULE_SETS)))
def test_all_rules_agree_with_their_definitions(z, name):
    signals = found(z, name, trend_length=4, run_length=5)
    for k, rule in enumerate(signals.rules):
        for side, sign in enumerate((1, -1) if rule.directed else (1,)):
            assert signals.signals[k, side, 0].tolist() == one_by_one(z, rule, sign), rule.code


@given(series, st.sampled_from(sorted(RULE_SETS)))
def test_every_signal_has_parts_and_every_part_a_signal(z, name):
    signals = found(z, name)
    assert (signals.signals.any(axis=-1) == signals.parts.any(axis=-1)).all()


def test_every_rule_has_words_in_both_languages():
    said = set()
    for rule in (rule for rules in RULE_SETS.values() for rule in rules):
        for direction in ("high", "low") if rule.directed else ("both",):
            key, values = rule.text(direction)
            for lang in ("vi", "en"):
                text = Words(codes.load(), lang).text(key, **values)
                assert text
                assert rule.length == 1 or str(rule.needed) in text
                said.add((lang, key))
    assert len(said) == 2 * 13
    vi = Words(codes.load(), "vi")
    key, values = RULE_SETS["nhs"][3].text("high")
    assert vi.text(key, **values) == "7 kỳ liên tiếp cùng nằm trên đường trung bình"
