"""Resolve both sides of a comparison, read them, and compare them.

Owns the order of the steps, and which kinds of sides can be compared.
"""

from __future__ import annotations

import os

from hpman import Frozen, Index

from ..snapshots.atomic_io import STANDARD
from ..snapshots.files import FileSettings, Snapshot, read_snapshot
from ..snapshots.formats import EXTENSIONS
from ..snapshots.includes import with_includes
from .compare import Change, Definition, compare
from .operands import ComparisonError, Operand, Request, resolve_operands
from .snapshots import definitions_alone, definitions_beside
from .sources import definitions_of, read_sources

Sides = tuple[list[Definition], list[Definition], list[str]]


class Comparison(Frozen):
    """The result: both sides, what differs, and a sentence for each thing not compared."""

    __slots__ = ()
    old: Operand
    new: Operand
    changes: list[Change]
    warnings: list[str]


def diff(request: Request) -> Comparison:
    """Compare two revisions, snapshots or sources."""
    old, new = sides = resolve_operands(request.operands)
    kinds = {old.kind, new.kind}
    if request.paths and ("path" in kinds or kinds == {"snapshot"}):
        raise ComparisonError.because(
            "Paths after `--` limit a revision or the worktree.",
            "Name the file or the folder as OLD or NEW.",
        )
    if old.name == new.name == STANDARD:
        raise ComparisonError.because("Only one side can be standard input.", "Name a file.")
    if kinds == {"revision", "path"}:  # as in `git diff REVISION PATH`
        request = request.replace(paths=tuple(side.name for side in sides if not side.id))
    if kinds == {"snapshot"}:
        before, after = (
            definitions_alone(with_includes(_read_file(side.name), _read_file, ()))
            for side in sides
        )
        warnings: list[str] = []
    elif old.kind == "snapshot":
        before, after, warnings = _read_beside_sources(old, new, request)
    elif new.kind == "snapshot":
        after, before, warnings = _read_beside_sources(new, old, request)
    else:
        old_index, new_index = read_sources(sides, request)
        before, after, warnings = definitions_of(old_index, new_index, request.placeholders)
    for side, definitions in ((old, before), (new, after)):
        is_python = side.name.endswith(".py") or os.path.isdir(side.name)
        if side.kind == "path" and not definitions and not is_python:
            warnings.append(
                f"{side.name} was read as Python and contains nothing to compare. If it is a "
                f"snapshot, give it one of the extensions {', '.join(EXTENSIONS)}."
            )
    return Comparison(old, new, compare(before, after), warnings)


def _read_file(path: str) -> Snapshot:
    return read_snapshot(path, settings=FileSettings())  # no option names its format


def _read_beside_sources(operand: Operand, sources: Operand, request: Request) -> Sides:
    """Read a snapshot and the sources that it is compared with, in this order."""
    snapshot = _read_file(operand.name)
    (index,) = read_sources([sources], request)
    definitions, _none, problems = definitions_of(index, Index())
    names = [name for d in definitions for name in (d.name, *d.aliases)]
    files = with_includes(snapshot, _read_file, names)
    before, after, warnings = definitions_beside(files, definitions, request.placeholders)
    return before, after, [*problems, *warnings]
