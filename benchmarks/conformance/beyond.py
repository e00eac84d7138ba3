"""What others do that this project does not, and what its commands do beside a command line.

Owns the libraries, and what is tested. A program trains with one of two optimizers,
each with values of its own: `SGD` with `momentum`, and `Adam` with `beta`.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import TYPE_CHECKING, ClassVar

from .peers import Call, Hydra, Jsonargparse, Ours, Peer, Tyro
from .promises import Promise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .asking import Asker

_CLASS = """\
class RMSprop{base}:
    def __init__(self, decay: float = 0.5) -> None:
        self.decay = decay
"""


class Composed(Peer):
    """A library that does more than a command line.

    Attributes:
        kinds: what the program prints of SGD and Adam: the types of what it got.
        files: what adds a class without a change of the program.
        reference: a file in which a value refers to another.
        misspelled: a line that misspells a name, and a command that shall find it.
        plugins: lists what other packages add.
    """

    kinds = ("SGD", "Adam")
    files: ClassVar[dict[str, str]] = {}
    reference = "steps: 5\nwarmup: ${steps}\n"
    misspelled: tuple[str, Sequence[str]] = (
        "    print(train.warmpu)",
        ["-m", "mypy", "--ignore-missing-imports"],
    )
    plugins: Call | None = None

    def chosen(self, kind: str, **values: float) -> Call:
        """Choose a class, and set some of its values."""
        raise NotImplementedError


class OursComposed(Ours, Composed):
    """This project: a group is chosen by a hyperparameter."""

    program = "beyond_hpargparse.py"
    kinds = ("str", "str")
    misspelled = ('    print(_("warmpu"))', ["-m", "hpman", "check"])

    def chosen(self, kind: str, **values: float) -> Call:
        """Set the values of the group by their names."""
        words = [f"--{kind.lower()}.{name}={value}" for name, value in values.items()]
        return Call(["--optimizer", kind.lower(), *words])


class TyroComposed(Tyro, Composed):
    """Each class is a sub-command."""

    program = "beyond_tyro.py"

    def chosen(self, kind: str, **values: float) -> Call:
        """Write the options after the sub-command."""
        words = [f"--optimizer.{name}={value}" for name, value in values.items()]
        return Call([f"optimizer:{kind.lower()}", *words])


class JsonargparseComposed(Jsonargparse, Composed):
    """A class is named, with or without its module."""

    program = "beyond_jsonargparse.py"
    files: ClassVar[dict[str, str]] = {
        "mine.py": "from __main__ import Optimizer\n\n" + _CLASS.format(base="(Optimizer)")
    }

    def chosen(self, kind: str, **values: float) -> Call:
        """Write the options after the class."""
        words = [f"--optimizer.{name}={value}" for name, value in values.items()]
        path = f"mine.{kind}" if kind == "RMSprop" else kind
        return Call(["--optimizer", path, *words])


class HydraComposed(Hydra, Composed):
    """A config of a group is chosen."""

    program = "beyond_hydra.py"
    files: ClassVar[dict[str, str]] = {
        "mine.py": _CLASS.format(base=""),
        "optimizer/rmsprop.yaml": "_target_: mine.RMSprop\ndecay: 0.5\n",
    }
    plugins = Call(["--info", "plugins"])

    def chosen(self, kind: str, **values: float) -> Call:
        """Override values of the group."""
        words = [f"optimizer.{name}={value}" for name, value in values.items()]
        return Call(["--config-dir", ".", f"optimizer={kind.lower()}", *words])


class GinComposed(Composed):
    """A class is a reference, and files may import modules."""

    name, package, program = "gin-config", "gin-config", "beyond_gin.py"
    loads = True
    files: ClassVar[dict[str, str]] = {
        "mine.py": "import gin\n\n\n@gin.configurable\n" + _CLASS.format(base=""),
        "mine.gin": "import mine\n",
    }
    reference = "steps = 5\ntrain.steps = %steps\ntrain.warmup = %steps\n"
    misspelled = ("", ())

    def chosen(self, kind: str, **values: float) -> Call:
        """Bind the class, and its arguments."""
        bindings = [f"train.optimizer = @{kind}"]
        bindings += [f"{kind}.{name} = {value}" for name, value in values.items()]
        words = ["--gin_file", "mine.gin"] if kind == "RMSprop" else []
        return Call([*words, *(word for line in bindings for word in ("--gin_param", line))])

    def load(self, *paths: str) -> Call | None:
        """Repeat the option."""
        return Call([word for path in paths for word in ("--gin_file", path)])


PEERS: tuple[Composed, ...] = (
    OursComposed(),
    TyroComposed(),
    JsonargparseComposed(),
    HydraComposed(),
    GinComposed(),
)


def _peer(ask: Asker) -> Composed:
    assert isinstance(ask.peer, Composed)
    return ask.peer


def _groups(ask: Asker) -> Iterator[bool]:
    yield ask(_peer(ask).chosen("Adam", beta=0.5)).has(beta=0.5, lr=0.001)
    yield ask(_peer(ask).chosen("SGD", momentum=0.5)).has(momentum=0.5, lr=0.1)


def _other_group(ask: Asker) -> Iterator[bool]:
    ours = _peer(ask)
    wrong = ours.chosen("Adam", momentum=0.5)
    if isinstance(ours, OursComposed):  # whose names say the group
        wrong = ours.chosen("SGD", momentum=0.5) + Call(["--optimizer", "adam"])
    yield ask(wrong).is_refused


def _objects(ask: Asker) -> Iterator[bool]:
    yield ask(_peer(ask).chosen("Adam")).has(kind=repr("Adam"))
    yield ask(Call()).has(kind=repr("SGD"))


def _new_class(ask: Asker) -> Iterator[bool]:
    path = os.pathsep.join([".", ask.environment.get("PYTHONPATH", "")])
    call = _peer(ask).chosen("RMSprop", decay=0.25) + Call(variables={"PYTHONPATH": path})
    yield ask(call, _peer(ask).files).has(kind=repr("RMSprop"), decay=0.25)


def _reference(ask: Asker) -> Iterator[bool]:
    if ask.peer.loads:
        yield ask.file(_peer(ask).reference).has(steps=5, warmup=5)


def _plugins(ask: Asker) -> Iterator[bool]:
    plugins = _peer(ask).plugins
    if plugins is not None:
        yield "Launcher" in ask(plugins).output


def _misspelled(ask: Asker) -> Iterator[bool]:
    line, command = _peer(ask).misspelled
    if not command:
        return
    with open(ask.peer.path, encoding="utf-8") as file:
        head, report, tail = file.read().partition("    report(")
    for text, is_found in ((head + report + tail, False), (f"{head}{line}\n{report}{tail}", True)):
        yield (
            _output(ask, {"train.py": text}, *command, "train.py").count("warmpu") > 0
        ) == is_found


def _grid(ask: Asker) -> Iterator[bool]:
    if isinstance(ask.peer, OursComposed):
        words = ["-m", "hpman", "sweep", ask.peer.path, "--sweep", "steps=4,5"]
        shown = _output(ask, {}, *words, "--score", r"'steps': '(\d)'", "--minimize", "steps")
        yield "2 of 2 trials complete" in shown
    elif isinstance(ask.peer, HydraComposed):
        shown = ask(Call(["-m", "steps=4,5"])).output
        yield "'steps': '4'" in shown and "'steps': '5'" in shown


_USE = 'from hpman.m import _\n\n_("lr", 0.1, range=[0, 1])\n'


def _renamed(ask: Asker) -> Iterator[bool]:
    if isinstance(ask.peer, OursComposed):
        words = ["-m", "hpman", "rename", "lr", "rate", "--write"]
        shown = _output(ask, {"train.py": _USE, "best.yaml": "lr: 0.3\n"}, *words)
        yield "1 place in sources, 1 key in files" in shown


def _schema(ask: Asker) -> Iterator[bool]:
    if isinstance(ask.peer, OursComposed):
        shown = _output(ask, {"train.py": _USE}, "-m", "hpman", "schema", "train.py")
        yield '"lr": {' in shown and '"maximum": 1' in shown


def _differences(ask: Asker) -> Iterator[bool]:
    if isinstance(ask.peer, OursComposed):
        files = {"old.yaml": "lr: 0.3\n", "new.yaml": "lr: 0.1\n"}
        yield "0.3 -> 0.1" in _output(ask, files, "-m", "hpman", "diff", "old.yaml", "new.yaml")


def _output(ask: Asker, files: dict[str, str], *words: str) -> str:
    """Run Python in a new folder with these files; return what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [ask.python, *words],
            cwd=folder,
            env=ask.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
    return done.stdout


PROMISES = (
    Promise("one of two groups of values is chosen by its name", _groups),
    Promise("a value of the group that is not chosen is refused", _other_group),
    Promise("the program gets an object of the chosen class", _objects),
    Promise("a class that the program does not know can be chosen", _new_class),
    Promise("a value in a file can refer to another value", _reference),
    Promise("other packages can add plugins, such as launchers", _plugins),
    Promise("a misspelled name is found without a run (check, or mypy)", _misspelled),
    Promise("one command runs a grid of values", _grid),
    Promise("one command renames in sources and files", _renamed),
    Promise("one command writes a JSON Schema for files, for editors", _schema),
    Promise("one command shows which values differ between files or commits", _differences),
)
