"""Values to YAML that YAML 1.1 and 1.2 readers take the same way.

Owns how each kind of value is spelled in YAML; needs no YAML library and
knows no file. Sets and bytes carry the standard tags `!!set` and `!!binary`;
tuples, complex numbers, the ellipsis and lone surrogates carry tags of ours.
"""

from __future__ import annotations

from .errors import Unholdable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEPTH_LIMIT = 250

# What YAML 1.1 or 1.2 reads as something else than text, and what people do.
_WORDS = frozenset("y n yes no on off true false null none nan inf".split())
_PLAIN = frozenset("_/+-.@%=")
_KEY_LENGTH = 500  # YAML wants `?` before keys of more than 1024 characters.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_yaml(values: Mapping[str, object]) -> str:
    """Spell named values as a YAML mapping: sorted names, one a line.

    Args:
        values: the values by name.

    Raises:
        Unholdable: a value is no literal; the arguments are its name and why.

    >>> print(to_yaml({"lr": 1e-05, "ks": [1, 2], "opt": "no"}), end="")
    ks: [1, 2]
    lr: 1.0e-05
    opt: 'no'
    """
    lines = []
    for name in sorted(values):
        try:
            spelled = _spell(values[name], 1)
        except Unholdable as problem:
            raise Unholdable(name, *problem.args) from None
        key, explicit = _key(name, 0)
        lines.append(f"? {key}\n: {spelled}\n" if explicit else f"{key}: {spelled}\n")
    return "".join(lines) or "{}\n"


def _spell(value: object, depth: int) -> str:
    """Spell one value in a single line."""
    spell = _SPELLERS.get(type(value))
    if spell is not None:
        return spell(value)
    spell_nested = _NESTED.get(type(value))
    if spell_nested is None:
        kind = type(value)
        raise Unholdable(f"is a {kind.__module__}.{kind.__qualname__}, which is no literal")
    if depth > DEPTH_LIMIT:
        raise Unholdable(f"is nested deeper than {DEPTH_LIMIT} levels, or holds itself")
    return spell_nested(value, depth + 1)


def _key(key: object, depth: int) -> tuple[str, bool]:
    """Spell a key, and tell whether it needs the explicit `? key : value`."""
    spelled = _spell(key, depth)
    return spelled, type(key) in _NESTED or len(spelled) > _KEY_LENGTH


def _none(_value: None) -> str:
    return "null"


def _bool(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "true" if value else "false"


def _int(value: int) -> str:
    try:
        return repr(value)
    except ValueError:  # Python limits the digits of base 10 only.
        shown = hex(value)
        # YAML 1.2 knows no sign before 0x, so the tag has to say it.
        return shown if value > 0 else f"!!int '{shown}'"


def _float(value: float) -> str:
    shown = repr(value)
    if "n" in shown:
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[shown]
    # YAML 1.1 takes 1e-05 for a text: it wants a point.
    return shown if "." in shown else shown.replace("e", ".0e")


def _complex(value: complex) -> str:
    return f"!complex {repr(value).strip('()')}"


def _ellipsis(_value: object) -> str:
    return "!ellipsis '...'"


def _bytes(value: bytes) -> str:
    from binascii import b2a_base64

    return f'!!binary "{b2a_base64(value, newline=False).decode("ascii")}"'


def _str(text: str) -> str:
    first = text[:1]
    if (
        (first.isalpha() or first in ("_", "/"))
        and text.lower() not in _WORDS
        and not text.endswith(" ")
        and all(each.isalnum() or each in _PLAIN or each == " " for each in text)
    ):
        return text
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    if any("\ud800" <= each <= "\udfff" for each in text):
        from binascii import b2a_base64

        encoded = b2a_base64(text.encode("utf-8", "surrogatepass"), newline=False)
        return f'!surrogates "{encoded.decode("ascii")}"'
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    """Spell one character inside double quotes."""
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code > 0xFFFF:  # noqa: PLR2004 - the last code point that four digits hold
        return f"\\U{code:08X}"
    return f"\\u{code:04X}"


def _items(values: object, depth: int) -> str:
    spelled = []
    for each in values:  # type: ignore[attr-defined]
        spelled.append(_spell(each, depth))  # noqa: PERF401 - a comprehension is one frame more
    return ", ".join(spelled)


def _list(value: list[object], depth: int) -> str:
    return f"[{_items(value, depth)}]"


def _tuple(value: tuple[object, ...], depth: int) -> str:
    return f"!tuple [{_items(value, depth)}]"


def _frozenset(value: frozenset[object], depth: int) -> str:
    return f"!frozenset {_set(value, depth).partition(' ')[2]}"


def _set(value: set[object] | frozenset[object], depth: int) -> str:
    spelled = []
    for each in value:
        key, explicit = _key(each, depth)
        spelled.append(f"? {key}" if explicit else key)
    # Sorted, so that the text does not depend on hash seeds.
    return f"!!set {{{', '.join(sorted(spelled))}}}"


def _dict(value: dict[object, object], depth: int) -> str:
    spelled = []
    for key, each in value.items():
        name, explicit = _key(key, depth)
        pair = f"? {name} : " if explicit else f"{name}: "
        spelled.append(pair + _spell(each, depth))
    return f"{{{', '.join(spelled)}}}"


_SPELLERS: dict[type, Callable[..., str]] = {
    type(None): _none,
    bool: _bool,
    int: _int,
    float: _float,
    str: _str,
    bytes: _bytes,
    complex: _complex,
    type(...): _ellipsis,
}
_NESTED: dict[type, Callable[..., str]] = {
    list: _list,
    tuple: _tuple,
    set: _set,
    frozenset: _frozenset,
    dict: _dict,
}
