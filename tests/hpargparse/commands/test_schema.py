"""What `hpman schema` writes; tests/properties compare it with the loader."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hpargparse.commands.hpman import main as hpman
from hpargparse.schema import value_schema
from hpargparse.values.convert import Converter
from hpman import HyperParameterManager
from tests.commands import command

main = command("schema")

SOURCE = """\
from hpman.m import _
_("lr", 1e-3, range=[0, 1], help="step size")
_("model.act", "relu", choices=["relu", "tanh"], aliases=["act"])
_("model.opt", {"k": 1, "free": {}})
_("open", {})
_("é x", f(x))
_("needed", required=True)
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SOURCE, encoding="utf-8")


def schema(capsys: pytest.CaptureFixture[str]) -> Any:
    hpman(["schema"])
    return json.loads(capsys.readouterr().out)


def test_names_are_flat_and_nested(capsys: pytest.CaptureFixture[str]) -> None:
    found = schema(capsys)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$defs"]["lr"] == {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "step size (default 1e-3, train.py:2)",
        "default": 0.001,
    }
    names = [
        "lr",
        "model.act",
        "model.opt",
        "model.opt.k",
        "model.opt.free",
        "open",
        "é x",
        "needed",
    ]
    assert [*found["properties"]] == [*names, "act", "model", "include"]
    assert found["additionalProperties"] is False
    assert found["patternProperties"] == {"^model\\.opt\\.free\\.": {}, "^open\\.": {}}
    assert found["properties"]["é x"] == {"$ref": "#/$defs/name-6"}
    assert found["$defs"]["act"]["deprecated"] is True
    assert found["$defs"]["needed"] == {"description": "used at train.py:7"}
    group = found["$defs"][found["properties"]["model"]["$ref"].removeprefix("#/$defs/")]
    assert [*group["properties"]] == ["act", "opt", "opt.k", "opt.free"]


def test_dicts_in_a_default_have_keys_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text("from hpman.m import _\n_('a', {'b': {'c': 1, 'd': {}}})\n")
    found = schema(capsys)
    assert [*found["properties"]] == ["a", "a.b", "a.b.c", "a.b.d", "include"]
    inner = found["$defs"][found["properties"]["a.b"]["$ref"].removeprefix("#/$defs/")]
    assert inner["properties"]["c"] == found["properties"]["a.b.c"]


@pytest.mark.parametrize(
    ("opened", "pattern"),
    [
        ("_.scope('enc'); _.scope('a-b/c')", "^(?:(?:a-b|c|enc)\\/)+lr$"),
        ("_.scope(name)", "^(?:(?:[^/.]+)\\/)+lr$"),
        ("", None),
    ],
)
def test_names_may_lie_in_scopes(
    opened: str, pattern: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("train.py").write_text(f"{SOURCE}{opened}\n", encoding="utf-8")
    patterns = schema(capsys)["patternProperties"]
    assert [key for key in patterns if key.endswith("+lr$")] == ([pattern] if pattern else [])
    assert not any("include" in key for key in patterns)


def test_a_hyperparameter_may_be_named_include_and_an_alias_a_group(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("train.py").write_text(
        'from hpman.m import _, hp\n_("include", 1)\n_("a.b", 1)\n_("c", 1, aliases=["a"])\n'
        'hp("c", "x")\n'
    )
    found = schema(capsys)
    assert found["$defs"]["include"]["type"] == "integer"
    assert [*found["properties"]] == ["include", "a.b", "c", "a"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("True", {"type": "boolean"}),
        ("'a'", {"type": "string"}),
        ("Path('a')", {"type": "string"}),
        ("b''", {}),
        ("1j", {"type": "number"}),
        ("None", {}),
        ("1, optional=True", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("1, type='float'", {"type": "number"}),
        ("1, type='flot'", {}),
        ("1, range=[None, 9]", {"type": "integer", "maximum": 9}),
        ("1, range=[0, 1e999]", {"type": "integer", "minimum": 0}),
        ("'a', range=['a', 'z']", {"type": "string"}),
        ("True, range=[1, 2]", {"enum": [True]}),
        ("{}, range=[0, 1]", {}),
        ("[]", {"type": "array"}),
        ("[1]", {"type": "array", "items": {"type": "integer"}}),
        ("(1, 0.5)", {"type": "array", "items": {"type": "number"}}),
        (
            "[1, None]",
            {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        ),
        ("set()", {"type": "array", "items": {"not": {"type": ["array", "object"]}}}),
        (
            "[1], range=[0, 1]",
            {
                "type": "array",
                "items": {
                    "allOf": [
                        {"type": "integer"},
                        {
                            "anyOf": [
                                {"type": "number", "minimum": 0, "maximum": 1},
                                {"enum": [False, True]},
                            ]
                        },
                    ]
                },
            },
        ),
        (
            "x, range=[3, 4]",
            {
                "anyOf": [
                    {"type": "number", "minimum": 3, "maximum": 4},
                    {"type": "array", "items": {"type": "number", "minimum": 3, "maximum": 4}},
                ]
            },
        ),
        ("1, choices=[1, 2.0, 'a', 1.0]", {"enum": [1, 2.0, "a", 1.0]}),
        ("1, choices=[0, 3], range=[0, 2]", {"enum": [0]}),
        ("'a', choices=['a', b'b', {1: 2}]", {"enum": ["a"]}),
        (
            "x, choices=['a']",
            {"anyOf": [{"enum": ["a"]}, {"type": "array", "items": {"enum": ["a"]}}]},
        ),
        (
            "['a'], choices=['a', ['b']]",
            {
                "anyOf": [
                    {"enum": [["b"]]},
                    {
                        "type": "array",
                        "items": {"allOf": [{"type": "string"}, {"enum": ["a", ["b"]]}]},
                    },
                ]
            },
        ),
        ("[], choices=[1]", {"type": "array", "items": {"enum": [1]}}),
        ("{'a': 1, 'b': None, 3: 4}", {"type": "object", "properties": {"a": {"type": "integer"}}}),
    ],
)
def test_values_have_the_types_and_limits_of_a_load(call: str, expected: Any) -> None:
    source = f"from pathlib import Path\n_('a', {call})"
    (row,) = HyperParameterManager("_").parse_source(source).hyperparameters()
    assert value_schema(Converter.of(row)) == expected


def test_members_of_an_enum_are_choices() -> None:
    source = "from enum import Enum\nclass O(Enum):\n  A = 1\n  B = 'b'\n  C = 1\n_('a', O.A)"
    (row,) = HyperParameterManager("_").parse_source(source).hyperparameters()
    enum = {"enum": ["A", "B", 1, "b"]}
    assert value_schema(Converter.of(row)) == {"anyOf": [enum, {"type": "array", "items": enum}]}


def test_a_file_is_written_and_then_current(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train.py", "-o", "schema.json"])
    main(["train.py", "-o", "schema.json", "--check"])
    Path("train.py").write_text(SOURCE.replace("1e-3", "1e-2"), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["train.py", "-o", "schema.json", "--check"])
    assert stopped.value.code == 1
    assert '-      "default": 0.001' in capsys.readouterr().out


def test_a_missing_path_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["no.py"])
    assert stopped.value.code == 2
    assert "no.py: There is no such file or folder." in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("lr: 1e-4\nmodel:\n  act: tanh\nmodel.opt.free.x: 1\n", []),
        ("", []),
        (
            "lr: 2\nmodle: 1\nmodel:\n  act: x\n",
            ["2 is greater", "'modle' does not", "'x' is not one"],
        ),
        ("lr: a\nmodel.opt: 3\n", ["'a' is not", "3 is not of type 'object'"]),
    ],
)
@pytest.mark.skipif(
    importlib.util.find_spec("check_jsonschema") is None, reason="the session `yamls` has it"
)
def test_check_jsonschema_agrees(text: str, problems: list[str]) -> None:
    main(["train.py", "-o", "schema.json"])
    Path("run.yaml").write_text(text)
    checker = ["-m", "check_jsonschema", "--schemafile", "schema.json", "run.yaml"]
    done = subprocess.run(
        [sys.executable, *checker], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == bool(problems), done.stdout
    for problem in problems:
        assert problem in done.stdout
