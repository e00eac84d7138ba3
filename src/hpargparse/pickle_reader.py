"""Pickles read without running anything.

Owns which pickles are plain, and what is refused; knows no file and no
hyperparameter.
"""

from __future__ import annotations

import io
import pickle
import pickletools

from .yaml_writer import DEPTH_LIMIT

NODE_LIMIT = 1_000_000

_SCALARS = (type(None), bool, int, float, complex, str, bytes, bytearray, type(...))
_NESTED = (list, tuple, set, frozenset, dict)
_MEMO_OPCODES = ("PUT", "BINPUT", "LONG_BINPUT")
# These fetch objects from a registry that other code has filled, without a name to look at.
_REFUSED_OPCODES = ("EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "NEXT_BUFFER")


def load_plain(data: bytes) -> object:
    """Build the plain value that a pickle holds.

    Args:
        data: the pickle, of any protocol.

    Raises:
        pickle.UnpicklingError: it is broken, or asks for more than plain
            values; the message is a clause that names what it asked for.

    >>> load_plain(pickle.dumps({"ks": (1, 2.5), "s": {3j}}, 2))
    {'ks': (1, 2.5), 's': {3j}}
    """
    _inspect(data)
    try:
        value = _PlainUnpickler(io.BytesIO(data)).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # A broken pickle can raise nearly anything.
        raise pickle.UnpicklingError(f"it is broken: {error or type(error).__name__}") from error
    _demand_plain(value)
    return value


def _inspect(data: bytes) -> None:
    """Refuse what would take memory, or fetch objects, before anything is built."""
    try:
        for opcode, argument, _position in pickletools.genops(data):
            if opcode.name in _REFUSED_OPCODES:
                raise pickle.UnpicklingError(f"it asks for objects by the opcode {opcode.name}")
            # The table of remembered objects is an array as long as its highest index.
            if opcode.name in _MEMO_OPCODES and not 0 <= int(argument) <= len(data):
                raise pickle.UnpicklingError(f"it wants to remember {argument} objects")
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # The reader of opcodes raises whatever its parts raise.
        raise pickle.UnpicklingError(f"it is broken: {error}") from error


class _Builder(tuple):  # type: ignore[type-arg]
    """Build one plain value from the arguments that pickles give; nothing can be set on it."""

    __slots__ = ()

    def __call__(self, *arguments: object) -> object:
        """Check the arguments, so that `bytes(10**12)` makes nothing, and build."""
        build, allowed = self
        if tuple(map(type, arguments)) not in allowed:
            raise pickle.UnpicklingError(f"it calls {build.__name__} in an unusual way")
        return build(*arguments)


def _encoded(text: str, encoding: str) -> bytes:
    """Give the bytes that protocols 0 to 2 keep as Latin-1 text."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"it wants a text in the encoding {encoding}")
    return text.encode("latin-1")


def _bytearray(*arguments: object) -> bytearray:
    """Build a bytearray from bytes or from Latin-1 text."""
    if len(arguments) == 2:  # noqa: PLR2004 - a text and its encoding
        return bytearray(_encoded(*arguments))  # type: ignore[arg-type]
    return bytearray(*arguments)  # type: ignore[arg-type]


_BYTES = _Builder((bytes, {()}))
_SET = _Builder((set, {(), (list,)}))
_FROZENSET = _Builder((frozenset, {(), (list,)}))
_COMPLEX = _Builder((complex, {(float, float)}))
_BYTEARRAY = _Builder((_bytearray, {(), (bytes,), (str, str)}))
_ENCODED = _Builder((_encoded, {(str, str)}))
_ALLOWED: dict[tuple[str, str], object] = {("_codecs", "encode"): _ENCODED}
for _module in ("builtins", "__builtin__"):
    _ALLOWED[_module, "bytes"] = _BYTES
    _ALLOWED[_module, "set"] = _SET
    _ALLOWED[_module, "frozenset"] = _FROZENSET
    _ALLOWED[_module, "complex"] = _COMPLEX
    _ALLOWED[_module, "bytearray"] = _BYTEARRAY
    _ALLOWED[_module, "Ellipsis"] = ...


class _PlainUnpickler(pickle.Unpickler):
    """Unpickle, with every global refused but the builders of plain values."""

    def find_class(self, module_name: str, global_name: str) -> object:
        """Give a builder, or refuse with the name that was asked for."""
        try:
            return _ALLOWED[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for `{module_name}.{global_name}`") from None


def _demand_plain(value: object) -> None:
    """Refuse a value that is deep, holds itself, or is huge once written out."""
    level = [value]
    count = 0
    for _depth in range(DEPTH_LIMIT + 2):
        below: list[object] = []
        for each in level:
            if type(each) in _NESTED:
                below += each  # type: ignore[arg-type]
                if type(each) is dict:
                    below += each.values()
            elif type(each) not in _SCALARS:
                raise pickle.UnpicklingError(f"it holds a {type(each).__name__} as a value")
            count += 1
            if count + len(below) > NODE_LIMIT:
                raise pickle.UnpicklingError(f"it stands for more than {NODE_LIMIT} values")
        if not below:
            return
        level = below
    raise pickle.UnpicklingError(f"it is nested deeper than {DEPTH_LIMIT} levels, or holds itself")
