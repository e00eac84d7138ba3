"""Values to YAML that YAML 1.1 and 1.2 readers take the same way.

Owns how each kind of value is spelled in YAML; needs no YAML library and
knows no file. Sets and bytes carry the standard tags `!!set` and `!!binary`;
tuples, complex numbers, the ellipsis and lone surrogates carry tags of ours.
"""

from __future__ import annotations

from ..errors import UnsupportedValueError
from .value_limits import NESTED, unsupported_reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# What YAML 1.1 or 1.2 reads as something else than text, and what people do.
_WORDS = frozenset("y n yes no on off true false null none nan inf".split())
_PLAIN = frozenset("_/+-.@%=")
_KEY_LENGTH = 500  # YAML wants `?` before keys of more than 1024 characters.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_yaml(values: Mapping[str, object], *, in_order: bool = False) -> str:
    """Spell named values as a YAML mapping, one name a line.

    Args:
        values: the values by name.
        in_order: keep the order of the mapping instead of sorting.

    Raises:
        UnsupportedValueError: a value is no literal.

    >>> print(to_yaml({"lr": 1e-05, "ks": [1, 2], "opt": "no"}), end="")
    ks: [1, 2]
    lr: 1.0e-05
    opt: 'no'
    """
    lines = []
    for name in values if in_order else sorted(values):
        problem = unsupported_reason(values[name])
        if problem is not None:
            raise UnsupportedValueError(name, problem)
        key, explicit = _key(name)
        spelled = _spell(values[name])
        lines.append(f"? {key}\n: {spelled}\n" if explicit else f"{key}: {spelled}\n")
    return "".join(lines) or "{}\n"


def _spell(value: object) -> str:
    """Spell one plain value in a single line."""
    return _SPELLERS[type(value)](value)


def _key(key: object) -> tuple[str, bool]:
    """Spell a key, and tell whether it needs the explicit `? key : value`."""
    spelled = _spell(key)
    return spelled, type(key) in NESTED or len(spelled) > _KEY_LENGTH


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
    if code > 0xFFFF:
        return f"\\U{code:08X}"
    return f"\\u{code:04X}"


def _items(values: Iterable[object]) -> str:
    spelled = []
    for each in values:
        spelled.append(_spell(each))  # noqa: PERF401 - on 3.10 a comprehension is one frame more
    return ", ".join(spelled)


def _list(value: list[object]) -> str:
    return f"[{_items(value)}]"


def _tuple(value: tuple[object, ...]) -> str:
    return f"!tuple [{_items(value)}]"


def _set(value: set[object] | frozenset[object]) -> str:
    spelled = []
    for each in value:
        key, explicit = _key(each)
        spelled.append(f"? {key}" if explicit else key)
    tag = "!!set" if type(value) is set else "!frozenset"
    # Sorted, so that the text does not depend on hash seeds.
    return f"{tag} {{{', '.join(sorted(spelled))}}}"


def _dict(value: dict[object, object]) -> str:
    spelled = []
    for key, each in value.items():
        name, explicit = _key(key)
        pair = f"? {name} : " if explicit else f"{name}: "
        spelled.append(pair + _spell(each))
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
    list: _list,
    tuple: _tuple,
    set: _set,
    frozenset: _set,
    dict: _dict,
}
