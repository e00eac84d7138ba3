"""Laws of values: to text and back, to a file and back."""

from __future__ import annotations

import ast
import json
import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import assume, example, given, strategies as st

from hpargparse.errors import ConversionError, SnapshotError, UnsupportedValueError
from hpargparse.snapshots.files import dump, read_snapshot
from hpargparse.snapshots.flatten import flatten
from hpargparse.values.convert import Converter
from hpman.literals import parse_literal, show_literal
from tests.hpargparse.snapshots.written import write

if TYPE_CHECKING:
    from collections.abc import Iterator

texts = st.one_of(
    st.text(),
    st.text(st.characters(codec="utf-8")),
    st.sampled_from(
        "no yes on off y n true null ~ 1e-5 2024-01-01 12:30 0o17 0x1f 1_000 .inf .nan - ? : # & *"
        " ! | > % @ ` ' \" [] {} , << = None nan inf -1 +1 .5 1. 0".split()
    ),
    st.sampled_from(
        ["", " ", "a b", " a", "a ", "a: b", "a #b", "a\nb\n", "\ud800", "\x00", "\ufeff"]
    ),
    st.text(alphabet="ab[](){},'\":\\ ", max_size=8),
)
numbers = st.one_of(st.integers(), st.floats(), st.integers(-(10**40), 10**40))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    texts,
    st.binary(max_size=20),
    st.complex_numbers(),
    st.just(...),
)
hashables = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5
)
literals = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.sets(hashables, max_size=4),
        st.frozensets(hashables, max_size=3),
        st.dictionaries(hashables, inner, max_size=4),
    ),
    max_leaves=12,
)
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4),
    ),
    max_leaves=12,
)
# Neither YAML 1.1 nor JSON has a spelling for lone surrogates.
plain_texts = st.text(st.characters(codec="utf-8"))
yaml_1_1_values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, plain_texts, st.binary(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.sets(st.one_of(st.integers(), plain_texts), max_size=4),
        st.dictionaries(st.one_of(st.integers(), plain_texts), inner, max_size=4),
    ),
    max_leaves=12,
)


def shape(value: object) -> object:
    """Return a form in which values compare exactly: by type, sign of zero and nan."""
    kind = type(value).__name__
    if isinstance(value, (list, tuple)):
        return kind, [shape(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return kind, sorted(repr(shape(item)) for item in value)
    if isinstance(value, dict):
        return kind, [(shape(key), shape(item)) for key, item in value.items()]
    return kind, repr(value)


@contextmanager
def refused_with(sentence: str) -> Iterator[None]:
    """Accept our own errors if their message contains a sentence, and nothing else."""
    try:
        yield
    except (ConversionError, SnapshotError, UnsupportedValueError) as error:
        if sentence not in str(error):
            raise


@given(literals)
@example(complex(-0.0, -0.0))
@example([float("nan"), complex("nan+infj"), set(), frozenset(), 10**4299])
def test_a_literal_reads_back_from_its_spelling(value: object) -> None:
    assert shape(parse_literal(show_literal(value))) == shape(value)


@given(st.one_of(texts, st.text(alphabet="01.eEjJxob_+-[](){},:'\"\\ abNone\n", max_size=12)))
@example("'\\d'")
@example("(1)")
@example("[1],")
@example("010")
@example("0x1e+5")
def test_what_python_reads_as_a_literal_is_read_the_same(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return
    assert shape(parse_literal(text)) == shape(expected)


@given(literals)
def test_a_value_reads_back_from_its_format_where_it_is_the_default(value: object) -> None:
    converter = Converter(value, {}, "x", "train.py:12")
    assert shape(converter.parse(converter.format(value))) == shape(value)


@given(literals)
def test_a_value_reads_back_from_its_format_where_the_default_is_none(value: object) -> None:
    converter = Converter(None, {}, "x", "train.py:12")
    text = converter.format(value)
    assume(text != "null")
    assert shape(converter.parse(text)) == shape(value)


@given(literals)
def test_a_default_passes_its_own_check_unchanged(value: object) -> None:
    assert shape(Converter(value, {}, "x", "train.py:12").check(value)) == shape(value)


@given(literals, texts)
def test_any_text_is_a_value_or_a_sentence(default: object, text: str) -> None:
    converter = Converter(default, {}, "x", "train.py:12")
    with refused_with("train.py:12"):
        value = converter.parse(text)
        assert shape(converter.check(value)) == shape(value)


@given(literals, st.lists(texts, max_size=4))
def test_any_words_are_a_value_or_a_sentence(default: object, words: list[str]) -> None:
    converter = Converter(default, {}, "x", "train.py:12")
    with refused_with("train.py:12"):
        value = converter.parse_arguments(words)
        assert shape(converter.check(value)) == shape(value)


@pytest.mark.parametrize("extension", ["yaml", "pkl"])
@given(values=st.dictionaries(texts, literals, max_size=5))
def test_saving_and_loading_is_the_identity(
    tmp_path_factory: pytest.TempPathFactory, extension: str, values: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"identity.{extension}"
    write(path, values)
    found = read_snapshot(path).values
    assert {name: shape(value) for name, value in found.items()} == {
        name: shape(value) for name, value in values.items()
    }
    assert list(found) == sorted(values)
    if extension == "yaml":
        text = path.read_bytes()
        assert b"\r" not in text
        assert text.count(b"\n") == max(1, len(values))


@given(values=st.dictionaries(plain_texts, json_values, max_size=5))
def test_saving_and_loading_is_the_identity_in_json_where_it_can_hold_the_values(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "identity.json"
    write(path, values)
    found = read_snapshot(path).values
    assert shape(found) == shape({name: values[name] for name in sorted(values)})
    assert found == json.loads(path.read_text(encoding="utf-8"))


@given(st.dictionaries(texts, literals, max_size=3))
def test_json_holds_a_value_exactly_or_names_the_hyperparameter(values: dict[str, object]) -> None:
    with refused_with(""):
        text = dump(values, "json")
        assert shape(json.loads(text)) == shape({name: values[name] for name in sorted(values)})


@given(st.dictionaries(plain_texts, yaml_1_1_values, max_size=5))
def test_plain_yaml_readers_take_a_snapshot_the_same_way(values: dict[str, object]) -> None:
    found = yaml.safe_load(dump(values))
    assert shape(found) == shape({name: values[name] for name in sorted(values)})


trees = st.recursive(
    st.integers(),
    lambda inner: st.dictionaries(
        st.text(alphabet="abc", min_size=1), inner, min_size=1, max_size=3
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(alphabet="abc", min_size=1), trees, max_size=4))
def test_nested_and_flat_files_hold_the_same_hyperparameters(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
) -> None:
    flat: dict[str, object] = {}

    def walk(prefix: str, value: object) -> None:
        if isinstance(value, dict):
            for key, below in value.items():
                walk(f"{prefix}.{key}" if prefix else key, below)
        else:
            flat[prefix] = value

    walk("", tree)
    path = tmp_path_factory.getbasetemp() / "tree.yaml"
    for values in (tree, flat):
        write(path, values)
        entries = flatten(read_snapshot(path), flat.__contains__)
        assert {entry.name: entry.value for entry in entries} == flat
        assert all(entry.line is not None for entry in entries)


@pytest.mark.parametrize("extension", ["yaml", "json", "pkl"])
@given(data=st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_values_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, extension: str, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"bytes.{extension}"
    path.write_bytes(data)
    with refused_with(str(path)):
        assert isinstance(read_snapshot(path).values, dict)


@given(st.floats())
def test_a_float_option_reads_each_float(value: float) -> None:
    found = Converter(0.5, {}, "lr", "train.py:12").parse(repr(value))
    assert type(found) is float
    assert repr(found) == repr(value)


@given(st.integers(-(10**25), 10**25), st.integers(-30, 30), st.sampled_from("eE"))
def test_an_int_option_takes_exponents_exactly(digits: int, exponent: int, letter: str) -> None:
    converter = Converter(1, {}, "steps", "train.py:12")
    text = f"{digits}{letter}{exponent}"
    scale = 10 ** abs(exponent)
    if exponent >= 0:
        assert converter.parse(text) == digits * scale
    elif digits % scale == 0:
        assert converter.parse(text) == digits // scale
    else:
        with pytest.raises(ConversionError, match="fractions"):
            converter.parse(text)


@given(st.floats(), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_value_that_passes_the_range_is_in_it(value: float, low: float, high: float) -> None:
    converter = Converter(0.5, {"range": [low, high]}, "lr", "train.py:12")
    try:
        converter.check(value)
    except ConversionError:
        assert math.isnan(value) or not low <= value <= high
    else:
        assert low <= value <= high
