"""Links by what records say of a person: a name and a number, an address, a company, a town.

Each function returns the SQL of (left_number, right_number, key_hash) over a relation of
`party_records`: a star around the first record of a key, never a self-join on it.
"""

# Rule -> (kind of its key, the value that two records share); null in any part means no key. A
# street without a town is no address; a postal code in a CRM is mostly the office's, so its rule is
# shipped off.
NAME_KEYS = {
    "name_and_domain": "domain",
    "name_and_company": "company",
    "name_and_street": "street",
    "name_and_postal_code": "postal",
}
KIND_OF_RULE = NAME_KEYS | {
    "email_and_name": "email",
    "phone_and_name": "phone",
    "visitor_form": "link",
}


def by_phone(records: str) -> str:
    """One number and one name are one person, also after a change of jobs.

    Two mailboxes of that name at one domain are two people on one switchboard. An initial stands
    for the only name it fits: by initials alone, couples and siblings on one line became one.
    """
    return f"""
        with keyed as (
            select
                number, record_key, key_phone, phone_key || '|' || full_name as key_value,
                work_mailbox, domain_name
            from {records} where phone_key is not null and full_name is not null
        ),
        clear as (
            select key_value, arg_min(number, record_key) as first_number
            from keyed group by key_value
            having count(distinct work_mailbox) = count(distinct domain_name)
        ),
        names as (
            select
                phone_key, last_key, left(first_key, 1) as initial,
                arg_min(number, record_key) as first_number,
                count(distinct first_key) as first_names
            from {records} where length(first_key) > 1
            group by phone_key, last_key, left(first_key, 1)
        ),
        initials as (
            select
                records.number, records.key_phone, names.first_number,
                coalesce(names.first_names, 1) as fitting,
                first_value(records.number) over (
                    partition by records.phone_key, records.last_key, records.first_key
                    order by records.record_key
                ) as first_initial
            from {records} as records
            left join names
                on records.phone_key || '|' || records.last_key || '|' || records.first_key
                = names.phone_key || '|' || names.last_key || '|' || names.initial
            where length(records.first_key) = 1
            and records.phone_key is not null and records.last_key is not null
        )
        select keyed.number, clear.first_number, keyed.key_phone
        from keyed inner join clear on keyed.key_value = clear.key_value
        union all
        select number, coalesce(first_number, first_initial), key_phone
        from initials where fitting = 1
    """


def by_key(records: str, kind: str) -> str:
    """Records of one key; a name that sits on two work mailboxes at once names two people.

    Without that guard, name and company alone linked 8 % wrong pairs in companies of common names.
    """
    return f"""
        with clear as (
            select key_{kind}, arg_min(number, record_key) as first_number
            from {records} where key_{kind} is not null
            group by key_{kind} having count(distinct work_mailbox) < 2
        )
        select keyed.number, clear.first_number, keyed.key_{kind}
        from {records} as keyed inner join clear using (key_{kind})
    """


def by_email(records: str, similarity: float) -> str:
    """One address is one person unless its first names conflict.

    Names under an address are compared with the most frequent one. Records without a name join it
    only where no name conflicts; otherwise nobody can say whose they are.
    """
    return f"""
        with variants as (
            select
                key_email, first_key, coalesce(last_key, '') as last_key,
                arg_min(number, record_key) as variant_number,
                min(record_key) as variant_record, count(*) as records
            from {records}
            where email_key is not null and first_key is not null
            group by key_email, first_key, coalesce(last_key, '')
        ),
        leaders as (
            select * from variants
            qualify row_number() over (
                partition by key_email order by records desc, variant_record
            ) = 1
        ),
        judged as (
            select
                variants.*,
                leaders.variant_number as leader_number,
                variants.first_key = leaders.first_key
                or (
                    least(length(variants.first_key), length(leaders.first_key)) = 1
                    and left(variants.first_key, 1) = left(leaders.first_key, 1)
                )
                or (variants.first_key = leaders.last_key and variants.last_key = leaders.first_key)
                or jaro_winkler_similarity(variants.first_key, leaders.first_key) >= {similarity}
                    as is_same
            from variants inner join leaders using (key_email)
        ),
        blocks as (
            select key_email, min(leader_number) as leader_number, bool_and(is_same) as is_clear
            from judged group by key_email
        ),
        nameless as (
            select
                nameless.number, nameless.key_email,
                case when coalesce(blocks.is_clear, false) then blocks.leader_number end
                    as leader_number,
                first_value(nameless.number) over (
                    partition by nameless.key_email order by nameless.record_key
                ) as first_number
            from {records} as nameless
            left join blocks using (key_email)
            where nameless.email_key is not null and nameless.first_key is null
        )
        select number, coalesce(leader_number, first_number), key_email from nameless
        union all
        select variant_number, leader_number, key_email from judged where is_same
        union all
        select records.number, variants.variant_number, records.key_email
        from {records} as records
        inner join variants
            on records.key_email = variants.key_email and records.first_key = variants.first_key
            and coalesce(records.last_key, '') = variants.last_key
        where records.email_key is not null
    """


def visitor_forms(records: str) -> str:
    """A browser and the form it sent, where both name the same address."""
    return f"""
        select visitors.number, submissions.number, visitors.key_link
        from {records} as visitors
        inner join {records} as submissions
            on submissions.key_link = visitors.key_link
            and submissions.source_record_id = visitors.linked_record_id
        where visitors.object = 'visitors' and submissions.object = 'form_submissions'
    """
