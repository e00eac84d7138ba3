"""The transcripts run in a process of their own, beside all other tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


def _is_awaited(item: pytest.Item) -> bool:
    return "outcomes" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look at the transcripts last: until then they run on another core."""
    items.sort(key=_is_awaited)


@pytest.fixture(scope="session", autouse=True)
def _transcripts(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str] | None]:
    """Start the transcripts with the first test of this folder, if a test waits for them."""
    names: list[str] = [
        str(item.callspec.params["document"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and _is_awaited(item)
        if not item.get_closest_marker("skip")
    ]
    if not names:
        yield None
        return
    command = [sys.executable, "-m", "tests.contracts.transcripts", *names]
    checkout = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture(scope="session")
def outcomes(_transcripts: subprocess.Popen[str]) -> dict[str, int | str]:
    """Wait for the transcripts; return how many blocks were run, or what went wrong."""
    result: dict[str, int | str] = json.loads(_transcripts.communicate()[0])
    return result
