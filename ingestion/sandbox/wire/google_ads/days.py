"""Every version of every day, at each grain that the API reports."""

from collections.abc import Generator, Iterator
from random import Random
from typing import Any

from ingestion.sandbox.company import DAY, HOUR, Company
from ingestion.sandbox.dice import dice
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change
from ingestion.sandbox.wire.google_ads.account import (
    ACTIONS,
    CAMPAIGNS,
    AdCampaign,
    Customer,
    action_id,
)
from ingestion.sandbox.wire.google_ads.entities import ad_group_body, campaign_body

# How long after a day its conversions go on arriving, in days.
RESTATED_AFTER = (3, 9, 27)
# One day in so many, the account was charged what no campaign reports.
FEE_EVERY = 97
# (ad group, ad, impressions, clicks, cost in micros, conversions)
Line = tuple[str, str, int, int, int, float]
# What each campaign showed from an instant on: the account's total is made of these.
Totals = list[tuple[int, AdCampaign, dict[str, Any]]]
TERMS = ("fathom instruments", "marketing data tool", "crm dedupe", "attribution software")


def campaign_day(company: Company, start: int, day: str) -> Generator[Change, None, Totals]:
    """Yield the rows of every campaign's day; return what each campaign showed, and when."""
    totals: Totals = []
    for campaign in CAMPAIGNS:
        totals += yield from _day(company, campaign, start, day)
    return totals


def account_day(company: Company, start: int, day: str, totals: Totals) -> Iterator[Change]:
    """Yield each account's day: the sum of its campaigns, and now and then a fee of no campaign."""
    for customer in dict.fromkeys(campaign.customer for campaign in CAMPAIGNS):
        own = [each for each in totals if each[1].customer is customer]
        for shown in sorted({at for at, _, _ in own}):
            newest = {campaign.id: told for at, campaign, told in own if at <= shown}
            fee = fee_micros(company, customer, start)
            body = {
                "customer": customer.body,
                "segments": {"date": day},
                "metrics": _sum(list(newest.values()), fee),
            }
            yield _row("customer_days", f"{customer.id}:{day}", shown, body, customer, start)


def fee_micros(company: Company, customer: Customer, start: int) -> int:
    """Return what the account was charged on a day beside its campaigns."""
    if (start // DAY) % FEE_EVERY or not customer.id.startswith("1"):
        return 0
    return dice(f"{company.seed}/google_ads/fee/{customer.id}/{start}").randint(1, 9) * 1_000_000


def _day(
    company: Company, campaign: AdCampaign, start: int, day: str
) -> Generator[Change, None, Totals]:
    """One campaign's day at its three grains; a day shows the next morning and restates later."""
    rng = Random(f"{company.seed}/google_ads/{campaign.id}/{day}")
    charged = _charged(rng, company, campaign, day)
    if charged is None:
        return []
    lines, extra = charged
    shown_first = start + DAY + 4 * HOUR
    yield from _searched(campaign, day, start, shown_first, lines)
    first, totals = _metrics(lines, extra), []
    for version, after in enumerate((0, *RESTATED_AFTER)):
        if version and rng.random() < 0.5:
            continue
        shown = shown_first + after * DAY
        credit = 1_000_000 if version == 2 and rng.random() < 0.3 else 0
        grown = [
            (g, a, i, c, max(0, m - credit), v * (1 + 0.3 * version)) for g, a, i, c, m, v in lines
        ]
        total = _metrics(grown, extra)
        totals.append((shown, campaign, total))
        yield from _grains(campaign, day, start, shown, grown, total)
        yield from _actions(campaign, day, start, shown, total, first)
    return totals


def _charged(
    rng: Random, company: Company, campaign: AdCampaign, day: str
) -> tuple[list[Line], int] | None:
    """Return a day's lines and the cost outside any ad, None where it has no row at all."""
    # A removed campaign ran for its first year only; a quiet day has no row at all.
    if (campaign.status == "REMOVED" and day >= "2026-01-01") or rng.random() < 0.02:
        return None
    parts = campaign.ads or (("", ""),)
    share = [rng.random() + 0.2 for _ in parts]
    clicks = max(1, round(campaign.daily_clicks * company.scale * rng.uniform(0.6, 1.4)))
    split = [max(0, round(clicks * each / sum(share))) for each in share]
    lines: list[Line] = []
    for (group, ad), part in zip(parts, split, strict=True):
        # 4 to 15 a click, what business software pays for search.
        cost = part * rng.randint(4_000_000, 15_000_000)
        lines.append((group, ad, part * rng.randint(12, 40), part, cost, part * 0.04))
    # Part of a search campaign's cost is charged outside any ad (a residual at the ad grain).
    return lines, rng.randint(0, 900_000) if campaign.ads else 0


def cost_micros(company: Company, campaign: AdCampaign, day: str) -> int:
    """Return what a campaign was charged on a day."""
    rng = Random(f"{company.seed}/google_ads/{campaign.id}/{day}")
    charged = _charged(rng, company, campaign, day)
    return 0 if charged is None else sum(line[4] for line in charged[0]) + charged[1]


def _row(
    object_: str, key: str, shown: int, body: dict[str, Any], customer: Customer, start: int
) -> Change:
    return change("google_ads", object_, key, shown, body, parent=customer.id, sort_at=start)


def _whole(campaign: AdCampaign, day: str) -> dict[str, Any]:
    return {
        "customer": campaign.customer.body,
        "campaign": campaign_body(campaign),
        "segments": {"date": day},
    }


def _grains(
    campaign: AdCampaign,
    day: str,
    start: int,
    shown: int,
    lines: list[Line],
    total: dict[str, Any],
) -> Iterator[Change]:
    whole, customer = _whole(campaign, day), campaign.customer
    body = {**whole, "metrics": total}
    yield _row("campaign_days", f"{campaign.id}:{day}", shown, body, customer, start)
    for group in campaign.groups:
        told = {"adGroup": ad_group_body(campaign, group)}
        body = {**whole, **told, "metrics": _metrics([each for each in lines if each[0] == group])}
        yield _row("ad_group_days", f"{group}:{day}", shown, body, customer, start)
    for line in lines if campaign.ads else ():
        body = {
            **whole,
            "adGroup": ad_group_body(campaign, line[0]),
            "adGroupAd": {"ad": {"id": line[1]}},
            "metrics": _metrics([line]),
        }
        yield _row("ad_days", f"{line[1]}:{day}", shown, body, customer, start)


def _actions(
    campaign: AdCampaign,
    day: str,
    start: int,
    shown: int,
    total: dict[str, Any],
    first: dict[str, Any],
) -> Iterator[Change]:
    """The campaign's conversions by action; a third action counts in all conversions only."""
    customer, whole = campaign.customer, _whole(campaign, day)
    all_of = total["conversions"]
    demo = round(all_of * 0.75, 6)
    parts = (demo, round(all_of - demo, 6), 0.0)
    for (action, name, category, is_primary), part in zip(ACTIONS, parts, strict=True):
        every = part if is_primary else float((start // DAY) % 7 == 0)
        if not every:
            continue
        # Dated by the conversion, a day is whole once it is over.
        dated = min(every, round(first["conversions"], 6)) if is_primary else every
        id_ = action_id(customer, action)
        metrics: dict[str, Any] = {}
        for suffix, amount in (("", every), ("ByConversionDate", dated)):
            counted = amount if is_primary else 0.0
            metrics |= {
                f"conversions{suffix}": counted,
                f"conversionsValue{suffix}": round(counted * 600.0, 6),
                f"allConversions{suffix}": amount,
                f"allConversionsValue{suffix}": round(amount * 600.0, 6),
            }
        segments = {
            "date": day,
            "conversionAction": f"customers/{customer.id}/conversionActions/{id_}",
            "conversionActionName": name,
            "conversionActionCategory": category,
        }
        body = {**whole, "segments": segments, "metrics": metrics}
        key = f"{campaign.id}:{id_}:{day}"
        yield _row("conversion_days", key, shown, body, customer, start)


def _searched(
    campaign: AdCampaign, day: str, start: int, shown: int, lines: list[Line]
) -> Iterator[Change]:
    """What was searched for: the group's keyword, and the terms that enough people used."""
    whole, customer = _whole(campaign, day), campaign.customer
    for number, group in enumerate(campaign.groups):
        own = [each for each in lines if each[0] == group]
        keyword = {"text": TERMS[number], "matchType": "PHRASE"}
        told = {"adGroup": ad_group_body(campaign, group)}
        criterion = {"criterionId": f"6{group}", "keyword": keyword, "status": "ENABLED"}
        body = {**whole, **told, "adGroupCriterion": criterion, "metrics": _metrics(own)}
        yield _row("keyword_days", f"{group}:{day}", shown, body, customer, start)
        seen = [(g, a, i // 2, c // 2, m // 2, v / 2) for g, a, i, c, m, v in own]
        if not any(each[2] for each in seen):
            continue
        term = {"searchTerm": f"{TERMS[number]} pricing", "status": "NONE"}
        body = {
            **whole,
            **told,
            "segments": {"date": day, "searchTermMatchType": "NEAR_PHRASE"},
            "searchTermView": term,
            "metrics": _metrics(seen),
        }
        yield _row("search_term_days", f"{group}:{day}", shown, body, customer, start)


def _metrics(lines: list[Line], extra: int = 0) -> dict[str, Any]:
    conversions = round(sum(line[5] for line in lines), 6)
    return {
        "impressions": str(sum(line[2] for line in lines)),
        "clicks": str(sum(line[3] for line in lines)),
        "costMicros": str(sum(line[4] for line in lines) + extra),
        "conversions": conversions,
        "conversionsValue": round(conversions * 600.0, 6),
    }


def _sum(told: list[dict[str, Any]], fee: int) -> dict[str, Any]:
    counts = {
        name: str(sum(int(each[name]) for each in told) + (fee if name == "costMicros" else 0))
        for name in ("impressions", "clicks", "costMicros")
    }
    credit = {
        name: round(sum(each[name] for each in told), 6)
        for name in ("conversions", "conversionsValue")
    }
    return {**counts, **credit}
