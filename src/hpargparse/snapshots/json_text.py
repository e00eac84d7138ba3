"""Values to JSON and back, each key with its line.

Owns what JSON can hold; knows no file and no hyperparameter.
"""

from __future__ import annotations

import json
import re
from math import isfinite

from ..errors import SnapshotError, UnsupportedValueError
from .value_limits import DEPTH_LIMIT, short_repr, type_name, unsupported_reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON_SCALARS = (type(None), bool, int, float, str)
# Runs of ordinary characters in one step: one by one, a long text takes a hundred times its size.
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,\n]')


def to_json(values: Mapping[str, object], *, in_order: bool = False) -> str:
    """Spell named values as a JSON object, one name a line.

    Args:
        values: the values by name.
        in_order: keep the order of the mapping instead of sorting.

    Raises:
        UnsupportedValueError: JSON has no such value.

    >>> print(to_json({"lr": 1e-05, "ks": [1, 2]}), end="")
    {
      "ks": [1, 2],
      "lr": 1e-05
    }
    """
    lines = []
    for name in values if in_order else sorted(values):
        problem = unsupported_reason(values[name]) or _why_not_json([name, values[name]])
        if problem is not None:
            raise UnsupportedValueError(name, problem)
        try:
            spelled = json.dumps(values[name], ensure_ascii=False)
        except ValueError as error:  # An int of more digits than Python spells.
            raise UnsupportedValueError(name, f"cannot be spelled: {error}") from None
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}: {spelled}")
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"


def from_json(
    path: str, text: str, advice: str = "Mend the line."
) -> tuple[object, dict[tuple[str, ...], int]]:
    """Read a JSON text.

    Args:
        path: the name of the file, for messages.
        text: the text of the file.
        advice: what to do about a text that is no JSON.

    Returns:
        the value, and the line of each key by its path.

    Raises:
        SnapshotError: the text is no JSON, or gives a key twice.

    >>> from_json("cfg.json", '{"model": {"depth": 3}}')
    ({'model': {'depth': 3}}, {('model',): 1, ('model', 'depth'): 1})
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"{error.msg}, at column {error.colno}"
        raise _malformed(path, error.lineno, problem, advice) from None
    except RecursionError:
        raise _malformed(path, None, "it is nested too deep", advice) from None
    except ValueError as error:  # An int of more digits than Python reads.
        raise _malformed(path, None, str(error), advice) from None
    return value, _Keys(path, advice).find(text)


def _malformed(path: str, line: int | None, problem: str, advice: str) -> SnapshotError:
    return SnapshotError.at(path, line, f"This cannot be read as JSON: {problem}.", advice)


class _Keys:
    """Find the line of each key, and keys that are given twice, in a text known to be JSON."""

    def __init__(self, path: str, advice: str) -> None:
        self.path = path
        self.advice = advice
        self.lines: dict[tuple[str, ...], int] = {}
        # For each open bracket: the path to it, None below an array; and the lines of its keys.
        self.open: list[tuple[tuple[str, ...] | None, dict[str, int]]] = []

    def find(self, text: str) -> dict[tuple[str, ...], int]:
        """Return the line of each key by its path."""
        line = 1
        last = key = ""
        for mark in _MARK.findall(text):
            if mark == "\n":
                line += 1
                continue
            if mark == ":":
                key = json.loads(last)
                self.take(key, line)
            elif mark in "[{":
                if len(self.open) > DEPTH_LIMIT + 1:  # names are a level above the values
                    problem = f"it is nested deeper than {DEPTH_LIMIT} levels"
                    raise _malformed(self.path, line, problem, self.advice)
                self.open.append((self.place_of(key if last == ":" else None), {}))
            elif mark in "]}":
                self.open.pop()
            last = mark
        return self.lines

    def place_of(self, key: str | None) -> tuple[str, ...] | None:
        """Give the path of a key in the object that is open, None below an array."""
        if not self.open:
            return ()
        above = self.open[-1][0]
        return None if above is None or key is None else (*above, key)

    def take(self, key: str, line: int) -> None:
        """Note the line of a key; refuse one that its object has already."""
        keys = self.open[-1][1]
        if key in keys:
            raise SnapshotError.at(
                self.path,
                line,
                f"The key {short_repr(key)} is given twice, first in line {keys[key]}.",
                "Delete one of the two.",
            )
        keys[key] = line
        place = self.place_of(key)
        if place is not None:
            self.lines[place] = line


def _why_not_json(value: object) -> str | None:
    """Tell why JSON has no spelling for a plain value."""
    problem = None
    if isinstance(value, float) and not isfinite(value):
        problem = f"holds {value!r}, and JSON has no such number"
    elif isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value):
        problem = "holds a lone surrogate, which is no character of JSON"
    elif isinstance(value, dict):
        odd = [key for key in value if type(key) is not str]
        if odd:
            problem = f"has the key {short_repr(odd[0])}, and keys of JSON are texts"
        else:
            problem = _why_not_json([*value, *value.values()])
    elif isinstance(value, list):
        problem = next(filter(None, map(_why_not_json, value)), None)
    elif type(value) not in _JSON_SCALARS:
        problem = f"holds a {type_name(value)}, which JSON has not"
    return problem
