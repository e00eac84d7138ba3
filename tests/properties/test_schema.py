"""The JSON Schema accepts a file exactly if a load does, on what JSON can say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given, strategies as st

import hpargparse
from hpargparse.errors import ConversionError
from hpargparse.schema import schema_text
from hpargparse.values.convert import LIMIT_HINTS, Converter
from hpman import HpmanError, HyperParameterManager

if TYPE_CHECKING:
    from pathlib import Path

jsonschema: Any = pytest.importorskip("jsonschema", reason="the session `yamls` has it")

_SCALARS = [0, 1, -3, 2.0, 0.5, 1e300, True, False, None, "", "a", "b", "3", "null"]
_values = st.recursive(
    st.sampled_from(_SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "k", "a.b", "0"]), inner, max_size=2),
    ),
    max_leaves=4,
)
_DEFAULTS = [
    *("0", "1.5", "True", "'a'", "None", "[]", "[1, 2]", "[0.5, 1]", "[0.5, None]", "['a']"),
    *("(1, 2)", "{1, 2}", "set()", "[[1], [2]]", "[{'a': 1}, {'a': None}]", "1 / 3", "f(x)"),
    *("{}", "{'a': 1, 'b': None}", "{'a': {'b': 0.5}, 'k': {}}", "{0: 'a'}", "Path('a')", "1j"),
    *("Opt.A", "Opt.A", "[(1, 2)]", "{(1, 2)}", "[True]"),
]
_HINTS = [
    *[""] * 8,
    *(", range=[0, 1]", ", range=[None, 2]", ", range=[0, 1e999]", ", range=[0.5, 9]"),
    *(", choices=[0, 1, 'a']", ", choices=['a', 'b', None]", ", choices=[[1, 2], [0.5]]"),
    *(", choices=[1, 2.0]", ", choices={'a', 'b'}", ", choices=(True, 0.5)", ", choices='ab'"),
    *(", optional=True", ", optional=True, choices=['a', 0]", ", optional=True, range=[0, 1]"),
    *(", type='float'", ", type='list'", ", choices=[0, 1, 'a'], range=[0, 0.5]", ", type='str'"),
    *(", choices=[1, 2, 'a'], range=[None, 1]", ", choices=['A']", ", choices=[(1, 2), 3]"),
]
_ENUM = (
    "from enum import Enum\nclass Opt(Enum):\n    A = 1\n    B = 'b'\n    C = 1\n    D = (1, 2)\n"
)


class _Case:
    def __init__(self, source: str, data: Any) -> None:
        self.source = source
        self.data = data

    def __repr__(self) -> str:
        return f"_Case({self.source!r}, {self.data!r})"


@st.composite
def _cases(draw: st.DrawFn) -> _Case:
    names = ["lr", "model.depth", "model.net.act", "o/p", "Name é"]
    calls = [
        f"_({name!r}, {draw(st.sampled_from(_DEFAULTS))}{draw(st.sampled_from(_HINTS))}"
        + draw(st.sampled_from([")", f", aliases=['old.{number}'])"]))
        for number, name in enumerate(names)
    ]
    source = _ENUM + "from hpman.m import _\nfrom pathlib import Path\n" + "\n".join(calls) + "\n"
    source += draw(st.sampled_from(["", "", "_.scope('enc')\n_.scope('d.x')\n", "_.scope(s)\n"]))
    name = draw(st.sampled_from([*names, *names, "old.0", "old.1", "old.2", "lrr", "model", "net"]))
    name += draw(st.sampled_from(["", "", "", ".a", ".k.z", ".a.b", ".0", ".zz"]))
    name = draw(st.sampled_from(["", "", "", "enc/", "enc/enc/", "dec/", "/"])) + name
    data: Any = draw(_values)
    while name:
        cut = draw(st.sampled_from([-1, *(at for at, char in enumerate(name) if char == ".")]))
        data = {name[cut + 1 :]: data}
        name = name[:cut] if cut > 0 else ""
    return _Case(source, data)


@pytest.mark.filterwarnings("ignore")  # about old names
@given(_cases())
@example(_Case("_('a', 1)", {}))
@example(_Case("_('a', 1)", None))
@example(_Case("_('a', 1)", []))
@example(_Case("_('a', 1)", {"include": ""}))
@example(_Case("_('a', 1)", {"include": ["-"]}))
@example(_Case("_('a', 1)", {"include": []}))
@example(_Case("_('include', 1)", {"include": []}))
@example(_Case("_('a.b', 1)", {"a": {}}))
@example(_Case("_('a', {'b': {'c': 1}})", {"a.b": {"d": 1}}))
@example(_Case("_('a', {'b': {'c': 1}})", {"a.b": {"c": 2}}))
@example(_Case("_('a', {'b': {'c': 1}})", {"a.b": {}}))
@example(_Case("_('a', {'b': {'c': 1}})", {"a": {"b": {"d": 1}}}))
def test_the_schema_accepts_what_a_load_accepts(
    tmp_path_factory: pytest.TempPathFactory, case: _Case
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "values.json"
    path.write_text(json.dumps(case.data))
    manager = HyperParameterManager("_").parse_source(case.source, "a.py")
    try:
        for row in manager.hyperparameters():
            Converter.of(row).check_hints()
            # Those of a dict limit it as a whole, even if a file sets only one key.
            assume(type(row.value) is not dict or LIMIT_HINTS.isdisjoint(row.hints))
    except ConversionError:  # the check reports this
        assume(False)
    schema = json.loads(schema_text(manager.index))
    validator = jsonschema.Draft202012Validator
    validator.check_schema(json.loads(json.dumps(schema)))
    is_valid = validator(json.loads(json.dumps(schema))).is_valid(case.data)
    problem = None
    try:
        hpargparse.load(path, manager)
    except HpmanError as error:
        problem = error
    assert is_valid == (problem is None), problem
