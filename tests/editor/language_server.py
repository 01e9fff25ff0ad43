"""A small client of the Language Server Protocol (3.17): one server process, asked over its standard streams."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class LanguageServer:
    """Requests are answered one after the other; what the server asks or tells in between is served here."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, settings: dict[str, Any]) -> None:
        self._process = process
        self.folder = folder
        self._settings = settings
        self._number = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}

    def request(self, method: str, params: dict[str, Any]) -> Any:
        """Ask, and wait for the answer."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._serve(message)

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def open(self, uri: str, text: str) -> None:
        """Open a document; what was said of it before no longer counts."""
        self._diagnostics.pop(uri, None)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        """What the server finds wrong with an open document, waiting until it has said so."""
        while uri not in self._diagnostics:
            self._serve(self._receive())
        return self._diagnostics[uri]

    def await_diagnostics(self, uri: str, text: str) -> None:
        """Wait until the server, which reads its settings when it likes, finds something wrong with this text."""
        self.open(uri, text)
        while not self.diagnostics(uri):
            del self._diagnostics[uri]
        self.close(uri)

    def _serve(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        if "id" not in message or "method" not in message:
            return
        result: Any = None
        if message["method"] == "workspace/configuration":
            result = [self._settings.get(item["section"]) for item in message["params"]["items"]]
        self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline()) != b"\r\n":
            assert line, "the language server has ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message


@contextmanager
def language_server(script: Path, folder: Path, settings: dict[str, Any]) -> Iterator[LanguageServer]:
    """yaml-language-server on a workspace folder. settings: by section, as an editor would hold them."""
    command = ["node", str(script), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            server = LanguageServer(process, folder, settings)
            root = folder.as_uri()
            server.request(
                "initialize",
                {
                    "processId": None,
                    "rootUri": root,
                    "workspaceFolders": [{"uri": root, "name": folder.name}],
                    "capabilities": {
                        "workspace": {"configuration": True, "workspaceFolders": True},
                        "textDocument": {
                            "completion": {
                                "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}
                            },
                            "hover": {"contentFormat": ["markdown"]},
                        },
                    },
                },
            )
            server.notify("initialized", {})
            server.notify("workspace/didChangeConfiguration", {"settings": settings})
            yield server
            server.request("shutdown", {})
            server.notify("exit", {})
            process.wait(10)
        finally:
            process.kill()
