"""Stable ids, in SQL: which old id a new cluster keeps, and what became of the others.

About a second for a million records. Works on temporary tables: `clustering` in, one row a member
(cluster, age_rank with 0 the oldest, member as text, old_id or null); `lost_ids` in, the old ids of
members that are gone; `assigned` (cluster, entity_id), `id_events` (event, entity_id, other_id,
evidence) and `fresh_redirects` (old_id, new_id) out.
"""

import hashlib

import duckdb


def new_id(entity: str, anchor: str, attempt: int = 0) -> str:
    """Return an id hashed from the anchor record, so that a run from scratch repeats it."""
    text = f"{entity}|{anchor}" + (f"|{attempt}" if attempt else "")
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def assign(connection: duckdb.DuckDBPyConnection, entity: str) -> None:
    """Make the ids of all clusters of `clustering`.

    An old id goes to the cluster that holds most of its members (tie: its oldest member); a cluster
    keeps, of the ids it won, the one with most members (tie: oldest). A cluster that won none gets
    a new one; an id that was ever given out is never given out again.
    """
    connection.execute(_WON)
    connection.execute(_NEW, {"entity": entity})
    _avoid_taken(connection, entity)
    connection.execute(
        """
        create or replace temp table assigned as
        select cluster, old_id as entity_id from won where place = 1
        union all
        select cluster, entity_id from new_ids
        """
    )
    connection.execute(_EVENTS)


def keep_redirects(connection: duckdb.DuckDBPyConnection, entity: str, as_of: object) -> None:
    """Add `fresh_redirects` to the redirects, every chain followed to its end.

    The new ids of a round live, so only the known redirects can end in one given up now.
    """
    connection.execute(
        """
        update identity.redirects as known set new_id = fresh.new_id
        from fresh_redirects as fresh
        where known.entity = ? and known.new_id = fresh.old_id
        """,
        [entity],
    )
    connection.execute(
        "insert into identity.redirects select ?, old_id, new_id, ? from fresh_redirects",
        [entity, as_of],
    )


def _avoid_taken(connection: duckdb.DuckDBPyConnection, entity: str) -> None:
    """Give another hash to new ids that were given out before: somebody left and came back."""
    taken = connection.execute(
        """
        select anchor, entity_id from new_ids where entity_id in (
            select entity_id from identity.ledger where entity = $1
        ) order by anchor
        """,
        [entity],
    ).fetchall()
    for anchor, _ in taken:
        attempt, found = 0, True
        while found:
            attempt += 1
            candidate = new_id(entity, anchor, attempt)
            found = bool(
                connection.execute(
                    "select 1 from identity.ledger where entity = $1 and entity_id = $2"
                    " union all select 1 from new_ids where entity_id = $2",
                    [entity, candidate],
                ).fetchall()
            )
        connection.execute("update new_ids set entity_id = ? where anchor = ?", [candidate, anchor])


_WON = """
create or replace temp table won as
with claims as (
    select old_id, cluster, count(*) as members, min(age_rank) as oldest
    from clustering where old_id is not null
    group by old_id, cluster
),
winners as (
    select * from claims
    qualify row_number() over (partition by old_id order by members desc, oldest) = 1
)
select
    old_id, cluster,
    row_number() over (partition by cluster order by members desc, oldest, old_id) as place
from winners
"""

_NEW = """
create or replace temp table new_ids as
with anchors as (
    select
        cluster, arg_min(member, age_rank) as anchor,
        arg_min(old_id, age_rank) filter (where old_id is not null) as origin
    from clustering
    anti join won using (cluster)
    group by cluster
)
select cluster, anchor, origin, md5($entity || '|' || anchor) as entity_id from anchors
"""

_EVENTS = """
create or replace temp table fresh_redirects as
select losers.old_id, winners.old_id as new_id, losers.cluster
from won as losers inner join won as winners using (cluster)
where losers.place > 1 and winners.place = 1;

create or replace temp table id_events as
select
    case when origin is null then 'created' else 'split' end as event,
    entity_id, origin as other_id, anchor as evidence
from new_ids
union all
select 'merged', fresh_redirects.old_id, fresh_redirects.new_id, anchors.anchor
from fresh_redirects
inner join (
    select cluster, arg_min(member, age_rank) as anchor from clustering
    where cluster in (select cluster from fresh_redirects) group by cluster
) as anchors using (cluster)
union all
select 'retired', old_id, null, '' from (
    select old_id from clustering where old_id is not null
    union
    select old_id from lost_ids
)
where old_id not in (select entity_id from assigned)
and old_id not in (select old_id from fresh_redirects);

alter table fresh_redirects drop column cluster
"""
