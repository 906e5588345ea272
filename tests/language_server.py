"""yaml-language-server, spoken to as an editor does: over its standard input and output."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parents[1] / "node_modules/yaml-language-server/bin/yaml-language-server"


class Editor:
    """An editor with a workspace open, and the settings that VS Code would send."""

    def __init__(self, root: Path, settings: dict[str, Any]) -> None:
        self.root = root
        self.settings = settings
        self.count = 0
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.process = subprocess.Popen(
            ["node", SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        folder = {"uri": root.as_uri(), "name": root.name}
        snippets = {
            "completion": {"completionItem": {"snippetSupport": True}},
            "hover": {"contentFormat": ["markdown"]},
        }
        able = {"textDocument": snippets, "workspace": {"configuration": True, "workspaceFolders": True}}
        self.ask(
            "initialize",
            {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder], "capabilities": able},
        )
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": settings})

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def open(self, texts: dict[Path, str]) -> dict[Path, list[dict[str, Any]]]:
        """Open files with these texts, or give them to files that are open; what is wrong with each."""
        for path, text in texts.items():
            uri, self.count = path.as_uri(), self.count + 1
            document = {"uri": uri, "languageId": "yaml", "version": self.count}
            if uri in self.said:
                changed = {"textDocument": document, "contentChanges": [{"text": text}]}
                self.tell("textDocument/didChange", changed)
                del self.said[uri]
            else:
                self.tell("textDocument/didOpen", {"textDocument": {**document, "text": text}})
        while any(path.as_uri() not in self.said for path in texts):
            self.take()
        return {path: self.said[path.as_uri()] for path in texts}

    def complete(self, path: Path, line: int, character: int) -> list[dict[str, Any]]:
        found = self.ask("textDocument/completion", self.place(path, line, character))
        items: list[dict[str, Any]] = found["items"] if isinstance(found, dict) else found
        return items

    def hover(self, path: Path, line: int, character: int) -> str:
        found = self.ask("textDocument/hover", self.place(path, line, character))
        return str(found["contents"]["value"]) if found else ""

    def place(self, path: Path, line: int, character: int) -> dict[str, Any]:
        return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.count += 1
        number = self.count
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.take()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, params: dict[str, Any]) -> None:
        self.send({"method": method, "params": params})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def take(self) -> dict[str, Any]:
        """The next message; what the server asks is answered, and what is wrong with files is kept."""
        out = self.process.stdout
        assert out is not None
        size = 0
        while (head := out.readline().strip()) or not size:
            assert head, "the language server has ended"
            if head.lower().startswith(b"content-length:"):
                size = int(head.split(b":")[1])
        message: dict[str, Any] = json.loads(out.read(size))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.said[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self.send({"id": message["id"], "result": self.answer(message)})
        return message

    def answer(self, message: dict[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            return [self.settings.get(item["section"], {}) for item in message["params"]["items"]]
        return None
