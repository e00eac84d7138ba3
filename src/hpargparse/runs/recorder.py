"""Record a run: what it is, what it writes, and how it ends.

Owns when the files of a record are written, by the run itself. A failure to do so is a
sentence on standard error, and never ends the program. Must not know how records are read.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from time import time
from types import FrameType
from typing import Any

from hpman import (
    Frozen,
    HpmanError,
    HyperParameterManager,
    NotLiteralEvaluable,
    show_literal,
)
from hpman.names import old_names
from hpman.run_files import VARIABLE, last_reported, release, take
from hpman.text import escape

from ..cli.errors import error_text
from ..cli.output import warn
from ..snapshots.load_save import saveable_values
from ..snapshots.recorded import RUN_FILE, SCHEMA
from ..values.convert import saved_form
from . import environment
from .output import Copier
from .record import (
    CWD_VARIABLE,
    END_FILE,
    LEASE_FILE,
    OUTPUT_FILE,
    PATCH_FILE,
    RETURN,
    RunRecord,
    create_record,
    host,
    last_metrics,
    write_json,
)

_PROG = "hpman run"
_ERROR_LENGTH = 500
_SIGNALS = ("SIGTERM", "SIGHUP")  # those that usually ask a program to end
_recordings: list[Recording] = []


class Subject(Frozen):
    """Describe what is run."""

    __slots__ = ()
    project: str
    program: str  # the script, or `-m` and the module
    argv: tuple[str, ...]  # of `hpman run`
    manager: HyperParameterManager
    sources: Callable[[], Iterable[str]]  # returns the files of the program
    keep_patch: bool = True  # whether to keep the changes since the last commit
    beginning: str = ""  # of the id
    name: str | None = None  # given by the user
    sweep: str | None = None
    trial: int | None = None


@atexit.register
def _finish() -> None:
    """Write the end after all that a program and its modules do at exit, even preloaded ones."""
    for recording in _recordings:
        recording.finish()


def start(subject: Subject) -> Recording | None:
    """Start to record this process. Return None, and say why, if that fails."""
    folder = None
    try:
        folder = create_record(subject.project, subject.beginning)
        return Recording(folder, subject)
    except (OSError, HpmanError) as error:
        _warn(f"this run is not recorded: {error_text(error)}")
    if folder is not None:
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)
    return None


class Recording:
    """A record of this process, which is written until the process ends.

    The body of a `with` statement is the program. The end is written when Python exits, after
    all that the program has registered with `atexit`.
    """

    def __init__(self, folder: str, subject: Subject) -> None:
        self.folder: str = folder
        self._manager = subject.manager
        self._process = os.getpid()
        self._end: dict[str, Any] = {"status": "finished", "exit": 0}
        self._returned: dict[str, float] = {}
        self._is_over = False
        self._lease = take(os.path.join(folder, LEASE_FILE))
        description = _describe(folder, subject)
        self._values: dict[str, str] = description["values"]
        write_json(folder, RUN_FILE, description)
        self._copier: Copier | None = None

        complete = partial(_complete, folder, subject, description)
        if hasattr(os, "fork"):
            self._copier = Copier(os.path.join(folder, OUTPUT_FILE), complete)
        else:  # Windows
            complete()
        os.environ[VARIABLE] = folder
        self._watch()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, SystemExit):
            self._exited(error.code)
        elif isinstance(error, KeyboardInterrupt):
            self._end = {"status": "stopped", "signal": "SIGINT"}
        elif error is not None:
            self._end = {"status": "failed", "exit": 1, "error": _last_line(error)}

    def returned(self, value: Any) -> None:
        """Note what the function of a program has returned, if it is a number."""
        if not isinstance(value, (bool, str)):
            with suppress(Exception):  # the conversion may raise anything
                self._returned = {RETURN: float(value)}

    def finish(self, *, flush: bool = True) -> None:
        """Write how the run ended. Only the first call does anything."""
        if self._is_over or os.getpid() != self._process:
            return
        self._is_over = True
        record = RunRecord(self.folder)
        end = {**self._end, "ended": round(time(), 3)}
        if record.stop_request:
            end["status"] = record.stop_request
        reported = last_reported(self.folder)
        metrics = last_metrics(self.folder) if reported is None else reported
        end["metrics"] = {**self._returned, **metrics}
        end["unused"] = self._manager.unused()
        with suppress(Exception):  # the program may have set anything
            if later := self._set_later():
                end["set"] = later
        try:
            write_json(self.folder, END_FILE, end)
        except (OSError, HpmanError) as error:
            _warn(f"the end of this run is not recorded: {error_text(error)}")
        if self._copier is not None:
            self._copier.close(flush=flush)
        if self._lease is not None:
            release(self._lease)

    def _set_later(self) -> dict[str, str]:
        """Return the values that the program itself has set, such as by its own parser."""
        texts, explain = _texts(self._manager), self._manager.explain
        later = {name: text for name, text in texts.items() if self._values.get(name) != text}
        return {name: text for name, text in later.items() if not explain(name)[-1].is_default}

    def _watch(self) -> None:
        """Notice each way in which a process ends, as far as it can."""
        _recordings.append(self)
        leave = os._exit

        def _exit(status: int) -> None:
            self._exited(status)
            self.finish(flush=False)
            leave(status)

        os._exit = _exit  # type: ignore[assignment]
        watched = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        watched = [number for number in watched if signal.getsignal(number) is signal.SIG_DFL]
        with suppress(ValueError):  # only the main thread may do this
            for number in watched:
                signal.signal(number, self._on_signal)

        def forget() -> None:
            """Let a forked child end as if nothing was recorded."""
            if os._exit is _exit:
                os._exit = leave
            for number in watched:
                if signal.getsignal(number) == self._on_signal:
                    signal.signal(number, signal.SIG_DFL)
            if self._copier is not None and not self._is_over:
                self._copier.forget()

        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=forget)

    def _exited(self, code: object) -> None:
        if code is None or isinstance(code, int):
            status = (code or 0) & 0xFF  # as the system sees it: 256 is a success
            self._end = {"status": "failed" if status else "finished", "exit": status}
        else:
            error = f"an object of the type {type(code).__name__}"
            with suppress(Exception):  # `__str__` may raise anything
                error = str(code)[:_ERROR_LENGTH]
            self._end = {"status": "failed", "exit": 1, "error": error}

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Write the end, then end by the signal as Python would without a record."""
        self._end = {"status": "stopped", "signal": signal.Signals(number).name}
        with suppress(Exception):  # the program may be anywhere
            self.finish(flush=False)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _describe(folder: str, subject: Subject) -> dict[str, Any]:
    """Return the keys of `run.json` that are known at once."""
    manager = subject.manager
    texts = _texts(manager)
    chains = {name: manager.explain(name) for name in texts}
    sources = {name: chain[0] for name, chain in chains.items() if chain[0].kind == "source"}
    scopes = manager.scopes()
    return {
        "schema": SCHEMA,
        "id": os.path.basename(folder),
        "name": subject.name,
        "program": subject.program,
        "argv": list(subject.argv),
        "cwd": os.environ.pop(CWD_VARIABLE, None) or os.getcwd(),
        "started": round(time(), 3),
        "host": host(),
        "process": os.getpid(),
        "python": environment.python(),
        "executable": sys.executable,
        "sweep": subject.sweep,
        "trial": subject.trial,
        "values": texts,
        "changed": [name for name, chain in chains.items() if _differs(texts[name], chain)],
        "defaults": {name: origin.text for name, origin in sources.items()},
        "origins": {name: [str(origin) for origin in chain] for name, chain in chains.items()},
        "renamed": {
            old: hyperparameter.name
            for hyperparameter in manager.hyperparameters()
            for old in old_names(hyperparameter.hints)
            if old not in texts
        },
        "scopes": None if scopes is None else sorted(scopes),
        "fingerprint": manager.fingerprint(),
    }


def _texts(manager: HyperParameterManager) -> dict[str, str]:
    """Return the values that a file can hold, as literals."""
    values, _left_out = saveable_values(manager)
    return {name: show_literal(value) for name, value in values.items()}


def _differs(text: str, chain: Iterable[Any]) -> bool:
    """Return whether a value, given as a literal, differs from the default below it."""
    *_, last = chain
    if last.is_default:
        return False
    default = next((origin.value for origin in chain if origin.is_default), NotLiteralEvaluable)
    return show_literal(saved_form(default)) != text


def _complete(folder: str, subject: Subject, description: dict[str, Any]) -> None:
    """Write the patch, and complete `run.json` with what takes time to find out."""
    try:
        details, patch = environment.describe(
            subject.project, subject.sources(), keep_patch=subject.keep_patch
        )
        if patch:
            with open(os.path.join(folder, PATCH_FILE), "wb") as file:
                file.write(patch)
        write_json(folder, RUN_FILE, {**description, **details})
    except (OSError, HpmanError) as error:
        _warn(f"the record of this run is not complete: {error_text(error)}")


def _last_line(error: BaseException) -> str:
    from traceback import format_exception_only

    with suppress(Exception):  # `__str__` may raise anything
        lines = "".join(format_exception_only(type(error), error)).strip().split("\n")
        return lines[-1][:_ERROR_LENGTH]
    return type(error).__name__


def _warn(message: str) -> None:
    with suppress(ValueError):  # the program has closed the stream
        warn(_PROG, [" ".join(map(escape, message.split("\n")))])
