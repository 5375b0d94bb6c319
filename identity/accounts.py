"""Accounts: the company behind a record, by domain, by CRM company, by a name that has a domain."""

from dataclasses import dataclass

import duckdb

from identity.clusters import Edge, cluster
from identity.edges import MERGES, RECORDS
from identity.matching import Matching


@dataclass(frozen=True)
class AccountGroups:
    """Cluster per member (a domain or a company record), and the member that each record sits on.

    `domain_of` and `name_of` say what a cluster is called; `age_of` orders members.
    """

    cluster_of: dict[str, int]
    member_of_record: dict[str, tuple[str, str]]
    domain_of: dict[int, str]
    name_of: dict[int, str]
    age_of: dict[str, tuple[str, str]]


def group(connection: duckdb.DuckDBPyConnection, matching: Matching) -> AccountGroups:
    """Return the accounts behind all records; mailboxes have one too, test and spam have none."""
    connection.execute(_PLACED, [matching.company_domain_share])
    placed = connection.execute(
        "select record_key, member_key, match_rule from account_records order by record_key"
    ).fetchall()
    members = connection.execute(
        """
        select member_key, min(coalesce(created_at, timestamp '9999-01-01'))
        from account_records group by member_key order by member_key
        """
    ).fetchall()
    ages = {member: (created.isoformat(), member) for member, created in members}
    merged = connection.execute(
        f"""
        select losers.member_key, winners.member_key
        from {MERGES} as merges
        inner join account_records as losers
            on losers.record_key = merges.source || '|companies|' || merges.loser_record_id
        inner join account_records as winners
            on winners.record_key = merges.source || '|companies|' || merges.winner_record_id
        where merges.object = 'companies'
        """
    ).fetchall()
    links = [Edge(1, *sorted(pair), "vendor_merge") for pair in merged if pair[0] != pair[1]]
    clustered = cluster(ages, links, size_limit=len(ages) + 1)
    domains, names = _called(connection, clustered.cluster_of)
    return AccountGroups(
        clustered.cluster_of,
        {record: (member, rule) for record, member, rule in placed},
        domains,
        names,
        ages,
    )


def _called(
    connection: duckdb.DuckDBPyConnection, cluster_of: dict[str, int]
) -> tuple[dict[int, str], dict[int, str]]:
    """The most frequent domain and company name of each cluster; ties go to the alphabet."""
    counted = connection.execute(
        """
        select member_key, company_name, count(*) as records
        from account_records
        group by member_key, company_name order by records desc, member_key, company_name
        """
    ).fetchall()
    domains: dict[int, str] = {}
    names: dict[int, str] = {}
    for member, name, _ in counted:
        number = cluster_of[member]
        if member.startswith("domain:"):
            domains.setdefault(number, member.removeprefix("domain:"))
        if name:
            names.setdefault(number, name)
    return domains, names


_PLACED = f"""
create or replace temp table account_records as
with rows_of_companies as (
    select *,
        regexp_replace(
            regexp_replace(lower(company_domain), '^(https?://)?(www[.])?', ''), '[/?#:].*$', ''
        ) as stated_domain
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
        records.record_key, records.company_name, records.created_at,
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
