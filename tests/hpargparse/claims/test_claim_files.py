"""Claims by time that are files, and the process that renews them."""

from __future__ import annotations

import os
import time
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from hpargparse.claims import timed
from hpargparse.claims.claim_files import ClaimFiles
from hpargparse.claims.timed import TimedClaims, random_token
from hpargparse.errors import SweepError
from hpman.run_files import release

if TYPE_CHECKING:
    from pathlib import Path


def _files(folder: Path, seconds_until_free: float = 60.0) -> ClaimFiles:
    token = random_token()
    (folder / token).touch()
    return ClaimFiles(str(folder / "claims"), str(folder / token), token, seconds_until_free)


def _age(path: Path) -> None:
    """Let a claim, or what stands for one, not be renewed for a long time."""
    os.utime(path, (time.time() - 1000,) * 2)


def test_one_process_has_a_claim_until_it_is_not_renewed(tmp_path: Path) -> None:
    one, other = _files(tmp_path), _files(tmp_path)
    assert one.take("0")
    assert not other.take("0")
    assert one.busy() == other.busy() == {"0"}
    _age(tmp_path / "claims" / "0")
    one.renew({7: "0", 8: "gone"})
    assert not other.take("0")
    _age(tmp_path / "claims" / "0")
    assert other.busy() == set()
    assert other.take("0")
    one.renew({7: "0"})
    one.free("0")
    assert one.busy() == {"0"}
    other.free("0")
    assert one.take("0")


def test_one_of_many_takes_an_old_claim_over(tmp_path: Path) -> None:
    files = [_files(tmp_path) for _ in range(8)]
    for name in map(str, range(10)):
        assert files[0].take(name)
        _age(tmp_path / "claims" / name)
        barrier = Barrier(len(files))
        taken = []

        def take(own: ClaimFiles, barrier: Barrier = barrier, name: str = name) -> None:
            barrier.wait(20)
            if own.take(name):
                taken.append(own)  # noqa: B023 - the threads end within the loop

        threads = [Thread(target=take, args=(own,)) for own in files]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(taken) == 1


def test_a_process_that_was_killed_while_it_took_over_blocks_others_for_a_while(
    tmp_path: Path,
) -> None:
    files = _files(tmp_path)
    assert files.take("0")
    _age(tmp_path / "claims" / "0")
    guard = tmp_path / "claims" / "0.dead"
    guard.touch()
    assert not files.take("0")
    assert files.busy() == set()
    _age(guard)
    assert not files.take("0")
    assert not guard.exists()
    assert files.take("0")


@pytest.mark.slow
def test_a_claim_ends_when_all_that_hold_its_pipe_have_ended(tmp_path: Path) -> None:
    claims, other = TimedClaims(_files(tmp_path, 6.0)), _files(tmp_path)
    claim = claims.take("0")
    assert claim is not None
    assert claims.take("0") is None
    inherited = os.dup(claim)
    claims.release("0", claim, is_over=True)
    _age(tmp_path / "claims" / "0")
    end = time.monotonic() + 30
    while other.busy() != {"0"}:
        assert time.monotonic() < end, "it is not renewed"
        time.sleep(0.1)
    os.close(inherited)
    with claims.lock():
        assert "lock" in other.busy()
    claims.close()
    assert other.busy() == set()


def test_the_end_of_the_process_that_renews_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed, "_KEEPER", ("-c", "pass"))
    claims = TimedClaims(_files(tmp_path))
    claims._process.wait(20)
    with pytest.raises(SweepError, match=r"(?s)was killed\..*goes on"):
        claims.take("0")
    claims.close()


def test_a_system_that_cannot_pass_pipes_has_no_claims_by_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("socket.send_fds")
    with pytest.raises(SweepError, match="on Windows"):
        TimedClaims(_files(tmp_path))


def test_a_claim_is_held_by_the_process_that_took_it(tmp_path: Path) -> None:
    claims = TimedClaims(_files(tmp_path))
    claim = claims.take("0")
    assert claim is not None
    assert not os.get_inheritable(claim)
    release(claim)
    claims.close()
