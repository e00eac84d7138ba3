"""Two that want the same option, or the same place in the namespace.

Owns who clashes with whom, and how that is told; knows neither how options are
made nor how they are added.
"""

from __future__ import annotations

import argparse

from hpman import Diagnostic, HpmanError
from hpman._text import display_path

from .actions import BoundAction, HyperParameterAction, RequestAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .actions import Taker

# What puts nothing into a namespace.
_PLACELESS = (argparse._HelpAction, argparse._VersionAction)


class OptionConflictError(HpmanError, argparse.ArgumentError):
    """Report an option that is there already, or that two hyperparameters make."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Fill the fields of an `argparse.ArgumentError` too."""
        Exception.__init__(self, *diagnostics)
        self.diagnostics = diagnostics
        self.argument_name: str | None = None
        self.message: str = str(self)


def demand_room(
    parser: argparse.ArgumentParser,
    actions: Iterable[BoundAction],
    others: Iterable[tuple[str, BoundAction]],
) -> None:
    """Refuse options and destinations that are taken, all of them at once.

    Args:
        parser: the parser that the options are for.
        actions: the options, each with a destination of its own.
        others: more options, each with the action that it runs.

    Raises:
        OptionConflictError: some are taken.
    """
    problems: list[Diagnostic] = []
    crowded: dict[Taker, list[RequestAction]] = {}  # by what has such requests already
    for there, action, what in taken(parser, actions, others):
        owner = there.binding if isinstance(there, BoundAction) else action.binding
        is_of_another = owner is not action.binding
        if is_of_another and owner.manager is action.binding.manager:
            raise OptionConflictError(_bound_already(action))
        if is_of_another and isinstance(there, RequestAction) and isinstance(action, RequestAction):
            crowded.setdefault(owner, []).append(action)
        else:
            problems.append(conflict(there, action, what))
    problems += [_requests_of_both(owner, requests) for owner, requests in crowded.items()]
    if problems:
        raise OptionConflictError(*problems)


def demand_own_places(parser: argparse.ArgumentParser) -> None:
    """Refuse arguments that share a place in the namespace with ours, those of sub-commands too.

    What is typed for a sub-command would be lost: the values of the manager fill the places.

    Raises:
        OptionConflictError: there are some.
    """
    ours = {each.dest: each for each in parser._actions if isinstance(each, BoundAction)}
    problems = [
        conflict(each, ours[each.dest], f"`{each.dest}` of the namespace", whose)
        for each, whose in _arguments(parser, "the parser")
        if each.dest in ours
    ]
    if problems:
        raise OptionConflictError(*problems)


def _arguments(
    parser: argparse.ArgumentParser, whose: str
) -> Iterator[tuple[argparse.Action, str]]:
    """Yield the arguments of a parser and its sub-commands that are not ours, and whose each is."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below = {id(each): each for each in action.choices.values()}  # some have several names
            for each in below.values():
                yield from _arguments(each, f"`{each.prog}`")
        if not isinstance(action, (BoundAction, *_PLACELESS)):
            yield action, whose


def _bound_already(action: BoundAction) -> Diagnostic:
    """Describe a manager that is bound twice."""
    message = f"The manager `{action.binding.manager.placeholder}` is bound to this parser already."
    return Diagnostic("HPM204", message, "Call `bind` once for each manager.")


def _requests_of_both(owner: Taker, requests: list[RequestAction]) -> Diagnostic:
    """Describe the actions that two managers both ask for."""
    options = ", ".join(each.option_strings[0] for each in requests)
    manager = requests[0].binding.manager.placeholder
    return Diagnostic(
        "HPM204",
        f"The managers `{owner.manager.placeholder}` and `{manager}` both make {options}.",
        f"Give `bind` another `action_prefix` for `{manager}`, so that it has options of its own;"
        " or `inject_actions=False`: then its values are neither loaded, saved nor listed.",
    )


def taken(
    parser: argparse.ArgumentParser,
    actions: Iterable[BoundAction],
    others: Iterable[tuple[str, BoundAction]],
) -> Iterator[tuple[argparse.Action, BoundAction, str]]:
    """Yield each action that makes what another one makes, behind that other one.

    Args:
        parser: the parser that the options are for.
        actions: the options, each with a destination of its own.
        others: more options, each with the action that it runs.

    Yields:
        The action that was there, the one that clashes with it, and what both make.
    """
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


def conflict(
    there: argparse.Action, action: BoundAction, what: str, parser: str = "the parser"
) -> Diagnostic:
    """Describe two that make the same thing; the parser is that of the one that was there."""
    pair = [each for each in (there, action) if isinstance(each, HyperParameterAction)]
    managers = [_manager(each) for each in pair]
    # One manager is the usual case, and goes without saying.
    has_two = len({*managers}) > 1 or len({each.binding for each in pair}) > 1
    of = [f" of the manager `{each}`" if has_two else "" for each in managers]
    first, second = _whose(there, "".join(of[:1]), parser), _whose(action, *of[-1:])
    message = f"{first} and {second} both make {what}."
    advice = "Rename one of the two."
    if isinstance(action, RequestAction):
        advice = "Give `bind` another `action_prefix`, or leave actions out with `inject_actions`."
    name = action.name if isinstance(action, HyperParameterAction) else None
    return Diagnostic("HPM204", f"{message[0].upper()}{message[1:]}", advice, name=name)


def _manager(action: HyperParameterAction) -> str:
    """Return the placeholder of the manager that a hyperparameter belongs to."""
    for occurrence in action.hyperparameter.occurrences:
        return occurrence.placeholder
    return action.binding.manager.placeholder


def _whose(action: argparse.Action, of_manager: str = "", parser: str = "the parser") -> str:
    """Say where an option comes from."""
    if isinstance(action, HyperParameterAction):
        place = f" ({display_path(action.place)})" if action.place else ""
        return f"the hyperparameter `{action.name}`{of_manager}{place}"
    if isinstance(action, BoundAction):
        return f"the action {action.option_strings[0]}"
    words = "/".join(action.option_strings) or action.dest
    return f"the argument {words} of {parser}"


def without_option(names: list[str]) -> str:
    """Say which hyperparameters have no option, because a command has one of that name.

    >>> without_option(["help", "hp_load"])
    'No option for the hyperparameters help, hp_load: the command has its own of that name.'
    """
    some = f"hyperparameters {', '.join(names)}" if len(names) > 1 else f"hyperparameter {names[0]}"
    return f"No option for the {some}: the command has its own of that name."
