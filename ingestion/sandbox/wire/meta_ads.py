"""The company in Meta Ads: numbers as text, spend in euros, a day as its four levels show it.

A level's rows do not add up to the one above: some cost is booked above the ads, one campaign shows
no ads at all, and now and then Meta drops an ad's row when it restates the day.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from random import Random
from typing import Any

from ingestion.sandbox.company import CAMPAIGNS as SLUGS
from ingestion.sandbox.company import DAY, HOUR, START, Company, paid_social_visits
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.encode import change, day_of, every_day, start_of

ACCOUNT = "440112233445"
CURRENCY, ZONE = "EUR", "Europe/Berlin"
SETTING = "7d_click_1d_view"
# How long after a day its conversions and credits go on arriving, in days.
RESTATED_AFTER = (3, 9, 26)
LEVELS = ("account", "campaign", "adset", "ad")


@dataclass(frozen=True)
class AdCampaign:
    """A campaign with one ad set, whose `ads` are ids; one without ads shows itself alone."""

    id: str
    slug: str
    audience: str
    status: str
    daily_budget: int
    clicks: int
    ads: tuple[str, ...]
    last_day: str = "9999-12-31"

    @property
    def name(self) -> str:
        """Audience, kind and the campaign's own name, as the company writes them."""
        return f"{self.audience} | Social | {dict(SLUGS)[self.slug].replace(' ', '_')}"

    @property
    def ad_set(self) -> str:
        """The id of its ad set, "" where it has none."""
        return f"2{self.id[1:]}" if self.ads else ""


CAMPAIGNS = (
    AdCampaign(
        "1202001", "data_hygiene_guide", "Lookalike", "ACTIVE", 4500, 9, ("3202001", "3202002")
    ),
    AdCampaign(
        *("1202002", "spring_launch", "Interests", "PAUSED", 3000, 7, ("3202003", "3202004")),
        last_day="2026-03-31",
    ),
    # Its ads were taken down with the page they belonged to: no level below shows them.
    AdCampaign("1202003", "retargeting", "Visitors", "ACTIVE", 2000, 5, ()),
    AdCampaign(
        *("1202004", "attribution_webinar", "Interests", "DELETED", 2500, 6, ("3202005",)),
        last_day="2025-06-30",
    ),
)
# An ad that was archived while its campaign ran on, and one that went with its deleted campaign.
AD_STATUS = {"3202004": "ARCHIVED", "3202005": "DELETED"}


@dataclass(frozen=True)
class Measured:
    """What a row counts; leads and purchases as (after a click, after a view)."""

    impressions: int = 0
    clicks: int = 0
    links: int = 0
    cents: int = 0
    leads: tuple[int, int] = (0, 0)
    purchases: tuple[int, int] = (0, 0)
    value_cents: int = 0

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(
            self.impressions + other.impressions,
            self.clicks + other.clicks,
            self.links + other.links,
            self.cents + other.cents,
            (self.leads[0] + other.leads[0], self.leads[1] + other.leads[1]),
            (self.purchases[0] + other.purchases[0], self.purchases[1] + other.purchases[1]),
            self.value_cents + other.value_cents,
        )


def changes(company: Company) -> Iterator[Change]:
    """Yield the account, its objects, and every version of every day."""
    body = {
        "id": f"act_{ACCOUNT}",
        "account_id": ACCOUNT,
        "name": "Fathom Instruments Europe",
        "currency": CURRENCY,
        "timezone_name": ZONE,
        "account_status": 1,
        "created_time": "2024-11-04T09:00:00+0100",
    }
    yield change("meta_ads", "account", ACCOUNT, 0, body)
    for campaign in CAMPAIGNS:
        yield from _objects(campaign)
    for day, start, versions in days(company):
        for shown, rows, _ in versions:
            yield change("meta_ads", "days", day, shown, rows, parent=ACCOUNT, sort_at=start)


def planted(company: Company) -> Iterator[Planted]:
    """Yield every trap: kind, source, object, key and what it is about."""
    for campaign in CAMPAIGNS:
        if not campaign.ads:
            yield "campaign_without_ads", "meta_ads", "campaigns", campaign.id, campaign.slug
        if campaign.status != "ACTIVE":
            kind = f"campaign_{campaign.status.lower()}"
            yield kind, "meta_ads", "campaigns", campaign.id, campaign.last_day
    for day, _, versions in days(company):
        if len(versions) > 1:
            yield "restated_day", "meta_ads", "insights", day, str(len(versions))
        for kind, key in dict.fromkeys(trap for *_, traps in versions for trap in traps):
            yield kind, "meta_ads", "insights", f"{key}:{day}", day


def _objects(campaign: AdCampaign) -> Iterator[Change]:
    """Yield a campaign, its ad set and ads as they began, and as they were paused or removed."""
    begun, ended = START, 0
    if campaign.status != "ACTIVE":
        ended = start_of(campaign.last_day) + DAY + 8 * HOUR
    for at, is_over in ((begun, False), *([(ended, True)] if ended else [])):
        moved = f"{day_of(at)}T09:00:00+0100"
        status = campaign.status if is_over else "ACTIVE"
        common = {"account_id": ACCOUNT, "created_time": "2024-12-02T09:00:00+0100"}
        common["updated_time"] = moved
        body = {
            "id": campaign.id,
            "name": campaign.name,
            "objective": "OUTCOME_LEADS",
            "status": status,
            "effective_status": status,
            "buying_type": "AUCTION",
            # In the currency's smallest unit, as text.
            "daily_budget": str(campaign.daily_budget),
            "start_time": "2025-01-01T00:00:00+0100",
            **common,
        }
        yield change("meta_ads", "campaigns", campaign.id, at, body, parent=ACCOUNT)
        if not campaign.ads:
            continue
        inherited = "CAMPAIGN_PAUSED" if status == "PAUSED" else status
        body = {
            "id": campaign.ad_set,
            "campaign_id": campaign.id,
            "name": f"{campaign.audience} DACH",
            "status": "ACTIVE" if status == "PAUSED" else status,
            "effective_status": inherited,
            "optimization_goal": "OFFSITE_CONVERSIONS",
            "attribution_spec": [
                {"event_type": "CLICK_THROUGH", "window_days": 7},
                {"event_type": "VIEW_THROUGH", "window_days": 1},
            ],
            "start_time": "2025-01-01T00:00:00+0100",
            **common,
        }
        yield change("meta_ads", "adsets", campaign.ad_set, at, body, parent=ACCOUNT)
        for ad in campaign.ads:
            tags = f"utm_source=facebook&utm_medium=paid_social&utm_campaign={campaign.slug}"
            body = {
                "id": ad,
                "campaign_id": campaign.id,
                "adset_id": campaign.ad_set,
                "name": f"Ad {ad[-1]}",
                "status": AD_STATUS.get(ad, "ACTIVE") if is_over else "ACTIVE",
                "effective_status": AD_STATUS.get(ad, inherited) if is_over else "ACTIVE",
                "creative": {"id": f"9{ad}", "url_tags": tags},
                **common,
            }
            yield change("meta_ads", "ads", ad, at, body, parent=ACCOUNT)


Trap = tuple[str, str]
Version = tuple[int, dict[str, list[dict[str, Any]]], list[Trap]]


def days(company: Company) -> Iterator[tuple[str, int, list[Version]]]:
    """Yield each day, its start, and its versions: when shown, rows by level, what is planted."""
    visits: Counter[tuple[str, str]] = Counter()
    for network in ("facebook", "instagram"):
        for visit in paid_social_visits(company, network):
            visits[visit.campaign or "", day_of(visit.started)] += 1
    for start, day in every_day(company):
        rng = Random(f"{company.seed}/meta_ads/{day}")
        first = {
            campaign.id: _lines(rng, campaign, visits[campaign.slug, day], company.scale)
            for campaign in CAMPAIGNS
            if day <= campaign.last_day and rng.random() >= 0.02
        }
        extra = {id_: (rng.randint(0, 90), rng.randint(0, 40)) for id_ in first}
        above = rng.randint(1, 60) if rng.random() < 0.2 else 0
        versions: list[Version] = []
        gone: list[Trap] = []
        lines = first
        for number, after in enumerate((0, *RESTATED_AFTER)):
            if number and rng.random() < 0.6:
                continue
            if number:
                lines, gone = _restated(rng, lines, gone)
            shown = start + DAY + 4 * HOUR + after * DAY
            versions.append((shown, _rows(day, lines, extra, above, gone), _traps(lines, gone)))
        yield day, start, versions


def _lines(rng: Random, campaign: AdCampaign, visits: int, scale: float) -> dict[str, Measured]:
    """Return what each ad did on its first day, "" standing for a campaign without ads.

    Each visit that the site saw is a link click, and some clicks never got there.
    """
    ads = campaign.ads or ("",)
    links = visits + max(1, round(campaign.clicks * scale * rng.uniform(0.6, 1.4)))
    found = {}
    for ad in ads:
        part = max(1, links // len(ads))
        clicks = part + round(part * rng.uniform(0.1, 0.6))
        leads = (int(rng.random() < 0.02 * part), int(rng.random() < 0.01 * part))
        won = int(rng.random() < 0.01 * part)
        found[ad] = Measured(
            impressions=clicks * rng.randint(40, 120),
            clicks=clicks,
            links=part,
            # 2 to 6 euros a link click, what business software pays on social networks.
            cents=part * rng.randint(200, 600),
            leads=leads,
            purchases=(won, 0),
            value_cents=won * rng.randint(20_000, 90_000),
        )
    return found


def _restated(
    rng: Random, lines: dict[str, dict[str, Measured]], gone: list[Trap]
) -> tuple[dict[str, dict[str, Measured]], list[Trap]]:
    """Return the lines as a later day shows them: a late lead, a credit, a row dropped for good."""
    gone = list(gone)
    moved: dict[str, dict[str, Measured]] = {}
    for id_, ads in lines.items():
        moved[id_] = {}
        for ad, line in ads.items():
            late, credit = rng.random() < 0.08, rng.random() < 0.05
            leads = (line.leads[0] + late, line.leads[1])
            spared = min(line.cents, 150) if credit else 0
            moved[id_][ad] = replace(line, leads=leads, cents=line.cents - spared)
            if spared:
                gone.append(("invalid_traffic_credit", ad or id_))
            if len(ads) > 1 and ad == max(ads) and rng.random() < 0.08:
                gone.append(("ad_row_dropped", ad))
    return moved, gone


def _traps(lines: dict[str, dict[str, Measured]], gone: list[Trap]) -> list[Trap]:
    """Return what is planted in a version: overlapping types too, wherever a lead was counted."""
    counted = [
        ("overlapping_actions", ad)
        for ads in lines.values()
        for ad, line in ads.items()
        if ad and sum(line.leads)
    ]
    return [*gone, *counted]


def _rows(
    day: str,
    lines: dict[str, dict[str, Measured]],
    extra: dict[str, tuple[int, int]],
    above: int,
    gone: list[Trap],
) -> dict[str, list[dict[str, Any]]]:
    """Return a day's rows by level; what is charged above a level shows in the levels above it."""
    rows: dict[str, list[dict[str, Any]]] = {level: [] for level in LEVELS}
    total = Measured(cents=above)
    for campaign in CAMPAIGNS:
        ads = lines.get(campaign.id)
        if ads is None:
            continue
        in_campaign, in_set = extra[campaign.id]
        whole = reduce(Measured.__add__, ads.values())
        name = {"campaign_id": campaign.id, "campaign_name": campaign.name}
        if campaign.ads:
            whole += Measured(cents=in_set)
            set_name = {"adset_id": campaign.ad_set, "adset_name": f"{campaign.audience} DACH"}
            rows["adset"].append(_row(day, {**name, **set_name}, whole))
            for ad, line in ads.items():
                if ("ad_row_dropped", ad) not in gone:
                    ad_name = {"ad_id": ad, "ad_name": f"Ad {ad[-1]}"}
                    rows["ad"].append(_row(day, {**name, **set_name, **ad_name}, line))
        whole += Measured(cents=in_campaign)
        rows["campaign"].append(_row(day, name, whole))
        total += whole
    if lines:
        rows["account"].append(_row(day, {}, total))
    return rows


def _row(day: str, names: dict[str, str], held: Measured) -> dict[str, Any]:
    row: dict[str, Any] = {
        "account_id": ACCOUNT,
        "account_currency": CURRENCY,
        **names,
        "impressions": str(held.impressions),
        "clicks": str(held.clicks),
        "inline_link_clicks": str(held.links),
        "reach": str(held.impressions * 4 // 5),
        "spend": euros(held.cents),
        "attribution_setting": SETTING,
        "date_start": day,
        "date_stop": day,
    }
    actions = [{"action_type": "link_click", "value": str(held.links)}]
    actions += _action(held.leads, ("lead", "offsite_conversion.fb_pixel_lead"))
    bought = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
    actions += _action(held.purchases, bought)
    row["actions"] = actions
    if held.value_cents:
        value = euros(held.value_cents)
        row["action_values"] = [
            {"action_type": type_, "value": value, "7d_click": value} for type_ in bought
        ]
    return row


def _action(counted: tuple[int, int], types: tuple[str, ...]) -> list[dict[str, str]]:
    """Return one conversion as every type that counts it: they overlap, none may be added."""
    if not sum(counted):
        return []
    shown = {"value": sum(counted), "7d_click": counted[0], "1d_view": counted[1]}
    stated = {name: str(count) for name, count in shown.items() if count}
    return [{"action_type": type_, **stated} for type_ in types]


def euros(cents: int) -> str:
    """Return cents as Meta writes money: text in units of the currency."""
    return f"{cents // 100}.{cents % 100:02d}"
