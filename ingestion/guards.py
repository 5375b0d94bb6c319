"""What stops a load: mass deletion, and an account that does not add up with what landed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from ingestion.audit import LoadReport
from ingestion.contract import Extraction, Source, Table
from ingestion.errors import LoadFailed
from ingestion.keys import one, quoted
from ingestion.reduce import Reduced

# A list that lost a page looks like mass deletion. Past a fifth of a table (and 50 rows, so that
# small tables may shrink freely) the load stops instead of burying live records.
SWEEP_SHARE, SWEEP_ROWS = 0.2, 50
# A report without a row for days that had some is a broken answer: platforms restate days, they do
# not empty them. Three may be the last days of a small account.
EMPTY_DAYS = 3
_REMEDY = "If they were deleted, set allow_mass_deletion for this source and run again."


def refuse_mass_deletion(
    source: Source, table: Table, reduced: Reduced, config: Mapping[str, Any]
) -> None:
    """Raise LoadFailed where more would be buried than a vendor deletes in one go."""
    if config.get("allow_mass_deletion"):
        return
    limit = max(SWEEP_ROWS, SWEEP_SHARE * reduced.open_rows)
    if reduced.swept > limit:
        raise LoadFailed(
            f"{source.name}.{table.name}: {reduced.swept} of {reduced.open_rows} records are "
            f"missing from the vendor's full list, which is more likely a broken list. {_REMEDY}"
        )
    units, rows = reduced.emptied
    if rows > SWEEP_ROWS or (table.reads_days and units > EMPTY_DAYS):
        kind = "days" if table.reads_days else "records"
        raise LoadFailed(
            f"{source.name}.{table.name}: an answer came without a row for {units} {kind} that "
            f"held {rows} rows, which is more likely a broken answer. {_REMEDY}"
        )


def refuse_emptied(ctx: Extraction, what: str, rows: int) -> None:
    """Raise LoadFailed where a list that held something at the last load came without a row.

    For lists that no sweep and no re-read unit speaks for, or whose few rows no share guards.
    """
    held = int(ctx.state.get(f"held:{what}", 0))
    if held and not rows and not ctx.config.get("allow_mass_deletion"):
        raise LoadFailed(
            f"{what}: the list came empty where it held {held} before, which is more likely a "
            f"broken answer. {_REMEDY}"
        )
    if ctx.window is None:
        ctx.state[f"held:{what}"] = rows


def verify(warehouse: Path, source: Source, load_id: str | None, report: LoadReport) -> None:
    """Check that what the audit says is what landed, and that no key is open twice."""
    with duckdb.connect(str(warehouse)) as connection:
        for table in source.tables:
            counts = report.tables[table.name]
            raw = f"raw_{source.name}.{table.name}"
            landed = one(connection, f"select count(*) from {raw} where _dlt_load_id = '{load_id}'")
            if not counts.adds_up or landed != counts.loaded + counts.tombstoned:
                raise LoadFailed(
                    f"{raw}: {landed} rows landed where the account says {counts}. "
                    "The load is not trusted; run it again and report it if it stays."
                )
            if table.mode == "versioned":
                twice = one(
                    connection,
                    f"select count(*) from (select 1 from {raw} where _dlt_valid_to is null "
                    f"group by {quoted(table.key)} having count(*) > 1)",
                )
                if twice:
                    raise LoadFailed(f"{raw}: {twice} keys have two open versions. Report it.")
