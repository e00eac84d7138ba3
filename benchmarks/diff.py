"""Rows on `hpman diff`: two revisions, against a checkout and a parse of both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from . import material
from .measure import Row, best_of_processes

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMITS = 200
FILES = 200

# What somebody would write who has no such command: check both out, parse all, compare.
_BY_HAND = """
import ast, os, subprocess, sys, tempfile

os.chdir(sys.argv[1])
sides = []
with tempfile.TemporaryDirectory() as folder:
    for number, revision in enumerate(sys.argv[2:]):
        target = os.path.join(folder, str(number))
        add = ["git", "worktree", "add", "-q", "--detach", target, revision]
        subprocess.run(add, check=True)
        found = {}
        for where, _folders, files in os.walk(target):
            for name in files:
                if name.endswith(".py"):
                    path = os.path.join(where, name)
                    with open(path, "rb") as file:
                        tree = ast.parse(file.read())
                    for node in ast.walk(tree):
                        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                            texts = [ast.unparse(argument) for argument in node.args]
                            found[texts[0]] = texts[1:]
        sides.append(found)
        subprocess.run(["git", "worktree", "remove", "--force", target], check=True)
for name in sorted(sides[0].keys() | sides[1].keys()):
    if sides[0].get(name) != sides[1].get(name):
        print(name, sides[0].get(name), sides[1].get(name))
"""
_OURS = """
import os, sys

os.chdir(sys.argv.pop(1))
from hpargparse.commands.hpman import main

main()
"""


def rows(folder: str, _upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn. Upstream has no such command."""
    if shutil.which("git") is None:
        return
    made = os.path.join(folder, "history")
    os.makedirs(made)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=made, check=True)
    stream = material.history(COMMITS, FILES)
    subprocess.run(["git", "fast-import", "--quiet", "--done"], cwd=made, input=stream, check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=made, check=True)
    for what, old in ((f"{COMMITS - 1} commits", f"main~{COMMITS - 1}"), ("one commit", "main~1")):
        floor, ours = best_of_processes(
            [sys.executable, "-c", _BY_HAND, made, old, "main"],
            [sys.executable, "-c", _OURS, made, "diff", old, "main"],
            rounds=5,
        )
        yield Row(f"diff over {what}, {FILES} files", "checkout and ast.parse", ours / floor, 1.0)
