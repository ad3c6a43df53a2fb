"""The rules that define what is counted, by the day they came into force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from stats.codes.files import Row


@dataclass(frozen=True, slots=True)
class Rule:
    """One regulation, decision or reorganisation that breaks a series.

    Attributes
    ----------
    code : str
        Key of the rule.
    in_force : datetime.date
        First day in force.
    instrument : str
        Its number (``69-QĐ/TW``).
    affects : tuple of str
        What it touches: inspection, discipline, forms, geography, population_policy ...
    confidence : str
        How sure the reading is: high, medium or low.
    """

    code: str
    in_force: dt.date
    instrument: str
    label_vi: str
    label_en: str
    affects: tuple[str, ...]
    effect_vi: str
    effect_en: str
    confidence: str

    def label(self, lang: str = "vi") -> str:
        """Return the title in one language; English for ``en``, else Vietnamese."""
        return self.label_en if lang == "en" else self.label_vi

    def effect(self, lang: str = "vi") -> str:
        """Return what it changes in the figures, in one language."""
        return self.effect_en if lang == "en" else self.effect_vi


def read_rules(rows: Iterable[Row]) -> tuple[Rule, ...]:
    """Return the rules of ``rules.csv`` in the order they came into force."""
    rules = (
        Rule(
            row["code"], dt.date.fromisoformat(row["from"]), row["instrument"], row["label_vi"], row["label_en"],
            tuple(row["affects"].split(";")), row["effect_vi"], row["effect_en"], row["confidence"],
        )
        for row in rows
    )  # fmt: skip
    return tuple(sorted(rules, key=lambda rule: (rule.in_force, rule.code)))


def between(
    rules: Iterable[Rule], start: dt.date, end: dt.date, affects: str | Iterable[str] | None = None
) -> tuple[Rule, ...]:
    """Return the rules that came into force after `start` and not after `end`.

    Parameters
    ----------
    rules : iterable of Rule
        In force-date order.
    start, end : datetime.date
        A rule in force on `start` already held for all of the stretch, so it is no break in it.
    affects : str or iterable of str, optional
        Keep only the rules that touch one of these.
    """
    wanted = {affects} if isinstance(affects, str) else set(affects) if affects is not None else None
    return tuple(r for r in rules if start < r.in_force <= end and (wanted is None or wanted & set(r.affects)))
