"""The company in Google Ads: 64-bit integers are strings, money is micros, past days restate."""

from collections.abc import Iterator

from ingestion.sandbox.company import Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import every_day
from ingestion.sandbox.wire.google_ads.account import CAMPAIGNS, US
from ingestion.sandbox.wire.google_ads.days import (
    account_day,
    campaign_day,
    cost_micros,
    fee_micros,
)
from ingestion.sandbox.wire.google_ads.entities import entities
from ingestion.sandbox.wire.google_ads.events import changed, clicked

__all__ = ["CAMPAIGNS", "US", "changes", "cost_micros", "fee_micros"]


def changes(company: Company) -> Iterator[Change]:
    """Yield entities, events and every version of every day, in no particular order."""
    yield from entities()
    yield from changed(company)
    yield from clicked(company)
    for start, day in every_day(company):
        totals = yield from campaign_day(company, start, day)
        yield from account_day(company, start, day, totals)
