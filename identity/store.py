"""Reads and writes schema identity: the one place of this room that changes a table."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from identity.ids import Event

Rows = Iterable[Sequence[Any]]


def digest(*parts: Any) -> str:
    """Return an md5 over the parts, null told apart from empty text."""
    text = "\x1f".join("~" if part is None else str(part) for part in parts)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def staged(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Rows
) -> list[Sequence[Any]]:
    """Put rows of text into the temporary table `name`; return them as a list."""
    kept = list(rows)
    names = columns.split()
    table = pa.table(
        {
            column: pa.array([_text(row[place]) for row in kept], pa.string())
            for place, column in enumerate(names)
        }
    )
    connection.register("staged_rows", table)
    connection.execute(f"create or replace temp table {name} as select * from staged_rows")
    connection.unregister("staged_rows")
    return kept


def replace(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Rows) -> None:
    """Make `table` of schema identity hold exactly these rows."""
    staged(connection, "replacement", columns, rows)
    connection.execute(f"delete from identity.{table}")
    names = ", ".join(columns.split())
    connection.execute(f"insert into identity.{table} ({names}) select {names} from replacement")


def previous_ids(connection: duckdb.DuckDBPyConnection, entity: str) -> dict[str, str]:
    """Return the id that each member had after the last run."""
    query = {
        "person": "select source || '|' || object || '|' || source_record_id, person_id"
        " from identity.person_map",
        "account": "select member_key, account_id from identity.account_members",
    }[entity]
    return dict(connection.execute(query).fetchall())


def ids_given_out(connection: duckdb.DuckDBPyConnection, entity: str) -> set[str]:
    """Return every id that was ever given out for persons or accounts."""
    rows = connection.execute(
        "select distinct entity_id from identity.ledger where entity = ?", [entity]
    ).fetchall()
    return {each for (each,) in rows}


def redirects(connection: duckdb.DuckDBPyConnection, entity: str) -> dict[str, str]:
    """Return old id -> new id."""
    rows = connection.execute(
        "select old_id, new_id from identity.redirects where entity = ?", [entity]
    ).fetchall()
    return dict(rows)


def keep_events(
    connection: duckdb.DuckDBPyConnection,
    entity: str,
    events: Iterable[Event],
    run_id: str,
    as_of: datetime,
) -> None:
    """Append events to the ledger; one that is there already stays as it is."""
    staged(
        connection,
        "fresh_events",
        "event_id entity event entity_id other_id evidence run_id as_of",
        [
            (
                digest(entity, each.event, each.entity_id, each.other_id, as_of.isoformat())
                if each.event != "overridden"
                else digest(entity, each.event, each.evidence),
                entity,
                each.event,
                each.entity_id,
                each.other_id,
                json.dumps({"record": each.evidence}),
                run_id,
                as_of.isoformat(),
            )
            for each in events
        ],
    )
    connection.execute(
        "insert into identity.ledger select * from fresh_events on conflict do nothing"
    )


def keep_redirects(
    connection: duckdb.DuckDBPyConnection, entity: str, closed: dict[str, str], as_of: datetime
) -> None:
    """Make the redirects of an entity these; a known one keeps its date."""
    rows = sorted(closed.items())
    staged(connection, "closed_redirects", "old_id new_id", rows)
    connection.execute(
        """
        update identity.redirects set new_id = closed_redirects.new_id
        from closed_redirects
        where redirects.old_id = closed_redirects.old_id and redirects.entity = ?
        """,
        [entity],
    )
    connection.execute(
        """
        insert into identity.redirects
        select ?, old_id, new_id, ? from closed_redirects
        where old_id not in (select old_id from identity.redirects where entity = ?)
        """,
        [entity, as_of, entity],
    )


def keep_person_map(
    connection: duckdb.DuckDBPyConnection, rows: Rows, run_id: str, as_of: datetime
) -> None:
    """Replace the map of records to persons; what did not change keeps its date."""
    columns = "source object source_record_id person_id match_tier match_rule confidence"
    staged(connection, "fresh_map", columns, rows)
    connection.execute(
        """
        create or replace temp table dated_map as
        select
            fresh_map.source, fresh_map.object, fresh_map.source_record_id, fresh_map.person_id,
            fresh_map.match_tier, fresh_map.match_rule, cast(fresh_map.confidence as double)
                as confidence,
            case when known.person_id = fresh_map.person_id then known.valid_from
                else cast(? as timestamp) end as valid_from
        from fresh_map
        left join identity.person_map as known
            using (source, object, source_record_id)
        """,
        [as_of],
    )
    connection.execute(
        """
        update identity.person_map_history as history set valid_to = ?
        where valid_to is null and not exists (
            select 1 from dated_map as fresh
            where fresh.source = history.source and fresh.object = history.object
            and fresh.source_record_id = history.source_record_id
            and fresh.person_id = history.person_id
        )
        """,
        [as_of],
    )
    connection.execute(
        """
        insert into identity.person_map_history
        select source, object, source_record_id, person_id, valid_from, null, ? from dated_map
        anti join (select * from identity.person_map_history where valid_to is null)
            using (source, object, source_record_id, person_id)
        """,
        [run_id],
    )
    connection.execute("delete from identity.person_map")
    connection.execute(
        "insert into identity.person_map select * from dated_map"
        " order by source, object, source_record_id"
    )


def keep_reviews(
    connection: duckdb.DuckDBPyConnection,
    held: Iterable[frozenset[str]],
    as_of: datetime,
) -> int:
    """Make the review queue these clusters; one that waits already keeps its date."""
    rows = []
    for cluster in held:
        keys = sorted(cluster)
        rows.append((digest("size", *keys), json.dumps(keys), len(keys)))
    staged(connection, "held_clusters", "review_id record_keys records", rows)
    connection.execute(
        """
        create or replace temp table queue as
        select
            held_clusters.review_id, 'cluster over the size limit' as reason,
            held_clusters.record_keys, cast(held_clusters.records as bigint) as records,
            coalesce(known.raised_at, cast(? as timestamp)) as raised_at
        from held_clusters
        left join identity.review_queue as known using (review_id)
        """,
        [as_of],
    )
    connection.execute("delete from identity.review_queue")
    connection.execute("insert into identity.review_queue select * from queue")
    return len(rows)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
