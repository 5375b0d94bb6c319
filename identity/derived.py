"""The keys of a record: what it shares with another to be linked by a rule or scored, as SQL."""

from identity.tables import BLOCKS

RECORDS = "intermediate.int_identity__records"
# The columns of a record that a person depends on.
READ = (
    "linked_record_id, record_kind, created_at, first_key, last_key, company_key, street_key,"
    " postal_code, city, country_code, email_key, email_normalised, email_domain, phone_key,"
    " is_free_mail"
)
# Block -> the value two records must share to be scored at all. Never a first and last name alone,
# never a bare local part of an address.
_BLOCKS = (
    ("email_key",),
    ("phone_key", "left(last_key, 1)"),
    ("phone_key", "left(first_key, 1)"),
    ("full_name", "town_name"),
    ("last_key", "domain_name"),
    ("last_key", "company_key"),
    ("first_key", "domain_name"),
    ("full_name",),
    ("local_part",),
    ("last_key", "postal_name"),
    ("last_key", "street_key"),
    ("first_key", "street_key"),
)
# Kind of key -> the values that two records share to be linked by its rule.
_KEYS = {
    "email": ("email_key",),
    "phone": ("phone_key",),
    "link": ("link_id", "email_normalised"),
    "domain": ("full_name", "work_mailbox"),
    "company": ("full_name", "company_key"),
    "street": ("full_name", "nullif(street_key, '')", "town"),
    "postal": ("full_name", "postal_name", "country_code"),
}


def derived(wanted: str, *, is_fresh: bool) -> str:
    """The SQL of the records in table `wanted` (place, number, content), keys and all."""
    keys = ", ".join(f"{_hashed(*values)} as key_{kind}" for kind, values in _KEYS.items())
    blocks = ", ".join(
        f"{_hashed(*values, given='is_scored')} as {name}"
        for name, values in zip(BLOCKS, _BLOCKS, strict=True)
    )
    return f"""
        with named as (
            select
                wanted.number, wanted.content, records.record_key, source, object,
                source_record_id, {READ},
                -- Swapped names are one name; an initial is not enough to be one.
                case when length(first_key) > 1 and length(last_key) > 1
                    then least(first_key, last_key) || '|' || greatest(first_key, last_key)
                    end as full_name,
                lower(postal_code) as postal_name, lower(city) as town_name,
                case when email_key is not null and not is_free_mail
                    then email_domain end as domain_name,
                split_part(email_key, '@', 1) as local,
                record_kind = 'person' and first_key is not null and last_key is not null
                    as is_scored
            from {RECORDS} as records inner join {wanted} as wanted
                on records.rowid = wanted.place
        ),
        lettered as (
            select
                *,
                coalesce(postal_name, town_name) || '|' || coalesce(country_code, '') as town,
                -- Mail systems number people of one name, so digits tell them apart at a domain.
                domain_name || '|' || regexp_replace(local, '[^0-9]+', '', 'g') as work_mailbox,
                case when is_scored then regexp_replace(local, '[^a-z]+', '', 'g') end as letters,
                case object when 'visitors' then linked_record_id
                    when 'form_submissions' then source_record_id end as link_id
            from named
        ),
        derived as (
            select
                *,
                -- A local part made from the name says nothing that the name does not.
                case when length(letters) >= 5
                    and left(letters, 1) not in (left(first_key, 1), left(last_key, 1))
                    and not contains(letters, first_key) and not contains(letters, last_key)
                    then local end as local_part
            from lettered
        )
        select
            * exclude (letters, local, link_id, postal_name, town_name),
            {str(is_fresh).lower()} as is_fresh,
            {_hashed("first_key", "last_key")} as stated_name,
            {_letter("first_key")} as first_letter, {_letter("last_key")} as last_letter,
            {_hashed("work_mailbox")} as mailbox, {_hashed("domain_name")} as work_domain,
            {keys}, {blocks}
        from derived
    """


def _letter(name: str) -> str:
    """The place of a name's first letter: 1 to 26, other letters share the places up to 63."""
    return (
        f"case when {name} between 'a' and '{{' then ascii({name}) - 96"
        f" when {name} <> '' then 27 + ascii({name}) % 37 end"
    )


def _hashed(*values: str, given: str = "true") -> str:
    """The hash of values, null where one is null: DuckDB gives null a hash, and the empty would
    link."""
    told = " and ".join([given, *(f"{value} is not null" for value in values)])
    return f"case when {told} then hash({', '.join(values)}) end"
