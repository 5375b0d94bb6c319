"""Google Analytics 4, Data API v1beta -> raw_ga4, by `runReport`.

Rows are positional and all values text. A report by few dimensions holds more than one by many:
rows of few users are withheld (thresholding), rare values are rolled into "(other)", and both are
said only in the answer's metadata, which is kept for each report and day. "(not set)" and "(other)"
are values like any. Days are the property's own, and stay days. They are complete after two, and
key events move between channels for longer, so three days are read again every time and fourteen
every week. A request costs tokens of the property; when they are used up no waiting within a run
helps.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ingestion.auth import APP, Refreshed, secrets_of
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Yield
from ingestion.days import days_to_read, each_day, spans
from ingestion.errors import PageBroken
from ingestion.http import Budget, Clock, Session, Verdict, plain_verdict
from ingestion.pages import Declared, Paging, whole
from ingestion.sources.ga4.reports import REPORTS, TABLES, Report, flags, quota

VERSION = "v1beta"
TOKEN_URL = "https://oauth2.googleapis.com/token"
# An answer holds up to 250,000 rows; fewer keep it small in memory.
PAGE = 50_000
# Wider requests are sampled and rolled up sooner; narrower ones cost more tokens.
SLICE_DAYS = 28


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield every report of the days that may have moved, and what Google says of them."""
    property_id = str(ctx.config["property_id"]).removeprefix("properties/")
    first, last = days_to_read(ctx, ctx.as_of.date())
    spent: dict[str, Any] = {}
    for start, end in spans(first, last, SLICE_DAYS):
        for report in REPORTS:
            yield from _slice(ctx, property_id, report, start, end, spent)
    yield Page("quotas", [{"property_id": property_id, "observed_at": ctx.as_of, **spent}])
    ctx.advance("days", last.isoformat())


def _slice(
    ctx: Extraction,
    property_id: str,
    report: Report,
    first: date,
    last: date,
    spent: dict[str, Any],
) -> Iterator[Page]:
    """Yield a report's rows of some days, all of them in one page, and its flags for each day."""
    where = f"ga4 {report.name}"
    told: dict[str, Any] = {}

    def read(paging: Paging) -> Iterator[Declared]:
        offset, declared = 0, 1
        while offset < declared:
            asked = report.asked(first, last, PAGE, offset)
            body = ctx.http.post(f"/{VERSION}/properties/{property_id}:runReport", asked)
            if not isinstance(body, Mapping):
                raise PageBroken(f"{where}: the answer is no report. Run again.")
            records = report.rows(body, where)
            # Left out where there is no row.
            declared = int(body.get("rowCount") or 0)
            offset += len(records)
            paging.add(records, following=str(offset) if offset < declared else None)
            told.update(flags(body))
            spent.update(quota(body))
            yield records, declared

    found = [row for records in whole(where, read) for row in records]
    days = each_day(first, last)
    yield Page(
        report.name,
        [{"property_id": property_id, **row} for row in found],
        tuple((property_id, day) for day in days),
    )
    asked = {"property_id": property_id, "report": report.name, "asked_from": first}
    yield Page(
        "report_days",
        [{**asked, "asked_to": last, "date": day, **told} for day in days],
    )


def verdict(status: int, body: Any) -> Verdict:
    """Judge an error answer: used-up tokens come back in an hour or a day, past a run's end.

    Too many requests at one time pass by themselves.
    """
    error = body.get("error") if isinstance(body, Mapping) else None
    if status == 429 and isinstance(error, Mapping):
        return "retry" if "concurrent" in str(error.get("message")).lower() else "stop"
    return plain_verdict(status, body)


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one property."""
    secret = {name: str(config[name]) for name in APP}
    return Session(
        str(config["base_url"]),
        auth=Refreshed(str(config.get("token_url") or TOKEN_URL), secret, {}),
        # Google states tokens a day and an hour, and ten requests at a time, of which we make one;
        # no rate. This only keeps a loop that went wild from spending them.
        budgets=(Budget(50, 1.0),),
        verdict=verdict,
        secrets=secrets_of(config),
        clock=clock,
        # A property and project may see ten server errors an hour before they are shut out.
        attempts=3,
    )


GA4 = Source(
    name="ga4",
    kind="web analytics",
    title="Google Analytics 4",
    tables=TABLES,
    extract=extract,
    required=("base_url", *APP, "property_id"),
    secrets=APP,
    session=session,
    settings=(
        Setting("base_url", "https://analyticsdata.googleapis.com", "the address of the API"),
        Setting("token_url", TOKEN_URL, "where access tokens come from"),
        Setting("property_id", None, "the property: its number, not the G- of the tag"),
        Setting("first_day", "2025-01-01", "the first day of history to read"),
        Setting("lookback_days", 3, "days read again each time: a day is complete after two"),
        Setting("long_lookback_days", 14, "days read again once a week: key events move"),
    ),
    sandbox={
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "property_id": "310000001",
    },
    api=Api(
        VERSION,
        None,
        "Google has announced no end of v1beta "
        "(developers.google.com/analytics/devguides/reporting/data/v1/changelog)",
    ),
    notes=Notes(
        reads="Sessions, users and key events by day: in all, by channel and campaign, by landing "
        "page, and each key event by channel.",
        cursor="Days go on from the last one that was read, as the property counts days.",
        lookback="The last 3 days are read again each time and 14 days every week: a day is "
        "complete after two, and key events move between channels for up to twelve.",
        limits="A property has 200,000 tokens a day and 14,000 an hour for one project; a day's "
        "load takes some 40. What is left is kept with every load, and a load stops when they are "
        "used up. Three attempts at most, because ten server errors an hour shut a project out.",
        scopes=(
            ("https://www.googleapis.com/auth/analytics.readonly", "the reports of the property"),
        ),
        blind=(
            "Visitors who refuse consent or block the tag: the numbers are lower than your own.",
            "Rows of few users, which Google withholds: totals by day hold more than their parts.",
            "Who a visitor is: reports hold counts, no people.",
            "Users over several days: they are counted once a day and cannot be added up.",
        ),
    ),
)
