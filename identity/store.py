"""Writes what a run decided to schema identity, and only where it differs from what stands there.

`members` is the temporary table of the records whose cluster was made anew: number, place, cluster,
record key and its three parts. Everything outside it stays as it is.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

Rows = Iterable[Sequence[Any]]
KEY = "source, object, source_record_id"


def digest(*parts: Any) -> str:
    """Return an md5 over the parts, null told apart from empty text."""
    text = "\x1f".join("~" if part is None else str(part) for part in parts)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def staged(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Rows) -> None:
    """Put rows of text into the temporary table `name`."""
    kept = list(rows)
    table = pa.table(
        {
            column: pa.array([_text(row[place]) for row in kept], pa.string())
            for place, column in enumerate(columns.split())
        }
    )
    connection.register("staged_rows", table)
    connection.execute(f"create or replace temp table {name} as select * from staged_rows")
    connection.unregister("staged_rows")


def differences(
    connection: duckdb.DuckDBPyConnection, table: str, fresh: str, scope: str = "true"
) -> None:
    """Make the rows of a table within `scope` those of the temporary table `fresh`.

    Both have the same columns in the same order, and no row twice. Rows are compared by a hash of
    64 bits: two set differences of a million rows of text took six seconds, this takes one.
    """
    columns = ", ".join(
        f'"{name}"' for name, *_ in connection.execute(f"describe {fresh}").fetchall()
    )
    # Hashes are made of the rows in scope alone: else of every row of the table.
    connection.execute(
        f"""
        create or replace temp table standing as
        select rowid as place, hash({columns}) as told from identity.{table} where {scope}
        """
    )
    connection.execute(
        f"delete from identity.{table} where rowid in (select place from standing"
        f" where told not in (select hash({columns}) from {fresh}))"
    )
    connection.execute(
        f"insert into identity.{table} select * from {fresh}"
        f" where hash({columns}) not in (select told from standing)"
    )


def keep_events(
    connection: duckdb.DuckDBPyConnection, entity: str, run_id: str, as_of: datetime
) -> dict[str, int]:
    """Append `id_events` to the ledger, one that is there already stays; return how many of each.

    An event of the same run and instant has the same id, so a repeated run makes no second one.
    """
    connection.execute(
        """
        insert into identity.ledger
        select * from (
            select
                md5(concat_ws(
                    chr(31), $entity, event, entity_id, coalesce(other_id, '~'), $instant, $run
                )) as event_id,
                $entity, event, entity_id, other_id, json_object('record', evidence), $run, $as_of
            from id_events
        )
        anti join identity.ledger using (event_id)
        """,
        {"entity": entity, "instant": as_of.isoformat(), "run": run_id, "as_of": as_of},
    )
    rows = connection.execute("select event, count(*) from id_events group by event order by event")
    return {event: int(count) for event, count in rows.fetchall()}


def keep_person_map(connection: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime) -> None:
    """Write `fresh_map` (the members' rows but their date); what did not change keeps its date.

    `mapped` is what the map says of them now, and where. Rows of records that are gone leave the
    map, and their history ends.
    """
    connection.execute(
        f"""
        create or replace temp table dated_map as
        select
            fresh_map.*, map_place,
            case when known.person_id = fresh_map.person_id then known.valid_from
                else cast(? as timestamp) end as valid_from,
            known.person_id as old_id, known.person_id is not distinct from fresh_map.person_id
                as is_same_person,
            known.match_tier is not distinct from fresh_map.match_tier
            and known.match_rule is not distinct from fresh_map.match_rule
            and known.confidence is not distinct from fresh_map.confidence as is_same_match
        from fresh_map left join mapped as known using ({KEY})
        """,
        [as_of],
    )
    connection.execute(
        f"""
        create or replace temp table moved as
        select {KEY} from dated_map where not is_same_person
        union all
        select {KEY} from gone
        """
    )
    connection.execute(
        f"""
        update identity.person_map_history as history set valid_to = ?
        from moved where history.valid_to is null and {_same_key("history", "moved")}
        """,
        [as_of],
    )
    connection.execute(
        f"""
        insert into identity.person_map_history
        select {KEY}, person_id, valid_from, null, ? from dated_map where not is_same_person
        """,
        [run_id],
    )
    connection.execute(
        f"""
        delete from identity.person_map where rowid in (
            select map_place from dated_map
            where map_place is not null and not (is_same_person and is_same_match)
            union all
            select map_place from mapped semi join gone using ({KEY})
        )
        """
    )
    connection.execute(
        f"""
        insert into identity.person_map
        select {KEY}, person_id, match_tier, match_rule, confidence, valid_from from dated_map
        where not (is_same_person and is_same_match)
        """
    )


def keep_reviews(
    connection: duckdb.DuckDBPyConnection,
    held: Iterable[tuple[str, list[str]]],
    as_of: datetime,
) -> int:
    """Put held clusters into the review queue; return how many wait there.

    One that waits already keeps its date; one of members that is held no more leaves.
    """
    rows = []
    for reason, keys in held:
        kind = "size" if reason.endswith("size limit") else reason
        rows.append((digest(kind, *sorted(keys)), reason, json.dumps(sorted(keys)), len(keys)))
    staged(connection, "held_clusters", "review_id reason record_keys records", rows)
    connection.execute(
        """
        delete from identity.review_queue
        where review_id not in (select review_id from held_clusters)
        and review_id in (
            select review_id from (
                select review_id, unnest(from_json(record_keys, '["varchar"]')) as record_key
                from identity.review_queue
            )
            where record_key in (select record_key from members)
            or record_key in (select record_key from gone)
        )
        """
    )
    connection.execute(
        """
        insert into identity.review_queue
        select review_id, reason, record_keys, cast(records as bigint), ? from held_clusters
        anti join identity.review_queue using (review_id)
        """,
        [as_of],
    )
    row = connection.execute("select count(*) from identity.review_queue").fetchone()
    return int(row[0]) if row else 0


def keep_memory(
    connection: duckdb.DuckDBPyConnection, columns: str, fingerprint: str | None, *, full: bool
) -> None:
    """Remember what this run saw, for the next to find what changed.

    Without a fingerprint, which are the rules that all was decided by, the next looks at all anew.
    """
    if full:
        connection.execute("delete from identity.matched_records")
    else:
        connection.execute(
            "delete from identity.matched_records where number in (select number from old_rows)"
        )
    connection.execute(
        f"insert into identity.matched_records select {columns} from party_records where is_fresh"
    )
    connection.execute("delete from identity.dead_keys")
    connection.execute("insert into identity.dead_keys select * from dead")
    connection.execute("delete from identity.resolved_with")
    if fingerprint:
        connection.execute("insert into identity.resolved_with values (?)", [fingerprint])


def record_key(table: str = "") -> str:
    """Return SQL of the key by which people name a record, of the columns of a table."""
    return " || '|' || ".join(f"{table}.{part}" if table else part for part in KEY.split(", "))


def _same_key(one: str, other: str) -> str:
    return " and ".join(f"{one}.{part} = {other}.{part}" for part in KEY.split(", "))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
