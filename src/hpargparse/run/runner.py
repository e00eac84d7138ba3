"""Programs as Python starts them: a script, a folder with `__main__.py`, a module.

Owns where the source of such a program is, and that running it differs in
nothing from what `python` does; knows neither hyperparameters nor options.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import SourceFileLoader  # where importlib.machinery has it from

from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from types import FrameType, ModuleType, TracebackType
    from typing import Any

    from hpman import HpmanError

_MAIN = "__main__"
_OURS = ("hpman", "hpargparse")
_ZIP, _END_OF_ZIP = b"PK\3\4", b"PK\5\6"
# Python only borrows the hook that it runs: one that puts another in its place would be freed.
_running_hooks: list[object] = []


class Program(Record):
    """Describe what is to be run.

    Attributes:
        given: what it is called on the command line: a path, or a module.
        source: the file that is run.
        roots: the folders where its imports look; None for those of a script.
        is_module: whether it is run by `python -m`.
        is_folder: whether it is a folder that holds a `__main__.py`.
    """

    __slots__ = ()
    given: str
    source: str
    roots: tuple[str, ...] | None = None
    is_module: bool = False
    is_folder: bool = False

    def start(self, arguments: Sequence[str], loaded_before: Collection[str]) -> None:
        """Run the program as `__main__`; what it raises comes out as it is.

        Args:
            arguments: the words for it.
            loaded_before: the names of the modules that were loaded before ours.
        """
        sys.argv = ["-m" if self.is_module else self.given, *arguments]
        main = _new_main()
        if self.is_module:
            _come_first(os.getcwd())
            _forget_shadowed(os.getcwd(), loaded_before)
            _run_module(self.given, alter_argv=True)
            return
        path = _absolute(self.given)
        if self.is_folder:
            _come_first(path, always=True)
            _forget_shadowed(path, loaded_before)
            _run_module(_MAIN, alter_argv=False)
            return
        folder = os.path.dirname(os.path.realpath(self.given))
        _come_first(folder)
        _forget_shadowed(folder, loaded_before)
        names = vars(main)
        names["__loader__"] = SourceFileLoader(_MAIN, path)
        names["__file__"] = path
        # No module of Python 3.15 has this name any more.
        names.update({"__cached__": None} if sys.version_info < (3, 15) else {})
        _run_script(path, names)


def script(path: str) -> Program:
    """Find the program that a path names: a script, or a folder with a `__main__.py`.

    Raises:
        HpmanError: it names neither.
        OSError: there is nothing of that name, or it cannot be read.

    >>> script(__file__).is_folder
    False
    """
    if path == "-":
        raise _unusable(path, "A script is read twice, so it cannot be the standard input.")
    if os.path.isdir(path):
        source = os.path.join(path, f"{_MAIN}.py")
        if not os.path.isfile(source):
            os.listdir(path)  # who may not look into it is told that
            raise _unusable(path, f"This folder has no `{_MAIN}.py`, so Python cannot run it.")
        return Program(path, source, (path,), is_folder=True)
    if os.path.exists(path) and not os.path.isfile(path):
        raise _unusable(path, "This is no file, and a script is read twice.")
    data = _read(path)
    if data[:4] == _ZIP or data[-22:-18] == _END_OF_ZIP:  # what stands in front may start it
        raise _unusable(path, "This is a zip archive, whose sources cannot be read.")
    return Program(path, path)


def module(name: str) -> Program:
    """Find a module as `python -m` does, but import nothing: not even the packages around it.

    Raises:
        HpmanError: there is no such module, or it is no Python source.

    >>> module("json.tool").source.endswith("tool.py")
    True
    """
    if not all(name.split(".")):
        raise _unusable(f"-m {name}".strip(), "A part of the name of the module is empty.")
    path = sys.path if _is_safe() else [os.getcwd(), *sys.path[1:]]
    first, *rest = name.split(".")
    source, folders = _top(first, path)
    roots = [path[0], *(os.path.dirname(each) for each in folders or filter(None, [source]))]
    for part in rest:
        source, folders = _inside(folders, part)
    message = f"There is no module `{name}`, neither here nor installed."
    if folders:
        message = f"`{name}` is a package without a module `{_MAIN}`, so Python cannot run it."
        source, folders = _inside(folders, _MAIN)
    if source is None or not source.endswith(".py"):
        shorter = name.removesuffix(".py")
        hint = f"Leave out `.py`: `-m {shorter}`." if shorter != name else ""
        raise _unusable(f"-m {name}", message, hint)
    return Program(name, source, tuple(dict.fromkeys(roots)), is_module=True)


def path_of_environment() -> list[str]:
    """Return the folders of `PYTHONPATH`, in which imports look after those of a program.

    Our own sources are no part of anybody's program, even where they stand in one of them.
    """
    if sys.flags.ignore_environment:
        return []
    given = os.environ.get("PYTHONPATH", "")
    folders = [each or os.curdir for each in given.split(os.pathsep)] if given else []
    ours = os.path.realpath(os.path.join(os.path.dirname(__file__), os.pardir))
    return [each for each in folders if os.path.realpath(each) != ours]


def _top(name: str, path: list[str]) -> tuple[str | None, list[str]]:
    """Return the file of a module that stands in no package, and where its submodules are."""
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)  # the oldest kind of finder has none
        spec = find_spec(name, path) if find_spec else None
        if spec is not None:
            return spec.origin if spec.has_location else None, [
                *(spec.submodule_search_locations or ())
            ]
    return None, []


def _inside(folders: Iterable[str], name: str) -> tuple[str | None, list[str]]:
    """Return the file of a module in some folders, and where its submodules are."""
    portions = []
    for folder in folders:
        inner = os.path.join(folder, name)
        init = os.path.join(inner, "__init__.py")
        if os.path.isfile(init):
            return init, [inner]
        if os.path.isfile(f"{inner}.py"):
            return f"{inner}.py", []
        if os.path.isdir(inner):
            portions.append(inner)
    return None, portions


def _unusable(path: str, message: str, advice: str = "") -> HpmanError:
    """Report what cannot be run."""
    from hpman import Diagnostic, HpmanError

    usual = "Name a Python file, a folder with a `__main__.py`, or a module behind `-m`."
    return HpmanError(Diagnostic("run", message, advice or usual, path))


def _absolute(path: str) -> str:
    """Make a path absolute as Python does for `__file__`: on most systems, `.` stays in it."""
    if os.name == "nt":
        return os.path.abspath(path)
    return path if os.path.isabs(path) else os.path.join(os.getcwd(), path)


def _new_main() -> ModuleType:
    """Put a fresh module in the place of the one that started us."""
    main = type(sys)(_MAIN)
    if "__annotations__" in vars(sys.modules[_MAIN]):  # those of Python 3.14 come when asked for
        main.__annotations__ = {}
    vars(main)["__builtins__"] = sys.modules["builtins"]
    sys.modules[_MAIN] = main
    return main


def _is_safe() -> bool:
    """Tell whether Python puts no folder of the program in front of the path (`-P`, `-I`)."""
    return bool(getattr(sys.flags, "safe_path", sys.flags.isolated))  # new in Python 3.11


def _come_first(folder: str, *, always: bool = False) -> None:
    """Let imports look into a folder first, in place of the one that Python put there for us."""
    if not _is_safe():
        sys.path[0] = folder
    elif always:
        sys.path.insert(0, folder)


def _forget_shadowed(folder: str, before: Collection[str]) -> None:
    """Forget what we have loaded where the program has a module of its own by that name.

    Python would not have loaded ours yet, and would find the program's.
    """
    if folder not in sys.path:
        return
    try:
        there = set(os.listdir(folder))
    except OSError:  # imports will tell
        return
    for name in [each for each in sys.modules if each not in before]:
        top = name.partition(".")[0]
        is_own = f"{top}.py" in there or os.path.isfile(os.path.join(folder, top, "__init__.py"))
        if is_own and top not in _OURS and top not in sys.builtin_module_names:
            del sys.modules[name]


def _run_script(path: str, names: dict[str, object]) -> None:
    """Compile and run a file; our own `from __future__` is not its."""
    try:
        exec(compile(_read(path), path, "exec", dont_inherit=True), names)  # noqa: S102 - as asked
    except BaseException as error:
        _leave_us_out(error, sys._getframe())
        raise


def _read(path: str) -> bytes:
    """Return what a file holds."""
    with open(path, "rb") as file:
        return file.read()


def _run_module(name: str, *, alter_argv: bool) -> None:
    """Run a module by what runs it for `python -m`, so that tracebacks show the same."""
    import runpy

    try:
        runpy._run_module_as_main(name, alter_argv)  # type: ignore[attr-defined]
    except BaseException as error:
        _leave_us_out(error, sys._getframe())
        raise


def _leave_us_out(error: BaseException, frame: FrameType) -> None:
    """Let Python report an error that ends the program without our frames.

    Every frame that the error still passes adds itself to the traceback, so it
    is cut when Python hands it to its hook.
    """
    if isinstance(error, SystemExit):
        return
    hook: Callable[..., object] = getattr(sys, "excepthook", _tell_that_it_is_gone)

    def report(
        kind: type[BaseException], value: BaseException, traceback: TracebackType | None
    ) -> None:
        if hook is _tell_that_it_is_gone:
            del sys.excepthook
        else:
            sys.excepthook = hook
        below = traceback
        while below is not None and below.tb_frame is not frame:
            below = below.tb_next
        if below is not None:
            traceback = value.__traceback__ = sys.last_traceback = below.tb_next
        hook(kind, value, traceback)

    _running_hooks.append(report)
    sys.excepthook = report


def _tell_that_it_is_gone(*report: Any) -> None:
    """Say what Python says where a program has deleted the hook, and show the error."""
    if sys.stderr is not None:
        sys.stderr.write("sys.excepthook is missing\n")
    sys.__excepthook__(*report)
