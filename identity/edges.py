"""Links between records, in SQL: star edges around the first record of a key, never a self-join."""

from collections.abc import Iterable

import duckdb

from identity import keys
from identity.clusters import Edge
from identity.matching import IdentityError, Matching

RECORDS = "intermediate.int_identity__records"
MERGES = "intermediate.int_identity__merges"


def prepare(connection: duckdb.DuckDBPyConnection, matching: Matching) -> None:
    """Make the temporary table `party_records`: records that stand for a party, keys guarded.

    A key value that as many distinct names hold as the limit says is nulled here; the record
    itself keeps it.
    """
    connection.execute(
        f"""
        create or replace temp table party_records as
        with named as (
            select
                *,
                -- Swapped names are one name; an initial is not enough to be one.
                case when length(first_key) > 1 and length(last_key) > 1
                    then least(first_key, last_key) || '|' || greatest(first_key, last_key)
                    end as full_name,
                first_key || '|' || last_key as stated_name
            from {RECORDS} where object <> 'companies'
        ),
        email_names as (
            select email_key, count(distinct stated_name) as email_names
            from named where email_key is not null group by email_key
        ),
        phone_names as (
            select phone_key, count(distinct stated_name) as phone_names
            from named where phone_key is not null group by phone_key
        ),
        counted as (
            select * from named
            left join email_names using (email_key)
            left join phone_names using (phone_key)
        )
        select
            record_key, source, object, source_record_id, linked_record_id, record_kind,
            created_at, first_key, last_key, full_name, company_key, street_key, postal_code,
            country_code, email_normalised, is_deleted,
            lower(coalesce(postal_code, city)) || '|' || coalesce(country_code, '') as town,
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
        elif rule == "phone_and_name":
            pairs = keys.by_phone(connection)
        elif rule == "email_and_name":
            pairs = keys.by_email(connection, matching.name_similarity)
        else:
            pairs = keys.by_key(connection, keys.NAME_KEYS[rule])
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


def _vendor_merges(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Losers and winners of the vendors' own merges, both known to us.

    Joined on the whole key: on its three parts the planner paired every record of an object with
    every other first, 20 GB at 8,000 records.
    """
    return keys.pairs(
        connection,
        f"""
        select losers.record_key, winners.record_key
        from (
            select
                source || '|' || object || '|' || loser_record_id as loser_key,
                source || '|' || winner_object || '|' || winner_record_id as winner_key
            from {MERGES}
        ) as merges
        inner join party_records as losers on merges.loser_key = losers.record_key
        inner join party_records as winners on merges.winner_key = winners.record_key
        """,
    )


def _visitor_forms(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """A browser and the form it sent, where both name the same address."""
    return keys.pairs(
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
