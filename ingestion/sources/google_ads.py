"""Google Ads v26 over REST -> raw_google_ads, by `searchStream`.

Numbers of 64 bits come as text, money in micros of the account's currency, days in the account's
time zone. Conversions are dated by their click and restate for up to 90 days, so the last 30 days
are read again every time and 90 every week; a day arrives whole and replaces itself. Days without
impressions have no row. Campaigns that report no ads (Performance Max) exist at their own grain
only, which is why three grains are read.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ingestion.auth import Refreshed
from ingestion.catalogue import Setting
from ingestion.contract import Column, Extraction, Page, Source, Table, Yield, columns
from ingestion.errors import PageBroken
from ingestion.http import Budget, Clock, Session
from ingestion.pages import rows_of

API = "v26"
_ACCOUNT = columns("customer__id customer__currency_code customer__time_zone")
_CAMPAIGN = columns("campaign__id campaign__name")
_GROUP = columns("ad_group__id ad_group__name")
_DAY = (
    Column("segments__date", "date"),
    *columns("metrics__impressions metrics__clicks metrics__cost_micros", "bigint"),
    *columns("metrics__conversions metrics__conversions_value", "double"),
)
_UNIT = ("customer__id", "segments__date")


def _days(name: str, ids: tuple[str, ...], declared: tuple[Column, ...]) -> Table:
    key = ("customer__id", *ids, "segments__date")
    return Table(name, "versioned", key, (*_ACCOUNT, *declared, *_DAY), unit=_UNIT)


CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("customer__id", "campaign__id"),
    (
        *_ACCOUNT,
        *_CAMPAIGN,
        *columns("campaign__status campaign__advertising_channel_type campaign__final_url_suffix"),
        # In the account's own time zone; v23 took start_date and end_date away.
        *columns("campaign__start_date_time campaign__end_date_time", "timestamp"),
    ),
)
CAMPAIGN_DAYS = _days("campaign_stats", ("campaign__id",), _CAMPAIGN)
AD_GROUP_DAYS = _days("ad_group_stats", ("campaign__id", "ad_group__id"), (*_CAMPAIGN, *_GROUP))
AD_DAYS = _days(
    "ad_stats",
    ("campaign__id", "ad_group__id", "ad_group_ad__ad__id"),
    (*_CAMPAIGN, *_GROUP, Column("ad_group_ad__ad__id")),
)
_RESOURCES = ((CAMPAIGN_DAYS, "campaign"), (AD_GROUP_DAYS, "ad_group"), (AD_DAYS, "ad_group_ad"))


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield campaigns, removed ones too, and every grain of the days that may have moved."""
    statuses = "campaign.status IN ('ENABLED', 'PAUSED', 'REMOVED')"
    yield Page("campaigns", list(_rows(ctx, CAMPAIGNS, "campaign", statuses)))
    first, last = _range(ctx)
    account = _digits(ctx.config["customer_id"])
    # A month a query keeps an answer to some ten thousand rows.
    for start, end in _months(first, last):
        days = range((end - start).days + 1)
        units = tuple((account, start + timedelta(days=day)) for day in days)
        between = f"segments.date BETWEEN '{start}' AND '{end}'"
        for table, resource in _RESOURCES:
            yield Page(table.name, list(_rows(ctx, table, resource, between)), units)
    ctx.advance("days", last.isoformat())


def _digits(account: Any) -> str:
    """The account as the API takes it: people copy 123-456-7890 from the screen."""
    return str(account).replace("-", "")


def _range(ctx: Extraction) -> tuple[date, date]:
    """The days to read: everything at first, then the lookback, the long one when it is due."""
    if ctx.window:
        return ctx.window
    last = ctx.as_of.date()
    known = ctx.cursor("days", "")
    if not known:
        return date.fromisoformat(str(ctx.config["first_day"])), last
    back = "long_lookback_days" if ctx.sweep_due else "lookback_days"
    reach = last - timedelta(days=int(ctx.config[back]))
    return min(reach, date.fromisoformat(known)), last


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, first + timedelta(days=30))
        yield first, end
        first = end + timedelta(days=1)


def _rows(ctx: Extraction, table: Table, resource: str, where: str) -> Iterator[dict[str, Any]]:
    """Yield the flat rows of one query; int64 come as text and are typed by the table."""
    fields = [column.name.replace("__", ".") for column in table.columns]
    query = f"SELECT {', '.join(fields)} FROM {resource} WHERE {where}"
    path = f"/{API}/customers/{_digits(ctx.config['customer_id'])}/googleAds:searchStream"
    headers = {"developer_token": str(ctx.config["developer_token"])}
    if manager := ctx.config.get("login_customer_id"):
        headers["login_customer_id"] = _digits(manager)
    chunks = ctx.http.post(path, {"query": query}, **headers)
    if not isinstance(chunks, list) or not all(isinstance(each, Mapping) for each in chunks):
        raise PageBroken(
            f"google_ads {resource}: the answer is no stream. Nothing was lost: run again."
        )
    for chunk in chunks:
        for record in rows_of({"results": [], **chunk}, "results", f"google_ads {resource}"):
            yield {column.name: _value(record, column.name) for column in table.columns}


def _value(record: Any, name: str) -> Any:
    for part in name.split("__"):
        head, *tail = part.split("_")
        camel = head + "".join(word.title() for word in tail)
        record = record.get(camel) if isinstance(record, Mapping) else None
    return record


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one Google Ads account."""
    secret = {name: str(config[name]) for name in ("client_id", "client_secret", "refresh_token")}
    return Session(
        str(config["base_url"]),
        auth=Refreshed(str(config["token_url"]), secret, {}),
        budgets=(Budget(50, 1.0),),
        secrets=(*secret.values(), str(config["developer_token"])),
        clock=clock,
    )


GOOGLE_ADS = Source(
    name="google_ads",
    kind="ads",
    title="Google Ads",
    tables=(CAMPAIGNS, CAMPAIGN_DAYS, AD_GROUP_DAYS, AD_DAYS),
    extract=extract,
    required=("client_id", "client_secret", "refresh_token", "developer_token", "customer_id"),
    secrets=("client_id", "client_secret", "refresh_token", "developer_token"),
    session=session,
    settings=(
        Setting("base_url", "https://googleads.googleapis.com", "the address of the API"),
        Setting(
            "token_url", "https://oauth2.googleapis.com/token", "where access tokens come from"
        ),
        Setting("customer_id", None, "the account that is read, 123-456-7890 or without dashes"),
        Setting("login_customer_id", None, "the manager account, where access goes through one"),
        Setting("first_day", "2025-01-01", "the first day of history to read"),
        Setting("lookback_days", 30, "days read again each time: conversions restate"),
        Setting("long_lookback_days", 90, "days read again once a week"),
    ),
    sandbox={
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "developer_token": "sandbox-developer",
        "customer_id": "1234567890",
        "login_customer_id": "1112223333",
    },
)
