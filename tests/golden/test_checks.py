"""What `hpman check` reports for small trees: a hit and a near miss for each code, and more.

Each file below `check` is one case: why it exists, the files of a tree after lines
`--- PATH`, and after `--- expected` the commands with their output.
`pytest tests/golden --update-golden` rewrites the output: read the difference.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from hpargparse.check.registry import RULES
from hpargparse.commands import hpman
from hpman import __version__

HERE = Path(__file__).parent / "check"
CASES = sorted(HERE.glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_check_reports_what_is_expected(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    head, *files, expected = _parts(case)
    for part in files:
        name, _, text = part.partition("\n")
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    monkeypatch.chdir(tmp_path)
    runs = []
    for command in [line for line in expected.split("\n") if line.startswith("$ ")]:
        with pytest.raises(SystemExit) as ended:
            hpman.main(shlex.split(command)[2:])
        captured = capfd.readouterr()
        errors = "".join(f"! {line}\n" for line in captured.err.splitlines())
        runs.append(f"{command}\n{captured.out}{errors}=> {ended.value.code}\n")
    actual = "expected\n" + "\n".join(runs).replace(f'"{__version__}"', '"(the version)"')
    if request.config.getoption("--update-golden"):
        case.write_bytes("--- ".join([head, *files, actual]).encode())
    else:
        assert actual == expected


def _parts(case: Path) -> list[str]:
    """Return the head, the files and the expected output, each but the first with its title."""
    head, *parts = case.read_bytes().decode().split("\n--- ")
    return [f"{head}\n", *(f"{part}\n" for part in parts[:-1]), parts[-1]]


def test_each_case_says_why_it_exists() -> None:
    reasons = [_parts(case)[0] for case in CASES]
    assert all(reason.startswith("why: ") for reason in reasons)
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize("code", RULES)
def test_each_code_has_a_hit_and_a_near_miss(code: str) -> None:
    hit, miss = (_parts(HERE / f"{code}-{kind}.txt")[-1] for kind in ("hit", "near-miss"))
    assert f" {code} " in hit
    assert f" {code} " not in miss
