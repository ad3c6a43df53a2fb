"""The code that makes a view, for a reader to copy."""

from __future__ import annotations

from stats.explore.choices import Choice


def code_for(choice: Choice, *, found: bool) -> str:
    """Return Python that makes the results, their frame and the view of a choice; it runs as it stands.

    Parameters
    ----------
    choice : Choice
        A resolved choice.
    found : bool
        Whether it has figures; without any, only the view is made, which says what exists instead.
    """
    asked = [repr(choice.body), repr(choice.period), repr(choice.indicator)]
    shown = [*asked, f"lang={choice.lang!r}"]
    only = ""
    if choice.actor:
        only = f", actor={choice.actor!r}"
        shown.insert(3, f"actor={choice.actor!r}")
    if not found:
        return f"from stats import explore\n\nview = explore.look({', '.join(shown)})\nview\n"
    body, period, indicator = asked
    return (
        "from stats import explore, indicators\n"
        "from stats.results import to_frame\n"
        "\n"
        "book = indicators.open_book()\n"
        f"period = book.codes.period({period}, {body})\n"
        f"results = indicators.compute(book, {indicator}, {body}, period{only})\n"
        "frame = to_frame(results)\n"
        "\n"
        f"view = explore.look({', '.join(shown)}, book=book)\n"
        "chart = view.chart\n"
        "view\n"
    )
