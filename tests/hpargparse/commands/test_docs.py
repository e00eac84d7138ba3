"""What `hpman docs` writes, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hpargparse.commands.hpman import main as hpman
from tests.commands import command

main = command("docs")

CHECKOUT = Path(__file__).parents[3]
PAGE = "# Title\n<!-- hpman docs -->\nold\n<!-- end of hpman docs -->\nend\n"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(
        '_("lr", 1e-3, range=[0, None], help="a | b\\n`c`")\n'
        '_("act", "a|`b`", choices={"y", "x"}, help=3)\n'
        '_("n", 1, choices=3, range=[None, 9])\n_("tick", "`")\n'
        + "".join(f'_("lr"){chr(10)}' for _number in range(7))
        + "_('open', 1.0, range=[None, None], choices=[1.0, 2.0])\n"
    )


def test_the_table_of_an_example_is_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(CHECKOUT / "examples" / "digits")
    main(["-o", "README.md", "--check"])  # it exits with 1 if the page differs
    assert capsys.readouterr() == ("", "")


def test_a_row_has_type_default_limits_help_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    hpman(["docs"])
    uses = "train.py:5, train.py:6, train.py:7, train.py:8, train.py:9 and 2 more"
    assert capsys.readouterr().out.splitlines()[3:-1] == [
        r"| `lr` | float | `1e-3` | at least 0 | a \| b \`c\` | train.py:1 | " + uses + " |",
        r"""| `act` | str | ``"a\|`b`"`` | 'x', 'y' | 3 | train.py:2 |  |""",
        "| `n` |  | `1` | at most 9 |  | train.py:3 |  |",
        '| `tick` | str | ``"`"`` |  |  | train.py:4 |  |',
        "| `open` | float | `1.0` | 1.0, 2.0 |  | train.py:12 |  |",
    ]


def test_a_name_without_a_default_and_other_managers(capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.py").write_text('from hpman.m import hp\nhp("`")\nhp("a.b", 1)\nhp("a")\n')
    main(["b.py"])
    assert capsys.readouterr().out.splitlines()[1:-1] == [
        "| manager | name | type | default | limits | help | defined | used |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| `hp` | `` ` `` | any literal, or text |  |  |  |  | b.py:2 |",
        "| `hp` | `a.b` | int | `1` |  |  | b.py:3 |  |",
    ]


def test_html_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.py").write_text('_("a", "<b>", help="a & b")\n')
    main(["b.py", "--format", "html"])
    shown = capsys.readouterr().out
    assert "<td><code>a</code></td><td>str</td><td><code>&quot;&lt;b&gt;&quot;</code>" in shown
    assert "<td>a &amp; b</td>" in shown


def test_json_is_that_of_explain(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--format", "json"])
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["lr", "act", "n", "tick", "open"]
    assert rows[0]["uses"][0]["line"] == 5


@pytest.mark.parametrize(
    ("page", "form"), [(None, "md"), (PAGE, "md"), (PAGE, "html"), ("{}", "json")]
)
def test_a_file_is_written_and_then_current(
    page: str | None, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("page.x")
    if page is not None:
        path.write_text(page)
    with pytest.raises(SystemExit) as stopped:
        main([".", "-o", "page.x", "--format", form, "--check"])
    assert stopped.value.code == 1
    assert (path.read_text() if path.exists() else None) == page
    shown = capsys.readouterr().out
    assert shown.startswith("--- page.x")
    what = "does not exist" if page is None else "is out of date"
    command = f"hpman docs . -o page.x --format {form}"
    assert shown.endswith(f"page.x {what}. Write it with `{command}`.\n")
    main(["-o", "page.x", "--format", form])
    if page == PAGE:
        assert path.read_text().startswith("# Title\n<!-- hpman docs -->\n")
        assert path.read_text().endswith("<!-- end of hpman docs -->\nend\n")
        assert "old" not in path.read_text()
    main(["-o", "page.x", "--format", form, "--check"])
    main(["-o", "page.x", "--format", form])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# mine", "page.md: The file exists, and has no place for the table.\nWrite the lines"),
        (b"\xff", "page.md: The file is not UTF-8.\nName another."),
        (None, "page.md: This is a folder, not a file."),
    ],
)
def test_a_page_that_has_no_place_is_refused(
    data: bytes | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("page.md")
    path.mkdir() if data is None else path.write_bytes(data)
    with pytest.raises(SystemExit) as stopped:
        main(["-o", "page.md"])
    assert stopped.value.code == 2
    assert f"hpman docs: error: {message}" in capsys.readouterr().err
    assert data is None or path.read_bytes() == data


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--check"], "`--check` compares a file: name it with `-o FILE`."),
        (["no.py"], "no.py: There is no such file or folder."),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(args)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_file_that_cannot_be_parsed_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.py").write_text('_("a", 1')
    main([])
    shown = capsys.readouterr()
    assert "hpman docs: warning: ./bad.py:1:2: Cannot parse this file" in shown.err
    assert "`lr`" in shown.out
