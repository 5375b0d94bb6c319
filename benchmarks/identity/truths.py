"""Who is who, by record key: what a resolution is scored against, and what it found."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.identity.other_company import generate


@dataclass(frozen=True)
class Truth:
    """The true person and the true account of records, by record key."""

    persons: dict[str, str]
    accounts: dict[str, str]


def of_sandbox(connection: duckdb.DuckDBPyConnection, home: Path) -> Truth:
    """Return the planted truth of the records that the home has loaded."""
    folder = home / "sandbox" / "truth"
    paths = [str(folder / f"{name}.parquet") for name in ("records", "persons", "account_records")]
    connection.execute(
        """
        create or replace temp table truth as
        with known as (
            select source || '|' || object || '|' || source_record_id as record_key, *
            from read_parquet($1)
        ),
        companies as (
            select source || '|' || object || '|' || source_record_id as record_key,
                true_account_id
            from read_parquet($3)
        ),
        stated as (
            select
                known.record_key, persons.true_account_id,
                case when known.party_kind = 'person' then known.true_person_id end as person
            from known inner join read_parquet($2) as persons using (true_person_id)
            where known.party_kind in ('person', 'mailbox')
            union all
            select record_key, true_account_id, null from companies
        )
        select stated.* from stated
        semi join intermediate.int_identity__records as loaded using (record_key)
        """,
        paths,
    )
    return Truth(_pairs(connection, "person"), _pairs(connection, "true_account_id"))


def _pairs(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, str]:
    rows = connection.execute(
        f"select record_key, {column} from truth where {column} is not null"
    ).fetchall()
    return dict(rows)


def of_other(seed: int, people: int) -> Truth:
    """Return the truth of the other company; its records are all loaded."""
    company = generate(seed, people)
    return Truth(company.person_of, company.account_of)


def found_persons(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the person of every record."""
    rows = connection.execute(
        "select source || '|' || object || '|' || source_record_id, person_id"
        " from identity.person_map"
    ).fetchall()
    return dict(rows)


def found_accounts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the account of every record; as in the bridge, one without sits where its person does.

    Written apart from the bridge's own SQL on purpose: it is checked against it in a test.
    """
    rows = connection.execute(
        """
        with placed as (
            select records.record_key, persons.person_id, accounts.account_id,
                records.is_deleted, records.updated_at
            from intermediate.int_identity__records as records
            left join identity.account_map as accounts using (source, object, source_record_id)
            left join identity.person_map as persons using (source, object, source_record_id)
        ),
        homes as (
            select person_id, account_id from placed
            where person_id is not null and account_id is not null
            qualify row_number() over (
                partition by person_id order by is_deleted, updated_at desc, record_key
            ) = 1
        )
        select placed.record_key, coalesce(placed.account_id, homes.account_id)
        from placed left join homes using (person_id)
        where coalesce(placed.account_id, homes.account_id) is not null
        """
    ).fetchall()
    return dict(rows)
