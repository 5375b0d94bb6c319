"""What changed since the last run, and the records that a change can reach. All of it in SQL.

Makes temporary tables and writes nothing: `seen` (every record by hashes, read once for persons and
accounts), `party_records` (records to look at, with all that matching needs), `old_rows` (what the
last run knew of records that changed or went), `affected` (their keys, old and new), `gone`
(records that are no more), `dead` (key values that link nobody), `touched` (records whose links are
made anew). A full run is the same with nothing known.
"""

from collections.abc import Sequence

import duckdb

from identity.derived import RECORDS, derived
from identity.keys import KIND_OF_RULE
from identity.matching import Matching
from identity.store import record_key
from identity.tables import BLOCKS, KEYS

MEMORY = (
    "number, record_key, source, object, source_record_id, record_kind, created_at, content,"
    " stated_name, first_letter, last_letter, mailbox, work_domain, "
    + ", ".join([f"key_{kind}" for kind in KEYS] + list(BLOCKS))
)


def find_changes(connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool) -> None:
    """Make the temporary tables; with `full` nothing is known and everything has changed."""
    connection.execute(
        "create or replace temp view known as"
        " select *, rowid as place from identity.matched_records" + (" where false" if full else "")
    )
    _party_records(connection)
    connection.execute(
        f"""
        create or replace temp view everyone as
        select {MEMORY} from known anti join old_rows using (number)
        union all
        select {MEMORY} from party_records where is_fresh
        """
    )
    mapped = "identity.person_map" if full else "old_rows"
    connection.execute(
        f"""
        create or replace temp table gone as
        select source, object, source_record_id,
            {record_key()} as record_key
        from {mapped} anti join everyone using (source, object, source_record_id)
        """
    )
    # The key of a rule that is off links nobody: by postal codes alone, 300,000 of a million
    # records were neighbours of a change of 1 %.
    kinds = [KIND_OF_RULE[rule] for rule in matching.rules if rule in KIND_OF_RULE]
    _affected(connection, kinds, full=full)
    _dead(connection, matching, full=full)
    _touched(connection, full=full)
    if not full:
        _add_neighbours(connection, kinds)
    for kind in ("email", "phone"):
        connection.execute(
            f"update party_records set {kind}_key = null where key_{kind} in"
            f" (select key_hash from dead where kind = '{kind}')"
        )


def _party_records(connection: duckdb.DuckDBPyConnection) -> None:
    # Both sides by hashes of 64 bits: text joined to text took three times as long. Rows are then
    # read by their places: what changed stands together at a table's end, so .03 s for one in a
    # hundred of a million records where a join of their keys took .14.
    connection.execute(
        f"""
        create or replace temp table seen as
        select
            rowid as place, hash(record_key) as key, hash(row_hash) as content,
            object <> 'companies' as is_party, record_kind not in ('test', 'spam') as is_placed
        from {RECORDS};

        create or replace temp table differing as
        select seen.place, seen.content, known.place as known_place
        from (select * from seen where is_party) as seen
        full join (select place, hash(record_key) as key, content from known) as known
            using (key, content)
        where known.place is null or seen.place is null;

        create or replace temp table old_rows as
        select * from known where place in (
            select known_place from differing where known_place is not null
        );

        create or replace temp table fresh_keys as
        select records.record_key, fresh.place, fresh.content, old_rows.number
        from {RECORDS} as records
        inner join (select * from differing where known_place is null) as fresh
            on records.rowid = fresh.place
        left join old_rows on records.record_key = old_rows.record_key
        """
    )
    connection.execute(
        """
        create or replace temp table numbered as
        with highest as (select coalesce(max(number), -1) as number from known)
        select fresh_keys.place, content,
            coalesce(
                fresh_keys.number,
                highest.number + row_number() over (
                    order by fresh_keys.number is not null, fresh_keys.record_key
                )
            ) as number
        from fresh_keys cross join highest
        """
    )
    connection.execute(
        f"create or replace temp table party_records as {derived('numbered', is_fresh=True)}"
    )


def _affected(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str], *, full: bool) -> None:
    """Keys of changed records as they were and as they are; of no interest where all are."""
    counted = {"email", "phone", *kinds}
    columns = {kind: f"key_{kind}" for kind in KEYS if kind in counted}
    columns |= {block: block for block in BLOCKS}
    connection.execute("create or replace temp table affected (kind varchar, key_hash ubigint)")
    for kind, column in () if full else columns.items():
        connection.execute(
            f"""
            insert into affected
            select '{kind}', {column} from (
                select {column} from party_records union select {column} from old_rows
            ) where {column} is not null
            """
        )


def _dead(connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool) -> None:
    """Values that name too many people, and blocks that too many records stand in."""
    connection.execute(
        "create or replace temp table dead as select * from identity.dead_keys"
        + (" where false" if full else " anti join affected using (kind, key_hash)")
    )
    rules = {
        kind: (f"key_{kind}", "count(distinct stated_name)", matching.names_per_key_limit)
        for kind in ("email", "phone")
    }
    if matching.probabilistic:
        for block in BLOCKS:
            scored = matching.probabilistic
            limit = scored.full_name_limit if block == "block_8" else scored.block_limit
            rules[block] = (block, "count(*)", limit + 1)
    for kind, (column, counted, least) in rules.items():
        scope = "" if full else f"{column} in (select key_hash from affected where kind = '{kind}')"
        connection.execute(
            f"""
            insert into dead select '{kind}', {column} from everyone
            where {scope or f"{column} is not null"}
            group by {column} having {counted} >= {least}
            """
        )


def _touched(connection: duckdb.DuckDBPyConnection, *, full: bool) -> None:
    """Changed records, and those one of whose keys came to life or died."""
    connection.execute("create or replace temp table touched as select number from party_records")
    if full:
        return
    connection.execute(
        """
        create or replace temp table flipped as
        (select * from dead except select * from identity.dead_keys)
        union all
        (select * from identity.dead_keys except select * from dead)
        """
    )
    kinds = connection.execute("select distinct kind from flipped order by kind").fetchall()
    for (kind,) in kinds:
        column = kind if kind in BLOCKS else f"key_{kind}"
        connection.execute(
            f"""
            insert into touched select number from everyone
            where {column} in (select key_hash from flipped where kind = '{kind}')
            except select number from touched
            """
        )


def _add_neighbours(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> None:
    """Put into `party_records` whoever shares a key with a change or a block with a touched."""
    connection.execute(
        f"create or replace temp table touched_rows as select {', '.join(BLOCKS)}"
        " from everyone where number in (select number from touched)"
    )
    # What changed is there already, so only what was known is looked at.
    sharing = [
        f"select number from known"
        f" where key_{kind} in (select key_hash from affected where kind = '{kind}')"
        for kind in kinds
    ] + [
        f"select number from known where {block} in (select {block} from touched_rows"
        f" where {block} not in (select key_hash from dead where kind = '{block}'))"
        for block in BLOCKS
    ]
    connection.execute(
        "create or replace temp table needed as select number from touched union all "
        + " union all ".join(sharing)
    )
    connection.execute(
        """
        create or replace temp table neighbours as
        select seen.place, everyone.content, number
        from everyone inner join seen on hash(record_key) = seen.key
        where number in (select number from needed)
        and number not in (select number from party_records)
        """
    )
    connection.execute(f"insert into party_records {derived('neighbours', is_fresh=False)}")
