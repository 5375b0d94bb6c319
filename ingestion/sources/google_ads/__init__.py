"""Google Ads v26 over REST -> raw_google_ads: entities by `search`, days by `searchStream`.

Numbers of 64 bits come as text, money in micros of the account's currency, days in the account's
time zone. Conversions are dated by their click and restate for up to 90 days, so the last 30 days
are read again every time and 90 every week; a day arrives whole and replaces itself. Days without
impressions have no row. Campaigns that report no ads (Performance Max) exist at their own grain
only, and an account may hold what no campaign does, which is why four grains are read.
"""

from collections.abc import Generator, Iterator, Mapping
from datetime import timedelta
from typing import Any

from ingestion.auth import Refreshed
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Yield
from ingestion.days import days_to_read, each_day, spans
from ingestion.errors import PageBroken
from ingestion.http import Budget, Clock, Session, Verdict, plain_verdict
from ingestion.sources.google_ads.events import changes, clicks
from ingestion.sources.google_ads.query import API, Account, Row, digits
from ingestion.sources.google_ads.tables import (
    ACCOUNT_DAYS,
    CAMPAIGN_DAYS,
    CHANGES,
    CLICKS,
    CLIENTS,
    CUSTOMERS,
    DAYS,
    ENTITIES,
    Asked,
)

_COST = "metrics__cost_micros"


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield, account by account, what there is, the days that may have moved, and what happened."""
    accounts = yield from _accounts(ctx)
    for number in accounts:
        account = Account(ctx, number)
        zone = "UTC"
        for asked in ENTITIES:
            rows = yield from _all_of(account, asked)
            if asked is CUSTOMERS and rows:
                zone = str(rows[0]["customer__time_zone"])
        yield from _days(account)
        yield from clicks(account)
        if ctx.window is None:
            yield from changes(account, zone)


def _accounts(ctx: Extraction) -> Generator[Yield, None, list[str]]:
    """Yield the manager's hierarchy; return the accounts to read: those named, else all enabled."""
    found = []
    if manager := ctx.config.get("login_customer_id"):
        asked, keys = CLIENTS, set()
        for rows in Account(ctx, digits(manager)).entities(asked):
            named = [{**row, "manager_id": digits(manager)} for row in rows]
            yield Page(asked.table.name, named)
            keys |= {(digits(manager), str(row["customer_client__id"])) for row in named}
            found += [str(row["customer_client__id"]) for row in named if _is_read(row)]
        yield Sweep(asked.table.name, frozenset(keys), (("manager_id", digits(manager)),))
    named = ctx.config.get("customer_id") or []
    listed = named.split(",") if isinstance(named, str) else named
    listed = listed if isinstance(listed, list) else [listed]
    accounts = list(dict.fromkeys([digits(each) for each in listed] or found))
    if not accounts:
        raise PageBroken("google_ads: the manager has no enabled account. Set customer_id.")
    return accounts


def _is_read(row: Row) -> bool:
    """Managers have no ads of their own, and an account that is not enabled refuses every query."""
    is_manager = row["customer_client__manager"]
    return row["customer_client__status"] == "ENABLED" and not is_manager


def _all_of(account: Account, asked: Asked) -> Generator[Yield, None, list[Row]]:
    """Yield every record of one kind; a full list is also a sweep of what is gone."""
    table, every = asked.table, []
    for rows in account.entities(asked):
        yield Page(table.name, rows)
        every += rows
    keys = frozenset(tuple(str(row[name]) for name in table.key) for row in every)
    yield Sweep(table.name, keys, (("customer__id", account.id),))
    return every


def _days(account: Account) -> Iterator[Yield]:
    ctx, table = account.ctx, CAMPAIGN_DAYS.table.name
    first, last = days_to_read(ctx, ctx.as_of.date(), f"days:{account.id}")
    theirs: dict[str, int] = {}
    ours: dict[str, int] = {}
    # A month a query keeps an answer to some ten thousand rows.
    for start, end in spans(first, last, 31):
        units = tuple((account.id, day) for day in each_day(start, end))
        for asked in DAYS:
            rows = account.days(asked, f"segments.date BETWEEN '{start}' AND '{end}'")
            if asked in (ACCOUNT_DAYS, CAMPAIGN_DAYS):
                _add(theirs if asked is ACCOUNT_DAYS else ours, rows)
            yield Page(asked.table.name, rows, units)
    # Today moves between two questions, and ends later in the west.
    moving = (ctx.as_of - timedelta(days=1)).date().isoformat()
    closed = {day for day in {*theirs, *ours} if day < moving}
    # What an account is charged beside its campaigns is in its own days, and drift; campaigns that
    # hold more than their account were not read well.
    stated = sum(theirs.get(day, 0) for day in closed)
    came = sum(max(theirs.get(day, 0), ours.get(day, 0)) for day in closed)
    ctx.total(table, f"cost_micros of {account.id}", stated, came)
    differing = sum(theirs.get(day, 0) != ours.get(day, 0) for day in closed)
    if differing:
        ctx.count("account_total_differs", table, differing, _COST)
    ctx.advance(f"days:{account.id}", last.isoformat())


def _add(sums: dict[str, int], rows: list[Row]) -> None:
    for row in rows:
        day = str(row["segments__date"])
        sums[day] = sums.get(day, 0) + int(row[_COST] or 0)


_PASSING = {"RESOURCE_TEMPORARILY_EXHAUSTED", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"}
_SPENT = {"RESOURCE_EXHAUSTED", "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION"}


def verdict(status: int, body: Any) -> Verdict:
    """Judge by QuotaError (v26 protos): a short limit passes, the day's operations do not."""
    codes = {str(code) for error in _errors(body) for code in _codes(error)}
    if codes & _SPENT:
        return "stop"
    return "retry" if codes & _PASSING else plain_verdict(status, body)


def _errors(body: Any) -> list[Any]:
    # A stream's error stands in a list, as its chunks would.
    first = body[0] if isinstance(body, list) and body else body
    failure = first.get("error") if isinstance(first, Mapping) else None
    details = failure.get("details") if isinstance(failure, Mapping) else None
    found = []
    for each in details or []:
        found += (each.get("errors") or []) if isinstance(each, Mapping) else []
    return found


def _codes(error: Any) -> list[Any]:
    code = error.get("errorCode") if isinstance(error, Mapping) else None
    return list(code.values()) if isinstance(code, Mapping) else []


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one Google Ads login."""
    secret = {name: str(config[name]) for name in ("client_id", "client_secret", "refresh_token")}
    return Session(
        str(config["base_url"]),
        auth=Refreshed(str(config["token_url"]), secret, {}),
        budgets=(Budget(int(config.get("calls_per_10_seconds", 500)), 10.0),),
        verdict=verdict,
        secrets=(*secret.values(), str(config["developer_token"])),
        clock=clock,
    )


GOOGLE_ADS = Source(
    name="google_ads",
    kind="ads",
    title="Google Ads",
    tables=tuple(each.table for each in (CLIENTS, *ENTITIES, *DAYS, CHANGES, CLICKS)),
    extract=extract,
    required=(
        "base_url",
        "client_id",
        "client_secret",
        "refresh_token",
        "developer_token",
        "customer_id",
    ),
    # A manager alone means all of its enabled accounts.
    instead={"customer_id": ("login_customer_id",)},
    secrets=("client_id", "client_secret", "refresh_token", "developer_token"),
    session=session,
    settings=(
        Setting("base_url", "https://googleads.googleapis.com", "the address of the API"),
        Setting(
            "token_url", "https://oauth2.googleapis.com/token", "where access tokens come from"
        ),
        Setting(
            "customer_id",
            None,
            "the account that is read, 123-456-7890 or without dashes; several as a list; "
            "without it every enabled account under login_customer_id",
        ),
        Setting("login_customer_id", None, "the manager account, where access goes through one"),
        Setting("first_day", "2025-01-01", "the first day of history to read"),
        Setting("lookback_days", 30, "days read again each time: conversions restate"),
        Setting("long_lookback_days", 90, "days read again once a week"),
        Setting("calls_per_10_seconds", 500, "Google states no rate, only that bursts are refused"),
        Setting("click_days", 3, "days of clicks read again each time: the last ones still fill"),
    ),
    sandbox={
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "developer_token": "sandbox-developer",
        "login_customer_id": "1112223333",
    },
    api=Api(
        API,
        None,
        "the client library 34.0.0 ships v23 to v26; a version lives for about a year, and the end "
        "of v26 is not announced",
    ),
    notes=Notes(
        reads="The accounts under a manager, their campaigns, budgets, ad groups, ads and "
        "conversion actions; daily statistics of accounts, campaigns, ad groups, ads, keywords, "
        "search terms and conversion actions; changes; clicks by their click id.",
        cursor="The last day read, of each account; for changes the instant of the last load.",
        lookback="30 days each time and 90 once a week, as conversions are dated by their click.",
        limits="Operations a day (15,000 with basic access) stop the run, short limits are waited "
        "out. A question is one operation, however many rows it answers.",
        scopes=(("https://www.googleapis.com/auth/adwords", "to read reports and entities"),),
        blind=(
            "Changes older than 30 days and clicks older than 90 are out of reach, and counted.",
            "Search terms that few people used are withheld, so terms add up to less than groups.",
            "A partial stream is told by its summary row; a row without any metric is not.",
        ),
    ),
)
