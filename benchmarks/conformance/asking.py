"""One program, started once: what went in and what came out.

Owns processes and folders; must not know promises.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .peers import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .peers import Peer

_SUGGESTING = re.compile(r"did you mean|perhaps|similar|closest|meant|suggest", re.IGNORECASE)
_SECONDS = 60


@dataclass
class Answer:
    """What a program printed, and how it ended.

    Attributes:
        status: its exit status.
        output: what it printed.
        error: what it wrote to the standard error stream; boxes and usage are taken out.
        values: its values as Python spells them, None if it did not come so far.
    """

    status: int
    output: str
    error: str
    values: dict[str, str] | None

    def has(self, **expected: object) -> bool:
        """Return whether the program ran with these values."""
        found = self.values or {}
        return self.status == 0 and all(
            found.get(name) == (value if isinstance(value, str) else repr(value))
            for name, value in expected.items()
        )

    @property
    def is_refused(self) -> bool:
        """Whether the program ended before its work with an error."""
        return self.status != 0 and self.values is None

    @property
    def is_sentence(self) -> bool:
        """Whether the error, if there is one, is for a user and not for its programmer."""
        return self.is_refused and "Traceback" not in self.error

    def is_refused_with(self, *words: str) -> bool:
        """Return whether the error has all of some words in it."""
        error = self.error.lower()
        return self.is_refused and all(word.lower() in error for word in words)

    def is_refused_at(self, file: str, line: int) -> bool:
        """Return whether the error points to a line of a file."""
        place = rf"{re.escape(file)}\W+(line\W+)?{line}\b|line\W+{line}\b.*{re.escape(file)}"
        return self.is_refused and re.search(place, self.error) is not None

    def suggests(self, *options: str) -> bool:
        """Return whether the program was refused, and one of some options suggested."""
        hint = _SUGGESTING.search(self.error)
        return (
            self.is_refused
            and hint is not None
            and any(option in self.error[hint.start() :] for option in options)
        )


class Asker:
    """Start the program of one peer, in a new folder with some files.

    Args:
        peer: the peer.
        python: the Python of the environment that it is installed in.
    """

    def __init__(self, peer: Peer, python: str) -> None:
        """Keep both, and what the programs have in their environment."""
        self.peer = peer
        self.python = python
        self.environment = {**os.environ, "NO_COLOR": "1"}
        if python != sys.executable:  # else the old release would be this one
            self.environment.pop("PYTHONPATH", None)

    def __call__(self, call: Call, files: Mapping[str, str] | None = None) -> Answer:
        """Start the program and wait for it."""
        with tempfile.TemporaryDirectory() as folder:
            return self._run(call, folder, files or {})

    def option(self, name: str, *words: str) -> Answer:
        """Start the program with one option."""
        return self(self.peer.option(name, *words))

    def typed(self, *words: str) -> Answer:
        """Start the program with arguments that are the same for all."""
        return self(Call(list(words)))

    def file(self, text: str, *more: Call) -> Answer:
        """Start the program with a YAML file that somebody wrote by hand."""
        call = self.peer.load("cfg.yaml") or Call()
        for addition in more:
            call += addition
        return self(call, {"cfg.yaml": f"{self.peer.header}{text}"})

    def files(self, *texts: str) -> Answer | None:
        """Start the program with several files; None where it takes one only."""
        names = [f"cfg{number}.yaml" for number in range(len(texts))]
        call = self.peer.load(*names)
        heads = [self.peer.header, *map(self.peer.header_after, names)]
        files = {name: head + text for name, head, text in zip(names, heads, texts, strict=False)}
        return None if call is None else self(call, files)

    def saved_and_loaded(self, name: str, word: str | None) -> bool:
        """Set a value, or leave the default; save it, load it, and tell whether it came back."""
        chosen = Call() if word is None else self.peer.joined(name, word)
        with tempfile.TemporaryDirectory() as folder:
            wanted = self._run(chosen, folder, {})
            call, prints = self.peer.save("cfg.yaml")
            saved = self._run(chosen + call, folder, {})
            text = saved.output if prints else ""
            files = {"cfg.yaml": f"{self.peer.header}{text}"} if prints else {}
            loaded = self._run(self.peer.load("cfg.yaml") or Call(), folder, files)
        if wanted.values is None or loaded.values is None or saved.status != 0:
            return False
        return loaded.values[name] == wanted.values[name]

    def _run(self, call: Call, folder: str, files: Mapping[str, str]) -> Answer:
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [self.python, "-W", "ignore", self.peer.path, *call.words],
            cwd=folder,
            env={**self.environment, "COLUMNS": "1000", **call.variables},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
        values = None
        for line in done.stdout.splitlines():
            if line.startswith("VALUES "):
                values = ast.literal_eval(line.removeprefix("VALUES "))
        error = "\n".join(
            line.strip("│ ")
            for line in done.stderr.splitlines()
            if not line.lower().startswith("usage:")
        )
        return Answer(done.returncode, done.stdout, error, values)
