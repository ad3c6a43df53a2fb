"""What changed between two results, as a clause that follows a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stats.errors import InputError
from stats.periods import Period
from stats.results import Approx, Result, State
from stats.wording import quantities

if TYPE_CHECKING:
    from stats.wording.words import Words


def change(
    words: Words,
    now: Result,
    before: Result,
    *,
    versus: str | Period,
    significant: bool | None,
    subject: str,
) -> str:
    """Return the change from `before` to `now`; see `Words.change`.

    Raises
    ------
    InputError
        When the two are not of one kind and unit: such a difference means nothing.
    """
    if (now.kind, now.unit) != (before.kind, before.unit):
        raise InputError(
            f"Cannot word a change from {before.kind} of {before.unit} to {now.kind} of {now.unit}; "
            "compare results of one kind and unit.",
            f"Không thể diễn đạt thay đổi từ {before.kind} ({before.unit}) sang {now.kind} ({now.unit}); "
            "chỉ so sánh các kết quả cùng loại, cùng đơn vị.",
        )
    against = _against(words, versus)
    if now.estimate is None or before.estimate is None or State.VALUE not in (now.state, before.state):
        key = "missing_now" if now.state is not State.VALUE else "missing_before"
        return words.text(f"sentence.change.{key}", versus=against)
    difference = now.estimate - before.estimate
    if difference == 0 and Approx.EXACT == now.approx == before.approx:
        return words.text("sentence.change.none", versus=against)
    amount = _amount(words, now, before, difference, subject)
    if now.approx is not Approx.EXACT or before.approx is not Approx.EXACT:
        amount = words.text(f"number.approx.{_wording(now, before, difference)}", n=amount)
    clause = words.text(f"sentence.change.{'up' if difference > 0 else 'down'}", amount=amount, versus=against)
    if significant is None:
        return clause
    return words.text(f"sentence.change.{'significant' if significant else 'not_significant'}", change=clause)


def _wording(now: Result, before: Result, difference: float) -> str:
    """Name the side on which the true amount of a change lies: a figure "nearly 20.000" was less than that."""
    above = {Approx.OVER: 1, Approx.UNDER: -1}
    known = [(above.get(r.approx), sign) for r, sign in ((now, 1), (before, -1)) if r.approx is not Approx.EXACT]
    ways = {None if side is None else side * sign for side, sign in known}
    if len(ways) != 1 or None in ways or difference == 0:
        return "about"
    return "over" if ways == {1 if difference > 0 else -1} else "less"


def _amount(words: Words, now: Result, before: Result, difference: float, subject: str) -> str:
    if now.kind == "share":
        return words.points(difference)
    if now.kind != "count":
        return quantities.bare(words, now, abs(difference))
    amount = words.quantity(abs(difference), now.unit, subject=subject)
    if not before.estimate:
        return amount
    return f"{amount} ({words.percent(abs(difference) / before.estimate)})"


def _against(words: Words, versus: str | Period) -> str:
    if isinstance(versus, Period):
        return words.period(versus)
    return words.text(f"sentence.versus.{versus}")
