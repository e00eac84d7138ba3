"""The sources and programs that are measured.

Owns texts and files; measures nothing.
"""

from __future__ import annotations

import os
import sysconfig

DEFAULTS = ("0.001", "64", "'adam'", "0.9", "100")
TYPES = ("float", "int", "str", "float", "int")

_FILLER = '''
def step_{number}(values, scale={number}):
    """Scale and shift, as ordinary code does."""
    total = 0
    for index, value in enumerate(values):
        if value > scale and index % 2:
            total += value * scale + index
        else:
            total -= (value or scale) / (index + 1)
    names = {{"total": total, "scale": scale, "count": len(values)}}
    return [name.upper() for name in names if not name.startswith("c")], total
'''


def standard_library() -> list[str]:
    """List the Python files of the standard library, as a walk of a project meets them."""
    found = []
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in {"__pycache__", "node_modules", "site-packages"}
        )
        found += [os.path.join(folder, file) for file in sorted(files) if file.endswith(".py")]
    return found


def read_standard_library() -> int:
    """Walk the folders and read the bytes: the floor of discovery."""
    size = 0
    for path in standard_library():
        with open(path, "rb", buffering=0) as file:
            size += len(file.read())
    return size


def definitions(count: int, start: int = 0) -> str:
    """Write a module that defines hyperparameters."""
    return "from hpman.m import _\n\n\ndef values():\n" + "".join(
        f"    x{number} = _('name_{number}', {DEFAULTS[number % 5]})\n"
        for number in range(start, start + count)
    )


def definitions_and_uses(count: int) -> str:
    """Write a module that defines hyperparameters and uses each of them once."""
    return definitions(count) + "".join(f"    y = _('name_{number}')\n" for number in range(count))


def folder_of_definitions(folder: str, files: int, count: int) -> str:
    """Write a folder of small modules full of hyperparameters, and return it."""
    os.makedirs(folder)
    for number in range(files):
        _write(os.path.join(folder, f"part_{number:05}.py"), definitions(count, number * count))
    return folder


def program(folder: str, count: int) -> tuple[str, str]:
    """Write one program twice, with hyperparameters and with argparse by hand."""
    ours = "".join(
        f"    _('name_{number}', {DEFAULTS[number % 5]}, help='what number {number} does')\n"
        for number in range(count)
    )
    managed = (
        "import argparse\n\nimport hpargparse\nfrom hpman.m import _\n\n\n"
        f"def work():\n{ours}\n\n"
        "parser = argparse.ArgumentParser()\n_.parse_file(__file__)\n"
        "hpargparse.bind(parser, _)\nparser.parse_args()\nwork()\n"
    )
    return (
        _write(os.path.join(folder, f"managed_{count}.py"), managed),
        _write(os.path.join(folder, f"by_hand_{count}.py"), _by_hand(count)),
    )


def project(folder: str, files: int, count: int) -> tuple[str, str]:
    """Write a folder of ordinary files, a tenth of which hold hyperparameters, and its twin."""
    os.makedirs(folder)
    filler = "".join(_FILLER.format(number=number) for number in range(15))
    holders = files // 10
    per_file = count // holders
    for number in range(files - 1):
        text = definitions(per_file, number * per_file) if number < holders else ""
        _write(os.path.join(folder, f"part_{number:03}.py"), text + filler)
    main = (
        "import argparse\nimport os\n\nimport hpargparse\nfrom hpman.m import _\n\n"
        "parser = argparse.ArgumentParser()\n"
        "_.parse_file(os.path.dirname(os.path.abspath(__file__)))\n"
        "hpargparse.bind(parser, _)\nparser.parse_args()\n"
    )
    twin = os.path.join(os.path.dirname(folder), "by_hand_project.py")
    return _write(os.path.join(folder, "main.py"), main), _write(twin, _by_hand(count))


def history(commits: int, files: int) -> bytes:
    """Write what `git fast-import` takes: ordinary files, of which each commit edits three.

    A tenth of the files holds hyperparameters, and every tenth commit changes one.
    """
    filler = "".join(_FILLER.format(number=number) for number in range(15))
    texts = [
        (definitions(5, number * 5) if number % 10 == 0 else "") + filler for number in range(files)
    ]
    parts = []
    for commit in range(commits):
        edited = (
            range(files) if commit == 0 else [(commit * 7 + step) % files for step in (1, 2, 3)]
        )
        if commit % 10 == 9:
            edited = [*edited, commit % files // 10 * 10]
            texts[edited[-1]] = definitions(5, edited[-1] * 5 + commit) + filler
        parts.append("commit refs/heads/main\ncommitter x <x@example.org> 0 +0000\ndata 1\nx\n")
        for number in edited:
            texts[number] += f"# edited by {commit}\n"
            data = texts[number]
            parts.append(f"M 100644 inline pkg/part_{number:03}.py\ndata {len(data)}\n{data}\n")
    return "".join([*parts, "done\n"]).encode()


def tree(folder: str, files: int, holders: int) -> None:
    """Write folders of ordinary files, some of which define and use a few hyperparameters."""
    filler = "".join(_FILLER.format(number=number) for number in range(30))
    for number in range(files):
        package = os.path.join(folder, f"package_{number % 20:02}")
        os.makedirs(package, exist_ok=True)
        text = definitions(5, number * 5) if number < holders else ""
        uses = f"\n\nprint(_('name_{number * 5}'))\n" if number < holders else ""
        _write(os.path.join(package, f"part_{number:04}.py"), text + uses + filler)


def _by_hand(count: int) -> str:
    """Write the options of a program as a careful author does."""
    options = "".join(
        f"parser.add_argument('--name-{number}', type={TYPES[number % 5]}, "
        f"default={DEFAULTS[number % 5]}, help='what number {number} does')\n"
        for number in range(count)
    )
    uses = "".join(f"    args.name_{number}\n" for number in range(count))
    return (
        f"import argparse\n\n\ndef work(args):\n{uses}\n\n"
        f"parser = argparse.ArgumentParser()\n{options}work(parser.parse_args())\n"
    )


def _write(path: str, text: str) -> str:
    """Write a file and return its path."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path
