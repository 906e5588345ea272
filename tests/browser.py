"""A real browser that is told what to do: Chromium over its DevTools protocol."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECONDS = 60


class Driver:
    """A page in a headless Chromium; ends it when the block does.

    Args:
        url: of the page.
        folder: for its profile.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.number = url, folder, 0

    def __enter__(self) -> Driver:
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-port=0",
            "--window-size=1400,900",
        ]
        words = [str(BROWSER), *flags, f"--user-data-dir={self.folder}", "about:blank"]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert self.process.stderr is not None
        lines = iter(self.process.stderr.readline, "")
        address = next(found[1] for line in lines if (found := re.search(r"listening on (ws://\S+)", line)))
        self.loop = asyncio.new_event_loop()
        self.socket = self.loop.run_until_complete(self._connect(address))
        target = self.send("Target.createTarget", url=self.url)["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.process.kill()
        self.process.communicate()
        self.loop.close()

    async def _connect(self, address: str) -> Any:
        from tornado.websocket import websocket_connect

        return await websocket_connect(address, max_message_size=2**26)

    def send(self, method: str, **values: Any) -> Any:
        """What the browser answers to a command."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": values}
        session = getattr(self, "session", None)
        return self.loop.run_until_complete(self._send({**message, **({"sessionId": session} if session else {})}))

    async def _send(self, message: dict[str, Any]) -> Any:
        await self.socket.write_message(json.dumps(message))
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.read_message(), SECONDS))
            if answer.get("id") == message["id"]:
                assert "result" in answer, answer
                return answer["result"]

    def run(self, script: str) -> Any:
        """What an expression comes to in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, script: str) -> None:
        """Until an expression holds."""
        deadline = time.monotonic() + SECONDS
        while not self.run(script):
            assert time.monotonic() < deadline, script
            time.sleep(0.1)

    def picture(self, path: Path) -> None:
        """What the window shows, as a PNG."""
        import base64

        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))
