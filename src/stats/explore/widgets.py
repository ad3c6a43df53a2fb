"""The explorer in a notebook cell: choose with native lists, read the answer, copy the code that made it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import anywidget
import ipywidgets
import traitlets

from stats.errors import LANGUAGES, StatsError
from stats.explore import rendering
from stats.explore.choices import Choice, opened
from stats.explore.choosing import Option, body_label, options
from stats.explore.view import View, look
from stats.figures import Chart
from stats.indicators import Book
from stats.wording import Words

LISTS = {"body": "bodies", "period": "periods", "indicator": "indicators", "actor": "actors"}
"""What can be chosen beside the language, and where `stats.explore.options` lists it."""

_COPY = """
function render({ model, el }) {
  const pre = document.createElement("pre"), button = document.createElement("button");
  const said = document.createElement("span"), head = document.createElement("h4");
  button.type = "button"; button.className = "jupyter-button"; said.setAttribute("role", "status");
  pre.tabIndex = 0;
  const show = () => {
    pre.textContent = model.get("code"); head.textContent = model.get("label");
    pre.setAttribute("aria-label", model.get("label"));
    button.textContent = model.get("action"); said.textContent = "";
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(model.get("code"));
      said.textContent = " " + model.get("done");
    } catch {
      getSelection().selectAllChildren(pre);
      said.textContent = " " + model.get("failed");
    }
  };
  button.addEventListener("click", copy);
  for (const name of ["code", "label", "action"]) model.on("change:" + name, show);
  show(); el.append(head, pre, button, said);
  // JupyterLab takes the arrow keys for its cells, also from a list that has the focus, unless told not to.
  const keep = ({ target }) => {
    if (target.closest?.(".explore-panel")) target.setAttribute("data-lm-suppress-shortcuts", "true");
  };
  document.addEventListener("focusin", keep);
  return () => {
    for (const name of ["code", "label", "action"]) model.off("change:" + name, show);
    document.removeEventListener("focusin", keep);
  };
}
export default { render };
"""


class CodeBox(anywidget.AnyWidget):
    """Code to read and to copy with a button; what the button did is said aloud."""

    _esm = _COPY
    code = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    action = traitlets.Unicode().tag(sync=True)
    done = traitlets.Unicode().tag(sync=True)
    failed = traitlets.Unicode().tag(sync=True)


class Panel(ipywidgets.VBox):  # type: ignore[misc]
    """The explorer to click: five lists, then sentence, chart, table, sources and code.

    Parameters
    ----------
    choice : Choice
        What is shown first.
    book : Book, optional
        The curated data; the project's own when left out.

    Attributes
    ----------
    view : View or None
        What is shown; None while an error is.

    Notes
    -----
    Panels hold their own choice and know nothing of one another; `close` takes all their parts away.
    """

    def __init__(self, choice: Choice, book: Book | None = None) -> None:
        self._book = book or opened()
        self._updating = False
        self.view: View | None = None
        self._lists = {name: _list() for name in (*LISTS, "lang")}
        self._alert, self._answer = ipywidgets.HTML(), ipywidgets.HTML()
        self._near = ipywidgets.VBox()
        self._near.add_class("explore-near")
        self._charts = ipywidgets.Output()
        self._figures = ipywidgets.HTML()
        self._code = CodeBox()
        for part in (self._alert, self._answer, self._figures):
            part.add_class("explore-part")  # a wide table scrolls, and does not widen what is around it
        rows = ipywidgets.GridBox(
            list(self._lists.values()),
            layout=ipywidgets.Layout(grid_template_columns="repeat(auto-fit, minmax(min(100%, 20rem), 1fr))"),
        )
        super().__init__([rows, self._alert, self._answer, self._near, self._charts, self._figures, self._code])
        self.add_class("explore-panel")
        self.show(choice)
        for name, chooser in self._lists.items():
            chooser.observe(self._chosen(name), names="value")

    @property
    def choice(self) -> Choice:
        """The choice as the lists stand."""
        return Choice(**{name: chooser.value or "" for name, chooser in self._lists.items()})

    def show(self, choice: Choice) -> None:
        """Show a choice: its answer, and in the lists what it can be changed to.

        An error is shown in its words and the lists stay as they are, those of a panel that opens with one as
        by default; an error that this package does not raise on purpose is raised again, too.
        """
        try:
            view = look(choice, book=self._book)
            self._fill(view)
            self.view = view
            self._alert.value = ""
        except Exception as error:
            self.view = None
            lang = choice.lang if choice.lang in LANGUAGES else LANGUAGES[0]
            said = error.text(lang) if isinstance(error, StatsError) else f"{type(error).__name__}: {error}"
            self._alert.value = f'<p role="alert" lang="{lang}"><strong>{rendering.escaped(said)}</strong></p>'
            self._blank()
            if not self._lists["body"].options:
                self._offer(Choice(lang=lang))
            if not isinstance(error, StatsError):
                raise

    def close(self) -> None:
        """Take the panel and all its parts away."""
        for chooser in self._lists.values():
            chooser.unobserve_all()
        for part in self.children:
            _end(part)
        self.layout.close()
        super().close()

    def _chosen(self, name: str) -> Callable[[Any], None]:
        def changed(change: Any) -> None:
            if not self._updating:
                self.show(replace(self.choice, **{name: change["new"] or ""}))

        return changed

    def _offer(self, choice: Choice) -> None:
        """Put into the lists what a choice can be changed to."""
        words, listed = Words(self._book.codes, choice.lang), options(choice, self._book)
        self._updating = True
        try:
            for name, where in LISTS.items():
                entries = _entries(getattr(listed, where), words, marked_last=name == "indicator")
                _choose(self._lists[name], words.text(f"explore.panel.{name}"), entries, getattr(choice, name))
            languages = [(self._book.codes.label("languages", lang, lang), lang) for lang in LANGUAGES]
            _choose(self._lists["lang"], words.text("explore.panel.lang"), languages, choice.lang)
        finally:
            self._updating = False

    def _fill(self, view: View) -> None:
        words = view.report.words
        answer, charts, figures = _answer(view), tuple(_shown(chart) for chart in view.charts), _figures(view)
        self._offer(view.choice)
        self._answer.value = answer
        self._charts.outputs = charts
        self._figures.value = figures
        self._suggest(() if view.found else view.instead, words)
        self._code.label = words.text("explore.panel.code")
        self._code.action = words.text("explore.panel.copy")
        self._code.done = words.text("explore.panel.copied")
        self._code.failed = words.text("explore.panel.not_copied")
        self._code.code = view.code

    def _blank(self) -> None:
        self._answer.value = self._figures.value = self._code.code = ""
        self._charts.outputs = ()
        self._suggest((), None)

    def _suggest(self, choices: Sequence[Choice], words: Words | None) -> None:
        """Put a button for each of the nearest choices in place of those that stood there."""
        old = self._near.children
        new: list[ipywidgets.Widget] = []
        if words and choices:
            new.append(ipywidgets.HTML(f"<h4>{rendering.escaped(words.text('explore.panel.instead'))}</h4>"))
            new += [self._button(choice, words) for choice in choices]
        self._near.children = new
        for one in old:
            _end(one)

    def _button(self, choice: Choice, words: Words) -> ipywidgets.Button:
        period = words.period(self._book.codes.period(choice.period, choice.body))
        label, body = (
            self._book.catalogue[choice.indicator].label(words.lang),
            body_label(self._book, words, choice.body),
        )
        said = words.text("explore.title", label=label, body=body, period=period)
        wide = ipywidgets.Layout(width="auto", max_width="100%", height="auto")
        button = ipywidgets.Button(description=said, layout=wide)
        button.on_click(lambda _: self.show(choice))
        return button


def panel(lang: str = "vi", book: Book | None = None, **start: str) -> Panel:
    """Return the explorer for a notebook cell.

    Parameters
    ----------
    lang : {'vi', 'en'}
        Language it opens in; it can be changed in the panel.
    book : Book, optional
        The curated data; the project's own when left out.
    **start
        ``body``, ``period``, ``indicator``, ``actor`` to open with; by default the penalties of
        Hà Nội's half-term 2020-2025. What does not exist is explained in the panel.

    Returns
    -------
    Panel
        Lists that work with mouse and keyboard; entries without a figure are marked.
    """
    return Panel(Choice(lang=lang, **start), book)


def _end(widget: ipywidgets.Widget) -> None:
    """Close a widget with all its parts: layouts and styles are widgets too, and stay behind otherwise."""
    for part in (*getattr(widget, "children", ()), getattr(widget, "style", None), getattr(widget, "layout", None)):
        if isinstance(part, ipywidgets.Widget):
            _end(part)
    widget.close()


def _list() -> ipywidgets.Dropdown:
    layout = ipywidgets.Layout(width="auto", min_width="0")
    return ipywidgets.Dropdown(layout=layout, style={"description_width": "6.5rem"})


def _entries(listed: Sequence[Option], words: Words, *, marked_last: bool) -> list[tuple[str, str]]:
    """Return entries as a list takes them; one without a figure says so."""
    ordered = sorted(listed, key=lambda option: marked_last and not option.available)
    return [(o.label if o.available else words.text("explore.panel.without", label=o.label), o.code) for o in ordered]


def _choose(chooser: ipywidgets.Dropdown, label: str, entries: Sequence[tuple[str, str]], value: str) -> None:
    """Give a list its entries and its value in one message; entries that stay are not sent again."""
    with chooser.hold_sync():
        chooser.description = label
        if tuple(chooser.options) != tuple(entries):
            chooser.options = entries
        chooser.value = value


def _answer(view: View) -> str:
    title, sentence = rendering.escaped(view.title), rendering.escaped(view.sentence)
    markup = f'<h3>{title}</h3><p role="status">{sentence}</p>'
    if view.found:
        markup += f"<h4>{rendering.escaped(view.report.text('explore.panel.chart'))}</h4>"
        markup += "".join(f"<p>{rendering.escaped(chart.alt)}</p>" for chart in view.charts)
        markup += f"<p>{rendering.escaped(view.chart_reason)}</p>" if view.chart_reason else ""
    return rendering.box(markup, lang=view.choice.lang, label=view.report.text("explore.panel.label"))


def _figures(view: View) -> str:
    if not view.found:
        return ""
    return rendering.box(rendering.figures(view), lang=view.choice.lang, label=view.report.text("explore.part.table"))


def _shown(chart: Chart) -> dict[str, Any]:
    """Return a chart as one output of a cell: JupyterLab draws its plotly figure, other readers get its words."""
    return {"output_type": "display_data", "data": chart._repr_mimebundle_(), "metadata": {}}
