"""Find the key of a dict default that a name such as `opt.lr` stands for.

Owns how names and keys belong together. Must not know files or options.
"""

from __future__ import annotations

from hpman import Frozen, show_literal
from hpman.names import ancestors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Path = tuple[object, ...]


class KeyChange(Frozen):
    """A change of a key that no name identifies, since it is not a string or contains a dot."""

    __slots__ = ()
    owner: str  # the hyperparameter whose value is the dict
    path: tuple[object, ...]  # the keys from that dict down
    value: object

    def apply_to(self, value: object) -> object:
        """Return a copy of a dict with this key changed."""
        return self._changed(value, self.path)

    def _changed(self, value: object, path: Sequence[object]) -> object:
        if not path:
            return self.value
        if not isinstance(value, dict):
            from ..errors import ConversionError

            raise ConversionError.because(
                f"cannot set the key {show_literal(self.path[-1])} of `{self.owner}`:"
                f" the value above it is of type {type(value).__name__} and has no keys",
                name=self.owner,
            )
        return {**value, path[0]: self._changed(value.get(path[0], {}), path[1:])}


def key_change(owner: str, path: Sequence[object], value: object, separator: str) -> object:
    """Return the value to set for a key, or a `KeyChange` if no name identifies the key.

    The path leads from the dict of the owner to the key.
    """
    return value if _has_name(path, separator) else KeyChange(owner, tuple(path), value)


def key_paths(default: dict[object, object], separator: str) -> dict[str, Path]:
    """Return the path of each key in a dict and in the dicts inside it, by name.

    If two keys have the same name, it stands for the key that a manager finds.

    >>> key_paths({"lr": 1, "on": {2: True}}, ".")
    {'lr': ('lr',), 'on': ('on',), 'on.2': ('on', 2)}
    """
    paths: dict[str, Path] = {}
    stack: list[tuple[str, Path, object]] = [("", (), default)]
    while stack:
        prefix, above, level = stack.pop()
        if type(level) is not dict:
            continue
        below = []
        for key, value in level.items():
            path = (*above, key)
            name = f"{prefix}{key if isinstance(key, str) else show_literal(key)}"
            if name not in paths or _has_name(path, separator):
                paths[name] = path
            below.append((f"{name}{separator}", path, value))
        stack += reversed(below)
    return paths


def find_key(
    name: str, default: dict[object, object], paths: dict[str, Path], separator: str
) -> Path | None:
    """Return the path of the key that a name below a dict stands for.

    A new key has a path only if the dict above it is empty in the default. `paths` is
    the result of `key_paths`.

    >>> find_key("a.b", {"a": {}}, {"a": ("a",)}, "."), find_key("c", {"a": {}}, {"a": ("a",)}, ".")
    (('a', 'b'), None)
    """
    if name in paths:
        return paths[name]
    above = next(
        (branch for branch in reversed([*ancestors(name, separator)]) if branch in paths), ""
    )
    path = paths.get(above, ())
    level: Any = default
    for key in path:
        level = level[key]
    if level and type(level) is dict:
        return None
    rest = name[len(above) + len(separator) :] if path else name
    return (*path, *rest.split(separator))


def _has_name(path: Sequence[object], separator: str) -> bool:
    """Return whether a manager finds a key by its name."""
    return all(isinstance(key, str) and separator not in key for key in path)
