"""Forecasts with honest intervals, and the proof or disproof that they beat the naive one."""

from stats.forecasts.back_testing import back_test
from stats.forecasts.back_tests import VERDICT_TEXTS, BackTest
from stats.forecasts.comparison import diebold_mariano
from stats.forecasts.results import Forecast
from stats.forecasts.rolling import rolling_errors
from stats.forecasts.sarima import sarima_forecast
from stats.forecasts.simple import drift_forecast, mean_forecast, naive_forecast, seasonal_naive_forecast
from stats.forecasts.smoothing import ets_forecast

__all__ = [
    "VERDICT_TEXTS", "BackTest", "Forecast", "back_test", "diebold_mariano", "drift_forecast", "ets_forecast",
    "mean_forecast", "naive_forecast", "rolling_errors", "sarima_forecast", "seasonal_naive_forecast",
]  # fmt: skip
