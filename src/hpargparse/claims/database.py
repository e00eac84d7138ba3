"""The database of a sweep: claims by time, and the records of runs.

Owns the tables, and that a database which is away for a while ends nothing. All times are those
of its clock. Must not know what a record contains.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from threading import Event
from typing import Any, TypeVar

from ..errors import SweepError
from .storage_url import StorageUrl

T = TypeVar("T")

_LIMIT = 600.0  # seconds that it may be away
_PAUSE = 0.5  # seconds between two attempts
_NAME, _RUN, _TOKEN = 64, 128, 32  # characters
_NOW = {
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
}


class Database:
    """The database of a sweep. `token` makes the claims of this process differ from others."""

    def __init__(
        self,
        url: StorageUrl,
        sweep: str,
        *,
        token: str,
        seconds_until_free: float,
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        import sqlalchemy

        self.url: StorageUrl = url  # where it is
        # The seconds after which a claim that is not renewed is free.
        self.seconds_until_free: float = seconds_until_free
        # How often a claim of this process was taken over from one that had vanished.
        self.lost: dict[str, int] = {}
        self._sweep = sweep
        self._token = token
        self._say = say
        self._was_away = -seconds_until_free
        self._gives_up = Event()
        self._sql = sqlalchemy
        self._engine = sqlalchemy.create_engine(url.text, **url.engine_arguments)
        self._now: Any = sqlalchemy.literal_column(_NOW[url.dialect], sqlalchemy.Double)
        self._tables = _tables()
        self._studies: Any = None

    def open(self, description: str) -> str:
        """Create what is missing, and return the description that the database has.

        Raises:
            SweepError: if the database cannot be opened.
        """
        sweeps = self._tables["hpman_sweeps"]
        query = self._sql.select(sweeps.c.description).where(sweeps.c.name == self._sweep)
        row = {"name": self._sweep, "description": description}
        for attempt in range(3):
            try:
                sweeps.metadata.create_all(self._engine)
                with self._engine.begin() as connection:
                    found = connection.execute(query).scalar()
                    if found is None:
                        connection.execute(sweeps.insert().values(row))
            except self._sql.exc.SQLAlchemyError as error:
                # Another process may create the same at the same time.
                if attempt == 2 or isinstance(error, self._sql.exc.OperationalError):
                    raise self.url.error(error) from None
                time.sleep(_PAUSE)
            else:
                return str(found or description)
        raise AssertionError

    def take(self, name: str) -> bool:
        """Take a claim, unless another process has it."""
        claims = self._tables["hpman_claims"]
        is_this = self._sql.and_(claims.c.sweep == self._sweep, claims.c.name == name)
        is_free = claims.c.token == ""
        # If the database was away, others could not renew their claims.
        has_news = time.monotonic() >= self._was_away + self.seconds_until_free
        seconds = self.seconds_until_free if has_news else float(1 << 40)
        is_late = claims.c.renewed < self._now - seconds
        take = (
            self._sql.update(claims)
            .where(is_this, self._sql.or_(is_free, is_late))
            .values(
                lost=claims.c.lost + self._sql.case((is_free, 0), else_=1),
                token=self._token,
                renewed=self._now,
            )
        )
        row = {"sweep": self._sweep, "name": name, "token": self._token, "lost": 0}

        def run(connection: Any) -> bool:
            is_taken = connection.execute(take).rowcount == 1
            lost = connection.execute(self._sql.select(claims.c.lost).where(is_this)).scalar()
            if lost is None:
                connection.execute(claims.insert().values(**row, renewed=self._now))
            self.lost[name] = lost or 0
            return is_taken or lost is None

        try:
            return self._run(run)
        except self._sql.exc.IntegrityError:
            return False

    def busy(self) -> set[str]:
        """Return the names that somebody has a claim on."""
        claims = self._tables["hpman_claims"]
        query = self._sql.select(claims.c.name).where(
            claims.c.sweep == self._sweep,
            claims.c.token != "",
            claims.c.renewed >= self._now - self.seconds_until_free,
        )
        return set(self._run(lambda connection: connection.execute(query).scalars().all()))

    def renew(self, names: Mapping[int, str]) -> None:
        """Renew those of some claims that are still of this process."""
        self._update([*names.values()], renewed=self._now)

    def free(self, name: str) -> None:
        """Give a claim back, if it is still of this process."""
        self._update([name], token="")

    def runs_after(self, number: int) -> list[tuple[int, str, bool]]:
        """Return the runs of the sweep from a number on: number, id, and whether it was removed."""
        runs = self._tables["hpman_runs"]
        query = (
            self._sql.select(runs.c.number, runs.c.run, runs.c.record == b"")
            .where(runs.c.sweep == self._sweep, runs.c.number > number)
            .order_by(runs.c.number)
        )
        rows = self._run(lambda connection: connection.execute(query).all())
        return [(int(number), str(run), bool(is_removed)) for number, run, is_removed in rows]

    def read_run(self, number: int) -> bytes:
        """Return the record of a run; empty if it was removed meanwhile."""
        runs = self._tables["hpman_runs"]
        query = self._sql.select(runs.c.record).where(runs.c.number == number)
        return bytes(self._run(lambda connection: connection.execute(query).scalar()) or b"")

    def add_run(self, run: str, record: bytes) -> None:
        """Add the record of a run, unless it is there."""
        runs = self._tables["hpman_runs"]
        query = self._sql.select(runs.c.number).where(
            runs.c.sweep == self._sweep, runs.c.run == run
        )
        row = {"sweep": self._sweep, "run": run, "record": record}

        def add(connection: Any) -> None:
            if connection.execute(query).first() is None:
                connection.execute(runs.insert().values(row))

        with suppress(self._sql.exc.IntegrityError):  # another process has just added it
            self._run(add)

    def remove_run(self, run: str) -> None:
        """Replace the record of a run by a note that it was removed."""
        runs = self._tables["hpman_runs"]
        delete = self._sql.delete(runs).where(runs.c.sweep == self._sweep, runs.c.run == run)
        row = {"sweep": self._sweep, "run": run, "record": b""}

        def remove(connection: Any) -> None:
            if connection.execute(delete).rowcount:
                connection.execute(runs.insert().values(row))

        self._run(remove)

    def studies(self) -> Any:
        """Return the storage of Optuna in this database."""
        if self._studies is None:
            from optuna.storages import RDBStorage

            self._studies = RDBStorage(self.url.text, self.url.engine_arguments)
        return self._studies

    def persist(self, action: Callable[[], T]) -> T:
        """Call a function, again and again while the database is away.

        Raises:
            SweepError: if it is away for too long.
        """
        end = 0.0
        while True:
            try:
                result = action()
            except Exception as error:
                if not _is_away(error):
                    raise
                now = time.monotonic()
                reason = f"database does not answer: {self.url.reason(error)}"
                if not end:
                    end = now + _LIMIT
                    self._say(f"the {reason}; trying again for {_LIMIT / 60:g} minutes")
                if now >= end or self._gives_up.wait(_PAUSE):
                    advice = "Runs that have ended are kept. The same command goes on."
                    raise SweepError.because(f"The {reason}.", advice) from None
            else:
                if end:
                    self._say("the database answers again")
                    self._was_away = time.monotonic()
                return result

    def give_up(self) -> None:
        """Do not wait any more for a database that is away."""
        self._gives_up.set()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
        if self._studies is not None:
            self._studies.engine.dispose()

    def _update(self, names: Collection[str], **changes: Any) -> None:
        claims = self._tables["hpman_claims"]
        update = (
            self._sql.update(claims)
            .where(
                claims.c.sweep == self._sweep,
                claims.c.name.in_(names),
                claims.c.token == self._token,
            )
            .values(changes)
        )
        if names:
            self._run(lambda connection: connection.execute(update))

    def _run(self, action: Callable[[Any], T]) -> T:
        """Call a function with a connection, in a transaction."""

        def run() -> T:
            with self._engine.begin() as connection:
                return action(connection)

        return self.persist(run)


def _tables() -> Mapping[str, Any]:
    import sqlalchemy as sql

    data = sql.MetaData()
    sql.Table(
        "hpman_sweeps",
        data,
        sql.Column("name", sql.String(_NAME), primary_key=True),
        sql.Column("description", sql.Text, nullable=False),
    )
    sql.Table(
        "hpman_claims",
        data,
        sql.Column("sweep", sql.String(_NAME), primary_key=True),
        sql.Column("name", sql.String(_NAME), primary_key=True),
        sql.Column("token", sql.String(_TOKEN), nullable=False),
        sql.Column("renewed", sql.Double, nullable=False),
        sql.Column("lost", sql.Integer, nullable=False),
    )
    sql.Table(
        "hpman_runs",
        data,
        sql.Column("number", sql.Integer, primary_key=True),
        sql.Column("sweep", sql.String(_NAME), nullable=False),
        sql.Column("run", sql.String(_RUN), nullable=False),
        sql.Column("record", sql.LargeBinary, nullable=False),
        sql.UniqueConstraint("sweep", "run"),
        sqlite_autoincrement=True,  # no number comes again
    )
    tables: Mapping[str, Any] = data.tables
    return tables


def _is_away(error: BaseException) -> bool:
    """Return whether an error means that the database does not answer now."""
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

    return any(
        isinstance(cause, (InterfaceError, OperationalError))
        or (isinstance(cause, DBAPIError) and cause.connection_invalidated)
        for cause in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
