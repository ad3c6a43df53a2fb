"""The synthetic sample to practise on: figures in which it is known what a method ought to find."""

from __future__ import annotations

from stats.sections.report import Report, report_on


def sample_report(place: str = "synthetic-01", period: str = "2025-12", lang: str = "vi") -> Report:
    """Open a report on the **made-up** monthly figures of 34 bodies. No figure in it is real.

    Parameters
    ----------
    place : str
        ``synthetic-01`` to ``synthetic-34``.
    period : str
        A month or a year of 2016 to 2025.
    lang : str
        ``vi`` or ``en``.

    Returns
    -------
    Report
        Whose body, source and rule all say SYNTHETIC; see `stats.synthetic.series` for what is planted.

    Raises
    ------
    UnknownCodeError, PeriodError
        When body, language or period is unknown.

    Examples
    --------
    >>> report = sample_report("synthetic-07", "2024-06", "en")
    >>> report.name, len(report.results("disciplined-members"))
    ('SYNTHETIC 07 (made up)', 1)
    """
    # The sample is written to a folder and read as any other: only who asks for it waits for that.
    from stats.reports.sampling import sample_book

    book = sample_book()
    body = book.codes.body(place)
    return report_on(book, body, book.codes.period(str(period), body.body_id), lang)
