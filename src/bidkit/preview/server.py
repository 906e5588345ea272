"""the local page of a preview: on the loopback only, to whoever knows its token, and nothing but what is shown."""

from __future__ import annotations

import hmac
import json
import re
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

from bidkit.diagnostic import load_messages
from bidkit.preview import Desk
from bidkit.preview.pages import draw_page
from bidkit.preview.state import describe

HOST = "127.0.0.1"
_WAIT_SECONDS = 20.0
_TOKEN_BYTES = 24
_PAGE = re.compile(r"pages/([0-9a-f]{16})/([1-9][0-9]{0,4})\.png")
_STATE = re.compile(r"state/([0-9]{1,9})")
_ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Server:
    """The page of one desk, served by a thread of its own until it is closed.

    Args:
        port: 0 for any that is free. Raises OSError where it cannot be had.
    """

    def __init__(self, desk: Desk, lang: str, port: int = 0) -> None:
        self.desk, self.lang = desk, lang
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._server = _Quiet((HOST, port), _Handler)
        self._server.owner = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def close(self) -> None:
        """Serve nothing any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> tuple[str, bytes, Mapping[str, str]] | None:
        """What stands at a path below the token: its kind, its content, headers of its own; None for nothing."""
        if not path:
            nonce = secrets.token_urlsafe(_TOKEN_BYTES)
            policy = f"default-src 'none'; img-src 'self'; connect-src 'self'; style-src 'nonce-{nonce}'; "
            policy += f"script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            return "text/html; charset=utf-8", self._make_page(nonce), {"Content-Security-Policy": policy}
        if found := _STATE.fullmatch(path):
            shot = self.desk.wait(int(found[1]), _WAIT_SECONDS)
            record: dict[str, Any] = describe(shot, self.lang) if shot else {"number": 0}
            return "application/json", json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace"), {}
        if found := _PAGE.fullmatch(path):
            shot = self.desk.shot
            document = next((each for each in shot.documents if each.id == found[1]), None) if shot else None
            if document and int(found[2]) <= len(document.sizes):
                return "image/png", draw_page(document, int(found[2])), {"Cache-Control": "private, max-age=3600"}
        return None

    def _make_page(self, nonce: str) -> bytes:
        text = resources.files("bidkit.preview").joinpath("page.html").read_text(encoding="utf-8")
        labels = load_messages(self.lang)["labels"]
        words = {**labels["preview"], "fix": labels["fix"], "severities": load_messages(self.lang)["terms"]}
        kept = {**words, "severities": {name: words["severities"][name] for name in ("error", "warning", "info")}}
        shown = json.dumps(kept, ensure_ascii=False).replace("<", "\\u003c")
        return text.replace("NONCE", nonce).replace("LANG", self.lang).replace("WORDS", shown).encode()


class _Quiet(ThreadingHTTPServer):
    """Threads end with the program, and a browser that goes away is no mistake."""

    daemon_threads = True
    owner: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody is left to whom it could be told."""


class _Handler(BaseHTTPRequestHandler):
    server: _Quiet
    protocol_version = "HTTP/1.1"
    server_version = "bidkit"
    sys_version = ""

    def do_GET(self) -> None:
        """What was asked for, to whoever may have it."""
        owner = self.server.owner
        hosts = (f"{HOST}:{owner.port}", f"localhost:{owner.port}")
        token, _, rest = self.path.partition("?")[0].lstrip("/").partition("/")
        if self.headers.get("Host", "") not in hosts or not hmac.compare_digest(token.encode(), owner.token.encode()):
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"", {})
            return
        found = owner.answer(rest)
        if found is None:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"", {})
        else:
            self._send(HTTPStatus.OK, *found)

    do_HEAD = do_GET

    def _send(self, status: HTTPStatus, kind: str, content: bytes, headers: Mapping[str, str]) -> None:
        about = {"Content-Type": kind, "Content-Length": str(len(content))}
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {**_ALWAYS, **about, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a token has no place in a log."""
