"""`hpman lsp` says what it needs."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.commands import command

if TYPE_CHECKING:
    from types import ModuleType

main = command("lsp")


def _without(monkeypatch: pytest.MonkeyPatch, module: str, error: ModuleNotFoundError) -> None:
    class Finder:
        def find_spec(self, name: str, *_more: object) -> ModuleType | None:
            if name.partition(".")[0] == module or name == module:
                raise error
            return None

    for name in [name for name in sys.modules if name.partition(".")[0] in ("pygls", "lsprotocol")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("protocol", "server"):
        monkeypatch.delitem(sys.modules, f"hpargparse.editor.{name}", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])


def test_without_pygls(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _without(monkeypatch, "lsprotocol", ModuleNotFoundError(name="lsprotocol"))
    with pytest.raises(SystemExit) as status:
        main(["--stdio"])
    assert status.value.code == 2
    assert capsys.readouterr().err == (
        "hpman lsp: error: An editor server needs pygls. "
        "`pip install 'hpman[editor]'` installs it.\n"
    )


def test_another_module_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    _without(monkeypatch, "hpargparse.editor.protocol", ModuleNotFoundError(name="attrs"))
    with pytest.raises(ModuleNotFoundError):
        main([])


def test_the_server_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[bool] = []
    server = SimpleNamespace(start_io=lambda: started.append(True))
    module = SimpleNamespace(make_server=lambda: server)
    monkeypatch.setitem(sys.modules, "hpargparse.editor.protocol", module)
    main(["--stdio"])
    assert started
