"""Dagster's event log with its files held open: one connection a file instead of one an event.

Dagster's own storage opens a connection, compiles the statement anew, waits for the disk and closes
again for each of a run's 4,000 writes; whoever closes such a file last also writes its log back.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

# The index of all runs, the run that is written, and what someone looks at in the UI.
FILES = 8


class EventLogStorage(SqliteEventLogStorage):
    """Dagster's event log in DAGSTER_HOME, where Dagster itself keeps it."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Return that nothing is to be configured."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Return the storage of this DAGSTER_HOME."""
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        known = self._engines.pop(shard, None)
        if known is not None and not Path(self.path_for_shard(shard)).exists():
            known.dispose()
            known = None
            self._initialized_dbs.discard(shard)
        # The one used last stands last.
        self._engines[shard] = known or self._made(shard)
        if len(self._engines) > FILES:
            oldest = next(iter(self._engines))
            self._engines.pop(oldest).dispose()
        return self._engines[shard]

    def _made(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
        )
        event.listen(engine, "connect", _hurry)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine


def _hurry(connection: Any, _: Any) -> None:
    # A power cut may lose the last events, never the file; a killed process loses none.
    connection.execute("pragma synchronous = normal")
