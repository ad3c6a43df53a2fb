"""One tree of errors, the severities of findings, and the exit codes of the command line.

Every message exists in Vietnamese and English, because a clerk may meet it, and says what was
found, where, what is allowed and what to do. Nothing here touches files or other modules.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum

LANGUAGES = ("vi", "en")


class ExitCode(IntEnum):
    """What the command line returns to the shell."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    REPORTS_FAILED = 3
    ENVIRONMENT = 4


class Severity(StrEnum):
    """How serious a finding is: an error stops a release, a warning is shown, info is context."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class StatsError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    en, vi : str
        The same message in English and Vietnamese.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi

    def text(self, lang: str = "en") -> str:
        """Return the message in one language; Vietnamese for ``vi``, else English."""
        return self.vi if lang == "vi" else self.en

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process boundaries: they must survive pickling with both texts.
        return (_rebuild, (type(self), self.__dict__.copy(), self.args))


def _rebuild(cls: type[StatsError], state: dict[str, object], args: tuple[object, ...]) -> StatsError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(StatsError):
    """Raised when a parameter or argument is wrong; nothing has been written."""


class UnknownCodeError(UsageError):
    """Raised when a code, body, indicator or language is not in its list; names the nearest ones."""

    @classmethod
    def from_value(cls, what: tuple[str, str], value: str, allowed: Iterable[str]) -> UnknownCodeError:
        """Build the error from the wrong value and the list it should be in.

        Parameters
        ----------
        what : tuple of str
            The kind of thing, in English and Vietnamese (``("body", "đảng bộ")``).
        value : str
            What was given.
        allowed : iterable of str
            The valid values; the nearest are named, or all when there are eight or fewer.
        """
        names = list(dict.fromkeys(allowed))
        near = nearest(value, names) if len(names) > 8 else tuple(names)
        listed = ", ".join(near)
        error = cls(
            f"Unknown {what[0]} {value!r}. " + (f"Nearest: {listed}." if near else "Nothing close to it exists."),
            f"Không có {what[1]} {value!r}. " + (f"Gần nhất: {listed}." if near else "Không có mục nào gần đúng."),
        )
        error.nearest = near
        return error

    nearest: tuple[str, ...] = ()


class PeriodError(UsageError):
    """Raised when a period key cannot be read, or the body has nothing for that period."""


class DataError(StatsError):
    """Raised when a table cannot be trusted: every broken row is listed, with file, line and column."""

    exit_code = ExitCode.FINDINGS


class InputError(StatsError, ValueError):
    """Raised when a statistical function is given counts it cannot use (negative, above the base)."""


class ReportError(StatsError):
    """Base of everything that can go wrong while a report is rendered."""

    exit_code = ExitCode.REPORTS_FAILED


class CellError(ReportError):
    """Raised when a notebook cell fails; the partial notebook is kept and its place is named."""


class ReportTimeoutError(ReportError, TimeoutError):
    """Raised when a report takes longer than its time limit."""


class DeadKernelError(ReportError):
    """Raised when the process that runs the notebook dies."""


class OutputError(ReportError):
    """Raised when an output cannot be written (disk full, no permission); the old file stays."""


class MissingSystemPackageError(StatsError):
    """Raised when a system package is needed and missing; the message names it."""

    exit_code = ExitCode.ENVIRONMENT


class StatsWarning(UserWarning):
    """Base of the warnings this package gives."""


def fold(text: str) -> str:
    """Return text without marks, case or punctuation, for matching names typed in any manner.

    Examples
    --------
    >>> fold("Hà Nội"), fold("ha-noi"), fold("Đắk  Nông"), fold("TP. Hồ Chí Minh")
    ('ha noi', 'ha noi', 'dak nong', 'tp ho chi minh')
    """
    text = text.replace("đ", "d").replace("Đ", "D")
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare.casefold()).split())


def nearest(value: str, allowed: Sequence[str], *, at_most: int = 5) -> tuple[str, ...]:
    """Return the entries of ``allowed`` most like ``value``, best first; marks and case do not count.

    Examples
    --------
    >>> nearest("Ha Nois", ["Hà Nội", "Hà Nam", "Cà Mau"])[0]
    'Hà Nội'
    """
    by_fold: dict[str, list[str]] = {}
    for name in allowed:
        by_fold.setdefault(fold(name), []).append(name)
    folded = fold(value)
    close = difflib.get_close_matches(folded, list(by_fold), n=at_most, cutoff=0.5)
    close += [k for k in by_fold if folded and (folded in k or k in folded) and k not in close]
    return tuple(name for key in close for name in by_fold[key])[:at_most]
