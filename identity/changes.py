"""What a run changed about who is who, as sentences: the ledger's events, and what waits."""

from pathlib import Path

import duckdb

from identity.matching import IdentityError

# So many changes of known persons are told one by one; the ledger holds them all.
_TOLD = 200


def told(warehouse: Path, run_id: str | None = None) -> list[str]:
    """Return what a run did to persons; without one, of the last run that changed any.

    Raises IdentityError where the run changed nothing and none of its changes waits.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        wanted = run_id or _last(connection)
        counted = connection.execute(
            "select event, count(*) from identity.ledger where run_id = ? and entity = 'person'"
            " group by event order by event",
            [wanted],
        ).fetchall()
        waits = connection.execute(
            "select change, person_id, other_id, is_approved from identity.held_changes"
            " where run_id = ? order by all",
            [wanted],
        ).fetchall()
        notes = connection.execute(
            "select event, evidence, as_of from identity.ledger"
            " where entity = 'run' and entity_id = ? order by as_of, event desc",
            [wanted],
        ).fetchall()
        if not (counted or waits or notes):
            raise IdentityError(f"run {wanted} is not known, or changed nothing about persons")
        done = ", ".join(f"{count:,} {event}" for event, count in counted) or "no person changed"
        lines = [f"run {wanted}: {done}"]
        lines += [
            f"  {event} {evidence} as of {at:%Y-%m-%d %H:%M} UTC" for event, evidence, at in notes
        ]
        lines += _events(connection, wanted)
        lines += [_waiting(*change) for change in waits[:_TOLD]]
        if len(waits) > _TOLD:
            lines.append(f"... and {len(waits) - _TOLD:,} more in identity.held_changes")
    return lines


def _last(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute(
        "select run_id from identity.ledger where entity in ('person', 'run')"
        " and event <> 'approved' order by rowid desc limit 1"
    ).fetchone()
    if row is None:
        raise IdentityError("no run has resolved anybody yet; `engineroom run` does")
    return str(row[0])


def _events(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[str]:
    rows = connection.execute(
        "select event, entity_id, other_id, json_extract_string(evidence, '$.record'), event_id"
        " from identity.ledger where run_id = ? and entity = 'person'"
        " and event not in ('created', 'retired') order by event, entity_id limit ?",
        [run_id, _TOLD + 1],
    ).fetchall()
    lines = [_event(*row) for row in rows[:_TOLD]]
    return [*lines, "... and more in identity.ledger"] if len(rows) > _TOLD else lines


def _event(event: str, entity: str, other: str | None, record: str, event_id: str) -> str:
    verb = {
        "merged": f"{entity} merged into {other}",
        "split": f"{entity} split from {other}",
        "absorbed": f"{entity} took records of {other}",
    }.get(event, f"{event} {entity} {other}")
    return f"  {verb} ({record}), event {event_id}"


def _waiting(change: str, person: str, other: str, is_approved: bool) -> str:
    state = "approved, for the next run" if is_approved else "waits"
    told = f"{person} and {other} are one" if change == "merged" else f"{person} is several"
    return f"  {state}: {told}"
