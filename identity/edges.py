"""Links between records by rules, as a table of record numbers: the deterministic tier."""

from collections.abc import Iterable

import duckdb

from identity import keys
from identity.matching import Matching

MERGES = "intermediate.int_identity__merges"
# Their links are few and stand in tables of their own: made whole each time, differences written.
STATED = ("force_merge", "vendor_merge")


def make_edges(connection: duckdb.DuckDBPyConnection, matching: Matching, *, full: bool) -> None:
    """Make the temporary table `fresh_edges`: links of all affected keys, by the rules that are on.

    Decisions of people and merges by vendors are all in `stated_edges`.
    """
    for table in ("fresh_edges", "stated_edges"):
        connection.execute(
            f"create or replace temp table {table} (left_number integer, right_number integer,"
            " rule varchar, key_hash ubigint, match_weight double, weights map(varchar, double),"
            " guard varchar, is_swapped boolean)"
        )
    for rule in matching.rules:
        if rule == "force_merge":
            _add(connection, "stated_edges", rule, _forced(connection, matching))
        elif rule == "vendor_merge":
            _add(connection, "stated_edges", rule, _VENDOR_MERGES)
        else:
            kind = keys.KIND_OF_RULE[rule]
            scope = (
                "party_records"
                if full
                else f"(select * from party_records where key_{kind} in"
                f" (select key_hash from affected where kind = '{kind}'))"
            )
            _add(connection, "fresh_edges", rule, _of_rule(rule, scope, matching))


def _of_rule(rule: str, records: str, matching: Matching) -> str:
    if rule == "visitor_form":
        return keys.visitor_forms(records)
    if rule == "phone_and_name":
        return keys.by_phone(records)
    if rule == "email_and_name":
        return keys.by_email(records, matching.name_similarity)
    return keys.by_key(records, keys.NAME_KEYS[rule])


def _add(connection: duckdb.DuckDBPyConnection, table: str, rule: str, sql: str) -> None:
    connection.execute(
        f"""
        insert into {table} (left_number, right_number, rule, key_hash)
        select {"" if rule in keys.NAME_KEYS else "distinct"}
            least(one, other), greatest(one, other), '{rule}', key_hash
        from ({sql}) as found (one, other, key_hash) where one <> other
        """
    )


def numbers_of(connection: duckdb.DuckDBPyConnection, wanted: Iterable[str]) -> dict[str, int]:
    """Return the numbers of those record keys that exist."""
    asked = sorted(set(wanted))
    if not asked:
        return {}
    rows = connection.execute(
        "select record_key, number from everyone where record_key in (select unnest(?))", [asked]
    ).fetchall()
    return dict(rows)


def _forced(connection: duckdb.DuckDBPyConnection, matching: Matching) -> str:
    pairs = [(o.left, o.right) for o in matching.overrides if o.action == "force_merge"]
    known = numbers_of(connection, [key for pair in pairs for key in pair])
    rows = ", ".join(f"({known[left]}, {known[right]}, null)" for left, right in pairs)
    return f"values {rows}" if rows else "select 0, 0, null"


# Losers and winners of the vendors' own merges, both known to us. Joined on the whole key: on its
# three parts the planner paired every record of an object with every other first, 20 GB at 8,000
# records.
_VENDOR_MERGES = f"""
    with merges as materialized (
        select
            source || '|' || object || '|' || loser_record_id as loser_key,
            source || '|' || winner_object || '|' || winner_record_id as winner_key
        from {MERGES} where object <> 'companies'
    ),
    named as materialized (
        select number, record_key from everyone where record_key in (
            select loser_key from merges union all select winner_key from merges
        )
    )
    select losers.number, winners.number, null
    from merges
    inner join named as losers on merges.loser_key = losers.record_key
    inner join named as winners on merges.winner_key = winners.record_key
"""
