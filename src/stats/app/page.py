"""The page as Dash has it: what stands still, and the one callback that answers an address."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, callback_context
from flask import Flask, request

from stats.app import address, parts
from stats.app.answers import FILLED, Answer, answer, failed
from stats.app.shelf import Shelf
from stats.errors import StatsError
from stats.wording import Words

_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/house.css">
{css}
</head>
<body>
<noscript><p>{noscript}</p></noscript>
{app_entry}
<script src="/plotly.js"></script>
{config}
{scripts}
{renderer}
</body>
</html>"""


_ENTRY = '<div id="react-entry-point"><p class="_dash-loading">{loading}</p></div>'
"""Where Dash puts the page, and what stands there until it does."""


class Page(Dash):
    """The Dash application: of Dash it takes the renderer, the address and the plots.

    Parameters
    ----------
    server : Flask
        The server, its guards in place already, so that they come before everything of Dash.
    shelf : Shelf
        The data.
    lang : str
        Language of an address that names none.
    """

    def __init__(self, server: Flask, shelf: Shelf, lang: str) -> None:
        self._shelf, self._lang = shelf, lang
        super().__init__(
            __name__,
            server=server,  # type: ignore[arg-type]  # Dash takes a Flask, its hints forget it
            assets_folder=str(Path(__file__).parent / "assets"),
            add_log_handler=False,
            enable_mcp=False,
            # The script sets the title, with the figures it belongs to.
            update_title="",
        )
        self.layout = parts.frame()
        outputs = [Output(name, "data" if name == "view" else "children") for name in FILLED]
        self.callback(*outputs, Input("address", "search"), on_error=self._failed)(self._filled)
        self.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("explorer", "settle"), Input("view", "data")
        )

    def interpolate_index(self, *given: Any, **named: Any) -> str:
        """Return the page before its script has run, in the language of its address."""
        words = self.words(request.query_string.decode("utf-8", "replace"))
        said = {"title": words.text("app.name"), "noscript": words.text("app.noscript"), "lang": words.lang}
        said["app_entry"] = _ENTRY.format(loading=words.text("app.loading"))
        return _INDEX.format(*given, **{**named, **said})

    def words(self, search: str) -> Words:
        """Return the words of the language an address asks for."""
        return Words(self._shelf.latest.codes, address.language(search, self._lang))

    def answer(self, search: str) -> Answer:
        """Return the answer to the query of an address, also while the data cannot be read."""
        try:
            return answer(search, self._lang, self._shelf.book())
        except StatsError as error:
            return failed(error, search, self.words(search))

    def _filled(self, search: str | None) -> tuple[Any, ...]:
        return self.answer(search or "").outputs()

    def _failed(self, error: Exception) -> tuple[Any, ...]:
        traceback.print_exception(error, file=sys.stderr)
        search = callback_context.inputs["address.search"] or ""
        return failed(error, search, self.words(search)).outputs()
