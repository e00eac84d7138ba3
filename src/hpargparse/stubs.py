"""A stub that gives each hyperparameter the type of its definition, for type checkers.

Owns the types and the text of the stub. Must not know the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hpman import EMPTY, HyperParameter, Index, is_path, show_literal
from hpman.names import ancestors

from .cli.argv import is_placeholder
from .errors import ConversionError
from .values.coercion import Number, element_sample
from .values.convert import Converter

MODULE = "hpman_names"  # what `hpman/m.pyi` imports
_HEAD = """\
# Written by `hpman stubs`, for type checkers and editors. A program does not import it.
# mypy: disable-error-code="override"
# pyright: reportIncompatibleMethodOverride=false
{ignored}from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from hpman import HyperParameterManager

__all__ = [{exported}]

T = TypeVar("T")
"""
# Overloads of `get_value` with the same types would cost mypy 3 s more for 1,000 names.
_DEFAULTS = """\
    @overload
    def __call__(self, name: str, default: None{optional}, /, **hints: Any) -> Any: ...
    @overload
    def __call__(self, name: str, default: T, /, **hints: Any) -> T: ...
"""
_SCALARS = (bool, int, float, complex, str, bytes)
_IN_LITERAL = (bool, int, str, type(None))


def stub_text(index: Index, *, is_strict: bool = False) -> str:
    """Return the stub of all managers of an index."""
    managers = [name for name in sorted(index.placeholders()) if is_placeholder(name)]
    exported = ", ".join(f'"{name}"' for name in managers)
    ignored = "# ty: ignore[incompatible-method-override]\n" if is_strict else ""
    lines = [_HEAD.format(exported=exported, ignored=ignored)]
    for number, placeholder in enumerate(managers):
        lines.append(f"\nclass Manager{number}(HyperParameterManager):  # of `{placeholder}`\n")
        lines += (_overload(*pair) for pair in _by_type(index, placeholder).items())
        lines.append(_DEFAULTS.format(optional="" if is_strict else " = ..."))
        lines.append(f"\n{placeholder}: Manager{number}\n")
    return "".join(lines)


def _overload(kind: str, names: Iterable[str]) -> str:
    """Return one overload for all names of a type: checkers are slow with many overloads."""
    listed = "".join(f"        {show_literal(name, chr(34))},\n" for name in names)
    return (
        f"    @overload\n    def __call__(self, name: Literal[\n"
        f"{listed}    ], /, **hints: Any) -> {kind}: ...\n"
    )


def _by_type(index: Index, placeholder: str) -> dict[str, list[str]]:
    """Return the names of each type, sorted."""
    names: dict[str, str] = {}
    for hp in index.hyperparameters(placeholder):
        if hp.definition is None and not hp.hints.get("required"):
            continue
        names[hp.name] = value_type(hp)
        for above in ancestors(hp.name, index.separator):
            names.setdefault(above, "dict[str, Any]")
    kinds: dict[str, list[str]] = {}
    for name, kind in sorted(names.items()):
        if name.isprintable():
            kinds.setdefault(kind, []).append(name)
    return kinds


def value_type(hp: HyperParameter) -> str:
    """Return the type of the values of a hyperparameter, as an annotation."""
    converter = Converter.of(hp)
    try:
        converter.check_hints()
        kind = _kind(converter)
    except ConversionError:  # the check reports the hint
        return "Any"
    return f"{kind} | None" if converter.is_optional and kind != "Any" else kind


def _kind(converter: Converter) -> str:
    sample, choices = converter.sample, converter.choices
    if choices is None or converter.is_sequence:
        return _sample_type(sample)
    if sample is EMPTY or converter.members:
        return "Any"
    values = list(choices)
    if converter.default not in values and converter.default is not EMPTY:
        values.append(converter.default)
    if all(type(value) in _IN_LITERAL for value in values):
        return f"Literal[{', '.join(map(show_literal, values))}]"
    return _union(map(_sample_type, values))


def _sample_type(sample: Any) -> str:
    """Return the type of values like a sample."""
    kind = type(sample)
    if kind in _SCALARS:
        return kind.__name__
    if kind is Number:
        return "float"
    if is_path(sample):
        return "Path"
    if kind in (list, tuple, set):
        element, is_optional = element_sample(sample)
        item = _sample_type(element)
        item = f"{item} | None" if is_optional and item != "Any" else item
        return f"tuple[{item}, ...]" if kind is tuple else f"{kind.__name__}[{item}]"
    if kind is dict:
        keys, values = map(_sample_type, sample), map(_sample_type, sample.values())
        return f"dict[{_union(keys)}, {_union(values)}]"
    return "Any"


def _union(kinds: Iterable[str]) -> str:
    """Return one type if all are the same, else Any."""
    distinct = {*kinds}
    return distinct.pop() if len(distinct) == 1 else "Any"
