"""URLs of databases: what is wrong with them, and that no password is shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hpargparse.claims import storage_url
from hpargparse.claims.storage_url import PASSWORD, StorageUrl, without_password
from hpargparse.commands import sweep
from hpargparse.errors import SweepError

if TYPE_CHECKING:
    from pathlib import Path

sqlalchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy comes with the extra `sweep`")


@pytest.fixture
def _all_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_url, "find_spec", lambda _name: True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:s3cret@host:5432/db", "postgresql://me@host:5432/db"),
        (
            "--storage=postgresql+psycopg2://me:s3cret@host/db",
            "--storage=postgresql+psycopg2://me@host/db",
        ),
        ("postgresql://me:s3/cr@et@host/db", "postgresql://me@host/db"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("sqlite:///a:b.db", "sqlite:///a:b.db"),
        ("lr=0.1..1:log", "lr=0.1..1:log"),
    ],
)
def test_a_password_is_removed(text: str, shown: str) -> None:
    assert without_password(text) == shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("redis://me:s3cret@host/0", "`redis` is not a kind of database that machines can share"),
        ("nonsense", "this is not the URL of a database"),
        ("postgresql://host/db?password=s3cret", "the password is in the wrong place"),
        ("postgresql+asyncpg://me:s3cret@host/db", "`asyncpg` is not a driver for postgresql"),
        ("postgresql://me:s3cret@host:port/db", "`postgresql://me@host:port/db` is not the URL"),
    ],
)
@pytest.mark.usefixtures("_all_drivers")
def test_a_wrong_url_is_an_error_without_the_password(text: str, message: str) -> None:
    with pytest.raises(SweepError) as caught:
        StorageUrl(text)
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "missing", "what", "packages"),
    [
        (
            "postgresql://host/db",
            ("psycopg", "psycopg2"),
            "a driver for postgresql",
            ' "psycopg[binary]"',
        ),
        ("postgresql+psycopg2://host/db", ("psycopg2",), "a driver for postgresql", " psycopg2"),
        ("sqlite:///a.db", ("optuna",), "optuna", ""),
    ],
)
def test_a_package_that_is_missing_is_named(
    text: str,
    missing: tuple[str, ...],
    what: str,
    packages: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storage_url, "find_spec", lambda name: None if name in missing else True)
    with pytest.raises(SweepError) as caught:
        StorageUrl(text)
    assert str(caught.value) == (
        f"--storage needs {what}, which is not installed.\n"
        f'`pip install "hpman[sweep]"{packages}` installs what is missing.'
    )


@pytest.mark.usefixtures("_all_drivers")
def test_the_password_is_that_of_the_url_or_else_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PASSWORD, "a/b@c")
    url = StorageUrl("postgres://me@host/db")
    assert url.shown == "postgres://me@host/db"
    assert url.text == "postgresql+psycopg://me:a%2Fb%40c@host/db"
    assert StorageUrl(url.text).password == "a/b@c"
    assert PASSWORD not in os.environ, "no run inherits it"
    monkeypatch.setenv(PASSWORD, "other")
    assert StorageUrl("postgresql://me:own@host/db").text == "postgresql+psycopg://me:own@host/db"
    assert StorageUrl("sqlite:///a.db").engine_arguments["connect_args"] == {"timeout": 60}


class _DriverError(Exception):
    """What a driver raises."""


@pytest.mark.parametrize(
    ("args", "reason", "advice"),
    [
        (("FATAL: password authentication failed for x.\nmore",), "failed for x.", PASSWORD),
        (('database "db" does not exist',), "does not exist.", "`createdb db`"),
        (("no answer for s3cret",), ": no answer for ***.", "Check the URL, and that"),
        ((), ": _DriverError.", "Check the URL"),
    ],
)
@pytest.mark.usefixtures("_all_drivers")
def test_an_error_of_the_driver_is_a_sentence(
    args: tuple[object, ...], reason: str, advice: str
) -> None:
    url = StorageUrl("postgresql://me:s3cret@host/db")
    error = sqlalchemy.exc.OperationalError("SELECT 1", {}, _DriverError(*args))
    wrapped = RuntimeError("outer")
    wrapped.__cause__ = error
    first, second = str(url.error(wrapped)).split("\n")
    assert first.startswith("--storage: cannot open postgresql://me@host/db: ")
    assert first.endswith(reason)
    assert advice in second
    assert "s3cret" not in first + second


def _sweep(*args: str) -> None:
    sweep.main(["train.py", "--trials", "2", "--random", "--name", "a", *args])


@pytest.fixture
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        'from hpman.m import _\nfrom hpman import report\nreport(loss=_("x", 1, search=[1, 9]))\n'
    )
    (tmp_path / "train.py").write_text(text)


@pytest.mark.usefixtures("_project")
def test_a_database_that_cannot_be_opened_ends_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        _sweep("--storage", "sqlite:////nowhere/db")
    assert caught.value.code == 2
    assert "cannot open sqlite:////nowhere/db: unable to open" in capsys.readouterr().err
    assert not (tmp_path / ".hpman/sweeps/a/plan.json").exists()
