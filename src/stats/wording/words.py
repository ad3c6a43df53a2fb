"""`Words`: everything a page says, in one language, bound to results."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stats.codes import Codes
from stats.errors import LANGUAGES, InputError, UnknownCodeError
from stats.periods import Period
from stats.results import Note, Result, State
from stats.wording import changes, dates, formats, quantities

_ANY = ("stages", "units", "actors")
_LISTS = {
    "activity": ("activities",), "actor": ("actors",), "bodies": ("bodies",), "base": ("units",),
    "denominator": _ANY, "flag": ("flags",), "from": _ANY, "missing": ("bodies",), "numerator": _ANY,
    "penalty": ("penalties",), "stage": ("stages",), "subgroup": ("subgroups",), "subject": ("subjects",),
    "to": _ANY, "unit": ("units",), "violation": ("violations",),
}  # fmt: skip
"""Values of notes that are codes, and the lists they may be in; flags are said by their explanation."""

MARKS = ("a", "d", "c", "z", "x")
"""Shorthand used in tables: approximate, derived, suppressed, structurally zero, not available."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language.

    Every number goes through here, so that one edition never mixes two ways of writing.

    Attributes
    ----------
    codes : Codes
        The code lists with their labels and the texts.
    lang : str
        ``vi`` or ``en``.

    Raises
    ------
    UnknownCodeError
        For another language.
    """

    codes: Codes
    lang: str
    _texts: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a language that has no texts; index the texts of this one."""
        if self.lang not in LANGUAGES:
            raise UnknownCodeError.from_value(("language", "ngôn ngữ"), self.lang, LANGUAGES)
        texts = {key: row[self.lang] for key, row in self.codes.texts().items()}
        object.__setattr__(self, "_texts", texts)

    # Numbers ---------------------------------------------------------------------------------

    def number(self, x: float, digits: int = 0) -> str:
        """Return a number: ``1.783`` or ``1,783``."""
        return formats.number(x, lang=self.lang, digits=digits)

    def signed(self, x: float, digits: int = 0) -> str:
        """Return a number with its sign: ``+21``, ``-3``, ``0``."""
        return formats.number(x, lang=self.lang, digits=digits, signed=True)

    def percent(self, fraction: float, digits: int = 1, *, base: float | None = None, signed: bool = False) -> str:
        """Return a fraction as a percentage; no decimals when `base` is under 100."""
        return formats.percent(fraction, lang=self.lang, digits=digits, base=base, signed=signed)

    def points(self, fraction: float, digits: int = 1) -> str:
        """Return a difference of two shares in percentage points, without sign: ``3,4 điểm phần trăm``."""
        return self._counted("number.points", abs(fraction) * 100, digits)

    def ratio(self, x: float, digits: int = 2) -> str:
        """Return a ratio: ``1,39 lần`` or ``1.39 times``."""
        return self._counted("number.ratio", x, digits)

    def months(self, x: float | Period) -> str:
        """Return a length in months, whole where it is whole: ``29,6 tháng``, ``12 months``."""
        length = x.months if isinstance(x, Period) else x
        return self._counted("number.months", length, 0 if formats.rounded(length, 1) % 1 == 0 else 1)

    def quantity(self, x: float, unit: str, *, subject: str = "") -> str:
        """Return a number with its unit: ``3.542 lượt tổ chức đảng``; see `count` for results."""
        return quantities.quantity(self, x, unit, subject)

    # Dates and periods -----------------------------------------------------------------------

    def date(self, day: dt.date, *, short: bool = False) -> str:
        """Return a date: ``ngày 31 tháng 3 năm 2023``, short ``31/3/2023``."""
        return dates.date(day, lang=self.lang, short=short)

    def period(self, period: Period, *, heading: bool = False) -> str:
        """Return a period's name: ``6 tháng đầu năm 2023``; `heading` begins with a capital."""
        return dates.period(period, lang=self.lang, heading=heading)

    def dated(self, period: Period) -> str:
        """Return a period's name with its first and last day in brackets."""
        return self.text("period.dated", period=period, start=self.date(period.start, short=True),
                         end=self.date(period.end, short=True))  # fmt: skip

    # Results ---------------------------------------------------------------------------------

    def count(self, result: Result, *, unit: bool = True, subject: str = "") -> str:
        """Return a count as a sentence needs it.

        Parameters
        ----------
        result : Result
            A count; approximate ones keep their word (``hơn 73.000``), an approximate one without a
            direction its mark ([a]); one that is no number gives its mark, a refused one its reason.
        unit : bool
            Add the unit.
        subject : str
            Code of what is counted, for the unit ``instances`` (``organisation``, ``member``).
        """
        return quantities.count(self, result, unit=unit, subject=subject)

    def value(self, result: Result, *, digits: int | None = None) -> str:
        """Return any result by its kind: a count, a share in percent, a rate, a ratio."""
        return quantities.value(self, result, digits=digits)

    def cell(self, result: Result, *, digits: int | None = None) -> str:
        """Return a result as a table cell: the bare value, then its shorthand ([a], [d], [c], [z], [x])."""
        return quantities.cell(self, result, digits=digits)

    def interval(self, result: Result, *, named: bool = True) -> str:
        """Return the bounds of a result: ``khoảng tin cậy 95%: 40,3%-47,3%``; empty when it has none."""
        return quantities.interval(self, result, named=named)

    def share_of(self, result: Result, *, digits: int | None = None) -> str:
        """Return a share with its counts: ``44% (332/758)``."""
        return quantities.share_of(self, result, digits=digits)

    def reason(self, result: Result) -> str:
        """Return why a result is no number, as a sentence; empty for a number."""
        if result.state is State.VALUE:
            return ""
        return self.note(result.reason) if result.reason else self.text(f"state.{result.state}")

    def mark(self, result: Result) -> str:
        """Return the shorthand letter a result carries in tables, or an empty string."""
        return quantities.mark(result)

    def legend(self, marks: Iterable[str]) -> str:
        """Return the explanation of the shorthand used, in a fixed order; empty when none is used."""
        used = set(marks)
        return "; ".join(f"[{m}] {self.text(f'number.mark.{m}')}" for m in MARKS if m in used)

    def change(
        self,
        now: Result,
        before: Result,
        *,
        versus: str | Period = "same_period",
        significant: bool | None = None,
        subject: str = "",
    ) -> str:
        """Return what changed, as a clause: ``tăng 21 đảng viên (12,3%) so với cùng kỳ năm trước``.

        Parameters
        ----------
        now, before : Result
            Two counts of one unit, or two shares (then in percentage points).
        versus : str or Period
            ``same_period`` (cùng kỳ năm trước), ``previous``, or the earlier period itself.
        significant : bool, optional
            Outcome of the test, when one was made; it is then said.
        subject : str
            As in `count`.
        """
        return changes.change(self, now, before, versus=versus, significant=significant, subject=subject)

    # Labels and texts ------------------------------------------------------------------------

    def label(self, list_name: str, code: str, short: bool = False) -> str:
        """Return the label of a code in its list."""
        return self.codes.label(list_name, code, lang=self.lang, short=short)

    def join(self, items: Sequence[str]) -> str:
        """Return items as a list in words: ``a, b và c``, ``a, b and c``."""
        if len(items) < 2:
            return "".join(items)
        return self.text("number.join", first=", ".join(items[:-1]), last=items[-1])

    def note(self, note: Note) -> str:
        """Return a caveat or reason as a sentence; codes among its values become labels."""
        values = {name: self._named(name, value) for name, value in note.values.items()}
        return self.text(f"note.{note.code}", **values)

    def notes(self, *results: Result) -> list[str]:
        """Return the caveats of results and the reasons of those that are no number, each once."""
        found = [note for r in results for note in (*r.caveats, *((r.reason,) if r.reason else ()))]
        return list(dict.fromkeys(self.note(note) for note in found))

    def text(self, key: str, **values: Any) -> str:
        """Return a text of the catalogue with its placeholders filled.

        Parameters
        ----------
        key : str
            Key in ``texts.csv``.
        **values
            Text stays; numbers, dates, periods, results and lists are put into words.

        Raises
        ------
        UnknownCodeError
            When the catalogue has no such key.
        InputError
            When a placeholder has no value.

        Notes
        -----
        ``~`` in a text is a no-break space. A text of the form ``one|many`` is chosen by ``n``.
        """
        if key not in self._texts:
            raise UnknownCodeError.from_value(("text", "câu chữ"), key, self._texts)
        template = self._texts[key]
        if "|" in template:
            one, many = template.split("|")
            template = one if values.get("n") == 1 else many
        needed = placeholders(template)
        missing = needed - values.keys()
        if missing:
            names = ", ".join(sorted(missing))
            raise InputError(
                f"The text {key!r} needs a value for: {names}.", f"Câu chữ {key!r} còn thiếu giá trị cho: {names}."
            )
        filled = {name: self._put(values[name]) for name in needed}
        return template.replace("~", formats.NBSP).format(**filled)

    def has_text(self, key: str) -> bool:
        """Tell whether the catalogue has a text."""
        return key in self._texts

    def _counted(self, key: str, x: float, digits: int) -> str:
        shown = float(formats.rounded(x, digits))
        return self.text(key, n=int(shown) if digits == 0 else _Shown(self.number(x, digits)))

    def _put(self, value: Any) -> str:
        if isinstance(value, str):
            return str(value)
        if isinstance(value, Result):
            return self.value(value) if value.kind != "count" else self.count(value, unit=False)
        if isinstance(value, Period):
            return self.period(value)
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, Mapping):
            return self.join([f"{k}: {self._put(v)}" for k, v in value.items()])
        if isinstance(value, Iterable):
            return self.join([self._put(v) for v in value])
        x = float(value)
        return self.number(x, 0 if x.is_integer() else 1)

    def _named(self, name: str, value: Any) -> Any:
        """Return the label of a code among the values of a note; anything else as it is."""
        if isinstance(value, (list, tuple)):
            return [self._named(name, item) for item in value]
        if not isinstance(value, str):
            return value
        if name == "date":
            return dates.published(value, lang=self.lang)
        for list_name in _LISTS.get(name, ()):
            if value in self.codes.order(list_name):
                row = self.codes.row(list_name, value)
                return row.get(f"explanation_{self.lang}") or row[f"label_{self.lang}"]
        return value


class _Shown(str):
    """A number already in words: never equal to 1, so that ``1.0 months`` takes the plural."""

    __slots__ = ()


def placeholders(template: str) -> set[str]:
    """Return the names between braces in a text.

    Examples
    --------
    >>> sorted(placeholders("{n} members of {total}"))
    ['n', 'total']
    """
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
