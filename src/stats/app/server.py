"""The server of the page: on this machine only, and answering nobody who calls it by another name."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from stats import explore, theme
from stats.app import address, downloads
from stats.app.page import Page
from stats.app.shelf import Shelf
from stats.errors import LANGUAGES, StatsError, UnknownCodeError, UsageError
from stats.reports import assets
from stats.reports.writers.faces import font_faces
from stats.wording import Words

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
"""By what names the page may be called. A page of another site can make a browser call this machine by
the name of that site (DNS rebinding); such a call is refused."""

PROGRAM = "discipline-stats app"
ALIVE = "/alive"
"""Where a running page says what it is."""

_WAITING = 128
"""Calls that may wait to be taken up."""
_OWN = ("/", ALIVE, "/house.css", "/fonts.css", "/plotly.js", f"/{downloads.CSV}", f"/{downloads.XLSX}")
_DASH = ("/_dash-", "/assets/")


def create(data: Path | None = None, lang: str = "vi") -> Page:
    """Return the application, ready to answer.

    Parameters
    ----------
    data : Path, optional
        The data folder; by default the project's own.
    lang : {'vi', 'en'}
        Language of an address that names none.

    Raises
    ------
    UnknownCodeError
        For another language.
    DataError
        When a table has broken rows.
    """
    if lang not in LANGUAGES:
        raise UnknownCodeError.from_value(("language", "ngôn ngữ"), lang, LANGUAGES)
    server = Flask(__name__, static_folder=None)
    shelf = Shelf(data)
    server.before_request(_guard)
    page = Page(server, shelf, lang)
    _add_files(server)
    _add_downloads(server, page, shelf)
    policy = _policy(page)
    server.after_request(lambda response: _sealed(response, policy))
    # Dash looks its parts up at the first call, and one at a time: before there can be two.
    with server.test_client() as browser:
        browser.get("/", base_url=f"http://{HOST}")
    page.answer("")
    return page


def _guard() -> tuple[str, int] | None:
    """Refuse calls under another name, and addresses that lead nowhere (Dash would show the page for any)."""
    name = request.host.rpartition(":")[0] if ":" in request.host else request.host
    if name not in NAMES:
        return f"403: {PROGRAM} answers to {' and '.join(NAMES)} only.\n", 403
    if request.path not in _OWN and not request.path.startswith(_DASH):
        return _NOWHERE, 404
    return None


_NOWHERE = """<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>404</title>
<link rel="stylesheet" href="/house.css"><main><h1>Không có trang này</h1><p><a href="/">Về trang chọn số liệu</a></p>
<p lang="en">There is no such page. <a href="/?lang=en">Go to the explorer</a></p></main></html>"""


def _policy(page: Page) -> str:
    """Return the content security policy: nothing but this server, no script but those served or hashed.

    Dash and plotly.js write style elements as they go, by the hundred and different with each release: styles
    are the one thing that may stand on the page itself.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(page.csp_hashes())}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _sealed(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if not response.cache_control.max_age:
        response.headers["Cache-Control"] = "no-cache"
    return response


def _add_files(server: Flask) -> None:
    """Serve what the page carries: the style of the house, its font, plotly.js."""
    files: dict[str, tuple[str, Callable[[], str]]] = {
        "/house.css": ("text/css", lambda: f"{font_faces(theme.fonts_dir())}\n{theme.css()}"),
        "/fonts.css": ("text/css", lambda: font_faces(theme.fonts_dir())),
        "/plotly.js": ("text/javascript", assets.plotly_js),
    }
    for path, (kind, text) in files.items():

        def serve(kind: str = kind, text: Callable[[], str] = text) -> Response:
            response = Response(text(), mimetype=kind)
            response.add_etag()
            response.make_conditional(request)
            return response

        server.add_url_rule(path, path, serve)
    server.add_url_rule(ALIVE, ALIVE, lambda: {"program": PROGRAM})


def _add_downloads(server: Flask, page: Page, shelf: Shelf) -> None:
    for form in (downloads.CSV, downloads.XLSX):

        def serve(form: str = form) -> Response:
            search = request.query_string.decode("utf-8", "replace")
            words = page.words(search)
            try:
                content, name = _file(search, form, words, shelf)
            except StatsError as error:
                return Response(f"{error.text(words.lang)}\n", 404, mimetype="text/plain")
            response = Response(content, content_type=downloads.TYPES[form])
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return response

        server.add_url_rule(f"/{form}", f"/{form}", serve)


def _file(search: str, form: str, words: Words, shelf: Shelf) -> tuple[bytes, str]:
    book = shelf.book()
    asked = address.read(search, words.lang, book)
    if asked.wrong:
        raise asked.wrong[0].error
    c = asked.choice
    view = explore.look(c.body, c.period, c.indicator, actor=c.actor, lang=c.lang, book=book)
    if not view.found:
        raise UsageError(view.sentence, view.sentence)
    return (downloads.csv(view) if form == downloads.CSV else downloads.xlsx(view, words)), downloads.name(view, form)


class _Quiet(WSGIRequestHandler):
    """A handler that keeps no log of who asked what, and does not say what it is made of."""

    def log_request(self, *_: Any) -> None:
        """Keep no log of requests."""

    def version_string(self) -> str:
        """Return the name of the program."""
        return PROGRAM


def bind(port: int) -> socket.socket:
    """Return a socket on a port of this machine; 0 takes a free one.

    Raises
    ------
    UsageError
        When the port is taken, or may not be used.
    """
    try:
        return socket.create_server((HOST, port), backlog=_WAITING)
    except OSError as error:
        raise _unusable(port, error) from None


def serving(page: Page, bound: socket.socket) -> BaseWSGIServer:
    """Return the server of a page on a bound socket; a thread answers each call."""
    with bound:
        port = int(bound.getsockname()[1])
        return make_server(HOST, port, page.server, threaded=True, request_handler=_Quiet, fd=bound.fileno())


def _unusable(port: int, error: OSError) -> UsageError:
    place = f"http://{HOST}:{port}/"
    if _running(port):
        return UsageError(
            f"The page already runs at {place} - open that address, or start another one: --port {port + 1}.",
            f"Trang đã chạy sẵn tại {place} - hãy mở địa chỉ đó, hoặc chạy thêm một trang khác: --port {port + 1}.",
        )
    return UsageError(
        f"The address {place} cannot be used ({error.strerror}): another program has it, or it is not allowed. "
        f"Choose another port: --port {port + 1}.",
        f"Không dùng được địa chỉ {place} ({error.strerror}): chương trình khác đang giữ hoặc không được phép dùng. "
        f"Hãy chọn cổng khác: --port {port + 1}.",
    )


def _running(port: int) -> bool:
    """Tell whether it is this program that answers on a port."""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        with contextlib.closing(connection):
            connection.request("GET", ALIVE)
            answer = json.loads(connection.getresponse().read(1000))
            return isinstance(answer, dict) and answer.get("program") == PROGRAM
    return False


def run(port: int = 8050, lang: str = "vi", data: Path | None = None, *, browse: bool = False) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    port : int
        Port on this machine; 0 takes a free one.
    lang : {'vi', 'en'}
        Language of an address that names none.
    data : Path, optional
        The data folder; by default the project's own.
    browse : bool
        Open the page in the browser of this machine.

    Raises
    ------
    UsageError
        When the port is taken (also by this program), or for another language.
    DataError
        When a table has broken rows.
    """
    with bind(port) as bound:
        page = create(data, lang)
        server = serving(page, bound)
    place = f"http://{HOST}:{server.port}/"
    print(page.words("").text("app.ready", address=place), flush=True)
    if browse:
        webbrowser.open(place)
    server.serve_forever()
