"""The keys of a dict default by name: which of them `opt.lr` is.

Owns how names and keys belong together; knows neither files nor options.
"""

from __future__ import annotations

from hpman.names import ancestors
from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Path = tuple[object, ...]


class KeyChange(Record):
    """Change a key that a manager cannot tell by its name: one that is no text, or has a dot.

    Attributes:
        owner: the hyperparameter that holds the dict.
        path: the keys from that dict down.
        value: the new value.
    """

    __slots__ = ()
    owner: str
    path: tuple[object, ...]
    value: object

    def apply_to(self, whole: object) -> object:
        """Return a dict with this key changed; it and what it holds stay as they are.

        Raises:
            ConversionError: something on the way is no dict.

        >>> KeyChange("o", (1,), "b").apply_to({1: "a", 2: "c"})
        {1: 'b', 2: 'c'}
        """
        return self._changed(whole, self.path)

    def _changed(self, base: object, path: Sequence[object]) -> object:
        if not path:
            return self.value
        if not isinstance(base, dict):
            from hpman.literals import show_literal

            from ..errors import ConversionError

            raise ConversionError.because(
                f"the key {show_literal(self.path[-1])} of `{self.owner}` cannot be set:"
                f" the value above it is of the type {type(base).__name__}, which has no keys",
                name=self.owner,
            )
        return {**base, path[0]: self._changed(base.get(path[0], {}), path[1:])}


def key_change(owner: str, path: Sequence[object], value: object, separator: str) -> object:
    """Return what to set a key to: the value, unless its name tells a manager too little.

    Args:
        owner: the hyperparameter that holds the dict.
        path: the keys from that dict down.
        value: the new value.
        separator: what stands between the parts of a name.
    """
    return value if _is_plain(path, separator) else KeyChange(owner, tuple(path), value)


def key_paths(default: dict[object, object], separator: str) -> dict[str, Path]:
    """Return the path of each key in a dict, and in the dicts that it holds, by name.

    Where two have one name, the key is meant that a manager finds by it.

    >>> key_paths({"lr": 1, "on": {2: True}}, ".")
    {'lr': ('lr',), 'on': ('on',), 'on.2': ('on', 2)}
    """
    found: dict[str, Path] = {}
    stack: list[tuple[str, Path, object]] = [("", (), default)]
    while stack:
        start, above, level = stack.pop()
        if type(level) is not dict:
            continue
        below = []
        for key, value in level.items():
            name, path = f"{start}{_text(key)}", (*above, key)
            if name not in found or _is_plain(path, separator):
                found[name] = path
            below.append((f"{name}{separator}", path, value))
        stack += reversed(below)
    return found


def find_key(
    name: str, default: dict[object, object], known: dict[str, Path], separator: str
) -> Path | None:
    """Find the key that a name stands for.

    Args:
        name: the name without that of the hyperparameter.
        default: the dict.
        known: its keys, as `key_paths` gives them.
        separator: what stands between the parts of a name.

    Returns:
        The path of the key, a new one too where the default says nothing of what it may
        hold; None for a key that a dict with others lacks.

    >>> find_key("a.b", {"a": {}}, {"a": ("a",)}, "."), find_key("c", {"a": {}}, {"a": ("a",)}, ".")
    (('a', 'b'), None)
    """
    if name in known:
        return known[name]
    branches = reversed([*ancestors(name, separator)])
    above = next((each for each in branches if each in known), "")
    path = known.get(above, ())
    level: object = default
    for key in path:
        level = level[key]  # type: ignore[index]
    if level and type(level) is dict:
        return None
    rest = name[len(above) + len(separator) :] if path else name
    return (*path, *rest.split(separator))


def _text(key: object) -> str:
    """Spell a key as part of a name."""
    if isinstance(key, str):
        return key
    from hpman.literals import show_literal

    return show_literal(key)


def _is_plain(path: Sequence[object], separator: str) -> bool:
    """Tell whether a manager finds a key by its name."""
    return all(isinstance(key, str) and separator not in key for key in path)
