"""One run of a parser: from the words of a command line to values in managers.

Owns the order load, command line, save, list, exit, and that a failure changes
nothing; knows neither how options are made nor how any request is carried out.
"""

from __future__ import annotations

import argparse

from hpman import HpmanError, Origin

from .actions import show
from .context import RUNNING, UNASKED, Asked, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from hpman import HyperParameterManager

    from ..snapshots.validation import Layer
    from .context import Binding, Requests

    R = TypeVar("R", bound=tuple[argparse.Namespace, list[str]])


class Session:
    """Carry out what a command line asks for, when its parser is done.

    Args:
        parser: the outermost bound parser that runs.
        given: what the namespace holds that was handed in to it, by attribute.

    Attributes:
        asked: what is asked for so far.
    """

    def __init__(self, parser: argparse.ArgumentParser, given: dict[str, object]) -> None:
        """Start with nothing asked for."""
        self._parser = parser
        self._given = given
        self.asked: Asked = Asked()
        self._requests = self.asked.by_binding

    def finish(self, namespace: argparse.Namespace) -> None:
        """Set, save, list and exit, as asked, in this order; fail before anything is set.

        Raises:
            HpmanError: a value does not fit, or a file cannot be read or written.
            argparse.ArgumentError: an option is at fault.
        """
        for binding, requests in self._requests.items():
            if any(each.default not in UNASKED for each in binding.requests.values()):
                from .requests import ask_by_default

                ask_by_default(binding, requests, namespace)
        self._share_settings()
        plans = self._plans()
        self._try(plans)
        early = {manager: manager.early_reads() for manager in plans}
        for manager, plan in plans.items():
            plan.carry_out(manager)
        if any(early.values()):
            from .stale_reads import warn_of_early_reads

            warn_of_early_reads(early, self._parser)
        for binding in self._requests:
            _fill(namespace, binding)
        if self._is_listed:
            self._list()
        if self._is_listed or any(each.actions.get("exit") for each in self._requests.values()):
            self._parser.exit(0)

    def _share_settings(self) -> None:
        """Let how files are read and written hold for each parser that one manager is bound to."""
        for binding, requests in self._requests.items():
            for other, asked in self._requests.items():
                if other.manager is not binding.manager:
                    continue
                for setting in asked.actions.keys() & {"strict", "serial_format"}:
                    requests.actions.setdefault(setting, asked.actions[setting])
                if "save" in asked.actions:  # what a format is meant for then
                    requests.actions.setdefault("save", [])

    @property
    def _is_listed(self) -> bool:
        """Whether a listing is asked for, after which nothing runs."""
        return any("list" in each.actions for each in self._requests.values())

    def _plans(self) -> dict[HyperParameterManager, Plan]:
        """Work out what each manager is to be set to: files first, then what was typed."""
        plans = {binding.manager: Plan() for binding in self._requests}
        for binding in self._requests:
            plans[binding.manager].add(*_parser_defaults(binding))
            plans[binding.manager].add(*_handed_in(binding, self._given))
        loading = {
            binding: requests
            for binding, requests in self._requests.items()
            if "load" in requests.actions
        }
        if loading:
            from .requests import demand_one_reader, load

            demand_one_reader(loading)
            for binding, requests in loading.items():
                load(binding, requests, plans[binding.manager], self._parser)
        for binding, requests in self._requests.items():
            plans[binding.manager].add(*_typed(requests))
        for binding in self._requests if not self._is_listed else ():
            if binding.required:
                from .required import demand_values

                demand_values(binding, plans[binding.manager])
        for binding in self._requests:
            if binding.limited:
                from .limits import demand_limits

                demand_limits(binding, plans[binding.manager])
        return plans

    def _try(self, plans: dict[HyperParameterManager, Plan]) -> None:
        """Try what is planned for all managers, where one could refuse it, and save it."""
        asked = self._requests
        layers = [values for plan in plans.values() for values, _origins in plan.layers]
        known = [binding.options.keys() for binding in asked]
        # One layer of options alone is set as a whole, or not at all.
        is_sure = len(layers) < 2 and all(
            any(values.keys() <= names for names in known) for values in layers
        )
        for manager, plan in plans.items() if not is_sure else ():
            plan.try_for(manager, [each for each in asked if each.manager is manager])
        if any("save" in each.actions for each in asked.values()):
            from .requests import save

            save([(each, asked[each], plans[each.manager]) for each in asked], self._parser)

    def _list(self) -> None:
        """Print the listings that are asked for."""
        from .requests import print_listings

        asked = [
            (binding.manager, requests.actions["list"])
            for binding, requests in self._requests.items()
            if "list" in requests.actions
        ]
        print_listings(asked, self._parser)


def run(
    parser: argparse.ArgumentParser,
    bindings: list[Binding],
    parse: Callable[[], R],
    namespace: argparse.Namespace | None,
    *,
    is_below: bool = False,
) -> R:
    """Run a parser inside a session: a new one, or that of the parser above it.

    Args:
        parser: the parser.
        bindings: what is bound to it.
        parse: runs it, and returns a namespace and the words that are left over.
        namespace: the namespace that was handed in; a failure leaves it as it was.
        is_below: whether the parser is that of a sub-command. Any other that runs
            meanwhile, in a `type` perhaps, asks for itself.
    """
    outer = RUNNING.asked
    if outer is not None and (is_below or parser in outer.parsers):
        outer.join(parser, bindings)
        return parse()
    before = dict(vars(namespace)) if hasattr(namespace, "__dict__") else None
    session = Session(parser, before or {})
    session.asked.join(parser, bindings)
    try:
        return _run_outermost(parser, session, parse)
    except BaseException:
        if before is not None:
            vars(namespace).clear()
            vars(namespace).update(before)
        raise
    finally:
        RUNNING.asked = outer


def _run_outermost(parser: argparse.ArgumentParser, session: Session, parse: Callable[[], R]) -> R:
    """Run a parser in a session of its own, and report mistakes as argparse does."""
    RUNNING.asked = session.asked
    try:
        result = parse()
        RUNNING.asked = None
        session.finish(result[0])
    except BrokenPipeError:  # of a standard stream: an error of a file has become one of ours
        from ..cli.output import end_quietly

        end_quietly()
    except (HpmanError, OSError, argparse.ArgumentError) as error:
        from ..cli.errors import told

        if not parser.exit_on_error:
            if isinstance(error, argparse.ArgumentError):
                raise
            raise argparse.ArgumentError(None, told(error)) from error
        parser.error(told(error))
        raise  # the parser's own `error` has come back
    finally:
        RUNNING.asked = None
    return result


def _parser_defaults(binding: Binding) -> Layer:
    """Return what `set_defaults` gave the parser since it was bound, or since its last run."""
    values = {
        name: option.parser_default()
        for name, option in binding.options.items()
        if option.default is not option.initial
        and option.default is not argparse.SUPPRESS
        and option.option_strings
    }
    return _given_by("set_defaults", values)


def _handed_in(binding: Binding, given: dict[str, object]) -> Layer:
    """Return what a namespace that was handed in holds, unless it comes from a run before.

    Raises:
        argparse.ArgumentError: a value does not fit.
    """
    values: dict[str, object] = {}
    present = binding.manager.get_values() if given else {}
    for name, option in binding.options.items() if given else ():
        value = given.get(option.dest, option.initial)
        known = (option.initial, present.get(name), binding.filled.get(name))
        if option.option_strings and not any(value is each for each in known):
            values[name] = option.checked(value)
    return _given_by("namespace", values)


def _given_by(what: str, values: dict[str, object]) -> Layer:
    """Return values with one origin, which is no option but counts as one."""
    return values, {
        name: Origin("option", text=what, value=value) for name, value in values.items()
    }


def _typed(requests: Requests) -> Layer:
    """Return what was typed."""
    values = {name: value for name, (value, _option) in requests.typed.items()}
    origins = {
        name: Origin("option", text=option, value=value)
        for name, (value, option) in requests.typed.items()
    }
    return values, origins


def _fill(namespace: argparse.Namespace, binding: Binding) -> None:
    """Put the final values into the namespace."""
    values = binding.filled = binding.manager.get_values()
    if "load" in binding.requests:
        binding.loaded = binding.requests["load"].default
    shown = {}
    for name, option in binding.options.items():
        option.initial = option.default
        if name in values and option.option_strings:  # else another option has replaced it
            shown[option.dest] = values[name]
    if type(namespace) is argparse.Namespace:
        vars(namespace).update(shown)
        return
    for dest, value in shown.items():
        show(namespace, dest, value)
