"""The explore notebooks, run as their readers do: on defaults, in both languages, where there is little or nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running import (
    EXPLORE,
    NOTEBOOKS,
    ROOT,
    START,
    charts,
    closing,
    outputs,
    parameters_of,
    run,
    said,
    source_of,
    text_of,
)

from stats import explore
from stats.errors import CellError, UnknownCodeError
from stats.indicators import Book
from stats.reports.engine.warm import Task, warm

SHORT = {"sample_period": "2017-12"}
"""The sample of two years: where the published figures are the case, they need not be forecast from ten."""
EMPTY = {"place": "ha-noi", "period": "2019", **SHORT}
ONE_ROW = {"place": "nghe-an", "period": "2016", **SHORT}
NEW = {"place": "can-tho-2025", "period": "2021-2026", **SHORT}
CASES: dict[str, dict[str, str]] = {
    "defaults": {}, "empty": EMPTY, "one-row": ONE_ROW, "new-province": NEW,
    "nothing-at-all": {"place": "ha-giang", "period": "2022", **SHORT},
}  # fmt: skip
LANGS = ("vi", "en")
RUNS = [*((case, "vi") for case in CASES), ("defaults", "en"), ("empty", "en"), ("new-province", "en")]
NO_DATA = re.compile(r"[Cc]hưa|[Kk]hông|\b[Nn]o\b|\b[Nn]ot\b|Too few|nothing|[Cc]annot")

ENGLISH = re.compile(
    r"\b(?:the|and|of|is|are|was|were|with|for|from|members?|figures?|disciplined|interval|share|nothing|none|None|nan|"
    r"NaN|True|False|period|estimate|count|Result|published|rows?|sources?|chart)\b"
)
"""Words that no Vietnamese sentence of ours holds."""

Runner = Callable[[Path, dict[str, str]], dict[str, Any]]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Run a notebook in a child of a process that has run two of them before; each combination once."""
    kept: dict[tuple[str, ...], dict[str, Any]] = {}
    out = str(tmp_path_factory.mktemp("pictures"))
    with warm(rehearsals=[Task(path.stem, run, (str(path), {})) for path in (START, *EXPLORE[:2])]) as server:

        def execute(path: Path, given: dict[str, str]) -> dict[str, Any]:
            # Vietnamese is what a notebook speaks unless asked: one run serves both ways of asking.
            given = {name: value for name, value in given.items() if name in parameters_of(path) and value != "vi"}
            key = (path.stem, *map(str, sorted(given.items())))
            if key not in kept:
                # Drawing pictures is tested below: here the data of a chart are written, without a browser.
                server.submit(Task(path.stem, run, (str(path), {"formats": "json", "out": out, **given}), timeout=120))
                (outcome,) = server.poll(150)
                if outcome.error is not None:
                    raise outcome.error
                kept[key] = outcome.value
            return kept[key]

        yield execute


def test_there_are_ten_questions_in_reading_order() -> None:
    assert [path.stem[:2] for path in EXPLORE] == [f"{n:02d}" for n in range(1, 11)]


@pytest.mark.parametrize(("case", "lang"), RUNS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_notebook_ends_in_a_chart_or_why_not_and_a_sentence(
    path: Path, case: str, lang: str, executed: Runner
) -> None:
    done = executed(path, {"lang": lang, **CASES[case]})
    sentence = closing(done)
    assert len(sentence) > 20, "the last thing a reader sees is a sentence"
    assert sentence.rstrip()[-1] in ".)]", sentence
    if case == "defaults":
        assert charts(done), "on its defaults a notebook shows what it can"
    elif not charts(done):
        assert NO_DATA.search(sentence), sentence


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_english_in_the_vietnamese_output(path: Path, case: str, executed: Runner) -> None:
    text = said(executed(path, {"lang": "vi", **CASES[case]}))
    assert [text[max(0, m.start() - 60) : m.end() + 40] for m in ENGLISH.finditer(text)] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_numbers_are_written_as_the_language_does(path: Path, lang: str, executed: Runner) -> None:
    text = said(executed(path, {"lang": lang}))
    wrong = {
        "vi": r"(?<![\d,.])[1-9]\d{0,2},\d{3}(?!\d)(?!%)|\d\.\d+%",
        "en": r"(?<![\d,.])[1-9]\d{0,2}\.\d{3}(?!\d)(?!%)|\d,\d+%",
    }[lang]
    assert [text[max(0, m.start() - 40) : m.end() + 20] for m in re.finditer(wrong, text)] == []


def test_the_first_call_is_the_half_term_of_ha_noi(executed: Runner) -> None:
    done = executed(START, {})
    text = said(done)
    for figure in ("2.377", "1.783", "281", "288"):
        assert figure in text
    assert 1783 + 281 + 25 + 288 == 2377
    assert "2.377" in closing(done)


def test_the_start_leads_to_every_question_and_to_nothing_that_is_not_there() -> None:
    links = [
        path.parent / link
        for path in NOTEBOOKS
        for cell in source_of(path)["cells"]
        if cell["cell_type"] == "markdown"
        for link in re.findall(r"\]\(([^)]+)\)", "".join(cell["source"]))
    ]
    missing = [link for link in links if not link.is_file()]
    assert missing == []
    reached = {link.resolve() for link in links}
    assert set(EXPLORE) <= reached


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_short_and_speaks_both_languages(path: Path) -> None:
    cells = source_of(path)["cells"]
    assert 8 <= len(cells) <= 14
    assert {"lang", "data"} <= set(parameters_of(path))
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            assert re.search(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", text), text
            assert re.search(r"\b(?:the|a|of|and|to|in|Next|this|for|one|do|did|by)\b", text, re.IGNORECASE), text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_hold_no_widget_state_and_no_path_of_this_machine(path: Path, executed: Runner) -> None:
    done = executed(path, {})
    assert "widgets" not in source_of(path)["metadata"]
    shown = " ".join(text_of(output) for output in outputs(done))
    assert str(ROOT) not in shown


def test_pictures_of_a_briefing_chart_are_written(tmp_path: Path, executed: Runner) -> None:
    path = next(p for p in EXPLORE if "briefing" in p.stem)
    title = "Tiêu đề riêng"
    done = executed(path, {"out": str(tmp_path), "formats": "png,svg,pdf", "title": title})
    names = sorted(p.name for p in tmp_path.iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "png", "svg", "png"]
    assert all(name.startswith("penalty-mix_ha-noi_2020-2025") for name in names)
    assert f"Đã ghi {len(names)} tệp" in closing(done)
    svg = next(tmp_path.glob("*.svg")).read_text(encoding="utf-8")
    assert title in svg
    assert charts(done)[0]["layout"]["meta"]["title"] == title


def test_a_data_folder_of_ones_own_is_read(data_copy: Path, executed: Runner) -> None:
    table = data_copy / "tables" / "discipline.csv"
    text = table.read_text(encoding="utf-8")
    changed = re.sub(r"^(D\d+,ha-noi,2020-2025/half,.*?),288,", r"\1,289,", text, flags=re.MULTILINE)
    assert changed != text
    table.write_text(changed, encoding="utf-8")
    assert "289" in said(executed(START, {"data": str(data_copy)}))


class TestErrorsTeach:
    def test_a_mistyped_indicator_in_a_cell_names_the_nearest(self, executed: Runner) -> None:
        with pytest.raises(CellError) as caught:
            executed(START, {"indicator": "penalty-mix-member"})
        assert "penalty-mix-members" in caught.value.en
        assert "UnknownCodeError" in caught.value.en

    @pytest.mark.parametrize(
        ("place", "period", "indicator", "nearest"),
        [
            ("ha-noi", "2018", "disciplined-membrs", "disciplined-members"),
            ("Hà Nộii", "2018", "disciplined-members", "Hà Nội"),
        ],
    )
    def test_a_call_names_the_nearest_in_both_languages(
        self, book: Book, place: str, period: str, indicator: str, nearest: str
    ) -> None:
        with pytest.raises(UnknownCodeError) as caught:
            explore.look(place, period, indicator, book=book)
        assert nearest in caught.value.en
        assert nearest in caught.value.vi
        assert caught.value.vi.startswith("Không có ")


def test_notebooks_are_committed_clean() -> None:
    command = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *map(str, NOTEBOOKS)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_check_sees_an_output_left_in(tmp_path: Path) -> None:
    text = START.read_text(encoding="utf-8")
    planted = '"outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}]'
    left = tmp_path / "left.ipynb"
    left.write_text(text.replace('"outputs": []', planted, 1), encoding="utf-8")
    command = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", str(left)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
