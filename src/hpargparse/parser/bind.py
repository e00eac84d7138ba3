"""The options and actions of a manager on a parser.

Owns what `bind` adds to a parser and how it gets to run with it; knows neither
what values mean nor what happens when parsing is done.
"""

from __future__ import annotations

import argparse

from .actions import PRESENTATION, REQUESTS, SEQUENCES, HyperParameterAction, RequestAction
from .context import Binding
from .parser_class import attach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hpman import Diagnostic, HyperParameter, HyperParameterManager

    from .actions import BoundAction

    Other = tuple[str, BoundAction]


def bind(
    parser: argparse.ArgumentParser,
    manager: HyperParameterManager,
    *,
    inject_actions: bool | Iterable[str] = True,
    action_prefix: str = "hp",
    serial_format: str = "auto",
    show_defaults: bool = True,
    strict: bool = False,
    trust_pickle: bool = False,
) -> None:
    """Give a parser an option for each hyperparameter of a manager.

    When the parser has parsed, the manager holds what was typed, and the
    namespace holds the value of every hyperparameter.

    Args:
        parser: any parser; it may have arguments of its own, and get more.
        manager: the manager, with its sources parsed.
        inject_actions: whether to add `--hp-save` and the like: all, none, or
            those named, of save, load, list, detail, serial_format, strict, exit. They
            are for this manager alone; without them no file nor listing holds its values.
        action_prefix: what these options begin with, in place of `hp`.
        serial_format: auto, yaml, json or pickle; loads go by a known extension first.
        show_defaults: whether help shows the defaults.
        strict: whether an unknown name in a loaded file is an error.
        trust_pickle: whether a loaded pickle may run code.

    Raises:
        OptionConflictError: an option is there already.
        ConversionError: a hint is malformed.
        ValueError: an action or a format is not known.
        TypeError: an argument is of another kind.

    >>> from hpman import HyperParameterManager
    >>> _ = HyperParameterManager("_").parse_source('_("lr", 1e-3)')
    >>> parser = argparse.ArgumentParser()
    >>> bind(parser, _)
    >>> parser.parse_args(["--lr", "0.1"]).lr, _("lr")
    (0.1, 0.1)
    """
    _demand_kinds(parser, manager)
    binding = Binding(
        manager,
        show_defaults=show_defaults,
        serial_format=_known_format(serial_format),
        strict=strict,
        trust_pickle=trust_pickle,
    )
    _bind(parser, binding, manager.hyperparameters(), _wanted(inject_actions), action_prefix)


def bind_what_fits(parser: argparse.ArgumentParser, manager: HyperParameterManager) -> list[str]:
    """Bind a manager; a hyperparameter whose option the parser itself has goes without one.

    Args:
        parser: the parser of a command that has to cope with every program.
        manager: the manager, with its sources parsed.

    Returns:
        The names that got no option.

    Raises:
        OptionConflictError: two hyperparameters make one option.
        ConversionError: a hint is malformed.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("lr", 1); _("help", 2)')
    >>> bind_what_fits(argparse.ArgumentParser(), manager)
    ['help']
    """
    from .conflicts import OptionConflictError

    known = found = manager.hyperparameters()
    while True:
        binding = _usual(manager)
        try:
            _bind(parser, binding, found, list(REQUESTS))
        except OptionConflictError:
            crowded = {*_crowded(parser, found, manager.separator)}
            if not crowded:
                raise
            found = [each for each in found if each.name not in crowded]
        else:
            kept = {each.name for each in found}
            return [each.name for each in known if each.name not in kept]


def _bind(
    parser: argparse.ArgumentParser,
    binding: Binding,
    found: Iterable[HyperParameter],
    requests: Iterable[str],
    prefix: str = "hp",
) -> None:
    """Add the options of hyperparameters and requests to a parser, or nothing."""
    dashes = _dashes(parser)
    _demand_sound_hints(found)
    actions: list[BoundAction] = [*_hyperparameter_actions(binding, found, dashes)]
    for name in requests:
        option = _spelled(dashes, f"{prefix}-{name}" if prefix else name)
        binding.requests[name] = RequestAction(binding, option, name)
    actions += binding.requests.values()
    others = [*_other_options(binding, dashes)]
    _demand_room(parser, actions, others)
    _add(parser, actions, binding.manager.separator)
    for option, action in others:
        binding.aliases.setdefault(option, action)
    attach(parser, binding)


def clashes(
    found: Iterable[HyperParameter], separator: str
) -> Iterator[tuple[Diagnostic, list[str]]]:
    """Find what would keep hyperparameters from being bound to a parser that is new.

    Args:
        found: the hyperparameters, each with hints that are sound.
        separator: what stands between the parts of a name.

    Yields:
        What `bind` would say, and the hyperparameters that it is about.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("a_b", 1); _("a-b", 2)')
    >>> [names for _clash, names in clashes(manager.hyperparameters(), manager.separator)]
    [['a_b', 'a-b']]
    """
    from .conflicts import conflict

    for there, action, what in _taken(argparse.ArgumentParser(), found, separator):
        yield conflict(there, action, what), _names(there, action)


def _crowded(
    parser: argparse.ArgumentParser, found: Iterable[HyperParameter], separator: str
) -> Iterator[str]:
    """Yield each hyperparameter that makes what a parser or a request has."""
    for there, action, _what in _taken(parser, found, separator):
        names = _names(there, action)
        if len(names) == 1:
            yield names[0]


def _taken(
    parser: argparse.ArgumentParser, found: Iterable[HyperParameter], separator: str
) -> Iterator[tuple[argparse.Action, BoundAction, str]]:
    """Yield each pair that makes the same, among a parser, hyperparameters and requests."""
    from hpman import HyperParameterManager

    from .conflicts import taken

    nobody = _usual(HyperParameterManager("_", separator))
    dashes = _dashes(parser)
    actions: list[BoundAction] = [*_hyperparameter_actions(nobody, found, dashes)]
    actions += [RequestAction(nobody, _spelled(dashes, f"hp-{name}"), name) for name in REQUESTS]
    yield from taken(parser, actions, _other_options(nobody, dashes))


def _names(*actions: argparse.Action) -> list[str]:
    """Return the hyperparameters among some actions."""
    return [each.name for each in actions if isinstance(each, HyperParameterAction)]


def _usual(manager: HyperParameterManager) -> Binding:
    """Make the binding of a command, with what `bind` has for defaults."""
    return Binding(
        manager, show_defaults=True, serial_format="auto", strict=False, trust_pickle=None
    )


def _dashes(parser: argparse.ArgumentParser) -> str:
    """Return what the long options of a parser begin with."""
    characters = parser.prefix_chars
    return ("-" if "-" in characters else characters[0]) * 2


def _spelled(dashes: str, name: str) -> str:
    """Make an option of a name: of `weight_decay`, `--weight-decay`."""
    return dashes + name.replace("_", "-")


def _hyperparameter_actions(
    binding: Binding, found: Iterable[HyperParameter], dashes: str
) -> Iterator[HyperParameterAction]:
    """Make the option of each hyperparameter."""
    values = binding.manager.get_values()
    for each in found:
        name = each.name
        if not name:
            continue  # nothing to spell: `--` ends the options of every parser
        action = HyperParameterAction(each, _spelled(dashes, name), values.get(name), binding)
        binding.options[name] = action
        if action.kind in SEQUENCES:
            binding.sequences.append(action)
        if action.is_required:
            binding.required.append(name)
        if not PRESENTATION.issuperset(each.hints):
            binding.limited.append(name)
        yield action


def _other_options(binding: Binding, dashes: str) -> Iterator[Other]:
    """Make the options that help does not show: with underscores, for flags and for keys."""
    separator = binding.manager.separator
    for name, action in binding.options.items():
        if "_" in name:
            yield dashes + name, action
        if action.kind is bool or type(action.hyperparameter.value) is dict:
            from .aliases import shorthands

            yield from shorthands(action, lambda name: _spelled(dashes, name), separator)


def _demand_sound_hints(found: Iterable[HyperParameter]) -> None:
    """Refuse hints that no value could be checked by, all of them at once."""
    problems: list[Diagnostic] = []
    for each in found:
        if not PRESENTATION.issuperset(each.hints):
            from ..errors import ConversionError
            from ..values.convert import Converter

            try:
                Converter.of(each).check_hints()
            except ConversionError as error:
                problems += error.diagnostics
    if problems:
        raise ConversionError(*problems)


def _demand_room(
    parser: argparse.ArgumentParser, actions: Sequence[BoundAction], others: Sequence[Other]
) -> None:
    """Refuse what is taken; where a glance shows that nothing is, nobody has to look closer."""
    known = parser._option_string_actions
    options = {*known, *(action.option_strings[0] for action in actions)}
    theirs = {action.dest for action in parser._actions}
    dests = {*theirs, *(action.dest for action in actions)}
    more = dict(others)
    if (
        len(options) < len(known) + len(actions)
        or len(dests) < len(theirs) + len(actions)
        or len(more) < len(others)
        or not options.isdisjoint(more)
    ):
        from .conflicts import demand_room

        demand_room(parser, actions, others)


def _add(parser: argparse.ArgumentParser, actions: Iterable[BoundAction], separator: str) -> None:
    """Add options to a parser, each to its group."""
    groups: dict[str | None, argparse._ActionsContainer] = {
        group.title: group for group in reversed(parser._action_groups)
    }
    groups[None] = parser._optionals
    given = parser._defaults  # by a `set_defaults` that came before
    for action in actions:
        title = None
        if isinstance(action, HyperParameterAction):
            if separator in action.name or "group" in action.hyperparameter.hints:
                title = _title(action, separator)
        elif parser.argument_default is argparse.SUPPRESS:
            action.default = argparse.SUPPRESS
        if given and action.dest in given:
            action.default = given[action.dest]
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        groups[title]._add_action(action)


def _title(action: HyperParameterAction, separator: str) -> str | None:
    """Return the title of an option's group: of its hint, else the branch of its name."""
    from hpman._text import escape

    title = action.hyperparameter.hints.get("group")
    if title is None:
        title = action.name.rpartition(separator)[0]
    return escape(str(title).strip()) or None


def _known_format(serial_format: str) -> str:
    """Refuse a format that no file can have."""
    if serial_format != "auto":
        from ..snapshots.formats import FORMATS

        if serial_format not in FORMATS:
            raise ValueError(f"serial_format={serial_format!r} is none of {', '.join(FORMATS)}")
    return serial_format


def _demand_kinds(parser: object, manager: object) -> None:
    """Refuse arguments of another kind, as a parser and a manager the wrong way round."""
    from hpman import HyperParameterManager

    if not isinstance(parser, argparse.ArgumentParser):
        raise TypeError(f"{parser!r} is not a parser; give an ArgumentParser, and then the manager")
    if not isinstance(manager, HyperParameterManager):
        from ..errors import not_a_manager

        raise not_a_manager(manager)


def _wanted(inject_actions: bool | Iterable[str]) -> list[str]:  # noqa: FBT001 - the public contract
    """Return the names of the actions to add, in the order in which help shows them."""
    if isinstance(inject_actions, bool):
        return list(REQUESTS) if inject_actions else []
    try:
        names = [inject_actions] if isinstance(inject_actions, str) else list(inject_actions)
    except TypeError:
        names = [inject_actions]  # type: ignore[list-item]
    if not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"inject_actions={inject_actions!r} is neither a bool nor names of actions;"
            f" there are {', '.join(REQUESTS)}"
        )
    wanted = {name.replace("-", "_") for name in names}
    if unknown := wanted - REQUESTS.keys():
        raise ValueError(
            f"inject_actions names {', '.join(map(repr, sorted(unknown)))}; "
            f"there are {', '.join(REQUESTS)}"
        )
    return [name for name in REQUESTS if name in wanted]
