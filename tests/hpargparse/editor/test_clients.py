"""The twelve steps in real editors, without a screen, in `nox -s editors` and `nox -s vscode`."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hpargparse.editor.project import FILES, write_project
from tests.notebooks import notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest.importorskip("pygls", reason="`nox -s editors` installs pygls")

pytestmark = pytest.mark.slow
CLIENTS = Path(__file__).parent / "clients"
EDITORS = Path(__file__).parents[3] / "editors"
LIMIT = 240  # seconds
SILENT = ("--disable-telemetry", "--disable-update-check", "--disable-workspace-trust")
HEADLESS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")


def _environment(folder: Path, config: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HPMAN_LSP": f"{sys.executable} -m hpman lsp",
        "HPMAN_CONFIG": str(config),
        "HOME": str(folder),
        "TERM": "xterm-256color",
    }


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"`{name}` is not installed; `apt-get install` brings neovim, emacs-nox and hx")
    return path


def _project(folder: Path) -> Path:
    project = folder / "project"
    project.mkdir()
    write_project(project)
    (project / "pyproject.toml").write_text("")
    return project


def _twelve_steps(command: list[str], project: Path, config: Path) -> None:
    done = subprocess.run(
        command,
        cwd=project,
        env=_environment(project.parent, config),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "twelve steps" in done.stdout
    assert (project / "net.py").read_text().endswith('x = _("momentum")\n')


def test_neovim(tmp_path: Path) -> None:
    script = str(CLIENTS / "neovim.lua")
    command = [_program("nvim"), "--headless", "--clean", "-l", script]
    _twelve_steps(command, _project(tmp_path), EDITORS / "neovim" / "hpman.lua")


def test_emacs(tmp_path: Path) -> None:
    script = str(CLIENTS / "emacs.el")
    command = [_program("emacs"), "--batch", "-Q", "-l", script]
    _twelve_steps(command, _project(tmp_path), EDITORS / "emacs" / "hpman.el")


class Terminal:
    """Helix in a terminal of tmux."""

    def __init__(self, folder: Path, command: str, environment: dict[str, str]) -> None:
        self._tmux = [_program("tmux"), "-S", str(folder / "tmux")]
        size = ("-x", "150", "-y", "30")
        self._run("new-session", "-d", *size, command, env=environment)

    def _run(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = [*self._tmux, *arguments]
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=30, check=True
        )
        return done.stdout

    def send(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def wait(self, text: str, *keys: str) -> None:
        """Wait for a text, and send keys again and again until it is there."""
        end = time.monotonic() + LIMIT / 4
        while text not in (screen := self._run("capture-pane", "-p")):
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r} in\n{screen}")
            if keys:
                self.send(*keys)
            time.sleep(0.5)

    def close(self) -> None:
        self._run("kill-server")


def test_helix(tmp_path: Path) -> None:
    project = _project(tmp_path)
    helix = _program("hx")
    config = tmp_path / "config" / "helix"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("[editor.lsp]\ndisplay-inlay-hints = true\n")
    settings = (EDITORS / "helix" / "languages.toml").read_text()
    settings = settings.replace('command = "hpman"', f'command = "{sys.executable}"')
    settings = settings.replace('args = ["lsp"]', 'args = ["-m", "hpman", "lsp"]')
    (config / "languages.toml").write_text(settings.replace('"pylsp", ', ""))
    environment = _environment(tmp_path, config) | {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    terminal = Terminal(tmp_path, f"cd {project} && {helix} net.py:5:16", environment)
    try:
        # The server is there, and shows the default of a use.
        terminal.wait("= 1e-3", "h", "l")
        terminal.send("g", "d")
        terminal.wait("step size")
        terminal.send("Space", "r")
        terminal.wait("rename-to:")
        terminal.send("C-u", "r", "a", "t", "e", "Enter")
        terminal.wait('_("rate", 1e-3')
        terminal.send(":", "w", "a", "Enter")
        end = time.monotonic() + LIMIT / 4
        while "rate" not in (project / "run.json").read_text() and time.monotonic() < end:
            time.sleep(0.1)
        for name, text in FILES.items():
            new = text.replace('"lr"', '"rate"').replace("lr: ", "rate: ")
            assert (project / name).read_text() == new
        terminal.send(
            "G", "o", "_", "(", '"', "m", "o", "m", "e", "n", "t", "u", "n", '"', ")", "Escape"
        )
        terminal.wait("`momentun` has no default")
        terminal.send("Space", "a")
        terminal.wait("Use `momentum`")
        terminal.send("Enter")
        terminal.wait('_("momentum")')
    finally:
        terminal.close()


def test_vscode(tmp_path: Path) -> None:
    """VS Code runs as code-server, and its window in Chromium."""
    if "HPMAN_CODE_SERVER" not in os.environ:
        pytest.skip("`nox -s vscode` installs VS Code and builds its extension")
    browser, project = _program("chromium"), _project(tmp_path)
    cells = ("markdown", "# Title"), 'from hpman.m import _\n_("width", 3)', '!ls\n_("width")'
    (project / "nb.ipynb").write_bytes(notebook(*cells))
    user, extensions, result = tmp_path / "user", tmp_path / "extensions", tmp_path / "result"
    (user / "User").mkdir(parents=True)
    command = [sys.executable, "-m", "hpman", "lsp"]
    settings = {"hpman.command": command, "hpman.lenses": True}
    (user / "User" / "settings.json").write_text(json.dumps(settings))
    shutil.copytree(CLIENTS / "vscode", extensions / "hpman.probe-1.0.0")
    folders = ("--user-data-dir", str(user), "--extensions-dir", str(extensions))
    code = (os.environ["HPMAN_CODE_SERVER"], *folders)
    install = [*code, "--install-extension", os.environ["HPMAN_VSIX"]]
    environment = {**os.environ, "HOME": str(tmp_path), "HPMAN_RESULT": str(result)}
    subprocess.run(install, env=environment, check=True, timeout=LIMIT)
    port = _free_port()
    serve = [*code, "--auth", "none", "--bind-addr", f"127.0.0.1:{port}", *SILENT, str(project)]
    page = f"http://127.0.0.1:{port}/?folder={project}"
    show = [browser, *HEADLESS, f"--user-data-dir={tmp_path / 'browser'}", page]
    with _running(serve, environment):
        _wait(lambda: _answers(port))
        with _running(show, environment):
            _wait(result.exists)
    assert result.read_text() == "twelve steps\ncells\n"
    assert (project / "net.py").read_text().endswith('x = _("momentum")\n')
    texts = [
        "".join(cell["source"]) for cell in json.loads((project / "nb.ipynb").read_bytes())["cells"]
    ]
    assert texts == ["# Title", *(cell.replace("width", "size") for cell in cells[1:])]


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Run a program that starts others, and end them all."""
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(LIMIT)
