"""From the table of edges to arrays and back: which clusters a change reaches, and their cut."""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from identity.clusters import Cut, Limits, Links, Traits, components, cut
from identity.edges import STATED, numbers_of
from identity.keys import KIND_OF_RULE
from identity.matching import PROBABILISTIC, Matching
from identity.tables import UNCOUNTED

# What fetchnumpy gives; text columns, of which none is read here, would be categories.
Columns = dict[str, Any]


@dataclass(frozen=True)
class GraphCut:
    """Held clusters, each with the reason and its record keys."""

    held: list[tuple[str, list[str]]]


def open_graph(connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool) -> None:
    """Drop edges that a change made void and make `seeds`: records whose clusters may differ now.

    Stated edges are compared with those that are there, so that only differences are seeds.
    """
    if full:
        connection.execute("delete from identity.edges")
        connection.execute("create or replace temp table seeds as select number from party_records")
        connection.execute("insert into fresh_edges select * from stated_edges")
        return
    rules = ", ".join(f"('{rule}', '{kind}')" for rule, kind in KIND_OF_RULE.items())
    connection.execute(
        f"""
        create or replace temp table void_edges as
        with void_keys as (
            select rule, key_hash from affected
            inner join (values {rules}) as kinds (rule, kind) using (kind)
        ),
        moved as (
            select number from old_rows union select number from touched
        ),
        near as materialized (
            select rowid as edge, left_number, right_number, rule from identity.edges
            where left_number in (select number from moved)
            or right_number in (select number from moved)
        )
        select edge, left_number, right_number from near
        where rule = '{PROBABILISTIC}'
        or left_number in (select number from old_rows)
        or right_number in (select number from old_rows)
        union
        select edges.rowid, left_number, right_number
        from identity.edges semi join void_keys using (rule, key_hash)
        union
        select edges.rowid, left_number, right_number
        from identity.edges anti join stated_edges using (left_number, right_number, rule)
        where rule in {STATED}
        """
    )
    connection.execute("delete from identity.edges where rowid in (select edge from void_edges)")
    connection.execute(
        f"""
        insert into fresh_edges select stated_edges.* from stated_edges
        anti join (select * from identity.edges where rule in {STATED}) as known
            using (left_number, right_number, rule)
        """
    )
    connection.execute(
        """
        create or replace temp table seeds as
        select number from touched
        union select left_number from void_edges union select right_number from void_edges
        union select left_number from fresh_edges union select right_number from fresh_edges
        """
    )
    connection.execute("insert into seeds select number from decided")


def cut_graph(connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool) -> GraphCut:
    """Cut the clusters that hold a seed; make `members` and `edge_uses`, and write nothing."""
    connection.execute(
        "create or replace temp table numbered_edges as"
        " select *, row_number() over () - 1 as edge from fresh_edges"
    )
    inside = _reached(connection, full=full)
    place_of = _members(connection, inside)
    read = _links(connection, matching, full=full)
    links = Links(
        place_of[read["left_number"]],
        place_of[read["right_number"]],
        np.asarray(read["strength"], np.int64),
        np.asarray(read["weight"], np.float64),
        np.asarray(read["is_swapped"], bool),
    )
    keys = _Keys(connection)
    result = cut(
        links,
        _traits(connection),
        _decided(connection, matching, "never_merge", place_of),
        Limits(matching.cluster_size_limit, matching.weakest_certain, matching.ladder),
        keys.name,
        _decided(connection, matching, "release", place_of),
    )
    _tell(connection, read, result)
    return GraphCut([(reason, keys.names(group.tolist())) for reason, group in result.held])


def keep_edges(connection: duckdb.DuckDBPyConnection, matching: Matching, cut: GraphCut) -> None:
    """Write the fresh edges, and whether an edge is used where that changed."""
    tiers = " ".join(f"when '{rule}' then '{tier}'" for rule, (tier, _) in matching.rules.items())
    confidence = " ".join(
        f"when '{rule}' then {share}" for rule, (_, share) in matching.rules.items()
    )
    model = matching.probabilistic.model if matching.probabilistic else None
    connection.execute(
        f"""
        insert into identity.edges (
            left_key, right_key, left_number, right_number, entity, rule, tier, confidence,
            match_weight, model_version, is_used, guard, weights, is_swapped, key_hash
        )
        select
            least(lefts.record_key, rights.record_key),
            greatest(lefts.record_key, rights.record_key),
            left_number, right_number, 'person', rule,
            case rule {tiers} else '{PROBABILISTIC}' end,
            case rule {confidence} else 1 / (1 + pow(2, -match_weight)) end,
            match_weight, case when rule = '{PROBABILISTIC}' then $model end,
            coalesce(uses.is_used, false), guard, weights, is_swapped, key_hash
        from numbered_edges as fresh
        left join (select * from edge_uses where is_fresh) as uses on uses.edge = fresh.edge
        inner join members as lefts on fresh.left_number = lefts.number
        inner join members as rights on fresh.right_number = rights.number
        """,
        {"model": model},
    )
    connection.execute(
        "update identity.edges as edges set is_used = uses.is_used from edge_uses as uses"
        " where edges.rowid = uses.edge and not uses.is_fresh and uses.is_used <> uses.was_used"
    )


def _decided(
    connection: duckdb.DuckDBPyConnection, matching: Matching, action: str, place_of: np.ndarray
) -> list[tuple[int, int]]:
    """Return the pairs of places that people decided so about, both of them reached."""
    pairs = [(o.left, o.right) for o in matching.overrides if o.action == action]
    numbers = numbers_of(connection, [key for pair in pairs for key in pair])
    places = [(int(place_of[numbers[one]]), int(place_of[numbers[other]])) for one, other in pairs]
    return [(one, other) for one, other in places if one >= 0 and other >= 0]


def _reached(connection: duckdb.DuckDBPyConnection, *, full: bool) -> np.ndarray:
    """Return per record number whether its component, before any cut, holds a seed."""
    row = connection.execute("select coalesce(max(number), -1) + 1 from everyone").fetchone()
    count = int(row[0]) if row else 0
    if full:
        return np.ones(count, bool)
    ends: Columns = connection.execute(
        """
        select left_number, right_number from identity.edges where guard is null
        union all
        select left_number, right_number from numbered_edges where guard is null
        """
    ).fetchnumpy()
    seeds = connection.execute("select number from seeds").fetchnumpy()["number"]
    labels = components(count, ends["left_number"], ends["right_number"])
    reached = np.zeros(count, bool)
    reached[labels[seeds[seeds < count]]] = True
    return reached[labels]


def _links(connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool) -> Columns:
    """Return the links between the reached records, old and fresh, as columns."""
    ranks = " ".join(f"when '{rule}' then {rank}" for rank, rule in enumerate(matching.rules))
    columns = (
        f"left_number, right_number, case rule {ranks} else {len(matching.rules)} end as strength,"
        f" case when rule = '{PROBABILISTIC}' then match_weight else 'infinity'::double end"
        " as weight, coalesce(is_swapped, false) as is_swapped"
    )
    inside = "true" if full else "left_number in (select number from reached)"
    return connection.execute(
        f"""
        select {columns}, rowid as edge, false as is_fresh, is_used
        from identity.edges where guard is null and {inside}
        union all
        select {columns}, edge, true, false
        from numbered_edges where guard is null and {inside}
        """
    ).fetchnumpy()


def _members(connection: duckdb.DuckDBPyConnection, inside: np.ndarray) -> np.ndarray:
    """Place the reached records, oldest first; return the place of each number, -1 for others."""
    _register(connection, "reached", number=np.flatnonzero(inside))
    connection.execute(
        """
        create or replace temp table placed_members as
        select
            row_number() over (
                order by coalesce(created_at, timestamp '9999-01-01'), record_key
            ) - 1 as place,
            number, record_key, source, object, source_record_id, record_kind,
            first_letter, last_letter, mailbox, work_domain
        from everyone where number in (select number from reached)
        """
    )
    read = connection.execute("select number, place from placed_members").fetchnumpy()
    places = np.full(len(inside), -1, np.int64)
    places[read["number"]] = read["place"]
    return places


def _traits(connection: duckdb.DuckDBPyConnection) -> Traits:
    read = connection.execute(
        f"""
        select
            object not in {UNCOUNTED} as is_counted,
            coalesce(first_letter, 0) as first_letter, coalesce(last_letter, 0) as last_letter,
            coalesce(mailbox, 0) as mailbox, coalesce(work_domain, 0) as work_domain
        from placed_members order by place
        """
    ).fetchnumpy()
    return Traits(
        np.asarray(read["is_counted"], bool),
        np.asarray(read["first_letter"], np.int64),
        np.asarray(read["last_letter"], np.int64),
        read["mailbox"].astype(np.uint64).view(np.int64),
        read["work_domain"].astype(np.uint64).view(np.int64),
    )


def _tell(connection: duckdb.DuckDBPyConnection, read: Columns, cut: Cut) -> None:
    _register(connection, "labels", place=np.arange(len(cut.labels)), cluster=cut.labels)
    connection.execute(
        "create or replace temp table members as"
        " select placed_members.*, cluster from placed_members inner join labels using (place)"
    )
    _register(
        connection,
        "edge_uses",
        edge=read["edge"],
        is_fresh=np.asarray(read["is_fresh"], bool),
        was_used=np.asarray(read["is_used"], bool),
        is_used=cut.is_used,
    )


def _register(connection: duckdb.DuckDBPyConnection, table: str, **columns: np.ndarray) -> None:
    connection.register("told_columns", pa.table({n: pa.array(c) for n, c in columns.items()}))
    connection.execute(f"create or replace temp table {table} as select * from told_columns")
    connection.unregister("told_columns")


class _Keys:
    """Record keys of places, read where one is asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def names(self, places: list[int]) -> list[str]:
        rows = self._connection.execute(
            "select record_key from placed_members where place in (select unnest(?))"
            " order by record_key",
            [places],
        ).fetchall()
        return [key for (key,) in rows]

    def name(self, place: int) -> str:
        return self.names([place])[0]
