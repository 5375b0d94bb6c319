"""Links by what records say of a person: a name and a number, an address, a company, a town."""

import duckdb

# Rule -> the key that two records share; null in any part means no key. A street without a town
# is no address; a postal code in a CRM is mostly the office's, so its rule is shipped off.
NAME_KEYS = {
    "name_and_domain": "full_name || '|' || work_mailbox",
    "name_and_company": "full_name || '|' || company_key",
    "name_and_street": "full_name || '|' || nullif(street_key, '') || '|' || town",
    "name_and_postal_code": "full_name || '|' || lower(postal_code) || '|' || country_code",
}


def pairs(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, str]]:
    """Return the record keys of each row of a query."""
    return [(left, right) for left, right in connection.execute(sql).fetchall()]


def by_phone(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """One number and one name are one person, also after a change of jobs.

    Two mailboxes of that name at one domain are two people on one switchboard. An initial stands
    for the only name it fits: by initials alone, couples and siblings on one line became one.
    """
    return pairs(
        connection,
        """
        with keyed as (
            select
                record_key, phone_key || '|' || full_name as key_value,
                work_mailbox, split_part(work_mailbox, '|', 1) as work_domain
            from party_records where phone_key is not null and full_name is not null
        ),
        clear as (
            select key_value, min(record_key) as first_record
            from keyed group by key_value
            having count(distinct work_mailbox) = count(distinct work_domain)
        ),
        names as (
            select
                phone_key, last_key, left(first_key, 1) as initial,
                min(record_key) as first_record, count(distinct first_key) as first_names
            from party_records where length(first_key) > 1
            group by phone_key, last_key, left(first_key, 1)
        ),
        initials as (
            select
                records.record_key, names.first_record, coalesce(names.first_names, 1) as fitting,
                min(records.record_key) over (
                    partition by records.phone_key, records.last_key, records.first_key
                ) as first_initial
            from party_records as records
            left join names
                on records.phone_key || '|' || records.last_key || '|' || records.first_key
                = names.phone_key || '|' || names.last_key || '|' || names.initial
            where length(records.first_key) = 1
            and records.phone_key is not null and records.last_key is not null
        )
        select keyed.record_key, clear.first_record
        from keyed inner join clear on keyed.key_value = clear.key_value
        union all
        select record_key, coalesce(first_record, first_initial) from initials where fitting = 1
        """,
    )


def by_key(connection: duckdb.DuckDBPyConnection, key: str) -> list[tuple[str, str]]:
    """Records of one key; a name that sits on two work mailboxes at once names two people.

    Without that guard, name and company alone linked 8 % wrong pairs in companies of common names.
    """
    return pairs(
        connection,
        f"""
        with keyed as (
            select record_key, work_mailbox, {key} as key_value from party_records
        ),
        clear as (
            select key_value, min(record_key) as first_record
            from keyed where key_value is not null
            group by key_value having count(distinct work_mailbox) < 2
        )
        select keyed.record_key, clear.first_record
        from keyed inner join clear on keyed.key_value = clear.key_value
        """,
    )


def by_email(connection: duckdb.DuckDBPyConnection, similarity: float) -> list[tuple[str, str]]:
    """One address is one person unless its first names conflict.

    Names under an address are compared with the most frequent one. Records without a name join it
    only where no name conflicts; otherwise nobody can say whose they are.
    """
    return pairs(
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
