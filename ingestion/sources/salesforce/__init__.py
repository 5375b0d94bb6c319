"""Salesforce CRM -> raw_salesforce, by SOQL over REST and Bulk API 2.0 (as of September 2026).

`queryAll` also returns what lies in the recycle bin (IsDeleted) and the losers of merges, which
name their winner in MasterRecordId; a converted lead names the contact that it became.
SystemModstamp moves on every change, by people or processes, so it is the cursor; a transaction
under way commits with an earlier one, hence the lag. A formula that changes moves nothing. Purged
records leave no trace: a weekly list of ids finds them. Errors are JSON lists; the limit on API
calls in 24 hours answers 403 REQUEST_LIMIT_EXCEEDED, as does the one on calls at a time, which
passes.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Yield
from ingestion.http import Budget, Clock, Session, Verdict, plain_verdict
from ingestion.shape import flat
from ingestion.sources.salesforce import bulk, query
from ingestion.sources.salesforce.sign_in import auth_of, go_to_the_org, keep_a_reserve
from ingestion.sources.salesforce.tables import OBJECTS, TABLES, SalesObject

APP = ("client_id", "client_secret")
_PASSING = {"QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW"}


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield what changed since the last load; everything on the first one."""
    go_to_the_org(ctx.http)
    for each in OBJECTS:
        known = query.fields_of(ctx, each)
        if known is None:
            ctx.count("object_not_in_the_org", each.table.name)
            continue
        yield from _read_object(ctx, each, known)


def _read_object(ctx: Extraction, each: SalesObject, known: set[str]) -> Iterator[Page | Sweep]:
    """Yield the records that changed, oldest change first; the newest change is the cursor."""
    fields = [name for name in each.fields if name in known]
    for name in each.fields:
        if name not in known:
            ctx.count("field_not_in_the_org", each.table.name, column=name)
    condition = _condition(ctx, each)
    soql = f"SELECT {', '.join(fields)} FROM {each.name}{condition} ORDER BY {each.cursor}, Id"
    newest = ctx.cursor(each.name, "")
    currency = ctx.config.get("currency_code")
    ids: set[str] = set()
    for records in _read(ctx, each, soql, condition):
        rows = [flat(record) for record in records]
        if "CurrencyIsoCode" in each.fields and "CurrencyIsoCode" not in known:
            # An org of one currency names it nowhere that a query reaches.
            rows = [{**row, "currency_iso_code": currency} for row in rows]
        yield Page(each.table.name, rows)
        ids |= {str(record.get("Id")) for record in records}
        newest = max([newest, *_instants(ctx, each, records)])
    if newest:
        ctx.advance(each.name, newest)
    if each.sweeps and ctx.sweep_due and ctx.window is None:
        keys = _every_id(ctx, each) if condition else ids
        yield Sweep(each.table.name, frozenset((key,) for key in keys))


def _read(
    ctx: Extraction, each: SalesObject, soql: str, condition: str
) -> Iterator[list[dict[str, Any]]]:
    """Yield the records by pages where they are few, else by a bulk job."""
    where = f"salesforce {each.name}"
    if query.count(ctx, each.name, condition) > int(ctx.config.get("bulk_rows", 10_000)):
        return bulk.read(ctx, soql, where)
    return query.read(ctx, soql, where)


def _condition(ctx: Extraction, each: SalesObject) -> str:
    if ctx.window:
        first, last = ctx.window
        since, until = _midnight(first), _midnight(last + timedelta(days=1))
        return f" WHERE {each.cursor} >= {_soql(since)} AND {each.cursor} < {_soql(until)}"
    known = ctx.cursor(each.name, "")
    if not known:
        return ""
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 10)))
    return f" WHERE {each.cursor} >= {_soql(datetime.fromisoformat(known) - lag)}"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _soql(instant: datetime) -> str:
    """An instant as SOQL writes it: whole seconds, so that none is cut to a later one."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instants(ctx: Extraction, each: SalesObject, records: list[dict[str, Any]]) -> Iterator[str]:
    """Yield when the records changed, leaving out what lies ahead of now."""
    limit = ctx.as_of + timedelta(days=1)
    for record in records:
        try:
            at = datetime.fromisoformat(str(record.get(each.cursor)))
        except ValueError:
            continue
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at > limit:
            ctx.count("cursor_ahead_of_now", each.table.name)
            continue
        yield at.astimezone(UTC).isoformat(timespec="milliseconds")


def _every_id(ctx: Extraction, each: SalesObject) -> set[str]:
    """Return every id that a query still reaches, deleted ones in the recycle bin included."""
    pages = _read(ctx, each, f"SELECT Id FROM {each.name} ORDER BY Id", "")
    return {str(record.get("Id")) for records in pages for record in records}


def verdict(status: int, body: Any) -> Verdict:
    """Judge an error answer: the limit of the day stops the load, what can pass is asked again."""
    error = body[0] if isinstance(body, list) and body and isinstance(body[0], Mapping) else {}
    code = str(error.get("errorCode", ""))
    if code == "REQUEST_LIMIT_EXCEEDED":
        return "retry" if "concurrent" in str(error.get("message", "")).lower() else "stop"
    return "retry" if code in _PASSING else plain_verdict(status, body)


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one org; `base_url` is its My Domain address."""
    secrets = ("access_token", "refresh_token", *APP)
    return Session(
        str(config["base_url"]),
        auth=auth_of(config),
        # No rate is published; 25 long calls at a time are allowed, and we make one.
        budgets=(Budget(int(config.get("calls_per_second", 100)), 1.0),),
        verdict=verdict,
        secrets=tuple(str(config[name]) for name in secrets if config.get(name)),
        clock=clock,
        pace=keep_a_reserve(float(config.get("calls_share", 0.9))),
    )


SALESFORCE = Source(
    name="salesforce",
    kind="crm",
    title="Salesforce",
    tables=TABLES,
    extract=extract,
    required=("base_url", "access_token"),
    secrets=("access_token", "refresh_token", *APP),
    instead={"access_token": APP},
    session=session,
    settings=(
        Setting("base_url", None, "the org's My Domain: https://NAME.my.salesforce.com"),
        Setting("currency_code", None, "the currency of an org that has one only, such as USD"),
        Setting("bulk_rows", 10_000, "more records than this are read by a bulk job"),
        Setting("calls_share", 0.9, "stop when this share of the org's daily calls is used"),
        Setting("calls_per_second", 100, "calls in a second at most"),
        Setting("lag_minutes", 10, "transactions under way commit with an earlier stamp"),
        Setting("sweep_days", 7, "days between two full lists of ids, which find purged records"),
    ),
    sandbox={"client_id": "sandbox-consumer-key", "client_secret": "sandbox-consumer-secret"},
    api=Api(
        f"v{query.VERSION}",
        None,
        "API End-of-Life Policy: a version lives three years at least and its end is announced a "
        "year ahead; for 31.0 and later none is",
    ),
    notes=Notes(
        reads=(
            "Leads and contacts, accounts, opportunities with their stage history and contact "
            "roles, campaigns and their members, tasks, events, users and the stages' order; what "
            "people said of their data (Individual)."
        ),
        cursor="SystemModstamp of each object; the history of leads has CreatedDate only.",
        lookback="Ten minutes before the cursor are read again for transactions under way.",
        limits=(
            "The org's API calls in 24 hours are shared by all its apps: a load stops at "
            "calls_share of them, by what Sforce-Limit-Info says. Large reads are bulk jobs."
        ),
        scopes=(("api", "to read records by REST and Bulk API"),),
        blind=(
            "Fields that the user of the connection may not read are left out and counted.",
            "A purged record is seen as gone by the weekly list of ids, not before.",
            "The status history of leads exists only where field history tracking is on, and is "
            "purged after 18 months; what was read stays.",
        ),
    ),
)
