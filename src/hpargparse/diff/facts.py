"""What one side says of each hyperparameter, and when two of it are the same.

Owns the shape of a fact and the identity of values; knows not where sides
come from.
"""

from __future__ import annotations

from hpman import EMPTY, NotLiteralEvaluable
from hpman.literals import show_literal
from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hpman import HyperParameter, Index, Occurrence

    # The path of a source to the file that it is on either side, and to what is shown.
    Locate = Callable[[str], tuple[str, str]]

_PARSED_LENGTH = 10_000  # longer expressions are compared as they are written


class Place(Record):
    """Say where something stands; a pickle has no lines, and a snapshot no columns."""

    __slots__ = ()
    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Give `path:line`."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Fact(Record):
    """Hold what a side says of one hyperparameter.

    Attributes:
        placeholder: the manager; empty where a snapshot stands alone.
        name: the flat name.
        value: the default, or the value of a snapshot; `EMPTY` without one.
        text: the value as it is written; None without one.
        hints: the hints; None where they are not known.
        file: which file it is on either side; None where that does not matter.
        place: where it stands.
        note: what else is to be said of it.
    """

    __slots__ = ()
    placeholder: str
    name: str
    value: object
    text: str | None
    hints: dict[str, object] | None
    file: str | None
    place: Place
    note: str = ""

    @property
    def is_literal(self) -> bool:
        """Whether there is a default, and it is known without a run."""
        return self.text is not None and type(self.value) is not NotLiteralEvaluable


def facts(index: Index, locate: Locate, placeholders: Iterable[str]) -> Iterator[Fact]:
    """Yield what sources say of each hyperparameter: one fact for each default.

    A name with several defaults, as of several programs in one repository, gives
    several facts. A name without any gives one, placed at its first use.

    Args:
        index: the sources.
        locate: tells which file a source is on either side, and how it is shown.
        placeholders: the managers.
    """
    for placeholder in placeholders:
        for each in index.hyperparameters(placeholder):
            defining = [one for one in each.occurrences if one.is_definition]
            for one in defining or each.occurrences[:1]:
                file, shown = locate(one.path)
                yield Fact(
                    placeholder,
                    each.name,
                    one.value,
                    one.text,
                    _hints(each, one, len(defining)),
                    file,
                    Place(shown, one.line, one.column),
                )


def same_value(old: Fact, new: Fact) -> bool:
    """Tell whether two facts have the same default, or both have none."""
    if old.value is EMPTY or new.value is EMPTY or old.is_literal != new.is_literal:
        return old.value is new.value
    if not old.is_literal and old.text == new.text:
        return True
    return fingerprint(old) == fingerprint(new)


def fingerprint(fact: Fact) -> str:
    """Return a text that tells a default from others: its value and type, or its expression."""
    if fact.is_literal:
        return identity(fact.value)
    return f"expression {_expression(fact.text or '')}"


def identity(value: object) -> str:
    """Return a text that is the same for literals of the same type and value only.

    A nan is like another, zeros differ by their sign, sets and dicts have no order.

    >>> identity(1) == identity(1.0), identity({1, 2}) == identity({2, 1})
    (False, True)
    """
    kind = type(value)
    if isinstance(value, dict):
        inner = sorted(f"{identity(key)}: {identity(each)}" for key, each in value.items())
    elif isinstance(value, (set, frozenset)):
        inner = sorted(map(identity, value))
    elif isinstance(value, (list, tuple)):
        inner = list(map(identity, value))
    else:
        return f"{kind.__name__} {show_literal(value)}"
    return f"{kind.__name__}({', '.join(inner)})"


def _hints(each: HyperParameter, at: Occurrence, definitions: int) -> dict[str, object]:
    """Return the hints of a default: its own, and those of uses that can only mean it."""
    if definitions <= 1:
        return each.hints
    hints: dict[str, object] = {}
    for one in each.occurrences:
        if not one.is_definition and one.path == at.path:
            hints.update(one.hints)
    return {**hints, **at.hints}


def _expression(text: str) -> str:
    """Return an expression without what does not matter in it: blanks, quotes, brackets."""
    if len(text) > _PARSED_LENGTH:
        return text
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the parser, about sources of others
            return ast.dump(ast.parse(f"({text}\n)", mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
