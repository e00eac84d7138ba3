"""Conflicts: two arguments with the same option, or the same place in the namespace.

Owns the search for conflicts, and their messages. Must not know how options are made or added.
"""

from __future__ import annotations

import argparse

from hpman import Diagnostic, HpmanError
from hpman.text import display_path

from .actions import BoundAction, HyperParameterAction, RequestAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .session import ManagerOptions

# Actions that put nothing into a namespace.
_WITHOUT_PLACE = (argparse._HelpAction, argparse._VersionAction)


class OptionConflictError(HpmanError, argparse.ArgumentError):
    """Report an option that already exists, or that two hyperparameters would have.

    Attributes:
        taken: the names of the hyperparameters whose option already exists.
    """

    taken: frozenset[str] = frozenset()

    def __init__(self, *diagnostics: Diagnostic) -> None:
        Exception.__init__(self, *diagnostics)
        self.diagnostics = diagnostics
        self.argument_name: str | None = None
        self.message: str = str(self)


def require_no_conflict(
    parser: argparse.ArgumentParser,
    actions: Iterable[BoundAction],
    aliases: Iterable[tuple[str, BoundAction]],
) -> None:
    """Raise an `OptionConflictError` for all options and namespace places that are not free."""
    problems: list[Diagnostic] = []
    shared: dict[ManagerOptions, list[RequestAction]] = {}  # by the manager that has such requests
    taken: set[str] = set()
    for other, action, what in conflicts(parser, actions, aliases):
        owner = other.binding if isinstance(other, BoundAction) else action.binding
        if owner is not action.binding and owner.manager is action.binding.manager:
            message = f"The manager `{owner.manager.placeholder}` is already bound to this parser."
            raise OptionConflictError(
                Diagnostic("HPM204", message, "Call `bind` once for each manager.")
            )
        if isinstance(other, RequestAction) and isinstance(action, RequestAction):
            shared.setdefault(owner, []).append(action)
            continue
        problems.append(conflict(other, action, what))
        names = names_of(other, action)
        if len(names) == 1:
            taken.update(names)
    problems += [_shared_requests(owner, requests) for owner, requests in shared.items()]
    if problems:
        error = OptionConflictError(*problems)
        error.taken = frozenset(taken)
        raise error


def require_own_places(parser: argparse.ArgumentParser) -> None:
    """Raise an `OptionConflictError` if another argument has the same namespace place as ours.

    The manager's value would replace that of the argument, even that of a sub-command.
    """
    ours = {action.dest: action for action in parser._actions if isinstance(action, BoundAction)}
    problems = [
        conflict(action, ours[action.dest], f"`{action.dest}` of the namespace", whose)
        for action, whose in _arguments(parser, "the parser")
        if action.dest in ours
    ]
    if problems:
        raise OptionConflictError(*problems)


def _arguments(
    parser: argparse.ArgumentParser, whose: str
) -> Iterator[tuple[argparse.Action, str]]:
    """Yield the arguments of a parser and of its sub-commands, with their parsers, without ours."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub_parser in dict.fromkeys(action.choices.values()):  # some have several names
                yield from _arguments(sub_parser, f"`{sub_parser.prog}`")
        if not isinstance(action, (BoundAction, *_WITHOUT_PLACE)):
            yield action, whose


def _shared_requests(owner: ManagerOptions, requests: list[RequestAction]) -> Diagnostic:
    options = ", ".join(action.option_strings[0] for action in requests)
    manager = requests[0].binding.manager.placeholder
    return Diagnostic(
        "HPM204",
        f"The managers `{owner.manager.placeholder}` and `{manager}` both make {options}.",
        f"Give `bind` another `action_prefix` for `{manager}`, so that it has options of its own;"
        " or `inject_actions=False`: then its values are neither loaded, saved nor listed.",
    )


def conflicts(
    parser: argparse.ArgumentParser,
    actions: Iterable[BoundAction],
    aliases: Iterable[tuple[str, BoundAction]],
) -> Iterator[tuple[argparse.Action, BoundAction, str]]:
    """Yield the conflicts of options and aliases with a parser and with one another.

    A conflict is the action that comes first, the one in conflict with it, and what both have.
    """
    options = dict(parser._option_string_actions)
    dests = {action.dest: action for action in parser._actions}
    refused: set[argparse.Action] = set()
    for action in actions:
        option = action.option_strings[0]
        other = options.setdefault(option, action)
        what = f"the option {option}"
        if other is action:
            other = dests.setdefault(action.dest, action)
            what = f"`{action.dest}` of the namespace"
        if other is not action:
            refused.add(action)
            yield _owner(other), action, what
    for option, action in aliases:
        other, owner = _owner(options.setdefault(option, action)), action.owner
        if other is not owner and owner not in refused:
            refused |= {owner, other}  # one conflict of a pair is enough
            yield other, owner, f"the option {option}"


def _owner(action: argparse.Action) -> argparse.Action:
    return action.owner if isinstance(action, BoundAction) else action


def conflict(
    other: argparse.Action, action: BoundAction, what: str, parser: str = "the parser"
) -> Diagnostic:
    """Describe a conflict of an action with another one, which may be ours too."""
    pair = [one for one in (other, action) if isinstance(one, HyperParameterAction)]
    with_manager = len({*map(_placeholder, pair)}) > 1
    first = _describe(other, parser, with_manager=with_manager)
    second = _describe(action, parser, with_manager=with_manager)
    advice = "Rename one of the two."
    if what.startswith("the option") and not isinstance(other, (BoundAction, *_WITHOUT_PLACE)):
        advice = "Delete the argument if both are the same value, or rename one of the two."
    if isinstance(action, RequestAction):
        advice = "Give `bind` another `action_prefix`, or leave actions out with `inject_actions`."
    name = action.name if isinstance(action, HyperParameterAction) else None
    message = f"{first[0].upper()}{first[1:]} and {second} both make {what}."
    return Diagnostic("HPM204", message, advice, name=name)


def _placeholder(action: HyperParameterAction) -> str:
    """Return the placeholder of a hyperparameter: `bind` may get several managers as one."""
    for occurrence in action.hyperparameter.occurrences:
        return occurrence.placeholder
    return action.binding.manager.placeholder


def _describe(action: argparse.Action, parser: str, *, with_manager: bool) -> str:
    if isinstance(action, HyperParameterAction):
        at = action.hyperparameter.definition
        place = "" if at is None else f" ({display_path(at.place)})"
        of = f" of the manager `{_placeholder(action)}`" if with_manager else ""
        return f"the hyperparameter `{action.name}`{of}{place}"
    if isinstance(action, BoundAction):
        return f"the action {action.option_strings[0]}"
    return f"the argument {'/'.join(action.option_strings) or action.dest} of {parser}"


def names_of(*actions: argparse.Action) -> list[str]:
    """Return the names of the hyperparameters among actions."""
    return [action.name for action in actions if isinstance(action, HyperParameterAction)]


def without_option(names: list[str]) -> str:
    """Return a sentence on hyperparameters whose option a command already has.

    >>> without_option(["help", "hp_load"])
    'No option for the hyperparameters help, hp_load: the command has its own option of that name.'
    """
    some = f"hyperparameters {', '.join(names)}" if len(names) > 1 else f"hyperparameter {names[0]}"
    return f"No option for the {some}: the command has its own option of that name."
