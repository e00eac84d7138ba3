"""The options and actions of a manager on a parser.

Owns what `bind` adds to a parser and how it gets to run with it; knows neither
what values mean nor what happens when parsing is done.
"""

from __future__ import annotations

import argparse

from hpman import from_here

from .actions import ACTIONS, RequestAction
from .convert import ConversionError, Converter
from .formats import FORMATS
from .hooks import attach
from .options import BoundAction, HyperParameterAction, OptionConflictError
from .session import Binding
from .shorthands import shorthands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hpman import Diagnostic, HyperParameter, HyperParameterManager

# The hints that can be malformed.
_READ_BY_CONVERTERS = frozenset(["type", "choices", "range"])


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
            those named, of save, load, list, detail, serial_format, strict, exit.
        action_prefix: what these options begin with, in place of `hp`.
        serial_format: the format of files: auto, yaml, json or pickle.
        show_defaults: whether help shows the defaults.
        strict: whether an unknown name in a loaded file is an error.
        trust_pickle: whether a loaded pickle may run code.

    Raises:
        OptionConflictError: an option is there already.
        ConversionError: a hint is malformed.
        ValueError: an action or a format is not known.

    >>> from hpman import HyperParameterManager
    >>> _ = HyperParameterManager("_").parse_source('_("lr", 1e-3)')
    >>> parser = argparse.ArgumentParser()
    >>> bind(parser, _)
    >>> parser.parse_args(["--lr", "0.1"]).lr, _("lr")
    (0.1, 0.1)
    """
    serial_format = _known_format(serial_format)
    binding = Binding(
        manager, serial_format=serial_format, strict=strict, trust_pickle=trust_pickle
    )
    spell = _speller(parser)
    found = manager.hyperparameters()
    _demand_sound_hints(found)
    made = [*_hyperparameter_actions(found, spell, binding, show_defaults=show_defaults)]
    binding.options.update((each.name, each) for each in made)
    binding.sequences += [each for each in made if each.converter.takes_words]
    prefix = f"{action_prefix}-" if action_prefix else ""
    names = _wanted(inject_actions)
    requests = [RequestAction(binding, spell(f"{prefix}{name}"), name) for name in names]
    actions: list[BoundAction] = [*made, *requests]
    others = [*shorthands(binding.options.values(), spell, manager.separator)]
    _demand_room(parser, actions, others)
    _add(parser, actions, manager.separator)
    for option, action in others:
        binding.aliases.setdefault(option, action)
    attach(parser, binding)


def _speller(parser: argparse.ArgumentParser) -> Callable[[str], str]:
    """Return what makes an option of a name: of `weight_decay`, `--weight-decay`."""
    characters = parser.prefix_chars
    dashes = ("-" if "-" in characters else characters[0]) * 2
    return lambda name: f"{dashes}{name.replace('_', '-')}"


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
    from hpman import HyperParameterManager

    nobody = Binding(
        HyperParameterManager("_"), serial_format="auto", strict=False, trust_pickle=False
    )
    parser = argparse.ArgumentParser()
    spell = _speller(parser)
    made = [*_hyperparameter_actions(found, spell, nobody, show_defaults=False)]
    requests = [RequestAction(nobody, spell(f"hp-{name}"), name) for name in ACTIONS]
    others = shorthands(made, spell, separator)
    for there, action, what in _taken(parser, [*made, *requests], others):
        both = [each.name for each in (there, action) if isinstance(each, HyperParameterAction)]
        yield _conflict(there, action, what), both


def _hyperparameter_actions(
    found: Iterable[HyperParameter],
    spell: Callable[[str], str],
    binding: Binding,
    *,
    show_defaults: bool,
) -> Iterator[HyperParameterAction]:
    """Make the option of each hyperparameter."""
    values = binding.manager.get_values()
    for each in found:
        if not each.name:
            continue  # nothing to spell: `--` ends the options of every parser
        yield HyperParameterAction(
            each,
            spell(each.name),
            values.get(each.name),
            binding.typed,
            show_default=show_defaults,
        )


def _demand_sound_hints(found: Iterable[HyperParameter]) -> None:
    """Refuse hints that no value could be checked by, all of them at once."""
    problems: list[Diagnostic] = []
    for each in found:
        if each.hints and not _READ_BY_CONVERTERS.isdisjoint(each.hints):
            try:
                Converter(each.value, each.hints, each.name, _place(each)).demand_sound_hints()
            except ConversionError as error:
                problems += error.diagnostics
    if problems:
        raise ConversionError(*problems)


def _place(each: HyperParameter) -> str:
    """Return where a hyperparameter is defined, or else used first."""
    first = each.definition or (each.occurrences[0] if each.occurrences else None)
    return f"{first.path}:{first.line}" if first else ""


def _demand_room(
    parser: argparse.ArgumentParser,
    actions: Iterable[BoundAction],
    others: Iterable[tuple[str, BoundAction]],
) -> None:
    """Refuse options and destinations that are taken, all of them at once."""
    if problems := [_conflict(*each) for each in _taken(parser, actions, others)]:
        raise OptionConflictError(*problems)


def _taken(
    parser: argparse.ArgumentParser,
    actions: Iterable[BoundAction],
    others: Iterable[tuple[str, BoundAction]],
) -> Iterator[tuple[argparse.Action, BoundAction, str]]:
    """Yield each action that makes what another one makes, behind that other one."""
    options = dict(parser._option_string_actions)
    dests = {action.dest: action for action in parser._actions}
    refused: set[argparse.Action] = set()
    for action in actions:
        option = action.option_strings[0]
        there = options.setdefault(option, action)
        what = f"the option {option}"
        if there is action:
            there = dests.setdefault(action.dest, action)
            what = f"`{action.dest}` of the namespace"
        if there is not action:
            refused.add(action)
            yield _owner(there), action, what
    for option, action in others:
        there, owner = _owner(options.setdefault(option, action)), action.owner
        if there is not owner and owner not in refused:
            refused |= {owner, there}  # once for both is enough
            yield there, owner, f"the option {option}"


def _owner(action: argparse.Action) -> argparse.Action:
    """Return the action that an option belongs to: the hyperparameter's for its shorthands."""
    return action.owner if isinstance(action, BoundAction) else action


def _conflict(there: argparse.Action, action: BoundAction, what: str) -> Diagnostic:
    """Describe two that make the same thing."""
    message = f"{_whose(there)} and {_whose(action)} both make {what}."
    advice = "Rename one of the two."
    if isinstance(action, RequestAction):
        advice = "Give `bind` another `action_prefix`, or leave actions out with `inject_actions`."
    name = action.name if isinstance(action, HyperParameterAction) else None
    from hpman import Diagnostic

    return Diagnostic("HPM204", f"{message[0].upper()}{message[1:]}", advice, name=name)


def _add(parser: argparse.ArgumentParser, actions: Iterable[BoundAction], separator: str) -> None:
    """Add options to a parser, each to its group."""
    groups: dict[str | None, argparse._ActionsContainer] = {
        group.title: group for group in reversed(parser._action_groups)
    }
    groups[None] = parser._optionals
    for action in actions:
        title = _title(action, separator)
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        groups[title]._add_action(action)
        if not isinstance(action, HyperParameterAction):
            if parser.argument_default is argparse.SUPPRESS:
                action.default = argparse.SUPPRESS
        elif action.name in parser._defaults:  # `set_defaults` came before
            action.default = parser._defaults[action.name]


def _title(action: BoundAction, separator: str) -> str | None:
    """Return the title of an option's group: of its hint, else the branch of its name."""
    if not isinstance(action, HyperParameterAction):
        return None
    title = action.hyperparameter.hints.get("group")
    return str(title) if title is not None else action.name.rpartition(separator)[0] or None


def _known_format(serial_format: str) -> str:
    """Refuse a format that no file can have."""
    if serial_format not in FORMATS:
        raise ValueError(f"serial_format={serial_format!r} is none of {', '.join(FORMATS)}")
    return serial_format


def _wanted(inject_actions: bool | Iterable[str]) -> list[str]:  # noqa: FBT001 - the public contract
    """Return the names of the actions to add, in the order in which help shows them."""
    if isinstance(inject_actions, bool):
        return list(ACTIONS) if inject_actions else []
    names = [inject_actions] if isinstance(inject_actions, str) else list(inject_actions)
    wanted = {name.replace("-", "_") for name in names}
    if unknown := wanted - ACTIONS.keys():
        raise ValueError(
            f"inject_actions names {', '.join(map(repr, sorted(unknown)))}; "
            f"there are {', '.join(ACTIONS)}"
        )
    return [name for name in ACTIONS if name in wanted]


def _whose(action: argparse.Action) -> str:
    """Say where an option comes from."""
    if isinstance(action, HyperParameterAction):
        place = f" ({from_here(action.place)})" if action.place else ""
        return f"the hyperparameter `{action.name}`{place}"
    if isinstance(action, BoundAction):
        return f"the action {action.option_strings[0]}"
    words = "/".join(action.option_strings) or action.dest
    return f"the argument {words} of the parser"
