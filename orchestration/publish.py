"""Publishes one run: digests, a marts-only file, Parquet and the report, swapped in by one symlink.

A reader sees the old version or the new one, never a mix. Copying the file costs a second a
gigabyte where `create table as` took 40 to 90 times longer.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import held
from orchestration.groups import Group
from orchestration.settings import Kind, Settings

VERSIONS_KEPT = 3
SCHEMA = "marts"
CUSTOM = "custom"  # the user's own models (transform/models/custom)
DIGESTS = "rpt_run_digests"
# Ids and clocks of the run itself: two equal runs differ in them.
VOLATILE_COLUMNS = ("run_id", "last_run_id", "load_id", "loaded_at", "finished_at")
# These say what a run did, so a repeated run has other rows; they carry no business number.
RUN_LOGS = (
    "rpt_load_audit",
    "rpt_source_freshness",
    "fct_report_deliveries",
    "rpt_report_timeliness",
    held.FRESHNESS,
    DIGESTS,
)
FICLONE = 0x40049409
_DIGESTS = (
    "(run_id varchar, mart varchar, digest varchar, row_count bigint, as_of timestamp,"
    " primary key (run_id, mart))"
)


def publish(
    settings: Settings,
    run_id: str,
    as_of: datetime,
    kind: Kind = "sandbox",
    groups: Sequence[Group] = (),
) -> Path:
    """Publish the marts as they stand and return the folder of the version.

    Groups that are held back keep the rows of the version that is served until now. May be killed
    at any moment and repeated: until the last step the old version is served.
    """
    versions = settings.published / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for leftover in versions.glob("*.partial"):
        shutil.rmtree(leftover)
    version = versions / run_id
    if not version.exists():
        partial = versions / f"{run_id}.partial"
        _write(settings, partial, run_id, as_of, kind, groups)
        partial.rename(version)
        _sync(versions)
    _swap(settings.published, version)
    _forget_old(settings.published)
    return version


def digests(marts: Path) -> dict[str, tuple[str, int]]:
    """Return digest and rows per mart: order-free, over business columns, logs of runs left out.

    A mart of the user's own goes by `custom.` and its name.
    """
    with duckdb.connect(str(marts), read_only=True) as connection:
        return digests_of(connection)


def digests_of(connection: Any) -> dict[str, tuple[str, int]]:
    """Return the digests of the marts that an open connection sees."""
    return {
        _name(schema, mart): _digest(connection, schema, mart)
        for schema, mart in _marts(connection)
        if mart not in RUN_LOGS
    }


def keep_digests(settings: Settings, copied: Path, run_id: str, as_of: datetime) -> None:
    """Add the digests of a marts file to their history in the warehouse and show it in the file."""
    found = digests(copied)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists state")
        connection.execute(f"create table if not exists state.run_digests {_DIGESTS}")
        connection.executemany(
            "insert or replace into state.run_digests values (?, ?, ?, ?, ?)",
            [[run_id, mart, digest, rows, as_of] for mart, (digest, rows) in found.items()],
        )
        kept = connection.execute("select * from state.run_digests order by all").fetchall()
        connection.commit()
        connection.execute("checkpoint")
    with duckdb.connect(str(copied)) as connection:
        connection.execute(f"create or replace table {SCHEMA}.{DIGESTS} {_DIGESTS}")
        connection.executemany(f"insert into {SCHEMA}.{DIGESTS} values (?, ?, ?, ?, ?)", kept)
        connection.execute(
            f"comment on table {SCHEMA}.{DIGESTS} is "
            "'One row per published run and mart: what its rows add up to.'"
        )
        connection.execute("checkpoint")


def _marts(connection: Any) -> list[tuple[str, str]]:
    """Return schema and name of what is published: the platform's marts, then the user's own."""
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in (?, ?)"
        " order by schema_name desc, table_name",
        [SCHEMA, CUSTOM],
    ).fetchall()


def _name(schema: str, mart: str) -> str:
    return mart if schema == SCHEMA else f"{schema}.{mart}"


def _digest(connection: Any, schema: str, mart: str) -> tuple[str, int]:
    """A sum of row hashes: any order of rows gives it, and a doubled row changes it.

    Doubles count to their last bit: the models sum decimals, which no order of rows changes.
    """
    described = connection.execute(f'describe "{schema}"."{mart}"').fetchall()
    parts = []
    for name, kind, *_ in sorted(described):
        if name in VOLATILE_COLUMNS:
            continue
        column = f'"{name}"'
        if kind in ("DOUBLE", "FLOAT"):
            # Adding zero turns -0.0 into 0.0.
            column = f"({column} + 0.0)"
        parts.append(f"coalesce(cast({column} as varchar), '~')")
    text = f"concat_ws(chr(31), {', '.join(parts)})"
    row = connection.execute(
        f"select coalesce(sum(cast(md5_number_lower({text}) as hugeint)), 0), count(*)"
        f' from "{schema}"."{mart}"'
    ).fetchone()
    total, rows = row or (0, 0)
    return f"{int(total) % 2**64:016x}", int(rows)


def _write(
    settings: Settings,
    partial: Path,
    run_id: str,
    as_of: datetime,
    kind: Kind,
    groups: Sequence[Group],
) -> None:
    from reports.build import build

    parquet = partial / "parquet"
    parquet.mkdir(parents=True)
    copied = partial / "engineroom.duckdb"
    clone(settings.marts, copied)
    with duckdb.connect(str(copied)) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        held.stamp(connection, groups, _served(settings), as_of)
        connection.execute("checkpoint")
    keep_digests(settings, copied, run_id, as_of)
    with duckdb.connect(str(copied), read_only=True) as connection:
        for schema, mart in _marts(connection):
            folder = parquet if schema == SCHEMA else parquet / schema
            folder.mkdir(exist_ok=True)
            connection.execute(
                f'copy "{schema}"."{mart}" to \'{folder / mart}.parquet\' (format parquet)'
            )
    build(copied, partial / "report", home_kind=kind, as_of=as_of, run_id=run_id)
    for path in _every(partial):
        _sync(path)


def _served(settings: Settings) -> Path | None:
    """Return the marts file that readers see now."""
    path = (settings.published / "current").resolve() / "engineroom.duckdb"
    return path if path.exists() else None


def clone(source: Path, target: Path) -> None:
    """Copy by sharing blocks where the file system can, else byte by byte."""
    with source.open("rb") as read, target.open("wb") as write:
        try:
            fcntl.ioctl(write.fileno(), FICLONE, read.fileno())
        except OSError:
            shutil.copyfileobj(read, write, 1 << 20)


def _every(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(published: Path, version: Path) -> None:
    link = published / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("versions") / version.name)
    link.replace(published / "current")
    _sync(published)


def _forget_old(published: Path) -> None:
    current = (published / "current").resolve()
    versions = sorted(
        (path for path in (published / "versions").iterdir() if path.is_dir()),
        key=lambda path: (path.resolve() == current, path.stat().st_mtime_ns),
        reverse=True,
    )
    for path in versions[VERSIONS_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
