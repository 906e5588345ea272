"""`bidkit preview`: a page for whoever knows its token, new at every save, and nothing old called new."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Driver
from typer.testing import CliRunner
from workspace import NOW, edit, make_workspace, root_of

from bidkit.build import Options
from bidkit.cli import app
from bidkit.preview import Desk, build, follow, list_stamps
from bidkit.preview.server import HOST, Server
from bidkit.preview.state import describe

OPTIONS = Options(now=NOW)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    return make_workspace(tmp_path)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def server(desk: Desk) -> Iterator[Server]:
    server = Server(desk, "en")
    yield server
    server.close()


class TestServer:
    def test_whoever_knows_the_token_gets_a_page_that_loads_nothing_from_elsewhere(self, server: Server) -> None:
        status, headers, content = ask(server, f"/{server.token}/")
        assert status == 200
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; img-src 'self'; connect-src 'self'")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", content.decode())
        nonces = {*re.findall(rb'nonce="([^"]+)"', content)}
        assert len(nonces) == 1
        assert nonces != {*re.findall(rb'nonce="([^"]+)"', ask(server, f"/{server.token}/")[2])}

    @pytest.mark.parametrize("path", ["/", "/x/", "/x/state/0", "/state/0", "//", "/%2e%2e/", ""])
    def test_nobody_else_gets_anything(self, path: str, server: Server) -> None:
        status, _, content = ask(server, path or "/")
        assert (status, content) == (403, b"")

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "0.0.0.0", ""])
    def test_a_name_that_leads_here_from_elsewhere_is_refused(self, host: str, server: Server) -> None:
        assert ask(server, f"/{server.token}/", Host=host)[0] == 403
        assert ask(server, f"/{server.token}/", Host=f"localhost:{server.port}")[0] == 200

    @pytest.mark.parametrize(
        "path",
        ["../deal.yaml", "pages/x/1.png", f"pages/{'0' * 16}/1.png", "pages/../x", "state/x", "page.html", "state/-1"],
    )
    def test_nothing_but_what_is_shown_is_there(self, path: str, server: Server) -> None:
        assert ask(server, f"/{server.token}/{path}")[0] == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
    def test_nothing_can_be_sent(self, method: str, server: Server) -> None:
        assert ask(server, f"/{server.token}/", method)[0] == 501

    def test_it_listens_on_this_machine_alone(self, server: Server) -> None:
        assert server._server.server_address[0] == HOST
        assert len(server.token) >= 32

    def test_a_port_that_is_taken_is_told(self, deal: Path) -> None:
        with socket.socket() as taken:
            taken.bind((HOST, 0))
            taken.listen()
            words = ["preview", str(deal), "--port", str(taken.getsockname()[1]), "--lang", "en"]
            done = CliRunner().invoke(app, words)
        assert (done.exit_code, "EN60" in done.output) == (2, True)


class TestState:
    def test_findings_come_with_their_lines_and_the_gate(self, deal: Path, desk: Desk) -> None:
        edit(deal, "total: 336000.00", "total: 336000.01")
        build(deal, OPTIONS, desk)
        assert desk.shot is not None
        state = describe(desk.shot, "en")
        (found,) = [item for item in state["findings"] if item["code"] == "PR01"]
        assert found["place"].startswith("deals/water/deal.yaml:")
        assert [text for number, text in found["lines"] if number == found["line"]] == ["  total: 336000.01"]
        assert found["path"] == f"{deal.resolve().as_posix()}:{found['line']}:10"
        assert state["gate"][0]["title"] == "1 Customer analysis"
        assert state["note"]  # no LibreOffice here

    def test_markup_stays_text(self, deal: Path, desk: Desk, server: Server) -> None:
        edit(deal, "title: 澄溪水厂数据采集项目", f"title: {json.dumps(HOSTILE)}")
        build(deal, OPTIONS, desk)
        _, headers, content = ask(server, f"/{server.token}/state/0")
        assert headers["Content-Type"] == "application/json"
        assert json.loads(content)["title"] == HOSTILE

    def test_a_deal_that_cannot_be_read_shows_why(self, deal: Path, desk: Desk) -> None:
        edit(deal, "quantity: 24", "quantity: many")
        build(deal, OPTIONS, desk)
        assert desk.shot is not None
        state = describe(desk.shot, "en")
        assert [item["code"] for item in state["findings"]] == ["DL08"]
        assert (state["gate"], state["documents"], state["is_done"]) == ([], [], True)


class TestFollowing:
    def test_it_is_built_anew_when_a_file_has_changed(self, deal: Path, desk: Desk) -> None:
        shots = follow(deal, OPTIONS, root_of(deal), desk)
        first = next(shots)
        assert first.result.bid is not None
        edit(deal, "title: 澄溪水厂数据采集项目", "title: 澄溪水厂采集项目")
        second = next(shots)
        assert second.result.bid is not None
        assert (second.result.bid.deal.title, second.number) == ("澄溪水厂采集项目", first.number + 2)

    def test_whoever_waits_gets_the_next_shot(self, deal: Path, desk: Desk) -> None:
        found: list[Any] = []
        waiting = threading.Thread(target=lambda: found.append(desk.wait(0, 30)))
        waiting.start()
        build(deal, OPTIONS, desk)
        waiting.join()
        assert found[0] is not None

    def test_what_is_built_or_hidden_is_no_change(self, deal: Path) -> None:
        root = root_of(deal)
        before = list_stamps(root)
        for name in ("dist/x/a.docx", ".git/index", "deals/water/.deal.yaml.swp", "deals/water/~$a.docx"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"x")
        assert list_stamps(root) == before

    @pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
    def test_ctrl_c_ends_it_well(self, deal: Path) -> None:
        words = [sys.executable, "-m", "bidkit", "preview", str(deal), "--lang", "en"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stderr is not None
        assert re.match(r"open http://127\.0\.0\.1:\d+/[\w-]{32,}/ ", process.stdout.readline())
        assert "findings" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 0
        assert not (root_of(deal) / "dist").exists()


@pytest.mark.office
@pytest.mark.browser
def test_a_browser_shows_pages_jumps_from_a_finding_and_reloads(
    deal: Path, desk: Desk, server: Server, tmp_path: Path
) -> None:
    """One real browser from the first page to the second build: what it did is written into its own document."""
    edit(deal, "introduction: 质保期内免费维修，季度巡检。", "introduction: 质保期内免费维修，季度巡检，全国第一。")
    build(deal, OPTIONS, desk)
    assert desk.shot is not None
    first = describe(desk.shot, "en")
    pages = sum(len(each["sizes"]) for each in first["documents"])
    assert pages > 5
    (found,) = [item for item in first["findings"] if item["code"] == "FM15"]
    assert found["page"] is not None
    with Driver(server.url, tmp_path / "profile") as browser:
        browser.wait("document.querySelectorAll('figure img').length > 5")
        assert browser.run("document.querySelectorAll('figure').length") == pages
        assert browser.run("document.getElementById('state').className") == "ready"
        browser.run("[...document.querySelectorAll('.finding')].find(e => e.textContent.startsWith('FM15')).click()")
        name = f"page-{found['page'][0]}-{found['page'][1]}"
        assert browser.run("document.querySelector('figure.hit').id") == name
        top, bottom = browser.run(
            "(r => [r.top, r.bottom])(document.querySelector('figure.hit').getBoundingClientRect())"
        )
        assert top < browser.run("innerHeight") and bottom > 0
        assert "全国第一" in browser.run("document.querySelector('pre .hit').textContent")
        assert browser.run("document.querySelector('.detail a').href").startswith("vscode://file/")
        browser.wait("document.querySelector('figure.hit img').naturalWidth > 0")
        edit(deal, "，全国第一", "")
        edit(deal, "title: 澄溪水厂数据采集项目", f"title: {json.dumps(HOSTILE)}")
        build(deal, OPTIONS, desk)
        browser.wait(f"document.getElementById('title').textContent === {json.dumps(HOSTILE)}")
        assert browser.run("[...document.querySelectorAll('.finding')].every(e => !e.textContent.includes('全国第一'))")
        assert browser.run("document.querySelectorAll('header img, header script, aside img').length") == 0
        edit(deal, "quantity: 24", "quantity: many")
        build(deal, OPTIONS, desk)
        browser.wait(
            "document.querySelector('main .note')?.textContent.startsWith('These are the pages of a build before')"
        )
        assert browser.run("document.querySelectorAll('figure').length") == pages
