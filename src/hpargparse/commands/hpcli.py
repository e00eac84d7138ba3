"""`hpcli PATH...`: list and set the hyperparameters of any sources, without running them.

Owns which arguments are paths and which are values of options; must not know how values are
read or shown.
"""

# PYTHON_ARGCOMPLETE_OK: the mark that the global completion of argcomplete looks for.

from __future__ import annotations

import argparse
import os
import shlex
from itertools import pairwise

from hpman import Diagnostic, Frozen, HpmanError, HyperParameterManager, index_of
from hpman.text import escape, relative_path

from ..cli.argv import (
    FOLLOW_IMPORTS,
    add_follow_imports,
    add_paths,
    is_placeholder,
    parse_command,
    placeholder,
    split_at_dashes,
    without_mark,
)
from ..cli.errors import exit_interrupted, exit_with_errors, missing_paths
from ..cli.output import exit_with_message, warn, write_result
from ..completion import get_argv, is_completing
from ..listing import list_values
from ..parser.bind import bind_what_fits
from ..parser.conflicts import without_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DESCRIPTION = """\
List the hyperparameters of Python files and folders. The files are read, not
run, so nothing that they import has to be installed. Each hyperparameter also
becomes an option, which may stand before or after the paths."""
_EXAMPLES = """\
examples:
  {prog}                                     list all values in this folder
  {prog} train.py --hp-list detail           show where each one is used
  {prog} train.py --lr 0.1 --hp-save a.yaml  write a file for --hp-load
  {prog} src --placeholder hp                read `from hpman.m import hp`"""
_AMBIGUOUS = (
    "Cannot tell which arguments are paths and which are values of options. "
    "Put the paths first, or write --option=value."
)
# No hyperparameter has a name that needs these attributes of the namespace.
_PATHS, _PLACEHOLDER, _FOLLOW = " paths", " placeholder", " follow"


def main(args: Sequence[str] | None = None, *, prog: str = "hpcli") -> None:
    """Run the command with some arguments, by default those of the process."""
    try:
        _list(get_argv(args), prog)
    except KeyboardInterrupt:
        if args is not None:
            raise
        exit_interrupted()


def _list(argv: list[str], prog: str) -> None:
    """Parse with the options of some paths until the parser finds the same paths."""
    sources, likely_paths = _guess(argv)
    tried: list[_Sources] = []
    while sources not in tried:
        tried.append(sources)
        try:
            parser, manager = _bound_parser(prog, sources, likely_paths)
            parse_command(parser, argv)
        except _OtherSources as other:
            (sources,) = other.args
            continue
        except (HpmanError, OSError) as error:
            options = {option for option, arg in pairwise(argv) if arg in sources.paths}
            if any(option.startswith("-") for option in options - {FOLLOW_IMPORTS}):
                warn(prog, [_AMBIGUOUS])
            problems = (_with_advice(p, prog) for p in getattr(error, "diagnostics", ()))
            shown = HpmanError(*problems) if isinstance(error, HpmanError) else error
            exit_with_errors(prog, shown, paths=sources.paths)
        text, left_out = list_values(manager, "yaml")
        write_result(prog, text)
        warn(prog, left_out)
        return
    exit_with_message(prog, _AMBIGUOUS)


class _Sources(Frozen):
    """What the options of a command line depend on."""

    __slots__ = ()
    placeholder: str
    paths: tuple[str, ...]
    follow_imports: bool


class _OtherSources(Exception):
    """Raised with the sources that a parser found if it has the options of others."""


def _guess(argv: list[str]) -> tuple[_Sources, tuple[str, ...]]:
    """Guess the sources before the options are known: what does not follow an option.

    Also return all likely paths: a Python file or a folder may follow a flag.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--placeholder", nargs="?", default="_")
    parser.add_argument(FOLLOW_IMPORTS, action="store_true")
    before, after = split_at_dashes(argv)
    own, rest = parser.parse_known_args(before)
    pairs = [(previous, arg) for previous, arg in pairwise(["", *rest]) if arg[:1] != "-"]
    paths = [arg for previous, arg in pairs if previous[:1] != "-" or "=" in previous] + after
    likely = [arg for _previous, arg in pairs if arg in paths or _is_source(arg)] + after
    explains = own.help or is_completing()  # with the options of all paths, and at once
    if explains or not paths:
        paths = likely
    if not explains:
        paths = paths or [os.curdir]
    name = own.placeholder if is_placeholder(own.placeholder or "") else "_"
    return _Sources(name, tuple(paths), own.follow_imports), tuple(likely)


def _is_source(arg: str) -> bool:
    return arg.endswith(".py") or os.path.isdir(arg)


class _Parser(argparse.ArgumentParser):
    """Parses a command line, but raises before anything is done if it names other sources."""

    sources: _Sources  # whose hyperparameters have options
    likely_paths: tuple[str, ...]  # to try if there is an unknown option

    def parse_known_intermixed_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; compare the sources; mention other managers in them."""
        namespace, rest = super().parse_known_intermixed_args(args, namespace)
        values = vars(namespace)
        paths = self.likely_paths if rest else tuple(map(without_mark, values[_PATHS] or ()))
        paths = paths or (os.curdir,)
        # Once followed, imports stay followed: they may bring an option of that name.
        is_following = self.sources.follow_imports or values[_FOLLOW]
        name = values[_PLACEHOLDER]
        if (named := _Sources(name, paths, is_following)) != self.sources:
            raise _OtherSources(named)
        index = index_of(paths, [name], follow_imports=is_following)
        others = sorted(index.placeholders() - {name})
        if others:
            options = " or ".join(map(_how_to_list, others))
            warn(self.prog, [f"there are hyperparameters of other managers: {options}"])
        return namespace, rest


def _bound_parser(
    prog: str, sources: _Sources, likely_paths: tuple[str, ...]
) -> tuple[argparse.ArgumentParser, HyperParameterManager]:
    """Return a parser with an option for each hyperparameter, and their manager."""
    parser = _Parser(
        prog=prog,
        description=_DESCRIPTION,
        epilog=_EXAMPLES.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.sources, parser.likely_paths = sources, likely_paths
    add_paths(parser, "a Python file or a folder (default: this folder)", _PATHS)
    parser.add_argument(
        "--placeholder",
        default="_",
        type=placeholder,
        dest=_PLACEHOLDER,
        metavar="PLACEHOLDER",
        help="the name by which the sources import the manager (default: _)",
    )
    add_follow_imports(parser, "read", _FOLLOW)
    manager = HyperParameterManager(sources.placeholder)
    existing = filter(os.path.exists, sources.paths)  # errors in these are reported too
    manager.parse_file(existing, follow_imports=sources.follow_imports)
    # Nothing is run, so a hyperparameter without a value can be listed all the same.
    without = bind_what_fits(parser, manager, require=False)
    if missing := missing_paths(sources.paths):
        exit_with_errors(prog, *missing)
    if without:
        parser.epilog = f"{without_option(without)}\n\n{parser.epilog}"
    return parser, manager


def _with_advice(problem: Diagnostic, prog: str) -> Diagnostic:
    """Add how to list one program where several files have a default."""
    paths = [call.path for call in problem.occurrences]
    if problem.code != "HPM201" or len(set(paths)) == 1:
        return problem
    command = escape(f"{prog} {shlex.quote(relative_path(paths[0]))}")
    advice = f"{problem.advice} If these are separate programs, list one: `{command}`."
    return problem.replace(advice=advice)


def _how_to_list(name: str) -> str:
    if is_placeholder(name):
        return f"--placeholder {name}"
    return f"{name!r}, which `hpman explain` and `hpman check` read"
