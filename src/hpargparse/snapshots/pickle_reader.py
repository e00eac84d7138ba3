"""Pickles read without running anything, unless they are trusted.

Owns which pickles are plain, and what is refused; knows no file and no
hyperparameter.
"""

from __future__ import annotations

import io
import pickle
import pickletools

from .pickle_sizes import MEMO_OPCODES, Sizes
from .value_limits import DEPTH_LIMIT, unsupported_reason

# These fetch objects from a registry that other code has filled, without a name to look at.
_REFUSED_OPCODES = ("EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "NEXT_BUFFER")


class RefusedPickleError(pickle.UnpicklingError):
    """Report a pickle that is not read; the message is a clause on it."""


class BrokenPickleError(RefusedPickleError):
    """Report a pickle that nobody can read, as one that was cut off."""


def load_any(data: bytes) -> object:
    """Build what a pickle holds, which runs what it says.

    Args:
        data: the pickle, of any protocol.

    Raises:
        RefusedPickleError: it cannot be read.
    """
    try:
        return pickle.loads(data)  # noqa: S301 - the caller asked for it by name
    except (pickle.UnpicklingError, EOFError) as error:
        raise BrokenPickleError(f"it is broken: {error}") from error
    except Exception as error:  # What it runs can raise anything.
        raise RefusedPickleError(f"it raises {type(error).__name__}: {error}") from error


def load_plain(data: bytes) -> object:
    """Build the plain value that a pickle holds.

    Args:
        data: the pickle, of any protocol.

    Raises:
        RefusedPickleError: it is broken, a BrokenPickleError, or asks for more than plain
            values; the message is a clause that names what it asked for.

    >>> load_plain(pickle.dumps({"ks": (1, 2.5), "s": {3j}}, 2))
    {'ks': (1, 2.5), 's': {3j}}
    """
    _inspect(data)
    try:
        value = _PlainUnpickler(io.BytesIO(data)).load()
    except RefusedPickleError:
        raise
    except Exception as error:  # A broken pickle can raise nearly anything.
        raise BrokenPickleError(f"it is broken: {type(error).__name__}: {error}") from error
    problem = unsupported_reason(
        value, levels=DEPTH_LIMIT + 1
    )  # names are a level above the values
    if problem is not None:
        raise RefusedPickleError(f"it {problem}")
    return value


def _inspect(data: bytes) -> None:
    """Refuse what would take memory, or fetch objects, before anything is built."""
    problem = None
    sizes = Sizes()
    try:
        for opcode, argument, _position in pickletools.genops(data):
            if opcode.name in _REFUSED_OPCODES:
                problem = f"it asks for objects by the opcode {opcode.name}"
                break
            # The table of remembered objects is an array as long as its highest index.
            if opcode.name in MEMO_OPCODES and not 0 <= int(argument or 0) <= len(data):
                problem = f"it wants to remember {argument} objects"
                break
            sizes.follow(opcode, argument)
            if sizes.problem is not None:
                problem = f"it {sizes.problem}"
                break
    except Exception as error:  # The reader of opcodes raises whatever its parts raise.
        raise BrokenPickleError(f"it is broken: {error}") from error
    if problem is not None:
        raise RefusedPickleError(problem)


class _Builder(tuple):  # type: ignore[type-arg]
    """Build one plain value from the arguments that pickles give; nothing can be set on it."""

    __slots__ = ()

    def __call__(self, *arguments: object) -> object:
        """Check the arguments, so that `bytes(10**12)` makes nothing, and build."""
        build, allowed = self
        if tuple(map(type, arguments)) not in allowed:
            raise RefusedPickleError(f"it calls {build.__name__} in an unusual way")
        return build(*arguments)


# Where a pickle takes one for a value, or for an object, messages name it as what it stands for.
_Builder.__module__, _Builder.__name__, _Builder.__qualname__ = "builtins", "class", "class"


def _encoded(text: str, encoding: str) -> bytes:
    """Give the bytes that protocols 0 to 2 keep as Latin-1 text."""
    if encoding not in ("latin1", "latin-1"):
        raise RefusedPickleError(f"it wants a text in the encoding {encoding}")
    return text.encode("latin-1")


_BYTES = _Builder((bytes, {()}))
_SET = _Builder((set, {(), (list,)}))
_FROZENSET = _Builder((frozenset, {(), (list,)}))
_COMPLEX = _Builder((complex, {(float, float)}))
_ENCODED = _Builder((_encoded, {(str, str)}))
_ALLOWED: dict[tuple[str, str], object] = {("_codecs", "encode"): _ENCODED}
for _module in ("builtins", "__builtin__"):
    _ALLOWED[_module, "bytes"] = _BYTES
    _ALLOWED[_module, "set"] = _SET
    _ALLOWED[_module, "frozenset"] = _FROZENSET
    _ALLOWED[_module, "complex"] = _COMPLEX
    _ALLOWED[_module, "Ellipsis"] = ...


class _PlainUnpickler(pickle.Unpickler):
    """Unpickle, with every global refused but the builders of plain values."""

    def find_class(self, module_name: str, global_name: str) -> object:
        """Give a builder, or refuse with the name that was asked for."""
        try:
            return _ALLOWED[module_name, global_name]
        except KeyError:
            raise RefusedPickleError(f"it asks for `{module_name}.{global_name}`") from None
