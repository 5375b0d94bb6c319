"""The plan sheet of the company: what each campaign may spend a month, a file each half year.

The plan knows what will be spent: most lines leave room, some are too small, some spend has no line
and some lines see no spend. Each file holds all lines so far, as people keep such a sheet.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from ingestion.sandbox import sheets
from ingestion.sandbox.company import DAY, START, Company
from ingestion.sandbox.launches import launches
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire import google_ads, linkedin_ads, meta_ads
from ingestion.sandbox.wire.encode import every_day

COLUMNS = ("month", "channel", "campaign", "budget", "committed", "currency")
# Near the year's rates: what is too small or too large is so by far more than they move.
DOLLARS = {"USD": 1.0, "EUR": 1.15, "GBP": 1.32}
TOO_SMALL, WITHOUT_LINE = 0.08, 0.13
# A stand is booked long before the fair, whose bills no ad platform sends.
FAIR_MONTHS, STAND = (2, 5, 8, 11), 4_200.0
# Month, channel, campaign; no campaign for what an account was charged beside its campaigns.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """A line of the sheet; `spent` is what comes to be spent on it, in dollars."""

    key: Key
    amount: float
    currency: str
    spent: float
    committed: float | None = None


def lines(company: Company) -> Iterator[Line]:
    """Yield every line of both years, by month."""
    spent = spend(company)
    unplanned = _unplanned(company)
    for key in sorted(spent):
        month, channel, slug = key
        rng = Random(f"{company.seed}/plan/{month}/{channel}/{slug}")
        fate, tight, ample = rng.random(), rng.uniform(0.6, 0.8), rng.uniform(1.15, 1.45)
        # Nobody plans what an account is charged beside its campaigns, or under a number.
        is_named = slug[:1].isalpha()
        if TOO_SMALL <= fate < WITHOUT_LINE or not is_named or (month, slug) in unplanned:
            continue
        currency = "EUR" if channel == "paid_social" else "USD"
        planned = spent[key] * (tight if fate < TOO_SMALL else ample) / DOLLARS[currency]
        yield Line(key, round(planned, 2), currency, spent[key])
    for month in sorted({month for month, _, _ in spent}):
        if int(month[5:7]) in FAIR_MONTHS:
            yield Line((month, "event", "trade_fair"), 5_000.0, "USD", 0.0, STAND)


def spend(company: Company) -> dict[Key, float]:
    """Return the dollars spent by month, channel and campaign, once all is restated."""
    found: defaultdict[Key, float] = defaultdict(float)
    for day, channel, slug, amount, currency in _days(company):
        found[f"{day[:7]}-01", channel, slug] += amount * DOLLARS[currency]
    return {key: amount for key, amount in found.items() if amount > 0}


def _days(company: Company) -> Iterator[tuple[str, str, str, float, str]]:
    for start, day in every_day(company):
        for campaign in google_ads.CAMPAIGNS:
            cost = google_ads.cost_micros(company, campaign, day) / 1_000_000
            yield day, "paid_search", campaign.slug, cost, campaign.customer.currency
        fee = google_ads.fee_micros(company, google_ads.US, start) / 1_000_000
        yield day, "paid_search", "", fee, "USD"
    slugs = {each.id: each.slug for each in meta_ads.CAMPAIGNS}
    for day, _, versions in meta_ads.days(company):
        _, rows, _ = versions[-1]
        total = sum(float(each["spend"]) for each in rows["account"])
        for row in rows["campaign"]:
            total -= float(row["spend"])
            slug = slugs[row["campaign_id"]]
            yield day, "paid_social", slug, float(row["spend"]), meta_ads.CURRENCY
        yield day, "paid_social", "", round(total, 2), meta_ads.CURRENCY
    # Of a campaign that was deleted, the platform tells its days and never again its name.
    named = {
        f"urn:li:sponsoredCampaign:{each.id}": str(each.id)
        if each.ending == "DELETED"
        else each.slug
        for each in linkedin_ads.CAMPAIGNS
    }
    for day, _, versions in linkedin_ads.days(company):
        _, pivots, _ = versions[-1]
        total = sum(float(each["costInLocalCurrency"]) for each in pivots["ACCOUNT"])
        for row in pivots["CAMPAIGN"]:
            cost = float(row["costInLocalCurrency"])
            total -= cost
            yield day, "paid_social", named[row["pivotValues"][0]], cost, linkedin_ads.CURRENCY
        yield day, "paid_social", "", round(total, 2), linkedin_ads.CURRENCY


def _unplanned(company: Company) -> set[tuple[str, str]]:
    """Return the months and campaigns of launches that nobody put into the sheet."""
    return {
        (month_of(launch.live), launch.slug)
        for launch in launches(company)
        if launch.faults.lacks_budget and launch.live is not None
    }


def month_of(instant: int) -> str:
    """Return the first day of the month that an instant is in, UTC."""
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-01")


def planted(company: Company) -> Iterator[Planted]:
    """Yield what the plan gets wrong: kind, source, object, month|channel|campaign, dollars."""
    planned = {line.key: line for line in lines(company)}
    for key, dollars in sorted(spend(company).items()):
        at = ("plans", "budgets", "|".join(key), f"{dollars:.2f}")
        if key not in planned:
            yield "budget_line_missing", *at
        elif planned[key].amount * DOLLARS[planned[key].currency] < dollars:
            yield "budget_overspent", *at
    for line in planned.values():
        if not line.spent:
            yield "budget_line_unspent", "plans", "budgets", "|".join(line.key), ""


def write_plans(company: Company, folder: Path, since_ms: int, until_ms: int) -> list[Path]:
    """Write the sheets that appear in (since, until] and return them, oldest first."""
    halves = [(_appears(half), half) for half in range(4)]
    due = [half for at, half in halves if since_ms < at <= until_ms]
    if not due:
        return []
    known = list(lines(company))
    written = []
    for half in due:
        last = f"{2025 + half // 2}-{6 + half % 2 * 6:02d}-31"
        path = folder / f"budgets-{last[:7]}.csv"
        rows = [(*each.key, *_shown(each)) for each in known if each.key[0] <= last]
        sheets.write(path, [COLUMNS, *rows])
        written.append(path)
    return written


def _appears(half: int) -> int:
    """Return when the sheet of a half year appears: ten days before it, the first at once."""
    first = datetime(2025 + half // 2, 1 + half % 2 * 6, 1, tzinfo=UTC)
    return START if half == 0 else int(first.timestamp() * 1000) - 10 * DAY


def _shown(line: Line) -> tuple[str, str, str]:
    committed = "" if line.committed is None else f"{line.committed:,.2f}"
    return f"{line.amount:,.2f}", committed, line.currency
