"""Households: persons of one surname at one private address. They never make two persons one.

A person lives where the newest living record says. Beside a company an address is an office's, and
an address of as many surnames as a guarded key is a big house: neither says who lives together.
"""

from datetime import datetime

import duckdb

from identity import ids, store
from identity.derived import RECORDS
from identity.matching import Matching


def resolve_households(
    connection: duckdb.DuckDBPyConnection, matching: Matching, run_id: str, as_of: datetime
) -> int:
    """Resolve and keep the households of all persons; return how many there are."""
    connection.execute(_MEMBERS, [matching.names_per_key_limit])
    connection.execute(_CLUSTERING)
    ids.assign(connection, "household")
    store.keep_events(connection, "household", run_id, as_of)
    ids.keep_redirects(connection, "household", as_of)
    connection.execute(
        "create or replace temp table fresh_households as"
        " select member as person_id, entity_id as household_id"
        " from clustering inner join assigned using (cluster)"
    )
    store.differences(connection, "household_map", "fresh_households")
    row = connection.execute("select count(*) from assigned").fetchone()
    return int(row[0]) if row else 0


_MEMBERS = f"""
create or replace temp table household_members as
with stated as (
    select
        person_id, last_key, record_key, created_at, updated_at,
        street_key || '|' || lower(postal_code) || '|' || coalesce(country_code, '') as address
    from {RECORDS} inner join identity.person_map using (source, object, source_record_id)
    where street_key <> '' and postal_code <> '' and last_key is not null
    and record_kind = 'person' and not is_deleted
    and company_key is null and account_domain is null
),
homes as (
    select *, min(created_at) over (partition by person_id) as since from stated
    qualify row_number() over (
        partition by person_id order by coalesce(updated_at, created_at) desc nulls last, record_key
    ) = 1
),
crowded as (
    select address from stated group by address having count(distinct last_key) >= ?
)
select * from homes anti join crowded using (address)
qualify count(*) over (partition by address, last_key) > 1
"""

_CLUSTERING = """
create or replace temp table clustering as
select
    dense_rank() over (order by address, last_key) as cluster,
    row_number() over (order by since nulls last, person_id) - 1 as age_rank,
    person_id as member, household_id as old_id
from household_members left join identity.household_map using (person_id);

create or replace temp table lost_ids as
select distinct household_id as old_id from identity.household_map
where person_id not in (select member from clustering)
"""
