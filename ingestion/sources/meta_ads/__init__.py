"""Meta Ads by the Graph API v26.0 -> raw_meta_ads: what the account holds, and what it did a day.

Numbers come as text, spend in the account's currency, budgets in its smallest unit, days in its
time zone. Conversions are dated by the impression or click and restate for 28 days, later for a
few; invalid traffic is credited afterwards. So 28 days are read again every time, more every week;
a day of a level arrives whole and replaces itself. Levels do not add up (archived ads, rounding),
which is why all four are read. Errors come under 400, throttles too.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ingestion import graph
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Table, Yield
from ingestion.days import days_to_read, each_day, spans
from ingestion.errors import PageBroken
from ingestion.graph import API, edge, proof
from ingestion.http import Clock, Session
from ingestion.sources.meta_ads.insights import STATUSES, Report, read
from ingestion.sources.meta_ads.rows import action_rows, breakdown_row, day_row
from ingestion.sources.meta_ads.tables import (
    ACCOUNTS,
    ACTIONS,
    AD_SETS,
    ADS,
    BREAKDOWNS,
    CAMPAIGNS,
    INSIGHTS,
    TABLES,
)

LEVELS = ("account", "campaign", "adset", "ad")
# A run of a quarter finishes within minutes, and the weekly ninety days are one; of half a year the
# rows took twice the memory. An answer beyond 37 months is refused.
SPAN = 100
_ENTITIES = ((CAMPAIGNS, "campaigns"), (AD_SETS, "adsets"), (ADS, "ads"))


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the account, its objects in every status, and the days that may have moved."""
    account = str(ctx.config["account_id"]).removeprefix("act_")
    held = _account(ctx, account)
    yield Page("accounts", [held])
    for table, name in _ENTITIES:
        records = [_entity(account, table, each) for each in _listed(ctx, account, table, name)]
        yield Page(table.name, records)
        yield Sweep(table.name, frozenset((str(each["id"]),) for each in records))
    last = ctx.as_of.astimezone(ZoneInfo(str(held["timezone_name"]))).date()
    first, last = days_to_read(ctx, last)
    for level in LEVELS:
        yield from _level(ctx, account, level, first, last)
    recent = last - timedelta(days=int(ctx.config["breakdown_days"]) - 1)
    if ctx.window is None:
        first = max(first, recent)
    for breakdowns, table in BREAKDOWNS.items():
        yield from _breakdown(ctx, account, breakdowns, table, first, last)
    ctx.advance("days", last.isoformat())


def _account(ctx: Extraction, account: str) -> dict[str, Any]:
    fields = ",".join(column.name for column in ACCOUNTS.columns)
    body = ctx.http.get(f"/{API}/act_{account}", {"fields": fields, **proof(ctx.config)})
    if not isinstance(body, Mapping) or str(body.get("account_id")) != account:
        raise PageBroken(f"meta_ads account {account}: the answer is another thing. Run again.")
    if not body.get("timezone_name") or not body.get("currency"):
        raise PageBroken(f"meta_ads account {account}: no time zone or currency. Run again.")
    return {column.name: body.get(column.name) for column in ACCOUNTS.columns}


def _listed(ctx: Extraction, account: str, table: Table, name: str) -> list[Any]:
    fields = [column.name for column in table.columns if column.name != "url_tags"]
    if table is ADS:
        fields.append("creative{id,url_tags}")
    statuses = json.dumps(STATUSES[name.removesuffix("s")])
    params = {"fields": ",".join(fields), "effective_status": statuses}
    return edge(ctx, f"/{API}/act_{account}/{name}", params, f"meta_ads {name}")


def _entity(account: str, table: Table, record: Mapping[str, Any]) -> dict[str, Any]:
    row = {column.name: record.get(column.name) for column in table.columns}
    # What was asked for is known: garbled in an answer, it would part the campaign from its days.
    row["account_id"] = account
    if table is ADS:
        row["url_tags"] = (record.get("creative") or {}).get("url_tags")
    return row


def _level(ctx: Extraction, account: str, level: str, first: date, last: date) -> Iterator[Yield]:
    report = Report(level, partial(day_row, level=level))
    for span in spans(first, last, SPAN):
        for start, end, rows in read(ctx, account, report, *span):
            units = tuple((account, level, day) for day in each_day(start, end))
            yield Page(INSIGHTS.name, rows, units)
            acted = [each for each in rows if "actions" in each or "action_values" in each]
            actions = [row for each in acted for row in action_rows(each, level)]
            yield Page(ACTIONS.name, actions, units)


def _breakdown(
    ctx: Extraction, account: str, names: tuple[str, ...], table: Table, first: date, last: date
) -> Iterator[Yield]:
    report = Report("campaign", partial(breakdown_row, table=table), names)
    for span in spans(first, last, SPAN):
        for start, end, rows in read(ctx, account, report, *span):
            units = tuple((account, day) for day in each_day(start, end))
            yield Page(table.name, rows, units)


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one ad account."""
    return graph.session(config, clock, "`ads_read` and its user the ad account")


META_ADS = Source(
    name="meta_ads",
    kind="ads",
    title="Meta Ads",
    tables=TABLES,
    extract=extract,
    required=("base_url", "access_token", "account_id"),
    secrets=("access_token", "app_secret"),
    session=session,
    settings=(
        Setting("base_url", "https://graph.facebook.com", "the address of the API"),
        Setting("account_id", None, "the ad account, its number with or without act_"),
        Setting("first_day", "2025-01-01", "the first day to read; 37 months back at most"),
        Setting("lookback_days", 28, "days read again each time: conversions and credits restate"),
        Setting("long_lookback_days", 90, "days read again once a week"),
        Setting("breakdown_days", 90, "days of breakdowns that a first load reads"),
        Setting(
            "attribution_windows",
            "1d_view,7d_click",
            "windows that actions are split by, beside the ad set's own setting",
        ),
        Setting("async_from_days", 32, "ranges longer than this are read by a report run"),
        Setting(
            "calls_per_10_seconds",
            20,
            "pace; an app of the development tier has 60 calls in five minutes: 2",
        ),
    ),
    sandbox={
        "access_token": "sandbox-meta-token",
        "app_secret": "sandbox-meta-secret",
        "account_id": "440112233445",
    },
    api=Api(
        API,
        None,
        "facebook-business 26.0.3 speaks v26.0; Meta keeps a Marketing API version about a year "
        "and had named no last day for this one",
    ),
    notes=Notes(
        reads=(
            "The ad account, campaigns, ad sets and ads in every status, archived and deleted "
            "ones too; insights a day at account, campaign, ad set and ad level with every action "
            "type; four breakdowns of campaigns (age and gender, country, placement, device)."
        ),
        cursor="The last day that was read; objects are listed whole each time.",
        lookback=(
            "28 days each time and 90 once a week: conversions arrive late and invalid traffic is "
            "credited afterwards. A day of a level replaces itself whole."
        ),
        limits=(
            "Throttles are errors under status 400 (codes 4, 17, 32, 613 and 80000 to 80014), "
            "waited for and retried. From three quarters of an allowance on, as the usage headers "
            "state it, requests slow down. A range that is too much is halved. Where the app asks "
            "for a proof of its secret, set `app_secret` beside the token."
        ),
        scopes=(("ads_read", "objects and insights of the ad account"),),
        blind=(
            "Breakdowns of off-site conversions, which Meta no longer reports.",
            "Days more than 37 months back.",
            "Whether a person who saw an ad is one of ours: there are no person-level rows.",
        ),
    ),
)
