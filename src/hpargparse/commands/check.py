"""`hpman check [PATH...]`: find mistakes in how hyperparameters are written.

Owns the command line of this command; knows no rule and no layout of a report.
"""

from __future__ import annotations

import os

from ..check.config import Config, ConfigError, configured_for
from ..check.ownership import gather
from ..check.registry import CATALOGUE, explained
from ..check.rules import applied
from ..check.selection import Selection, UnknownCodeError, known, rules_of
from ..cli.argv import add_follow_imports, command_parser, parsed
from ..cli.errors import stop
from ..cli.output import answer, refuse, shows_colours
from ..cli.placeholders import placeholder
from ..completion import complete, get_argv

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..check.findings import Finding

_DESCRIPTION = """\
Find mistakes in how hyperparameters are written. The sources are read, not run.
The status is 1 if anything is found, be it an error or a warning, 2 if the
check cannot be made, else 0."""
_CODES = "\n".join(f"  {rule.code}  {rule.severity:8} {rule.name}" for rule in CATALOGUE.values())
_EPILOG = f"""\
codes:
{_CODES}

`# noqa` or `# noqa: HPM102` at a line of a call leaves that call out. Settings
of a project stand in [tool.hpman] of the nearest pyproject.toml that has them,
in or above the folder that all of PATH are in, else the current one: select,
ignore, exclude, placeholder, and the table per-file-ignores. The command line
wins over them."""
_FORMATS = ("text", "json", "github", "sarif")


def main(args: Sequence[str] | None = None, *, prog: str = "hpman check") -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
        prog: what the command is called in help and errors.
    """
    parser = _parser(prog)
    complete(parser)
    asked = parsed(parser, get_argv(args))
    asked.paths = asked.paths or [os.curdir]
    try:
        if asked.explain:
            text, status = _explained(asked.explain), 0
        else:
            text, status = _checked(asked)
    except (UnknownCodeError, ConfigError) as error:
        refuse(prog, str(error))
    except OSError as error:
        stop(prog, error, paths=asked.paths)
    answer(prog, text)
    raise SystemExit(status)


def _parser(prog: str) -> argparse.ArgumentParser:
    """Make the parser."""
    parser = command_parser(prog, _DESCRIPTION, _EPILOG)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="a Python file, or a folder (default: .)")
    add(
        "--select",
        action="append",
        metavar="CODES",
        help="report these alone: codes, or beginnings of codes, with commas between them",
    )
    add("--ignore", action="append", metavar="CODES", help="do not report these")
    add(
        "--exclude",
        action="append",
        metavar="GLOB",
        help="leave out such files and folders; may be given again",
    )
    add(
        "--placeholder",
        action="append",
        type=placeholder,
        metavar="NAME",
        help="take each bare call of this name for one of a manager; those that the files "
        "import are found without it",
    )
    add(
        "--each",
        action="store_true",
        help="take each PATH for a program of its own, that shares no hyperparameters",
    )
    add_follow_imports(parser, "check")
    add("--format", choices=_FORMATS, default="text", help="how to report (default: text)")
    add("--explain", action="append", metavar="CODE", help="explain a rule, and exit")
    return parser


def _explained(texts: Sequence[str]) -> str:
    """Explain the rules that texts name."""
    return "\n".join(explained(CATALOGUE[code]) for code in rules_of(texts))


def _checked(asked: argparse.Namespace) -> tuple[str, int]:
    """Check, and return the report and the status."""
    config = configured_for(asked.paths)
    known([*(asked.select or ()), *(asked.ignore or ())])  # in one, to tell all that are none
    selection = Selection(
        config.select if asked.select is None else known(asked.select),
        config.ignore if asked.ignore is None else known(asked.ignore),
        config.per_file_ignores,
        config.folder,
    )
    exclude = _excluded(config) if asked.exclude is None else asked.exclude
    placeholders = config.placeholder if asked.placeholder is None else asked.placeholder
    programs = [[path] for path in asked.paths] if asked.each else [asked.paths]
    is_wanted, files = selection.wants(), 0
    findings: list[Finding] = []
    for program in programs:
        facts = gather(program, exclude, placeholders, follow_imports=asked.follow_imports)
        findings += filter(is_wanted, applied(facts, selection.codes()))
        files += facts.files
    return _reported(findings, files, asked.format), 1 if findings else 0


def _excluded(config: Config) -> list[str]:
    """Return the globs of a project, read from its folder and from what is walked."""
    globs = [os.path.join(config.folder, each) for each in config.exclude if "/" in each]
    return [*config.exclude, *globs]


def _reported(findings: Sequence[Finding], files: int, how: str) -> str:
    """Write the report; what writes it is loaded when it is asked for."""
    if how == "text":
        from ..check.text_report import text_report

        return text_report(findings, files, is_coloured=shows_colours())
    if how == "github":
        from ..check.github_report import github_report

        return github_report(findings)
    if how == "json":
        from ..check.json_report import json_report

        return json_report(findings, files)
    from ..check.sarif_report import sarif_report

    return sarif_report(findings)
