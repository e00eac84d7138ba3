"""Scopes: a class that a program uses four times, with values of its own for each use.

Owns the libraries that have something of this kind, and what is tested. Two models,
`teacher` and `student`, each have an `encoder` and a `decoder`, which are blocks of one
class with the hyperparameters `depth`, `act` and `rate`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from .peers import Call, Hydra, Ours, Peer, Tyro
from .promises import Promise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .asking import Answer, Asker
    from .promises import Ways

_BLOCKS = tuple(
    f"{model}/{part}" for model in ("teacher", "student") for part in ("encoder", "decoder")
)


class Scoped(Peer):
    """A library with scopes. Names are those of hpman, such as `teacher/encoder/depth`."""

    def text(self, values: Mapping[str, object]) -> str:
        """Return a file that sets some values, without its header."""
        return "".join(f"{name}: {value}\n" for name, value in values.items())


class OursScoped(Ours, Scoped):
    """This project."""

    program = "scopes_hpargparse.py"


class Gin(Scoped):
    """Bindings are the same on the command line and in files."""

    name, package, program = "gin-config", "gin-config", "scopes_gin.py"
    loads = True
    listing: Call | None = Call(["--list"])

    def option(self, name: str, *words: str) -> Call:
        """Spell a binding."""
        return Call(["--gin_param", self.text({name: words[0]}).strip()])

    def text(self, values: Mapping[str, object]) -> str:
        """Return bindings. A choice is a constant."""
        lines = []
        for name, value in values.items():
            scope, slash, parameter = name.rpartition("/")
            constant = "%Act." if parameter == "act" else ""
            lines.append(f"{scope}{slash}Block.{parameter} = {constant}{value}\n")
        return "".join(lines)

    def load(self, *paths: str) -> Call | None:
        """Repeat the option."""
        return Call([word for path in paths for word in ("--gin_file", path)])


class HydraScoped(Hydra, Scoped):
    """A scope is a config, and files are nested."""

    program = "scopes_hydra.py"
    listing: Call | None = Call(["--cfg", "job", "--resolve"])

    def option(self, name: str, *words: str) -> Call:
        """Spell an override."""
        return super().option(name.replace("/", "."), *words)

    def text(self, values: Mapping[str, object]) -> str:
        """Nest dicts."""
        tree: dict[str, object] = {}
        for name, value in values.items():
            *scopes, parameter = name.split("/")
            branch = tree
            for scope in scopes:
                branch = branch.setdefault(scope, {})  # type: ignore[assignment]
            branch[parameter] = value
        return yaml.safe_dump(tree, sort_keys=False)


class TyroScoped(Tyro, Scoped):
    """A scope is a field; files that somebody wrote by hand are not loaded."""

    program = "scopes_tyro.py"

    def spelled(self, name: str) -> str:
        """Write dots between fields."""
        return name.replace("/", ".")


PEERS: tuple[Scoped, ...] = (OursScoped(), Gin(), HydraScoped(), TyroScoped())


def _depths(answer: Answer, *depths: int) -> bool:
    """Return whether the four blocks have these depths."""
    expected = {f"{block}/depth": depth for block, depth in zip(_BLOCKS, depths, strict=True)}
    return answer.has(**expected)


def _typed(ask: Asker, *values: tuple[str, object]) -> Answer:
    """Set values on the command line."""
    call = Call()
    for name, value in values:
        call += ask.peer.option(name, str(value))
    return ask(call)


def _filed(ask: Asker, *values: tuple[str, object]) -> Iterator[Answer]:
    """Set values in a file, if the library loads some."""
    if ask.peer.loads:
        yield ask.file(_text(ask, *values))


def _text(ask: Asker, *values: tuple[str, object]) -> str:
    assert isinstance(ask.peer, Scoped)
    return ask.peer.text(dict(values))


def _one(ask: Asker) -> Iterator[bool]:
    yield _depths(_typed(ask, ("teacher/encoder/depth", 6)), 6, 2, 2, 2)
    yield _typed(ask, ("student/decoder/act", "tanh")).has(
        **{"student/decoder/act": "'tanh'", "student/encoder/act": "'relu'"}
    )


def _one_in_file(ask: Asker) -> Iterator[bool]:
    for answer in _filed(ask, ("teacher/encoder/depth", 6), ("student/decoder/depth", 4)):
        yield _depths(answer, 6, 2, 2, 4)


def _all(ask: Asker) -> Iterator[bool]:
    yield _depths(_typed(ask, ("depth", 3)), 3, 3, 3, 3)
    for answer in _filed(ask, ("depth", 3)):
        yield _depths(answer, 3, 3, 3, 3)


def _outer(ask: Asker) -> Iterator[bool]:
    yield _depths(_typed(ask, ("teacher/depth", 3)), 3, 3, 2, 2)
    for answer in _filed(ask, ("teacher/depth", 3)):
        yield _depths(answer, 3, 3, 2, 2)


def _inner_wins(ask: Asker) -> Iterator[bool]:
    values = ("teacher/encoder/depth", 6), ("teacher/depth", 5), ("depth", 3)
    for order in (values, values[::-1]):
        yield _depths(_typed(ask, *order), 6, 5, 3, 3)
        for answer in _filed(ask, *order):
            yield _depths(answer, 6, 5, 3, 3)


def _refused(name: str, value: object) -> Ways:
    def ways(ask: Asker) -> Iterator[bool]:
        for answer in (_typed(ask, (name, value)), *_filed(ask, (name, value))):
            yield answer.is_refused

    return ways


def _mistyped(ask: Asker) -> Iterator[tuple[Answer, str]]:
    for name, right in (("teacher/encodr/depth", "encoder"), ("teacher/encoder/dept", "depth")):
        yield _typed(ask, (name, 6)), right
        for answer in _filed(ask, (name, 6)):
            yield answer, right


def _mistyped_refused(ask: Asker) -> Iterator[bool]:
    for answer, _right in _mistyped(ask):
        yield answer.is_refused


def _suggestion(ask: Asker) -> Iterator[bool]:
    for answer, right in _mistyped(ask):
        yield answer.suggests(right)


def _help(ask: Asker) -> Iterator[bool]:
    shown = ask.typed("--help").output
    yield all(word in shown for word in ("teacher", "student", "encoder", "decoder", "depth"))


def _help_of_each(ask: Asker) -> Iterator[bool]:
    yield len(re.findall(r"\brate\b", ask.typed("--help").output)) >= len(_BLOCKS)


def _listing(ask: Asker) -> Iterator[bool]:
    if ask.peer.listing is not None:
        answer = ask(ask.peer.option("teacher/encoder/depth", "6") + ask.peer.listing)
        ran = answer.status != 0 or answer.values is not None
        pattern = r"teacher\b.*\bencoder\b.*\bdepth\W+6\b"
        yield not ran and re.search(pattern, answer.output, re.DOTALL) is not None
        yield not ran and re.search(r"\bdepth\W+2\b", answer.output) is not None


def _origin(ask: Asker) -> Iterator[bool]:
    if ask.peer.origins is not None:
        text = _text(ask, ("teacher/encoder/depth", 6))
        answer = ask.file(text, ask.peer.option("teacher/depth", "3"), ask.peer.origins)
        for place in (r"cfg\.yaml:1\b", r"--teacher/depth\b"):
            yield re.search(place, answer.output) is not None


PROMISES = (
    Promise("a value for one block: `--teacher/encoder/depth 6`", _one),
    Promise("the same in a file", _one_in_file),
    Promise("one value for all blocks, typed or in a file", _all),
    Promise("one value for all blocks of one model, typed or in a file", _outer),
    Promise("the value for the inner scope wins, in any order", _inner_wins),
    Promise("a wrong type is refused, typed or in a file", _refused("teacher/encoder/depth", 1.5)),
    Promise("choices are checked, typed or in a file", _refused("teacher/encoder/act", "gelu")),
    Promise("a range is checked, typed or in a file", _refused("teacher/encoder/depth", 30)),
    Promise("an unknown scope or name is refused, typed or in a file", _mistyped_refused),
    Promise("and the right one is suggested", _suggestion),
    Promise("help names the scopes and what can be set", _help),
    Promise("help lists everything again for each block", _help_of_each),
    Promise("the value of each block can be listed before a run", _listing),
    Promise("it can be listed where a value came from", _origin),
)
