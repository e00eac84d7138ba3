"""Which names a manager can have, and that every command asks for such."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpargparse.cli.argv import is_placeholder
from hpargparse.commands.hpman import main


@pytest.mark.parametrize("name", ["_", "__", "hp", "größe", "变量", "match", "type", "ﬁ"])
def test_what_python_takes_for_a_name_is_one(name: str) -> None:
    assert is_placeholder(name)


@pytest.mark.parametrize("command", ["check", "diff", "list"])
@pytest.mark.parametrize("name", ["", " ", "a b", "a-b", "a.b", "1a", "class", "None", "_ "])
def test_another_one_is_refused_with_a_sentence(
    command: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text('from hpman.m import _\n_("lr", 1)\n')
    with pytest.raises(SystemExit) as ended:
        main([command, "a.py", "--placeholder", name])
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert "other managers" not in errors
    assert f"argument --placeholder: {name!r} must be a name that Python can import" in errors
