"""The options that ask for something to be done: load, save, list, exit.

Owns how they are spelled and what their help says; knows not how any of it is
done.
"""

from __future__ import annotations

import argparse

from .formats import FORMATS, LISTINGS
from .options import BoundAction
from .session import Binding, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# What argparse.Action takes, by the name of the action.
ACTIONS: dict[str, dict[str, Any]] = {
    "save": {
        "help": "write all values to this file, once every other option is taken into account",
    },
    "load": {
        "help": "read values from this file first; options of the command line win over it, "
        "and later files over earlier ones",
    },
    "list": {
        "nargs": "?",
        "const": "yaml",
        "choices": LISTINGS,
        "help": "print all values and exit: as yaml if nothing else is asked for, as json, with "
        "every place in the sources (detail), or with what set them (origin)",
    },
    "detail": {"nargs": 0, "const": "detail", "help": "the same as to list in detail"},
    "serial_format": {
        "choices": FORMATS,
        "help": "the format of files; auto goes by their extension (default: auto)",
    },
    "strict": {"nargs": 0, "const": True, "help": "refuse files with unknown names"},
    "exit": {"nargs": 0, "const": True, "help": "do all of this, and exit"},
}


class RequestAction(BoundAction):
    """Note what the command line asks for; it is done when parsing is.

    Args:
        binding: the binding that is asked.
        option: the option, as `--hp-save`.
        name: the action, one of `ACTIONS`.
    """

    def __init__(self, binding: Binding, option: str, name: str) -> None:
        """Take the settings of the action."""
        self.binding = binding
        self.name = name
        self.alone = "yaml"
        dest = option.lstrip(option[0]).replace("-", "_")
        settings = ACTIONS[name]
        choices = settings.get("choices")
        super().__init__(
            [option],
            dest,
            default=False if settings.get("nargs") == 0 else None,
            metavar=f"{{{','.join(choices)}}}" if choices else dest.upper(),
            **settings,
        )

    def presented(self, *, with_help: bool) -> argparse.Action:
        """Return an action without a default: help names those that there are."""
        twin = super().presented(with_help=with_help)
        twin.default = argparse.SUPPRESS  # else ArgumentDefaultsHelpFormatter shows None
        return twin

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Note the request."""
        value: Any = self.const if self.nargs == 0 else values
        session = current()
        if session is None:
            raise argparse.ArgumentError(self, "is only known to a parser that was bound")
        asked = session.requests(self.binding).actions
        if self.name in ("load", "save"):
            asked[self.name] = [*asked.get(self.name, ()), value]
        else:
            asked["list" if self.name == "detail" else self.name] = value
        shown = {"detail": True, "load": asked.get("load")}.get(self.name, value)
        setattr(namespace, self.dest, shown)
