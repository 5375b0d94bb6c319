"""`python reader.py poll|pool FILE`: reads the published marts over and over until stdin closes.

Prints `ready` after the first read and, at the end, one JSON line: reads, the runs that were seen,
and what was wrong. A read is whole when the digests that it recomputes are those that the version
itself names for one run.
"""

import json
import select
import sys
from contextlib import contextmanager

import duckdb
import sqlalchemy

from orchestration import publish


class Driver:
    """Lets SQL of DuckDB's own connection run through SQLAlchemy."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, statement, values=()):
        return self.connection.exec_driver_sql(statement, tuple(values))


@contextmanager
def polled(file):
    with duckdb.connect(file, read_only=True) as connection:
        yield connection


def pooled(file):
    engine = sqlalchemy.create_engine(
        f"duckdb:///{file}", connect_args={"read_only": True}, pool_size=2
    )

    @contextmanager
    def borrowed():
        with engine.connect() as connection:
            yield Driver(connection)

    return engine, borrowed


def seen(connection):
    """Return the run whose version this is, or what is wrong with it."""
    rows = connection.execute(
        "select run_id, mart, digest, row_count from marts.rpt_run_digests"
        " where as_of = (select max(as_of) from marts.rpt_run_digests)"
    ).fetchall()
    told = {mart: (digest, count) for _, mart, digest, count in rows}
    runs = {run for run, *_ in rows}
    found = publish.digests_of(connection)
    if len(runs) != 1 or told != found:
        return "", f"a mix of {sorted(runs)}: {sorted(set(told.items()) ^ set(found.items()))[:4]}"
    return runs.pop(), ""


def main(kind, file):
    engine, connect = pooled(file) if kind == "pool" else (None, lambda: polled(file))
    reads, runs, wrong = 0, [], []

    def read():
        with connect() as connection:
            run, problem = seen(connection)
        runs.extend([run] if run and run not in runs else [])
        wrong.extend([problem] if problem else [])

    while not select.select([sys.stdin], [], [], 0)[0]:
        try:
            read()
        except Exception as error:  # a reader that met any error is what the test looks for
            wrong.append(f"{type(error).__name__}: {error}")
        reads += 1
        if reads == 1:
            print("ready", flush=True)
    if engine:
        engine.dispose()
    read()
    print(json.dumps({"reads": reads, "runs": runs, "wrong": wrong[:5]}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
