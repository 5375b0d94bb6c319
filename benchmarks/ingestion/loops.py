"""The load of each resource as a plain engineer writes it by hand: no versions, no quarantine.

requests, json, rows as dicts with the declared columns, `pa.Table.from_pylist`, Parquet, DuckDB.
Each yields the rows of a page; `by_hand` writes them. Nothing here is shared with the platform but
the list of columns and their types, so that both ways store the same.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import requests

from benchmarks.ingestion.records import FIRST_DAY
from ingestion.contract import Table
from ingestion.typed import arrow_schema

Rows = Iterator[list[dict[str, Any]]]
BATCH = 50_000
OWN = {"_extra", "is_deleted", "_seq"}


def by_hand(table: Table, pages: Rows, folder: Path) -> int:
    """Write the rows of all pages to one Parquet file, and that to a table; return their number."""
    own = arrow_schema(table)
    schema = pa.schema([each for each in own if each.name not in OWN])
    file, waiting = folder / "rows.parquet", []
    with pq.ParquetWriter(file, schema) as writer:
        for rows in pages:
            waiting += rows
            if len(waiting) >= BATCH:
                writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
                waiting = []
        writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
    with duckdb.connect(str(folder / "by_hand.duckdb")) as connection:
        connection.execute(f"create table if not exists rows as from '{file}' limit 0")
        connection.execute(f"insert into rows from '{file}'")
        found = connection.execute("select count(*) from rows").fetchone()
    return int(found[0]) if found else 0


def instant(text: Any) -> datetime | None:
    """Return ISO text as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None


def hubspot_contacts(base: str, table: Table) -> Rows:
    """Contacts with the properties that the table declares."""
    names = [each.name for each in table.columns if each.name.startswith("properties__")]
    names = [name.removeprefix("properties__") for name in names]
    session, after = requests.Session(), None
    params = {"limit": 50, "archived": "false", "properties": ",".join(names)}
    while True:
        asked = {**params, "after": after} if after else params
        body = session.get(f"{base}/crm/objects/2026-03/contacts", params=asked).json()
        page = []
        for record in body["results"]:
            row = {f"properties__{name}": record["properties"].get(name) for name in names}
            for name in ("properties__createdate", "properties__lastmodifieddate"):
                row[name] = instant(row[name])
            row["id"] = record["id"]
            row["created_at"], row["updated_at"] = (
                instant(record["createdAt"]),
                instant(record["updatedAt"]),
            )
            row["archived"], row["archived_at"] = record["archived"], None
            page.append(row)
        yield page
        after = body.get("paging", {}).get("next", {}).get("after")
        if not after:
            return


def salesforce_contacts(base: str, table: Table) -> Rows:
    """Contacts by REST; a column is the field in snake case."""
    fields = {_camel(each.name): each for each in table.columns}
    session, path = requests.Session(), "/services/data/v63.0/queryAll"
    params = {"q": f"SELECT {', '.join(fields)} FROM Contact ORDER BY Id"}
    while path:
        body = session.get(f"{base}{path}", params=params).json()
        page = []
        for record in body["records"]:
            row = {each.name: record.get(field) for field, each in fields.items()}
            row["created_date"] = instant(row["created_date"])
            row["system_modstamp"] = instant(row["system_modstamp"])
            page.append(row)
        yield page
        path, params = body.get("nextRecordsUrl"), {}


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def klaviyo_profiles(base: str, table: Table) -> Rows:
    """Profiles with consent and place."""
    plain = ("email", "phone_number", "external_id", "first_name", "last_name")
    plain += ("organization", "locale", "title")
    for records in _jsonapi(f"{base}/api/profiles?page[size]=100&sort=updated"):
        page = []
        for record in records:
            held = record["attributes"]
            email = held["subscriptions"]["email"]["marketing"]
            sms = held["subscriptions"]["sms"]["marketing"]
            row = {name: held[name] for name in plain}
            for name in ("country", "region", "city", "zip"):
                row[f"location__{name}"] = held["location"][name]
            for name in ("created", "updated", "last_event_date"):
                row[name] = instant(held[name])
            row["id"] = record["id"]
            row["properties"] = json.dumps(held["properties"])
            row["email_consent"], row["email_consent_method"] = email["consent"], email["method"]
            row["email_consent_at"] = instant(email["consent_timestamp"])
            row["can_receive_email"] = email["can_receive_email_marketing"]
            for ours, theirs in (("", "suppression"), ("list_", "list_suppressions")):
                held_back = json.dumps(email[theirs]) if email[theirs] else None
                row[f"email_{ours}suppressions"] = held_back
            row["sms_consent"] = sms["consent"]
            row["can_receive_sms"] = sms["can_receive_sms_marketing"]
            page.append(row)
        yield page


def klaviyo_events(base: str, table: Table) -> Rows:
    """Events, their properties as JSON too."""
    for records in _jsonapi(f"{base}/api/events?page[size]=200&sort=datetime"):
        page = []
        for record in records:
            told, relations = record["attributes"]["event_properties"], record["relationships"]
            page.append(
                {
                    "id": record["id"],
                    "metric_id": relations["metric"]["data"]["id"],
                    "profile_id": relations["profile"]["data"]["id"],
                    "message_id": told.get("$message"),
                    "flow_id": told.get("$flow"),
                    "url": told.get("URL"),
                    "bounce_type": told.get("Bounce Type"),
                    "machine_open": told.get("machine_open"),
                    "bot_click": told.get("bot_click"),
                    "event_properties": json.dumps(told),
                    "datetime": instant(record["attributes"]["datetime"]),
                }
            )
        yield page


def _jsonapi(url: str | None) -> Rows:
    session = requests.Session()
    while url:
        body = session.get(url).json()
        yield body["data"]
        url = body["links"]["next"]


def mailchimp_activity(base: str, table: Table) -> Rows:
    """One row an action; the vendor gives it no id, so a digest names it."""
    session, offset, total = requests.Session(), 0, 1
    while offset < total:
        params = {"count": 1000, "offset": offset}
        body = session.get(f"{base}/3.0/reports/c1/email-activity", params=params).json()
        page = []
        for record in body["emails"]:
            for action in record["activity"]:
                row = {name: record[name] for name in _MEMBER}
                row["action"], row["type"] = action["action"], action.get("type")
                row["url"], row["ip"] = action.get("url"), action.get("ip")
                row["occurred_at"] = instant(action["timestamp"])
                parts = (row["campaign_id"], row["email_id"], row["action"], action["timestamp"])
                text = "|".join((*parts, row["url"] or "", row["ip"] or ""))
                row["event_id"] = hashlib.md5(text.encode()).hexdigest()
                page.append(row)
        yield page
        offset, total = offset + len(body["emails"]), body["total_items"]


_MEMBER = ("campaign_id", "email_id", "email_address", "list_id")


def meta_ad_days(base: str, table: Table) -> Rows:
    """Days of ads by a report run."""
    session = requests.Session()
    span = {"since": FIRST_DAY.isoformat(), "until": "2026-12-31"}
    asked = {"level": "ad", "time_range": json.dumps(span), "time_increment": "1"}
    run = session.post(f"{base}/v26.0/act_42/insights", json=asked).json()["report_run_id"]
    session.get(f"{base}/v26.0/{run}").json()
    names = [each.name for each in table.columns if each.type == "text" and each.name != "level"]
    after: str | None = ""
    while after is not None:
        params = {"limit": 500, **({"after": after} if after else {})}
        body = session.get(f"{base}/v26.0/{run}/insights", params=params).json()
        page = []
        for record in body["data"]:
            row = {name: record.get(name) for name in names}
            for name in ("impressions", "clicks", "inline_link_clicks", "reach"):
                row[name] = int(record[name])
            row["level"], row["spend"] = "ad", record["spend"]
            row["date_start"] = date.fromisoformat(record["date_start"])
            page.append(row)
        yield page
        paging = body.get("paging")
        after = paging["cursors"]["after"] if paging else None


def google_ad_days(base: str, table: Table) -> Rows:
    """Days of ads, a month a stream."""
    session, first = requests.Session(), FIRST_DAY
    while first < date(2027, 1, 1):
        last = first + timedelta(days=30)
        query = f"SELECT ... FROM ad_group_ad WHERE segments.date BETWEEN '{first}' AND '{last}'"
        url = f"{base}/v26/customers/4242/googleAds:searchStream"
        page = []
        for chunk in session.post(url, json={"query": query}).json():
            page += [_google_row(record) for record in chunk.get("results", ())]
        yield page
        first = last + timedelta(days=1)


def _google_row(record: dict[str, Any]) -> dict[str, Any]:
    customer, metrics = record["customer"], record["metrics"]
    return {
        "customer__id": customer["id"],
        "customer__currency_code": customer["currencyCode"],
        "customer__time_zone": customer["timeZone"],
        "campaign__id": record["campaign"]["id"],
        "campaign__name": record["campaign"]["name"],
        "ad_group__id": record["adGroup"]["id"],
        "ad_group__name": record["adGroup"]["name"],
        "ad_group_ad__ad__id": record["adGroupAd"]["ad"]["id"],
        "segments__date": date.fromisoformat(record["segments"]["date"]),
        "metrics__impressions": int(metrics["impressions"]),
        "metrics__clicks": int(metrics["clicks"]),
        "metrics__cost_micros": int(metrics["costMicros"]),
        "metrics__conversions": metrics["conversions"],
        "metrics__conversions_value": metrics["conversionsValue"],
    }
