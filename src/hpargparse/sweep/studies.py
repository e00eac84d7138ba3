"""Where Optuna keeps the study of a sweep: in a journal beside it, or in a database.

Owns how a storage is opened again after it was damaged, deleted or away. Must not know trials.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .journal import Journal

if TYPE_CHECKING:  # it is slow to load
    from ..claims.database import Database

T = TypeVar("T")

JOURNAL = "journal.log"


class JournalStudies:
    """Studies in a file."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, JOURNAL)
        self._journal: Journal | None = None
        self._storage: Any = None

    def open(self) -> Any:
        """Return a storage with all that is in the file now. If it is not a journal, begin another.

        Raises:
            OSError: if the file cannot be used.
        """
        import optuna

        for is_again in (False, True):
            try:
                if self._journal is None or not self._journal.is_current():
                    if self._journal is not None:
                        self._journal.close()
                    self._journal = Journal(self._path)
                    self._storage = optuna.storages.JournalStorage(self._journal)
                self._storage.get_all_studies()
                break
            except OSError:
                raise
            except Exception:
                # Optuna expects that a line of JSON is one of its logs.
                if is_again:
                    raise
                os.unlink(self._path)
        return self._storage

    def persist(self, action: Callable[[], T]) -> T:
        """Call a function."""
        return action()

    def flush(self) -> None:
        """Wait until the disk has what was written."""
        if self._journal is not None:
            self._journal.flush()


class SharedStudies:
    """Studies in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> Any:
        """Return a storage. The tables are created if they are missing."""
        return self._database.studies()

    def persist(self, action: Callable[[], T]) -> T:
        """Call a function, again and again while the database is away.

        Raises:
            SweepError: if it is away for too long.
        """
        return self._database.persist(action)

    def flush(self) -> None:
        """Do nothing: a database keeps what it has confirmed."""


def study_id(storage: Any, name: str) -> int | None:
    """Return the number of a study; None if there is none."""
    try:
        return int(storage.get_study_id_from_name(name))
    except KeyError:
        return None
