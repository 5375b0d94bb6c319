"""Links between records, in SQL: star edges around the first record of a key, never a self-join."""

from collections.abc import Iterable

import duckdb

from identity.clusters import Edge
from identity.matching import IdentityError, Matching

RECORDS = "intermediate.int_identity__records"
MERGES = "intermediate.int_identity__merges"

# Rule -> the key that two records share; null in any part means no key.
_NAME_KEYS = {
    "phone_and_name": "phone_key || '|' || last_key || '|' || left(first_key, 1)",
    "name_and_domain": "first_key || '|' || last_key || '|' || work_mailbox",
    "name_and_company": "first_key || '|' || last_key || '|' || company_key",
    "name_and_street": "first_key || '|' || last_key || '|' || nullif(street_key, '')"
    " || '|' || coalesce(country_code, '')",
    "name_and_postal_code": "first_key || '|' || last_key || '|' || lower(postal_code)"
    " || '|' || coalesce(country_code, '')",
}


def prepare(connection: duckdb.DuckDBPyConnection, matching: Matching) -> None:
    """Make the temporary table `party_records`: records that stand for a party, keys guarded.

    A key value that as many distinct names hold as the limit says is nulled here; the record
    itself keeps it.
    """
    connection.execute(
        f"""
        create or replace temp table party_records as
        with named as (
            select *, first_key || '|' || last_key as full_name
            from {RECORDS} where object <> 'companies'
        ),
        counted as (
            select
                *,
                case when email_key is not null
                    then count(distinct full_name) over (partition by email_key) end as email_names,
                case when phone_key is not null
                    then count(distinct full_name) over (partition by phone_key) end as phone_names
            from named
        )
        select
            record_key, source, object, source_record_id, linked_record_id, record_kind,
            created_at, first_key, last_key, company_key, street_key, postal_code, country_code,
            email_normalised, is_deleted,
            case when email_names < ? then email_key end as email_key,
            case when phone_names < ? then phone_key end as phone_key,
            -- Mail systems number people of one name, so digits tell them apart at a domain.
            case when email_key is not null and not is_free_mail
                then email_domain || '|' || regexp_replace(
                    split_part(email_key, '@', 1), '[^0-9]', '', 'g'
                ) end as work_mailbox,
            email_key is not null and email_names >= ? as is_email_guarded,
            phone_key is not null and phone_names >= ? as is_phone_guarded
        from counted
        """,
        [matching.names_per_key_limit] * 4,
    )


def all_edges(connection: duckdb.DuckDBPyConnection, matching: Matching) -> list[Edge]:
    """Return every link that the rules switched on make, decisions of people included."""
    found: set[Edge] = set()
    for rule in matching.rules:
        if rule == "force_merge":
            pairs = [(o.left, o.right) for o in matching.overrides if o.action == "force_merge"]
        elif rule == "vendor_merge":
            pairs = _vendor_merges(connection)
        elif rule == "visitor_form":
            pairs = _visitor_forms(connection)
        elif rule == "email_and_name":
            pairs = _emails(connection, matching.name_similarity)
        else:
            pairs = _stars(connection, _NAME_KEYS[rule])
        strength = matching.strength(rule)
        found |= {Edge(strength, *sorted(pair), rule) for pair in pairs if pair[0] != pair[1]}
    return sorted(found)


def check_overrides(known: Iterable[str], matching: Matching) -> None:
    """Raise IdentityError where a decision names a record that does not exist."""
    keys = set(known)
    for each in matching.overrides:
        for key in (each.left, each.right):
            if key not in keys:
                raise IdentityError(
                    f"config/matching.yml decides {each.action} for {key}, which does not exist; "
                    "correct the id or remove the decision"
                )


def _pairs(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, str]]:
    return [(left, right) for left, right in connection.execute(sql).fetchall()]


def _vendor_merges(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Losers and winners of the vendors' own merges, both known to us.

    Joined on the whole key: on its three parts the planner paired every record of an object with
    every other first, 20 GB at 8,000 records.
    """
    return _pairs(
        connection,
        f"""
        select losers.record_key, winners.record_key
        from (
            select
                source || '|' || object || '|' || loser_record_id as loser_key,
                source || '|' || object || '|' || winner_record_id as winner_key
            from {MERGES}
        ) as merges
        inner join party_records as losers on merges.loser_key = losers.record_key
        inner join party_records as winners on merges.winner_key = winners.record_key
        """,
    )


def _visitor_forms(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A browser and the form it sent, where both name the same address."""
    return _pairs(
        connection,
        """
        select visitors.record_key, submissions.record_key
        from party_records as visitors
        inner join party_records as submissions
            on submissions.object = 'form_submissions'
            and submissions.source_record_id = visitors.linked_record_id
            and submissions.email_normalised = visitors.email_normalised
        where visitors.object = 'visitors'
        """,
    )


def _stars(connection: duckdb.DuckDBPyConnection, key: str) -> list[tuple[str, str]]:
    """Records of one key; a name that sits on two work mailboxes at once names two people.

    Without that guard, name and company alone linked 8 % wrong pairs in companies of common names.
    """
    return _pairs(
        connection,
        f"""
        with keyed as (
            select record_key, work_mailbox, {key} as key_value from party_records
        ),
        counted as (
            select
                record_key, key_value,
                count(distinct work_mailbox) over (partition by key_value) as mailboxes
            from keyed where key_value is not null
        )
        select record_key, min(record_key) over (partition by key_value)
        from counted where mailboxes < 2
        """,
    )


def _emails(connection: duckdb.DuckDBPyConnection, similarity: float) -> list[tuple[str, str]]:
    """One address is one person unless its first names conflict.

    Names under an address are compared with the most frequent one. Records without a name join it
    only where no name conflicts; otherwise nobody can say whose they are.
    """
    return _pairs(
        connection,
        f"""
        with variants as (
            select
                email_key, first_key, coalesce(last_key, '') as last_key,
                min(record_key) as variant_record, count(*) as records
            from party_records
            where email_key is not null and first_key is not null
            group by email_key, first_key, coalesce(last_key, '')
        ),
        leaders as (
            select * from variants
            qualify row_number() over (
                partition by email_key order by records desc, variant_record
            ) = 1
        ),
        judged as (
            select
                variants.*,
                leaders.variant_record as leader_record,
                variants.first_key = leaders.first_key
                or (
                    least(length(variants.first_key), length(leaders.first_key)) = 1
                    and left(variants.first_key, 1) = left(leaders.first_key, 1)
                )
                or (variants.first_key = leaders.last_key and variants.last_key = leaders.first_key)
                or jaro_winkler_similarity(variants.first_key, leaders.first_key) >= {similarity}
                    as is_same
            from variants inner join leaders using (email_key)
        ),
        blocks as (
            select email_key, min(leader_record) as leader_record, bool_and(is_same) as is_clear
            from judged group by email_key
        ),
        nameless as (
            select
                nameless.record_key,
                case when coalesce(blocks.is_clear, false) then blocks.leader_record end
                    as leader_record,
                min(nameless.record_key) over (partition by nameless.email_key) as first_record
            from party_records as nameless
            left join blocks using (email_key)
            where nameless.email_key is not null and nameless.first_key is null
        )
        select record_key, coalesce(leader_record, first_record) from nameless
        union all
        select variant_record, leader_record from judged where is_same
        union all
        select records.record_key, variants.variant_record
        from party_records as records
        inner join variants
            on records.email_key = variants.email_key and records.first_key = variants.first_key
            and coalesce(records.last_key, '') = variants.last_key
        """,
    )
