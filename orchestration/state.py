"""What of a home is state: it came once and no vendor or build gives it back. All else is derived.

The one list that backup, restore and the runbook go by.
"""

import duckdb

# Raw rows with their cursors, books and quarantine, identities and their ledger, the run digests,
# the history of the hygiene scores, the fits that old credits are made by, how each run went.
SCHEMAS = ("ingest", "quarantine", "identity", "state", "quality", "attribution", "runs")
RAW = "raw_"
# Files of the home: its kind, the made-up company's clock and name, what was dropped, open alerts.
FILES = ("home.json", "sandbox/clock.json", "sandbox/company.json", "inbox", "alerts")
# Made by runs from the state; a restored home has none of it until its first run.
DERIVED = ("marts", "target", "dlt", "work")


def is_state(schema: str) -> bool:
    """Whether the tables of a schema of the warehouse are state."""
    return schema in SCHEMAS or (schema.startswith(RAW) and not schema.endswith("_staging"))


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str, str]]:
    """Return (schema, table, its SQL) of the state in an attached database, in a fixed order."""
    rows = connection.execute(
        "select schema_name, table_name, sql from duckdb_tables() where database_name = ?"
        " order by schema_name, table_name",
        [database],
    ).fetchall()
    return [(schema, table, sql) for schema, table, sql in rows if is_state(schema)]
