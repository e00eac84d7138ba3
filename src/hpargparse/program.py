"""The short form: one call from sources to values.

Owns the steps parse, bind, parse for a program that has nothing to add; knows
not how any of them works.
"""

from __future__ import annotations

import argparse
import os

from hpman import HpmanError, HyperParameterManager

from .completion import complete
from .parser.bind import bind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def parse_args(
    manager: HyperParameterManager,
    path: str | os.PathLike[str],
    args: Sequence[str] | None = None,
    *,
    parser: argparse.ArgumentParser | None = None,
    **options: Any,
) -> argparse.Namespace:
    """Parse sources, make a parser, bind the manager to it, and parse the command line.

    Args:
        manager: the manager.
        path: a script, which counts together with the modules of the project
            that it imports, or a folder.
        args: the words of the command line; those of the process for None.
        parser: the parser to bind to; a new one for None.
        options: what `bind` takes beside them.

    Returns:
        The namespace, with the value of each hyperparameter. A mistake in the
        sources or on the command line ends the program with status 2.

    Raises:
        TypeError: an argument is of another kind.

    >>> import tempfile
    >>> from hpman import HyperParameterManager
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     script = os.path.join(folder, "train.py")
    ...     with open(script, "w") as file:
    ...         written = file.write('_("lr", 1e-3)')
    ...     parse_args(HyperParameterManager("_"), script, ["--lr", "1"]).lr
    1.0
    """
    _demand_manager(manager)
    parser = argparse.ArgumentParser() if parser is None else parser
    try:
        manager.parse_file(path, follow_imports=not _is_folder(path))
        bind(parser, manager, **options)
    except (HpmanError, OSError) as error:
        from .cli.errors import stop

        stop(parser.prog, error)
    complete(parser)
    return parser.parse_args(args)


def _demand_manager(manager: object) -> None:
    """Refuse what is no manager."""
    if not isinstance(manager, HyperParameterManager):
        from .errors import not_a_manager

        raise not_a_manager(manager)


def _is_folder(path: object) -> bool:
    """Tell whether a path is a folder; what is no path is for others to refuse."""
    return isinstance(path, (str, os.PathLike)) and os.path.isdir(path)
