"""A PostgreSQL server on this machine, for tests; it needs the programs of any version."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "correct horse/battery@staple"
USER = "researcher"
_OPTIONS = "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
_LIMIT = 120  # seconds that a command may take


def programs() -> str:
    """Return the folder of the server's programs; empty if they are not installed."""
    found = shutil.which("initdb")
    folders = [os.path.dirname(os.path.realpath(found))] if found else []
    folders += sorted(glob.glob("/usr/lib/postgresql/*/bin"))  # where Debian has them
    return next(iter(folders), "")


class Server:
    """The server, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    def url(self, database: str = "postgres", *, host: str = "127.0.0.1") -> str:
        """Return the URL of a database, without the password."""
        return f"postgresql://{USER}@{host}:{self._port}/{database}"

    def create(self) -> None:
        self._folder.mkdir()
        words = self._folder / "password"
        words.write_text(PASSWORD)
        if os.geteuid() == 0:  # the server does not run as root
            for path in (self._folder, words):
                shutil.chown(path, "nobody")
        data = ("-D", str(self._folder / "data"))
        self._run("initdb", *data, "-A", "scram-sha-256", "-U", USER, f"--pwfile={words}")

    def start(self) -> None:
        log = ("-l", str(self._folder / "log"))
        self._control("start", *log, "-o", _OPTIONS.format(port=self._port))

    def stop(self) -> None:
        """Stop the server at once; it keeps what it has confirmed."""
        self._control("stop", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [os.path.join(programs(), program), *arguments],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            timeout=_LIMIT,
            user="nobody" if os.geteuid() == 0 else None,
        )


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, and stop it at the end."""
    with TemporaryDirectory() as folder:  # not that of a test, which other users may not enter
        os.chmod(folder, 0o755)
        started = Server(Path(folder) / "postgres")
        started.create()
        started.start()
        try:
            yield started
        finally:
            started.stop()
