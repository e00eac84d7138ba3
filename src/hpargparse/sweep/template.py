"""A warm process: it imports what the runs of a sweep import, and forks for each of them.

Owns in which state a fork goes on exactly as a fresh process would. Must not know what a run
does, or how a sweep chooses one.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.machinery import PathFinder
from tempfile import TemporaryFile
from typing import Any

from hpman.programs import leading_imports

from ..run.runner import Program, python_path

READY = "ready"
REQUEST_SIZE = 1 << 20  # bytes
# Those of hpman, and of the standard library for it, that a run would import one by one.
_OURS = """
hpman.m hpman.runtime.explanation hpman.runtime.fingerprint hpman.runtime.overrides
hpargparse.check.config hpargparse.cli.argv hpargparse.cli.errors hpargparse.parser.bind
hpargparse.parser.validation hpargparse.run.manager_group hpargparse.runs.recorder
argparse fcntl hashlib importlib.metadata locale queue selectors tempfile
""".split()
_STANDARD_LIBRARY = os.path.realpath(os.path.dirname(os.__file__))


def serve(
    channel: socket.socket,
    program: Program,
    arguments: Sequence[str],
    loaded_before: Collection[str],
) -> list[str]:
    """Fork for each request until the sweep ends. Only forks return from here.

    Returns:
        The arguments of `hpman run` for this fork.
    """
    for name in _OURS:
        importlib.import_module(name)
    reason = _preload(program, arguments, loaded_before) or _threads_after_fork()
    gc.freeze()  # a collection in a fork would copy all pages
    channel.send((reason or READY).encode())
    trials: dict[int, tuple[int, int]] = {}  # by a descriptor of the process: it, and its pipe
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    while not reason:
        for descriptor, _event in poll.poll():
            if descriptor != channel.fileno():
                poll.unregister(descriptor)
                _end(descriptor, *trials.pop(descriptor))
                continue
            data, descriptors, _flags, _address = socket.recv_fds(channel, REQUEST_SIZE, 8)
            if not data:
                os._exit(0)
            process = os.fork() if _thread_count() == 1 else None
            if process == 0:
                for other in [channel.detach(), *trials, *(pipe for _, pipe in trials.values())]:
                    os.close(other)
                return _begin(json.loads(data), descriptors)
            pipe, *leases = descriptors
            for lease in leases:
                os.close(lease)
            if process is None:
                os.close(pipe)
                continue
            watched = os.pidfd_open(process)
            trials[watched] = process, pipe
            poll.register(watched, select.POLLIN)
    os._exit(0)


def _begin(request: dict[str, Any], descriptors: list[int]) -> list[str]:
    """Make this fork the leader of a session, and return the arguments of its run."""
    os.setsid()
    with suppress(BrokenPipeError):  # the sweep was killed
        os.write(descriptors[0], f"{os.getpid()}\n".encode())
    os.environ.update(request["environment"])
    # Python itself gives `random` another seed.
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    importlib.invalidate_caches()
    # The run holds the pipe as long as its leases, so the sweep sees when it ends.
    held = ",".join(map(str, descriptors))
    argv = [f"--trial={request['beginning']}/{held}", *request["arguments"]]
    sys.orig_argv[sys.orig_argv.index("run") + 1 :] = argv
    return argv


def _end(descriptor: int, process: int, pipe: int) -> None:
    """Report the exit status of a fork."""
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(BrokenPipeError):
        os.write(pipe, f"\n{status}".encode())
    os.close(pipe)
    os.close(descriptor)


def _preload(program: Program, arguments: Sequence[str], loaded_before: Collection[str]) -> str:
    """Import what the program imports first; return why forks would not equal fresh processes."""
    managers = program.read_sources().placeholders() | {"_"}
    path, argv = sys.path[:], sys.argv
    program.set_paths(arguments)
    imports = [*_installed_imports(program, managers)]
    own_path, before, modules = sys.path[:], _state(), {*sys.modules}
    failure = _import(imports)
    new = [name for name in sys.modules if name not in modules and not _is_ours(name)]
    files = [getattr(sys.modules[name], "__file__", None) for name in new]
    # The module `torch.ops` says that its file is `_ops.py`.
    loaded = [file for file in files if file is not None and os.path.isabs(file)]
    foreign = [file for file in loaded if not _is_installed(file)]
    if foreign:
        failure = failure or f"an import loads {foreign[0]}, which is not installed"
    if program.shadowed(loaded_before):
        failure = failure or "the program has a module of the same name as another"
    if _state() != before or sys.path != own_path:
        failure = failure or "an import opens files, starts processes or handles signals"
    sys.path[:], sys.argv = path, argv
    return failure


def _import(imports: Iterable[tuple[str, list[str]]]) -> str:
    """Run imports; return what a run would see of them."""
    with TemporaryFile() as output:
        saved = [os.dup(1), os.dup(2)]
        for number in (1, 2):
            os.dup2(output.fileno(), number)
        failure = ""
        try:
            for name, names in imports:
                __import__(name, {}, {}, names)
        except BaseException as error:  # noqa: BLE001 - a module may raise anything
            failure = f"an import fails: {type(error).__name__}"
        for number, stream in ((1, sys.stdout), (2, sys.stderr)):
            stream.flush()
            os.dup2(saved[number - 1], number)
            os.close(saved[number - 1])
        return failure or (os.fstat(output.fileno()).st_size and "an import writes output") or ""


def _installed_imports(
    program: Program, managers: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield what the program imports first from installed packages and the standard library."""
    for name, names in leading_imports(
        program.source,
        program.roots,
        also=python_path(),
        packages=program.packages,
        managers=managers,
    ):
        spec = None if _is_ours(name) else PathFinder.find_spec(name.partition(".")[0])
        if spec is not None:
            folders = [spec.origin] if spec.has_location else spec.submodule_search_locations
            if all(_is_installed(folder or "") for folder in folders or ()):
                yield name, names


def _is_ours(name: str) -> bool:
    # The last one is a name that `multiprocessing` gives to `__main__`.
    return name.partition(".")[0] in ("hpman", "hpargparse", "__mp_main__")


def _is_installed(path: str) -> bool:
    """Return whether a path lies in a folder for installed packages, or the standard library."""
    real = os.path.realpath(path)
    parts = real.split(os.sep)
    is_package = "site-packages" in parts or "dist-packages" in parts
    return is_package or os.path.join(real, "").startswith(os.path.join(_STANDARD_LIBRARY, ""))


def _state() -> object:
    """Return what a fork shares with other forks or inherits, but should not."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        has_children = True
    except ChildProcessError:
        has_children = False
    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    # A context of CUDA is an open device.
    return has_children, os.getcwd(), handlers, sorted(os.listdir("/proc/self/fd"))


def _threads_after_fork() -> str:
    """Return why there may be no fork. One ends the threads of libraries that allow for forks."""
    if threading.active_count() == 1:
        if _thread_count() > 1:
            process = os.fork()
            if process == 0:
                os._exit(0)
            os.waitpid(process, 0)
        if _thread_count() == 1:
            return ""
    return "an import starts threads"


def _thread_count() -> int:
    return len(os.listdir("/proc/self/task"))
