"""Where strings and comments are."""

from __future__ import annotations

import pytest

from hpman.static.strings import Strings

# What is inside is marked by X, all else stands for code.
INSIDE = {
    "string": b"x = 'X' + y",
    "empty string": b"x = '' + y",
    "comment": b"x # X\ny",
    "comment at the end": b"x # X",
    "comment to a carriage return": b"x # X\ry",
    "quote in a comment": b"x # ' X\ny",
    "comment behind an f": b"if# X\ny",
    "other quotes": b'x = "X\'X" + y',
    "escaped quote": rb"x = 'X\'X' + y",
    "escaped backslash": rb"x = 'X\\' + y",
    "raw string": rb"x = r'X\'X' + y",
    "joined line": b"x = 'X\\\nX\\\r\nX' + y",
    "three quotes": b"x = '''X\nX ' X '' \"\"\" X''' + y",
    "three quotes, escaped": b"x = '''X \\''' X''' + y",
    "empty three quotes": b"x = '''''' + y",
    "number sign": b"x = '# X' + y",
    "bytes": b'x = b"X" + y',
    "f-string without braces": b"x = f'X' + y",
    "several": b"x = 'X' 'X' # X\n'''X''' + y",
}
CODE = {
    "field of an f-string": b"x = f'{X}'",
    "text of an f-string with fields": b"x = f'X{y}'",
    "raw f-string": rb"x = rf'\{X}'",
    "template": b"x = t'{X}'",
    "upper case": b"x = FR'{X}'",
    "behind fields": b"x = f'{y!r:>{z}} }} {{ ' + X",
    "behind a field with strings": b"x = f'{d[\"a\"]}' + X",
    "behind escapes": rb"x = f'\N{DASH} \' \{y}' + X",
    "behind several lines": b'x = f"""\n{y} \'{z["a"]}\' "" """ + X',
    "behind a field of several lines": b'x = f"""{\n  y\n}""" + X',
    "behind a field that nobody understands": b"x = f'{f'{y}'}' 'X'",
    "behind what does not end": b"x = 'y\nz = 'X'",
    "behind three quotes that do not end": b"x = '''y 'X'",
}


@pytest.mark.parametrize("data", INSIDE.values(), ids=INSIDE)
def test_what_is_inside_is_told(data: bytes) -> None:
    strings = Strings(data)
    assert [strings.hold(place) for place, each in enumerate(data) if each == ord("X")] == (
        [True] * data.count(b"X")
    )
    outside = [place for place, each in enumerate(data) if each in b"xy"]
    assert not any(strings.hold(place) for place in outside)


@pytest.mark.parametrize("data", CODE.values(), ids=CODE)
def test_what_may_be_code_is_not_inside(data: bytes) -> None:
    assert not Strings(data).hold(data.index(b"X"))


@pytest.mark.parametrize(
    ("data", "start", "outside"),
    [
        (b"f('a', b, f'{c}') # d", 0, b"f(, b, f) "),
        (b"f('abc', b)", 4, b", b)"),
        (b"f('abc', b", 0, b"f(, b"),
        (b"f(x, 'abc", 0, b"f(x, 'abc"),
        (b"", 0, b""),
    ],
    ids=["all kinds", "from inside", "to the end", "unknown", "nothing"],
)
def test_code_is_given_without_strings(data: bytes, start: int, outside: bytes) -> None:
    assert Strings(data).outside(start, len(data)) == outside


def test_places_are_asked_for_in_any_order() -> None:
    strings = Strings(b"'a' b 'c'")
    assert [strings.hold(place) for place in (7, 1, 4, 20)] == [True, True, False, False]
