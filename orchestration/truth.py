"""Planted truth of a sandbox home as tables of schema truth; real homes have them empty.

Truth scores the platform and is never an input of any number.
"""

import duckdb

from orchestration.settings import Kind, Settings

COLUMNS: dict[str, str] = {
    "records": "source varchar, object varchar, source_record_id varchar, true_person_id varchar,"
    " party_kind varchar, dirt varchar",
    "persons": "true_person_id varchar, party_kind varchar, true_account_id varchar,"
    " first_lead_at timestamp",
    "accounts": "true_account_id varchar, domain varchar, name varchar",
    "account_records": "source varchar, object varchar, source_record_id varchar,"
    " true_account_id varchar",
    "channel_effects": "stage varchar, channel varchar, true_share double",
    "opens": "campaign_id_mailchimp varchar, email_id varchar, occurred_at timestamp,"
    " is_machine boolean",
    "spam_submissions": "submission_id varchar, is_spam boolean",
    "routed_leads": "submission_id varchar, required_owner varchar, mistake varchar,"
    " assigned_at timestamp, reassigned_at timestamp, is_late boolean",
    "consents": "true_person_id varchar, channel varchar, purpose varchar, valid_from timestamp,"
    " state varchar, trap varchar",
    "mailable_members": "source varchar, object varchar, source_record_id varchar,"
    " valid_from timestamp, valid_to timestamp",
    "planted": "kind varchar, source varchar, object varchar, key varchar, note varchar",
}


def load(settings: Settings, kind: Kind) -> dict[str, int]:
    """Replace the tables of schema truth in one transaction; return rows per table."""
    folder = settings.home / "sandbox" / "truth"
    rows: dict[str, int] = {}
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists truth")
        for table, columns in COLUMNS.items():
            path = folder / f"{table}.parquet"
            connection.execute(f"create or replace table truth.{table} ({columns})")
            if kind == "sandbox" and path.exists():
                names = ", ".join(each.split()[0] for each in columns.split(", "))
                connection.execute(
                    f"insert into truth.{table} select distinct {names} from read_parquet(?)",
                    [str(path)],
                )
            counted = connection.execute(f"select count(*) from truth.{table}").fetchone()
            rows[table] = int(counted[0]) if counted else 0
        connection.commit()
    return rows
