"""What of the folders where this Python looks for modules is a project's own.

Owns how a project, and what is installed, are told from each other; must not know
what an import is.
"""

from __future__ import annotations

import os
import sys

# One of them stands at the root of whatever can be installed.
_MARKS = ("pyproject.toml", "setup.py", "setup.cfg")
_INSTALLED = ("site-packages", "dist-packages")
_STANDARD = os.path.dirname(os.__file__)


def holds_installed(path: str) -> bool:
    """Tell whether a folder, by its real path, is one where Python keeps what is installed.

    >>> holds_installed("/project/src"), holds_installed("/env/lib/site-packages")
    (False, True)
    """
    return os.path.basename(path) in _INSTALLED or path == os.path.realpath(_STANDARD)


def path_of_project(script: str) -> list[str]:
    """Return the folders of `sys.path` that lie in the project of a script.

    An editable install puts `src` of a project there. A project is what lies below
    the nearest folder, upwards, that can be installed.

    Args:
        script: the script.

    >>> path_of_project(os.path.join(os.sep, "no", "such", "script.py"))
    []
    """
    folder = os.path.dirname(os.path.realpath(script))
    while not any(os.path.isfile(os.path.join(folder, each)) for each in _MARKS):
        above = os.path.dirname(folder)
        if above == folder:
            return []
        folder = above
    prefixes = [os.path.realpath(each) for each in (sys.prefix, sys.base_prefix)]
    foreign = [each for each in prefixes if _is_below(each, folder)]
    ours = os.path.realpath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
    found = []
    for each in _path_behind_current():
        real = os.path.realpath(each)
        is_own = _is_below(real, folder) and not any(_is_below(real, one) for one in foreign)
        if is_own and real != ours and not holds_installed(real):
            found.append(each)
    return found


def _path_behind_current() -> list[str]:
    """Return `sys.path` without the current directory that `-m` and `-c` put in front."""
    first = sys.path[0] if sys.path else os.curdir
    is_current = not first or os.path.realpath(first) == os.path.realpath(os.curdir)
    return [each for each in sys.path[is_current:] if each]


def _is_below(path: str, folder: str) -> bool:
    """Tell whether a path is that of a folder, or below it."""
    return os.path.join(path, "").startswith(os.path.join(folder, ""))
