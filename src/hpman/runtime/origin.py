"""Where values come from: origins, the record of all writes, and the line that called.

Owns how an origin is displayed, how the caller is found, and what set each value and when;
must not know which value wins.
"""

from __future__ import annotations

import sys

from ..frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from types import CodeType, FrameType
    from typing import Any, TypeAlias

    Origins: TypeAlias = "Origin | Mapping[str, Origin]"
    Place = tuple[str, str | None, int | None, str | None]  # an origin without its value
    Event = tuple[int, str, Place, Any]
    Batch = tuple[int, Place, dict[str, Any]]
    State = tuple[int, list[Batch]]

OUR_PACKAGES = ("hpman", "hpargparse")
CELLS: dict[str, str] = {}  # the names to show for the files that a kernel runs cells from
_MAX_LENGTH = 80
_OPTIMIZED = 1  # inspect.CO_OPTIMIZED: set for functions, not for modules and class bodies


class Origin(Frozen):
    """Describe what gave a value, and where.

    Attributes:
        kind: "source" for a default in the sources, "call" for a default given by the
            running program, else "setter", "file", "option", "override" or "environment".
        path: the file, or None.
        line: the line in that file, counted from 1, or None.
        text: the default as it is written, or a description of the origin.
        value: the value.

    >>> print(Origin("source", "train.py", 12, "1e-3", 0.001))
    train.py:12 default 1e-3
    >>> print(Origin("option", text="--lr", value=0.1))
    --lr
    """

    __slots__ = ()
    kind: str
    path: str | None = None
    line: int | None = None
    text: str | None = None
    value: Any = None

    @property
    def is_default(self) -> bool:
        """Whether the value is a default, which any value that is set overrides."""
        return self.kind in ("source", "call")

    @property
    def place(self) -> str:
        """`path:line` as far as they are known, relative to the current directory."""
        if self.path is None:
            return ""
        from ..text import display_path

        path = display_path(CELLS.get(self.path, self.path))
        return path if self.line is None else f"{path}:{self.line}"

    @property
    def words(self) -> str:
        """The text after the place."""
        if self.kind == "call":
            return f"call {self.text or brief(self.value)}"
        words = _one_line(self.text or "")
        return f"default {words}".rstrip() if self.kind == "source" else words

    def __str__(self) -> str:
        return " ".join(filter(None, [self.place, self.words])) or self.kind


class Explanation(tuple["Origin", ...]):
    """The origins of a value, lowest precedence first: the last one wins.

    >>> print(Explanation([Origin("source", "a.py", 1, "2"), Origin("option", text="--a")]))
    a.py:1 default 2
    --a
    """

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(str(origin) for origin in self)

    def _repr_html_(self) -> str:
        from .html import explanation_html

        return explanation_html(self)


def brief(value: object) -> str:
    """Return the `repr` of a value on one short line.

    >>> brief(list(range(1000)))
    '[0, 1, 2, 3, 4, 5, ...]'
    """
    import reprlib

    try:
        text = reprlib.repr(value)
    except ValueError:  # an int with more digits than Python converts
        text = f"<{type(value).__name__} of many digits>"
    return _one_line(text)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_LENGTH else f"{line[: _MAX_LENGTH - 3]}..."


class CallSite:
    """The place of a call.

    The line is computed on demand. Python counts lines from the start of the code,
    which can take longer than everything else in a call.

    Args:
        path: the file.
        code: the code that contains the call, None if the line is known.
        position: the offset of an instruction in the code, or the line.
    """

    __slots__ = ("_code", "_position", "path")

    def __init__(self, path: str, code: CodeType | None, position: int) -> None:
        self.path: str = path
        self._code = code
        self._position = position

    @property
    def line(self) -> int:
        """The line in the file, counted from 1."""
        if self._code is None:
            return self._position
        for start, end, line in self._code.co_lines():
            if line and start <= self._position < end:
                return line
        return self._code.co_firstlineno

    @property
    def runs_once(self) -> bool:
        """Whether the call is in the body of a module or a class."""
        return self._code is not None and not self._code.co_flags & _OPTIMIZED

    def __reduce__(self) -> tuple[type[CallSite], tuple[str, None, int]]:
        return CallSite, (self.path, None, self.line)  # code does not pickle


def frame_outside(packages: Container[str], frame: FrameType | None = None) -> FrameType:
    """Return the nearest calling frame outside some packages, or else the outermost frame.

    Args:
        packages: the names of top-level packages.
        frame: where to start; the caller by default.
    """
    frame = frame or sys._getframe(1)
    while frame.f_back is not None:
        module = frame.f_globals.get("__name__")
        if not isinstance(module, str) or module.partition(".")[0] not in packages:
            break
        frame = frame.f_back
    return frame


def call_site() -> CallSite:
    """Return the place of the nearest caller outside this project."""
    frame = frame_outside(OUR_PACKAGES, sys._getframe(2))
    return CallSite(frame.f_code.co_filename, frame.f_code, frame.f_lasti)


def caller(kind: str, text: str) -> Origin:
    """Return an origin of the given kind at the nearest caller outside this project.

    >>> caller("setter", "set_value").text
    'set_value'
    """
    frame = frame_outside(OUR_PACKAGES)
    return Origin(kind, frame.f_code.co_filename, frame.f_lineno, text)


UNKNOWN = Origin("setter")  # the origin of a value if none is given


class History:
    """Remember, for each name, the latest value that each place has set.

    Attributes:
        time: the number of writes so far.
    """

    __slots__ = ("_batches", "time")

    def __init__(self) -> None:
        self.time: int = 0
        # Values that are set together form a batch. If a place sets the same names again,
        # the new batch replaces the old one, so the history does not grow in a loop.
        self._batches: dict[object, Batch] = {}

    def copy(self) -> History:
        """Return a copy for a block."""
        new = History()
        new.time, new._batches = self.time, self._batches.copy()
        return new

    def record(
        self, values: dict[str, Any], origins: Origins, above: Callable[[str], Iterable[str]]
    ) -> None:
        """Record values that were set. The dict is kept, not copied.

        `origins` may be by name; a name without one has that of the nearest name above it.
        """
        self.time += 1
        if isinstance(origins, Origin):
            self._add(self.time, origins[:4], values)
            return
        for name, value in values.items():
            nearest = [UNKNOWN, *(origins[n] for n in (*above(name), name) if n in origins)][-1]
            self._add(self.time, nearest[:4], {name: value})

    def _add(self, time: int, place: Place, values: dict[str, Any]) -> None:
        self._batches[place, tuple(values)] = time, place, values

    def events(self, names: Iterable[str], *, below: str | None = None) -> list[Event]:
        """Return what set one of the names, or one that starts with `below`, oldest first."""
        names = tuple(names)
        latest: dict[object, Event] = {}
        for time, place, values in self._batches.values():
            found = [name for name in names if name in values]
            if below is not None:
                found += [name for name in values if name.startswith(below)]
            for name in found:
                event = time, name, place, values[name]
                latest[name, place] = max(event, latest.get((name, place), event), key=_time)
        return sorted(latest.values(), key=_time)

    def state(self) -> State:
        """Return everything as plain data."""
        batches = self._batches.values()
        return self.time, [(time, place, dict(values)) for time, place, values in batches]

    def adopt(self, state: State) -> None:
        """Record what `state` returned in another process, after everything recorded here."""
        time, batches = state
        for written, place, values in batches:
            self._add(self.time + written, place, values)
        self.time += time


def _time(event: Event) -> int:
    return event[0]
