"""What is planted in made-up series, each thing under a name of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from stats import guards

MARK = "SYNTHETIC"
"""Stands in every row, name, source and caption of what is made up."""

MEASURES = ("examined", "disciplined")
"""Counts whose level a rule or a shift may change."""


@dataclass(frozen=True, slots=True)
class MadeUpRule:
    """A rule that does not exist; from its first day on the level of discipline is `ratio` times as high."""

    code: str = f"{MARK}-01"
    in_force: dt.date = dt.date(2021, 1, 1)
    ratio: float = 1.3


RULE = MadeUpRule()


@dataclass(frozen=True, slots=True)
class Shift:
    """A change without a reason in one body, for a chart to find.

    Attributes
    ----------
    body : int
        Number of the body, from 1.
    month : str
        First month of the new level (``2023-03``).
    measure : {'examined', 'disciplined'}
        Which count changes.
    ratio : float
        New level over old.
    """

    body: int
    month: str
    measure: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How made-up series come about.

    A month's expected count is members x yearly rate / 12 x the body's own level x the season x what is planted
    in the month. Examined and disciplined are drawn from the negative binomial distribution around it; those in
    violation are a share of the examined, the penalties are shares of the disciplined.

    Attributes
    ----------
    members : tuple of float
        Smallest and largest membership at the start; sizes are spread evenly on the log scale between them.
    growth : float
        Growth of the membership in a year.
    examined, disciplined : float
        Members examined and disciplined in a year of ordinary months per 1,000 members.
    between : float
        Standard deviation of the bodies' own levels (logarithm of a rate), kept within two of them.
    dispersion : float
        Variance of a count is its mean plus this times the mean squared; 0 for Poisson.
    in_violation : float
        Share of the examined who are found in violation.
    between_shares, noise_of_shares : float
        Standard deviation of the log odds of that share between bodies, and from month to month.
    penalties : tuple of float
        Shares of reprimand, warning, removal and expulsion; they sum to 1.
    year_end : tuple of float
        Level of November and December, when the year's programme is being finished.
    mid_year : float
        Level of June, the month of the mid-year review.
    new_year : float
        Level of the month that holds the Lunar New Year (Tết).
    congress_years, congress_months : tuple of int
        The months before the congresses of these years, in which fewer inspections are begun.
    congress : float
        Level of the examined in them.
    rule : MadeUpRule or None
        Changes the level of the disciplined.
    late : float
        Probability that part of a month's cases is reported with the next month's. The part of the last month
        falls out of the series.
    late_part : tuple of float
        Smallest and largest part.
    shifts : tuple of Shift
        Those of bodies or months outside the series are not planted.
    """

    members: tuple[float, float] = (30_000, 480_000)
    growth: float = 0.015
    examined: float = 2.4
    disciplined: float = 4.0
    between: float = 0.25
    dispersion: float = 0.02
    in_violation: float = 0.7
    between_shares: float = 0.25
    noise_of_shares: float = 0.15
    penalties: tuple[float, float, float, float] = (0.72, 0.18, 0.02, 0.08)
    year_end: tuple[float, float] = (1.2, 1.4)
    mid_year: float = 1.2
    new_year: float = 0.65
    congress_years: tuple[int, ...] = (2020, 2025)
    congress_months: tuple[int, ...] = (4, 5, 6, 7, 8, 9)
    congress: float = 0.7
    rule: MadeUpRule | None = RULE
    late: float = 0.04
    late_part: tuple[float, float] = (0.3, 0.6)
    shifts: tuple[Shift, ...] = (Shift(7, "2023-03", "disciplined", 1.5), Shift(21, "2019-08", "examined", 0.6))

    def __post_init__(self) -> None:
        """Refuse what no series can be made of."""
        for name in (f.name for f in fields(self) if f.name not in ("rule", "shifts")):
            guards.numbers(np.ravel(getattr(self, name)).astype(float), name, missing=False)
        shares: dict[str, Any] = {"in_violation": self.in_violation, "late": self.late, "late_part": self.late_part}
        for name, share in shares.items():
            if np.max(share) > 1:
                raise guards.refuse(f"{name} is above 1", f"{name} lớn hơn 1")
        if not np.isclose(sum(self.penalties), 1):
            raise guards.refuse("The shares of the penalties do not sum to 1", "Tỷ lệ các hình thức không cộng thành 1")
        for shift in self.shifts:
            guards.choice(shift.measure, MEASURES, ("measure", "số đếm"))


REALISTIC = Design()

IN_CONTROL = Design(
    growth=0, dispersion=0, noise_of_shares=0, year_end=(1, 1), mid_year=1, new_year=1, congress=1, rule=None, late=0,
    shifts=(),
)  # fmt: skip
"""Nothing planted: every series is pure chance around a level of its own (Poisson counts, binomial shares)."""
