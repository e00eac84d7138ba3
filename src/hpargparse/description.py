"""What `hpman explain` shows of a name: definitions, uses, hints, type and problems.

Owns which names an argument stands for, and how a description is shown; must not know the
command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hpman import Diagnostic, Frozen, HyperParameter, Index, Mention, Occurrence, readable_repr
from hpman.names import (
    SCOPE,
    ancestors,
    closest,
    is_scope,
    literal_scopes,
    old_names,
    respell_scope,
    scoped_names,
)
from hpman.text import display_path, escape, place_data

from .errors import ConversionError
from .values.convert import Converter

_EXCERPT = {"before": 2, "after": 2, "width": 200}  # lines around a call, and their columns
_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"


class Description(Frozen):
    """What the sources say about one name of one manager.

    Attributes:
        name: the flat name.
        manager: the placeholder of the manager.
        option: the option; empty for a group.
        type: what the option takes; empty for a group.
        default: the default as it is written; None without one.
        hints: the hints of all calls.
        definitions: the calls with a default; more than one is an error.
        uses: the calls without.
        members: the hyperparameters of a group.
        problems: what is wrong with the name.
        value: which values hold for the name in a scope; empty outside of scopes.
        openings: the calls that open the scope.
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
    members: tuple[Description, ...]
    problems: tuple[str, ...]
    value: str = ""
    openings: tuple[Mention, ...] = ()


def find_names(index: Index, argument: str) -> list[tuple[str, str]]:
    """Return placeholder and name of everything that an argument stands for.

    It is a name, an old name, or an option: also `--no-shuffle` of a flag, and `--opt.lr` of a
    default that is a dict.
    """
    pairs, option = list(_names(index)), _as_option(argument)
    matches = [pair for pair in pairs if _as_option(pair[1]) == option]
    if matches:
        return [pair for pair in matches if pair[1] == argument] or matches
    old = _old_names(index)
    if option in old:
        return old[option]
    # Nothing lies below a hyperparameter but the keys of its default.
    shorter = [option.removeprefix("no-"), *ancestors(option, index.separator)]
    matches = [pair for pair in pairs if _as_option(pair[1]) in shorter and index.named(*pair)]
    return matches or [pair for name in shorter for pair in old.get(name, ())]


def is_old_name(argument: str, description: Description) -> bool:
    """Return whether an argument is an alias of the described hyperparameter."""
    return _as_option(argument) in map(_as_option, old_names(description.hints))


def suggestion(index: Index, argument: str) -> str:
    """Return what was probably meant by a name that does not exist; empty if nothing is near."""
    openings = [call for manager in index.placeholders() for call in index.openings(manager)]
    scopes = literal_scopes([opening.name for opening in openings], index.separator)
    if argument in scopes:
        _placeholder, name = next(_names(index))
        return f"a scope needs a name in it, as in `{argument}{SCOPE}{name}`"

    def is_known(name: str) -> bool:
        return bool(find_names(index, name))

    *parts, plain = argument.split(SCOPE)
    meant = respell_scope(argument, scopes, is_known, index.separator)
    near = _closest_name(index, plain)
    if meant is None and near is not None:
        around = [part if part in scopes else _closest(part, scopes) for part in parts]
        meant = SCOPE.join((*filter(None, around), near)) if all(around) else near
    if meant is None and (scope := _closest(argument, scopes)):
        return f"did you mean the scope `{scope}`?"
    return f"did you mean `{meant}`?" if meant else ""


def _closest(name: str, names: Iterable[str]) -> str | None:
    return next(iter(closest(name, names)), None)


def _closest_name(index: Index, argument: str) -> str | None:
    names = {option: pairs[0][1] for option, pairs in _old_names(index).items()}
    names |= {_as_option(name): name for _placeholder, name in _names(index)}
    return names.get(_closest(_as_option(argument), names) or "")


def describe(
    index: Index, placeholder: str, name: str, hps: Mapping[str, HyperParameter] | None = None
) -> Description:
    """Describe a name or a group. The caller may have the hyperparameters of the manager."""
    hps = hps or {hp.name: hp for hp in index.hyperparameters(placeholder)}
    hp = hps.get(name)
    occurrences = index.named(placeholder, name)
    definitions = tuple(call for call in occurrences if call.is_definition)
    members = [member for member in hps if member.startswith(f"{name}{index.separator}")]
    problems = [
        _one_line(problem)
        for problem in _faulty_calls(index)
        if (problem.placeholder, problem.name) == (placeholder, name)
    ]
    if len(definitions) > 1:
        problems.append(f"{len(definitions)} places define it. Keep one of the defaults.")
    if definitions and members:
        problems.append(
            f"`{members[0]}` makes it a group, so it cannot have a default. Rename one."
        )
    if not (definitions or members or problems):
        problems.append("No place defines it.")
    kind, problem = _type(hp) if hp else ("", "")
    return Description(
        name,
        placeholder,
        f"--{name.replace('_', '-')}" if hp else "",
        kind,
        definitions[0].text if definitions else None,
        hp.hints if hp else {},
        definitions,
        tuple(call for call in occurrences if not call.is_definition),
        tuple(describe(index, placeholder, member, hps) for member in members),
        tuple(filter(None, [*problems, problem])),
    )


def describe_in_scope(index: Index, argument: str) -> list[Description]:
    """Describe everything that an argument such as `model/encoder/depth` stands for."""
    for scope in ancestors(argument, SCOPE):
        names = find_names(index, argument[len(scope) + 1 :])
        if names and is_scope(scope, index.separator):
            return [_in_scope(index, placeholder, scope, name) for placeholder, name in names]
    return []


def _in_scope(index: Index, placeholder: str, scope: str, name: str) -> Description:
    plain, scopes = describe(index, placeholder, name), index.scopes(placeholder)
    spelled = {_as_option(part): part for part in sorted(scopes or ())}
    names = [spelled.get(_as_option(part), part) for part in scope.split(SCOPE)]
    scope = SCOPE.join(names)
    openings = [
        opening
        for opening in index.openings(placeholder)
        if opening.name is None or not set(opening.name.split(SCOPE)).isdisjoint(names)
    ]
    problems = []
    for part in names:
        if scopes is not None and part not in scopes:
            near = _closest(part, sorted(scopes))
            hint = f" Did you mean `{near}`?" if near else ""
            problems.append(f"No source opens the scope `{part}`.{hint}")
    first, *others = reversed(scoped_names(scope, name))
    value = f"what is set for `{first}`" + "".join(f", else for `{other}`" for other in others)
    return plain.replace(
        name=f"{scope}{SCOPE}{name}",
        option=f"--{scope}{SCOPE}{plain.option.lstrip('-')}" if plain.option else "",
        problems=(*plain.problems, *problems),
        value=f"{value}, else the default" if plain.default else value,
        openings=tuple(openings),
    )


def parse_errors(index: Index) -> list[str]:
    """Return the errors of files that cannot be parsed, and may contain any name."""
    return [
        str(problem)
        for file in index.files.values()
        for problem in file.diagnostics
        if problem.placeholder is None
    ]


def render_text(descriptions: list[Description], *, is_coloured: bool = False) -> str:
    """Return descriptions as text, with an excerpt of every call."""
    managers = {description.manager for description in descriptions}
    sections = [
        "\n".join(_section(description, names_manager=managers != {"_"}, is_coloured=is_coloured))
        for description in descriptions
    ]
    return "\n\n".join(sections) + "\n"


def to_json(description: Description) -> dict[str, Any]:
    """Return a description as JSON data. A hint that JSON cannot represent becomes its repr."""
    data: dict[str, Any] = {
        "name": description.name,
        "manager": description.manager,
        "option": description.option or None,
        "type": description.type or None,
        "default": description.default,
        "hints": {hint: json_value(value) for hint, value in description.hints.items()},
        "definitions": [
            {**place_data(call), "call": call.call} for call in description.definitions
        ],
        "uses": [{**place_data(call), "call": call.call} for call in description.uses],
        "below": [to_json(member) for member in description.members],
        "problems": list(description.problems),
    }
    if description.value:  # it is in a scope
        data |= {"value": description.value, "scopes": []}
        for opening in description.openings:
            place = place_data(opening)
            start = {key: place[key] for key in place if "end" not in key}
            data["scopes"].append({"name": opening.name, **start})
    return data


def _names(index: Index) -> Iterator[tuple[str, str]]:
    """Yield placeholder and name of all hyperparameters, groups and faulty calls, once."""
    faulty = [(call.placeholder, call.name) for call in _faulty_calls(index)]
    for placeholder in sorted({*index.placeholders(), *(manager for manager, _name in faulty)}):
        names = index.names(placeholder)
        groups = [prefix for name in names for prefix in index.prefixes(name)]
        others = [name for manager, name in faulty if manager == placeholder]
        for name in dict.fromkeys([*names, *groups, *others]):
            yield placeholder, name


def _old_names(index: Index) -> dict[str, list[tuple[str, str]]]:
    """Return placeholder and name of the hyperparameters with an alias, by its option."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for placeholder in sorted(index.placeholders()):
        for hp in index.hyperparameters(placeholder):
            for old in old_names(hp.hints):
                pairs.setdefault(_as_option(old), []).append((placeholder, hp.name))
    return pairs


def _faulty_calls(index: Index) -> Iterator[Any]:
    """Yield the diagnostics of single calls whose name is known."""
    for file in index.files.values():
        for problem in file.diagnostics:
            if problem.placeholder is not None and problem.name is not None:
                yield problem


def _as_option(name: str) -> str:
    return name.lstrip("-").replace("_", "-")


def _one_line(problem: Diagnostic) -> str:
    """Return a diagnostic without its excerpt, which is shown anyway."""
    place = f"{display_path(problem.replace(column=None).place)}: " if problem.path else ""
    return f"{place}{problem.message} {problem.advice}".strip()


def _type(hp: HyperParameter) -> tuple[str, str]:
    """Return what an option takes, and what is wrong with the hints that say so."""
    converter = Converter.of(hp)
    try:
        converter.check_hints()
        kind = converter.type_name
    except ConversionError as error:
        return "", str(error)
    if kind in ("any", "NoneType"):
        return "any literal, or text", ""
    return f"{kind}, or None" if converter.is_optional else kind, ""


def _section(description: Description, *, names_manager: bool, is_coloured: bool) -> Iterator[str]:
    bold, dim, plain = (_BOLD, _DIM, _PLAIN) if is_coloured else ("", "", "")
    yield f"{bold}{escape(description.name)}{plain}"
    rows = [
        ("manager", description.manager if names_manager else ""),
        ("option", description.option),
        ("type", description.type),
        ("default", description.default or ""),
        ("value", description.value),
    ]
    for hint, value in description.hints.items():
        if hint != "type":
            rows.append((hint, value if isinstance(value, str) else readable_repr(value)))
    rows += [("problem", problem) for problem in description.problems]
    rows = [(title, escape(" ".join(text.split()))) for title, text in rows if text]
    members = [
        (
            escape(member.name),
            escape(member.default or "no default"),
            _place(*member.definitions, *member.uses),
        )
        for member in description.members
    ]
    widths = [max((len(row[column]) for row in members), default=0) for column in (0, 1)]
    rows += [
        ("group of", f"{name:{widths[0]}}  {default:{widths[1]}}  {dim}{place}{plain}")
        for name, default, place in members
    ]
    width = max((len(title) for title, _text in rows), default=0)
    for title, text in rows:
        yield f"  {title:{width}}  {text}"
    for verb, calls in (
        ("defined", description.definitions),
        ("used", description.uses),
        ("scope opened", description.openings),
    ):
        for call in calls:
            yield f"\n{verb} at {bold}{_place(call)}{plain}"
            yield call.source.excerpt(call.line, column=call.column, **_EXCERPT)


def _place(call: Occurrence | Mention, *_more: Occurrence) -> str:
    return display_path(call.source.place(call.line, call.column))


def json_value(value: Any) -> Any:
    """Return a value if JSON represents it exactly, else its repr."""
    return value if is_exact_in_json(value) else readable_repr(value)


def is_exact_in_json(value: Any) -> bool:
    """Return whether JSON represents a value exactly."""
    import json

    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError, RecursionError):
        return False
