"""JSON as this project reads and writes it."""

from __future__ import annotations

import pytest

from hpargparse.errors import SnapshotError
from hpargparse.snapshots.files import read_text
from hpargparse.snapshots.json_text import from_json


def test_each_key_has_its_line() -> None:
    text = '{"a": {"b":\n [{"c": 1}, {"c": 2}], "d": "}{:\\" ,\\\\"},\n\n"a\\u00fc": {"e": {}}}'
    value = from_json("cfg.json", text)[0]
    assert value == {"a": {"b": [{"c": 1}, {"c": 2}], "d": '}{:" ,\\'}, "aü": {"e": {}}}
    assert read_text("cfg.json", text, "json").lines == {
        ("a",): 1,
        ("a", "b"): 1,
        ("a", "d"): 2,
        ("aü",): 4,
        ("aü", "e"): 4,
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            '{"a": 1,\n "a": 2}', "2: The key 'a' is given twice, first in line 1.", id="twice"
        ),
        pytest.param('{"a": [{"b": 1, "b": 2}]}', "1: The key 'b' is given twice", id="in a list"),
        pytest.param('{"a": 1, "\\u0061": 2}', "1: The key 'a' is given twice", id="escaped"),
        pytest.param('{"a": 1,\n}', "Cannot read this as JSON: ", id="comma"),
        pytest.param(
            "", "1: Cannot read this as JSON: Expecting value, at column 1.", id="nothing"
        ),
        pytest.param('{"a": ' + "[" * 100_000, "it is nested too deep", id="too deep for Python"),
        pytest.param('{"a": ' + "[" * 300 + "]" * 300 + "}", "deeper than 250 levels", id="deep"),
        pytest.param('{"a": ' + "1" * 5000 + "}", "Exceeds the limit", id="many digits"),
    ],
)
def test_a_bad_text_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        from_json("cfg.json", text)
    assert str(caught.value).startswith("cfg.json:")
    assert sentence in str(caught.value)
