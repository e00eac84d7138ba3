"""Which findings are reported: by code, by file, and by line.

Owns the meaning of `select`, `ignore` and `# noqa`; must not know how findings are made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from hpman import Diagnostic
from hpman.programs import compile_globs

from .config import Settings
from .registry import RULES


def select(findings: Iterable[Diagnostic], settings: Settings) -> list[Diagnostic]:
    """Return the findings to report. Of prefixes in `select` and `ignore`, the longer wins."""
    wanted = settings.select or ("",)
    codes = {code for code in RULES if _match(code, wanted) > _match(code, settings.ignore)}
    is_ignored_in = _per_file_test(settings)
    noqa: dict[str, Mapping[int, tuple[str, ...]]] = {}  # by path
    return [
        finding
        for finding in findings
        if finding.code in codes
        and not is_ignored_in(finding.path or "", finding.code)
        and not _is_suppressed(finding, noqa)
    ]


def _per_file_test(settings: Settings) -> Callable[[str, str], bool]:
    """Return a function from a path and a code to whether the settings ignore the code there."""
    folder = settings.folder
    start = os.path.join(folder, "")
    # As with `exclude`, a folder stands for everything in it.
    tests = [
        (compile_globs([glob, *_inside(glob)], folder, os.path.realpath(folder)), codes)
        for glob, codes in settings.per_file_ignores
    ]

    def is_ignored(path: str, code: str) -> bool:
        path = os.path.abspath(path) if tests else path
        return any(
            code.startswith(codes) and path.startswith(start) and matches(path)
            for matches, codes in tests
        )

    return is_ignored


def _match(code: str, prefixes: Iterable[str]) -> int:
    """Return the length of the longest prefix of a code, or -1."""
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def _inside(glob: str) -> list[str]:
    """Return globs for everything in the folders that a glob matches."""
    folder = glob.rstrip("/")
    return [f"{folder}/**"] if "/" in folder else [f"{folder}/**", f"**/{folder}/**"]


def _is_suppressed(finding: Diagnostic, noqa: dict[str, Mapping[int, tuple[str, ...]]]) -> bool:
    """Return whether a line of the finding or of its call has a matching `# noqa`."""
    call = finding.call or finding
    if finding.source is None or call.line is None or call.end_line is None:
        return False  # a file that cannot be parsed
    path = finding.source.path
    if path not in noqa:
        noqa[path] = noqa_lines(finding.source.text)
    lines = noqa[path]
    return bool(lines) and any(
        finding.code.startswith(lines[line])
        for line in range(call.line, call.end_line + 1)
        if line in lines
    )


def noqa_lines(text: str) -> dict[int, tuple[str, ...]]:
    r"""Return the lines that have a `# noqa` comment, and its codes.

    >>> noqa_lines("a = 1  # noqa: HPM102,E501 -- why\nb = '# noqa'\nc = 2  # NoQA")
    {1: ('HPM102', 'E501'), 3: ('',)}
    """
    if "noqa" not in text.lower():
        return {}
    import re
    from io import StringIO
    from tokenize import COMMENT, TokenError, generate_tokens

    comment = re.compile(
        r"#\s*noqa\b(?:\s*:\s*(?P<codes>[a-z]+\d+(?:[\s,]+[a-z]+\d+)*))?", re.IGNORECASE
    )
    lines: dict[int, tuple[str, ...]] = {}
    try:
        for token in generate_tokens(StringIO(text).readline):
            if token.type == COMMENT and (match := comment.search(token.string)):
                codes = (match["codes"] or "").upper().replace(",", " ").split()
                lines[token.start[0]] = tuple(codes) or ("",)
    except (TokenError, SyntaxError):
        pass  # `ast` accepts some sources that `tokenize` does not; keep the lines before
    return lines
