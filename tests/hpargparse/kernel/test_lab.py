"""The panel and the notes of cells, in JupyterLab in a real browser (`nox -s lab`)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.notebooks import notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

REASON = "`nox -s lab` installs JupyterLab"
websocket = pytest.importorskip("websocket", reason=REASON)
pytest.importorskip("jupyterlab", reason=REASON)
pytest.importorskip("ipywidgets", reason=REASON)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed; `apt-get install chromium`"
    ),
]
LIMIT = 45.0  # seconds to wait for anything
CELLS = (
    "from hpman.m import _\n%load_ext hpman",
    "_('lr', 0.5, range=(0, 1));",
    "%hpman panel",
    "print('lr is', _('lr'))",
)
SLIDER = "document.querySelector('.noUi-handle')"
ENTER, RIGHT = ("Enter", 13), ("ArrowRight", 39)


def _until(value: Any) -> Any:
    """Call a function until it returns something true."""
    end = time.monotonic() + LIMIT
    while not (found := value()):
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.2)
    return found


@contextmanager
def _process(*command: str, cwd: Path) -> Iterator[None]:
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(cwd / "runtime"), "HOME": str(cwd)}
    with (cwd / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log, env=env)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


class Page:
    """A page of Chromium, driven by its own protocol."""

    def __init__(self, port: int) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=20) as answer:
            pages = json.load(answer)
        url = next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"]
        self._socket = websocket.create_connection(url, timeout=60)
        self._count = 0

    def close(self) -> None:
        self._socket.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._count:
            pass
        result: dict[str, Any] = answer["result"]
        return result

    def js(self, code: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=code, returnByValue=True)
        return answer["result"].get("value")

    def press(self, key: tuple[str, int], *, shift: bool = False) -> None:
        name, number = key
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=name,
                code=name,
                modifiers=8 * shift,
                windowsVirtualKeyCode=number,
            )

    def click(self, number: int) -> None:
        """Click into a cell."""
        cell = f"document.querySelectorAll('.jp-CodeCell')[{number}].querySelector('.cm-content')"
        box = f"{cell}.scrollIntoView({{block: 'center'}}), {cell}.getBoundingClientRect()"
        code = f"(({{x, y, height}}) => [x + 20, y + height / 2])(({box}))"
        x, y = _until(lambda: self.js(code))
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def save(self, path: Path) -> None:
        path.write_bytes(b64decode(self.call("Page.captureScreenshot")["data"]))

    def run(self, number: int) -> None:
        """Run a cell."""
        self.click(number)
        self.press(ENTER, shift=True)

    def has_run(self, number: int) -> bool:
        prompt = f"document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[{number}]"
        return f"[{number + 1}]" in str(self.js(f"{prompt}?.textContent"))

    def shows(self, number: int, text: str) -> bool:
        area = f"document.querySelectorAll('.jp-CodeCell')[{number}]"
        return text in str(self.js(f"{area}?.querySelector('.jp-OutputArea')?.textContent"))


def test_a_panel_moves_a_value_and_a_cell_says_what_changed(tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_bytes(notebook(*CELLS))
    lab = (
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--allow-root"),
        *("--port=0", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"),
    )
    chromium = (
        *(str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu"),
        *("--remote-debugging-port=0", "--remote-allow-origins=*", "--window-size=1200,1000"),
        *(f"--user-data-dir={tmp_path / 'chrome'}", "about:blank"),
    )
    with _process(*lab, cwd=tmp_path), _process(*chromium, cwd=tmp_path):
        ready = tmp_path / "chrome" / "DevToolsActivePort"
        port = int(_until(lambda: ready.is_file() and ready.read_text().split("\n")[0]))
        server = _until(lambda: list((tmp_path / "runtime").glob("jpserver-*.json")))[0]
        url = json.loads(server.read_text())["url"]
        page = Page(port)
        try:
            _script(page, f"{url}lab/tree/nb.ipynb")
        finally:
            page.save(tmp_path / "lab.png")
            page.close()


def _script(page: Page, url: str) -> None:
    page.call("Page.navigate", url=url)
    status = "document.querySelector('#jp-main-statusbar')?.textContent"
    page.click(0)  # the status is that of the notebook with the focus
    _until(lambda: "| Idle" in str(page.js(status)))
    for number in range(4):
        page.run(number)
        _until(partial(page.has_run, number))
    _until(lambda: page.shows(3, "lr is 0.5"))
    _until(lambda: page.js(f"!!{SLIDER}"))
    page.js(f"{SLIDER}.focus()")
    for _ in range(20):
        page.press(RIGHT)

    def is_moved() -> bool:
        # The browser sends the last moves when the kernel has answered the first.
        if page.shows(3, "lr is ") and not page.shows(3, "lr is 0.7"):
            page.run(3)
        return page.shows(3, "lr is 0.7")

    _until(is_moved)
    page.click(1)
    page.call("Input.dispatchKeyEvent", type="keyDown", key="a", commands=["selectAll"])
    page.call("Input.insertText", text="_('lr', 0.25, range=(0, 1));")
    page.press(ENTER, shift=True)
    note = "hpman: default of lr changed 0.5 → 0.25; it stays 0.7, set by panel"
    _until(lambda: page.shows(1, note))
