"""What `hpman check` says of small trees: a hit and a near miss for each code, and more.

Each folder below `check` holds a `tree` to start the command in, a `case.json` that
says why the case exists and which command lines it tries, and an `expected.txt`. The
latter are written anew by `pytest tests/golden --update-golden`: read the difference.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from hpargparse.check.registry import RULES
from hpargparse.commands import hpman
from hpman import __version__

HERE = Path(__file__).parent / "check"
CASES = sorted(path.parent for path in HERE.glob("*/case.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_check_says_what_is_expected(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    shutil.copytree(case / "tree", tmp_path / "tree")
    monkeypatch.chdir(tmp_path / "tree")
    said = json.loads((case / "case.json").read_text(encoding="utf-8"))
    shown = []
    for line in said["lines"]:
        with pytest.raises(SystemExit) as ended:
            hpman.main(shlex.split(line)[1:])
        captured = capfd.readouterr()
        marked = "".join(f"! {each}\n" for each in captured.err.splitlines())
        shown.append(f"$ {line}\n{captured.out}{marked}=> {ended.value.code}\n")
    found = "\n".join(shown).replace(f'"{__version__}"', '"(the version)"')
    expected = case / "expected.txt"
    if request.config.getoption("--update-golden"):
        expected.write_bytes(found.encode())
    assert found == expected.read_bytes().decode()


def test_each_case_of_the_check_says_why_it_exists() -> None:
    reasons = [json.loads((case / "case.json").read_bytes())["why"] for case in CASES]
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize("code", RULES)
def test_each_code_has_a_hit_and_a_near_miss(code: str) -> None:
    hit, miss = (
        (HERE / f"{code}-{kind}" / "expected.txt").read_text(encoding="utf-8")
        for kind in ("hit", "near-miss")
    )
    assert f" {code} " in hit
    assert f" {code} " not in miss
