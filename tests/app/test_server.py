"""The server of the page: who it answers, what it sends along, and the command that runs it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
CALLBACK = (
    '{"output":"..x..","outputs":[],"inputs":[{"id":"address","property":"search","value":""}],"changedPropIds":[]}'
)


def ask(site: str, path: str, host: str = "", method: str = "GET", body: str | None = None) -> http.client.HTTPResponse:
    """Ask for an address by a name of one's own, as a browser led astray would."""
    connection = http.client.HTTPConnection(urlsplit(site).hostname or "", urlsplit(site).port, timeout=20)
    headers = {"Host": host or urlsplit(site).netloc, "Content-Type": "application/json"}
    with closing(connection):
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
    return answer


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "127.0.0.1.evil.example", "0.0.0.0", "[::]", ""])
@pytest.mark.parametrize("path", ["/", "/csv?place=ha-noi", "/alive", "/assets/explorer.js", "/_dash-layout"])
def test_a_call_by_another_name_is_refused(host, path, site):
    answer = ask(site, path, host or "example.org")
    assert answer.status == 403
    assert b"<" not in answer.content


def test_a_callback_by_another_name_is_refused(site):
    assert ask(site, "/_dash-update-component", "evil.example", "POST", CALLBACK).status == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:9999", "127.0.0.1:1"])
def test_a_call_by_a_name_of_this_machine_is_answered(host, site):
    assert ask(site, "/", host).status == 200


@pytest.mark.parametrize("path", ["/", "/?lang=en", "/house.css", "/plotly.js", "/csv", "/xlsx", "/nowhere"])
def test_every_answer_is_sealed_and_stores_nothing(path, site):
    answer = ask(site, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Set-Cookie"] is None
    assert "Werkzeug" not in answer.headers["Server"]


def test_the_page_is_in_the_language_of_its_address_before_its_script_runs(site):
    assert b'<html lang="en">' in ask(site, "/?lang=en").content
    assert b'<html lang="vi">' in ask(site, "/").content
    carried = re.findall(rb'(?:src|href)="([^"]*)"', ask(site, "/").content)
    assert len(carried) > 5
    assert all(re.match(rb"/(?!/)", one) for one in carried)


def test_a_path_that_leads_nowhere_leads_back(site):
    answer = ask(site, "/%2e%2e/etc/passwd")
    assert answer.status == 404
    assert b'href="/"' in answer.content


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/csv?place=nowhere&lang=en", "Unknown body"),
        ("/xlsx?period=2017&lang=vi", "Chưa tìm thấy số liệu"),
        ("/csv?indicator=%3Cscript%3E", "Không có chỉ tiêu"),
    ],
)
def test_a_download_of_nothing_says_so(path, says, site):
    answer = ask(site, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert says in answer.content.decode()


def test_nothing_can_be_written_through_it(site):
    for path in ("/", "/csv", "/alive", "/assets/explorer.js"):
        assert ask(site, path, method="POST", body="{}").status in (404, 405)
        assert ask(site, path, method="PUT", body="{}").status in (404, 405)


def test_a_fault_of_the_program_is_said_on_the_page_and_in_the_terminal(monkeypatch, capsys):
    from stats.app import page, server

    def fault(*_: object) -> None:
        raise ZeroDivisionError("planted")

    made = server.create(ROOT / "data")
    monkeypatch.setattr(page, "answer", fault)
    with made.server.test_client() as browser:
        callback = browser.get("/_dash-dependencies", base_url="http://localhost").json[0]
        places = [place.rpartition(".") for place in callback["output"].strip(".").split("...")]
        asked = {"id": "address", "property": "search", "value": "?lang=en"}
        outputs = [{"id": name, "property": kind} for name, _, kind in places]
        body = {"output": callback["output"], "outputs": outputs, "inputs": [asked], "changedPropIds": []}
        answer = browser.post("/_dash-update-component", json=body, base_url="http://localhost")
    found = answer.json["response"]
    assert found["title"]["children"] == "There is no answer"
    assert "planted" in found["sentence"]["children"]
    assert found["view"]["data"]["open"] is False
    assert "ZeroDivisionError: planted" in capsys.readouterr().err


# The command


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error::DeprecationWarning:stats", "-m", "stats", "app", "--port", "0", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )


@pytest.fixture(scope="module")
def program() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command as a user runs it, and the line it prints."""
    with started("--lang", "en") as running:
        assert running.stdout
        yield running, running.stdout.readline()
        running.kill()


def test_the_command_prints_one_line_and_ends_at_once_and_quietly():
    with started() as running:
        assert running.stdout
        line = running.stdout.readline()
        assert line.startswith("Trang đã sẵn sàng")
        address = line.split()[-1]
        assert ask(address, "/").status == 200
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=20)
    assert (running.returncode, rest, errors) == (0, "", "")


def test_a_second_one_on_its_port_says_that_it_runs_already(program, cli):
    port = urlsplit(program[1].split()[-1]).port
    done = cli("app", "--port", str(port))
    assert done.returncode == 2
    assert f"Trang đã chạy sẵn tại http://127.0.0.1:{port}/" in done.stderr
    assert f"The page already runs at http://127.0.0.1:{port}/" in done.stderr
    assert done.stdout == ""


def test_a_port_of_another_program_is_named(cli):
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        done = cli("app", "--port", str(other.server_port))
        other.shutdown()
    assert done.returncode == 2
    assert "another program has it" in done.stderr
    assert "already runs" not in done.stderr


def test_a_port_nobody_answers_on_is_named(cli):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = cli("app", "--port", str(silent.getsockname()[1]))
    assert done.returncode == 2
    assert "another program has it" in done.stderr


def test_it_listens_on_this_machine_only(program):
    import psutil

    listening = [c for c in psutil.Process(program[0].pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_wrong_parameters_are_refused(cli):
    done = cli("app", "--lang", "fr", "--port", "0")
    assert done.returncode == 2
    assert "fr" in done.stderr
    assert cli("app", "--port", "99999").returncode == 2


def test_without_dash_the_command_names_what_to_install():
    hide = "import sys; sys.modules['dash'] = None; sys.argv = ['x', 'app']; from stats.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 4
    assert "pip install 'discipline-stats[app]'" in done.stderr
    assert "make setup" in done.stderr
