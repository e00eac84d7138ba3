"""A complete renaming: the edited files, and what stays.

Owns the order of the work: edits, proofs, other mentions. Must not know the command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hpman import Frozen
from hpman.programs import Project
from hpman.text import Source, display_path, escape, truncate

from ..check.ownership import Owned
from ..check.sources import read_project
from ..edits import Edit, EditedFile, Span, edit_files, span_of
from ..snapshots.atomic_io import read_bytes
from ..snapshots.recorded import find_above, read_json
from ..sweep.study import PLAN, SWEEPS
from .renaming import Renaming, renaming_of
from .snapshots import EditedKeys, is_snapshot, snapshot_edits, text_of, walk_files
from .sources import (
    computed_names,
    groups_with_new_keys,
    prove_sources,
    source_edits,
)

_MOST = 20  # lines of a list
_WIDTH = 100
# The hint that keeps old names on purpose, and the module that managers are imported from.
_NO_MENTION = re.compile(r"aliases\s*=\s*[\[(][^\])]*|\bhpman\.m\b")


class ProvedRename(Frozen):
    """A renaming that is proved, and not yet written."""

    __slots__ = ()
    files: list[EditedFile]
    literals: int  # the number of edits in sources
    keys: int  # the number of keys in files of values
    notes: list[str]  # what stays, a sentence each


class Proof(Frozen):
    """The edits of a renaming, which give the same program with another name."""

    __slots__ = ()
    edits: list[Edit]
    files: list[EditedFile]
    snapshots: list[EditedKeys]
    others: dict[str, str]  # files that have the name as a key and stay, with the reasons


def plan(
    old: str,
    new: str,
    paths: Sequence[str],
    *,
    keeps_alias: bool = False,
    placeholders: Sequence[str] = (),
    bare: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> ProvedRename:
    """Plan a renaming and prove it, or raise all problems. Nothing is written.

    The modules that a source imports from the same project are read too. Bare calls of the
    names in `bare` count even if no file imports them.
    """
    named = [path for path in paths if is_snapshot(path) and not os.path.isdir(path)]
    sources = [path for path in paths if path not in named] or [os.curdir]
    requested = {*placeholders, *bare}
    project = Project(sources, exclude, follow_imports=True)
    scanned, modules = read_project(project, requested)
    index = Owned().update(scanned, modules, requested)
    if not index.placeholders():  # no file mentions hpman, and the user means a name of it
        index = Owned().update(scanned, modules, requested or {"_", *scanned.placeholders()})
    renaming = renaming_of(index, old, new, placeholders)
    folders = [path for path in sources if os.path.isdir(path)]
    walked = [*walk_files(folders, exclude)]
    proof = prove(renaming, walked, named, keeps_alias=keeps_alias)
    files = [*proof.files, *(snapshot.file for snapshot in proof.snapshots)]
    files.sort(key=lambda file: file.path)
    notes = [*_notes(renaming), *_mentions(renaming, [*walked, *named], files, proof.others)]
    if not keeps_alias:
        notes += _sweeps(renaming, sources[0])
    keys = sum(snapshot.keys for snapshot in proof.snapshots)
    return ProvedRename(files, len(proof.edits), keys, notes)


def prove(
    renaming: Renaming,
    paths: Iterable[str],
    named: Iterable[str] = (),
    *,
    keeps_alias: bool = False,
    read_file: Callable[[str], bytes] | None = None,
) -> Proof:
    """Make the edits of a renaming, and read what they would write again.

    Files of values may change if they are among the paths, or if the user named them.
    """
    edits = source_edits(renaming, keeps_alias=keeps_alias)
    files = edit_files(edits, read_file)
    prove_sources(renaming, files, keeps_alias=keeps_alias)
    paths = filter(is_snapshot, paths)
    snapshots, others = snapshot_edits(renaming, paths, named, read_file or read_bytes)
    return Proof(edits, files, snapshots, others)


def _notes(renaming: Renaming) -> Iterator[str]:
    """Yield what may be affected: computed names, and groups whose keys change."""
    lines = [_line(source, span, kind) for source, span, kind in computed_names(renaming)]
    yield from _list("These names are computed, and may be the old one:", lines)
    lines = [
        _line(call.source, span_of(call), getattr(call, "kind", ""))
        for call in groups_with_new_keys(renaming)
    ]
    yield from _list("These calls read a group in which a key changes:", lines)


def _line(source: Source, span: Span, kind: str = "") -> str:
    """Return a place and the text there; of an argument, with the method."""
    shown = truncate(escape(" ".join(source.between(*span).split())))
    return f"{display_path(source.place(span[0]))}: {f'{kind}({shown})' if kind else shown}"


def _mentions(
    renaming: Renaming, paths: Iterable[str], files: Iterable[EditedFile], others: Mapping[str, str]
) -> Iterator[str]:
    lines = [f"{display_path(path)}: {reason}" for path, reason in others.items()]
    edited = {os.path.realpath(file.path): file for file in files}
    contents = []
    seen = {*map(os.path.realpath, others)}
    for path in (*paths, *(file.path for file in edited.values())):
        real = os.path.realpath(path)
        data = edited[real].new if real in edited else text_of(path)
        if data is not None and real not in seen:
            contents.append((path, data))
        seen.add(real)
    lines += _other_mentions(renaming.old, contents)
    yield from _list("These lines also have the old name, and stay:", lines)


def _other_mentions(name: str, contents: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Yield a line for each line of files that has a name, or its option, as a word.

    In Python files, only attributes and text between quotes count.
    """
    spelled = "|".join(re.escape(word) for word in {name, name.replace("_", "-")})
    word = re.compile(rf"(?<![\w.-])(?:--)?(?:{spelled})(?![\w-]|\.\w)")
    in_python = re.compile(
        rf"\.{re.escape(name)}(?!\w)|[\"'/](?:{spelled})[\"'=, .]|--(?:{spelled})(?![\w-])"
    )
    for path, data in contents:
        pattern = in_python if path.endswith(".py") else word
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            if pattern.search(_NO_MENTION.sub("", line)):
                shown = escape(truncate(line.strip(), _WIDTH))
                yield f"{display_path(path)}:{number}: {shown}"


def _sweeps(renaming: Renaming, source: str) -> Iterator[str]:
    """Yield which sweeps of the project of a source can no longer be resumed."""
    folder = source if os.path.isdir(source) else os.path.dirname(source)
    project = find_above(folder, os.path.join(SWEEPS, ""))
    sweeps = os.path.join(project or "", SWEEPS)
    lines = []
    for name in sorted(os.listdir(sweeps)) if project else ():
        try:
            plan: Any = read_json(os.path.join(sweeps, name, PLAN))["plan"]
            names = [*plan["fixed"], *(parameter["name"] for parameter in plan["searched"])]
        except (OSError, ValueError, LookupError, TypeError):
            continue  # not a sweep, or a broken one
        if any(renaming.of(name) != name for name in names):
            lines.append(name)
    title = "These sweeps have the old name. With `--keep-alias`, their runs still count:"
    yield from _list(title, lines)


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        shown = [f"\n  {line}" for line in lines[:_MOST]]
        more = f"\n  and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
        yield f"{title}{''.join(shown)}{more}"
