"""Whatever happens to files and texts: an editor shows what `hpman check` finds."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hpargparse.check.checker import Checker
from hpargparse.check.config import Settings
from hpargparse.editor.answers import name_place
from hpargparse.editor.workspace import Workspace, encoded
from hpman.programs import is_notebook, normalize_newlines
from tests.notebooks import notebook

NAMES = ("a.py", "b.py", "pkg/__init__.py", "pkg/c.py", "d.py", "e.ipynb")
SNIPPETS = (
    "from hpman.m import _\n",
    "from hpman.m import _, hp\n",
    "from pkg import _\n",
    "from pkg.c import *\n",
    "from . import c\n",
    "import b, pkg.c\n",
    "import builtins\nbuiltins._ = print\n",
    "_('lr', 1e-3, range=[0, 1])\n",
    "_('lr')\n",
    "_('momentum', 0.9)\n",
    "_('momentun', 0.9)\n",
    "_('m.depth', 3, choises=[3])\n",
    "_('m', 3)\n",
    "_('help', True)\n",
    "_('opt', Opt.A, aliases=['lr'])\n",
    "from d import Opt\n",
    "import enum\nclass Opt(enum.Enum):\n    A = 1\n",
    "import enum\nclass Opt(enum.Enum):\n    A = 2\n",
    "hp('x', 1, when={'lr': [1]})\nhp('lr')\n",
    "with _.scope('enc'):\n\t_('m.depth')\n_.set_value('ecn/lr', 1)\n",
    "x = '😀', _(\"é😀\", 1), _(f'{x}')  # noqa: HPM102\n",
    "for _ in range(3):\n    _('hidden', 1)\n",
    "x = _('lr',\r\n  1)\r\n",
    "if (\n",
    "'''\n",
    "# coding: latin-1\n",
    "_.parse_file('pkg')\n",
    "\f_('feed', 1)\n",
    "\f%time _('lr')\n!ls\n",
    "\f%%time\n_('lr')",
    "def f(\u2028):\n",
    "_(" + "'deep' 'er'\n, 2)\n",
)
_PIECES = st.one_of(st.sampled_from(SNIPPETS), st.text("_('lr)\n\r\t 😀,=", max_size=4))


class EditorMachine(RuleBasedStateMachine):
    """Compare the findings of a workspace with a new check of a copy of all bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hpman-"))
        self.root, self.twin = self.folder / "one", self.folder / "two"
        for root in (self.root, self.twin):
            (root / "pkg").mkdir(parents=True)
            for name in NAMES[:3]:
                (root / name).write_text(SNIPPETS[0])
        self.workspace = Workspace([str(self.root)])
        self.editor = self.workspace.root_of(str(self.root / "a.py"))
        self.open: dict[str, str] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def _put(self, name: str, text: str) -> None:
        if (self.root / name).exists():
            self.open[name] = text
            (self.twin / name).write_bytes(encoded(_text_of_file(name, text)))
            self.workspace.edit(str(self.root / name), _text_of_file(name, text))

    def _text(self, name: str) -> str:
        path = self.root / name
        data = path.read_bytes() if path.exists() and not is_notebook(name) else b""
        return self.open.get(name, data.decode(errors="replace"))

    @rule(name=st.sampled_from(NAMES))
    def start(self, name: str) -> None:
        if name not in self.open:
            self._put(name, self._text(name))

    @rule(name=st.sampled_from(NAMES), pieces=st.lists(st.sampled_from(SNIPPETS), max_size=4))
    def replace(self, name: str, pieces: list[str]) -> None:
        self._put(name, "".join(pieces))

    @rule(name=st.sampled_from(NAMES), piece=_PIECES, data=st.data())
    def edit(self, name: str, piece: str, data: st.DataObject) -> None:
        text = self._text(name)
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 6)))
        self._put(name, text[:start] + piece + text[end:])

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def save(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.open)))
        if (self.root / name).exists():
            (self.root / name).write_bytes(encoded(_text_of_file(name, self.open[name])))

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.open)))
        del self.open[name]
        self.workspace.edit(str(self.root / name), None)
        self._copy(name)
        self.workspace.refresh()

    @rule(name=st.sampled_from(NAMES), pieces=st.lists(st.sampled_from(SNIPPETS), max_size=3))
    def write(self, name: str, pieces: list[str]) -> None:
        (self.root / name).write_bytes(_text_of_file(name, "".join(pieces)).encode())
        self._copy(name)
        self.workspace.refresh()

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)
        self._copy(name)
        self.workspace.refresh()

    def _copy(self, name: str) -> None:
        if not (self.root / name).exists():
            (self.twin / name).unlink(missing_ok=True)
        elif name in self.open:
            (self.twin / name).write_bytes(encoded(_text_of_file(name, self.open[name])))
        else:
            (self.twin / name).write_bytes((self.root / name).read_bytes())

    @invariant()
    def findings_agree(self) -> None:
        checker = Checker([str(self.twin)], Settings())
        expected = [_plain(row, str(self.twin)) for row in checker.findings()]
        assert [_plain(row, str(self.root)) for row in self.editor.findings()] == expected

    @invariant()
    def places_agree(self) -> None:
        for file in self.editor.view.files.values():
            name = os.path.relpath(file.source.path, self.root)
            text = normalize_newlines(self.open[name]) if name in self.open else file.source.text
            if "coding" not in text and not is_notebook(name):
                assert file.source.text == text.removeprefix("\ufeff")
            for call in file.occurrences:
                assert call.source.text == file.source.text
                assert call.call
                name_place(call)


def _text_of_file(name: str, text: str) -> str:
    """Return the text of a file; a notebook gets a cell for each page of a text."""
    return notebook(*text.split("\f")).decode() if is_notebook(name) else text


def _plain(row: object, folder: str) -> list[object]:
    fields = ("code", "path", "line", "column", "end_line", "end_column", "message", "advice")
    values = [getattr(row, field) for field in fields]
    return [value.replace(folder, "") if isinstance(value, str) else value for value in values]


TestEditor = EditorMachine.TestCase
TestEditor.settings = settings(stateful_step_count=50)
