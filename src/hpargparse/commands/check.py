"""`hpman check [PATH...]`: find mistakes in how hyperparameters are written.

Owns the command line of this command; must not know the rules nor the layout
of a report.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from hpman import Diagnostic

from ..check.checker import Checker
from ..check.config import read_settings
from ..check.registry import RULES, explain, read_codes
from ..check.reports import github_report, json_report, sarif_report, text_report
from ..cli.argv import add_follow_imports, add_paths, placeholder
from ..cli.output import shows_colours

DESCRIPTION = """\
Find mistakes in how hyperparameters are written. The sources are read, not run.
The exit status is 0 if nothing is found, 1 if there are errors or warnings, and
2 if the check fails."""
_CODES = "\n".join(f"  {rule.code}  {rule.severity:8} {rule.name}" for rule in RULES.values())
EPILOG = f"""\
codes:
{_CODES}

End a line with `# noqa` or `# noqa: HPM102` to silence a call. A project keeps
its settings in [tool.hpman] of pyproject.toml, in or above the common folder of
PATH, or else of the current folder. The keys are select, ignore, exclude,
placeholder, programs, and the table per-file-ignores. The command line
overrides them.

Files that imports connect are one program. Calls in separate programs do not
conflict. Where programs share modules, list them: programs = ["train.py"]."""
_FORMATS = ("text", "json", "github", "sarif")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_paths(parser, "a Python file, or a folder (default: .)")
    add = parser.add_argument
    add(
        "--select",
        action="append",
        metavar="CODES",
        help="report only these codes or prefixes of codes, separated by commas",
    )
    add("--ignore", action="append", metavar="CODES", help="do not report these codes")
    add(
        "--exclude",
        action="append",
        metavar="GLOB",
        help="leave out matching files and folders (repeatable)",
    )
    add(
        "--placeholder",
        action="append",
        type=placeholder,
        metavar="NAME",
        help="a name whose bare calls are hyperparameters (repeatable); names that the files "
        "import from hpman need no option",
    )
    add(
        "--each",
        action="store_true",
        help="check each PATH as a separate program, sharing no hyperparameters",
    )
    add_follow_imports(parser, "check")
    add(
        "--format",
        choices=_FORMATS,
        default="text",
        help="the format of the report (default: text)",
    )
    add("--explain", action="append", metavar="CODE", help="explain rules and exit")


def perform(options: argparse.Namespace, _parser: object) -> tuple[str, int]:
    """Return a report, and 1 if there are findings."""
    if options.explain:
        codes = read_codes(options.explain)
        return "\n".join(explain(RULES[code]) for code in RULES if code.startswith(codes)), 0
    findings, files = _check(options)
    return _report(findings, files, options.format), int(bool(findings))


def _check(options: argparse.Namespace) -> tuple[list[Diagnostic], int]:
    """Return the findings, and how many files contain hyperparameters."""
    settings = read_settings(options.paths)
    read_codes([*(options.select or ()), *(options.ignore or ())])  # report all errors at once
    for key in ("select", "ignore"):
        if (texts := getattr(options, key)) is not None:
            settings = settings.replace(**{key: read_codes(texts)})
    if options.placeholder is not None:
        settings = settings.replace(placeholder=tuple(options.placeholder))
    findings: list[Diagnostic] = []
    files = 0
    for paths in [[path] for path in options.paths] if options.each else [options.paths]:
        checker = Checker(
            paths,
            settings,
            options.exclude,
            follow_imports=options.follow_imports,
            is_one_program=options.each,
        )
        findings += checker.findings()
        files += len(checker.index().files)
    return findings, files


def _report(findings: Sequence[Diagnostic], files: int, kind: str) -> str:
    if kind == "text":
        return text_report(findings, files, is_coloured=shows_colours())
    if kind == "json":
        return json_report(findings, files)
    return github_report(findings) if kind == "github" else sarif_report(findings)
