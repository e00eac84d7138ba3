"""A SLURM cluster of one node on this machine, for tests; it needs root and Debian's packages."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
_CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={other_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
KillWait=5
SlurmdTimeout=15
MessageTimeout=30
SchedulerParameters=sched_interval=2,bf_interval=2
AccountingStorageType=accounting_storage/none
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=2000 Gres=gpu:2 State=UNKNOWN
PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Return why there can be no cluster; empty if there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can start a SLURM cluster"
    programs = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"`apt-get install slurm-wlm munge` has {', '.join(programs)}" if programs else ""


class Cluster:
    """The daemons, and what they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}

    def run(self, *command: str) -> str:
        """Run a command of SLURM, and return its output."""
        done = subprocess.run(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}")
        return done.stdout

    def try_run(self, *command: str) -> None:
        """Run a command of SLURM that may be refused."""
        with suppress(RuntimeError):
            self.run(*command)

    def states(self) -> dict[str, str]:
        """Return the states of the jobs, such as RUNNING, by their ids."""
        lines = self.run("squeue", "-h", "-r", "-o", "%i %T").splitlines()
        return dict(line.split() for line in lines)

    def start_slurmd(self) -> None:
        self.run("slurmd", "-N", _host())

    def kill_slurmd(self) -> None:
        """Kill the daemon of the node; the steps of its jobs go on."""
        os.kill(self._process("slurmd"), signal.SIGKILL)

    def start(self) -> None:
        folder = self._folder
        for name in ("state", "spool"):
            (folder / name).mkdir(parents=True)
        (folder / "munge.key").write_bytes(os.urandom(1024))
        (folder / "munge.key").chmod(0o600)
        self.run(
            *("munged", "--force", f"--key-file={folder}/munge.key"),
            *(f"--{name}-file={folder}/munge.{name}" for name in ("pid", "log", "seed")),
            f"--socket={folder}/munge.socket",
        )
        ports = dict(zip(("port", "other_port"), _free_ports(), strict=True))
        config = _CONFIG.format(host=_host(), folder=folder, **ports)
        (folder / "slurm.conf").write_text(config)
        for number in range(2):
            os.mknod(folder / f"gpu{number}", 0o20666, os.makedev(1, 3))
        (folder / "gres.conf").write_text(f"Name=gpu File={folder}/gpu[0-1]\n")
        self.run("slurmctld")
        self.start_slurmd()
        self.wait(lambda: "idle" in self.run("sinfo", "-h", "-o", "%t"), 60)

    def stop(self) -> None:
        with suppress(Exception):
            self.run("scancel", "--full", *self.states())
            self.wait(lambda: not self.states(), 30)
        for name in ("slurmd", "slurmctld", "munge"):
            with suppress(OSError, ValueError):
                process = self._process(name)
                os.kill(process, signal.SIGTERM)
                self.wait(lambda process=process: not _is_alive(process), 20)  # type: ignore[misc]

    def wait(self, holds: Callable[[], bool], seconds: float) -> None:
        """Wait until something holds, at most some time."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"nothing happened in {seconds} seconds: {self.states()}")
            time.sleep(0.2)

    def _process(self, name: str) -> int:
        return int((self._folder / f"{name}.pid").read_text())


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster, and end all of its daemons afterwards."""
    started = Cluster(folder)
    try:
        started.start()
        yield started
    finally:
        started.stop()


def _host() -> str:
    return socket.gethostname().partition(".")[0]


def _free_ports() -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _number in range(2)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


def _is_alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False
