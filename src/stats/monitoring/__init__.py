"""Control charts: they tell whether something has changed or is noise."""

from stats.monitoring.charts import ControlChart
from stats.monitoring.control import c_chart, p_chart, p_prime_chart, u_chart, u_prime_chart
from stats.monitoring.course import Course
from stats.monitoring.individuals import xmr_chart
from stats.monitoring.longest_runs import LongestRuns, runs_test
from stats.monitoring.rules import RULE_SETS, SignalRule, rule_set

__all__ = [
    "RULE_SETS", "ControlChart", "Course", "LongestRuns", "SignalRule", "c_chart", "p_chart", "p_prime_chart",
    "rule_set", "runs_test", "u_chart", "u_prime_chart", "xmr_chart",
]  # fmt: skip
