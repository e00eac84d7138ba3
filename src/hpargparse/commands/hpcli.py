"""`hpcli PATH...`: list and set the hyperparameters of any sources, without running them.

Owns which arguments are paths and which are values of options; must not know how values are
read or shown.
"""

# PYTHON_ARGCOMPLETE_OK: the mark that the global completion of argcomplete looks for.

from __future__ import annotations

import argparse
import os
from itertools import pairwise

from hpman import Frozen, HpmanError, HyperParameterManager, index_of

from ..cli.argv import (
    FOLLOW_IMPORTS,
    add_follow_imports,
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
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
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
            if any(problem.code == "HPM201" for problem in getattr(error, "diagnostics", ())):
                error = _with_advice(error, prog, sources.paths)
            exit_with_errors(prog, error, paths=sources.paths)
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
    """Guess the sources, and all likely paths, before the options are known.

    An argument is certainly a path if it does not follow an option. If it does, it may be
    a value, but a Python file or a folder is likely a path.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--placeholder", nargs="?", default="_")
    parser.add_argument(FOLLOW_IMPORTS, action="store_true")
    before, after = split_at_dashes(argv)
    own, rest = parser.parse_known_args(before)
    certain, likely, option = [], [], ""
    for arg in rest:
        if arg.startswith("-"):
            option = "" if "=" in arg else arg
            continue
        if not option:
            certain.append(arg)
        if not option or arg.endswith(".py") or os.path.isdir(arg):
            likely.append(arg)
        option = ""
    if own.help or is_completing() or not [*certain, *after]:  # these show the options at once
        certain = likely
    if not (own.help or is_completing() or certain or after):
        certain = [os.curdir]
    name = own.placeholder if is_placeholder(own.placeholder or "") else "_"
    return _Sources(name, (*certain, *after), own.follow_imports), (*likely, *after)


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
        sources = _Sources(values[_PLACEHOLDER], paths, is_following)
        if sources != self.sources:
            raise _OtherSources(sources)
        index = index_of(paths, [sources.placeholder], follow_imports=is_following)
        others = sorted(index.placeholders() - {sources.placeholder})
        if others:
            options = " or ".join(map(_how_to_list, others))
            warn(self.prog, [f"there are hyperparameters of other managers: {options}"])
        return namespace, rest


def _bound_parser(
    prog: str, sources: _Sources, likely_paths: tuple[str, ...]
) -> tuple[argparse.ArgumentParser, HyperParameterManager]:
    """Return a parser with an option for each hyperparameter, and their manager.

    Raises:
        HpmanError: if the sources break a rule.
        OSError: if a source cannot be read.
    """
    parser = _Parser(
        prog=prog,
        description=_DESCRIPTION,
        epilog=_EXAMPLES.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.sources, parser.likely_paths = sources, likely_paths
    parser.add_argument(
        _PATHS,
        nargs="*",
        default=None,  # otherwise argparse lists it among the missing arguments
        metavar="PATH",
        help="a Python file or a folder (default: this folder)",
    )
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


def _with_advice(error: Any, prog: str, paths: Sequence[str]) -> HpmanError:
    """Add how to list one program where imports do not connect the files of two defaults."""
    import shlex

    from hpman.programs import connected, walk
    from hpman.text import escape, relative_path

    programs = connected(file.path for file in walk(filter(os.path.exists, paths)))
    problems = []
    for problem in error.diagnostics:
        files = {os.path.realpath(call.path): call.path for call in problem.occurrences}
        count = sum(not program.isdisjoint(files) for program in programs)
        if problem.code == "HPM201" and count > 1:
            path = shlex.quote(relative_path(next(iter(files.values()))))
            command = escape(f"{prog} {path}")
            advice = f"{problem.advice} If these are separate programs, list one: `{command}`."
            problems.append(problem.replace(advice=advice))
        else:
            problems.append(problem)
    return HpmanError(*problems)


def _how_to_list(name: str) -> str:
    if is_placeholder(name):
        return f"--placeholder {name}"
    return f"{name!r}, which `hpman explain` and `hpman check` read"
