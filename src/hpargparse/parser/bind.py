"""`bind` and `parse_args`: a manager's options on a parser.

Owns the options that are added to a parser. Must not know what values mean, or what
happens when a parser runs.
"""

from __future__ import annotations

import argparse
import os
import sys

from hpman import HpmanError, HyperParameterManager

from .actions import PRESENTATION, REQUESTS, SEQUENCES, HyperParameterAction, RequestAction
from .session import ManagerOptions, describe_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from hpman import Diagnostic, HyperParameter, Index

    from .actions import BoundAction

    Alias = tuple[str, BoundAction]


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
        path: a script, which is parsed with the modules of its project that it
            imports, or a folder.
        args: the arguments; those of the process if this is None.
        parser: the parser to bind to; a new one if this is None.
        options: the other arguments of `bind`.

    Returns:
        The namespace, with the value of each hyperparameter. An error in the
        sources or on the command line ends the program with status 2.

    Raises:
        TypeError: an argument has the wrong type.

    >>> import tempfile
    >>> from hpman import HyperParameterManager
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     script = os.path.join(folder, "train.py")
    ...     with open(script, "w") as file:
    ...         length = file.write('_("lr", 1e-3)')
    ...     parse_args(HyperParameterManager("_"), script, ["--lr", "1"]).lr
    1.0
    """
    _require_manager(manager)
    if parser is None:
        formatter = argparse.RawDescriptionHelpFormatter
        parser = argparse.ArgumentParser(_program_name(path), formatter_class=formatter)
    try:
        manager.parse_file(path, follow_imports=not os.path.isdir(path))
        bind(parser, manager, **options)
    except (HpmanError, OSError) as error:
        from ..cli.errors import exit_with_errors

        exit_with_errors(parser.prog, error)
    warn_of_hidden_calls(parser.prog, manager.index, [manager.placeholder])
    if parser.description is None:
        describe_by(parser, os.fspath(path))
    if "_ARGCOMPLETE" in os.environ:
        from ..completion import complete

        complete(parser)
    return parser.parse_args(args)


def warn_of_hidden_calls(prog: str, index: Index, placeholders: Iterable[str]) -> None:
    """Warn about calls that will fail, because their scope binds the placeholder again."""
    calls = [
        call
        for file in index.files.values()
        for call in file.occurrences
        if call.hidden_by is not None
        and call.placeholder in placeholders
        and call.placeholder in file.managers
    ]
    if calls:
        from hpman.text import display_path, escape

        from ..cli.output import warn

        warn(
            prog,
            [
                f"{escape(display_path(call.place))}: {call.source.line_name(call.hidden_by or 1)} "
                f"binds `{call.placeholder}` to something else, so this does not call the manager; "
                "rename the other binding"
                for call in calls
            ],
        )


def _program_name(path: str | os.PathLike[str]) -> str | None:
    """Return the name of a program that runs under `python -m`; None lets argparse choose."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is None or os.path.realpath(path) != os.path.realpath(getattr(main, "__file__", "")):
        return None
    return f"python -m {spec.name.removesuffix('.__main__')}"


def bind(  # noqa: PLR0913 - all but two are keywords
    parser: argparse.ArgumentParser,
    manager: HyperParameterManager,
    *,
    only: str | Iterable[str] | None = None,
    inject_actions: bool | Iterable[str] = True,
    action_prefix: str = "hp",
    serial_format: str = "auto",
    show_defaults: bool = True,
    strict: bool = True,
    trust_pickle: bool = False,
) -> None:
    """Give a parser an option for each hyperparameter of a manager.

    After parsing, the manager has the values that were typed, and the namespace has
    the values of all hyperparameters.

    Args:
        parser: any parser. It may have other arguments, and get more later.
        manager: the manager, with its sources parsed.
        only: a glob such as `train.*`, or a list of globs and names. Only hyperparameters that
            match become options and appear in listings and saved files, in scopes too. A loaded
            file still sets all others. Parsers of sub-commands may share hyperparameters.
        inject_actions: whether to add options such as `--hp-save`: all, none, or a list
            of save, load, list, detail, serial_format, strict, exit. They apply to
            this manager only.
        action_prefix: the beginning of these options, in place of `hp`.
        serial_format: auto, yaml, json or pickle. Loading prefers a known extension.
        show_defaults: whether help shows the defaults.
        strict: whether an unknown name in a loaded file is an error, or else a warning.
        trust_pickle: whether a loaded pickle may run code.

    Raises:
        OptionConflictError: the parser has an option already.
        ConversionError: a hint is malformed.
        ValueError: an action or a format is unknown, or a glob of `only` matches nothing.
        TypeError: an argument has the wrong type.

    >>> from hpman import HyperParameterManager
    >>> _ = HyperParameterManager("_").parse_source('_("lr", 1e-3)')
    >>> parser = argparse.ArgumentParser()
    >>> bind(parser, _)
    >>> parser.parse_args(["--lr", "0.1"]).lr, _("lr")
    (0.1, 0.1)
    """
    if not isinstance(parser, argparse.ArgumentParser):
        raise TypeError(f"{parser!r} is not a parser; give an ArgumentParser, and then the manager")
    _require_manager(manager)
    if serial_format != "auto":
        from ..snapshots.formats import FORMATS

        if serial_format not in FORMATS:
            formats = ", ".join(FORMATS)
            raise ValueError(f"serial_format={serial_format!r} is not one of {formats}")
    hyperparameters = manager.hyperparameters()
    selects = None
    if only is not None:
        from .only import selection

        selects = selection(only, [hp.name for hp in hyperparameters], manager.separator)
        hyperparameters = [hp for hp in hyperparameters if selects(hp.name)]
    binding = ManagerOptions(
        manager,
        selects=selects,
        show_defaults=show_defaults,
        serial_format=serial_format,
        strict=strict,
        trust_pickle=trust_pickle,
    )
    requests = _request_names(inject_actions)
    _bind(parser, binding, hyperparameters, requests, action_prefix)


def bind_what_fits(
    parser: argparse.ArgumentParser, manager: HyperParameterManager, *, require: bool = True
) -> list[str]:
    """Bind a manager, without options for hyperparameters whose option already exists.

    Return the names without an option.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("lr", 1); _("help", 2)')
    >>> bind_what_fits(argparse.ArgumentParser(), manager)
    ['help']
    """
    from .conflicts import OptionConflictError

    hyperparameters = manager.hyperparameters()
    left_out: list[str] = []
    while True:
        binding = ManagerOptions(manager)
        fitting = [hp for hp in hyperparameters if hp.name not in left_out]
        try:
            _bind(parser, binding, fitting, REQUESTS)
        except OptionConflictError as error:
            if not error.taken:
                raise
            left_out += error.taken
        else:
            if not require:
                binding.required.clear()
            return [hp.name for hp in hyperparameters if hp.name in left_out]


def clashes(
    hyperparameters: Iterable[HyperParameter], separator: str
) -> Iterator[tuple[Diagnostic, list[str]]]:
    """Yield the conflicts that `bind` would report for a new parser, and their hyperparameters."""
    from .conflicts import conflict, conflicts, names_of

    parser = argparse.ArgumentParser()
    binding = ManagerOptions(HyperParameterManager("_", separator))
    actions, aliases = _options(parser, binding, hyperparameters, REQUESTS)
    for other, action, what in conflicts(parser, actions, aliases):
        yield conflict(other, action, what), names_of(other, action)


def options_of(hyperparameters: Iterable[HyperParameter], separator: str) -> list[frozenset[str]]:
    """Return the options that `bind` may add for each hyperparameter."""
    parser, manager = argparse.ArgumentParser(), HyperParameterManager("_", separator)
    return [
        _option_strings(*_options(parser, ManagerOptions(manager), [hp], ()))
        for hp in hyperparameters
    ]


def reserved_options() -> frozenset[str]:
    """Return the options of a new parser, and those that `bind` adds for itself."""
    parser = argparse.ArgumentParser()
    added = _options(parser, ManagerOptions(HyperParameterManager("_")), (), REQUESTS)
    return _option_strings(*added) | parser._option_string_actions.keys()


def _option_strings(actions: Iterable[BoundAction], aliases: Iterable[Alias]) -> frozenset[str]:
    options = {action.option_strings[0] for action in actions}
    return frozenset(options.union(option for option, _action in aliases))


def _bind(
    parser: argparse.ArgumentParser,
    binding: ManagerOptions,
    hyperparameters: Iterable[HyperParameter],
    requests: Iterable[str],
    prefix: str = "hp",
) -> None:
    """Add options for hyperparameters and requests to a parser, or nothing."""
    _check_hints(hyperparameters)
    actions, aliases = _options(parser, binding, hyperparameters, requests, prefix)
    _check_conflicts(parser, actions, aliases)
    _add(parser, actions, binding.manager.separator)
    for option, action in aliases:
        binding.aliases.setdefault(option, action)
    binding.attach(parser)


def _options(
    parser: argparse.ArgumentParser,
    binding: ManagerOptions,
    hyperparameters: Iterable[HyperParameter],
    requests: Iterable[str],
    prefix: str = "hp",
) -> tuple[list[BoundAction], list[Alias]]:
    dashes = ("-" if "-" in parser.prefix_chars else parser.prefix_chars[0]) * 2
    values = binding.manager.get_values()
    actions: list[BoundAction] = []
    aliases: list[Alias] = []
    for hyperparameter in hyperparameters:
        name = hyperparameter.name
        if not name:
            continue  # `--` ends the options of every parser
        option = dashes + name.replace("_", "-")
        action = HyperParameterAction(hyperparameter, option, values.get(name), binding)
        binding.options[name] = action
        actions.append(action)
        if action.kind in SEQUENCES:
            binding.sequences.append(action)
        if action.is_required:
            binding.required.append(name)
        if not PRESENTATION.issuperset(hyperparameter.hints):
            binding.limited.append(name)
        aliases += _aliases(action, dashes)
    for name in requests:
        option = dashes + (f"{prefix}-{name}" if prefix else name).replace("_", "-")
        request = binding.requests[name] = RequestAction(binding, option, name)
        if request.negation is not None:
            aliases.append((request.negation, request))
    if any("aliases" in action.hyperparameter.hints for action in binding.options.values()):
        from .aliases import old_aliases

        aliases += old_aliases(binding, aliases, dashes)
    return [*actions, *binding.requests.values()], aliases


def _aliases(action: HyperParameterAction, dashes: str) -> list[Alias]:
    aliases: list[Alias] = [(dashes + action.name, action)] if "_" in action.name else []
    if action.kind is bool or type(action.hyperparameter.value) is dict:
        from .aliases import aliases_of

        aliases += aliases_of(action, dashes)
    return aliases


def _check_hints(hyperparameters: Iterable[HyperParameter]) -> None:
    hinted = [hp for hp in hyperparameters if not PRESENTATION.issuperset(hp.hints)]
    if not hinted:
        return
    from ..errors import ConversionError
    from ..values.convert import Converter

    checks: list[Callable[[], object]] = [Converter.of(hp).check_hints for hp in hinted]
    if any("aliases" in hp.hints for hp in hinted):
        from ..values.renames import renames

        checks.append(lambda: renames([*map(Converter.of, hyperparameters)]))
    problems: list[Diagnostic] = []
    for check in checks:
        try:
            check()
        except ConversionError as error:
            problems += error.diagnostics
    if problems:
        raise ConversionError(*problems)


def _check_conflicts(
    parser: argparse.ArgumentParser, actions: Sequence[BoundAction], aliases: Sequence[Alias]
) -> None:
    """Raise an error for conflicts. Load the module with the messages only if there are any."""
    options = [*parser._option_string_actions, *(option for option, _action in aliases)]
    options += [action.option_strings[0] for action in actions]
    dests = [*{action.dest for action in parser._actions}, *(action.dest for action in actions)]
    if len({*options}) < len(options) or len({*dests}) < len(dests):
        from .conflicts import require_no_conflict

        require_no_conflict(parser, actions, aliases)


def _add(parser: argparse.ArgumentParser, actions: Iterable[BoundAction], separator: str) -> None:
    groups: dict[str | None, argparse._ActionsContainer] = {
        group.title: group for group in reversed(parser._action_groups)
    }
    groups[None] = parser._optionals
    defaults = parser._defaults  # of `set_defaults`
    for action in actions:
        title = None
        if isinstance(action, HyperParameterAction):
            if separator in action.name or "group" in action.hyperparameter.hints:
                title = _title(action, separator)
        elif parser.argument_default is argparse.SUPPRESS:
            action.default = argparse.SUPPRESS
        if defaults and action.dest in defaults:
            action.default = defaults[action.dest]
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        groups[title]._add_action(action)


def _title(action: HyperParameterAction, separator: str) -> str | None:
    """Return the title of an option's group: its hint, else the branch of its name."""
    from hpman.text import escape

    title = action.hyperparameter.hints.get("group")
    if title is None:
        title = action.name.rpartition(separator)[0]
    return escape(str(title).strip()) or None


def _require_manager(manager: object) -> None:
    if not isinstance(manager, HyperParameterManager):
        from ..errors import not_a_manager

        raise not_a_manager(manager)


def _request_names(inject_actions: bool | Iterable[str]) -> list[str]:  # noqa: FBT001 - as in `bind`
    """Return the names of the requests to add, in the order of help."""
    if isinstance(inject_actions, bool):
        return list(REQUESTS) if inject_actions else []
    names = [inject_actions] if isinstance(inject_actions, str) else inject_actions
    wanted = {str(name).replace("-", "_") for name in names}
    if unknown := wanted - REQUESTS.keys():
        shown, valid = ", ".join(map(repr, sorted(unknown))), ", ".join(REQUESTS)
        raise ValueError(f"inject_actions has unknown actions: {shown}; there are {valid}")
    return [name for name in REQUESTS if name in wanted]
