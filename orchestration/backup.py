"""`engineroom backup` and `engineroom restore`: the state of a home in a folder, and back.

A backup is whole or not there: it is written aside, read again against its own sums, and renamed.
A restore reads every byte before it touches the home; the warehouse takes its place last.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from orchestration import home, migrations, state
from orchestration.settings import Refused, Settings

# Not `state`: DuckDB takes a file named like a schema in it for that schema.
STATE, MANIFEST, FILES = "kept.duckdb", "manifest.json", "files"


def backup(settings: Settings, target: Path | None = None) -> list[str]:
    """Write a backup and return what to tell. Holds the house like a run.

    Raises Refused where there is nothing to keep, or the target is there already.
    """
    from orchestration.house import checkpoint, occupied, wait_for_warehouse

    if not settings.warehouse.exists():
        raise Refused(f"{settings.home} has no warehouse yet; there is nothing to back up")
    with occupied(settings, f"backup-{uuid4()}"):
        wait_for_warehouse(settings)
        checkpoint(settings)
        as_of = home.clock(settings)
        target = target or settings.home.with_name(
            f"{settings.home.name}-backup-{as_of:%Y%m%dT%H%M%S}"
        )
        if target.exists():
            raise Refused(f"{target} is there already; name another place or move it away")
        partial = target.with_name(f".{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        rows = _copied(settings.warehouse, partial / STATE)
        for name in state.FILES:
            _copy(settings.home / name, partial / FILES / name)
        manifest = {
            "kind": home.kind_of(settings),
            "schema_version": migrations.VERSION,
            "as_of": as_of.isoformat(),
            "tables": rows,
            "files": {str(path): _sum(partial / path) for path in _every(partial)},
        }
        home.write_json(partial / MANIFEST, manifest)
        _verified(partial)
        partial.rename(target)
    held = sum(rows.values())
    return [f"{held:,} rows of {len(rows)} tables and {len(manifest['files']) - 1} files: {target}"]


def restore(settings: Settings, source: Path, *, replace: bool = False) -> list[str]:
    """Put a backup into the home and return what to tell. Holds the house like a run.

    Raises Refused where the backup is not whole, is newer than this code or of the other kind, or
    where the home holds something and `replace` was not asked for.
    """
    from orchestration.house import held_alone

    manifest = _verified(source)
    version = int(manifest["schema_version"])
    if version > migrations.VERSION:
        raise Refused(
            f"{source} was written by a newer Engine Room (its state has version {version}, this "
            f"one knows {migrations.VERSION}); install that one, nothing was touched"
        )
    if settings.kind and settings.kind != manifest["kind"]:
        raise Refused(f"{source} is of a {manifest['kind']} home; unset ENGINEROOM_KIND")
    if settings.warehouse.exists() and not replace:
        raise Refused(
            f"{settings.home} holds data already; back it up, then add --replace to put "
            f"{source} in its place, or set ENGINEROOM_HOME to a new folder"
        )
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with held_alone(settings, f"restore-{uuid4()}"):
        fresh = settings.warehouse.with_suffix(".restored")
        shutil.copyfile(source / STATE, fresh)
        for name in (*state.DERIVED, *state.FILES):
            _remove(settings.home / name)
        _remove(settings.warehouse.with_name(settings.warehouse.name + ".wal"))
        for name in state.FILES:
            _copy(source / FILES / name, settings.home / name)
        fresh.replace(settings.warehouse)
        home.create(settings)
    told = f"{settings.home} holds the state as of {manifest['as_of']}"
    return [f"{told}; `engineroom run` builds the rest"]


def _copied(warehouse: Path, target: Path) -> dict[str, int]:
    """Copy the tables of state with their keys; return rows per table."""
    rows: dict[str, int] = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as held (read_only)")
        connection.execute(f"attach '{target}' as kept")
        connection.execute("use kept")
        for schema, table, sql in state.tables(connection, "held"):
            connection.execute(f'create schema if not exists kept."{schema}"')
            connection.execute(sql)
            name = f'"{schema}"."{table}"'
            connection.execute(f"insert into kept.{name} select * from held.{name}")
            rows[f"{schema}.{table}"] = _count(connection, f"kept.{name}")
            if rows[f"{schema}.{table}"] != _count(connection, f"held.{name}"):
                raise RuntimeError(f"{name} was not copied whole; the backup was given up")
        connection.execute("checkpoint kept")
    return rows


def _verified(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose every file has the sum that it states."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        stated = manifest["files"]
    except (OSError, ValueError, KeyError):
        raise Refused(f"{folder} is no backup: it has no {MANIFEST} that can be read") from None
    broken = [
        name
        for name, told in stated.items()
        if not (folder / name).is_file() or _sum(folder / name) != told
    ]
    if broken:
        raise Refused(f"{folder} is damaged ({', '.join(broken[:3])}); use another backup")
    with duckdb.connect(str(folder / STATE), read_only=True) as connection:
        for name, rows in manifest["tables"].items():
            schema, _, table = name.partition(".")
            if _count(connection, f'"{schema}"."{table}"') != rows:
                raise Refused(f"{folder} is damaged (rows of {name}); use another backup")
    return manifest


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _every(folder: Path) -> Iterator[Path]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    yield from (path.relative_to(folder) for path in files if path.name != MANIFEST)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy2(source, target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
