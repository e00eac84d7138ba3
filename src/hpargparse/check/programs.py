"""Which files make one program, so that their hyperparameters may conflict.

Owns how the files of a check are split into programs; must not know the rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from hpman import Index, ModuleScan
from hpman.programs import Project, connected, reachable


def split(
    project: Project, index: Index, owned: Index, programs: Iterable[str] = ()
) -> list[Index]:
    """Split what is checked into programs.

    Files belong together if imports connect them, if one uses a hyperparameter that only the
    other defines, or if one passes `parse_file` a folder that contains the other. Each
    script or folder in `programs` makes a program of its own, with what it imports.
    """
    # Other files, such as those of gettext, are read only if one of these imports them.
    files = (f for k, f in index.files.items() if k in owned.files or "hpman" in f.source.text)
    paths = {_real(file): file.source.key for file in files}
    named = [_with_imports(project, program, paths) for program in programs]
    rest = paths.keys() - set().union(*named)
    links = (pair for pair in _links(index, owned) if rest.issuperset(pair))
    return [
        Index(index.separator).swap(
            owned.files[paths[path]]
            for path in group
            if path in paths and paths[path] in owned.files
        )
        for group in [*named, *connected(rest, links, read=project.read, facts=project.facts)]
    ]


def _real(file: ModuleScan) -> str:
    return os.sep.join(map(str, file.source.key[1:]))


def _with_imports(project: Project, program: str, paths: Iterable[str]) -> set[str]:
    folder = os.path.join(os.path.realpath(program), "")
    scripts = [path for path in paths if path.startswith(folder)] or [program]
    reached = {
        path
        for script in scripts
        for path in (script, *reachable(script, read=project.read, facts=project.facts))
    }
    return {*map(os.path.realpath, reached)}


def _links(index: Index, owned: Index) -> Iterator[tuple[str, str]]:
    """Yield pairs of files that belong together although imports may not connect them."""
    paths = {file.source.path: _real(file) for file in index.files.values()}
    for placeholder in owned.placeholders():
        for name in owned.names(placeholder):
            calls = owned.named(placeholder, name)
            defining = list({call.path for call in calls if call.is_definition})
            if len(defining) == 1:
                yield from ((paths[defining[0]], paths[call.path]) for call in calls)
    for file in index.files.values():
        if _parses_other_files(file.source.text):
            path = paths[file.source.path]
            folder = os.path.join(os.path.dirname(path), "")
            yield from ((path, other) for other in paths.values() if other.startswith(folder))


def _parses_other_files(text: str) -> bool:
    """Return whether a source lets hpman read anything but `__file__`.

    >>> _parses_other_files("_.parse_file(__file__)"), _parses_other_files("_.parse_file(here)")
    (False, True)
    """
    import re

    calls = r"\.parse_file\s*\(|hpargparse\.parse_args\s*\(\s*\w+\s*,"
    return bool(re.search(rf"(?:{calls})(?!\s*__file__\s*[,)])", text))
