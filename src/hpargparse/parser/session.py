"""One parse: from a command line to values in managers.

Owns the order of the steps load, command line, save, list and exit, and leaves all
values unchanged on failure. Must not know how options are made, or how files are read.
"""

from __future__ import annotations

import argparse
from _thread import _local

from hpman import HpmanError, Origin
from hpman.names import SCOPE, ancestors

from .actions import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from hpman import HyperParameterManager

    from ..snapshots.validation import Layer
    from .parser_methods import ManagerOptions


class PlannedValues:
    """The values to set on one manager, in layers.

    Attributes:
        layers: values and their origins, by name; later layers win.
    """

    def __init__(self) -> None:
        self.layers: list[Layer] = []

    def add(self, values: dict[str, object], origins: dict[str, Origin]) -> None:
        """Add a layer on top."""
        if values:
            self.layers.append((values, origins))

    def add_options(self, typed: dict[str, tuple[object, str]]) -> None:
        """Add a layer of values, with the options that gave them as origins."""
        values = {name: value for name, (value, _option) in typed.items()}
        origins = {
            name: Origin("option", text=option, value=value)
            for name, (value, option) in typed.items()
        }
        self.add(values, origins)

    @property
    def values(self) -> dict[str, object]:
        """All values in the order in which they are set. A key after its dict changes the dict."""
        merged: dict[str, object] = {}
        for values, _origins in self.layers:
            for name, value in values.items():
                merged.pop(name, None)
                merged[name] = value
        return merged

    def unset(self, names: Iterable[str], separator: str) -> list[str]:
        """Return the names for which the plan sets neither the value nor a key inside it."""
        planned = self.values
        above = {parent for name in planned for parent in ancestors(name, separator)}
        return [name for name in names if name not in planned and name not in above]


class Session:
    """One parse by a parser and the parsers of its sub-commands.

    Attributes:
        parsers: the parsers that have run, the outermost first.
        typed: the values that were typed, with their options, by manager and name.
        requests: the requests that were typed, by binding and name.
    """

    def __init__(
        self, parser: argparse.ArgumentParser, given: dict[str, object], strict_method: str
    ) -> None:
        self.strict_method: str = strict_method
        self._parser = parser
        self._given = given
        self.parsers: list[argparse.ArgumentParser] = []
        self.typed: dict[HyperParameterManager, dict[str, tuple[object, str]]] = {}
        self.requests: dict[ManagerOptions, dict[str, Any]] = {}

    def has(self, parser: argparse.ArgumentParser) -> bool:
        """Return whether a parser runs, or is that of a sub-command of one that runs."""
        return parser in self.parsers or any(
            parser in action.choices.values()
            for running in self.parsers
            for action in running._actions
            if isinstance(action, argparse._SubParsersAction)
        )

    def join(self, parser: argparse.ArgumentParser, bindings: Iterable[ManagerOptions]) -> None:
        """Add a running parser and its bindings."""
        self.parsers.append(parser)
        for binding in bindings:
            self.requests.setdefault(binding, {})
            self.typed.setdefault(binding.manager, {})

    def setting(self, binding: ManagerOptions, name: str) -> Any:
        """Return what was requested for a manager, on any parser that it is bound to."""
        for other in (binding, *self.requests):
            if other.manager is binding.manager and name in self.requests[other]:
                return self.requests[other][name]
        return None

    def finish(self, namespace: argparse.Namespace) -> None:
        """Load, save, set, list and exit. Raise errors before anything is set."""
        if any(
            action.has_default for binding in self.requests for action in binding.requests.values()
        ):
            from .requests import add_defaults

            add_defaults(self, namespace, self._parser)
        plans = self._plans()
        self._validate(plans)
        if any("save" in requests for requests in self.requests.values()):
            from .requests import save

            save(self, plans, self._parser.prog)
        self._set(plans)
        for binding in self.requests:
            _fill(namespace, binding)
        if self._is_listing:
            from .requests import print_listings

            print_listings(self, self._parser.prog)
        if self._is_listing or any("exit" in requests for requests in self.requests.values()):
            self._parser.exit(0)

    @property
    def _is_listing(self) -> bool:
        """Whether a listing is requested, after which nothing runs."""
        return any("list" in requests for requests in self.requests.values())

    def _plans(self) -> dict[HyperParameterManager, PlannedValues]:
        """Collect the values of `set_defaults`, then of files, then of the command line."""
        plans = {manager: PlannedValues() for manager in self.typed}
        for binding in self.requests:
            plans[binding.manager].add_options(_parser_defaults(binding))
            plans[binding.manager].add_options(_namespace_values(binding, self._given))
        for binding, requests in self.requests.items():
            if "load" in requests:
                from .requests import load

                load(self, binding, plans[binding.manager], self._parser.prog)
        for manager, typed in self.typed.items():
            if plans[manager].layers:
                plans[manager].add_options(_typed_outside(manager))
            plans[manager].add_options(typed)
        return plans

    def _validate(self, plans: dict[HyperParameterManager, PlannedValues]) -> None:
        """Check that required values are given, and that all values can be set together."""
        for binding in self.requests:
            if binding.required and not self._is_listing:
                from .validation import require_values

                require_values(binding, plans[binding.manager])
            if binding.limited:
                from .validation import check_limits

                check_limits(binding, plans[binding.manager])
        options = [binding.options for binding in self.requests]
        layers = [values for plan in plans.values() for values, _origins in plan.layers]
        # A single layer of values for options cannot fail.
        if len(layers) > 1 or not all(
            any(values.keys() <= known.keys() for known in options) for values in layers
        ):
            from .validation import check_together

            for manager, plan in plans.items():
                check_together(manager, plan)

    def _set(self, plans: dict[HyperParameterManager, PlannedValues]) -> None:
        """Set the values, and warn about code that has read earlier values."""
        for manager, plan in plans.items():
            for values, origins in plan.layers:
                manager.set_values(values, origins=origins)
        reads = {manager: manager.stale_reads() for manager in plans}
        if any(reads.values()):
            from .stale_reads import warn_of_stale_reads

            warn_of_stale_reads(reads, self._parser.prog)


def _typed_outside(manager: HyperParameterManager) -> dict[str, tuple[object, str]]:
    """Return the values that were typed for `hpman run`: no file of the program overrides them."""
    from hpman.programs import preset_names

    names = filter(manager.exists, preset_names(manager))
    last = {name: manager.explain(name)[-1] for name in names}
    return {
        name: (manager.get_value(name), str(origin))
        for name, origin in last.items()
        if origin.kind == "option"
    }


def _parser_defaults(binding: ManagerOptions) -> dict[str, tuple[object, str]]:
    """Return what `set_defaults` set since the parser was bound, or since its last parse."""
    return {
        name: (option.as_default(option.default), "set_defaults")
        for name, option in binding.options.items()
        if option.default is not option.initial
        and option.default is not argparse.SUPPRESS
        and option.option_strings
    }


def _namespace_values(
    binding: ManagerOptions, given: dict[str, object]
) -> dict[str, tuple[object, str]]:
    """Return the values in the namespace, without those that an earlier parse put there."""
    current = binding.manager.get_values() if given else {}
    values = {}
    for name, option in binding.options.items() if given else ():
        value = given.get(option.dest, option.initial)
        known = (option.initial, current.get(name), binding.filled.get(name))
        if option.option_strings and not any(_is_same(value, other) for other in known):
            values[name] = (option.as_default(value), "namespace")
    return values


def _is_same(value: object, other: object) -> bool:
    """Return whether two values are one, or equal where readers of the manager get copies."""
    return value is other or (
        type(value) in (list, dict, set) and type(value) is type(other) and value == other
    )


def _fill(namespace: argparse.Namespace, binding: ManagerOptions) -> None:
    values = binding.filled = binding.manager.get_values()
    if "load" in binding.requests:
        binding.loaded = binding.requests["load"].default
    for name, option in binding.options.items():
        option.initial = option.default
        if name in values and option.option_strings:  # otherwise another option has replaced it
            show(namespace, option.dest, values[name])
    for name in [name for name in values if SCOPE in name]:
        scope, plain = binding.manager.split_scope(name)
        owners = {plain, *ancestors(plain, binding.manager.separator)}
        if scope and not owners.isdisjoint(binding.options):
            show(namespace, name, values[name])


class _Current(_local):
    """The session that runs in a thread."""

    session: Session | None = None


CURRENT = _Current()


def current_session() -> Session:
    """Return the session that runs."""
    if CURRENT.session is None:  # an action was copied, such as by `parents=`
        message = "bind the manager to this parser, not to the one that its options come from"
        raise argparse.ArgumentError(None, message)
    return CURRENT.session


def run(
    parser: argparse.ArgumentParser,
    bindings: Iterable[ManagerOptions],
    parse: Callable[[], Any],
    namespace: object,
    strict_method: str,
) -> Any:
    """Run a parser in a new session or, for a sub-command, in that of the parser above it.

    Any other parser that runs within a session, such as one in a `type` function, has its
    own session.
    """
    outer = CURRENT.session
    if outer is not None and outer.has(parser):
        outer.join(parser, bindings)
        return parse()
    session = CURRENT.session = Session(
        parser, dict(getattr(namespace, "__dict__", ())), strict_method
    )
    session.join(parser, bindings)
    try:
        result = parse()
        session.finish(result[0] if isinstance(result, tuple) else result)
    except BrokenPipeError:  # of a standard stream; errors of files become ours
        from ..cli.output import exit_quietly

        exit_quietly()
    except (HpmanError, OSError, argparse.ArgumentError) as error:
        from ..cli.errors import error_text

        if parser.exit_on_error:
            parser.error(error_text(error))
        elif not isinstance(error, argparse.ArgumentError):
            raise argparse.ArgumentError(None, error_text(error)) from error
        raise  # also if the parser's own `error` returns
    finally:
        CURRENT.session = outer
    return result
