"""What yaml-language-server, which editors start, makes of the schema of `hpman schema`.

The session `yamls` installs the server, and names its file in `HPMAN_YAML_SERVER`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

import hpargparse
from hpman import HpmanError, HyperParameterManager
from tests.commands import command

if TYPE_CHECKING:
    from collections.abc import Iterator

main = command("schema")
SERVER = os.environ.get("HPMAN_YAML_SERVER", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVER, reason="the session `yamls` has it, where npm is installed"),
]
SOURCE = """\
from hpman.m import _
_("lr", 1e-3, range=[0, 1], help="step size")
_("model.act", "relu", choices=["relu", "tanh"], aliases=["act"])
_("model.depth", 3)
_("opt", {"k": 1, "free": {}})
_("flags", [True, False])
_("x", 1, optional=True)
_.scope("enc")
"""
LIMIT = 60.0  # seconds that the server may take for everything


class Server:
    """A client of the server."""

    def __init__(self) -> None:
        command = ["node", SERVER, "--stdio"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._timer = Timer(LIMIT, self._process.kill)  # then a read ends
        self._timer.start()
        self._diagnostics: dict[str, list[str]] = {}
        self._number = 0
        folder = Path.cwd().as_uri()
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}},
        }
        params = {"processId": None, "rootUri": folder, "capabilities": capabilities}
        self.ask("initialize", params)
        self._send({"method": "initialized", "params": {}})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._timer.cancel()

    def problems(self, name: str, text: str) -> list[str]:
        """Open a file, and return what the server says about it."""
        uri = Path(name).absolute().as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while uri not in self._diagnostics:
            self._receive()
        return self._diagnostics[uri]

    def ask(self, method: str, params: Any) -> Any:
        """Return the answer to a request."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]

    def at(self, method: str, name: str, line: int, character: int) -> Any:
        """Return the answer to a request about a place in a file."""
        document = {"uri": Path(name).absolute().as_uri()}
        position = {"line": line, "character": character}
        return self.ask(method, {"textDocument": document, "position": position})

    def _send(self, message: Any) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _receive(self) -> Any:
        """Read a message. Note diagnostics, and answer what the server asks."""
        assert self._process.stdout
        length = 0
        while (line := self._process.stdout.readline()) != b"\r\n":
            assert line, "the server has ended, or took too long"
            if line.startswith(b"Content-Length:"):
                length = int(line.partition(b":")[2])
        message = json.loads(self._process.stdout.read(length))
        method, params = message.get("method"), message.get("params")
        if method == "textDocument/publishDiagnostics":
            rows = [row["message"] for row in params["diagnostics"]]
            self._diagnostics[params["uri"]] = rows
        elif method == "workspace/configuration":
            settings = {"validate": True, "completion": True, "schemaStore": {"enable": False}}
            rows = [settings if item["section"] == "yaml" else {} for item in params["items"]]
            self._send({"id": message["id"], "result": rows})
        elif method and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SOURCE)
    main(["train.py", "-o", "schema.json"])
    server = Server()
    yield server
    server.close()


def named(text: str) -> str:
    return f"# yaml-language-server: $schema=schema.json\n{text}"


@pytest.mark.filterwarnings("ignore")  # about the old name
def test_it_refuses_what_a_load_refuses(server: Server) -> None:
    manager = HyperParameterManager("_").parse_source(SOURCE, "train.py")
    texts = [
        *("", "lr: 0.5", "lr: 1e-3", "lr: 1", "lr: 2", "lr: -1e-9", "lr: a", "lr: 'a'", "lr:"),
        *("lrr: 1", "model: {act: tanh}", "model: {act: x}", "model:\n  depth: 2\n  act: relu"),
        *("model: {deep: 2}", "model.depth: 2.5", "model.depth: 3", "model: 3", "act: tanh"),
        *("act: 1", "opt: {k: 2}", "opt: {k: a}", "opt: {z: 1}", "opt.k: 2", "opt.z: 2", "opt: 1"),
        *("opt: {free: {a: [1]}}", "opt.free.a: 1", "flags: [true]", "flags: [1]", "flags: true"),
        *("x: null", "x: 2", "x: '2'", "enc/lr: 0.5", "enc/lr: 5", "dec/lr: 0.5", "enc/no: 1"),
        *("include: a.json", "include: [a.json]", "include: 3", "- 1", "3", "lr: [0.5]"),
    ]
    Path("a.json").write_text("{}")
    for number, text in enumerate(texts):
        path = Path(f"{number}.yaml")
        path.write_text(text)
        problem = None
        try:
            hpargparse.load(path, manager)
        except HpmanError as error:
            problem = error
        assert bool(server.problems(path.name, named(text))) == bool(problem), (text, problem)


def test_it_completes_keys_and_values_and_shows_help(server: Server) -> None:
    text = named("model:\n  \nmodel.act: \nlr: 0.5\n\n")
    server.problems("a.yaml", text)

    def labels(line: int, character: int) -> dict[str, str]:
        found = server.at("textDocument/completion", "a.yaml", line, character)
        return {row["label"]: row.get("insertText", "") for row in found["items"]}

    keys = labels(5, 0)
    assert {"opt", "opt.k", "flags", "x", "include", "model.depth"} <= {*keys}
    assert keys["model.depth"] == "model.depth: ${1:3}"
    assert "lr" not in keys  # it is there
    assert {*labels(2, 2)} == {"act", "depth"}
    assert {"relu", "tanh"} <= {*labels(3, 11)}
    shown = server.at("textDocument/hover", "a.yaml", 4, 1)
    assert "step size" in json.dumps(shown)
    assert "train.py:2" in json.dumps(shown).replace("\\\\", "")
