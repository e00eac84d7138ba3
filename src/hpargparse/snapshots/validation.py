"""Check values together before they are set.

Owns the checks that need several values at once; must not know parsers or the layout
of files.
"""

from __future__ import annotations

from hpman import HpmanError, ImpossibleTree, Origin
from hpman.names import ancestors

from ..errors import ConversionError, SnapshotError
from ..values.convert import LIMIT_HINTS
from ..values.keys import KeyChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hpman import HyperParameterManager

    from ..values.convert import Converter

    # Values and their origins by name.
    Layer = tuple[dict[str, object], dict[str, Origin]]


def dry_run(
    manager: HyperParameterManager,
    layers: Sequence[Layer],
    converter_of: Callable[[str], Converter | None],
) -> list[Layer]:
    """Check that values can be set. The manager does not change.

    Raises:
        HpmanError: if a value does not fit. Errors in a file have its path and line.
    """
    merged: dict[str, object] = {}
    origins_by_name: dict[str, Origin] = {}
    resolved: list[Layer] = []
    for layer in layers:
        values, origins = _apply_key_changes(manager, merged, layer)
        for name, value in values.items():
            merged.pop(name, None)  # a key that follows its dict changes the dict
            merged[name] = value
        origins_by_name.update(origins)
        resolved.append((values, origins))
    try:
        with manager.override(merged):
            _check_changed_dicts(manager, origins_by_name, converter_of)
    except ImpossibleTree as error:
        origin = origins_by_name.get(error.name or "")
        raise error if origin is None else _with_origin(error, origin, error.name) from None
    return resolved


def _apply_key_changes(
    manager: HyperParameterManager, merged: dict[str, object], layer: Layer
) -> Layer:
    """Replace each key change that no flat name can express by the complete changed dict."""
    values, origins = layer
    if not any(isinstance(value, KeyChange) for value in values.values()):
        return layer
    complete: dict[str, object] = {}
    origins = dict(origins)
    for name, value in values.items():
        if not isinstance(value, KeyChange):
            complete[name] = value
            continue
        with manager.override({**merged, **complete}):
            before = manager.get_value(value.owner, raise_exception=False)
        try:
            changed = value.apply_to(before)
        except ConversionError as error:
            raise _with_origin(error, origins[name], name) from None
        complete.pop(value.owner, None)
        complete[value.owner] = changed
        origins[value.owner] = origins[name].replace(value=changed)
    return complete, origins


def _check_changed_dicts(
    manager: HyperParameterManager,
    origins: dict[str, Origin],
    converter_of: Callable[[str], Converter | None],
) -> None:
    """Check a dict with a changed key like a dict that was given as a whole."""
    for name, origin in origins.items():
        for outer in reversed([*ancestors(name, manager.separator)]):
            converter = converter_of(outer)
            if converter is not None and not LIMIT_HINTS.isdisjoint(converter.hints):
                try:
                    converter.check(manager.get_value(outer))
                except ConversionError as error:
                    raise _with_origin(error, origin, name) from None


def _with_origin(error: HpmanError, origin: Origin, name: str | None) -> HpmanError:
    """Add the origin of the bad value to an error."""
    diagnostic = error.diagnostics[0]
    message = diagnostic.message
    if isinstance(error, ConversionError):
        message = f"`{name}`: {message}"
    if origin.kind == "file" and origin.path is not None:
        return SnapshotError.at(origin.path, origin.line, message, diagnostic.advice, name=name)
    if isinstance(error, ConversionError):
        return ConversionError.because(f"argument {origin.text}: {diagnostic.message}", name=name)
    return error
