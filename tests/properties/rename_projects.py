"""Random projects that name hyperparameters in every way, and what must hold after a rename.

`python -m tests.properties.rename_projects 0 100000` tries that many, each from its number.
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import re
import shutil
import sys
import tempfile
import tokenize
import warnings
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

import hpargparse
from hpargparse.edits import write_files
from hpargparse.rename.plan import plan
from hpargparse.rename.renaming import RenameError, Renaming
from hpman import HpmanError, HyperParameterManager, m
from hpman.literals import show_literal
from hpman.programs import index_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpman import Index

_POOL = [
    "lr",
    "lr_end",
    "wd",
    "model.depth",
    "model.act",
    "model.net.k",
    "opt",
    "seed",
    "a_b",
    "é",
    "x'y",
]
_DEFAULTS = {
    "lr": ["0.1", "(1e-3)", "float(3)", "0.1 + len('lr')"],
    "lr_end": ["0.01"],
    "wd": ["1", "f'{1}'", "0x1"],
    "model.depth": ["2", "len('model.depth')"],
    "model.act": ["'relu'", '"lr"', "'wd'"],
    "model.net.k": ["[1, 2]", "None"],
    "opt": ["{'k': 1, 'lr': {'lr': 2}}", "{'k': 1}", "dict(k=1, lr=2)"],
    "seed": ["0", "True"],
    "a_b": ["5", "(5)"],
    "é": ["'é'", "3"],
    "x'y": ["1.5", "(1,)"],
}
_SAVED = {"wd": [1, 2], "model.act": ["relu", "lr"], "seed": [0, 4], "a_b": [5, -1]}
_SAVED |= {"lr": [0.5, 1e-05], "opt": [{"k": 3}], "model.net.k": [[3], None]}
_NEW = ["rate", "learning_rate", "b.c", "model.rate", "model.net.z", "é2", 'x"y', "x\\y", "a'b"]
_NEW += ["超参", "😀", "class", "true", "1", "null", "1e3", "rate-2", "include", "~", "{x}", "x{"]
_NEW += ["#x", "x:y", "[x", "*x", "&x", "!x", "%x", "@x", "`", "a,b", "\\n", "N", "wd", "model"]
_NEW += ["opt.z", "lr.x", "x\\", "'", '"', "\\N{BULLET}", "opt2", "l", "lr2", "model2", "old", "_"]
# The start of a file, its encoding, and its ends of lines.
_FORMS = [("", "utf-8", "\n")] * 4 + [
    ("", "utf-8", "\r\n"),
    ("\ufeff", "utf-8", "\r\n"),
    ("# -*- coding: latin-1 -*-\n", "latin-1", "\n"),
    ("#!/usr/bin/python\n# vim: set fileencoding=shift_jis :\n", "shift_jis", "\r\n"),
]
_IMPORTS = {
    "_": {
        "from hpman.m import _": "_",
        "from hpman.m import _ as alias": "alias",
        "import hpman.m": "hpman.m._",
        "import hpman.m as hm": "hm._",
        "from hpman import m as mm": "mm._",
        "from hpman.m import _ as first\nthen = second = first": "second",
        "from lib import _": "_",
    },
    "hp": {"from hpman.m import hp": "hp", "import hpman.m as hm": "hm.hp"},
    "P": {
        "from hpman import HyperParameterManager\nown = HyperParameterManager('P')\n"
        "own.parse_file(__file__)": "own"
    },
}
# D is a definition, D_ a use of the same name, and §n a number.
_DEFINITIONS = ["show(D)"] * 6 + [
    "x = D; show(x)",
    "def f§n(a=D): return a\nshow(f§n())",
    "class C§n:\n    x = D\nshow(C§n.x)",
    "show((lambda: D)())",
    "show([D for _i in 'ab'])",
    "if show(1):\n    D\nelse:\n\tshow(D_)",
    "é = '😀超'; show(D, '\u2028')",
    "show(walrus := D)",
    "show(f'''{{lr}} é\n  {D!r:>{9}}''')",
    'show(f"é {D} {D_!s}")',
    "try:\n    raise KeyError(str(D))\nexcept KeyError as e: show(e.args)",
    "@(lambda g: D and g)\ndef f§n(): return D_\nshow(f§n())",
    "show(  # _('lr')\n    D  # lr\n)",
]
# § is the name of a hyperparameter, ¤ that of a manager.
_STATEMENTS = [
    *["show(¤(§))"] * 4,
    "show(¤(§) if ¤.exists(§) else ¤(§))",
    "¤.set_value(§, 7); show(¤(§))",
    "¤.set_values({§: 8}); show(¤(§))",
    "¤.set_values({§: 8,  # lr\n    **{}})",
    "¤.set_value(name=§, value=7); show(¤(§))",
    "¤.set_value('enc/' §, 3)",
    "with ¤.scope('enc'): show(¤(§))",
    "with ¤.scope('lr'), ¤.override({§: 2}): show(¤(§))",
    "with ¤.override({§: 9}): show(¤(§)); show(¤.exists(§))",
    "with ¤.override({'enc/' §: 9}): show(¤(§))",
    "with ¤.override(**{§: 9}): show(¤(§))",
    "with ¤.override(KEY=4): show(¤('KEY'))",
    "with ¤.override(  KEY = 4): show(¤.KEY if 0 else ¤('KEY'))",
    "show(¤.get_value(§), ¤.get_value(§))",
    "show(¤.get_value(§, False))",
    "show(¤.get_occurrence(§) is None)",
    "show(str(¤.explain(§)[-1].value))",
    "show(*¤.get_values().values())",
    'show(f"{¤(§)}")',
    'show(f"é {¤(§)!r} 😀 {¤.get_value(§)}")',
    'show(f"""{¤(§)}\n lr {¤(§)}""")',
    "show(f'''{f\"{¤(§)}\"}''')",
    "show('%s' % ¤(§), '{}'.format(¤(§)))",
    "for name in (§,): show(name == 'no')",
    "x = [§, 'lr', \"wd\", 'model.depth']; show(x)",
    "x = {§: 1, 'lr': 2}['lr']",
    "show(*¤.get_tree('model').values())",
    "¤.set_tree({'model': {'depth': 5}})",
    "¤.set_tree({'model': {'net': {'k': 5}}, 'lr': 3})",
    "¤.set_tree({'act': 'tanh'}, 'model')",
    "¤.set_tree({'k': 1}, prefix='model.net')",
    "¤.set_value('opt.k', 6); show(¤('opt'))",
    "with ¤.override({'opt.lr': 6}): show(¤('opt'))",
    "show(¤(§)); é = '😀'; show(¤(§))",
    "s = 'enc'; ¤.set_value(f'{s}/lr', 2)",
    "show(¤.get_value('l' + 'r'))",
    "for n in ('lr', 'wd'): show(¤.get_value(n))",
    "v = {'lr': 4}; ¤.set_values(v)",
    "# ¤(§)",
    "'''¤(§)'''",
    "def g§n(_): return _(§)\nshow(g§n(len))",
    "def g§n():\n    _ = str.upper\n    return _(§)\nshow(g§n())",
    "show([_ for _ in §])",
    "show((lambda _, alias=len: alias(§))(1))",
    "class args: lr = 1\nshow(args.lr)",
    "match 'lr':\n    case 'lr': show(¤(§))",
    "import texts; show(texts.hello())",
    "async def co(): return ¤(§)",
    "show(¤ (§)); show((¤)(§)); show(¤(\n§\n))",
    "show(¤(§,))",
    "del show.__doc__",
]
_HINTS = ["", "", "", ", help='lr'", ", help=\"the lr: _('lr')\"", ", required=False"]
_HINTS += [
    ", search=True",
    ",\n    # lr\n    help='x', ",
    ", aliases=['old_N']",
    ", aliases='old_N'",
]
_HINTS += [", when={§: [1, 'lr']}", ", when={§: 2, §: 'lr'}", ", choices=CHOICES"]

_TEXTS = """\
from gettext import gettext as _
def hello(): return _("lr"), _('wd'), _("model.depth")
"""


class Project(NamedTuple):
    """Files, and a rename of them."""

    files: dict[str, bytes]
    old: str
    new: str
    placeholder: str
    managers: list[str]
    keeps_alias: bool


# The quotes in f-strings that begin so.
_QUOTES = {'f"""': "'", "f'''{f\"": "'", "f'''": '"', 'f"': "'", "f'": '"'}
_LISTED = ("are computed", "read a group", "has the same keys")  # a person has to look there


class _Writer:
    """Write a random project."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def one(self, rows: Any) -> Any:
        return self.random.choice(list(rows))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, rows: list[Any], least: int, most: int) -> list[Any]:
        return self.random.sample(rows, self.random.randint(least, min(most, len(rows))))

    def spelled(self, name: str, quote: str = "") -> str:
        """Return a literal of a name; with a quote, one that may stand in an f-string."""
        if quote:
            return f"{quote}{name}{quote}"
        half = self.random.randint(1, max(1, len(name) - 1))
        low, high = name[:half], name[half:]
        codes = "".join(self.one([f"\\x{ord(c):02x}", f"\\{ord(c):03o}", c]) for c in name)
        styles = [repr(name), json.dumps(name, ensure_ascii=False)] * 6
        styles += [f"r{name!r}", f"u{name!r}", f'R"""{name}"""', f"({name!r})"]
        styles += [f"{low!r} {high!r}", f"({low!r}\n        {high!r})", f"{low!r}'' \"{high}\""]
        styles += [f"{low!r} \\\n  u{high!r}", f'"{low}\\\n{high}"', f'"{codes}"']
        styles += [f"({low!r} # lr\n {high!r})"] * self.chance(0.1)
        return str(self.one(styles))

    def filled(self, text: str, names: list[str], by: str) -> str:
        """Return a statement with names and a manager in it."""
        self.count += 1
        text = text.replace("¤", by).replace("§n", str(self.count))
        quote = next((inner for start, inner in _QUOTES.items() if start in text), "")
        if sys.version_info >= (3, 12) and quote and self.chance(0.3):
            quote = self.one("'\"")  # also the quote of the f-string itself
        names = [name for name in names if not (quote and "'" in name)] or ["lr"]
        first, *rest = text.split("§")
        name = self.one(names)
        for part in rest:
            word = self.spelled(name, quote)
            if first.endswith("'enc/' ") and word[0] == "(":
                word = repr(name)
            first += word + part
            name = self.one(names) if self.chance(0.2) else name
        return first

    def definition(self, name: str, number: int, names: list[str], by: str) -> str:
        """Return a statement that defines a name."""
        template, default = self.one(_DEFINITIONS), self.one(_DEFAULTS[name])
        quote = next((inner for start, inner in _QUOTES.items() if start in template), "")
        hint = self.one(_HINTS).replace("old_N", f"old_{number}")
        hint = hint.replace("CHOICES", f"[{default}, 'lr', 'x']")
        if quote and "'" in name:
            template, quote = "show(D)", ""
        if quote:
            hint, default = "", re.sub("['\"]", quote, _DEFAULTS[name][0])
        elif self.chance(0.05):
            default = f"max(¤({self.spelled(self.one(names))}, 1), {default}, key=str)"
        if hint.startswith(", when") and name == names[0]:
            hint = ""  # a condition on itself is an error
        use = f"¤({self.spelled(name, quote)})"
        text = f"¤({self.spelled(name, quote)}, {default}{hint})"
        names = names[:1] if hint.startswith(", when") else names
        return self.filled(template.replace("D_", use).replace("D", text), names, by)

    def snapshot(self, names: list[str]) -> tuple[str, bytes]:
        """Return the name of a file of values, and its bytes."""
        values = {name: self.one(_SAVED.get(name, [3])) for name in self.some(names, 0, 5)}
        if self.chance(0.2):
            values[f"enc/{self.one(names)}"] = 3
        nested = self.nested(values)
        if self.chance(0.4):
            indent, is_ascii = self.one([None, 2, "\t"]), self.chance(0.5)
            text = json.dumps(nested, indent=indent, ensure_ascii=is_ascii)
            text = text.replace('"l', '"\\u006c') if self.chance(0.2) else text
            return f"{self.one('ab')}.json", text.encode()
        rows = [f"{self.key(key)}: {json.dumps(value)}  # lr: é\n" for key, value in nested.items()]
        text = "".join(rows) or "{}\n"
        if self.chance(0.3):
            text = yaml.safe_dump(nested, allow_unicode=True)
        start = self.one(["", "", "", "\ufeff", "# lr\n---\n", "%YAML 1.2\n---\n"])
        newline = self.one(["\n", "\n", "\n", "\r\n"])
        data = (start + text).replace("\n", newline).encode()
        return f"{self.one('ab')}.{self.one(['yaml', 'yml'])}", data

    def nested(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return values, some of them below their group."""
        nested: dict[str, Any] = {}
        for name, value in values.items():
            above, _dot, key = name.partition(".")
            if not key or self.chance(0.6):
                nested[name] = value
                continue
            middle, _dot, last = key.partition(".")
            inner = {middle: {last: value}} if last and self.chance(0.5) else {key: value}
            nested.setdefault(above, {}).update(inner)
        return nested

    def key(self, key: str) -> str:
        """Return a key of YAML, in one of its spellings."""
        escaped = json.dumps(key).replace("l", "\\x6c")
        quoted = "'" + key.replace("'", "''") + "'"
        styles = [key, key, key, quoted, json.dumps(key), escaped, f"&k{len(key)} {key}"]
        return str(self.one([*styles, f"{key} ", f"!!str {quoted}"]))


def project_of(seed: int) -> Project:
    """Return the project of a number."""
    writer = _Writer(seed)
    managers = ["_", *writer.some(["hp", "P"], 0, 1)] if writer.chance(0.3) else ["_"]
    own = {manager: writer.some(_POOL, 1, 5) for manager in managers}
    imports: list[str] = []
    statements: list[str] = []
    for manager, names in own.items():
        ways = writer.some([*_IMPORTS[manager].items()], 1, 2)
        imports += [text for text, _by in ways]
        calls = [by for _text, by in ways]
        statements += (
            writer.definition(name, number, names, writer.one(calls))
            for number, name in enumerate(names)
        )
        for template in writer.some(_STATEMENTS, 0, 5):
            name = writer.one(names)
            hides = "(_)" in template or "_ = str" in template
            if (name.isidentifier() or "KEY" not in template) and not (hides and managers[1:]):
                text = template.replace("KEY", name)
                statements.append(writer.filled(text, names, writer.one(calls)))
    files = {"texts.py": _TEXTS.encode()}
    if "from lib import _" in imports:
        word = writer.spelled(own["_"][0])
        body = f"from hpman.m import _\nP = _\nUSED = [{word}]\n"
        files["lib.py"] = f"{body}def used(): return P({word})\n".encode()
    placeholder = writer.one(managers)
    names = own[placeholder]
    files |= dict(writer.snapshot(names) for _number in range(writer.one([0, 1, 1, 2])))
    text = "\n".join([*imports, *statements, ""])
    head, encoding, newline = writer.one(_FORMS)
    try:
        data = (head + text).replace("\n", newline).encode(encoding)
        assert data.decode(encoding).endswith(text[-1])
    except UnicodeEncodeError:
        data = text.encode()
    groups = [group for group in ("model", "model.net") if any(n.startswith(group) for n in names)]
    new = writer.one(_NEW if writer.chance(0.7) else _NEW[:6])
    if any(new in own[manager] for manager in managers if manager != placeholder):
        new = "rate"  # else a file may then be one of another manager
    old = writer.one([*names, *names, *groups])
    files = {"main.py": data, **files}
    return Project(files, old, new, placeholder, managers, writer.chance(0.3))


def check(folder: Path, project: Project) -> str:
    """Rename, and return what happened.

    Raises:
        AssertionError: if the result is not what it was before, with the new name.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in project.files.items():
        (folder / name).write_bytes(data)
    index = index_program(str(folder))
    if any(row.code == "HPM001" for file in index.files.values() for row in file.diagnostics):
        return "not Python"
    renaming = Renaming(project.placeholder, project.old, project.new, index)
    before = _outcome(folder, project, renaming.of)
    try:
        result = plan(
            project.old,
            project.new,
            [str(folder)],
            keeps_alias=project.keeps_alias,
            placeholders=(project.placeholder,),
        )
    except RenameError as error:
        return f"refused: {error.diagnostics[0].message}"
    write_files(result.files)
    _compare_facts(index_program(str(folder)), renaming, keeps_alias=project.keeps_alias)
    for file in result.files:
        if file.path.endswith(".py"):
            _compare_trees(file.old, file.new, renaming, keeps_alias=project.keeps_alias)
    if any(part in note for note in result.notes for part in _LISTED):
        return "listed"
    after = _outcome(folder, project, lambda name: name)
    assert after == before, (before, after)
    if project.keeps_alias:
        for name, data in project.files.items():
            if not name.endswith(".py"):  # the old files still load
                (folder / name).write_bytes(data)
        assert _outcome(folder, project, lambda name: name) == before
    return "ran" if "ok" in before else "ran into an error"


def _outcome(folder: Path, project: Project, of: Callable[[str], str]) -> Any:
    """Return what a program shows with each file of values, and what these load to."""
    sources = sorted(map(str, folder.glob("*.py")))
    snapshots = [name for name in sorted(project.files) if not name.endswith(".py")]
    managers = {key: HyperParameterManager(key) for key in ("_", *project.managers)}
    vars(m).update(managers)
    try:
        for manager in managers.values():
            manager.parse_file(sources)
    except HpmanError as error:  # then no file can be loaded
        return [type(error).__name__, *_run(folder / "main.py")]
    shown: list[Any] = []

    def load(name: str, owner: str) -> None:
        manager, new = managers[owner], of if owner == project.placeholder else str
        try:
            if name:
                hpargparse.load(folder / name, manager)
        except HpmanError as error:
            shown.append(type(error).__name__)
        values = manager.get_values().items()
        shown.append([(new(key), repr(value).partition("(")[0]) for key, value in values])

    for owner in managers:  # the others first: a name that the program sets is then known
        for name in snapshots if owner != project.placeholder else ():
            load(name, owner)
    for name in ["", *snapshots]:
        load(name, project.placeholder)
        if name in ("", *snapshots[:1]):
            shown += _run(folder / "main.py")
    return shown


def _run(path: Path) -> list[Any]:
    """Return what a program shows, and at the end `ok` or the name of an error."""
    shown: list[Any] = []

    def show(*values: object) -> None:
        text = re.sub(r"[^ ]*main\.py:\d+:\d+", "", repr(values))
        shown.append("not a literal" if "is not a literal" in text else text)

    main = {"show": show, "__file__": str(path)}
    sys.path.insert(0, str(path.parent))
    importlib.invalidate_caches()
    try:
        exec(compile(path.read_bytes(), "main.py", "exec"), main)
        shown.append("ok")
    except Exception as error:  # noqa: BLE001 - as the program is
        shown.append(type(error).__name__)
    finally:
        sys.path.remove(str(path.parent))
        for name in ("lib", "texts"):
            sys.modules.pop(name, None)
    return shown


def _compare_facts(after: Index, renaming: Renaming, *, keeps_alias: bool) -> None:
    """Compare what two scans find, place by place."""

    def facts(index: Index, of: Callable[[str], str]) -> list[Any]:
        found: list[Any] = []
        for owner in sorted(index.mentioned() | index.placeholders()):
            new = of if owner == renaming.placeholder else str
            for call in index.occurrences(owner):
                hints = dict(call.hints)
                if keeps_alias:
                    hints.pop("aliases", None)
                if "when" in hints:
                    hints["when"] = {new(key): value for key, value in hints["when"].items()}
                text = "" if "(" in (call.text or "") else call.text
                found.append((owner, new(call.name), text, show_literal(hints)))
            for row in index.mentions(owner):
                name = row.name if row.kind == "scope" or row.name is None else new(row.name)
                found.append((owner, row.kind, name))
        return found

    found, wanted = facts(after, str), facts(renaming.sources, renaming.of)
    assert found == wanted, [
        pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1]
    ]


def _compare_trees(old: bytes, new: bytes, renaming: Renaming, *, keeps_alias: bool) -> None:
    """Compare two sources: only strings and keywords that are the name may differ."""
    trees = [ast.parse(old), ast.parse(new)]
    texts: list[list[str]] = [[], []]
    for tree, found in zip(trees, texts, strict=True):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                rows = node.keywords
                node.keywords = [row for row in rows if not (row.arg == "aliases" and keeps_alias)]
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                found.append(node.arg or "")
                node.arg = ""
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
                node.value, node.kind = "", None
    assert ast.dump(trees[0]) == ast.dump(trees[1])
    for before, after in zip(*texts, strict=True):
        last = after.rpartition("/")[2]
        is_new = renaming.new.endswith(last) or last.startswith(renaming.new)
        assert before == after or is_new, (before, after)
    comments = [
        Counter(
            t.string
            for t in tokenize.tokenize(io.BytesIO(data).readline)
            if t.type == tokenize.COMMENT
        )
        for data in (old, new)
    ]
    assert comments[0] == comments[1]
    assert (b"\r\n" in old) == (b"\r\n" in new)


def main(first: int, count: int) -> None:
    """Check many projects, and print what became of them."""
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            try:
                outcome = check(Path(folder, "project"), project_of(number))
            except Exception as error:  # noqa: BLE001 - counted and shown
                outcome = "WRONG"
                print(f"{number}: {type(error).__name__}: {error}"[:600], flush=True)
            # Names and places are left out, so that equal reasons count together.
            outcomes[re.sub(r"`[^`]*`|\d+", "…", outcome)] += 1
    print(f"Python {sys.version.split()[0]}, projects {first} to {first + count - 1}:")
    for outcome, number in outcomes.most_common():
        print(f"{number:8} {outcome}")
    raise SystemExit(bool(outcomes["WRONG"]))


if __name__ == "__main__":
    sys.dont_write_bytecode = True  # a module may change within the resolution of its time
    warnings.simplefilter("ignore")
    main(*map(int, sys.argv[1:3]))
