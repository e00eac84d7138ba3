"""Which codes are wanted: for all files, for some files, and for a line.

Owns the meaning of code lists, prefixes included, and of `# noqa`; knows
neither where lists come from nor what the rules do.
"""

from __future__ import annotations

import os

from hpman.globs import compile_globs
from hpman.record import Record

from .registry import CATALOGUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .findings import Finding


class UnknownCodeError(ValueError):
    """Report codes, or beginnings of codes, that no rule has.

    Args:
        args: a sentence for each of them.

    >>> print(UnknownCodeError("'X1' is the code of no rule", "'X2' is the code of no rule"))
    'X1' is the code of no rule
    'X2' is the code of no rule
    """

    def __str__(self) -> str:
        """Give the sentences, one a line."""
        return "\n".join(self.args)


class Selection(Record):
    """Say which rules are wanted.

    Attributes:
        select: codes or beginnings of codes; all rules where there is none.
        ignore: codes or beginnings of codes that are not wanted. Where both say
            something of a rule, the longer beginning wins.
        per_file: what is not wanted in files that a glob names, read from `folder`.
        folder: the folder that the globs are read from.
    """

    __slots__ = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    folder: str = ""

    def codes(self) -> list[str]:
        """Return the codes of the rules that are wanted for any file.

        >>> Selection(("HPM1", "HPM201"), ("HPM2", "HPM10")).codes()
        ['HPM201']
        """
        select = self.select or ("",)
        return [code for code in CATALOGUE if _longest(code, select) > _longest(code, self.ignore)]

    def wants(self) -> Callable[[Finding], bool]:
        """Return what tells of a finding whether it is wanted in its file, and in its line."""
        silenced = _Silenced()
        folders = self.folder, os.path.realpath(self.folder)
        # A folder stands for all that is in it, as where files are left out.
        by_glob = [
            (compile_globs([glob, *_inside(glob)], *folders), codes)
            for glob, codes in self.per_file
        ]
        start = os.path.join(self.folder, "")

        def is_wanted(found: Finding) -> bool:
            path = os.path.abspath(found.source.path)
            for matches, codes in by_glob:
                if found.code.startswith(codes) and path.startswith(start) and matches(path):
                    return False
            return not silenced(found)

        return is_wanted


def known(texts: Iterable[str]) -> tuple[str, ...]:
    """Read lists of codes, with commas or blanks between them.

    Args:
        texts: the lists. A rule may be given by its name, and `ALL` means each.

    Raises:
        UnknownCodeError: some are no codes, and no beginning of one or name of a rule either.

    >>> known(["hpm2, HPM101", "leaf-and-branch", "ALL"])
    ('HPM2', 'HPM101', 'HPM203', 'HPM')
    """
    split = [text.replace(",", " ").split() or [text] for text in texts]  # "" is no list of none
    return _all(_code, (each for codes in split for each in codes))


def rules_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that texts name, in full or by the names of the rules.

    Args:
        texts: what was typed.

    Raises:
        UnknownCodeError: there are no such rules.

    >>> rules_of(["hpm102", "leaf-and-branch"])
    ('HPM102', 'HPM203')
    """
    return _all(_rule, texts)


def _all(read: Callable[[str], str], words: Iterable[str]) -> tuple[str, ...]:
    """Read all words, and report together those that cannot be read."""
    found: list[str] = []
    unknown: list[str] = []
    for each in words:
        try:
            found.append(read(each))
        except UnknownCodeError as error:
            unknown += error.args
    if unknown:
        raise UnknownCodeError(*dict.fromkeys(unknown))
    return tuple(found)


def _code(text: str) -> str:
    """Return the code, or the beginning of codes, that a text stands for."""
    code = "HPM" if text.upper() == "ALL" else text.upper()
    return code if code and any(each.startswith(code) for each in CATALOGUE) else _rule(text)


def _rule(text: str) -> str:
    """Return the code that a text names, in full or by the name of the rule."""
    for code, rule in CATALOGUE.items():
        if text.upper() == code or text.lower() == rule.name:
            return code
    raise UnknownCodeError(_unknown(text))


def _unknown(code: str) -> str:
    """Say that a text is no code, and what may be meant."""
    from difflib import get_close_matches

    near = sorted(get_close_matches(code.upper(), CATALOGUE, 3))
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(CATALOGUE)}"
    return f"{code!r} is the code of no rule; {hint}"


def _longest(code: str, beginnings: Iterable[str]) -> int:
    """Return how much of a code the best of some beginnings names; -1 for nothing.

    >>> _longest("HPM201", ["HPM", "HPM2", "HPM1"]), _longest("HPM201", ["HPM1"])
    (4, -1)
    """
    return max((len(each) for each in beginnings if code.startswith(each)), default=-1)


def _inside(glob: str) -> list[str]:
    """Return globs of all that is in the folders that a glob names."""
    folder = glob.rstrip("/")
    return [f"{folder}/**"] if "/" in folder else [f"{folder}/**", f"**/{folder}/**"]


class _Silenced:
    """Tell whether a comment silences a finding; each text is searched once."""

    def __init__(self) -> None:
        """Start with no text seen."""
        self._known: dict[int, Mapping[int | None, tuple[str, ...]]] = {}

    def __call__(self, found: Finding) -> bool:
        """Tell whether a line of the call says `noqa`, of all or of this code."""
        if found.lines is None:
            return False
        key = id(found.source)  # a text lives as long as its findings
        if key not in self._known:
            self._known[key] = silenced_lines(found.source.text)
        lines = self._known[key]
        if not lines:
            return False
        first, last = found.lines
        return any(
            found.code.startswith(lines[line])
            for line in (found.line, *range(first, last + 1))
            if line in lines
        )


def silenced_lines(text: str) -> dict[int | None, tuple[str, ...]]:
    r"""Find the lines of a text whose comment says `noqa`.

    Args:
        text: the source text.

    Returns:
        For each line the codes; `("",)`, which each code begins with, for all of them. Codes
        of other tools are among them, and do no harm.

    >>> silenced_lines("a = 1  # noqa: HPM102,E501 -- why\nb = '# noqa'\nc = 2  # NoQA")
    {1: ('HPM102', 'E501'), 3: ('',)}
    """
    if "noqa" not in text.lower():
        return {}
    import re
    from io import StringIO
    from tokenize import COMMENT, TokenError, generate_tokens

    directive = re.compile(
        r"#\s*noqa\b(?:\s*:\s*(?P<codes>[a-z]+\d+(?:[\s,]+[a-z]+\d+)*))?", re.IGNORECASE
    )
    found: dict[int | None, tuple[str, ...]] = {}
    try:
        for token in generate_tokens(StringIO(text).readline):
            if token.type == COMMENT and (said := directive.search(token.string)):
                codes = (said["codes"] or "").upper().replace(",", " ").split()
                found[token.start[0]] = tuple(codes) or ("",)
    except (TokenError, SyntaxError):
        pass  # what Python's parser takes and `tokenize` does not; what came before counts
    return found
