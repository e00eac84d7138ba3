"""A small project that the tests of the editor open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "train.py": """\
from hpman.m import _

import net

smile = "😀", _("lr", 1e-3, help="step size")
_("momentum", 0.9)
_("act", "relu", choices=["relu", "tanh"])
net.build()
""",
    "net.py": """\
from hpman.m import _


def build():
    return _("lr")


_.set_value("lr", 0.1)
""",
    "run.yaml": "lr: 0.01\nmomentum: 0.8\n",
    "run.json": '{"lr": 0.02}\n',
}
BROKEN = 'x = [_("mo'
FIXED = 'x = _("momentum")\n'


def write_project(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
