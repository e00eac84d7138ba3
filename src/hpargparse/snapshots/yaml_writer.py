"""Write values as YAML text that readers of YAML 1.1 and 1.2 understand alike.

Owns the notation of each type in YAML; needs no YAML library. Must not know files. Sets
and bytes have the standard tags `!!set` and `!!binary`; tuples, complex numbers, the
ellipsis and strings with lone surrogates have tags of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..errors import UnsupportedValueError
from .value_limits import NESTED, unsupported_reason

# Words that YAML 1.1, YAML 1.2 or a person may not take for strings.
_RESERVED = frozenset("y n yes no on off true false null none nan inf".split())
_UNQUOTED = frozenset("_/+-.@%= ")
_KEY_LENGTH = 500  # YAML requires `?` before keys of more than 1024 characters.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_yaml(values: Mapping[str, object], *, in_order: bool = False) -> str:
    """Return named values as a YAML mapping, with one name per line, sorted or in order.

    Raises:
        UnsupportedValueError: if a value is not a literal.
    """
    lines = []
    for name in values if in_order else sorted(values):
        reason = unsupported_reason(values[name])
        if reason is not None:
            raise UnsupportedValueError(name, reason)
        key, value = _write(name), _write(values[name])
        lines.append(f"? {key}\n: {value}\n" if len(key) > _KEY_LENGTH else f"{key}: {value}\n")
    return "".join(lines) or "{}\n"


def key_text(old: str, new: str, serial_format: str) -> str:
    """Return the text of a new key, with the quotes of the old one."""
    if serial_format == "json":
        import json

        return json.dumps(new, ensure_ascii=False)
    import re

    properties = re.match(r"(?:[&!]\S*\s+)*", old)
    start = properties[0] if properties else ""
    return f"{start}{_yaml_key(old[len(start) :], new)}"


def _yaml_key(old: str, new: str) -> str:
    if old[:1] == '"' and new.isprintable():
        return '"' + new.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if old[:1] == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    return _write(new)


def _write(value: object) -> str:
    return _WRITERS[type(value)](value)


def _int(value: int) -> str:
    try:
        return repr(value)
    except ValueError:  # Python limits the digits of base 10 only.
        # YAML 1.2 allows no sign before 0x unless there is a tag.
        return hex(value) if value > 0 else f"!!int '{value:#x}'"


def _float(value: float) -> str:
    text = repr(value)
    if "n" in text:
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[text]
    # YAML 1.1 takes 1e-05 for a string: it requires a point.
    return text if "." in text else text.replace("e", ".0e")


def _bytes(value: bytes, tag: str = "!!binary") -> str:
    from binascii import b2a_base64

    return f'{tag} "{b2a_base64(value, newline=False).decode("ascii")}"'


def _str(text: str) -> str:
    if (
        (text[:1].isalpha() or text[:1] in ("_", "/"))
        and text.lower() not in _RESERVED
        and not text.endswith(" ")
        and all(letter.isalnum() or letter in _UNQUOTED for letter in text)
    ):
        return text
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return _bytes(text.encode("utf-8", "surrogatepass"), "!surrogates")
    return f'"{"".join(map(_escape, text))}"'


def _escape(letter: str) -> str:
    if letter.isprintable() or letter in _ESCAPES:
        return _ESCAPES.get(letter, letter)
    return f"\\U{ord(letter):08X}" if letter > "\uffff" else f"\\u{ord(letter):04X}"


def _items(values: Iterable[object]) -> str:
    texts = []
    for value in values:
        texts.append(_write(value))  # noqa: PERF401 - on 3.10 a comprehension adds a frame
    return ", ".join(texts)


def _set(value: set[object] | frozenset[object]) -> str:
    elements = []
    for element in value:
        text, mark = _key(element)
        elements.append(f"{mark}{text}")
    tag = "!!set" if type(value) is set else "!frozenset"
    # Sorted, because the order of a set differs between processes.
    return f"{tag} {{{', '.join(sorted(elements))}}}"


def _dict(value: dict[object, object]) -> str:
    pairs = []
    for key, item in value.items():
        text, mark = _key(key)
        pairs.append(f"{mark}{text}{' ' if mark else ''}: {_write(item)}")
    return f"{{{', '.join(pairs)}}}"


def _key(key: object) -> tuple[str, str]:
    """Return a key inside braces, and the mark that it needs in front."""
    text = _write(key)
    return text, "? " if type(key) in NESTED or len(text) > _KEY_LENGTH else ""


_WRITERS: dict[type, Callable[..., str]] = {
    type(None): lambda _value: "null",
    bool: lambda value: "true" if value else "false",
    int: _int,
    float: _float,
    str: _str,
    bytes: _bytes,
    complex: lambda value: f"!complex {repr(value).strip('()')}",
    type(...): lambda _value: "!ellipsis '...'",
    list: lambda value: f"[{_items(value)}]",
    tuple: lambda value: f"!tuple [{_items(value)}]",
    set: _set,
    frozenset: _set,
    dict: _dict,
}
