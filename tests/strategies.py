"""Hypothesis strategies: names, literals, hints, and whole modules with known calls."""

from __future__ import annotations

import keyword
from ast import literal_eval
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy


def spelled(value: Any) -> str:
    """Return the source of a literal."""
    if isinstance(value, (list, tuple, set)) and value:
        inner = ", ".join(map(spelled, value))
        if isinstance(value, tuple):
            return f"({inner},)"
        return f"[{inner}]" if isinstance(value, list) else f"{{{inner}}}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{spelled(k)}: {spelled(v)}' for k, v in value.items())}}}"
    if isinstance(value, complex):
        sign = "-" if str(value.imag).startswith("-") else "+"
        return f"{spelled(value.real)} {sign} {spelled(abs(value.imag))}j"
    if isinstance(value, float):
        return repr(value).replace("inf", "1e999")
    return "..." if value is ... else repr(value)


# A lone surrogate cannot stand in a source text, not even in quotes. `st.text()` means the same,
# and takes two seconds at its first use.
characters = st.characters(exclude_categories=["Cs"])

names: SearchStrategy[str] = st.one_of(
    st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,2})?", fullmatch=True), st.text(characters, max_size=8)
)
identifiers: SearchStrategy[str] = st.from_regex(r"[a-z][a-z_0-9]{0,5}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)

# The source of a complex number may lose the sign of a zero, so evaluate it.
_complex = st.complex_numbers(allow_nan=False).map(lambda number: literal_eval(spelled(number)))
_numbers = st.one_of(st.integers(), st.floats(allow_nan=False), _complex)
_hashable = st.one_of(
    st.none(),
    st.booleans(),
    _numbers,
    st.text(characters, max_size=5),
    st.binary(max_size=5),
    st.just(...),
)
literals: SearchStrategy[Any] = st.recursive(
    st.one_of(_hashable, st.builds(set)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.sets(_hashable, max_size=3),
        st.dictionaries(_hashable, inner, max_size=3),
    ),
    max_leaves=6,
)
hints: SearchStrategy[dict[str, Any]] = st.dictionaries(identifiers, literals, max_size=2)


class Call(NamedTuple):
    """A call, as a scan should find it."""

    placeholder: str
    name: str
    default: str | None
    hints: dict[str, Any]
    text: str


class Program(NamedTuple):
    """A module and its calls in source order, with the offsets of their start and end."""

    text: str
    calls: list[tuple[Call, int, int]]


# What may make a name a manager, with the text that calls it.
MANAGERS = [
    ("", "_", "_"),
    ("from hpman.m import _", "_", "_"),
    ("from hpman.m import _ as alias", "_", "alias"),
    ("from hpman.m import hp", "hp", "hp"),
    ("import hpman.m", "hp", "hpman.m.hp"),
    ("import hpman.m as z", "超参", "z.超参"),
    ("from hpman import m", "k", "m.k"),
    ("import hpman as h\nchain = other = h.m.k", "k", "other"),
    ("from hpman import HyperParameterManager\nown = HyperParameterManager('P')", "P", "own"),
]
# Each § is a call.
_TEMPLATES = [
    "§",
    "x = §",
    "é = [§, '_(1)', §]  # _('no', 1)",
    "for _ in f(§): pass",
    "scheduler, _ = §, §",
    "print(lambda a=§: §)",
    "assert § or §, stranger('no', 1)",
    "y: § = §",
    "x[§] += {1: §}[1]",
    "def f(a, b=§, *c: §, d=§): return §",
    "@§\nclass A(§, k=§): x = §",
    "if §:\n    §\nelif §:\n\t§; §\nelse: pass",
    "async def f():\n  async with § as x: await §\n  return [i async for i in § if §]",
    "try: §\nexcept § as e: §\nfinally: §",
    "match §:\n case 1 if §: §\n case _: §",
    "with (§ as a, § as b): §",
    "(§).attribute[§:§]",
    "{i: § for i in § for j in § if §}",
    '"""_("no", 1)\n"""; §',
    "\x0c\n\x0c§; '\u2028\x85'; §",
]
_IN_FSTRINGS = [
    "f'{{_(1)}} {§} {§!r:>{§}}'",
    "f'''é {§} \n  {§} {x:{§}}'''",
    "print(f'{§} {{1}}' 'x' f'{§}')",
]
_gaps = st.sampled_from(["", "", "", " ", "\t", "\n", " # _('no', 2)\n  ", "\\\n", "\n\n \x0c"])
_expressions = st.sampled_from(
    ["LR / 10", "relu", "f(1)", "[x]", "é + 'ü'", "lambda: 0", "{[]: 1}"]
)


@st.composite
def _calls(draw: DrawFn, taken: set[str], gaps: SearchStrategy[str] = _gaps) -> Callable[..., Call]:
    """Draw a function that makes a call from a placeholder and the name it is called by."""
    name = draw(names.filter(lambda name: name not in taken))
    taken.add(name)
    words = [repr(name)]
    if len(name) > 1 and draw(st.booleans()):
        words = [repr(name[:1]), draw(gaps) or " ", repr(name[1:])]
    parts = ["".join(words)]
    default = draw(st.one_of(st.none(), literals.map(spelled), _expressions))
    if default is not None:
        parts.append(default)
    given = draw(hints)
    parts += [f"{key}{draw(gaps)}={draw(gaps)}{spelled(value)}" for key, value in given.items()]
    inner = "".join(f"{draw(gaps)}{part}{draw(gaps)}," for part in parts)
    if draw(st.booleans()):
        inner = inner[:-1]
    before, after = draw(st.sampled_from(["", " ", "\\\n"])), draw(gaps)

    def called(placeholder: str, by: str) -> Call:
        return Call(placeholder, name, default, given, f"{by}{before}({inner}{after})")

    return called


@st.composite
def _plain_calls(draw: DrawFn, taken: set[str]) -> Callable[..., Call]:
    """Draw a call that may stand in an f-string of any Python version."""
    name = draw(identifiers.filter(lambda name: name not in taken))
    taken.add(name)
    default = draw(st.one_of(st.none(), st.integers(0, 99).map(str)))
    inner = f'"{name}"' + ("" if default is None else f", {default}")
    return lambda placeholder, by: Call(placeholder, name, default, {}, f"{by}({inner})")


@st.composite
def programs(draw: DrawFn) -> Program:
    """Draw a module that calls some managers."""
    managers = draw(st.lists(st.sampled_from(MANAGERS), min_size=1, max_size=3, unique=True))
    text = "".join(f"{header}\n" for header, _placeholder, _by in managers)
    taken: set[str] = set()
    calls = []
    for _statement in range(draw(st.integers(0, 2))):
        is_fstring = draw(st.integers(0, 5)) == 0
        template = draw(st.sampled_from(_IN_FSTRINGS if is_fstring else _TEMPLATES))
        for number, piece in enumerate(template.split("§")):
            if number:
                made = draw(_plain_calls(taken) if is_fstring else _calls(taken))
                call = made(*draw(st.sampled_from(managers))[1:])
                calls.append((call, len(text), len(text) + len(call.text)))
                text += call.text
            text += piece
        text += "\n"
    return Program(text, calls)
