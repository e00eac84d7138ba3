"""How warnings are kept back, and that they come back."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from hpman.static.decoding import decode
from hpman.static.silence import silence
from hpman.static.syntax import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Callable


def _in_threads(work: Callable[[], object], count: int = 4) -> None:
    """Do the same in several threads that start at once, and switch as often as can be."""
    start = threading.Barrier(count)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            start.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - a thread keeps its errors to itself
            errors.append(error)

    threads = [threading.Thread(target=run) for _thread in range(count)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []


def test_what_warns_is_as_it_was_when_threads_have_read() -> None:
    def read() -> None:
        for _time in range(100):
            parse("x = '\\d'\n" * 20)
            decode(b"# coding: unicode_escape\nx = '\\d'\n" * 20)
            with pytest.raises(UnparsableError):
                parse("x = '\\d' (")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        _in_threads(read)
        assert list(warnings.filters) == before


def test_one_thread_at_a_time_keeps_warnings_back(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    depths: list[int] = []

    class Noted(warnings.catch_warnings):
        def __enter__(self) -> Any:
            inside.append(threading.get_ident())
            time.sleep(0.001)  # whoever can come in does so now
            depths.append(len(inside))
            return super().__enter__()

        def __exit__(self, *_error: object) -> None:
            super().__exit__(None, None, None)
            inside.remove(threading.get_ident())

    def read() -> None:
        parse("x = 1")
        decode(b"# coding: latin-1\nx = 1\n")

    monkeypatch.setattr(warnings, "catch_warnings", Noted)
    _in_threads(read)
    assert depths == [1] * 8


def test_silence_within_silence_ends_with_the_outer_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with silence():
            with silence():
                warnings.warn("within", stacklevel=1)
            warnings.warn("between", stacklevel=1)
        with pytest.raises(UserWarning, match="without"):
            warnings.warn("without", stacklevel=1)


def test_silence_ends_with_an_error() -> None:
    with pytest.raises(KeyError), silence():
        raise KeyError
    with pytest.warns(UserWarning, match="heard"):
        _in_threads(lambda: warnings.warn("heard", stacklevel=1), 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="knows no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_is_forked_while_a_thread_reads_can_read_too() -> None:
    is_silent, may_speak = threading.Event(), threading.Event()

    def read() -> None:
        with silence():
            is_silent.set()
            may_speak.wait(0.05)  # the fork waits for the end of this

    thread = threading.Thread(target=read)
    thread.start()
    is_silent.wait()
    child = os.fork()
    if not child:
        signal.alarm(30)  # ends a child that waits for a thread that it does not have
        parse("x = 1")
        os._exit(0)
    may_speak.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0
