"""The URL of a database that machines share.

Owns which databases there are, what has to be installed for them, and that no password is shown
or kept. Must not know what is stored.
"""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from typing import Any

from ..errors import SweepError

PASSWORD = "HPMAN_STORAGE_PASSWORD"  # noqa: S105 - the name of the variable with the password
# The packages that SQLAlchemy can use, the usual one first, and how pip installs that.
_DRIVERS = {
    "postgresql": ({"psycopg": "psycopg", "psycopg2": "psycopg2"}, '"psycopg[binary]"'),
    "sqlite": ({"pysqlite": "sqlite3"}, ""),
}
# A server that has vanished is noticed within about a minute.
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "postgresql": {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    },
    "sqlite": {"timeout": 60},
}
_EXAMPLES = "postgresql://USER@HOST/NAME or sqlite:///FILE"
_LOGIN = re.compile(r"^((?:--\w+=)?[\w+]+://[^:/@?]*):.*@", re.DOTALL)
_SECRET = re.compile(r"[?&][^=&]*(?:pass|secret|token|key)[^=&]*=", re.IGNORECASE)


def without_password(text: str) -> str:
    """Return an argument with a URL without the password; another one as it is.

    >>> without_password("postgresql://me:secret@host/db"), without_password("a:b@c")
    ('postgresql://me@host/db', 'a:b@c')
    """
    return _LOGIN.sub(r"\1@", text)


class StorageUrl:
    """A database that machines share.

    Without a password in the URL, that of the environment counts. It is removed from there, so
    that no run inherits it.

    Raises:
        SweepError: if it is not the URL of a database, or a package is missing.
    """

    def __init__(self, text: str) -> None:
        self.shown: str = without_password(text)  # the URL without the password
        match = _LOGIN.match(text)
        # The password, if there is one.
        self.password: str | None = os.environ.pop(PASSWORD, None) or None
        scheme, colon, _rest = self.shown.partition("://")
        dialect, _plus, driver = scheme.partition("+")
        # The kind of the database.
        self.dialect: str = "postgresql" if dialect == "postgres" else dialect
        if not colon or self.dialect not in _DRIVERS:
            kind = f"`{scheme}` is not a kind of database that machines can share"
            raise _url_error(kind if colon else "this is not the URL of a database")
        if _SECRET.search(self.shown):
            message = "--storage: the password is in the wrong place, where others may see it."
            raise SweepError.because(message, f"Set the environment variable {PASSWORD} to it.")
        self._driver = self._find_driver(driver)
        import sqlalchemy

        try:
            url = sqlalchemy.make_url(text)
        except (sqlalchemy.exc.ArgumentError, ValueError):  # the latter if the port is not a number
            raise _url_error(f"`{self.shown}` is not the URL of a database") from None
        if match is not None:
            self.password = url.password
        url = url.set(drivername=f"{self.dialect}+{self._driver}")
        if self.dialect != "sqlite" and self.password is not None:
            url = url.set(password=self.password)
        self._url = url

    @property
    def text(self) -> str:
        """The URL for SQLAlchemy, with the password."""
        return str(self._url.render_as_string(hide_password=False))

    @property
    def engine_arguments(self) -> dict[str, Any]:
        """The arguments for an engine of SQLAlchemy."""
        return {"pool_pre_ping": True, "connect_args": dict(_ARGUMENTS[self.dialect])}

    def error(self, error: BaseException) -> SweepError:
        """Return what an error at the first connection means, and what to do."""
        reason = self.reason(error)
        message = f"--storage: cannot open {self.shown}: {reason}."
        advice = "Check the URL, and that the database server runs and can be reached from here."
        text = reason.lower()
        if re.search(r"database .* not exist", text):
            advice = f"Create the database on the server: `createdb {self._url.database}`."
        elif re.search(r"password|authentication|role .* not exist", text):
            advice = (
                f"Check the user in the URL, and set the environment variable {PASSWORD} to the"
                " password. One that is typed in a URL is not kept for --resume."
            )
        return SweepError.because(message, advice)

    def reason(self, error: BaseException) -> str:
        """Return the text of an error of the database in one line, without the password."""
        while error.__cause__ is not None and not hasattr(error, "orig"):
            error = error.__cause__
        error = getattr(error, "orig", None) or error
        text = next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
        return text.replace(self.password, "***") if self.password else text

    def _find_driver(self, driver: str) -> str:
        """Return the name that SQLAlchemy has for the driver to use.

        Raises:
            SweepError: if it is unknown, or a package is missing.
        """
        modules, package = _DRIVERS[self.dialect]
        if driver and driver not in modules:
            message = f"--storage: `{driver}` is not a driver for {self.dialect}."
            raise SweepError.because(message, f"Leave out `+{driver}`.")
        names = [driver] if driver else [*modules]
        found = next((name for name in names if find_spec(modules[name]) is not None), None)
        if found is not None and find_spec("optuna") is not None:
            return found
        missing = "optuna" if found is not None else f"a driver for {self.dialect}"
        if found is None and driver:
            package = driver
        command = " ".join(filter(None, ["pip install", '"hpman[sweep]"', package]))
        message = f"--storage needs {missing}, which is not installed."
        raise SweepError.because(message, f"`{command}` installs what is missing.")


def _url_error(problem: str) -> SweepError:
    return SweepError.because(f"--storage: {problem}.", f"Write {_EXAMPLES}.")
