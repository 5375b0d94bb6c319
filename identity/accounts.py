"""Accounts: the company behind a record, by domain, by CRM company, by a name that has a domain."""

from datetime import datetime

import duckdb
import numpy as np

from identity import ids, store
from identity.clusters import components
from identity.derived import RECORDS
from identity.edges import MERGES
from identity.matching import Matching


def resolve_accounts(
    connection: duckdb.DuckDBPyConnection, matching: Matching, run_id: str, as_of: datetime
) -> int:
    """Resolve and keep the accounts of all records; return how many there are.

    Mailboxes have one too, test and spam have none.
    """
    connection.execute(_PLACED, [matching.company_domain_share])
    _cluster(connection)
    ids.assign(connection, "account")
    store.keep_events(connection, "account", run_id, as_of)
    ids.keep_redirects(connection, "account", as_of)
    _keep(connection)
    row = connection.execute("select count(*) from assigned").fetchone()
    return int(row[0]) if row else 0


def _cluster(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `account_clusters` (member_key, cluster, age_rank) and what assigning ids reads.

    Members stand alone but for companies that a vendor merged: those are few, so only they are
    grouped outside the database.
    """
    connection.execute(
        """
        create or replace temp table account_clusters as
        select
            member_key,
            row_number() over (order by created_at, member_key) - 1 as cluster,
            row_number() over (order by created_at, member_key) - 1 as age_rank
        from (
            select member_key, min(coalesce(created_at, timestamp '9999-01-01')) as created_at
            from account_records group by member_key
        )
        """
    )
    linked = connection.execute(
        f"""
        select lefts.age_rank, rights.age_rank
        from {MERGES} as merges
        inner join account_records as losers
            on losers.record_key = merges.source || '|companies|' || merges.loser_record_id
        inner join account_records as winners
            on winners.record_key = merges.source || '|companies|' || merges.winner_record_id
        inner join account_clusters as lefts on losers.member_key = lefts.member_key
        inner join account_clusters as rights on winners.member_key = rights.member_key
        where merges.object = 'companies' and losers.member_key <> winners.member_key
        order by all
        """
    ).fetchnumpy()
    left, right = (np.asarray(column, dtype=np.int64) for column in linked.values())
    if len(left):
        members, places = np.unique(np.concatenate([left, right]), return_inverse=True)
        labels = components(len(members), places[: len(left)], places[len(left) :])
        # The oldest member's number stands for the cluster.
        first = np.full(labels.max() + 1, members.max() + 1)
        np.minimum.at(first, labels, members)
        pairs = list(zip(members.tolist(), first[labels].tolist(), strict=True))
        store.staged(connection, "merged_members", "member cluster", pairs)
        connection.execute(
            "update account_clusters set cluster = cast(merged_members.cluster as bigint)"
            " from merged_members where age_rank = cast(member as bigint)"
        )
    connection.execute(
        """
        create or replace temp table clustering as
        select cluster, age_rank, member_key as member, account_id as old_id
        from account_clusters left join identity.account_members using (member_key);
        create or replace temp table lost_ids as
        select account_id as old_id from identity.account_members
        anti join account_clusters using (member_key)
        """
    )


def _keep(connection: duckdb.DuckDBPyConnection) -> None:
    """An account is called by the most frequent domain and name of its records."""
    connection.execute(
        """
        create or replace temp table fresh_members as
        select member_key, entity_id as account_id
        from account_clusters inner join assigned using (cluster);

        create or replace temp table fresh_accounts as
        with counted as (
            select cluster, member_key, company_name, count(*) as records
            from account_records inner join account_clusters using (member_key)
            group by cluster, member_key, company_name
        ),
        domains as (
            select cluster, substr(member_key, 8) as domain from counted
            where member_key like 'domain:%'
            qualify row_number() over (
                partition by cluster order by records desc, member_key, company_name
            ) = 1
        ),
        names as (
            select cluster, company_name as name from counted where company_name <> ''
            qualify row_number() over (
                partition by cluster order by records desc, member_key, company_name
            ) = 1
        )
        select entity_id as account_id, domain, name from assigned
        left join domains using (cluster) left join names using (cluster);

        create or replace temp table fresh_account_map as
        select source, object, source_record_id, entity_id as account_id, match_rule
        from account_records
        inner join account_clusters using (member_key) inner join assigned using (cluster)
        """
    )
    store.differences(connection, "account_members", "fresh_members")
    store.differences(connection, "accounts", "fresh_accounts")
    store.differences(connection, "account_map", "fresh_account_map")


_PLACED = f"""
create or replace temp table account_records as
with rows_of_companies as (
    select *,
        case when object = 'companies' then regexp_replace(
            regexp_replace(lower(company_domain), '^(https?://)?(www[.])?', ''), '[/?#:].*$', ''
        ) end as stated_domain
    from {RECORDS}
    where record_kind not in ('test', 'spam')
),
with_domain as (
    select
        rows_of_companies.* exclude (stated_domain),
        case
            when object = 'companies' and free.domain is null then nullif(stated_domain, '')
            when object <> 'companies' and not is_free_mail and not is_disposable_email
                then email_domain
        end as domain_value
    from rows_of_companies
    left join reference.free_mail_domains as free on rows_of_companies.stated_domain = free.domain
),
shares as (
    select company_key, domain_value, count(*) as records,
        count(*) / sum(count(*)) over (partition by company_key) as share
    from with_domain
    where company_key is not null and domain_value is not null
    group by company_key, domain_value
),
names as (
    select company_key, domain_value as name_domain from shares where share >= ?
),
companies as (
    select
        source, source_record_id,
        case
            when domain_value is not null then 'domain:' || domain_value
            when name_domain is not null then 'domain:' || name_domain
            else 'record:' || record_key
        end as member_key
    from with_domain left join names using (company_key)
    where object = 'companies'
),
placed as (
    select
        records.record_key, records.source, records.object, records.source_record_id,
        records.company_name, records.created_at,
        case
            when records.object = 'companies' then own.member_key
            when records.domain_value is not null then 'domain:' || records.domain_value
            when own.member_key is not null then own.member_key
            when names.name_domain is not null then 'domain:' || names.name_domain
        end as member_key,
        case
            when records.domain_value is not null then 'domain'
            when own.member_key is not null and records.object <> 'companies' then 'crm_company'
            when names.name_domain is not null then 'company_name'
            else 'alone'
        end as match_rule
    from with_domain as records
    left join companies as own
        on records.source = own.source
        and own.source_record_id = case
            when records.object = 'companies' then records.source_record_id
            else records.company_record_id
        end
    left join names on records.company_key = names.company_key
)
select * from placed where member_key is not null
"""
