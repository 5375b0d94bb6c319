"""What people did to the accounts, and the clicks whose ids land on the website."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from ingestion.sandbox.company import DAY, END, START, Company
from ingestion.sandbox.dice import dice
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change
from ingestion.sandbox.wire.google_ads.account import CAMPAIGNS
from ingestion.sandbox.wire.google_ads.entities import ad_group_body, campaign_body

BUDGET_EVERY = 45 * DAY


def changed(company: Company) -> Iterator[Change]:
    """Yield the changes of budgets that people made, each shown minutes after it was made."""
    for campaign in CAMPAIGNS:
        rng = dice(f"{company.seed}/google_ads/changes/{campaign.id}")
        customer, amount = campaign.customer, campaign.daily_clicks * 12_000_000
        budget = f"customers/{customer.id}/campaignBudgets/5{campaign.id}"
        # Offsets only: no other generator is asked between these draws.
        moments = [
            (at + rng.randrange(DAY), rng.choice((0.9, 1.1, 1.2)))
            for at in range(START + 30 * DAY, END - DAY, BUDGET_EVERY)
        ]
        for at, factor in moments:
            before, amount = amount, int(amount * factor)
            local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(customer.zone))
            told = {
                "resourceName": f"customers/{customer.id}/changeEvents/{at * 1000}~0~0",
                "changeDateTime": local.strftime("%Y-%m-%d %H:%M:%S.%f"),
                "changeResourceType": "CAMPAIGN_BUDGET",
                "changeResourceName": budget,
                "resourceChangeOperation": "UPDATE",
                "clientType": "GOOGLE_ADS_WEB_CLIENT",
                "userEmail": "media@fathom.example",
                "campaign": f"customers/{customer.id}/campaigns/{campaign.id}",
                "changedFields": "amountMicros",
                "oldResource": {"campaignBudget": {"amountMicros": str(before)}},
                "newResource": {"campaignBudget": {"amountMicros": str(amount)}},
            }
            body = {"customer": customer.body, "changeEvent": told}
            shown, key = at + 180_000, str(told["resourceName"])
            yield change(
                "google_ads", "change_event", key, shown, body, parent=customer.id, sort_at=at
            )


@cache
def _day_in(zone: str, quarter: int) -> str:
    """The account's day of a quarter of an hour: every offset of a zone is a whole number of them.

    Asked for each click, of which many share one.
    """
    instant = datetime.fromtimestamp(quarter * 900, UTC).astimezone(ZoneInfo(zone))
    return instant.date().isoformat()


def clicked(company: Company) -> Iterator[Change]:
    """Yield the clicks of visits that came through a campaign of the accounts, by their gclid."""
    by_slug = {campaign.slug: campaign for campaign in CAMPAIGNS if campaign.ads}
    visits = [visit for person in company.persons for visit in person.sessions]
    for visit in [*visits, *company.anonymous]:
        kind, _, gclid = (visit.click_id or "").partition(":")
        campaign = by_slug.get(visit.campaign or "")
        if kind != "gclid" or campaign is None:
            continue
        customer, number = campaign.customer, visit.started // 1000
        group, ad = campaign.ads[number % len(campaign.ads)]
        day = _day_in(customer.zone, number // 900)
        body = {
            "customer": customer.body,
            "campaign": campaign_body(campaign),
            "adGroup": ad_group_body(campaign, group),
            "clickView": {
                "resourceName": f"customers/{customer.id}/clickViews/{day}~{gclid}",
                "gclid": gclid,
                "adGroupAd": f"customers/{customer.id}/adGroupAds/{group}~{ad}",
                "keyword": f"customers/{customer.id}/adGroupCriteria/{group}~6{group}",
            },
            "segments": {
                "date": day,
                "adNetworkType": "SEARCH",
                "device": "MOBILE" if number % 3 == 0 else "DESKTOP",
            },
        }
        # One day a query: the day is where its clicks hang.
        yield change(
            "google_ads",
            "click_view",
            gclid,
            visit.started + 3 * 3_600_000,
            body,
            parent=f"{customer.id}:{day}",
            sort_at=visit.started,
        )
