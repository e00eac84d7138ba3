"""Describe what a run depends on beside its values: sources, revision, packages, machine.

Owns where each of these is read; must not know records.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from ..diff.git import GitError, describe_head, diff_worktree

PATCH_LIMIT = 1 << 20  # bytes of a patch
_GPUS = "/proc/driver/nvidia/gpus"


def describe(
    project: str, sources: Iterable[str], *, keep_patch: bool
) -> tuple[dict[str, Any], bytes]:
    """Return the keys of `run.json` that take time to find out, and the patch."""
    hashes = dict(hash_sources(project, sources))
    git, patch = _revision(project, hashes, keep_patch=keep_patch)
    described = {
        "sources": hashes,
        **git,
        "packages": sorted(set(packages()), key=str.casefold),
        "gpus": sorted(_gpus()),
    }
    return described, patch


def python() -> str:
    """Return the interpreter and its version."""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{sys.implementation.name} {version}"


def hash_sources(project: str, sources: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the path of each source from the project, if it lies in there, and its SHA-256."""
    from hashlib import sha256

    for source in sources:
        path = os.path.abspath(source)
        try:
            with open(path, "rb") as file:
                digest = sha256(file.read()).hexdigest()[:16]
        except OSError:  # it was removed since it was read
            continue
        below = path.removeprefix(os.path.join(project, ""))
        yield below.replace(os.sep, "/"), digest


def _revision(
    project: str, sources: Iterable[str], *, keep_patch: bool
) -> tuple[dict[str, Any], bytes]:
    """Return the state of the git repository around a project, and the patch if it is dirty."""
    try:
        top, commit, branch = describe_head(project)
        root = os.path.realpath(top)
        paths = (os.path.realpath(os.path.join(project, source)) for source in sources)
        inside = [path for path in paths if path.startswith(os.path.join(root, ""))]
        below = [os.path.relpath(path, root).replace(os.sep, "/") for path in inside]
        patch = diff_worktree(top, below, PATCH_LIMIT)
    except (GitError, OSError):  # git, the repository or a commit is missing
        return {"revision": None, "branch": None, "dirty": None, "patch": None}, b""
    state = "none" if patch == b"" else "too large" if patch is None else "kept"
    if state == "kept" and not keep_patch:
        state, patch = "left out", b""
    git = {"revision": commit, "branch": branch, "dirty": state != "none", "patch": state}
    return git, patch or b""


def packages() -> Iterator[str]:
    """Yield the installed distributions as `name==version`. Their folders are named so."""
    for folder in sys.path:
        for name in _list_folder(folder or os.curdir):
            stem, extension = os.path.splitext(name)
            if extension in (".dist-info", ".egg-info"):
                package, _dash, version = stem.partition("-")
                yield f"{package}=={version.partition('-')[0]}" if version else package


def _list_folder(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _gpus() -> Iterator[str]:
    """Yield the names of the NVIDIA GPUs that the driver lists on Linux."""
    for name in _list_folder(_GPUS):
        path = os.path.join(_GPUS, name, "information")
        with suppress(OSError), open(path, encoding="utf-8") as file:
            for line in file:
                key, _colon, value = line.partition(":")
                if key == "Model":
                    yield value.strip()
