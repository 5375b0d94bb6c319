"""Dagster's event log with its files held open while a run writes to them.

Its storage opens a connection, compiles the statement anew, waits for the disk and closes again for
each of a run's 4,000 writes; whoever closes such a file last also writes its log back. The files
stay Dagster's own: the UI reads them while a run writes.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event


@contextmanager
def held_open(instance: dg.DagsterInstance) -> Generator[None]:
    """Let the instance keep one connection a file; a second time within a run changes nothing."""
    storage: Any = instance.event_log_storage
    if "_connect" in vars(storage):
        yield
        return
    files = _Files(storage)
    storage._connect = files.connect
    try:
        yield
    finally:
        del storage._connect
        files.close()


class _Files:
    """The open files of a storage, one a run and one for the index of all of them."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self._opened: dict[str, Engine] = {}

    @contextmanager
    def connect(self, shard: str) -> Generator[Connection]:
        """Yield a transaction on a file, as the storage's own method does."""
        with self._storage._db_lock:
            if shard not in self._opened:
                self._opened[shard] = self._open(shard)
            with self._opened[shard].connect() as connection, connection.begin():
                yield connection

    def _open(self, shard: str) -> Engine:
        wait = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        engine = create_engine(self._storage.conn_string_for_shard(shard), connect_args=wait)
        event.listen(engine, "connect", _hurry)
        if shard not in self._storage._initialized_dbs:
            self._storage._initdb(engine)
            self._storage._initialized_dbs.add(shard)
        return engine

    def close(self) -> None:
        """Close every file."""
        for engine in self._opened.values():
            engine.dispose()


def _hurry(connection: Any, _: Any) -> None:
    # A power cut may lose the last events, never the file; a killed process loses none.
    connection.execute("pragma synchronous = normal")
