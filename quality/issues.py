"""Follows issues over time: when a record first broke a rule, last did, and no longer does.

An issue is one rule broken by one record from `first_seen_at` until `resolved_at`; broken again
later it is a new issue, so that no time in between counts as broken. What a run writes depends on
what earlier instants wrote and on what fails now, not on how often the run was tried.
"""

from collections.abc import Sequence
from datetime import datetime

import duckdb

TABLES = """
create table if not exists quality.issues (
    issue_number bigint, rule_id varchar, suite varchar, source varchar, object varchar,
    record_key varchar, dimension varchar, field varchar, reason varchar, severity varchar,
    first_seen_at timestamp, last_seen_at timestamp, resolved_at timestamp
);
"""
_SAME = (
    "issues.rule_id = failing.rule_id and issues.suite = failing.suite"
    " and issues.source = failing.source and issues.object = failing.object"
    " and issues.record_key = failing.record_key"
)


def follow(connection: duckdb.DuckDBPyConnection, suites: Sequence[str], as_of: datetime) -> None:
    """Bring `quality.issues` up to the temporary table `failing`, which speaks for `suites`.

    Repeated with the same rows and instant it changes nothing.
    """
    fails = f"exists (select 1 from failing where {_SAME})"
    told = {"as_of": as_of, "suites": list(suites)}
    spoken = "list_contains($suites, issues.suite)"
    # Seen first at this very instant by a run that was repeated: it never was.
    connection.execute(
        "delete from quality.issues as issues"
        f" where issues.first_seen_at = $as_of and {spoken} and not {fails}",
        told,
    )
    connection.execute(
        "update quality.issues as issues set resolved_at = null"
        f" where issues.resolved_at = $as_of and {fails}",
        {"as_of": as_of},
    )
    connection.execute(
        "update quality.issues as issues set resolved_at = $as_of"
        f" where issues.resolved_at is null and {spoken} and not {fails}",
        told,
    )
    connection.execute(
        "update quality.issues as issues set last_seen_at = $as_of, severity = failing.severity,"
        " dimension = failing.dimension, field = failing.field, reason = failing.reason"
        f" from failing where issues.resolved_at is null and {_SAME}",
        {"as_of": as_of},
    )
    connection.execute(
        f"""
        insert into quality.issues by name
        select
            (select coalesce(max(issue_number), 0) from quality.issues)
            + row_number() over (order by rule_id, suite, source, object, record_key)
                as issue_number,
            failing.*, $as_of as first_seen_at, $as_of as last_seen_at
        from failing
        where not exists (
            select 1 from quality.issues as issues where issues.resolved_at is null and {_SAME}
        )
        """,
        {"as_of": as_of},
    )
    connection.execute("drop table failing")


def forget(connection: duckdb.DuckDBPyConnection, before: datetime) -> int:
    """Remove the issues that were resolved before an instant; return how many went.

    The one with the highest number stays: numbers go on from there and are never given again.
    """
    row = connection.execute(
        "delete from quality.issues where resolved_at < ?"
        " and issue_number < (select max(issue_number) from quality.issues)",
        [before],
    ).fetchone()
    return int(row[0]) if row else 0
