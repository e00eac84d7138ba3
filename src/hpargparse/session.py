"""One run of a parser: from the words of a command line to values in managers.

Owns the order load, command line, save, list, exit, and that a failure changes
nothing; knows neither how options are made nor how files are laid out.
"""

from __future__ import annotations

import argparse
import sys
from _thread import _local

from hpman import HpmanError, Origin


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from hpman import HyperParameterManager

    from .options import HyperParameterAction


class Binding:
    """Hold what one call of `bind` has agreed on.

    Attributes:
        manager: the manager that gets the values.
        options: the option of each hyperparameter, by name.
        aliases: other spellings of options, which help does not show.
        serial_format: the format of files where none is asked for.
        strict: whether an unknown name in a file is an error.
        trust_pickle: whether a pickle may run code.
    """

    def __init__(
        self,
        manager: HyperParameterManager,
        *,
        serial_format: str,
        strict: bool,
        trust_pickle: bool,
    ) -> None:
        """Start without options."""
        self.manager = manager
        self.options: dict[str, HyperParameterAction] = {}
        self.aliases: dict[str, argparse.Action] = {}
        self.serial_format = serial_format
        self.strict = strict
        self.trust_pickle = trust_pickle

    def typed(self, name: str, value: object, option: str) -> None:
        """Note a value that was typed; it is set when parsing is done."""
        session = current()
        if session is not None:
            asked = session.requests(self).typed
            asked.pop(name, None)
            asked[name] = value, option


class Requests:
    """Hold what one command line asks of one binding.

    Attributes:
        typed: the values that were typed, by flat name, with their options.
        actions: what was asked for, by action: files to load, a file to save
            to, a listing, a format.
    """

    def __init__(self) -> None:
        """Start with nothing asked for."""
        self.typed: dict[str, tuple[object, str]] = {}
        self.actions: dict[str, Any] = {}


class Session:
    """Collect what is typed while a parser runs, and carry it out when it is done.

    Args:
        parser: the outermost bound parser that runs.
    """

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        """Start with nothing asked for."""
        self._parser = parser
        self._requests: dict[Binding, Requests] = {}

    def requests(self, binding: Binding) -> Requests:
        """Return what is asked of a binding so far."""
        return self._requests.setdefault(binding, Requests())

    def finish(self, namespace: argparse.Namespace) -> None:
        """Set, save, list and exit, as asked, in this order."""
        try:
            for binding, requests in self._requests.items():
                _set_values(binding, requests, self._parser)
            for binding in self._requests:
                _fill(namespace, binding)
            for binding, requests in self._requests.items():
                _save(binding, requests, self._parser)
            self._list()
        except (HpmanError, OSError) as error:
            fail(self._parser, _told(error))
        if any(requests.actions.get("exit") for requests in self._requests.values()):
            self._parser.exit(0)

    def _list(self) -> None:
        """Print the listings that are asked for, and exit."""
        if all(each.actions.get("list") is None for each in self._requests.values()):
            return
        from .listing import listed

        for binding, requests in self._requests.items():
            how = requests.actions.get("list")
            if how is not None:
                text, left_out = listed(binding.manager, how)
                sys.stdout.write(text)
                sys.stdout.flush()
                warn(self._parser, left_out)
        self._parser.exit(0)


_running = _local()


def current() -> Session | None:
    """Return the session of the parser that runs in this thread, if one does."""
    return getattr(_running, "session", None)


def run(
    parser: argparse.ArgumentParser,
    bindings: list[Binding],
    parse: Callable[[], Any],
    namespace_of: Callable[[Any], argparse.Namespace],
) -> Any:
    """Run a parser inside a session: a new one, or that of the parser around it.

    Args:
        parser: the parser.
        bindings: what is bound to it.
        parse: runs it.
        namespace_of: takes the namespace out of what it returns.
    """
    session = current()
    if session is not None:
        for binding in bindings:
            session.requests(binding)
        return parse()
    session = _running.session = Session(parser)
    for binding in bindings:
        session.requests(binding)
    try:
        result = parse()
    finally:
        _running.session = None
    session.finish(namespace_of(result))
    return result


def fail(parser: argparse.ArgumentParser, message: str) -> None:
    """Report a mistake of the user as `argparse` does: usage, a sentence, status 2."""
    if parser.exit_on_error:
        parser.error(message)
    raise argparse.ArgumentError(None, message)


def warn(parser: argparse.ArgumentParser, messages: Sequence[str]) -> None:
    """Write warnings to the standard error stream, one a line."""
    for message in messages:
        sys.stderr.write(f"{parser.prog}: warning: {message}\n")


def _told(error: Exception) -> str:
    """Put an error into words for somebody at a terminal."""
    if isinstance(error, OSError) and not isinstance(error, HpmanError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return str(error)


def _set_values(binding: Binding, requests: Requests, parser: argparse.ArgumentParser) -> None:
    """Set what files and command line say: all of it, or nothing."""
    manager, actions = binding.manager, requests.actions
    values: dict[str, object] = {}
    origins: dict[str, Origin] = {}
    for name, option in binding.options.items():
        if option.default is not option.initial:  # `set_defaults` was used on the parser
            values[name] = _parser_default(option)
            origins[name] = Origin("option", text="set_defaults", value=values[name])
            option.initial = option.default
    for path in actions.get("load") or ():
        from .transfer import read_values

        loaded = read_values(
            path,
            {name: option.converter for name, option in binding.options.items()},
            separator=manager.separator,
            serial_format=actions.get("serial_format") or binding.serial_format,
            strict=binding.strict or bool(actions.get("strict")),
            trust_pickle=binding.trust_pickle,
        )
        warn(parser, loaded.warnings)
        _put(values, origins, loaded.values, loaded.origins)
    for name, (value, option_string) in requests.typed.items():
        _put(
            values,
            origins,
            {name: value},
            {name: Origin("option", text=option_string, value=value)},
        )
    _check_required(binding, requests, values, parser)
    if values:
        manager.set_values(values, origins=origins)


def _put(
    values: dict[str, object],
    origins: dict[str, Origin],
    new: dict[str, object],
    new_origins: dict[str, Origin],
) -> None:
    """Let later values win over earlier ones, and come behind them."""
    for name, value in new.items():
        values.pop(name, None)
        values[name] = value
        origins[name] = new_origins[name]


def _parser_default(option: HyperParameterAction) -> object:
    """Return what `set_defaults` gave an option; text is read as typed text is."""
    if isinstance(option.default, str):
        return option.converter.parse(option.default)
    return option.converter.check(option.default)


def _check_required(
    binding: Binding,
    requests: Requests,
    values: dict[str, object],
    parser: argparse.ArgumentParser,
) -> None:
    """Insist on the hyperparameters that their hints require, unless only a listing is asked for."""
    required = [name for name, option in binding.options.items() if option.is_required]
    if not required or requests.actions.get("list") is not None:
        return
    missing = [name for name in required if name not in values and not _is_set(binding, name)]
    if missing:
        options = ", ".join(binding.options[name].option_strings[0] for name in missing)
        fail(parser, f"the following arguments are required: {options}")


def _is_set(binding: Binding, name: str) -> bool:
    """Tell whether something other than a default gave a hyperparameter its value."""
    try:
        chain = binding.manager.explain(name)
    except KeyError:
        return False
    return any(origin.kind not in ("source", "call") for origin in chain)


def _fill(namespace: argparse.Namespace, binding: Binding) -> None:
    """Put the final values into the namespace."""
    values = binding.manager.get_values()
    for name, option in binding.options.items():
        if name in values:
            setattr(namespace, option.dest, values[name])


def _save(binding: Binding, requests: Requests, parser: argparse.ArgumentParser) -> None:
    """Write the snapshot that is asked for."""
    path = requests.actions.get("save")
    if path is not None:
        from .snapshot import write
        from .transfer import saveable

        values, left_out = saveable(binding.manager)
        write(path, values, requests.actions.get("serial_format") or binding.serial_format)
        warn(parser, left_out)
