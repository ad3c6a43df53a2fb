"""The report notebooks: the same bytes on the stock kernel and on the engine, forked from one warm process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from deeds import execute
from papermill.clientwrap import PapermillNotebookClient

from stats.reports import notebook
from stats.reports.engine.warm import Server, Task, warm
from stats.reports.request import KINDS, Request, open_data, request

ASKED = {
    "period": ("ha-noi", "2020-2025/half"),
    "briefing": ("ha-noi", "2020-2025/half"),
    "programme": ("ha-noi", "2020-2025/half"),
    "coverage": ("ha-noi", "2018"),
    "comparison": ("", "2018"),
}


def asked(kind: str, lang: str) -> Request:
    place, period = ASKED[kind]
    (found,) = request(open_data(), kind, place=place, period=period, lang=lang)
    return found


def task(one: Request, folder: Path) -> Task:
    parameters = one.parameters.model_dump()
    return Task(one.name, execute, (str(one.notebook), str(folder / "out.ipynb"), 120, parameters), timeout=120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A warm process that has rehearsed another report than those asked for."""
    place = tmp_path_factory.mktemp("rehearsal")
    with warm(rehearsals=[task(request(open_data(), "period", place="ha-noi", period="2018")[0], place)]) as made:
        yield made


def test_every_kind_of_report_is_asked_for() -> None:
    assert set(ASKED) == set(KINDS)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", ASKED)
def test_a_report_has_the_same_bytes_on_both_engines(
    kind: str, lang: str, server: Server, rendered: Callable[..., Path], tmp_path: Path
) -> None:
    one = asked(kind, lang)
    stock = (rendered(kind, *ASKED[kind], lang) / f"{one.name}.ipynb").read_text(encoding="utf-8")
    server.submit(task(one, tmp_path))
    (outcome,) = server.poll(120)
    assert outcome.error is None, outcome.log
    assert outcome.value == stock


def test_a_report_has_the_same_bytes_without_a_warm_process(rendered: Callable[..., Path], tmp_path: Path) -> None:
    one = asked("programme", "vi")
    stock = (rendered("programme", *ASKED["programme"], "vi") / f"{one.name}.ipynb").read_text(encoding="utf-8")
    assert execute(str(one.notebook), str(tmp_path / "out.ipynb"), 120, one.parameters.model_dump()) == stock


def test_large_outputs_have_the_time_of_a_cell(tmp_path: Path) -> None:
    """The client gives up on outputs after four seconds of silence unless told otherwise, and blames the cell."""
    source, seen = tmp_path / "large.ipynb", []
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    nbformat.write(made, source)
    run = PapermillNotebookClient.execute

    def watched(self: PapermillNotebookClient, **options: object) -> object:
        seen.append((self.timeout, self.iopub_timeout))
        return run(self, **options)

    with mock.patch.object(PapermillNotebookClient, "execute", watched):
        notebook.execute(source, tmp_path / "out.ipynb", {}, environment={"IPYTHONDIR": str(tmp_path)}, timeout=77)
    assert seen == [(77, 77)]
