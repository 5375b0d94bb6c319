"""Dagster's event log, held open through a run.

Dagster opens and closes its two SQLite files for each of a run's 2,300 events. Whoever closes such
a file last writes its log back and removes it: 2 of every 3 ms that an event took.
"""

import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME


@contextmanager
def held_open(instance: dg.DagsterInstance, run_id: str) -> Generator[None]:
    """Hold the files of the run's events and of all assets' events open; makes missing ones."""
    storage: Any = instance.event_log_storage
    with ExitStack() as stack:
        for shard in (run_id, INDEX_SHARD_NAME):
            with storage.run_connection(shard):
                pass
            connection = sqlite3.connect(storage.path_for_shard(shard))
            stack.enter_context(closing(connection))
            # A connection takes part in the log from its first reading on.
            connection.execute("select count(*) from sqlite_master").fetchone()
        yield
