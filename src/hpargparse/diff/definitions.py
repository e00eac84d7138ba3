"""List the definitions of hyperparameters in sources, one side or two.

Owns what a definition is, and what is left out because one side cannot be read.
Must not know where an index was read from, nor how definitions are compared.
"""

from __future__ import annotations

from collections import ChainMap

from hpman import Index, NotLiteralEvaluable
from hpman.literals import show_literal
from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hpman import Diagnostic

UNPARSABLE = "HPM001"


class Definition(Record):
    """What one side says about a hyperparameter.

    Attributes:
        placeholder: the manager; empty in a snapshot that is compared with another one.
        name: the flat name.
        value: the default, or the value in a snapshot; `EMPTY` if there is none.
        text: the value as written, None if there is none.
        hints: the hints; None in a snapshot.
        file: what identifies the file on both sides; None in a snapshot.
        path: the path as reports show it.
        line: the line, if the file has lines.
        column: the column in a source.
        note: a sentence to add in a report.
    """

    __slots__ = ()
    placeholder: str
    name: str
    value: object
    text: str | None
    hints: dict[str, object] | None
    file: tuple[object, ...] | None
    path: str
    line: int | None = None
    column: int | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The placeholder and the name."""
        return self.placeholder, self.name

    @property
    def place(self) -> str:
        """`path:line`."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    @property
    def is_literal(self) -> bool:
        """Whether there is a default that is known without running the program."""
        return self.text is not None and not isinstance(self.value, NotLiteralEvaluable)

    @property
    def identity(self) -> str:
        """A string that two definitions share if and only if their defaults are the same."""
        if self.text is None:
            return ""
        if self.is_literal:
            return f"value {canonical(self.value)}"
        return f"expression {_normalized(self.text)}"


def canonical(value: object) -> str:
    """Spell a literal so that spellings are equal if and only if type and value are.

    nan equals nan, -0.0 differs from 0.0, and the order of a dict or set does not count.

    >>> canonical(1) == canonical(1.0), canonical({1: 2, 3: 4}) == canonical({3: 4, 1: 2})
    (False, True)
    """
    if isinstance(value, dict):
        items = (f"{canonical(key)}: {canonical(item)}" for key, item in value.items())
        return f"{{{', '.join(sorted(items))}}}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(canonical, value))})"
    return show_literal(value)


def _normalized(expression: str) -> str:
    """Return an expression without its layout: blanks, quotes, brackets, comments."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(f"({expression}\n)", mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # such as `*names`
        return expression


def definitions_of(
    old: Index, new: Index, placeholders: Iterable[str] = ()
) -> tuple[list[Definition], list[Definition], list[str]]:
    """Return the definitions of two sides, and a warning for each thing that cannot be read.

    What cannot be read on one side is left out on both: it has not been removed. A file has the
    same key on both sides. Without placeholders, all managers count.
    """
    managers = sorted(set(placeholders) or old.placeholders() | new.placeholders())
    warnings = [*_warnings(old, new, managers), *_warnings(new, old, managers)]
    unparsable = unparsable_files(old) | unparsable_files(new)
    old, new = old.swap((), unparsable), new.swap((), unparsable)
    unknown = {*_unknown(old, new), *_unknown(new, old)}
    sides = (_definitions(index, managers) for index in (old, new))
    before, after = ([found for found in side if found.key not in unknown] for side in sides)
    return before, after, warnings


def unparsable_files(index: Index) -> set[tuple[object, ...]]:
    """Return the keys of the files that are not Python, or cannot be read."""
    return {
        key
        for key, file in index.files.items()
        if any(problem.code == UNPARSABLE for problem in file.diagnostics)
    }


def _definitions(index: Index, placeholders: Iterable[str]) -> Iterator[Definition]:
    """Yield one per default, since programs may share a name; without a default, the first use."""
    for placeholder in placeholders:
        for parameter in index.hyperparameters(placeholder):
            calls = [call for call in parameter.occurrences if call.is_definition]
            for call in calls or parameter.occurrences[:1]:
                hints = parameter.hints
                if len(calls) > 1:  # those of the call, and of the uses in its file
                    uses = (use for use in parameter.occurrences if not use.is_definition)
                    own = (use.hints for use in uses if use.path == call.path)
                    hints = dict(ChainMap(call.hints, *own))
                place = call.source.key, call.path, call.line, call.column
                yield Definition(placeholder, call.name, call.value, call.text, hints, *place)


def _new_problems(index: Index, other: Index) -> Iterator[Diagnostic]:
    """Yield the problems of files that the other side lacks, or has with another text."""
    for key, file in index.files.items():
        if key not in other.files or other.files[key].source.text != file.source.text:
            yield from file.diagnostics


def _unknown(index: Index, other: Index) -> Iterator[tuple[str, str]]:
    """Yield the placeholder and name of what only unreadable calls define."""
    for problem in _new_problems(index, other):
        key = problem.placeholder or "", problem.name or ""
        if all(key) and index.definition(*key) is None:
            yield key


def _warnings(index: Index, other: Index, placeholders: Sequence[str]) -> Iterator[str]:
    for problem in _new_problems(index, other):
        if problem.placeholder is None or problem.placeholder in placeholders:
            what = "file" if problem.code == UNPARSABLE else "call"
            yield f"{problem.place}: {problem.message} The {what} is left out."
