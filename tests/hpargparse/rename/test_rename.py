"""What a rename changes, what it refuses, and what it only lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpargparse.commands.hpman import main as hpman
from hpman.programs import index_program
from tests.commands import command

main = command("rename")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rename(source: str, old: str, new: str, *options: str) -> str:
    """Rename in one source and return it."""
    Path("a.py").write_text(source, encoding="utf-8")
    main([old, new, "a.py", "--write", *options])
    return Path("a.py").read_text(encoding="utf-8")


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Return the message of a rename that is refused and writes nothing."""
    files = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    with pytest.raises(SystemExit) as stopped:
        main(["--write", *args])
    assert stopped.value.code == 2
    assert files == {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('_("lr", 1)', '_("rate", 1)'),
        ("_('lr', 1)", "_('rate', 1)"),
        ('_(r"lr", 1)', '_("rate", 1)'),
        ('_(U"l\\x72", 1)', '_("rate", 1)'),
        ('_("""lr""", 1)', '_("rate", 1)'),
        ('_(("l"\n "r"), 1)', '_(("rate"), 1)'),
        ('_("l" \\\n"r", 1)', '_("rate", 1)'),
        ('_("lr", "lr")', '_("rate", "lr")'),
        ('"😀é"; _("lr", 1); _("lr")', '"😀é"; _("rate", 1); _("rate")'),
        ("f\"é{_('lr', 1)!r:>{9}}\"", "f\"é{_('rate', 1)!r:>{9}}\""),
        ('_("wd", 1, when={"lr": [1], 3: 4}); _("lr", 1)', None),
        ('_("lr", 1, choices=x)', '_("rate", 1, choices=x)'),
        ('_("lr", {"k": 1}); _.set_value("lr.k", 2)', None),
        ('_("wd", f("lr", u"x", _("lr", 1), _.override(lr=2)))', None),
        ('_("lr", 1); _.set_value("enc/lr", 2)', None),
        ('_("lr", 1); _.override(lr=2, **{"lr": 3})', None),
        ('_("lr", 1); _.set_tree({"lr": 2}); _.get_occurrence("lr")', None),
        ('_("lr", 1); _.set_values({"lr": 2, **x}); _.scope("lr")', None),
    ],
)
def test_each_spelling_is_replaced(before: str, after: str | None) -> None:
    if after is None:
        after = before.replace('"lr', '"rate').replace("lr=", "rate=").replace("/lr", "/rate")
        after = after.replace('scope("rate")', 'scope("lr")').replace('f("rate"', 'f("lr"')
    assert rename(before, "lr", "rate") == after


def test_a_group_may_look_like_the_option_of_another_name() -> None:
    assert rename('_("lr", 1); _("a_b", 2)', "lr", "a-b.c") == '_("a-b.c", 1); _("a_b", 2)'


def test_keys_of_a_tree_are_replaced() -> None:
    source = '_("m.a", 1); _("m.b", 1); _.set_tree({"m": {"a": 2}}); _.set_tree({"a": 2}, "m")'
    assert rename(source, "m.a", "m.c") == source.replace('a"', 'c"')
    assert rename(source, "m", "n.o") == source.replace('"m', '"n.o')


def test_keys_of_the_values_of_a_group_are_replaced() -> None:
    source = (
        '_("m.a", 1); _("d", {"a": 3}); _.set_values({"m": {"a": 2}, "d": {"a": 4}})\n'
        '_.set_value("m", {"a": 2}), _.override({"enc/m": {"a": 2}}, m={"a": 2})'
    )
    after = source.replace('{"a": 2', '{"c": 2').replace('"m.a"', '"m.c"')
    assert rename(source, "m.a", "m.c") == after
    after = source.replace('"m', '"n').replace("/m", "/n").replace(" m=", " n=")
    assert rename(source, "m", "n") == after


def test_a_group_that_keeps_its_members_may_be_read() -> None:
    source = '_("m.a", 1); _.get_tree("m"), _("lr", 2), _("m"), _.get_value("m.a")'
    assert rename(source, "m.a", "m.c") == source.replace("m.a", "m.c")
    assert rename(source, "m", "n") == source.replace('"m', '"n')
    assert rename(source, "lr", "a") == source.replace("lr", "a")


def test_all_ways_to_a_manager_are_followed() -> None:
    Path("lib.py").write_text("from hpman.m import hp as P\nhello = P\nhello('lr')\n")
    Path("no.py").write_text("from gettext import gettext as hp\nhp('lr')\n")
    source = "from hpman.m import hp\nimport lib, no\nhp('lr', 1)\n"
    assert rename(source, "lr", "rate") == source.replace("lr", "rate")
    assert "hello('rate')" in Path("lib.py").read_text()
    assert "hp('lr')" in Path("no.py").read_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('_("lr", 1)', '_("rate", 1, aliases=["lr"])'),
        ('_("lr", 1,)', '_("rate", 1,aliases=["lr"])'),
        ("_('lr', (1)  # one,\n)", "_('rate', (1)  # one,\n, aliases=['lr'])"),
        ('_("lr", 1, aliases="old")', '_("rate", 1, aliases=["old", "lr"])'),
        ('_("lr", 1, aliases=["rate", "x"])', '_("rate", 1, aliases=["x", "lr"])'),
        ('_("lr"); _("lr", 1)', '_("rate"); _("rate", 1, aliases=["lr"])'),
        ('_("wd", 1); _("lr", 1)', '_("wd", 1); _("rate", 1, aliases=["lr"])'),
        ('_("lr", required=True)', '_("rate", required=True, aliases=["lr"])'),
        ("f\"{_('lr', 1)}\"", "f\"{_('rate', 1, aliases=['lr'])}\""),
    ],
)
def test_the_old_name_may_stay_usable(before: str, after: str) -> None:
    assert rename(before, "lr", "rate", "--keep-alias") == after
    rows = {row.name: row for row in index_program("a.py").hyperparameters("_")}
    assert "lr" in rows["rate"].hints["aliases"]


@pytest.mark.parametrize(
    ("data", "new", "expected"),
    [
        (b"# coding: latin-1\r\nx='\xe9'; _('lr', 1)\r\n", "é", b"_('\xe9', 1)\r\n"),
        (b"# coding: latin-1\r\nx='\xe9'; _('lr', 1)\r\n", "超", b"_('\\u8d85', 1)\r\n"),
        (b"\xef\xbb\xbf_('lr', 1)\r\r\n", "rate", b"\xef\xbb\xbf_('rate', 1)\r\r\n"),
    ],
)
def test_the_encoding_of_a_source_stays(data: bytes, new: str, expected: bytes) -> None:
    Path("a.py").write_bytes(data)
    main(["lr", new, "a.py", "--write"])
    assert Path("a.py").read_bytes().endswith(expected)


SNAPSHOTS = {
    "a.yaml": ("# lr\r\nlr: 3 # lr\r\nenc/lr: 4\r\n", "# lr\r\nrate: 3 # lr\r\nenc/rate: 4\r\n"),
    "b.yml": ("\ufeff{'lr': 3}", "\ufeff{'rate': 3}"),
    "c.yaml": ('? "lr"\n: &x 3\nwd: *x\n', '? "rate"\n: &x 3\nwd: *x\n'),
    "d.yaml": ("&k lr: 3\n", "&k rate: 3\n"),
    "e.yaml": ("include: a.yaml\nlr: [lr, {lr: 1}]\n", "include: a.yaml\nrate: [lr, {lr: 1}]\n"),
    "f.json": ('{"l\\u0072":\t3, "wd": [{"lr": 1}]}', '{"rate":\t3, "wd": [{"lr": 1}]}'),
    "g.json": ('{"old": 3}', None),
    "h.yaml": ("lr: [\n", None),
    "i.yaml": ("lr: 3\nlr: 3\n", None),
    "j.yaml": ("wd: 3\n", None),
    "q.yaml": ("wd: lr\n", None),
    "k.yaml": ("lr: 3\nstranger: 4\n", None),
    "l.json": ("3", None),
    "o.yaml": ("lr: {? !tuple [1] : 2}\n", "rate: {? !tuple [1] : 2}\n"),
    "n.yaml": ("a.b: 1\na: {b: 2}\nlr: 2\n", None),
    "p.yaml": ("&k lr: &k 1\n&k wd: *k\n", "&k rate: &k 1\n&k wd: *k\n"),  # anchors again
    "r.yaml": ("# 😀\nlr:\t3\n", "# 😀\nrate:\t3\n"),
    "t.yaml": ("lr: [&x 1, *x]\n", "rate: [&x 1, *x]\n"),
    "s.yaml": ("? [lr]\n: {lr: 1}\n? {lr: 1}\n: 2\n", None),
}


def test_keys_of_files_are_replaced_and_all_other_bytes_stay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a.py").write_text('_("lr", 1, aliases="old"); _("wd", 1); _("a.b", 1)\n')
    for name, (text, _after) in SNAPSHOTS.items():
        Path(name).write_bytes(text.encode())
    Path("m.yaml").write_bytes(b"lr: \xff\n")
    hpman(["rename", "lr", "rate", "--write"])
    for name, (text, after) in SNAPSHOTS.items():
        assert Path(name).read_bytes().decode() == (text if after is None else after)
    shown = capsys.readouterr()
    assert shown.out == "lr -> rate: 1 place in sources, 11 keys in files of values (11 files)\n"
    assert "k.yaml: a key, but other keys are not of `_`; name the file to change it\n" in shown.err


def test_a_key_with_doubled_quotes_is_found() -> None:
    Path("a.py").write_text("""_("x'y", 1)\n""")
    Path("a.yaml").write_text("'x''y': 2\n")
    main(["x'y", "rate", "--write"])
    assert Path("a.yaml").read_text() == "'rate': 2\n"


def test_a_file_that_another_manager_may_own_is_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = "_('lr', 1)\n_('x', 1)\nhp('lr', 2)\nhp('wd', 2)\n"
    Path("a.py").write_text(f"from hpman.m import _, hp\n{calls}")
    Path("a.yaml").write_text("lr: 3\n")
    Path("b.yaml").write_text("lr: 3\nwd: 3\n")
    Path("own.yaml").write_text("lr: 3\nx: 3\n")
    command = ["lr", "rate", "--placeholder", "_", "--write"]
    main(command)
    assert Path("a.yaml").read_text() == "lr: 3\n"
    assert Path("own.yaml").read_text() == "rate: 3\nx: 3\n"
    shown = capsys.readouterr().err
    assert "a.yaml: a key, but `hp` has the same keys; name the file to change it\n" in shown
    assert "b.yaml: a key, but other keys are not of `_`; name the file to change it\n" in shown
    Path("a.py").write_text("from hpman.m import _, hp\n_('lr', 1)\nhp('lr', 2)\n")
    main([*command, "a.yaml"])
    assert Path("a.yaml").read_text() == "rate: 3\n"


def test_a_file_that_is_named_and_in_a_folder_is_not_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a.py").write_text("_('lr', 1)\n")
    Path("a.yaml").write_text("lr: 3\nx: 3\n")
    main(["lr", "rate", ".", "a.yaml", "--write"])
    assert Path("a.yaml").read_text() == "rate: 3\nx: 3\n"
    assert not capsys.readouterr().err


def test_a_file_that_is_named_may_have_other_keys() -> None:
    Path("a.py").write_text('_("lr", 1)\n')
    Path("k.yaml").write_text("lr: 3\nstranger: 4\n")
    main(["lr", "rate", "k.yaml", "--write"])
    assert Path("k.yaml").read_text() == "rate: 3\nstranger: 4\n"
    assert Path("a.py").read_text() == '_("rate", 1)\n'


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("model:\n  depth: 3 #\n", "model:\n  layers: 3 #\n"),
        ("model.depth: 3\n", "model.layers: 3\n"),
        ("enc/model.depth: 3\n", "enc/model.layers: 3\n"),
        ('{"model": {"depth": 3}}', '{"model": {"layers": 3}}'),
        ("a/model: &m {depth: 3}\nb/model: *m\n", "a/model: &m {layers: 3}\nb/model: *m\n"),
    ],
)
def test_nested_keys_are_replaced(text: str, after: str) -> None:
    Path("a.py").write_text('_("model.depth", 1)\n')
    Path("a.yaml").write_text(text)
    main(["model.depth", "model.layers", "--write"])
    assert Path("a.yaml").read_text() == after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: 1\nmodel:\n  depth: 3\n", "a.yaml:3: `depth` lies below `model` here"),
        ("a: &a {depth: 1}\nmodel: *a\n", "a.yaml:1: `depth` lies below `model` here"),
        ("model: [\n", "a.yaml:2: Cannot read this as YAML"),
    ],
)
def test_a_key_that_would_belong_elsewhere_is_refused(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.py").write_text('_("model.depth", 1); _("a.depth", 1); _("x", 1)\n')
    Path("a.yaml").write_text(text)
    assert message in refused(capsys, "model.depth", "net.depth", ".", "a.yaml")


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a: &a {depth: 1}\nmodel: *a\n", "model.x"),
        ("include: b.yaml\nmodel.depth: 1\n", "include"),
        ("? &k model.depth\n: 1\nx: *k\n", "model.x"),
    ],
)
def test_a_file_that_would_be_read_differently_is_refused(
    text: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.py").write_text('_("model.depth", 1); _("a.depth", 1); _("x", 1)\n')
    Path("b.yaml").write_text("")
    Path("a.yaml").write_text(text)
    message = f"With `{new}` as a key, this file would be read differently."
    assert message in refused(capsys, "model.depth", new)


@pytest.mark.parametrize(
    ("source", "old", "new", "message"),
    [
        ('_("lr", 1)', "rl", "a", "The sources do not define `rl` (did you mean `lr`?)."),
        ('_("lr", 1, aliases="x")', "x", "a", "`x` is an old name of `lr`."),
        ('_("lr", 1); _.scope("s")', "s", "a", "`s` is a scope."),
        ('_("lr", 1)', "lr", "lr", "The old and the new name are both `lr`."),
        ('_("lr", 1)', "lr", "", "The name '' is empty"),
        ('_("lr", 1)', "lr", "a\x1b", "The name 'a\\x1b' is empty, or contains"),
        ('_("lr", 1)', "lr", "a..b", "The name 'a..b' has an empty part next to a '.'"),
        ('_("lr", 1)', "lr", "a/b", "The name 'a/b' contains a blank, `=` or `/`"),
        ('_("lr", 1); _("wd", 1)', "lr", "wd", "a.py:1:13: `wd` already exists."),
        ('_("lr", 1); _("w.d", 1)', "lr", "w", "`w` already is a group, with the member `w.d`."),
        ('_("lr", 1); _("w", 1)', "lr", "w.d", "`w` is a hyperparameter, so `w.d` would be a key"),
        ('_("lr", 1); _("a_b", 1)', "lr", "a-b", "`a-b` and `a_b` would have the same option."),
        ('_("lr", 1); _("w", 1, aliases="v")', "lr", "v", "`v` is an alias of `w`."),
        ('_("g.a", 1); _("h.a", 1)', "g", "h", "`h` already is a group, with the member `h.a`."),
        ('_("lr", 1); _("lr"', "lr", "a", "a.py:1:14: Cannot parse this file"),
        ('_("lr", 1); _("lr", 1, 2)', "lr", "a", "a.py:1:13: `_(…)` takes a name and at most"),
        ('_("lr", 1); _(f"l{x}")', "lr", "a", "a.py:1:13: The name of a hyperparameter must"),
        (
            '_("wd", 1); _("lr", 1); _.get_value("l%s" % x)',
            "lr",
            "a",
            '`"l%s" % x` is computed, and may be',
        ),
        ('_("lr", 1); _.get_value("{}r".format(x))', "lr", "a", "is computed, and may be `lr`."),
        ('_("lr", 1); _.get_value("l" + "r")', "lr", "a", "is computed, and may be `lr`."),
        ('_("lr", 1); _.get_value(f"enc/{x}r")', "lr", "a", "is computed, and may be `lr`."),
        ('_("lr", 1); _.override(lr=1)', "lr", "a.b", "`a.b` cannot be the keyword of an argument"),
        ('_("lr", 1); _.override(lr=1)', "lr", "if", "`if` cannot be the keyword of an argument"),
        ('_("l" # é\n"r", 1)', "lr", "a", "contains a comment, which would be lost."),
        (
            'from hpman.m import _\n_("lr", 1)\nfor _ in []: _("lr")',
            "lr",
            "a",
            "a.py:3:14: Line 3 binds `_` to something",
        ),
        ('_("m.a", 1); _.set_tree({"m": {"a": 2}})', "m.a", "n", "`a` lies below `m` here"),
        ("_('ﬁ', 1); _.override(ﬁ=1); _('fi', 2)", "fi", "a", "`fi` is written in other letters"),
        ('_("lr", 1); _.set_value("e/a", 2)', "lr", "a", "a.py:1:25: `a` is the name of something"),
        ('_("lr", 1); _.set_tree({"m": {"b": 2}})', "lr", "m.b", "`m.b` is the name of something"),
        ('_("lr", 1); _.set_tree({"m": {"b": 2}})', "lr", "m", "`m.b` is the name of something"),
        ('_("m.a", 1); _.set_tree({"b": 2}, "m")', "m.a", "m", "`m.b` is the name of something"),
        ('_("lr", 1); _.set_value("m", 2)', "lr", "m.b", "`m` is the name of something else here"),
        ('_("lr", 1); _.get_tree("m")', "lr", "m.b", "`m.b` would join the group `m`, which is"),
        ('_("m.a", 1); _.get_tree("e/m")', "m.a", "n", "`n` would leave the group `m`, which is"),
        (
            '_("m.a", 1); _("lr", 1); _("m")',
            "lr",
            "m.b",
            "`m.b` would join the group `m`, which is",
        ),
        ('_("lr", 1)', "lr", "-x", "or begins with a dash"),
    ],
)
def test_what_cannot_be_renamed_is_refused(
    source: str, old: str, new: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.py").write_text(f"{source}\n# hpman\n")
    shown = refused(capsys, "--", old, new, "a.py") if new == "-x" else refused(capsys, old, new)
    assert message in shown


def test_a_name_that_becomes_a_group_cannot_stay_usable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a.py").write_text("_('x', 1); _('lr', 1)\n# hpman\n")
    message = "a.py:1:12: `lr` cannot stay usable: it would be the group of `lr.x`."
    assert message in refused(capsys, "lr", "lr.x", "--keep-alias")
    main(["lr", "lr.x", "--write"])


def test_a_name_of_two_managers_needs_a_placeholder(capsys: pytest.CaptureFixture[str]) -> None:
    source = "from hpman.m import _, hp\n_('lr', 1); hp('lr', 2)\n"
    Path("a.py").write_text(source)
    assert "a hyperparameter of the managers `_` and `hp`." in refused(capsys, "lr", "a")
    assert rename(source, "lr", "a", "--placeholder", "hp") == source.replace("hp('lr'", "hp('a'")


def test_a_file_that_cannot_be_parsed_and_has_the_name_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a.py").write_text("from hpman.m import _\n_('lr', 1)\n")
    Path("b.py").write_text("import hpman\n_('lr'")
    assert "b.py:2:2: Cannot parse this file" in refused(capsys, "lr", "a")
    Path("b.py").write_text("import hpman\n_('wd'")
    main(["lr", "a", "--write"])
    assert Path("a.py").read_text() == "from hpman.m import _\n_('a', 1)\n"


def test_a_new_mistake_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("_('lr', 1); _('help_', 1)\n")
    assert "hpman rename: error: " in refused(capsys, "lr", "hp-load")


@pytest.mark.parametrize(
    "source",
    [
        "f'''é\n{_(\"lr\", 1)}'''",
        "f'''é\n{_.get_value(\"lr\")}'''; _('lr', 1)",
        "f'''é\n\n     {_.get_value(\"l\" + x)}'''; _('lr', 1)",
        "# coding: latin-1\nf\"{_('lr', 1)}\"",
    ],
)
def test_a_text_in_an_fstring_is_renamed_or_refused(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.py").write_text(source, encoding="latin-1" if "latin" in source else "utf-8")
    try:
        main(["lr", "超", "a.py", "--write"])
    except SystemExit:
        parts = ("is computed", "would be read differently")
        shown = capsys.readouterr().err
        assert any(part in shown for part in parts)
        assert "lr" in Path("a.py").read_text(encoding="latin-1")
    else:
        assert [*index_program("a.py").names("_")] == ["超"]


def test_calls_of_other_managers_and_names_may_be_faulty() -> None:
    source = "from hpman.m import _, hp\n_('lr', 1); hp('lr', 1, 2); _('wd', 1, 2)\n"
    source += "_(x); hp(y); _.get_value(*x)\n"
    assert rename(source, "lr", "a") == source.replace("_('lr'", "_('a'")


def test_a_diff_is_shown_and_other_mentions_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a.py").write_text(
        'from hpman.m import _\nlr = _("lr", 1)\nargs.lr\nparser.set_defaults(lr=2)\n'
        '_.get_value(name)\n_.set_values(x)\n_.scope(y)\n"--lr 3"\nlr = 3\ny = lr * 2\n'
    )
    Path("run.sh").write_text("".join(f"python a.py --lr {number}\n" for number in range(22)))
    Path("notes.md").write_text("the rate `lr` is slr, not my-lr\nlr.x xlr lr2\nlr.\n")
    Path("data.bin").write_bytes(b"lr\0")
    Path("no.txt").symlink_to("nowhere")
    Path("link.txt").symlink_to("a.py")
    Path(".hidden").mkdir()
    Path(".hidden/x.sh").write_text("--lr\n")
    Path("venv").mkdir()
    Path("venv/pyvenv.cfg").write_text("")
    Path("venv/x.sh").write_text("--lr\n")
    Path("big.txt").write_text("lr\n" * 400_000)
    Path("huge.txt").write_text("lr\n" * 1_500_000)
    main(["lr", "rate"])
    shown = capsys.readouterr()
    assert shown.out == (
        "--- a.py\n+++ a.py\n@@ -1,5 +1,5 @@\n from hpman.m import _\n"
        '-lr = _("lr", 1)\n+lr = _("rate", 1)\n args.lr\n parser.set_defaults(lr=2)\n'
        " _.get_value(name)\n"
    )
    assert shown.err == (
        "hpman rename: warning: These names are computed, and may be the old one:\n"
        "  a.py:5: get_value(name)\n  a.py:6: set_values(x)\n"
        "hpman rename: warning: These lines also have the old name, and stay:\n"
        "  a.py:3: args.lr\n"
        '  a.py:8: "--lr 3"\n'
        "  notes.md:1: the rate `lr` is slr, not my-lr\n  notes.md:3: lr.\n"
        + "".join(f"  run.sh:{number}: python a.py --lr {number - 1}\n" for number in range(1, 17))
        + "  and 6 more\n"
        "hpman rename: warning: Nothing is written without `--write`.\n"
    )
    assert '_("lr", 1)' in Path("a.py").read_text()


def test_the_module_of_managers_is_no_mention(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("from hpman.m import _\nimport hpman.m as hp\n_('m.a', 1)\nx.m\n")
    main(["m", "net"])
    listed = "These lines also have the old name, and stay:\n  a.py:4: x.m\n"
    assert listed in capsys.readouterr().err


def test_calls_that_need_a_look_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text(
        "_('m.a', 1)\nm = _('m')\n_.get_tree('m')\n_.exists('m')\n_(name)\n"
        "_.set_tree({'m': {'b': {'c': 1}}, 'n': 1})\n"
    )
    main(["m.a", "m.d", "a.py"])
    assert capsys.readouterr().err.startswith(
        "hpman rename: warning: These names are computed, and may be the old one:\n"
        "  a.py:5: _(name)\n"
        "hpman rename: warning: These calls read a group in which a key changes:\n"
        "  a.py:2: _('m')\n  a.py:3: get_tree('m')\n"
        "hpman rename: warning: Nothing"
    )


def test_sweeps_with_the_old_name_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("src").mkdir()
    Path("src/a.py").write_text("_('lr', 1); _('wd', 1)\n")
    plans = {
        "fixed": '{"plan": {"fixed": {"lr": "1"}, "searched": []}}',
        "searched": '{"plan": {"fixed": {}, "searched": [{"name": "enc/lr"}]}}',
        "others": '{"plan": {"fixed": {"wd": "1"}, "searched": []}}',
        "broken": "{",
        "odd": '{"plan": {"fixed": {}, "searched": 3}}',
        "foreign": "[]",
    }
    for name, text in plans.items():
        Path(".hpman/sweeps", name).mkdir(parents=True)
        Path(".hpman/sweeps", name, "plan.json").write_text(text)
    for path in ("src", "src/a.py"):
        main(["lr", "rate", path])
        assert capsys.readouterr().err.startswith(
            "hpman rename: warning: These sweeps have the old name. With `--keep-alias`, "
            "their runs still count:\n  fixed\n  searched\n"
        )
    main(["lr", "rate", "src", "--keep-alias"])
    assert "sweeps" not in capsys.readouterr().err


def test_an_alias_is_no_other_mention(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("_('lr', 1); print('lr')\n_('wd', 1, aliases=('l2',))\n")
    main(["wd", "decay", "--keep-alias"])
    assert "stay" not in capsys.readouterr().err
    main(["lr", "rate", "--keep-alias"])
    assert "stay:\n  a.py:1: _('rate', 1, aliases=['lr']); print('lr')\n" in capsys.readouterr().err


def test_settings_of_the_project_count(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text('[tool.hpman]\nexclude = ["old"]\n')
    Path("old").mkdir()
    Path("old/b.py").write_text('_("lr", 1)\n')
    Path("a.py").write_text('_("lr", 1)\n')
    main(["lr", "rate", "--write"])
    assert Path("old/b.py").read_text() == '_("lr", 1)\n'
    assert "stay" not in capsys.readouterr().err
    Path("pyproject.toml").write_text('[tool.hpman]\nplaceholder = ["hp"]\n')
    Path("a.py").write_text("from hpman.m import _\n_('lr', 1)\nhp('wd', 1)\n")
    main(["lr", "rate", "a.py", "--write"])
    main(["wd", "decay", "a.py", "--write"])
    assert Path("a.py").read_text() == "from hpman.m import _\n_('rate', 1)\nhp('decay', 1)\n"
    Path("pyproject.toml").write_text("[tool.hpman]\nexclude = 3\n")
    assert "exclude" in refused(capsys, "rate", "lr")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that cannot be read")
def test_other_files_that_cannot_be_read_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text('_("lr", 1)\n')
    Path("b.txt").symlink_to("/proc/self/mem")
    main(["lr", "rate", "--write"])
    assert capsys.readouterr().err == ""


def test_missing_paths_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "b.py: There is no such file or folder." in refused(capsys, "lr", "a", "b.py")
    Path("a.py").write_text('_("lr", 1)\n')
    assert "b.yaml: " in refused(capsys, "lr", "a", "a.py", "b.yaml")
