"""Programs as Python starts them: a script, a folder with `__main__.py`, or a module.

Owns how the sources of a program are found without importing anything, and that running it
differs in nothing from `python`; must not know options.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import SourceFileLoader  # importlib.machinery takes it from there

from hpman import Frozen
from hpman.programs import find_module, index_program, is_notebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import FrameType, ModuleType, TracebackType
    from typing import Any

    from hpman import HpmanError, Index

_MAIN = "__main__"
_OURS = ("hpman", "hpargparse")
_ZIP = b"PK\3\4"


class Program(Frozen):
    """Describe a program to run."""

    __slots__ = ()
    name: str  # the path or the module on the command line, perhaps with `:` and a function
    source: str
    roots: tuple[str, ...] | None = None  # in which imports look; None for those of a script
    is_module: bool = False
    is_folder: bool = False
    packages: tuple[str, ...] = ()  # the files around a module that Python runs first
    output: str | None = None  # where to write a notebook with its outputs

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook, which a kernel runs."""
        return is_notebook(self.source)

    @property
    def folder(self) -> str:
        """The folder of the program, from which its project is looked for."""
        start = self.roots[0] if self.is_module and self.roots else self.source
        return start if os.path.isdir(start) else os.path.dirname(os.path.abspath(start))

    def read_sources(self) -> Index:
        """Return the index of the program and the modules that it imports."""
        sources = (self.source, *self.packages)
        return index_program(sources, follow_imports=True, roots=self.roots, also=python_path())

    def require_packages(self) -> None:
        """Check that what runs a notebook is installed."""
        if not self.is_notebook:
            return
        from importlib.util import find_spec

        missing = [name for name in ("nbclient", "ipykernel") if find_spec(name) is None]
        if missing:
            message = f"A notebook needs `{missing[0]}` to run, which is not installed."
            raise _run_error(self.source, message, "`pip install 'hpman[notebook]'` installs it.")

    def run(self, args: Sequence[str], loaded_before: Collection[str]) -> object:
        """Run the program as `__main__`, or call its function. Its exceptions are not caught."""
        if self.is_notebook:
            from .notebook import run_notebook

            run_notebook(self.source, args, self.output)
            return None
        path = self.set_paths(args)
        main = _replace_main()
        for name in self.shadowed(loaded_before):
            del sys.modules[name]
        try:
            if not (self.is_module or self.is_folder):
                vars(main).update(
                    __loader__=SourceFileLoader(_MAIN, path), __file__=path, __cached__=None
                )
                # Our `from __future__` import must not apply to the script.
                code = compile(_read_script(path), path, "exec", dont_inherit=True)
                exec(code, vars(main))  # noqa: S102 - this is the purpose
            elif self.is_module and ":" in self.name:
                return _call(self.name)
            else:
                import runpy  # as `python -m` and `python FOLDER` do

                runpy._run_module_as_main(  # type: ignore[attr-defined]
                    self.name if self.is_module else _MAIN, self.is_module
                )
        except SystemExit:
            raise
        except BaseException:
            _hide_our_frames(sys._getframe())
            raise
        return None

    def set_paths(self, args: Sequence[str]) -> str:
        """Set `sys.argv` and `sys.path` as Python does, and return the path of the program."""
        sys.argv = ["-m" if self.is_module else self.name, *args]
        if not _is_safe_path():  # the first is one that Python added for us
            sys.path[0] = self.search_folder
        elif self.is_folder:
            sys.path.insert(0, self.search_folder)
        # Python does not normalize the path: on most systems, `./` stays in `__file__`.
        return os.path.join(os.getcwd(), self.name)

    @property
    def search_folder(self) -> str:
        """The folder in which the imports of the program look first."""
        if self.is_module:
            return os.getcwd()
        path = os.path.join(os.getcwd(), self.name)
        return path if self.is_folder else os.path.dirname(os.path.realpath(path))

    def shadowed(self, loaded_before: Collection[str]) -> list[str]:
        """Return the modules loaded since then that the program has its own by the same name of.

        In a fresh process, Python would import those of the program.
        """
        folder = self.search_folder
        if folder not in sys.path:
            return []
        ours = [name for name in sys.modules if name not in loaded_before]
        tops = {name.partition(".")[0] for name in ours}.difference(_OURS, sys.builtin_module_names)
        shadowed = {top for top in tops if find_module(top, [folder])[0]}
        return [name for name in ours if name.partition(".")[0] in shadowed]


def locate_script(path: str) -> Program:
    """Find the program at a path: a script, or a folder with a `__main__.py`."""
    if os.path.isdir(path):
        source = os.path.join(path, f"{_MAIN}.py")
        if not os.path.isfile(source):
            os.listdir(path)  # raises PermissionError if we may not look into the folder
            raise _run_error(path, f"The folder has no `{_MAIN}.py`, so Python cannot run it.")
        return Program(path, source, (path,), is_folder=True)
    if path == "-" or (os.path.exists(path) and not os.path.isfile(path)):
        raise _run_error(path, "A script must be a regular file, because it is read twice.")
    if _read_script(path).startswith(_ZIP):
        raise _run_error(path, "This is a zip archive. Sources inside an archive cannot be read.")
    return Program(path, path)


def locate_module(name: str) -> Program:
    """Find a module as `python -m` does, but without importing the packages around it.

    A function in it may follow the name, after `:`. It is called instead.

    >>> locate_module("json.tool").source.endswith("tool.py")
    True
    """
    whole, (name, colon, function) = name, name.partition(":")
    parts = name.split(".")
    if not all(parts):
        raise _run_error(f"-m {whole}".strip(), "A part of the module name is empty.")
    if colon and not all(map(str.isidentifier, function.split("."))):
        raise _run_error(f"-m {whole}", f"`{function}` cannot be the name of a function.")
    path = sys.path if _is_safe_path() else [os.getcwd(), *sys.path[1:]]
    source, folders = find_module(name, path)
    message = f"There is no module `{name}`, neither here nor installed."
    if folders and function:
        parts.append("__init__")
    elif folders:
        message = f"`{name}` is a package without a module `{_MAIN}`, so Python cannot run it."
        source = find_module(_MAIN, folders)[0]
        parts.append(_MAIN)
    if source is None:
        stem = name.removesuffix(".py")
        raise _run_error(
            f"-m {name}", message, f"Leave out `.py`: `-m {stem}`." if stem != name else ""
        )
    root = source
    for _ in parts:
        root = os.path.dirname(root)
    around = [find_module(".".join(parts[:end]), path)[0] for end in range(1, len(parts))]
    return Program(
        whole,
        source,
        tuple(dict.fromkeys((path[0], root))),
        is_module=True,
        packages=tuple(filter(None, around)),
    )


def _call(name: str) -> object:
    """Call a function, given as `module:function`, without arguments."""
    from importlib import import_module

    module, _colon, function = name.partition(":")
    target: Any = import_module(module)
    for part in function.split("."):
        target = getattr(target, part, None)
    if not callable(target):
        raise SystemExit(f"hpman run: error: -m {name}: `{module}` has no function `{function}`")
    result: object = target()
    return result


def python_path() -> list[str]:
    """Return the folders of `PYTHONPATH`, without the one that contains our own sources."""
    value = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    folders = [folder or os.curdir for folder in value.split(os.pathsep)] if value else []
    ours = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
    return [folder for folder in folders if os.path.realpath(folder) != ours]


def _run_error(path: str, message: str, advice: str = "") -> HpmanError:
    from hpman import Diagnostic, HpmanError

    usual = "Name a Python file, a folder with a `__main__.py`, or `-m` and a module."
    return HpmanError(Diagnostic("run", message, advice or usual, path))


def _replace_main() -> ModuleType:
    """Replace the `__main__` that started hpman by an empty module."""
    main = type(sys)(_MAIN)
    if "__annotations__" in vars(sys.modules[_MAIN]):  # created lazily since Python 3.14
        main.__annotations__ = {}
    vars(main)["__builtins__"] = sys.modules["builtins"]
    sys.modules[_MAIN] = main
    if "__mp_main__" in sys.modules:  # `multiprocessing` was imported before
        sys.modules["__mp_main__"] = main
    return main


def _is_safe_path() -> bool:
    """Return whether Python adds no folder of the program to `sys.path` (`-P`, `-I`)."""
    return bool(getattr(sys.flags, "safe_path", sys.flags.isolated))  # new in Python 3.11


def _hide_our_frames(frame: FrameType) -> None:
    """Let `sys.excepthook` report an error without our frames, which end at this one.

    Frames that the error has yet to pass add themselves to the traceback, so it can only
    be cut in the hook.
    """
    hook = sys.excepthook

    def report(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        inner = traceback
        while inner is not None and inner.tb_frame is not frame:
            inner = inner.tb_next
        if inner is not None:  # it is another error if the frame is missing
            traceback = error.__traceback__ = sys.last_traceback = inner.tb_next
        hook(kind, error, traceback)

    sys.excepthook = report


def _read_script(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
