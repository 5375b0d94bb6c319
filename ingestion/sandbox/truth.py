"""The planted truth, stored apart and never served: it scores the platform."""

from datetime import datetime
from pathlib import Path

import polars as pl

from ingestion.sandbox import consents_truth, files, launch_truth, plans
from ingestion.sandbox.company import Company
from ingestion.sandbox.vendor import frame
from ingestion.sandbox.vendors import VENDORS
from ingestion.sandbox.wire.encode import iso_ms


def write(company: Company, folder: Path, as_of: datetime) -> None:
    """Write every truth table as Parquet; rows of the whole history, whatever the clock shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables(company).items():
        partial = folder / f".{name}.partial"
        table.write_parquet(partial)
        partial.replace(folder / f"{name}.parquet")


def tables(company: Company) -> dict[str, pl.DataFrame]:
    """Return the truth: who is who, what each channel causes, which rows lie."""
    own = {
        "records": _records(company),
        "persons": _persons(company),
        "accounts": _accounts(company),
        "account_records": _account_records(company),
        "channel_effects": _effects(company),
        "consents": _consents(company),
        "mailable_members": _mailable(company),
        "planted": _planted(company),
    }
    return own | {name: make(company) for each in VENDORS for name, make in each.truth.items()}


def _records(company: Company) -> pl.DataFrame:
    rows = [(each.name, *row) for each in VENDORS for row in each.people(company)]
    key = ["source", "object", "source_record_id"]
    columns = (*key, "true_person_id", "party_kind", "dirt")
    return frame(columns, rows).unique(key, keep="first", maintain_order=True)


def _persons(company: Company) -> pl.DataFrame:
    rows = [
        (
            person.true_id,
            person.kind,
            person.account.true_id if person.account else None,
            iso_ms(person.lead_at) if person.lead_at else None,
        )
        for person in company.persons
    ]
    return frame(("true_person_id", "party_kind", "true_account_id", "first_lead_at"), rows)


def _accounts(company: Company) -> pl.DataFrame:
    rows = [(each.true_id, each.domain, each.name) for each in company.accounts]
    return frame(("true_account_id", "domain", "name"), rows)


def _account_records(company: Company) -> pl.DataFrame:
    rows = [(each.name, "companies", *row) for each in VENDORS for row in each.accounts(company)]
    return frame(("source", "object", "source_record_id", "true_account_id"), rows)


def _effects(company: Company) -> pl.DataFrame:
    totals: dict[str, float] = {}
    for (stage, _), amount in company.effects.items():
        totals[stage] = totals.get(stage, 0.0) + amount
    rows = [
        (stage, channel, amount / totals[stage])
        for (stage, channel), amount in sorted(company.effects.items())
    ]
    return frame(("stage", "channel", "true_share"), rows)


def _consents(company: Company) -> pl.DataFrame:
    """What holds for each person from an instant on; of the far past too."""
    rows = [
        (person, channel, purpose, iso_ms(since), state, trap)
        for person, channel, purpose, since, state, trap in consents_truth.states(company)
    ]
    columns = ("true_person_id", "channel", "purpose", "valid_from", "state", "trap")
    return frame(columns, rows)


def _mailable(company: Company) -> pl.DataFrame:
    """When each member of a list is one whom its tool sends to."""
    rows = [
        (*record, iso_ms(since), iso_ms(until))
        for *record, since, until in consents_truth.mailable(company)
    ]
    columns = ("source", "object", "source_record_id", "valid_from", "valid_to")
    return frame(columns, rows)


def _planted(company: Company) -> pl.DataFrame:
    """Every trap by its kind: where it stands and what it is about."""
    rows = [trap for each in VENDORS for trap in each.planted(company)]
    rows += files.planted(company)
    rows += [*plans.planted(company), *launch_truth.planted(company)]
    rows += consents_truth.planted(company)
    return frame(("kind", "source", "object", "key", "note"), sorted(rows))
