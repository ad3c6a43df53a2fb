"""The panel: what is chosen is shown, errors are told, nothing is left behind, two panels are two."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import ipywidgets
import pytest
from ipywidgets.widgets import widget as registry

from stats import explore
from stats.explore import widgets
from stats.figures.chart import PLOTLY_JSON
from stats.indicators import open_book

BOOK = open_book()
NO_FIGURE = "(chưa có số liệu)"


def live() -> int:
    return len(registry._instances)


def choose(panel: widgets.Panel, **change: str) -> None:
    """Choose in the lists, as a hand does."""
    for name, value in change.items():
        panel._lists[name].value = value


@pytest.fixture
def panel() -> Iterator[widgets.Panel]:
    made = explore.panel(book=BOOK)
    yield made
    made.close()


def test_who_asks_for_no_panel_needs_no_widgets() -> None:
    code = "import sys; from stats import explore; sys.exit('ipywidgets' in sys.modules or 'anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestShowing:
    def test_opens_on_the_first_question(self, panel: widgets.Panel) -> None:
        assert panel.choice == explore.Choice()
        assert "2.377" in panel._answer.value
        assert PLOTLY_JSON in panel._charts.outputs[0]["data"]
        assert "<caption" in panel._figures.value
        assert "seed_000" in panel._figures.value
        assert "indicators.compute" in panel._code.code

    def test_follows_every_list(self, panel: widgets.Panel) -> None:
        choose(panel, indicator="disciplined-members", period="2022")
        assert panel.view is not None
        assert panel.view.choice == explore.Choice(period="2022", indicator="disciplined-members")
        choose(panel, lang="en")
        assert [chooser.description for chooser in panel._lists.values()] == [
            "Body", "Period", "Indicator", "Deciding body", "Language",
        ]  # fmt: skip
        assert panel._code.action == "Copy the code"
        choose(panel, body="national")
        assert "Nationwide" in panel._answer.value

    def test_every_list_has_a_label(self, panel: widgets.Panel) -> None:
        assert all(chooser.description for chooser in panel._lists.values())
        assert all(isinstance(chooser, ipywidgets.Dropdown) for chooser in panel._lists.values())

    def test_marks_what_has_no_figure_and_lists_indicators_with_one_first(self, panel: widgets.Panel) -> None:
        marked = [label.endswith(NO_FIGURE) for label, _ in panel._lists["indicator"].options]
        assert any(marked)
        assert marked == sorted(marked)
        assert {code for _, code in panel._lists["indicator"].options} == set(BOOK.catalogue)

    def test_without_a_figure_the_nearest_are_buttons(self, panel: widgets.Panel) -> None:
        choose(panel, body="bac-giang")
        assert "Chưa tìm thấy số liệu công bố" in panel._answer.value
        assert panel._charts.outputs == ()
        buttons = [one for one in panel._near.children if isinstance(one, ipywidgets.Button)]
        assert buttons
        buttons[0].click()
        assert panel.view is not None
        assert panel.view.found
        assert panel._near.children == ()
        assert panel.choice == panel.view.choice

    def test_a_choice_without_a_figure_stays_chosen(self, panel: widgets.Panel) -> None:
        choose(panel, body="bac-giang")
        assert panel.choice == explore.Choice(body="bac-giang")


class TestErrors:
    def test_are_told_in_the_panel_which_stays_usable(self) -> None:
        panel = explore.panel(body="Hanoii", book=BOOK)
        assert 'role="alert"' in panel._alert.value
        assert "ha-noi" in panel._alert.value
        assert panel.view is None
        choose(panel, period="2022")
        assert panel._alert.value == ""
        assert panel.view is not None
        panel.close()

    def test_in_an_unknown_language_are_told_in_vietnamese(self) -> None:
        panel = explore.panel(lang="fr", book=BOOK)
        assert "Không có ngôn ngữ" in panel._alert.value
        panel.close()

    def test_that_are_faults_are_shown_and_raised(self, panel: widgets.Panel, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("<b>planted</b>")

        monkeypatch.setattr(widgets, "look", broken)
        with pytest.raises(ZeroDivisionError):
            choose(panel, period="2022")
        assert "ZeroDivisionError: &lt;b&gt;planted&lt;/b&gt;" in panel._alert.value
        assert panel._answer.value == ""
        assert panel._charts.outputs == ()


class TestLife:
    def test_choosing_leaves_no_widget_behind(self, panel: widgets.Panel) -> None:
        start = live()
        for body in ("bac-giang", "national", "ha-noi") * 4:
            choose(panel, body=body)
        assert live() == start
        assert all(len(chooser._trait_notifiers["value"]["change"]) <= 2 for chooser in panel._lists.values())

    def test_closing_takes_everything_away(self) -> None:
        start = live()
        panel = explore.panel(book=BOOK)
        choose(panel, body="bac-giang")
        panel.close()
        assert live() == start

    def test_two_panels_do_not_see_each_other(self, panel: widgets.Panel) -> None:
        other = explore.panel(book=BOOK, body="national", period="2023", indicator="disciplined-members", lang="en")
        choose(other, indicator="disciplined-organisations")
        choose(panel, period="2022")
        assert panel.choice == explore.Choice(period="2022")
        assert other.choice == explore.Choice("national", "2023", "disciplined-organisations", "", "en")
        other.close()

    def test_lists_that_stay_are_not_sent_again(self, panel: widgets.Panel) -> None:
        sent: list[str] = []
        panel._lists["lang"].observe(lambda change: sent.append(change["name"]), names="options")
        choose(panel, period="2022")
        assert sent == []
