"""The libraries, and the notation of each.

Owns how an option is written, and a file to load or save. Must not know promises.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

# What is installed together. This project is tested where the script runs.
REQUIREMENTS = (
    "tyro",
    "jsonargparse[omegaconf,signatures]",
    "hydra-core",
    "simple-parsing",
    "cyclopts[yaml]",
    "gin-config",
    "mypy",
    "hpman==0.13.0",
    "hpargparse==0.14.0",
    "setuptools<80",
    "PyYAML",
)
_PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")


@dataclass
class Call:
    """What a program is started with: arguments, and variables of its environment."""

    words: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def __add__(self, other: Call) -> Call:
        """Put two together."""
        return Call(self.words + other.words, {**self.variables, **other.variables})


class Peer:
    """A library whose program takes options of argparse's kind and has no files.

    Attributes:
        name: the heading of its column.
        package: the distribution.
        program: its program.
        loads: whether it loads a file that somebody wrote by hand.
        saves: whether it saves values in a file that it loads.
        header: what has to stand at the head of a file that it loads.
        negation: how a flag is turned off without a word.
    """

    name = package = program = ""
    loads = saves = False
    header = ""
    negation = "--no-shuffle"

    @property
    def path(self) -> str:
        """The program that is run."""
        return os.path.join(_PROGRAMS, self.program)

    def option(self, name: str, *words: str) -> Call:
        """Return an option with its arguments."""
        return Call([f"--{self.spelled(name)}", *words])

    def joined(self, name: str, word: str) -> Call:
        """Return an option joined with its argument."""
        return Call([f"--{self.spelled(name)}={word}"])

    def spelled(self, name: str) -> str:
        """Spell a name as help shows it."""
        return name.replace("_", "-")

    def header_after(self, _path: str) -> str:
        """Return what has to stand at the head of a file that goes on where another ends."""
        return self.header

    def load(self, *paths: str) -> Call | None:
        """Load files, where later ones override earlier ones; None if only one can be loaded."""
        raise NotImplementedError

    def save(self, path: str) -> tuple[Call, bool]:
        """Save all values; return whether standard output has to be written to the file."""
        raise NotImplementedError

    listing: Call | None = None
    origins: Call | None = None


class Ours(Peer):
    """This project."""

    name, package, program = "hpman 1.0", "hpman", "with_hpargparse.py"
    loads = saves = True
    listing: Call | None = Call(["--hp-list"])
    origins: Call | None = Call(["--hp-list", "origin"])

    def load(self, *paths: str) -> Call | None:
        """Repeat the option."""
        return Call([word for path in paths for word in ("--hp-load", path)])

    def save(self, path: str) -> tuple[Call, bool]:
        """Use the option."""
        return Call(["--hp-save", path]), False


class Upstream(Ours):
    """The last release of upstream: one file at a time."""

    name, package, program = "hpargparse 0.14", "hpargparse", "with_hpargparse_0_14.py"
    origins = None

    def load(self, *paths: str) -> Call | None:
        """Use the option, which takes one file."""
        return Call(["--hp-load", paths[0]]) if len(paths) == 1 else None


class Tyro(Peer):
    """It loads what it has saved, with tags of its own."""

    name, package, program = "tyro", "tyro", "with_tyro.py"
    saves = True

    def load(self, *paths: str) -> Call | None:
        """Let the program read the file."""
        return Call(variables={"LOAD": paths[0]}) if len(paths) == 1 else None

    def save(self, path: str) -> tuple[Call, bool]:
        """Let the program write the file."""
        return Call(variables={"SAVE": path}), False


class Jsonargparse(Peer):
    """Names are spelled as in Python."""

    name, package, program = "jsonargparse", "jsonargparse", "with_jsonargparse.py"
    loads = saves = True
    listing: Call | None = Call(["--print_config"])

    def spelled(self, name: str) -> str:
        """Leave underscores."""
        return name

    def load(self, *paths: str) -> Call | None:
        """Repeat the option."""
        return Call([word for path in paths for word in ("--config", path)])

    def save(self, path: str) -> tuple[Call, bool]:
        """Print, and let the shell write."""
        return Call(["--print_config"]), True


class Hydra(Peer):
    """Overrides are `name=value`; a file names the schema that it completes."""

    name, package, program = "Hydra", "hydra-core", "with_hydra.py"
    loads = saves = True
    header = "defaults: [train, _self_]\n"
    listing: Call | None = Call(["--cfg", "job"])
    negation = "shuffle=false"

    def option(self, name: str, *words: str) -> Call:
        """Return an override. Several arguments can only follow it."""
        return Call([f"{name}={words[0] if words else ''}", *words[1:]])

    def joined(self, name: str, word: str) -> Call:
        """Spell an override."""
        return self.option(name, word)

    def spelled(self, name: str) -> str:
        """Leave underscores."""
        return name

    def load(self, *paths: str) -> Call | None:
        """Name folder and file; programs are started where the files are."""
        return Call(["--config-dir", ".", "--config-name", os.path.splitext(paths[-1])[0]])

    def header_after(self, path: str) -> str:
        """Name the other file as the first of the defaults."""
        return f"defaults: [{os.path.splitext(path)[0]}, _self_]\n"

    def save(self, path: str) -> tuple[Call, bool]:
        """Print, and let the shell write."""
        return Call(["--cfg", "job"]), True


class SimpleParsing(Peer):
    """Fields of a nested dataclass are options without its name."""

    name, package, program = "simple-parsing", "simple-parsing", "with_simple_parsing.py"
    loads = saves = True
    negation = "--noshuffle"

    def spelled(self, name: str) -> str:
        """Leave out the outer name."""
        return name.replace("_", "-").removeprefix("model.")

    def load(self, *paths: str) -> Call | None:
        """Pass all files to one option."""
        return Call(["--config_path", *paths])

    def save(self, path: str) -> tuple[Call, bool]:
        """Let the program write the file."""
        return Call(variables={"SAVE": path}), False


class Cyclopts(Peer):
    """It loads files and saves none."""

    name, package, program = "cyclopts", "cyclopts", "with_cyclopts.py"
    loads = True

    def load(self, *paths: str) -> Call | None:
        """Let the program name the files."""
        return Call(variables={"LOAD": os.pathsep.join(paths)})


PEERS: tuple[Peer, ...] = (
    Ours(),
    Upstream(),
    Tyro(),
    Jsonargparse(),
    Hydra(),
    SimpleParsing(),
    Cyclopts(),
)
