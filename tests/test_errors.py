"""Errors: both languages, nearest matches, survival across processes."""

from __future__ import annotations

import inspect
import pickle

import pytest

from stats import errors
from stats.errors import ExitCode, StatsError, UnknownCodeError, fold, nearest


def test_every_error_has_one_base_and_an_exit_code() -> None:
    classes = [
        c
        for _, c in inspect.getmembers(errors, inspect.isclass)
        if issubclass(c, Exception) and not issubclass(c, Warning)
    ]
    assert all(issubclass(c, StatsError) and isinstance(c.exit_code, ExitCode) for c in classes)
    assert len(classes) > 8


def test_unknown_code_names_the_nearest() -> None:
    error = UnknownCodeError.from_value(("body", "đảng bộ"), "Ha Nois", ["Hà Nội", "Hà Nam", "Cà Mau"] * 4)
    assert error.nearest[:2] == ("Hà Nội", "Hà Nam")
    assert "Hà Nội" in error.vi
    assert error.exit_code == 2


def test_short_lists_are_named_whole() -> None:
    assert "vi, en" in str(UnknownCodeError.from_value(("language", "ngôn ngữ"), "fr", ["vi", "en"]))


def test_errors_survive_pickling_with_both_texts() -> None:
    error = UnknownCodeError.from_value(("body", "đảng bộ"), "x", ["Hà Nội"])
    again = pickle.loads(pickle.dumps(error))
    assert (again.en, again.vi, again.nearest, str(again)) == (error.en, error.vi, error.nearest, str(error))


@pytest.mark.parametrize("name", ["Hà Nội", "ha noi", "HA NỘI", "Ha-Noi", "Hà  Nội"])
def test_names_match_with_and_without_marks(name: str) -> None:
    assert fold(name) == "ha noi"


def test_nothing_close_says_nothing() -> None:
    assert nearest("zzzzzz", ["Hà Nội"]) == ()
