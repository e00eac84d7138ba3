"""The sources below some paths, kept: only what has changed is read again.

Owns which files have changed, and texts that are not on the disk. Must not know managers, or
rules that involve several files.
"""

from __future__ import annotations

import os
import time

from .files import SourceFile, exclusion, flatten, read_file, walk
from .index import Index
from .scan import ModuleReader, file_key, scan_file, with_imports
from .syntax import paused_collector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .files import Facts, Path, Paths
    from .index import ModuleScan

    Status = tuple[int, int, int]

_MOST_INDEXES = 2  # a check reads with `_`, and again if files import other managers
_COARSE = 50_000_000  # nanoseconds in which the time of a file may not change


class Project:
    r"""Hold the files below some paths, and read them again when they change.

    Attributes:
        facts: what others keep about each file as long as it does not change, by its real path;
            under "" what depends on which files there are.
    """

    def __init__(
        self, paths: Paths, exclude: Path | Iterable[Path] = (), *, follow_imports: bool = False
    ) -> None:
        self.facts: Facts = {}
        self._paths, self._globs = list(flatten(paths)), list(flatten(exclude))
        self._follow_imports = follow_imports
        self._files: dict[str, SourceFile] = {}
        self._status: dict[str, Status | None] = {}
        self._texts: dict[str, bytes] = {}
        self._modules = ModuleReader((), ())
        # An index for each set of placeholders, and the files to read again for it.
        self._indexes: dict[frozenset[str], tuple[Index, dict[str, None]]] = {}
        self.refresh()

    @property
    def files(self) -> list[SourceFile]:
        """The files, sorted by the parts of their paths."""
        return [*self._files.values()]

    def read(self, path: str) -> bytes:
        """Return the bytes of a file, or its text that is not on the disk."""
        text = self._texts.get(os.path.realpath(path)) if self._texts else None
        return read_file(path) if text is None else text

    def edit(self, path: str, data: bytes | None) -> None:
        """Replace the contents of a file, without writing it. None stands for those on the disk."""
        real = os.path.realpath(path)
        if data is None:
            self._texts.pop(real, None)
            self._status[real] = _status(real)
        else:
            self._texts[real] = data
        self._forget([real])

    def refresh(self) -> None:
        """Look for files that are new, gone or changed on the disk."""
        files = walk(self._paths, self._globs)
        if self._follow_imports:
            files = with_imports(files, exclusion(self._paths, self._globs))
        old, self._files = self._files, {file.real: file for file in files}
        before, self._status = self._status, {real: _status(real) for real in self._files}
        changed = [
            real
            for real, file in self._files.items()
            if old.get(real) != file
            or (real not in self._texts and not self._is_same(real, before.get(real)))
        ]
        outside = self.facts.keys() - self._files.keys()
        if old.keys() != self._files.keys():
            changed += [*(old.keys() - self._files.keys()), *self._modules.used]
            self._modules = ModuleReader(files, self._paths, self.read)
            outside = {*self.facts}
        for real in outside:
            del self.facts[real]
        self._forget(changed)

    def index(self, placeholders: Iterable[str]) -> Index:
        """Return the index of the files. Only those that have changed are read."""
        names = frozenset(placeholders)
        index, stale = self._indexes.pop(names, None) or (Index(), dict.fromkeys(self._files))
        if stale:
            from .prefilter import prefilter

            may_hold = prefilter(names)
            scans, gone = [], []
            with paused_collector():
                for real in stale:
                    file, result = self._files.get(real), None
                    self._modules.importer = real
                    if file is not None:
                        result = scan_file(file, names, may_hold, self._modules, self.read)
                    if result is not None:
                        scans.append(result)
                    elif index.files:
                        gone.append(file_key(real))
            index = index.swap(scans, gone)
        self._indexes[names] = index, {}
        while len(self._indexes) > _MOST_INDEXES:
            del self._indexes[next(iter(self._indexes))]
        return index

    def scan(self, real: str, placeholders: frozenset[str]) -> ModuleScan:
        """Return the scan of a file, which may lie outside of the project."""
        facts = self.facts.setdefault(real, {})
        if ("scan", placeholders) not in facts:
            file = SourceFile(real, is_named=True, real=real)
            reader = ModuleReader([file], [real], self.read)
            facts["scan", placeholders] = scan_file(file, placeholders, bool, reader, self.read)
        return facts["scan", placeholders]  # type: ignore[no-any-return]

    def _is_same(self, real: str, before: Status | None) -> bool:
        status = self._status[real]
        return status is not None and status == before

    def _forget(self, reals: Iterable[str]) -> None:
        stale = dict.fromkeys(reals)
        if not stale:
            return
        if any(real.endswith("__init__.py") for real in stale):
            self.facts.clear()  # another file may import `*` from it
        for real in stale:
            self._modules.forget(real)
            self.facts.pop(real, None)
        # Files that import Enums from these.
        users = [user for user, used in self._modules.used.items() if not used.isdisjoint(stale)]
        stale.update(dict.fromkeys(users))
        for _index, waiting in self._indexes.values():
            waiting.update(stale)


def _status(path: str) -> Status | None:
    """Return what changes when a file is written; None if it is too new to be sure."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    if abs(time.time_ns() - status.st_mtime_ns) < _COARSE:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
