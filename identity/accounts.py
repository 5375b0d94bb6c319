"""Accounts: the company behind a record, by registered domain, CRM company, or name.

Records whose own statements changed are placed anew, with those that a change can reach: who names
a company of whose name another domain is now the most frequent, and who belongs to a company of the
CRM that moved. Only accounts that won or lost a record are named and given ids again.
"""

from datetime import datetime

import duckdb
import numpy as np

from identity import ids, store
from identity.clusters import components
from identity.derived import RECORDS
from identity.edges import MERGES
from identity.matching import Matching


def resolve_accounts(
    connection: duckdb.DuckDBPyConnection,
    matching: Matching,
    run_id: str,
    as_of: datetime,
    *,
    full: bool,
) -> int:
    """Resolve and keep the accounts of all records; return how many there are.

    Mailboxes have one too, test and spam have none. `full` looks at every record again.
    """
    if full:
        connection.execute("delete from identity.placed_records")
    connection.execute(_CHANGED)
    connection.execute(f"set variable company_domain_share = {matching.company_domain_share}")
    connection.execute(_REACHED)
    connection.execute(_PLACED)
    _touch(connection, full=full)
    _cluster(connection)
    ids.assign(connection, "account")
    store.keep_events(connection, "account", run_id, as_of)
    ids.keep_redirects(connection, "account", as_of)
    _keep(connection)
    row = connection.execute("select count(*) from identity.accounts").fetchone()
    return int(row[0]) if row else 0


def _touch(connection: duckdb.DuckDBPyConnection, *, full: bool) -> None:
    """Make `touched_members`: whose records came or went, and whoever a vendor's merge joins.

    Merged companies are few, so all of them are looked at; what `placed_records` holds is then as
    it is now.
    """
    connection.execute(_LINKED)
    connection.execute(
        f"""
        create or replace temp table touched_members as
        select member_key from placed
        union select member_key from left_behind
        union select unnest([left_key, right_key]) from linked
        union select member_key from identity.account_members where account_id in (
            select account_id from identity.account_members
            group by account_id having count(*) > 1
        )
        {"union select member_key from identity.account_members" if full else ""}
        """
    )
    connection.execute("delete from touched_members where member_key is null")


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
            from identity.placed_records
            where member_key in (select member_key from touched_members)
            group by member_key
        )
        """
    )
    linked = connection.execute(
        """
        select lefts.age_rank, rights.age_rank
        from linked
        inner join account_clusters as lefts on left_key = lefts.member_key
        inner join account_clusters as rights on right_key = rights.member_key
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
        where member_key in (select member_key from touched_members)
        and member_key not in (select member_key from account_clusters)
        """
    )


def _keep(connection: duckdb.DuckDBPyConnection) -> None:
    """An account is called by the most frequent domain and name of its records."""
    connection.execute(
        f"""
        create or replace temp table concerned_accounts as
        select old_id as account_id from clustering where old_id is not null
        union select old_id from lost_ids
        union select entity_id from assigned;

        create or replace temp table fresh_members as
        select member_key, entity_id as account_id
        from account_clusters inner join assigned using (cluster);

        create or replace temp table account_records as
        with held as (
            select key, member_key, match_rule, cluster
            from identity.placed_records inner join account_clusters using (member_key)
        )
        select
            source, object, source_record_id, company_name, member_key, match_rule, cluster
        from {RECORDS} inner join held on hash(record_key) = key;

        create or replace temp table fresh_accounts as
        with counted as (
            select cluster, member_key, company_name, count(*) as records
            from account_records group by cluster, member_key, company_name
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
        from account_records inner join assigned using (cluster)
        """
    )
    concerned = "account_id in (select account_id from concerned_accounts)"
    for table, fresh in (
        ("account_members", "fresh_members"),
        ("accounts", "fresh_accounts"),
        ("account_map", "fresh_account_map"),
    ):
        store.differences(connection, table, fresh, concerned)


# What a record says of its company, and whether the last run heard the same.
_CHANGED = f"""
create or replace temp view stated as
select key, place, content from seen where is_placed;

create or replace temp table changed as
select distinct key
from stated full join identity.placed_records as placed using (key)
where stated.content is distinct from placed.content;

create or replace temp table fresh_statements as
select
    stated.key, stated.content, object = 'companies' as is_company, account_domain as domain,
    case when company_key is not null then hash(company_key) end as company,
    case when object = 'companies' then hash(source, source_record_id)
        when company_record_id is not null then hash(source, company_record_id) end as company_ref,
    case when object = 'companies' then 'record:' || record_key end as alone_key, created_at
from {RECORDS} as records inner join stated on records.rowid = stated.place
where stated.key in (select key from changed);

create or replace temp view statements as
select key, content, is_company, domain, company, company_ref, alone_key, created_at
from identity.placed_records where key not in (select key from changed)
union all
select * from fresh_statements
"""


def _domains_of(statements: str, names: str) -> str:
    """The SQL of (company, domain): the domain that a name stands for, of these names."""
    return f"""
        select company, domain from (
            select company, domain,
                count(*) / sum(count(*)) over (partition by company) as share
            from {statements}
            where domain is not null and company in (select company from {names})
            group by company, domain
        ) where share >= getvariable('company_domain_share')
    """


_REACHED = f"""
create or replace temp table reached_names as
select company from fresh_statements where company is not null
union
select company from identity.placed_records
where company is not null and key in (select key from changed);

create or replace temp table flipped_names as
select coalesce(before.company, now.company) as company
from ({_domains_of("identity.placed_records", "reached_names")}) as before
full join ({_domains_of("statements", "reached_names")}) as now using (company)
where before.domain is distinct from now.domain;

create or replace temp table moved_companies as
select company_ref from statements
where is_company and (
    key in (select key from changed)
    or (domain is null and company in (select company from flipped_names))
)
union
select company_ref from identity.placed_records
where is_company and key in (select key from changed);

create or replace temp table reached as
select * from statements
where key in (select key from changed)
or (domain is null and (
    company in (select company from flipped_names)
    or company_ref in (select company_ref from moved_companies)
))
"""

_PLACED = f"""
create or replace temp table reached_names as
select distinct company from reached where domain is null and company is not null;

create or replace temp table name_domains as
{_domains_of("statements", "reached_names")};

create or replace temp table companies as
select company_ref, coalesce('domain:' || own.domain, 'domain:' || named.domain, alone_key)
    as member_key
from (select company_ref, domain, company, alone_key from reached where is_company) as own
left join name_domains as named using (company)
union all
select company_ref, member_key from identity.placed_records
where is_company and company_ref in (select company_ref from reached)
and key not in (select key from reached) and key not in (select key from changed);

create or replace temp table placed as
select
    reached.*,
    case
        when is_company then own.member_key
        else coalesce('domain:' || reached.domain, own.member_key, 'domain:' || named.domain)
    end as member_key,
    case
        when reached.domain is not null then 'domain'
        when own.member_key is not null and not is_company then 'crm_company'
        when named.domain is not null then 'company_name'
        else 'alone'
    end as match_rule
from reached
left join companies as own using (company_ref)
left join name_domains as named using (company);

create or replace temp table left_behind as
select distinct member_key from identity.placed_records
where key in (select key from reached) or key in (select key from changed);

delete from identity.placed_records
where key in (select key from reached) or key in (select key from changed);

insert into identity.placed_records by name select * from placed
"""

_LINKED = f"""
create or replace temp table linked as
select losers.member_key as left_key, winners.member_key as right_key
from {MERGES} as merges
inner join identity.placed_records as losers
    on losers.is_company and losers.company_ref = hash(merges.source, merges.loser_record_id)
inner join identity.placed_records as winners
    on winners.is_company and winners.company_ref = hash(merges.source, merges.winner_record_id)
where merges.object = 'companies' and losers.member_key <> winners.member_key
"""
