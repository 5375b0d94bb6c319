"""The planted truth, stored apart and never served: it scores the platform."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.sandbox import privacy
from ingestion.sandbox.company import Company, Person
from ingestion.sandbox.records import contacts
from ingestion.sandbox.wire import (
    adaptlypost,
    facebook_pages,
    hubspot,
    hubspot_companies,
    hubspot_forms,
    instagram,
    klaviyo,
    linkedin_ads,
    mailchimp,
    meta_ads,
    salesforce,
    salesforce_people,
    salesforce_sales,
    stripe_truth,
    youtube,
)
from ingestion.sandbox.wire.encode import iso_ms
from ingestion.sandbox.wire.salesforce_shape import account_id, in_salesforce, opportunity_id


def write(company: Company, folder: Path, as_of: datetime) -> None:
    """Write every truth table as Parquet; rows of the whole history, whatever the clock shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables(company).items():
        partial = folder / f".{name}.partial"
        frame.write_parquet(partial)
        partial.replace(folder / f"{name}.parquet")


def tables(company: Company) -> dict[str, pl.DataFrame]:
    """Return the truth: who is who, what each channel causes, which rows lie."""
    return {
        "records": _records(company),
        "persons": _persons(company),
        "accounts": _accounts(company),
        "account_records": _account_records(company),
        "channel_effects": _effects(company),
        "opens": _opens(company),
        "spam_submissions": _spam(company),
        "planted": _planted(company),
        "stripe_invoices": _frame(stripe_truth.INVOICES, stripe_truth.invoices(company)),
        "stripe_refunds": _frame(stripe_truth.REFUNDS, stripe_truth.refunds(company)),
    }


def person_id(person: Person) -> str:
    """Return the true id: test entries are one party each, as nobody stands behind them."""
    return f"p{person.number}"


def _frame(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


def _records(company: Company) -> pl.DataFrame:
    rows = [
        (
            "hubspot",
            "contacts",
            record.contact_id,
            person_id(record.person),
            record.person.kind,
            record.dirt or "",
        )
        for record in contacts(company)
    ]
    rows += [
        (
            "salesforce",
            each.object,
            each.id,
            person_id(each.person),
            each.person.kind,
            each.dirt or "",
        )
        for each in salesforce_people.records(company)
    ]
    for person in company.persons:
        if person.subscribed_at is not None:
            id_ = mailchimp.email_id(mailchimp.member_email(company.seed, person))
            key = f"{mailchimp.LIST}:{id_}"
            rows.append(("mailchimp", "members", key, person_id(person), person.kind, ""))
    rows += [
        (
            "klaviyo",
            "members",
            f"all:{each.id}",
            person_id(each.person),
            each.person.kind,
            each.dirt,
        )
        for each in klaviyo.profiles(company)
    ]
    columns = ("source", "object", "source_record_id", "true_person_id", "party_kind", "dirt")
    return _frame(columns, rows).unique(
        ["source", "object", "source_record_id"], keep="first", maintain_order=True
    )


def _persons(company: Company) -> pl.DataFrame:
    rows = [
        (
            person_id(person),
            person.kind,
            f"a{person.account.number}" if person.account else None,
            iso_ms(person.lead_at) if person.lead_at else None,
        )
        for person in company.persons
    ]
    return _frame(("true_person_id", "party_kind", "true_account_id", "first_lead_at"), rows)


def _accounts(company: Company) -> pl.DataFrame:
    rows = [(f"a{each.number}", each.domain, each.name) for each in company.accounts]
    return _frame(("true_account_id", "domain", "name"), rows)


def _account_records(company: Company) -> pl.DataFrame:
    rows = [
        ("hubspot", "companies", hubspot.company_id(each), f"a{each.number}")
        for each in company.accounts
    ]
    for each in company.accounts:
        if in_salesforce(each):
            ids = [account_id(each)]
            ids += [salesforce.twin_account_id(each)] * salesforce.has_twin(company.seed, each)
            rows += [("salesforce", "companies", id_, f"a{each.number}") for id_ in ids]
    return _frame(("source", "object", "source_record_id", "true_account_id"), rows)


def _effects(company: Company) -> pl.DataFrame:
    totals: dict[str, float] = {}
    for (stage, _), amount in company.effects.items():
        totals[stage] = totals.get(stage, 0.0) + amount
    rows = [
        (stage, channel, amount / totals[stage])
        for (stage, channel), amount in sorted(company.effects.items())
    ]
    return _frame(("stage", "channel", "true_share"), rows)


def _opens(company: Company) -> pl.DataFrame:
    rows = []
    members = [person for person in company.persons if person.subscribed_at is not None]
    for mail in mailchimp.mails():
        for person in members:
            if not (person.subscribed_at or 0) <= mail.sent < (person.unsubscribed_at or 2**62):
                continue
            id_ = mailchimp.email_id(mailchimp.member_email(company.seed, person))
            rows += [
                (mail.id, id_, iso_ms(each.at // 1000 * 1000), each.is_machine)
                for each in mailchimp.reactions(company.seed, mail, person)
                if each.action == "open"
            ]
    columns = ("campaign_id_mailchimp", "email_id", "occurred_at", "is_machine")
    key = list(columns[:3])
    # A second in which both a human and a machine opened one mail proves nothing: left out.
    settled = pl.col("is_machine").n_unique().over(key) == 1
    return _frame(columns, rows).filter(settled).unique(key, keep="first", maintain_order=True)


def _spam(company: Company) -> pl.DataFrame:
    rows = [
        (hubspot_forms.submission_id(person), person.kind == "spam")
        for person in company.persons
        if person.form_visit is not None
    ]
    return _frame(("submission_id", "is_spam"), rows)


def _planted(company: Company) -> pl.DataFrame:
    """Every trap by its kind: where it stands and what it is about."""
    rows: list[tuple[str, str, str, str, str]] = []
    for record in contacts(company):
        at = ("hubspot", "contacts", record.contact_id)
        if record.dirt:
            rows.append((f"duplicate_{record.dirt}", *at, person_id(record.person)))
        if record.gone_how:
            rows.append((f"contact_{record.gone_how}", *at, record.merged_into or ""))
        if record.person.kind != "person":
            rows.append((f"party_{record.person.kind}", *at, person_id(record.person)))
    for deal in company.deals:
        at = ("hubspot", "deals", hubspot.deal_id(deal.number))
        if deal.refunds is not None:
            rows.append(("refund", *at, hubspot.deal_id(deal.refunds)))
        if len(deal.history) > 1 and any("closed" in stage for stage, _ in deal.history[:-1]):
            rows.append(("deal_reopened", *at, deal.history[-1][0]))
        if deal.currency == "XAF":
            rows.append(("currency_without_rate", *at, deal.currency))
    rows += _planted_in_salesforce(company)
    for account in company.accounts:
        if hubspot_companies.is_restored(company.seed, account):
            at = ("hubspot", "companies", hubspot.company_id(account))
            rows.append(("company_restored", *at, ""))
    rows += [*meta_ads.planted(company), *linkedin_ads.planted(company)]
    for profile in klaviyo.profiles(company):
        at = ("klaviyo", "profiles", profile.id)
        if profile.disagrees:
            rows.append(("consent_disagrees", *at, person_id(profile.person)))
        if profile.gone is not None:
            rows.append((f"profile_{profile.dirt or 'deleted'}", *at, person_id(profile.person)))
    for vendor in (adaptlypost, facebook_pages, instagram, youtube):
        rows += vendor.planted(company)
    rows += stripe_truth.planted(company)
    rows += [("privacy_delete", *notice, iso_ms(at)) for at, notice in privacy.notices(company)]
    for person in company.persons:
        if (at := privacy.deleted_for_good(company.seed, person)) is not None:
            id_ = mailchimp.email_id(mailchimp.member_email(company.seed, person))
            rows.append(("deleted_for_good", "mailchimp", "members", id_, iso_ms(at)))
    return _frame(("kind", "source", "object", "key", "note"), sorted(rows))


def _planted_in_salesforce(company: Company) -> list[tuple[str, str, str, str, str]]:
    rows = []
    for each in salesforce_people.records(company):
        at = ("salesforce", each.object, each.id)
        if each.merged_into:
            rows.append(("record_merged", *at, each.merged_into))
        if each.contact_id:
            rows.append(("lead_converted", *at, each.contact_id))
        if each.deleted_at is not None:
            kind = "record_deleted" if each.undeleted_at is None else "record_restored"
            rows.append((kind, *at, ""))
    for deal in company.deals:
        if in_salesforce(deal.account):
            id_ = opportunity_id(deal.number)
            at = ("salesforce", "deals", id_)
            rows.append(("opportunity_mirrored", *at, hubspot.deal_id(deal.number)))
            if salesforce_sales.was_restored(company.seed, deal):
                rows.append(("record_restored", *at, ""))
            if salesforce_sales.typed_twice(company.seed, deal):
                twice = salesforce_sales.twice_id(deal)
                rows.append(("record_deleted", "salesforce", "deals", twice, id_))
    return rows
