"""The company in Google Ads: 64-bit integers are strings, money is micros, past days restate."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from ingestion.sandbox.company import DAY, HOUR, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, every_day

CUSTOMER = "1234567890"
# How long after a day its conversions go on arriving, in days.
RESTATED_AFTER = (3, 9, 27)


@dataclass(frozen=True)
class AdCampaign:
    """A campaign. `ads` are (ad group, ad); a performance campaign has none and reports itself."""

    id: str
    name: str
    type: str
    status: str
    suffix: str
    daily_clicks: int
    ads: tuple[tuple[str, str], ...]


CAMPAIGNS = (
    AdCampaign(
        "10001",
        "Brand | Search | Brand_Search",
        "SEARCH",
        "ENABLED",
        "utm_source=google&utm_medium=cpc&utm_campaign=brand_search",
        40,
        (("20001", "30001"), ("20001", "30002"), ("20002", "30003")),
    ),
    AdCampaign(
        "10002",
        "Competitor | Search | Competitor_Search",
        "SEARCH",
        "ENABLED",
        "utm_source=google&utm_medium=cpc&utm_campaign=competitor_search",
        24,
        (("20003", "30004"), ("20004", "30005")),
    ),
    AdCampaign(
        "10003",
        "Spring | Search | Spring_Launch",
        "SEARCH",
        "REMOVED",
        "utm_source=google&utm_medium=cpc&utm_campaign=spring_launch",
        15,
        (("20005", "30006"),),
    ),
    AdCampaign(
        "10004",
        "All | PMax | Retargeting",
        "PERFORMANCE_MAX",
        "ENABLED",
        "utm_source=google&utm_medium=cpc&utm_campaign=retargeting",
        18,
        (),
    ),
)


def changes(company: Company) -> Iterator[Change]:
    """Yield entities and every version of every ad day, in no particular order."""
    customer = {"customer": _customer()}
    yield change("google_ads", "customer", CUSTOMER, 0, customer, parent=CUSTOMER)
    for campaign in CAMPAIGNS:
        yield from _entities(campaign)
    for start, day in every_day(company):
        for campaign in CAMPAIGNS:
            yield from _day(company, campaign, start, day)


def _customer() -> dict[str, Any]:
    return {
        "resourceName": f"customers/{CUSTOMER}",
        "id": CUSTOMER,
        "currencyCode": "USD",
        "timeZone": "America/New_York",
        "descriptiveName": "Fathom Instruments",
    }


def _campaign(campaign: AdCampaign) -> dict[str, Any]:
    return {
        "resourceName": f"customers/{CUSTOMER}/campaigns/{campaign.id}",
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status,
        "advertisingChannelType": campaign.type,
        "finalUrlSuffix": campaign.suffix,
    }


def _ad_group(campaign: AdCampaign, group: str) -> dict[str, Any]:
    return {
        "resourceName": f"customers/{CUSTOMER}/adGroups/{group}",
        "id": group,
        "name": f"Group {group[-1]}",
        "campaign": f"customers/{CUSTOMER}/campaigns/{campaign.id}",
    }


def _entities(campaign: AdCampaign) -> Iterator[Change]:
    whole = {"customer": _customer(), "campaign": _campaign(campaign)}
    yield change("google_ads", "campaign", campaign.id, 0, whole, parent=CUSTOMER)
    for group, ad in campaign.ads:
        body = {**whole, "adGroup": _ad_group(campaign, group)}
        yield change("google_ads", "ad_group", group, 0, body, parent=CUSTOMER)
        body = {**body, "adGroupAd": {"ad": {"id": ad}}}
        yield change("google_ads", "ad_group_ad", ad, 0, body, parent=CUSTOMER)


def _day(company: Company, campaign: AdCampaign, start: int, day: str) -> Iterator[Change]:
    """One campaign's day at its three grains; a day shows the next morning and restates later."""
    rng = Random(f"{company.seed}/google_ads/{campaign.id}/{day}")
    # A removed campaign ran for its first year only; a quiet day has no row at all.
    if (campaign.status == "REMOVED" and day >= "2026-01-01") or rng.random() < 0.02:
        return
    scale = company.scale
    parts = campaign.ads or (("", ""),)
    share = [rng.random() + 0.2 for _ in parts]
    clicks = max(1, round(campaign.daily_clicks * scale * rng.uniform(0.6, 1.4)))
    split = [max(0, round(clicks * each / sum(share))) for each in share]
    lines = []
    for (group, ad), part in zip(parts, split, strict=True):
        # 4 to 15 a click, what business software pays for search.
        cost = part * rng.randint(4_000_000, 15_000_000)
        lines.append((group, ad, part * rng.randint(12, 40), part, cost, part * 0.04))
    # Part of a search campaign's cost is charged outside any ad (a residual at the ad grain).
    extra = rng.randint(0, 900_000) if campaign.ads else 0
    for version, after in enumerate((0, *RESTATED_AFTER)):
        if version and rng.random() < 0.5:
            continue
        shown = start + DAY + 4 * HOUR + after * DAY
        credit = 1_000_000 if version == 2 and rng.random() < 0.3 else 0
        grown = [
            (g, a, i, c, max(0, m - credit), v * (1 + 0.3 * version)) for g, a, i, c, m, v in lines
        ]
        yield from _grains(campaign, day, start, shown, grown, extra)


def _grains(
    campaign: AdCampaign,
    day: str,
    start: int,
    shown: int,
    lines: list[tuple[str, str, int, int, int, float]],
    extra: int,
) -> Iterator[Change]:
    whole = {"customer": _customer(), "campaign": _campaign(campaign), "segments": {"date": day}}
    total = _metrics(lines, extra)
    yield change(
        "google_ads",
        "campaign_days",
        f"{campaign.id}:{day}",
        shown,
        {**whole, "metrics": total},
        parent=CUSTOMER,
        sort_at=start,
    )
    if not campaign.ads:
        return
    for group in dict.fromkeys(line[0] for line in lines):
        body = {
            **whole,
            "adGroup": _ad_group(campaign, group),
            "metrics": _metrics([line for line in lines if line[0] == group], 0),
        }
        yield change(
            "google_ads",
            "ad_group_days",
            f"{group}:{day}",
            shown,
            body,
            parent=CUSTOMER,
            sort_at=start,
        )
    for line in lines:
        body = {
            **whole,
            "adGroup": _ad_group(campaign, line[0]),
            "adGroupAd": {"ad": {"id": line[1]}},
            "metrics": _metrics([line], 0),
        }
        yield change(
            "google_ads", "ad_days", f"{line[1]}:{day}", shown, body, parent=CUSTOMER, sort_at=start
        )


def _metrics(lines: list[tuple[str, str, int, int, int, float]], extra: int) -> dict[str, Any]:
    conversions = round(sum(line[5] for line in lines), 6)
    return {
        "impressions": str(sum(line[2] for line in lines)),
        "clicks": str(sum(line[3] for line in lines)),
        "costMicros": str(sum(line[4] for line in lines) + extra),
        "conversions": conversions,
        "conversionsValue": round(conversions * 600.0, 6),
    }
