"""The guard of the map: too many known persons merged or split at once wait until a human agrees.

A known person is one with a record in a CRM or list before the run; browsers and forms have found
their owner when they merge, and records of a new system are nobody yet. Decisions of people are
agreed already. Of records that break a blocking rule of hygiene not one change is made unasked:
they are about to be mended. What waits stands in `identity.held_changes`, each change with the run
that first asked for it; an approval is an event of the ledger.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from identity import store
from identity.matching import IdentityError, Matching
from identity.tables import UNCOUNTED, ensure_tables


@dataclass(frozen=True)
class Held:
    """Changes that wait: the run to approve, merges and splits of so many known persons.

    `broken` names the rules that the records break, where that is why.
    """

    run_id: str
    merges: int
    splits: int
    persons: int
    limit: float
    broken: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The sentence that is shown wherever something waits."""
        share = (self.merges + self.splits) / max(self.persons, 1)
        why = f"{share:.1%}, the limit is {self.limit:.0%}"
        if self.broken:
            why = f"the records break {', '.join(self.broken)}"
        return (
            f"{self.merges} merges and {self.splits} splits of {self.persons} known persons"
            f" ({why}) wait, and the map is kept as it was;"
            f" look at them with `engineroom identity changes {self.run_id}`, then mend their"
            f" cause, or type `engineroom identity approve {self.run_id}` and run again"
        )


def hold_back(
    connection: duckdb.DuckDBPyConnection, matching: Matching, run_id: str, as_of: datetime
) -> Held | None:
    """Judge the ids that `assign` gave; where too many change, put known persons back together.

    Reads `clustering`, `won` and `members`, and rewrites the clusters of both where it holds back:
    every known person is one again, and new records join the one that most of their cluster is.
    What is decided or approved is left as it is.
    """
    connection.execute(_PROPOSED)
    asked = connection.execute("select count(*) from proposed where not is_approved").fetchone()
    changes = int(asked[0]) if asked else 0
    share, least = matching.changed_persons_share, matching.changed_persons_least
    if matching.broken:
        share, least = 0.0, 1
    persons = _known_persons(connection) if changes >= least else 0
    if not persons or changes <= share * persons:
        connection.execute("delete from identity.held_changes")
        return None
    connection.execute(_KEPT)
    for table, key in (("clustering", "member"), ("members", "record_key")):
        connection.execute(
            f"update {table} set cluster = kept.cluster from kept where {table}.{key} = kept.member"
        )
    return _keep_held(connection, matching, persons, run_id, as_of)


def _known_persons(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute(
        "select count(distinct hash(person_id)) from identity.person_map"
        f" where object not in {UNCOUNTED}"
    ).fetchone()
    return int(row[0]) if row else 0


def _keep_held(
    connection: duckdb.DuckDBPyConnection,
    matching: Matching,
    persons: int,
    run_id: str,
    as_of: datetime,
) -> Held:
    connection.execute(
        "delete from identity.held_changes where (change, person_id, other_id)"
        " not in (select (change, person_id, other_id) from proposed)"
    )
    connection.execute(
        """
        insert into identity.held_changes
        select $run, $as_of, change, person_id, other_id, false from proposed
        where (change, person_id, other_id)
            not in (select (change, person_id, other_id) from identity.held_changes)
        """,
        {"run": run_id, "as_of": as_of},
    )
    held = waiting(connection, matching, persons)
    if held is None:
        raise AssertionError("what was held back is not there")
    if held.run_id == run_id:
        told = {"merges": held.merges, "splits": held.splits, "persons": held.persons}
        _note(connection, "held", run_id, told, as_of)
    return held


def waiting(
    connection: duckdb.DuckDBPyConnection, matching: Matching, persons: int | None = None
) -> Held | None:
    """Return what waits for approval; None where nothing does."""
    row = connection.execute(
        """
        select arg_max(run_id, rowid), count(*) filter (change = 'merged'),
            count(*) filter (change = 'split')
        from identity.held_changes where not is_approved
        """
    ).fetchone()
    if row is None or row[0] is None:
        return None
    known = _known_persons(connection) if persons is None else persons
    return Held(
        str(row[0]),
        int(row[1]),
        int(row[2]),
        known,
        matching.changed_persons_share,
        matching.broken,
    )


def approve(warehouse: Path, run_id: str, by: str, at: datetime) -> int:
    """Approve what a run, and those before it, held back; return how many changes that are.

    The next run makes them. Raises IdentityError where nothing waits under this run.
    """
    ensure_tables(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        runs = connection.execute(
            "select run_id from identity.held_changes where not is_approved"
            " group by run_id order by max(rowid)"
        ).fetchall()
        if not runs:
            raise IdentityError("nothing waits for approval")
        if (run_id,) not in runs:
            named = ", ".join(each for (each,) in runs)
            raise IdentityError(f"nothing of run {run_id} waits for approval; what waits: {named}")
        done = connection.execute(
            "update identity.held_changes set is_approved = true where not is_approved and rowid <="
            " (select max(rowid) from identity.held_changes where run_id = ?)",
            [run_id],
        ).fetchone()
        changes = int(done[0]) if done else 0
        _note(connection, "approved", run_id, {"by": by, "changes": changes}, at)
        connection.commit()
        connection.execute("checkpoint")
    return changes


def _note(
    connection: duckdb.DuckDBPyConnection,
    event: str,
    run_id: str,
    evidence: Mapping[str, object],
    at: datetime,
) -> None:
    told = json.dumps(dict(evidence), sort_keys=True)
    connection.execute(
        "insert into identity.ledger values (?, 'run', ?, ?, null, ?, ?, ?)",
        [store.digest("run", event, run_id, told), event, run_id, told, run_id, at],
    )


# What the ids say of known persons. A pair has no direction here: who lives on may yet change.
_PROPOSED = f"""
create or replace temp table known_claims as
select distinct clustering.old_id, clustering.cluster
from clustering inner join members on members.record_key = clustering.member
where clustering.old_id is not null and members.object not in {UNCOUNTED};

create or replace temp table decided_clusters as
select distinct cluster from members where number in (select number from decided);

create or replace temp table proposed as
with changes as (
    select
        'merged' as change, least(losers.old_id, winners.old_id) as person_id,
        greatest(losers.old_id, winners.old_id) as other_id, losers.cluster
    from won as losers inner join won as winners using (cluster)
    where losers.place > 1 and winners.place = 1
    and losers.old_id in (select old_id from known_claims)
    and winners.old_id in (select old_id from known_claims)
    union all
    select 'split', old_id, '', unnest(list(cluster)) from known_claims
    group by old_id having count(*) > 1
)
select
    change, person_id, other_id, list(cluster) as clusters,
    (change, person_id, other_id) in (
        select (change, person_id, other_id) from identity.held_changes where is_approved
    ) as is_approved
from changes
group by change, person_id, other_id
having not bool_or(cluster in (select cluster from decided_clusters));

insert into decided_clusters
select distinct unnest(clusters) from proposed where is_approved
"""

_KEPT = """
create or replace temp table kept as
with persons as (
    select old_id, -1 - row_number() over (order by old_id) as cluster
    from (select distinct old_id from clustering where old_id is not null)
),
leaders as (
    select cluster, old_id from won_by
    qualify row_number() over (partition by cluster order by members desc, oldest) = 1
)
select
    clustering.member,
    coalesce(own.cluster, theirs.cluster, clustering.cluster) as cluster
from clustering
left join leaders using (cluster)
left join persons as own on own.old_id = clustering.old_id
left join persons as theirs on theirs.old_id = leaders.old_id
where clustering.cluster not in (select cluster from decided_clusters)
"""
