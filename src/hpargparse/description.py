"""All that the sources have of one hyperparameter, as text and as JSON.

Owns how a name is looked up and what is said of it; knows neither a command
line nor the value in a running program.
"""

from __future__ import annotations

from hpman import EMPTY
from hpman._text import display_path, escape, relative_path
from hpman.literals import readable_repr
from hpman.record import Record

from .errors import ConversionError
from .values.convert import Converter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from hpman import Diagnostic, HyperParameter, Index, Occurrence

_CONTEXT = 2  # lines above and below a place
_WIDTH = 200  # of a line in an excerpt
_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"


class Dossier(Record):
    """Say what the sources have of one name of one manager.

    Attributes:
        name: the flat name.
        manager: the placeholder of the manager.
        option: how the option is spelled; empty for a group.
        type: what the option takes; empty for a group.
        default: the default as it is written; None without one.
        hints: the hints of all its calls.
        definitions: the calls that carry a default; more than one is a mistake.
        uses: the calls that carry none.
        below: the hyperparameters of a group.
        problems: what is wrong with the name.
    """

    __slots__ = ()
    name: str
    manager: str
    option: str
    type: str
    default: str | None
    hints: dict[str, Any]
    definitions: tuple[Occurrence, ...]
    uses: tuple[Occurrence, ...]
    below: tuple[Dossier, ...]
    problems: tuple[str, ...]


def found(index: Index, word: str) -> list[tuple[str, str]]:
    """Find the names that a word stands for: exactly, else as the option is spelled.

    Args:
        index: the index.
        word: a name, or an option of it: `weight-decay`, `no-shuffle`, `opt.lr` for a
            key of a default that is a dict.

    Returns:
        The placeholder and the name of each, by placeholder.
    """
    names = [(each, name) for each in _managers(index) for name in _names(index, each)]
    spelled = _folded(word)
    rules = (
        lambda _, name: name == word,
        lambda _, name: _folded(name) == spelled,
        lambda each, name: (
            spelled == f"no-{_folded(name)}" and type(_default(index, each, name)) is bool
        ),
        lambda each, name: (
            spelled.startswith(f"{_folded(name)}{index.separator}")
            and type(_default(index, each, name)) is dict
        ),
    )
    for rule in rules:
        fitting = [(each, name) for each, name in names if rule(each, name)]
        if fitting:
            return fitting
    return []


def near(index: Index, word: str) -> str | None:
    """Return the name that is nearest to one that does not exist, if one is near."""
    from hpman.suggest import closest

    names = {_folded(name): name for each in _managers(index) for name in _names(index, each)}
    similar = closest(_folded(word), names)
    return names[similar[0]] if similar else None


def dossier_of(index: Index, placeholder: str, name: str) -> Dossier:
    """Gather what the sources have of a name."""
    known = {each.name: each for each in index.hyperparameters(placeholder)}
    below = index.separator.join([name, ""])
    return _gathered(index, placeholder, name, known, [n for n in known if n.startswith(below)])


def _gathered(
    index: Index,
    placeholder: str,
    name: str,
    known: Mapping[str, HyperParameter],
    below: Sequence[str] = (),
) -> Dossier:
    """Gather what the sources have of a name, and of those below it."""
    occurrences = index.named(placeholder, name)
    definitions = tuple(each for each in occurrences if each.is_definition)
    problems = [*_written_wrong(index, placeholder, name)]
    if len(definitions) > 1:
        problems.append(f"{len(definitions)} places give it a default; keep one of them.")
    if definitions and below:
        problems.append(f"`{below[0]}` makes it a group, so it cannot have a default; rename one.")
    if not (definitions or below or problems):
        problems.append("no place gives it a default.")
    kind, wrong = _type(known[name]) if name in known else ("", None)
    return Dossier(
        name,
        placeholder,
        f"--{name.replace('_', '-')}" if name in known else "",
        kind,
        definitions[0].text if definitions else None,
        known[name].hints if name in known else {},
        definitions,
        tuple(each for each in occurrences if not each.is_definition),
        tuple(_gathered(index, placeholder, each, known) for each in below),
        tuple(filter(None, [*problems, wrong])),
    )


def text(dossiers: list[Dossier], *, is_coloured: bool = False) -> str:
    """Show dossiers to a reader, with an excerpt of each place."""
    several = len({each.manager for each in dossiers}) > 1
    shown = []
    for each in dossiers:
        is_named = several or each.manager != "_"
        shown.append("\n".join(_section(each, is_named=is_named, is_coloured=is_coloured)))
    return "\n\n".join(shown) + "\n"


def as_data(each: Dossier) -> dict[str, Any]:
    """Return a dossier as JSON can hold it; a hint that JSON cannot hold is spelled."""
    return {
        "name": each.name,
        "manager": each.manager,
        "option": each.option or None,
        "type": each.type or None,
        "default": each.default,
        "hints": {hint: _plain(value) for hint, value in each.hints.items()},
        "definitions": [_place_data(place) for place in each.definitions],
        "uses": [_place_data(place) for place in each.uses],
        "below": [as_data(inner) for inner in each.below],
        "problems": list(each.problems),
    }


def _managers(index: Index) -> list[str]:
    """Return the placeholders of all managers, those with nothing but mistakes too."""
    return sorted({*index.placeholders(), *(each.placeholder for each in _mistakes(index))})


def _names(index: Index, placeholder: str) -> Iterator[str]:
    """Yield the hyperparameters of a manager, and the groups around them, each once."""
    names = index.names(placeholder)
    branches = [prefix for name in names for prefix in index.prefixes(name)]
    wrong = [each.name for each in _mistakes(index) if each.placeholder == placeholder]
    yield from dict.fromkeys([*names, *branches, *wrong])


def _mistakes(index: Index) -> Iterator[Any]:
    """Yield the findings about single calls with a name."""
    for file in index.files.values():
        for each in file.diagnostics:
            if each.placeholder is not None and each.name is not None:
                yield each


def _folded(name: str) -> str:
    """Spell a name as options spell it, so that spellings can be compared."""
    return name.lstrip("-").replace("_", "-")


def _default(index: Index, placeholder: str, name: str) -> object:
    """Return the literal default of a name."""
    definition = index.definition(placeholder, name)
    return EMPTY if definition is None else definition.value


def _written_wrong(index: Index, placeholder: str, name: str) -> Iterator[str]:
    """Yield what is wrong with single calls of a name."""
    for each in _mistakes(index):
        if (each.placeholder, each.name) == (placeholder, name):
            yield _sentence(each)


def _sentence(each: Diagnostic) -> str:
    """Put a finding on one line; the excerpt is shown with its place."""
    where = f"{display_path(each.path)}:{each.line}: " if each.path else ""
    return f"{where}{each.message} {each.advice}".strip()


def _type(each: HyperParameter) -> tuple[str, str | None]:
    """Name what an option takes, and say what is wrong with the hints that tell it."""
    converter = Converter.of(each)
    try:
        converter.check_hints()
        kind = converter.type_name
    except ConversionError as error:
        return "", str(error)
    if kind in ("any", "NoneType"):
        return "any literal, or text", None
    return f"{kind}, or None" if converter.is_optional else kind, None


def _section(each: Dossier, *, is_named: bool, is_coloured: bool) -> Iterator[str]:
    """Yield the lines on one name."""
    bold, dim, plain = (_BOLD, _DIM, _PLAIN) if is_coloured else ("", "", "")
    yield f"{bold}{escape(each.name)}{plain}"
    rows = [("manager", each.manager)] if is_named else []
    rows += [("option", each.option), ("type", each.type), ("default", each.default or "")]
    rows += [(hint, _hint(value)) for hint, value in each.hints.items() if hint != "type"]
    rows += [("problem", problem) for problem in each.problems]
    rows = [(title, escape(" ".join(row.split()))) for title, row in rows if row]
    inner = [
        (escape(one.name), escape(one.default or "no default"), _first_place(one))
        for one in each.below
    ]
    widths = [max((len(one[column]) for one in inner), default=0) for column in (0, 1)]
    rows += [
        ("group of", f"{name:{widths[0]}}  {default:{widths[1]}}  {dim}{place}{plain}")
        for name, default, place in inner
    ]
    room = max((len(title) for title, _row in rows), default=0)
    for title, row in rows:
        yield f"  {title:{room}}  {row}"
    for what, calls in (("defined", each.definitions), ("used", each.uses)):
        for call in calls:
            yield ""
            yield f"{what} at {bold}{_place(call)}{plain}"
            yield call.source.excerpt(
                call.line, before=_CONTEXT, after=_CONTEXT, width=_WIDTH, column=call.column
            )


def _hint(value: object) -> str:
    """Show a hint: text as it is, anything else as Python spells it."""
    return value if isinstance(value, str) else readable_repr(value)


def _first_place(each: Dossier) -> str:
    """Show where a name is defined, or else used first."""
    return _place((*each.definitions, *each.uses)[0])


def _place(each: Occurrence) -> str:
    """Show where a call stands, as editors and terminals take it."""
    return f"{display_path(each.path)}:{each.line}:{each.column}"


def _place_data(each: Occurrence) -> dict[str, Any]:
    """Return where a call stands, and how it reads."""
    return {
        "path": relative_path(each.path),
        "line": each.line,
        "column": each.column,
        "end_line": each.end_line,
        "end_column": each.end_column,
        "call": each.call,
    }


def _plain(value: Any) -> Any:
    """Return a value that JSON holds as it is; of any other, how Python spells it."""
    import json

    try:
        is_held = json.loads(json.dumps(value, allow_nan=False)) == value
    except (TypeError, ValueError, RecursionError):
        is_held = False
    return value if is_held else readable_repr(value)
