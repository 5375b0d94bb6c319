"""Keeps no address in identity's own history of a record that was erased.

A tool without ids names its records by address. Records are never dropped, only erased, so an
address that no record has any more is one that must go. What went before the last run has gone from
the history too, so that only a full run looks at all of it.
"""

import duckdb

from identity.store import record_key


def forget_addresses(connection: duckdb.DuckDBPyConnection, *, full: bool) -> int:
    """Put a random word in the place of erased addresses; return how many there were."""
    is_gone = (
        "not in (select record_key from everyone)" if full else "in (select record_key from gone)"
    )
    connection.execute(
        f"""
        create or replace temp table erased_keys as
        select record_key, source, object, source_record_id, 'erased-' || uuid() as word
        from (
            select distinct
                {record_key()} as record_key,
                source, object, source_record_id
            from identity.person_map_history where source_record_id like '%@%'
        )
        where record_key {is_gone}
        """
    )
    connection.execute(
        """
        update identity.person_map_history as history set source_record_id = word
        from erased_keys as gone
        where history.source = gone.source and history.object = gone.object
            and history.source_record_id = gone.source_record_id
        """
    )
    found = connection.execute("select record_key, word from erased_keys").fetchall()
    for key, word in found:
        connection.execute(
            "update identity.ledger set evidence = replace(evidence, ?, ?)"
            " where contains(evidence, ?)",
            [key, word, key],
        )
    return len(found)
