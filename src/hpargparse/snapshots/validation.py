"""What is to be set, tried before anything is.

Owns the checks that need all values together; knows neither a parser nor how
files are laid out.
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

    Layer = tuple[dict[str, object], dict[str, Origin]]


def tried(
    manager: HyperParameterManager,
    layers: Sequence[Layer],
    converter_of: Callable[[str], Converter | None],
) -> list[Layer]:
    """Try to set values; the manager is as before when this is done.

    Args:
        manager: the manager.
        layers: values and their origins by name, in the order in which they are to be set.
        converter_of: returns the converter of a hyperparameter, None where there is none.

    Returns:
        The layers, fit to be set as they are.

    Raises:
        HpmanError: a value does not fit; what a file says is reported at its line.
    """
    merged: dict[str, object] = {}
    sources: dict[str, Origin] = {}
    settled: list[Layer] = []
    for layer in layers:
        values, origins = _settled(manager, merged, layer)
        for name, value in values.items():
            merged.pop(name, None)  # a key after its dict changes it
            merged[name] = value
        sources.update(origins)
        settled.append((values, origins))
    try:
        with manager.override(merged):
            _check_dicts(manager, sources, converter_of)
    except ImpossibleTree as error:
        origin = sources.get(error.name or "")
        raise error if origin is None else _told_at(error, origin, error.name) from None
    return settled


def _settled(manager: HyperParameterManager, merged: dict[str, object], layer: Layer) -> Layer:
    """Put whole dicts in the place of changes to keys that no name tells."""
    values, origins = layer
    if not any(isinstance(value, KeyChange) for value in values.values()):
        return layer
    whole: dict[str, object] = {}
    sources = dict(origins)
    for name, value in values.items():
        if isinstance(value, KeyChange):
            with manager.override({**merged, **whole}):
                before = manager.get_value(value.owner, raise_exception=False)
            try:
                changed = value.apply_to(before)
            except ConversionError as error:
                raise _told_at(error, origins[name], name) from None
            whole.pop(value.owner, None)
            whole[value.owner] = changed
            sources[value.owner] = origins[name].replace(value=changed)
        else:
            whole[name] = value
    return whole, sources


def _check_dicts(
    manager: HyperParameterManager,
    origins: dict[str, Origin],
    converter_of: Callable[[str], Converter | None],
) -> None:
    """Check a dict of which a key is changed as if it were given whole."""
    for name, origin in origins.items():
        for above in reversed([*ancestors(name, manager.separator)]):
            converter = converter_of(above)
            if converter is not None and not LIMIT_HINTS.isdisjoint(converter.hints):
                try:
                    converter.check(manager.get_value(above))
                except ConversionError as error:
                    raise _told_at(error, origin, name) from None


def _told_at(error: HpmanError, origin: Origin, name: str | None) -> HpmanError:
    """Say where the value at fault comes from."""
    told = error.diagnostics[0]
    message = f"`{name}`: {told.message}" if isinstance(error, ConversionError) else told.message
    if origin.kind == "file" and origin.path is not None:
        return SnapshotError.at(origin.path, origin.line, message, told.advice, name=name)
    if isinstance(error, ConversionError):
        return ConversionError.because(f"argument {origin.text}: {told.message}", name=name)
    return error
