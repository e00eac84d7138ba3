"""Programs written as real projects write them run unchanged."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., str]

PROJECT = {
    "train.py": """
        import argparse
        from pathlib import Path

        import hpargparse
        from hpman.m import _

        from engine.schedule import start
        from models.decoder import Decoder


        def common():
            parser = argparse.ArgumentParser(add_help=False)
            parser.add_argument("--log-dir", default="logs")
            return parser


        def main():
            parser = argparse.ArgumentParser(description="Train.", parents=[common()])
            parser.add_argument("experiment", nargs="?", default="first")
            for number in range(50):
                parser.add_argument(f"--own-{number}", type=int, default=number)
            _.parse_file(Path(__file__).resolve().parent)
            hpargparse.bind(parser, _)
            args = parser.parse_args()

            print(args.experiment, args.log_dir, args.own_7, args.own_49)
            print(args.decoder_type, args.learning_rate, start(), Decoder().kind)


        if __name__ == "__main__":
            main()
        """,
    "engine/__init__.py": "",
    "engine/schedule.py": """
        from hpman.m import _


        def make():
            return {"rate": _("learning_rate", 1e-3)}, None


        def start():
            scheduler, _ = make()
            return scheduler["rate"]
        """,
    "models/__init__.py": "from .decoder import Decoder\n",
    "models/decoder.py": """
        from hpman.m import _


        class Decoder:
            def __init__(self):
                self.kind = self.build()

            def build(self):
                for _unused in range(1):
                    if True:
                        return _('decoder_type', 'LD', choices=['LD', 'LLMD'])
        """,
    "tools/translate.py": """
        from gettext import gettext as _

        text = "translated"
        print(_(text), _("decoder_type"))
        """,
    ".venv/pyvenv.cfg": "",
    ".venv/lib/other.py": '_("learning_rate", "of another project")\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Lay out a project; run it with some words, from another folder."""
    for name, text in PROJECT.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")

    def run(*words: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "project/train.py", *words],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    return run


def test_defaults_of_all_modules_reach_parser_and_program(project: Project) -> None:
    assert project() == "first logs 7 49\nLD 0.001 0.001 LD\n"


def test_own_arguments_and_hyperparameters_mix(project: Project) -> None:
    words = "second --own-7 70 --decoder_type LLMD --log-dir l --learning-rate 1e-1 --own-49=0"
    assert project(*words.split()) == "second l 70 0\nLLMD 0.1 0.1 LLMD\n"


def test_choices_deep_in_a_model_are_checked(project: Project) -> None:
    said = project("--decoder-type", "LLM", status=2)
    assert "argument --decoder-type: invalid choice: 'LLM' (choose from 'LD', 'LLMD')" in said
    assert "decoder.py:12" in said


def test_a_run_is_saved_and_had_again(project: Project, tmp_path: Path) -> None:
    first = project("--learning-rate", "3", "--decoder-type", "LLMD", "--hp-save", "run.yaml")
    saved = (tmp_path / "run.yaml").read_text(encoding="utf-8")
    assert saved == "decoder_type: LLMD\nlearning_rate: 3.0\n"
    assert project("--hp-load", "run.yaml") == first


def test_help_shows_own_arguments_and_hyperparameters(project: Project) -> None:
    said = project("--help")
    for option in ("experiment", "--log-dir", "--own-0", "--decoder-type {LD,LLMD}", "--hp-save"):
        assert option in said


def test_listing_leaves_out_what_is_no_hyperparameter(project: Project) -> None:
    assert project("--hp-list") == "learning_rate: 0.001\ndecoder_type: LD\n"
