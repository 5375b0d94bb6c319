"""The persons behind clusters: their ids, kinds, and the map from records to them."""

from datetime import datetime

import duckdb

from identity import approval, ids, store
from identity.approval import Held
from identity.matching import Matching
from identity.tables import UNCOUNTED

# Which records an id had when it was given up: the run that merged it ended their stay there.
_FORMER = f"""
    select
        {store.record_key()} as member,
        history.person_id as old_id
    from identity.person_map_history as history
    inner join identity.redirects as given_up
        on given_up.entity = 'person' and history.person_id = given_up.old_id
        and history.valid_to = given_up.as_of
"""


def keep_persons(
    connection: duckdb.DuckDBPyConnection, matching: Matching, run_id: str, as_of: datetime
) -> tuple[dict[str, int], Held | None]:
    """Give the clusters of `members` their ids and write what became of their records.

    Returns the number of ledger events by kind, and what waits for approval: then known persons
    stay as they were, and new records join them or are persons of their own.
    """
    connection.execute(
        f"""
        -- What the map says of the members and of records that are gone, read once.
        create or replace temp table mapped as
        select known.*, known.rowid as map_place from identity.person_map as known
        semi join (
            select {store.KEY} from members union all select {store.KEY} from gone
        ) using ({store.KEY});
        create or replace temp table clustering as
        select cluster, place as age_rank, record_key as member, person_id as old_id
        from members left join mapped using ({store.KEY});
        create or replace temp table lost_ids as
        select distinct person_id as old_id from mapped semi join gone using ({store.KEY})
        """
    )
    ids.assign(connection, "person", _FORMER)
    held = approval.hold_back(connection, matching, run_id, as_of)
    if held:
        ids.assign(connection, "person", _FORMER)
    counted = store.keep_events(connection, "person", run_id, as_of)
    ids.keep_redirects(connection, "person", as_of)
    _match(connection, matching)
    store.keep_person_map(connection, run_id, as_of)
    _keep_kinds(connection)
    return counted, held


def _match(connection: duckdb.DuckDBPyConnection, matching: Matching) -> None:
    """Make `fresh_map`: per member its person and the strongest used edge that touches it."""
    ranks = " ".join(f"when '{rule}' then {rank}" for rank, rule in enumerate(matching.rules))
    connection.execute(
        f"""
        create or replace temp table fresh_map as
        with sides as (
            select left_number as number, rule, tier, confidence from identity.edges where is_used
            union all
            select right_number, rule, tier, confidence from identity.edges where is_used
        ),
        best as (
            -- Confidence is at most 1, so it decides between links of one rule alone.
            select number, arg_min(
                {{'rule': rule, 'tier': tier, 'confidence': confidence}},
                case rule {ranks} else {len(matching.rules)} end - confidence / 2
            ) as edge
            from sides where number in (select number from members)
            group by number
        )
        select
            source, object, source_record_id, entity_id as person_id,
            coalesce(edge.tier, 'alone') as match_tier, coalesce(edge.rule, 'none') as match_rule,
            coalesce(edge.confidence, 1.0) as confidence
        from members
        inner join assigned using (cluster)
        left join best using (number)
        """
    )


def _keep_kinds(connection: duckdb.DuckDBPyConnection) -> None:
    """A party is what all of its records are; a person as soon as one record is one.

    One all of whose form submissions are spam is spam, whatever the CRM made of them. Browsers are
    judged only where there is nothing else.
    """
    connection.execute(
        """
        create or replace temp table fresh_persons as
        with ranked as (
            select
                cluster, object,
                list_position(['test', 'spam', 'mailbox', 'person'], record_kind) as place
            from members
        )
        select
            entity_id as person_id,
            case
                when count(*) filter (where object = 'form_submissions') > 0
                    and bool_and(place = 2) filter (where object = 'form_submissions')
                    then 'spam'
                else ['test', 'spam', 'mailbox', 'person'][
                    coalesce(max(place) filter (where object <> 'visitors'), max(place))
                ]
            end as kind
        from ranked inner join assigned using (cluster)
        group by entity_id;

        create or replace temp table concerned as
        select old_id as person_id from clustering where old_id is not null
        union select old_id from lost_ids
        union select entity_id from assigned
        """
    )
    store.differences(
        connection,
        "persons",
        "fresh_persons",
        "person_id in (select person_id from concerned)",
    )


def keep_guarded(connection: duckdb.DuckDBPyConnection) -> int:
    """Count the records whose address or number names too many people."""
    connection.execute("delete from identity.guarded_keys")
    connection.execute(
        """
        insert into identity.guarded_keys
        select 'email', 'held by too many names', count(distinct key_email), count(*)
        from everyone where key_email in (select key_hash from dead where kind = 'email')
        union all
        select 'phone', 'held by too many names', null, count(*)
        from everyone where key_phone in (select key_hash from dead where kind = 'phone')
        """
    )
    row = connection.execute("select sum(records) from identity.guarded_keys").fetchone()
    return int(row[0] or 0) if row else 0


def largest(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the size of the largest person; browsers and forms do not count."""
    # By hashes of 64 bits, in half the time of text.
    row = connection.execute(
        f"""
        select max(records) from (
            select count(*) as records from identity.person_map
            where object not in {UNCOUNTED} group by hash(person_id)
        )
        """
    ).fetchone()
    return int(row[0] or 0) if row else 0
