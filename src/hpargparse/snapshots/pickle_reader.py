"""Read pickles without running anything, unless they are trusted.

Owns which pickles are accepted. Must not know files or hyperparameters. The reader
interprets the opcodes itself, and only those that plain values need. So no pickle can
import an object, allocate more than it contains or overflow the stack.
"""

from __future__ import annotations

import pickle
import pickletools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from hpman.text import truncate

from .value_limits import DEPTH_LIMIT, SCALARS, HashLimit, unsupported_reason

_KEY_LIMIT = 10_000  # most values in a key, because hashing visits all of them


class RefusedPickleError(pickle.UnpicklingError):
    """Report a pickle that is not accepted. The message is a clause about it."""


class BrokenPickleError(RefusedPickleError):
    """Report an invalid pickle, such as one that was cut off."""


def load_any(data: bytes) -> object:
    """Build any object that a pickle contains. This can run code.

    Raises:
        RefusedPickleError: if it cannot be read.
    """
    try:
        return pickle.loads(data)  # noqa: S301 - the caller explicitly trusts it
    except (pickle.UnpicklingError, EOFError) as error:
        raise BrokenPickleError(f"it is broken: {error}") from error
    except Exception as error:  # What it runs can raise anything.
        raise RefusedPickleError(f"it raises {type(error).__name__}: {error}") from error


def load_plain(data: bytes) -> object:
    """Build the plain value that a pickle of any protocol contains.

    Raises:
        BrokenPickleError: if it cannot be read.
        RefusedPickleError: if it needs more than plain values. The message names what.
    """
    try:
        value = _build(data)
    except RefusedPickleError:
        raise
    except Exception as error:  # A broken pickle can raise nearly anything.
        raise BrokenPickleError(f"it is broken: {type(error).__name__}: {error}") from error
    reason = unsupported_reason(value, levels=DEPTH_LIMIT + 1)  # names are a level of their own
    if reason is not None:
        raise RefusedPickleError(f"it {reason}")
    return value


def _build(data: bytes) -> object:
    """Carry out the opcodes of a pickle."""
    stack: list[Any] = []
    marks: list[int] = []  # the height of the stack at each open mark
    memo: dict[int, Any] = {}
    limit = HashLimit()
    hashes: dict[int, Counter[int]] = defaultdict(Counter)  # of the keys, by the id of their dict
    argument: Any
    for opcode, argument, _position in pickletools.genops(data):
        name = opcode.name
        if name in _ARGUMENTS:
            stack.append(argument)
        elif name in _BUILDERS:
            count, build = _BUILDERS[name]
            items = _take(stack, marks, count)
            _check_keys(_keys(name, items), Counter(), limit)
            stack.append(build(items))
        elif name in _FILLERS:
            count, fill = _FILLERS[name]
            items = _take(stack, marks, count)
            _check_keys(_keys(name, items), hashes[id(stack[-1])], limit)
            fill(stack[-1], items)
        elif name in _PUTS:
            memo[len(memo) if argument is None else int(argument)] = stack[-1]
        elif name in _GETS:
            stack.append(memo[int(argument)])
        elif name in ("GLOBAL", "INST"):
            stack.append(_find(argument.split(" ", 1)))
        elif name == "MARK":
            marks.append(len(stack))
        elif name not in _IGNORED:
            raise RefusedPickleError(f"it uses the opcode {name}, which plain values do not need")
    return stack.pop()


def _take(stack: list[Any], marks: list[int], count: int) -> list[Any]:
    """Remove and return the last values of the stack, as many as given or up to the mark."""
    start = marks.pop() if count == _UP_TO_MARK else len(stack) - count
    if start < 0:
        raise IndexError("the stack is too short")
    items = stack[start:]
    del stack[start:]
    return items


def _find(name: Sequence[str]) -> object:
    """Return the function or value that a pickle refers to by module and name."""
    try:
        return _GLOBALS[".".join(name)]
    except KeyError as error:
        raise RefusedPickleError(f"it refers to `{truncate(error.args[0])}`") from None


def _call(items: list[Any]) -> object:
    # The only values on the stack that can be called are the functions of `_GLOBALS`.
    function, arguments = items
    return function(*arguments)


def _keys(opcode: str, items: list[Any]) -> Sequence[Any]:
    """Return the keys that an opcode adds to a dict or set."""
    if opcode in ("DICT", "SETITEM", "SETITEMS"):
        return items[::2]
    if opcode == "REDUCE" and items[0] in (set, frozenset):
        (keys,) = items[1] or ((),)
        return [*keys]
    return items if opcode in ("FROZENSET", "ADDITEMS") else ()


def _check_keys(keys: Sequence[Any], hashes: Counter[int], limit: HashLimit) -> None:
    """Refuse keys whose hashes take long, or could overflow the C stack."""
    for key in keys:
        reason = None if type(key) in SCALARS else unsupported_reason(key, limit=_KEY_LIMIT)
        if reason is not None:
            raise RefusedPickleError(f"it has a key that {reason}")
        if limit.exceeded_by(key, hashes):
            raise RefusedPickleError("it has too many keys of the same hash")


def _dict(items: list[Any]) -> dict[Any, Any]:
    return dict(zip(items[::2], items[1::2], strict=True))


def _encode(text: str, encoding: str) -> bytes:
    """Return the bytes that protocols 0 to 2 keep as Latin-1 text."""
    if encoding not in ("latin1", "latin-1"):
        raise RefusedPickleError(f"it uses the encoding {encoding}")
    return text.encode("latin-1")


_GLOBALS: dict[str, Any] = {
    "_codecs.encode": _encode,
    "builtins.bytes": lambda: b"",
    "builtins.complex": complex,
    "builtins.frozenset": frozenset,
    "builtins.set": set,
    "builtins.Ellipsis": ...,
}
# The name of the module in protocols 0 to 2.
_GLOBALS |= {name.replace("builtins", "__builtin__"): _GLOBALS[name] for name in _GLOBALS}
_UP_TO_MARK = -1
_IGNORED = ("PROTO", "FRAME", "STOP")
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE")
_GETS = ("GET", "BINGET", "LONG_BINGET")
_ARGUMENTS = frozenset(  # opcodes that push their argument
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE BINUNICODE "
    "SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8".split()
)
_BUILDERS: dict[str, tuple[int, Callable[[list[Any]], object]]] = {
    "NONE": (0, lambda _nothing: None),
    "NEWTRUE": (0, lambda _nothing: True),
    "NEWFALSE": (0, lambda _nothing: False),
    "EMPTY_LIST": (0, list),
    "EMPTY_TUPLE": (0, tuple),
    "EMPTY_DICT": (0, dict),
    "EMPTY_SET": (0, set),
    "LIST": (_UP_TO_MARK, list),
    "TUPLE": (_UP_TO_MARK, tuple),
    "TUPLE1": (1, tuple),
    "TUPLE2": (2, tuple),
    "TUPLE3": (3, tuple),
    "DICT": (_UP_TO_MARK, _dict),
    "FROZENSET": (_UP_TO_MARK, frozenset),
    "STACK_GLOBAL": (2, _find),
    "REDUCE": (2, _call),
}
_FILLERS: dict[str, tuple[int, Callable[[Any, list[Any]], object]]] = {
    "APPEND": (1, list.extend),
    "APPENDS": (_UP_TO_MARK, list.extend),
    "ADDITEMS": (_UP_TO_MARK, set.update),
    "SETITEM": (2, lambda value, items: dict.update(value, _dict(items))),
    "SETITEMS": (_UP_TO_MARK, lambda value, items: dict.update(value, _dict(items))),
}
