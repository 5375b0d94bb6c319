"""LinkedIn Ads by the versioned `/rest` addresses -> raw_linkedin_ads.

Money comes as decimal text in the account's currency, instants as epoch milliseconds, days in UTC.
Conversions are dated by the click or view and restate for up to 90 days, so the last 30 days are
read again every time and 90 every week; a day of a pivot arrives whole and replaces itself.
Reports have no pages and are cut at 15,000 elements without a sign (see `analytics`). Demographic
pivots are approximate. Deleted campaigns leave the lists while their days stay in the reports.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ingestion.auth import APP
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Table, Yield
from ingestion.days import days_to_read, each_day, spans
from ingestion.errors import PageBroken
from ingestion.sources.linkedin import TOKEN_URL, VERSION, session
from ingestion.sources.linkedin_ads.analytics import Report, read, span_of
from ingestion.sources.linkedin_ads.entities import account, entities
from ingestion.sources.linkedin_ads.tables import (
    ACCOUNTS,
    ANALYTICS,
    CAMPAIGNS,
    COUNTS,
    CREATIVES,
    DEMOGRAPHIC_COUNTS,
    DEMOGRAPHIC_MONEY,
    DEMOGRAPHICS,
    MONEY,
    TABLES,
)

# A pivot of members has some thousand values a day at most: a week of them stays below the limit.
DEMOGRAPHIC_DAYS = 7


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the account, its objects, and the days of every pivot that may have moved."""
    number = _number(ctx)
    owner = account(ctx, number)
    yield Page(ACCOUNTS.name, [owner])
    held: dict[str, list[str]] = {}
    for item in entities(ctx, number):
        if isinstance(item, Page) and isinstance(item.rows, list):
            held[item.table] = [str(row["id"]) for row in item.rows]
        yield item
    campaigns = sorted(held[CAMPAIGNS.name])
    first, last = days_to_read(ctx, ctx.as_of.date())
    # Objects that were deleted still have days, so twice as many are reckoned with.
    creatives = 2 * len(held[CREATIVES.name])
    known = {"ACCOUNT": 1, "CAMPAIGN": 2 * len(campaigns), "CREATIVE": creatives}
    came = {}
    for pivot, objects in known.items():
        report = Report(number, owner["currency"], pivot, COUNTS, MONEY)
        ranges = spans(first, last, span_of(objects))
        pages = list(_days(ctx, report, ANALYTICS, ranges, campaigns))
        came[pivot] = sum(len(page.rows) for page in pages)
        yield from pages
    if any(came.values()) and not all(rows for pivot, rows in came.items() if known[pivot]):
        raise PageBroken(
            f"linkedin_ads analytics: {came} rows came by pivot, so one answer was empty by "
            "mistake. Nothing was lost and the cursor did not move: run again."
        )
    if ctx.window is None:
        recent = last - timedelta(days=int(ctx.config["demographic_days"]) - 1)
        first = max(first, recent)
    for pivot in str(ctx.config["demographic_pivots"]).split(","):
        measures = (DEMOGRAPHIC_COUNTS, DEMOGRAPHIC_MONEY)
        report = Report(number, owner["currency"], pivot.strip(), *measures)
        weeks = spans(first, last, DEMOGRAPHIC_DAYS)
        yield from _days(ctx, report, DEMOGRAPHICS, weeks, campaigns)
    ctx.advance("days", last.isoformat())


def _number(ctx: Extraction) -> str:
    return str(ctx.config["account_id"]).rsplit(":", 1)[-1]


def _one_day(ctx: Extraction) -> object:
    day = ctx.as_of.date()
    return list(read(ctx, Report(_number(ctx), "", "ACCOUNT", COUNTS, {}), day, day, ()))


def _days(
    ctx: Extraction,
    report: Report,
    table: Table,
    ranges: Iterator[tuple[date, date]],
    campaigns: list[str],
) -> Iterator[Page]:
    name = "entity_id" if table is ANALYTICS else "member_value"
    for span in ranges:
        for start, end, found in read(ctx, report, *span, campaigns):
            common = {
                "account_id": report.account,
                "pivot_name": report.pivot,
                "currency_code": report.currency,
            }
            rows: list[dict[str, Any]] = [
                {**common, name: id_, "reported_on": day, **values}
                for (id_, day), values in found.items()
            ]
            units = tuple((report.account, report.pivot, day) for day in each_day(start, end))
            yield Page(table.name, rows, units)


LINKEDIN_ADS = Source(
    name="linkedin_ads",
    kind="ads",
    title="LinkedIn Ads",
    tables=TABLES,
    extract=extract,
    required=("base_url", "access_token", "account_id"),
    secrets=("access_token", *APP),
    instead={"access_token": APP},
    session=session,
    settings=(
        Setting("base_url", "https://api.linkedin.com", "the address of the API"),
        Setting("token_url", TOKEN_URL, "where the tokens of an OAuth app come from"),
        Setting("account_id", None, "the ad account, its number or its URN"),
        Setting("first_day", "2025-01-01", "the first day of history to read"),
        Setting("lookback_days", 30, "days read again each time: conversions restate"),
        Setting("long_lookback_days", 90, "days read again once a week"),
        Setting("calls_per_10_seconds", 200, "pace"),
        Setting("demographic_days", 28, "days of demographic pivots that a first load reads"),
        Setting(
            "demographic_pivots",
            "MEMBER_JOB_TITLE,MEMBER_SENIORITY",
            "pivots of members, by LinkedIn's names and joined by commas",
        ),
    ),
    sandbox={"access_token": "sandbox-linkedin-token", "account_id": "507000123"},
    api=Api(
        VERSION,
        date(2027, 6, 30),
        "LinkedIn supports a marketing version for a year from its month (learn.microsoft.com, "
        "versioning); its migrations page names the day",
    ),
    notes=Notes(
        reads=(
            "The ad account, campaign groups, campaigns and creatives; a day's metrics by account, "
            "campaign and creative; approximate days by the members' job title and seniority."
        ),
        cursor="The last day that was read; objects are listed whole each time.",
        lookback=(
            "30 days each time and 90 once a week: conversions are dated by their click or view "
            "and arrive for up to 90 days. A day of a pivot replaces itself whole."
        ),
        limits=(
            "Unpublished daily limits an endpoint: one that is used up stops the load until "
            "tomorrow. Reports take 20 fields a call and are cut at 15,000 elements without a "
            "sign: ranges are cut beforehand, and an answer that reaches the limit is halved."
        ),
        scopes=(
            ("r_ads", "the account and its campaigns"),
            ("r_ads_reporting", "the days of the account"),
        ),
        blind=(
            "Members' values with fewer than three events, which LinkedIn withholds.",
            "The landing address of a creative, so a campaign is known by its name alone.",
            "Who saw or clicked an ad: there are no person-level rows.",
        ),
    ),
    asks={
        "r_ads": lambda ctx: account(ctx, _number(ctx)),
        "r_ads_reporting": _one_day,
    },
)
