"""A rename changes each name and nothing else: by a scan, by loading files, by running."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, strategies as st

import hpargparse
from hpargparse.edits import write_files
from hpargparse.rename.plan import plan
from hpargparse.rename.renaming import RenameError, Renaming
from hpman import HpmanError, HyperParameterManager, m
from hpman.literals import show_literal
from hpman.programs import index_program
from tests.strategies import names as any_names, programs

if TYPE_CHECKING:
    from pathlib import Path

    from hpman import Index
    from tests.strategies import Program

# What precedes the text, the encoding, and the ends of lines.
_FORMS = st.sampled_from(
    [
        ("", "utf-8", "\n"),
        ("", "utf-8", "\r\n"),
        ("\ufeff", "utf-8", "\n"),
        ("# coding: latin-1\n", "latin-1", "\r\n"),
        ("#!\n# coding: shift_jis\n", "shift_jis", "\n"),
    ]
)
_NEW = st.one_of(
    any_names, st.sampled_from(["rate", "a.b", "é", "x'y", 'x"y', "x\\y", "超参", "😀"])
)


def _facts(index: Index, renaming: Renaming | None = None) -> list[Any]:
    def of(owner: str, name: Any) -> Any:
        return renaming.of(name) if renaming and owner == renaming.placeholder else name

    calls = [call for owner in sorted(index.placeholders()) for call in index.occurrences(owner)]
    mentions = [row for owner in sorted(index.mentioned()) for row in index.mentions(owner)]
    return [
        [
            (row.placeholder, of(row.placeholder, row.name), row.text, show_literal(row.hints))
            for row in calls
        ],
        [(row.kind, row.name and of(row.placeholder, row.name)) for row in mentions],
    ]


@given(programs(), _FORMS, _NEW, st.data())
def test_the_index_is_the_one_before_with_the_name_replaced(
    tmp_path_factory: pytest.TempPathFactory,
    program: Program,
    form: tuple[str, str, str],
    new: str,
    data: st.DataObject,
) -> None:
    head, encoding, newline = form
    text = head + program.text
    assume("\r" not in text and program.calls)
    try:
        before = text.replace("\n", newline).encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    path: Path = tmp_path_factory.getbasetemp() / "renamed.py"
    path.write_bytes(before)
    index = index_program(str(path))
    call = data.draw(st.sampled_from(program.calls))[0]
    try:
        result = plan(call.name, new, [str(path)])
    except HpmanError:
        return
    write_files(result.files)
    renaming = Renaming(call.placeholder, call.name, new, index)
    assert _facts(index_program(str(path))) == _facts(index, renaming)


# Names with all their spellings, and the statements of a program. § is a name, ¤ its keys.
_POOL = ["lr", "wd", "model.depth", "model.act", "opt", "seed", "a_b"]
_DEFAULTS = {
    "lr": 0.1,
    "wd": 1,
    "model.depth": 2,
    "model.act": "relu",
    "opt": {"k": 1},
    "seed": 0,
    "a_b": 5,
}
_STATEMENTS = [
    "show(_(§))",
    "show(alias(§))",
    "_.set_value(§, 7)",
    "_.set_values({§: 8})",
    "_.set_value('enc/' § , 3)",
    "with _.scope('enc'): show(_(§))",
    "with _.override({§: 9}): show(_(§)); show(_.exists(§))",
    "show(_.get_value(§), _.get_value(§))",
    "show(f'{_(§)}')",
    'show(f"{_(§)} é {_(§)!r}")',
    "show(str(_.explain(§)[-1].value))",
    "for name in (§,): show(name == 'no')",
    "show(*_.get_tree('model').values())",
    "_.set_tree({'model': {'depth': 5}})",
    "_.set_tree({'act': 'tanh'}, 'model')",
    "_.set_value('opt.k', 6); show(_('opt'))",
    "with _.override(lr=4): show(_('lr'))",
    "x = [§, 'lr', 'wd']",
    "show(_(§)); é = '😀'; show(_(§))",
    "s = 'enc'; _.set_value(f'{s}/lr', 2)",
    "show(_.get_value('l' + 'r'))",
    "# _('lr')",
]


def _spelled(name: str, style: int) -> str:
    half = len(name) // 2
    return [
        repr(name),
        json.dumps(name),
        f"r{name!r}",
        f"u{name!r}",
        f"'''{name}'''",
        f"{name[:half]!r} {name[half:]!r}",
        f"({name!r})",
        "'" + "".join(f"\\x{ord(char):02x}" for char in name) + "'",
        f"({name[:half]!r}\n        {name[half:]!r})",
    ][style]


@st.composite
def _projects(draw: st.DrawFn) -> tuple[dict[str, str], str, str]:
    """Draw files, an old name and a new one."""
    used = draw(st.lists(st.sampled_from(_POOL), min_size=1, max_size=5, unique=True))
    lines = [f"show(_({_spelled(n, draw(st.integers(0, 8)))}, {_DEFAULTS[n]!r}))" for n in used]
    for statement in draw(st.lists(st.sampled_from(_STATEMENTS), max_size=6)):
        name, is_in_f = draw(st.sampled_from(used)), "f'" in statement or 'f"' in statement
        quote = '"' if "f'" in statement else "'"
        parts = statement.split("§")
        line = parts[0]
        for part in parts[1:]:
            style = draw(st.integers(0, 5 if "'enc/'" in statement else 8))
            spelled = f"{quote}{name}{quote}" if is_in_f else _spelled(name, style)
            line += spelled + part
        lines.append(line)
    head = "from hpman.m import _, _ as alias\n"
    files = {"main.py": head + "\n".join(lines) + "\n"}
    values = {n: v for n, v in _DEFAULTS.items() if n in used and draw(st.booleans())}
    nested: dict[str, Any] = {}
    for name, value in values.items():
        above, _dot, key = name.rpartition(".")
        (nested.setdefault(above, {}) if above else nested)[key] = value
    files["flat.json"] = json.dumps(values, indent=draw(st.sampled_from([None, 2])))
    files["nested.yaml"] = "# keep\n" + json.dumps(nested)
    files["flat.yaml"] = "".join(
        f"{name}: {json.dumps(v)}  # {name}\n" for name, v in values.items()
    )
    groups = sorted({name.partition(".")[0] for name in used if "." in name})
    return files, draw(st.sampled_from([*used, *groups])), draw(_NEW)


def _outcome(folder: Path, renaming: Any) -> Any:
    """Return what a project shows, and what each of its files loads to."""
    shown: list[Any] = []
    results: list[Any] = []
    for name in ("", "flat.json", "nested.yaml", "flat.yaml"):
        manager = vars(m)["_"] = HyperParameterManager("_")
        manager.parse_file(str(folder / "main.py"))
        if name:
            hpargparse.load(folder / name, manager)
        results.append({renaming(key): value for key, value in manager.get_values().items()})
        text = (folder / "main.py").read_text(encoding="utf-8")
        try:
            exec(compile(text, "main.py", "exec"), {"show": lambda *values: shown.append(values)})
        except (KeyError, HpmanError) as error:
            shown.append(type(error).__name__)
        results.append({renaming(key): value for key, value in manager.get_values().items()})
    return shown, results


@pytest.mark.filterwarnings("ignore")
@given(_projects(), st.booleans())
def test_a_program_shows_the_same_after_a_rename(
    tmp_path_factory: pytest.TempPathFactory,
    project: tuple[dict[str, str], str, str],
    keeps_alias: bool,
) -> None:
    files, old, new = project
    folder: Path = tmp_path_factory.getbasetemp() / "project"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    index = index_program(str(folder))
    renaming = Renaming("_", old, new, index)
    saved = vars(m).get("_")
    try:
        before = _outcome(folder, renaming.of)
        try:
            result = plan(old, new, [str(folder)], keeps_alias=keeps_alias)
        except RenameError:
            return
        write_files(result.files)
        assert _outcome(folder, lambda name: name) == before
        for name, text in files.items() if keeps_alias else ():
            if name != "main.py":  # the old files still load
                (folder / name).write_text(text, encoding="utf-8")
        assert _outcome(folder, lambda name: name) == before
    finally:
        vars(m)["_"] = saved
