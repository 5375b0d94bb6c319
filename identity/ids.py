"""Stable ids, in SQL: which old id a new cluster keeps, and what became of the others.

About a second for a million records. Works on temporary tables: `clustering` in, one row a member
(cluster, age_rank with 0 the oldest, member as text, old_id or null); `lost_ids` in, the old ids of
members that are gone; `assigned` (cluster, entity_id), `id_events` (event, entity_id, other_id,
evidence), `fresh_redirects` (old_id, new_id) and `homes` out (old_id, cluster, place: where most of
the members of an id that was given up are now, where its heir was taken apart).
"""

import hashlib

import duckdb


def new_id(entity: str, anchor: str, attempt: int = 0) -> str:
    """Return an id hashed from the anchor record, so that a run from scratch repeats it."""
    text = f"{entity}|{anchor}" + (f"|{attempt}" if attempt else "")
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def assign(connection: duckdb.DuckDBPyConnection, entity: str, former: str | None = None) -> None:
    """Make the ids of all clusters of `clustering`.

    An old id goes to the cluster that holds most of its members (tie: its oldest member); a cluster
    keeps, of the ids it won, the one with most members (tie: oldest). A cluster that won none gets
    back the id that its members gave up when they were merged, by the same rule; `former` is the
    SQL of (member, old_id) as they were then. Else it gets a new one, never one that was given out.
    """
    connection.execute(_WON)
    connection.execute(_NEW, {"entity": entity})
    _avoid_taken(connection, entity)
    connection.execute(_NO_HOMES)
    scattered = "select old_id from won_by group by old_id having count(*) > 1"
    if former and connection.execute(f"{scattered} limit 1").fetchone():
        connection.execute(_HOMES.format(former=former, scattered=scattered), {"entity": entity})
        connection.execute(
            "update new_ids set entity_id = homes.old_id from homes"
            " where new_ids.cluster = homes.cluster and homes.place = 1"
        )
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

    An id that came back leads nowhere; one whose members moved follows the most of them. The new
    ids of a round live, so only the known redirects can end in one given up now.
    """
    connection.execute(
        "delete from identity.redirects where entity = ?"
        " and old_id in (select old_id from homes semi join new_ids on entity_id = old_id)",
        [entity],
    )
    connection.execute(
        """
        update identity.redirects as known set new_id = heirs.entity_id
        from (select old_id, entity_id from homes inner join assigned using (cluster)) as heirs
        where known.entity = ? and known.old_id = heirs.old_id and known.new_id <> heirs.entity_id
        """,
        [entity],
    )
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
create or replace temp table won_by as
select
    old_id, cluster, count(*) as members, min(age_rank) as oldest,
    arg_min(member, age_rank) as evidence
from clustering where old_id is not null
group by old_id, cluster;

create or replace temp table won as
with winners as (
    select * from won_by
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

_NO_HOMES = "create or replace temp table homes (old_id varchar, cluster bigint, place bigint)"

# An id that was given up leads to where most of what it had is: only an heir in more than one
# cluster can have lost that.
_HOMES = """
insert into homes
with held as (
    select former.old_id, cluster, count(distinct member) as members, min(age_rank) as oldest
    from ({former}) as former
    inner join identity.redirects as given_up
        on given_up.entity = $entity and given_up.old_id = former.old_id
        and given_up.new_id in ({scattered})
    inner join clustering using (member)
    group by former.old_id, cluster
),
winners as (
    select * from held
    qualify row_number() over (partition by old_id order by members desc, oldest) = 1
)
select
    old_id, cluster,
    row_number() over (partition by cluster order by members desc, oldest, old_id) as place
from winners
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
-- Members that went to another id while their own lives on, or went elsewhere than it did.
select 'absorbed', assigned.entity_id, won_by.old_id, won_by.evidence
from won_by inner join assigned using (cluster)
where won_by.old_id <> assigned.entity_id
and (won_by.old_id, cluster) not in (select (old_id, cluster) from fresh_redirects)
and (won_by.old_id, cluster) not in (
    select (origin, cluster) from new_ids where origin is not null
)
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
