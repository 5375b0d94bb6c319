"""The company in LinkedIn Ads: money as decimal text in pounds, instants in epoch milliseconds.

A campaign that was deleted is in no list while its days stay in the reports; one campaign shows no
creatives; some cost is booked above the creatives, some above the campaigns.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from ingestion.sandbox.company import CAMPAIGNS as SLUGS
from ingestion.sandbox.company import DAY, HOUR, START, Company, paid_social_visits
from ingestion.sandbox.ledger import Change, Status
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.encode import change, day_of, every_day, start_of

ACCOUNT = "507000123"
CURRENCY = "GBP"
GROUP = 600111
# Pounds in dollars as LinkedIn's own column has it, at a rate of its own.
DOLLARS = 1.3
RESTATED_AFTER = (3, 10, 28)
PIVOTS = {"ACCOUNT": "Account", "CAMPAIGN": "Campaign", "CREATIVE": "Creative"}


@dataclass(frozen=True)
class AdCampaign:
    """A campaign and its creatives; `ending` is what became of it after its last day."""

    id: int
    slug: str
    audience: str
    clicks: int
    creatives: tuple[int, ...]
    last_day: str = "9999-12-31"
    ending: str = ""

    @property
    def name(self) -> str:
        """Audience, kind and the campaign's own name, as the company writes them."""
        return f"{self.audience} | Social | {dict(SLUGS)[self.slug].replace(' ', '_')}"


CAMPAIGNS = (
    AdCampaign(202001, "attribution_webinar", "Marketing leaders", 8, (303001, 303002)),
    AdCampaign(202002, "spring_launch", "Operations", 6, (303003,), "2026-02-28", "ARCHIVED"),
    # A text ad whose creatives were made in another tool: no pivot below shows them.
    AdCampaign(202003, "competitor_search", "Competitors' followers", 4, ()),
    AdCampaign(202004, "data_hygiene_guide", "Data teams", 5, (303004,), "2025-07-31", "DELETED"),
)


@dataclass(frozen=True)
class Measured:
    """What a row counts; conversions as (after a click, after a view), money in pence."""

    impressions: int = 0
    clicks: int = 0
    pence: int = 0
    conversions: tuple[int, int] = (0, 0)

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(
            self.impressions + other.impressions,
            self.clicks + other.clicks,
            self.pence + other.pence,
            (
                self.conversions[0] + other.conversions[0],
                self.conversions[1] + other.conversions[1],
            ),
        )


def changes(company: Company) -> Iterator[Change]:
    """Yield the account, its objects, and every version of every day."""
    made = _stamps(START)
    body = {
        "id": int(ACCOUNT),
        "name": "Fathom Instruments UK",
        "currency": CURRENCY,
        "status": "ACTIVE",
        "type": "BUSINESS",
        **made,
    }
    yield change("linkedin_ads", "account", ACCOUNT, 0, body)
    body = {
        "id": GROUP,
        "account": f"urn:li:sponsoredAccount:{ACCOUNT}",
        "name": "Always on",
        "status": "ACTIVE",
        **made,
    }
    yield change("linkedin_ads", "adCampaignGroups", str(GROUP), 0, body, parent=ACCOUNT)
    for campaign in CAMPAIGNS:
        yield from _objects(campaign)
    for day, start, versions in days(company):
        for shown, rows, _ in versions:
            yield change("linkedin_ads", "days", day, shown, rows, parent=ACCOUNT, sort_at=start)


def planted(company: Company) -> Iterator[Planted]:
    """Yield every trap: kind, source, object, key and what it is about."""
    for campaign in CAMPAIGNS:
        if not campaign.creatives:
            yield "campaign_without_ads", "linkedin_ads", "campaigns", str(campaign.id), ""
        if campaign.ending:
            kind = f"campaign_{campaign.ending.lower()}"
            yield kind, "linkedin_ads", "campaigns", str(campaign.id), campaign.last_day
    for day, _, versions in days(company):
        if len(versions) > 1:
            yield "restated_day", "linkedin_ads", "analytics", day, str(len(versions))
        for kind, key in dict.fromkeys(trap for *_, traps in versions for trap in traps):
            yield kind, "linkedin_ads", "analytics", f"{key}:{day}", day


def _stamps(made: int, moved: int = 0) -> dict[str, Any]:
    return {
        "changeAuditStamps": {"created": {"time": made}, "lastModified": {"time": moved or made}}
    }


def _objects(campaign: AdCampaign) -> Iterator[Change]:
    """Yield a campaign and its creatives as they began, and as they were archived or deleted."""
    ended = start_of(campaign.last_day) + DAY + 8 * HOUR if campaign.ending else 0
    for at in (START, ended) if ended else (START,):
        gone: Status = "deleted" if at == ended and campaign.ending == "DELETED" else "live"
        status = campaign.ending if at == ended else "ACTIVE"
        body = {
            "id": campaign.id,
            "account": f"urn:li:sponsoredAccount:{ACCOUNT}",
            "campaignGroup": f"urn:li:sponsoredCampaignGroup:{GROUP}",
            "name": campaign.name,
            "status": status,
            "type": "SPONSORED_UPDATES" if campaign.creatives else "TEXT_AD",
            "objectiveType": "LEAD_GENERATION",
            "costType": "CPC",
            "dailyBudget": {"amount": "60.00", "currencyCode": CURRENCY},
            "runSchedule": {"start": START, **({"end": ended} if ended else {})},
            **_stamps(START, at),
        }
        key = str(campaign.id)
        yield change("linkedin_ads", "adCampaigns", key, at, body, parent=ACCOUNT, status=gone)
        for creative in campaign.creatives:
            body = {
                "id": f"urn:li:sponsoredCreative:{creative}",
                "account": f"urn:li:sponsoredAccount:{ACCOUNT}",
                "campaign": f"urn:li:sponsoredCampaign:{campaign.id}",
                "intendedStatus": status,
                "createdAt": START,
                "lastModifiedAt": at,
            }
            key = str(creative)
            yield change("linkedin_ads", "creatives", key, at, body, parent=ACCOUNT, status=gone)


Trap = tuple[str, str]
Lines = dict[int, dict[int, Measured]]
Version = tuple[int, dict[str, list[dict[str, Any]]], list[Trap]]


def days(company: Company) -> Iterator[tuple[str, int, list[Version]]]:
    """Yield each day, its start, and its versions: when shown, rows by pivot, what is planted."""
    visits = Counter(
        (visit.campaign or "", day_of(visit.started))
        for visit in paid_social_visits(company, "linkedin")
    )
    for start, day in every_day(company):
        rng = Random(f"{company.seed}/linkedin_ads/{day}")
        lines: Lines = {
            campaign.id: _lines(rng, campaign, visits[campaign.slug, day], company.scale)
            for campaign in CAMPAIGNS
            if day <= campaign.last_day and rng.random() >= 0.02
        }
        extra = {id_: rng.randint(0, 80) for id_ in lines}
        above = rng.randint(1, 50) if rng.random() < 0.2 else 0
        versions: list[Version] = []
        traps: list[Trap] = []
        for number, after in enumerate((0, *RESTATED_AFTER)):
            if number and rng.random() < 0.6:
                continue
            if number:
                lines, traps = _restated(rng, lines, traps)
            shown = start + DAY + 5 * HOUR + after * DAY
            versions.append((shown, _rows(day, lines, extra, above, traps), traps))
        yield day, start, versions


def _lines(rng: Random, campaign: AdCampaign, visits: int, scale: float) -> dict[int, Measured]:
    """Return what each creative did on its first day, 0 standing for a campaign without any."""
    creatives = campaign.creatives or (0,)
    clicks = visits + max(1, round(campaign.clicks * scale * rng.uniform(0.6, 1.4)))
    found = {}
    for creative in creatives:
        part = max(1, clicks // len(creatives))
        found[creative] = Measured(
            impressions=part * rng.randint(80, 260),
            clicks=part,
            # 4 to 11 pounds a click, what LinkedIn's audiences cost.
            pence=part * rng.randint(400, 1100),
            conversions=(int(rng.random() < 0.03 * part), int(rng.random() < 0.01 * part)),
        )
    return found


def _restated(rng: Random, lines: Lines, traps: list[Trap]) -> tuple[Lines, list[Trap]]:
    """Return the lines as a later day shows them: a late conversion, a credit, a row dropped."""
    traps = list(traps)
    moved: Lines = {}
    for id_, parts in lines.items():
        moved[id_] = {}
        for creative, line in parts.items():
            late, credit = rng.random() < 0.08, rng.random() < 0.05
            spared = min(line.pence, 175) if credit else 0
            counted = (line.conversions[0] + late, line.conversions[1])
            moved[id_][creative] = Measured(
                line.impressions, line.clicks, line.pence - spared, counted
            )
            if spared:
                traps.append(("invalid_traffic_credit", str(creative or id_)))
            if len(parts) > 1 and creative == max(parts) and rng.random() < 0.08:
                traps.append(("ad_row_dropped", str(creative)))
    return moved, traps


def _rows(
    day: str, lines: Lines, extra: dict[int, int], above: int, traps: list[Trap]
) -> dict[str, list[dict[str, Any]]]:
    """Return a day's rows by pivot; what is charged above a pivot shows in those above it."""
    rows: dict[str, list[dict[str, Any]]] = {pivot: [] for pivot in PIVOTS}
    total = Measured(pence=above)
    for campaign in CAMPAIGNS:
        parts = lines.get(campaign.id)
        if parts is None:
            continue
        whole = Measured(pence=extra[campaign.id])
        for creative, line in parts.items():
            whole += line
            if creative and ("ad_row_dropped", str(creative)) not in traps:
                rows["CREATIVE"].append(_row(day, "CREATIVE", creative, line))
        rows["CAMPAIGN"].append(_row(day, "CAMPAIGN", campaign.id, whole))
        total += whole
    if lines:
        rows["ACCOUNT"].append(_row(day, "ACCOUNT", int(ACCOUNT), total))
    return rows


def _row(day: str, pivot: str, id_: int, held: Measured) -> dict[str, Any]:
    year, month, number = (int(part) for part in day.split("-"))
    on = {"year": year, "month": month, "day": number}
    clicked, viewed = held.conversions
    return {
        "pivotValues": [f"urn:li:sponsored{PIVOTS[pivot]}:{id_}"],
        "dateRange": {"start": on, "end": on},
        "impressions": held.impressions,
        "clicks": held.clicks,
        "landingPageClicks": held.clicks,
        "totalEngagements": held.clicks * 5 // 4,
        "externalWebsiteConversions": clicked + viewed,
        "externalWebsitePostClickConversions": clicked,
        "externalWebsitePostViewConversions": viewed,
        "costInLocalCurrency": pounds(held.pence),
        # A double as text, tail and all, as the API gives it.
        "costInUsd": str(held.pence / 100 * DOLLARS),
        "conversionValueInLocalCurrency": pounds((clicked + viewed) * 25_000),
    }


def pounds(pence: int) -> str:
    """Return pence as LinkedIn writes money: decimal text in the account's currency."""
    return f"{pence // 100}.{pence % 100:02d}"
