"""The tables of schema attribution: fits and what each says of its channels.

They are state: a rebuild reads them and makes none, or a new path would move old credits. They hold
channels and sums, and nothing that names a person or a touch.
"""

from pathlib import Path

import duckdb

TABLES = """
create schema if not exists attribution;
create table if not exists attribution.fits (
    fit_id varchar, model varchar, stage varchar, month date, window_from timestamp,
    window_until timestamp, parameters varchar, fingerprint varchar, journeys bigint,
    conversions bigint, value double, p_conversion double, states bigint, clipped double,
    interval_draws bigint, draw_seed bigint, refusal varchar, is_in_force boolean,
    fitted_at timestamp, run_id varchar
);
create table if not exists attribution.fit_shares (
    fit_id varchar, channel varchar, effect double, model_share double, model_conversions double,
    model_value double, share_low double, share_high double, touch_share double,
    credited_conversions double, credited_value double
);
"""


def ensure_tables(warehouse: Path) -> None:
    """Create what is missing of the tables."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(TABLES)
