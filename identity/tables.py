"""The tables of schema identity. They are state: created once, never dropped by a rebuild."""

from pathlib import Path

import duckdb

# A browser and a form are things a person has many of, so they say nothing about a wrong merge.
UNCOUNTED = "('visitors', 'form_submissions')"

_TABLES = """
create schema if not exists identity;
create table if not exists identity.edges (
    left_key varchar, right_key varchar, entity varchar, rule varchar, tier varchar,
    confidence double, match_weight double, model_version varchar, is_used boolean
);
alter table identity.edges add column if not exists guard varchar;
alter table identity.edges add column if not exists weights map(varchar, double);
alter table identity.edges add column if not exists is_swapped boolean;
alter table identity.edges add column if not exists left_number integer;
alter table identity.edges add column if not exists right_number integer;
alter table identity.edges add column if not exists key_hash ubigint;
create table if not exists identity.person_map (
    source varchar, object varchar, source_record_id varchar, person_id varchar,
    match_tier varchar, match_rule varchar, confidence double, valid_from timestamp
);
create table if not exists identity.person_map_history (
    source varchar, object varchar, source_record_id varchar, person_id varchar,
    valid_from timestamp, valid_to timestamp, run_id varchar
);
create table if not exists identity.account_map (
    source varchar, object varchar, source_record_id varchar, account_id varchar,
    match_rule varchar
);
create table if not exists identity.account_members (member_key varchar, account_id varchar);
create table if not exists identity.persons (person_id varchar, kind varchar);
create table if not exists identity.accounts (account_id varchar, domain varchar, name varchar);
create table if not exists identity.ledger (
    event_id varchar, entity varchar, event varchar, entity_id varchar,
    other_id varchar, evidence varchar, run_id varchar, as_of timestamp
);
create table if not exists identity.redirects (
    entity varchar, old_id varchar, new_id varchar, as_of timestamp
);
create table if not exists identity.review_queue (
    review_id varchar, reason varchar, record_keys varchar, records bigint, raised_at timestamp
);
create table if not exists identity.overrides (
    action varchar, left_key varchar, right_key varchar, reason varchar, decided_by varchar,
    expires_on date
);
create table if not exists identity.held_changes (
    run_id varchar, held_at timestamp, change varchar, person_id varchar, other_id varchar,
    is_approved boolean
);
create table if not exists identity.household_map (person_id varchar, household_id varchar);
create table if not exists identity.guarded_keys (
    key_kind varchar, reason varchar, key_values bigint, records bigint
);
"""

# What the last run saw, so that the next looks at what changed alone. Keys are kept as hashes: the
# values stand in the records table. Dropping these four tables costs one full resolution.
KEYS = ("email", "phone", "link", "domain", "company", "street", "postal")
BLOCKS = tuple(f"block_{number}" for number in range(1, 13))
_MEMORY = f"""
create table if not exists identity.matched_records (
    number integer, record_key varchar, source varchar, object varchar, source_record_id varchar,
    record_kind varchar, created_at timestamp, content ubigint, stated_name ubigint,
    first_letter utinyint, last_letter utinyint, mailbox ubigint, work_domain ubigint,
    {", ".join(f"key_{kind} ubigint" for kind in KEYS)},
    {", ".join(f"{block} ubigint" for block in BLOCKS)}
);
create table if not exists identity.placed_records (
    key ubigint, content ubigint, is_company boolean, domain varchar, company ubigint,
    company_ref ubigint, alone_key varchar, created_at timestamp, member_key varchar,
    match_rule varchar
);
create table if not exists identity.dead_keys (kind varchar, key_hash ubigint);
create table if not exists identity.resolved_with (fingerprint varchar);
"""


def ensure_tables(warehouse: Path) -> None:
    """Create the identity tables where they are missing, so that the transform can always read."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_TABLES)
        connection.execute(_MEMORY)
