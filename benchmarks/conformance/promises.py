"""The promises, and the cases that test them.

Owns the cases and which result counts; must not know a library by its name. A case
that passes is True. A promise without cases is one that a library has no feature for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .peers import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .asking import Asker

    Ways = Callable[[Asker], Iterable[bool]]


class Promise(NamedTuple):
    """One row."""

    text: str
    ways: Ways


def _none(ask: Asker) -> Iterator[bool]:
    yield ask.option("seed", "3").has(seed=3)
    yield ask.option("seed", "None").has(seed=None) or ask.option("seed", "null").has(seed=None)


def _lists(ask: Asker) -> Iterator[bool]:
    yield ask.option("ks", "3", "4").has(ks=[3, 4])
    yield ask.option("ks", "[3, 4]").has(ks=[3, 4])


def _bools(ask: Asker) -> Iterator[bool]:
    if ask.peer.header:  # a language of its own, where nothing stands alone
        yield ask.typed("shuffle=true").has(shuffle=True)
    else:
        yield ask.option("shuffle").has(shuffle=True)
    yield ask.typed(ask.peer.negation).has(shuffle=False)
    for word in "true True TRUE yes 1 on".split():
        yield ask.option("shuffle", word).has(shuffle=True)
    for word in "false False FALSE no 0 off".split():
        yield ask.option("shuffle", word).has(shuffle=False)


def _suggestion(ask: Asker) -> Iterator[bool]:
    answer = ask(ask.peer.option("weight_deacy", "1"))
    yield answer.suggests("weight-decay", "weight_decay")


def _unknown_key(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        strict = Call(["--hp-strict"] if ask.peer.origins else [])
        yield ask.file("weight_deacy: 1\n", strict).is_refused_with("weight_deacy")


def _both_spellings(ask: Asker) -> Iterator[bool]:
    if not ask.peer.header:
        yield ask.typed("--weight-decay", "0.1").has(weight_decay=0.1)
        yield ask.typed("--weight_decay", "0.1").has(weight_decay=0.1)


def _nested(ask: Asker) -> Iterator[bool]:
    yield ask(ask.peer.option("model.depth", "8")).has(depth=8)


def _floats(ask: Asker) -> Iterator[bool]:
    for word in "1e-4 1_000 inf nan".split():
        yield ask.option("lr", word).has(lr=float(word))


def _negative(ask: Asker) -> Iterator[bool]:
    yield ask.option("epochs", "-3").has(epochs=-3)
    for word in "-0.5 -1e-3 -inf".split():
        yield ask.option("lr", word).has(lr=float(word))


def _ints(ask: Asker) -> Iterator[bool]:
    yield ask.option("epochs", "1_000").has(epochs=1000)
    yield ask.option("epochs", "1e6").has(epochs=10**6)
    yield ask.option("epochs", "1.5").is_refused


def _wrong_type(ask: Asker) -> Iterator[bool]:
    answer = ask.option("lr", "fast")
    yield answer.is_refused_with("lr", "float")
    yield answer.status == 2 and answer.is_sentence


def _text(ask: Asker) -> Iterator[bool]:
    for word in ("1e-5", "no", "null", "2024-01-01", "[x", "a: b"):
        yield ask.option("name", word).has(name=repr(word))
    yield ask(ask.peer.joined("name", "-x")).has(name=repr("-x"))


def _tuples(ask: Asker) -> Iterator[bool]:
    yield ask.option("betas", "0.5", "0.9").has(betas=[0.5, 0.9])
    for word in ("(0.5, 0.9)", "[0.5, 0.9]", "0.5,0.9"):
        yield ask.option("betas", word).has(betas=[0.5, 0.9])


def _elements(ask: Asker) -> Iterator[bool]:
    yield ask.option("ks", "3", "x").is_refused
    yield ask.option("ks", "[3, 1.5]").is_refused


def _dicts(ask: Asker) -> Iterator[bool]:
    # Hydra and jsonargparse merge; the others replace.
    whole = ask.option("opt", "{'lr': 0.5, 'wd': 0.1}") if not ask.peer.header else None
    whole = whole or ask.option("opt", "{lr: 0.5, wd: 0.1}")
    yield whole.has(opt={"lr": 0.5, "wd": 0.1})
    yield ask.option("opt.lr", "0.1").has(opt={"lr": 0.1, "wd": 0.5})


def _choices(ask: Asker) -> Iterator[bool]:
    yield ask.option("act", "gelu").is_refused_with("relu", "tanh")
    if ask.peer.loads:
        yield ask.file("act: gelu\n").is_refused


def _range(ask: Asker) -> Iterator[bool]:
    yield ask.option("dropout", "1.5").is_refused
    if ask.peer.loads:
        yield ask.file("dropout: 1.5\n").is_refused


def _help(ask: Asker) -> Iterator[bool]:
    shown = ask.typed("--help").output
    yield any(spelling in shown for spelling in ("1e-05", "1.0e-05", "0.00001"))
    yield "what the run is called" in shown


def _places(ask: Asker) -> Iterator[bool]:
    yield f"{ask.peer.program}:" in ask.typed("--help").output


def _listing(ask: Asker) -> Iterator[bool]:
    if ask.peer.listing is not None:
        answer = ask(ask.peer.option("epochs", "77") + ask.peer.listing)
        yield answer.status == 0 and "epochs: 77" in answer.output and answer.values is None


def _origins(ask: Asker) -> Iterator[bool]:
    if ask.peer.origins is not None:
        answer = ask.file("epochs: 77\n", ask.peer.origins)
        yield answer.status == 0 and "cfg.yaml:1" in answer.output


def _layers(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        answer = ask.files("epochs: 1\nlr: 0.5\n", "epochs: 2\n")
        yield answer is not None and answer.has(epochs=2, lr=0.5)


def _typed_over_file(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        answer = ask.file("epochs: 1\nlr: 0.5\n", ask.peer.option("epochs", "3"))
        yield answer.has(epochs=3, lr=0.5)


def _flat_and_nested(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        yield ask.file("model:\n  depth: 8\n").has(depth=8)
        yield ask.file("model.depth: 8\n").has(depth=8)


def _yaml_1_2(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        yield ask.file("lr: 1e-4\n").has(lr=1e-4)
        for word in ("no", "on", "12:30"):
            yield ask.file(f"name: {word}\n").has(name=repr(word))


def _wrong_type_in_file(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        answer = ask.file("epochs: 3\nlr: fast\n")
        line = 2 + ask.peer.header.count("\n")
        yield answer.is_refused_with("lr")
        yield answer.is_refused_at("cfg.yaml", line)


def _twice(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        yield ask.file("epochs: 3\nepochs: 4\n").is_refused_with("epochs")


def _broken_files(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        missing = ask.peer.load("missing.yaml")
        yield missing is not None and ask(missing).is_sentence
        yield ask.file("epochs: [3\n").is_sentence
        yield ask.file("- 3\n").is_sentence


def _runs_nothing(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads or ask.peer.saves:
        answer = ask.file("name: !!python/object/apply:os.getcwd []\n")
        yield answer.is_refused


def _identity(name: str, words: Iterable[str | None]) -> Ways:
    def ways(ask: Asker) -> Iterator[bool]:
        if ask.peer.saves:
            for word in words:
                yield ask.saved_and_loaded(name, word)

    return ways


_TEXTS = ("no", "1e-5", "2024-01-01", "12:30", "null", "ünï 超", "two\nlines", "a: b # c")

PROMISES = (
    Promise("**None** can be set where it is allowed, and left again", _none),
    Promise("**lists** as `--ks 3 4` and as `--ks '[3, 4]'`", _lists),
    Promise("**bools** alone, negated, and as true, yes, 1, on … in any case", _bools),
    Promise("**a mistyped option** gets a suggestion", _suggestion),
    Promise("**an unknown key of a file** is an error that names it, if so wished", _unknown_key),
    Promise("`--weight-decay` and `--weight_decay`", _both_spellings),
    Promise("nested values have options", _nested),
    Promise("floats: `1e-4`, `1_000`, `inf`, `nan`", _floats),
    Promise("negative numbers as a word of their own: `-3`, `-1e-3`, `-inf`", _negative),
    Promise("ints: `1_000` and `1e6`, but not `1.5`", _ints),
    Promise("a wrong value: option and type are named, exit 2", _wrong_type),
    Promise("texts as they are: `1e-5`, `no`, `[x`, `--name=-x`", _text),
    Promise("tuples: as words, `(0.5, 0.9)`, `[0.5, 0.9]`, `0.5,0.9`", _tuples),
    Promise("a wrong element of a list is refused", _elements),
    Promise("dicts: as a literal, and one key of it, the others kept", _dicts),
    Promise("choices are checked, in files too", _choices),
    Promise("a range is checked, in files too", _range),
    Promise("help shows defaults and descriptions", _help),
    Promise("help shows where each is defined", _places),
    Promise("all values can be listed before a run", _listing),
    Promise("it can be listed where a value came from", _origins),
    Promise("a later file wins over an earlier one", _layers),
    Promise("what is typed wins over a file", _typed_over_file),
    Promise("files may be nested, or flat with dots", _flat_and_nested),
    Promise("YAML 1.2: `1e-4` is a float; `no`, `on`, `12:30` are texts", _yaml_1_2),
    Promise("a wrong value in a file is refused, with file and line", _wrong_type_in_file),
    Promise("a key that is given twice is refused", _twice),
    Promise("a missing or broken file is a sentence, not a traceback", _broken_files),
    Promise("a tag in a file runs nothing and is refused", _runs_nothing),
    Promise("texts come back from a saved file", _identity("name", _TEXTS)),
    Promise(
        "floats come back from a saved file",
        _identity("lr", ("1e-05", "inf", "nan", "0.1", "1e300")),
    ),
    Promise("None comes back from a saved file", _identity("seed", ("3", None))),
    Promise("bytes come back from a saved file", _identity("key", (r"b'\xff'",))),
)
