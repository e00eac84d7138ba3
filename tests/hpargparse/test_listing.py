"""What listings show of hyperparameters."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from enum import Enum
from typing import TYPE_CHECKING

import pytest

from hpargparse.listing import list_values
from hpman import HyperParameterManager
from tests.hpargparse.parser.bound import managed

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '_("z", 1)\n_("a", "x")\n_("end", LR / 2)\n_("used")\n'


def test_values_stand_in_the_order_of_the_source() -> None:
    text, left_out = list_values(managed(SOURCE), "yaml")
    assert text == "z: 1\na: x\n"
    assert left_out == [
        "`end` is left out: its default `LR / 2` is unknown before the program has run it."
    ]


def test_a_computed_default_is_shown_as_in_the_source() -> None:
    manager = managed('_("a", 1 / 3)\n_("b", Path("x"))\n_("c", 2 ** 3)\n_("d", 1e-3)')
    manager.set_value("c", 9)
    table, _left_out = list_values(manager, "detail")
    cells = [[cell.strip() for cell in row.split("|")[1:4]] for row in table.split("\n")]
    assert [row for row in cells if row and row[0] in ("a", "b", "c", "d")] == [
        ["a", "float", "1 / 3"],
        ["b", "Path", 'Path("x")'],
        ["c", "int", "9"],
        ["d", "float", "0.001"],
    ]
    assert list_values(manager, "yaml")[0] == "a: 0.3333333333333333\nb: x\nc: 9\nd: 0.001\n"
    assert "b = Path('x')\n" in list_values(manager, "origin")[0]


class Opt(Enum):
    SGD = "sgd"


@pytest.mark.parametrize("has_run", [False, True])
def test_a_member_is_shown_by_name(has_run: bool) -> None:
    manager = managed("class Opt(Enum): SGD = 'sgd'\n_('opt', Opt.SGD)")
    if has_run:
        manager("opt", Opt.SGD)
    assert list_values(manager, "yaml")[0] == "opt: SGD\n"
    assert list_values(manager, "origin")[0].startswith("opt = SGD\n    train.py:2 default Opt.SGD")
    assert "| opt    | Enum   | SGD     |" in list_values(manager, "detail")[0]


def test_json_is_json() -> None:
    text, _left_out = list_values(managed(SOURCE), "json")
    assert list(json.loads(text).items()) == [("z", 1), ("a", "x")]


def test_what_a_format_cannot_hold_is_left_out_and_said() -> None:
    manager = managed('_("a", 1)\n_("b", b"x")\n_("c", 1j)\n_("d", 2)')
    text, left_out = list_values(manager, "json")
    assert json.loads(text) == {"a": 1, "d": 2}
    assert [message.split(":")[0] for message in left_out] == [
        "`b` is left out",
        "`c` is left out",
    ]


def test_what_a_program_has_set_is_left_out_where_it_is_no_literal() -> None:
    manager = managed('_("a", 1)\n_("b", 2)').set_value("a", object())
    text, left_out = list_values(manager, "yaml")
    assert text == "b: 2\n"
    assert left_out[0].startswith("`a` is left out: it ")


@pytest.mark.parametrize("how", ["yaml", "json", "detail", "origin"])
def test_no_listing_commands_a_terminal(how: str) -> None:
    source = '_("a\\x1b[2J\\nb", "\x1b[31m\\n\tx")\n_("end", f(1,\n  "\x9b1m"))\n'
    text, left_out = list_values(managed(source), how)
    assert all(line.isprintable() for line in (*text.split("\n"), *left_out))


def test_a_default_of_several_lines_takes_one_where_each_origin_does() -> None:
    text, _left_out = list_values(managed('_("end", f(1,\n  2))'), "origin")
    assert text.split("\n")[0] == "end = f(1, 2)"


@pytest.mark.parametrize("how", ["yaml", "detail", "origin"])
def test_a_set_is_listed_in_order(how: str) -> None:
    text, _left_out = list_values(
        managed('_("tags", {"h", "g", "f", "e", "d", "c", "b", "a"})'), how
    )
    before_the_source = text.partition("occurrence")[0].partition(" default ")[0]
    assert re.findall(r"\b[a-h]\b", before_the_source) == list("abcdefgh")


def test_nothing_is_listed_as_nothing() -> None:
    manager = managed("")
    assert list_values(manager, "yaml")[0] == "{}\n"
    assert list_values(manager, "origin")[0] == ""
    assert list_values(manager, "detail")[0].startswith("All hyperparameters:\n    []\nDetails:\n")


def test_origins_show_the_chain_of_each_value() -> None:
    manager = managed(SOURCE)
    manager("z", 5)
    text, left_out = list_values(manager, "origin")
    assert left_out == []
    assert text.startswith("z = 5\n    train.py:1 default 1\n    ")
    assert "a = 'x'\n    train.py:2 default \"x\"\n" in text
    assert "end = LR / 2\n    train.py:3 default LR / 2\n" in text
    assert text.endswith("used has no value\n")


class TestDetail:
    def test_shows_every_occurrence(self) -> None:
        text = list_values(managed('_("a", 1)\n\n_("a")\n'), "detail")[0]
        assert "occurrence[0]:" in text
        assert "occurrence[1]:" in text
        assert "==> 3: _(" in text

    def test_shows_types_and_what_has_none(self) -> None:
        rows = list_values(managed(SOURCE), "detail")[0].splitlines()
        shown = [tuple(map(str.strip, row.split("|")[1:4])) for row in rows if row[:2] == "| "]
        named = [row for row in shown if row[0] and row[0] != "name"]
        assert named == [
            ("z", "int", "1"),
            ("a", "str", "x"),
            ("end", "expression", "LR / 2"),
            ("used", "", "(no value)"),
        ]

    def test_puts_numbers_to_the_right_if_all_are(self) -> None:
        assert "|       1 |" in list_values(managed('_("a", 1)\n_("b", 0.25)'), "detail")[0]
        assert "| 1       |" in list_values(managed('_("a", 1)\n_("b", "x")'), "detail")[0]

    def test_shows_what_only_the_program_has_named(self) -> None:
        manager = managed("")
        manager("late", 5)
        assert "| late   | int    |       5 |           |" in list_values(manager, "detail")[0]

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            pytest.param("{here}/main.py", "./main.py:1", id="absolute"),
            pytest.param("{here}/./main.py", "./main.py:1", id="absolute, started as ./main.py"),
            pytest.param("main.py", "./main.py:1", id="relative"),
            pytest.param("./main.py", "./main.py:1", id="relative with a dot"),
            pytest.param("../main.py", "../main.py:1", id="above"),
            pytest.param("<unknown>", "<unknown>:1", id="no file"),
        ],
    )
    def test_shows_paths_from_here(
        self, path: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        manager = HyperParameterManager("_")
        manager.parse_source('_("a", 1)', path.format(here=os.getcwd()))
        assert f"|   {shown} " in list_values(manager, "detail")[0]


LONG = f'_("name_of_a_hyperparameter_that_is_long", {list(range(40))}, help="{"very " * 20}")\n'


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("source", [SOURCE, LONG, "".join(f"_('n{n}', 1)\n" for n in range(30))])
def test_a_table_fits_its_terminal(source: str, width: int) -> None:
    text, _left_out = list_values(managed(source), "detail", width=width)
    assert max(map(len, text.splitlines())) <= width


def test_a_table_for_a_wide_terminal_is_that_for_a_file() -> None:
    manager = managed(SOURCE)
    assert list_values(manager, "detail", width=200) == list_values(manager, "detail")


def test_a_terminal_shows_the_line_alone_where_hyperparameters_are_many() -> None:
    manager = managed("".join(f"_('n{n}', 1)\n" for n in range(200)))
    few, _left_out = list_values(manager, "detail", width=80)
    all_of_them, _left_out = list_values(manager, "detail")
    assert few.count("\n") < 1000 < all_of_them.count("\n")
    assert "==> 200: _('n199', 1)" in few


WIDE = """\
if True:
\t_("名前", "深い学習の層の数")\t# cafe\u0301 \U000f0001
_("b", "x")  # 学習率\t\tだ学習率\t\tだ学習率\t\tだ学習率\t\tだ学習率\t\tだ
"""


def _columns(line: str) -> int:
    """Count the columns that a line takes; WIDE has all kinds of characters."""
    return sum(
        2 if unicodedata.east_asian_width(char) == "W" else unicodedata.category(char) != "Mn"
        for char in line
    )


@pytest.mark.parametrize("width", [None, 60, 61, 62, 63, 120])
def test_a_table_has_straight_borders_whatever_it_shows(width: int | None) -> None:
    text, _left_out = list_values(managed(WIDE), "detail", width=width)
    lines = text.splitlines()
    table = lines[lines.index("Details:") + 1 :]
    assert len({*map(_columns, table)}) == 1
    assert max(map(_columns, lines)) <= (width or 10_000)
    assert "\t" not in text
    assert "深い学習の" in text


def test_a_table_shows_characters_as_they_are() -> None:
    text, _left_out = list_values(managed(WIDE), "detail")
    assert "# caf\u00e9 \U000f0001" in text  # composed
    assert "深い学習の層の数" in text


def test_nothing_fits_a_terminal_too() -> None:
    assert list_values(managed(""), "detail", width=20)[0].startswith(
        "All hyperparameters:\n    []"
    )


def test_what_has_no_blank_is_broken_where_it_has_to_be() -> None:
    text, _left_out = list_values(managed(f'_("x", "{"ab" * 40}")'), "detail", width=80)
    assert "| abababababababab |" in text


@pytest.mark.parametrize(
    "default", [f"0x{'f' * 4000}", f"[0x{'f' * 4000}]"], ids=["alone", "in a list"]
)
@pytest.mark.parametrize("how", ["detail", "origin", "yaml"])
def test_an_int_of_more_digits_than_python_spells_is_listed_in_base_16(
    how: str, default: str
) -> None:
    text, left_out = list_values(managed(f'_("n", {default})'), how)
    assert default in text.replace("\n", "")
    assert left_out == []


SCOPED = """\
_("depth", 2)
_("opt", {"lr": 1.0})
with _.scope("encoder"): pass
with _.scope(name): pass
"""


@pytest.mark.parametrize("here", [None, "encoder"])
def test_a_hyperparameter_is_followed_by_its_values_for_scopes(here: str | None) -> None:
    manager = managed(SCOPED).set_values(
        {"encoder/depth": 6, "x/encoder/depth": 7, "encoder/opt.lr": 2.0}
    )
    with manager.scope(here):
        assert list_values(manager, "yaml")[0] == (
            "depth: 2\nencoder/depth: 6\nx/encoder/depth: 7\nopt: {lr: 1.0}\nencoder/opt.lr: 2.0\n"
        )
        assert list_values(manager, "yaml", selects="depth".__eq__)[0].startswith("depth: 2\n")
        lines = list_values(manager, "origin")[0].splitlines()
    assert [line for line in lines if line[0] != " "] == [
        "depth = 2",
        "encoder/depth = 6",
        "x/encoder/depth = 7",
        "opt = {'lr': 1.0}",
        "encoder/opt.lr = 2.0",
    ]


def test_details_show_where_a_scope_is_opened() -> None:
    manager = managed(SCOPED).set_values({"encoder/depth": 6})
    table = list_values(manager, "detail")[0]
    cells = [row.split("|")[-2].strip() for row in table.splitlines() if "train.py:" in row]
    assert cells == ["./train.py:1", "./train.py:3", "./train.py:4", "./train.py:2"]
    assert "scope[1]:" in table
