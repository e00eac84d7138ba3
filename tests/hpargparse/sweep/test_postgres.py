"""Sweeps of machines that share a real PostgreSQL; `nox -s postgres` installs what it needs."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.hpargparse.sweep.chaos import LIMIT, Machines, count, kill_one
from tests.postgres import PASSWORD, programs, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("HPMAN_POSTGRES" not in os.environ, reason="`nox -s postgres` runs this"),
    pytest.mark.skipif(not programs(), reason="there is no PostgreSQL server here"),
]
WORKERS = 8
SILENCE = 12  # seconds: more than the database is away


@pytest.fixture
def postgres() -> Iterator[Server]:
    with server() as started:
        yield started


@pytest.mark.parametrize(
    ("method", "trials", "kills"), [("--random", 200, 60), ("--sampler=tpe", 60, 20)]
)
def test_nothing_is_lost_if_machines_die_and_the_database_is_away(
    method: str, trials: int, kills: int, postgres: Server, tmp_path: Path
) -> None:
    folders = [tmp_path / f"machine {number}" for number in range(WORKERS)]
    machines = Machines(
        folders,
        trials,
        options=[method, "--storage", postgres.url()],
        changes={"HPMAN_STORAGE_PASSWORD": PASSWORD, "HPMAN_SILENCE": str(SILENCE)},
    )
    rng = random.Random(7)
    running = [machines.begin(number) for number in range(WORKERS)]
    for number in range(kills):
        kill_one(rng, running)
        running = [machines.again(number, driver) for number, driver in enumerate(running)]
        if number == kills // 2:
            postgres.stop()
            time.sleep(5)
            postgres.start()
    end = time.monotonic() + LIMIT
    while any(driver.poll() is None for driver in running):
        assert time.monotonic() < end, "stuck"
        time.sleep(0.2)
    assert machines.begin(0).wait(LIMIT) == 0
    assert machines.begin(5).wait(LIMIT) == 0
    expected = {"complete": trials, "unique": trials, "lost": 0, "doubled": 0, "stuck": 0}
    assert count(folders[0], trials) == count(folders[5], trials) == expected
    kept = [path.read_bytes() for path in tmp_path.glob("machine*/.hpman/**/*.*") if path.is_file()]
    assert not any(PASSWORD.encode() in text for text in kept)
