"""The headline numbers worked out again: raw rows and plain Python, none of the project's SQL.

Identity is an input here (who is who has tests of its own); all that is counted on it is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import yaml

CONFIG = Path(__file__).resolve().parents[2] / "config"
AS_OF = datetime(2026, 7, 1, 6)
CENT = Decimal("0.01")
TERMINAL = 80
PRIORITY = {"ad_click": 1, "email_click": 2, "social": 3, "event": 4, "web_visit": 5, "form": 6}


@dataclass(frozen=True)
class Home:
    """One published home: its raw and its published tables, read only."""

    path: Path

    def raw(self, sql: str, *given: Any) -> list[tuple]:
        """Return rows of the warehouse."""
        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql, list(given)).fetchall()

    def marts(self, sql: str, *given: Any) -> list[tuple]:
        """Return rows of the published file."""
        file = self.path / "published" / "current" / "engineroom.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute("set schema = 'marts'")
            return connection.execute(sql, list(given)).fetchall()


@cache
def rules(name: str) -> Any:
    """Return one shipped rule file."""
    return yaml.safe_load((CONFIG / f"{name}.yml").read_text("utf-8"))


def report_day(instant: datetime) -> date:
    """Return the day of a UTC instant in the reporting zone."""
    zone = ZoneInfo(rules("company")["company"]["reporting_time_zone"])
    return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def report_month(instant: datetime) -> str:
    """Return the month of a UTC instant in the reporting zone."""
    return report_day(instant).isoformat()[:7]


def rate_of(currency: str, on: date) -> Decimal | None:
    """Return the rate of the day into the reporting currency; None where there is none."""
    company = rules("company")["company"]["reporting_currency"]
    if currency == company:
        return Decimal(1)
    known = [
        (row["rate_on"], row["rate"])
        for row in rules("fx")["fx_rates"]
        if row["from_currency"] == currency
        and row["to_currency"] == company
        and row["rate_on"] <= on
    ]
    return Decimal(str(max(known)[1])) if known else None


def in_reporting_currency(amount: Decimal, currency: str, on: date) -> Decimal | None:
    """Return the amount at the rate of the day; None where there is none."""
    rate = rate_of(currency, on)
    return None if rate is None else (amount * rate).quantize(CENT, ROUND_HALF_UP)


def stages(kind: str, crm: str = "hubspot") -> dict[str, tuple[str, int]]:
    """Return a CRM's word -> (stage, order) for contacts, leads or deals."""
    return {
        row["native_stage"]: (row["stage"], row["stage_order"])
        for row in rules("funnel")["funnel_stages"]
        if row["crm"] == crm and row["object"] == kind
    }


def person_of_contact(home: Home) -> dict[str, str]:
    """Return id of a CRM's contact or lead -> person, persons only; no two CRMs share an id."""
    found = home.marts(
        "select source_record_id, person_id from bridge_identity "
        "where source in ('hubspot', 'salesforce') and object in ('contacts', 'leads') "
        "and kind = 'person'"
    )
    return dict(found)


def moves(
    history: Sequence[tuple], contact: tuple, known: Mapping[str, tuple[str, int]]
) -> list[tuple[datetime, str, int]]:
    """Return (instant, stage, order) of one contact record: its moves, without repeats."""
    _, native, created, updated = contact
    past = sorted(
        (at, known[word][1], event, known[word][0])
        for event, at, word in history
        if word in known and at <= AS_OF
    )
    found = [(at, stage, order) for at, order, _, stage in past]
    if found and found[0][1] == "lead":
        found[0] = (min(found[0][0], created), *found[0][1:])
    if native in known and (not found or found[-1][1] != known[native][0]):
        stage, order = known[native]
        at = created if stage == "lead" and not found else min(updated or created, AS_OF)
        found.append((at, stage, order))
    return [move for place, move in enumerate(found) if not place or move[1] != found[place - 1][1]]


def stage_entries(home: Home) -> list[tuple[str, int, str, datetime]]:
    """Return (person, cycle, stage, instant): a person stands where the furthest record does."""
    history = defaultdict(list)
    for record, *event in home.raw(
        "select object_id, event_id, changed_at, trim(value) from raw_hubspot.property_history "
        "where object_type = 'contacts' and property = 'lifecyclestage'"
    ):
        history[record].append(tuple(event))
    people = person_of_contact(home)
    records: dict[str, list[list[tuple[datetime, str, int]]]] = defaultdict(list)
    for contact in home.raw(
        "select id, trim(properties__lifecyclestage), coalesce(properties__createdate, created_at),"
        " coalesce(updated_at, properties__lastmodifieddate) from raw_hubspot.contacts "
        "where _dlt_valid_to is null"
    ):
        if contact[0] in people:
            known = stages("contacts")
            records[people[contact[0]]].append(moves(history[contact[0]], contact, known))
    for lead, past in leads(home):
        if lead[0] in people:
            known = stages("leads", "salesforce")
            records[people[lead[0]]].append(moves(past, lead, known))
    return [entry for person, tracks in records.items() for entry in _walk(person, tracks)]


def leads(home: Home) -> Iterable[tuple[tuple, list[tuple]]]:
    """Yield Salesforce's leads with their statuses; a change tells what was before it."""
    history = defaultdict(list)
    for lead, *event in home.raw(
        "select lead_id, id, created_date, old_value, new_value from raw_salesforce.lead_history "
        "where field = 'Status' and _dlt_valid_to is null order by created_date, id"
    ):
        history[lead].append(event)
    for lead in home.raw(
        "select id, status, created_date, system_modstamp from raw_salesforce.leads "
        "where _dlt_valid_to is null"
    ):
        past = history[lead[0]]
        first = ("", lead[2], past[0][2] if past else lead[1])
        yield lead, [first, *((event, at, word) for event, at, _, word in past)]


def _walk(person: str, tracks: list[list[tuple[datetime, str, int]]]) -> Iterable[tuple]:
    first: dict[tuple[int, str], datetime] = {}
    cycle, before = 1, None
    for at in sorted({move[0] for track in tracks for move in track}):
        standing = [[move for move in track if move[0] <= at] for track in tracks]
        last = [track[-1] for track in standing if track]
        _, stage, order = max(last, key=lambda move: move[2] - 100 * (move[2] >= TERMINAL))
        if before is not None and order < before:
            cycle += 1
        if order != before:
            first.setdefault((cycle, stage), at)
        before = order
    return [(person, turn, stage, at) for (turn, stage), at in first.items()]


@dataclass(frozen=True)
class Deal:
    """One deal as its CRM tells it; a refund names the deal that it takes back."""

    id: str
    stage: str
    amount: Decimal | None
    currency: str
    created: datetime
    closed: datetime | None
    refunds: str | None

    @property
    def dated(self) -> datetime:
        """When its money counts: at its close, before that at its creation."""
        return self.closed or self.created


def reporting_value(deal: Deal, every: Mapping[str, Deal]) -> Decimal | None:
    """Return the amount in the reporting currency; a refund is worth what its sale was."""
    if deal.amount is None:
        return None
    sale = every.get(deal.refunds or "", deal)
    return in_reporting_currency(deal.amount, deal.currency, report_day(sale.dated))


def deals(home: Home) -> dict[str, Deal]:
    """Return id -> live deal of either CRM: what Salesforce holds, HubSpot only mirrors."""
    sold = opportunities(home)
    mirrors = {
        deal
        for deal, opportunity in home.raw(
            "select id, properties__hs_salesforceopportunityid from raw_hubspot.deals "
            "where _dlt_valid_to is null"
        )
        if opportunity in sold
    }
    made = {id_: deal for id_, deal in hubspot_deals(home).items() if id_ not in mirrors}
    return made | {id_: deal for id_, deal in sold.items() if deal}


def opportunities(home: Home) -> dict[str, Deal | None]:
    """Return id -> opportunity of Salesforce, None for those that are deleted there."""
    known = stages("deals", "salesforce")
    came = {
        (deal, word): at
        for deal, word, at in home.raw(
            "select opportunity_id, stage_name, max(created_date) "
            "from raw_salesforce.opportunity_history where created_date <= ? group by 1, 2",
            AS_OF,
        )
    }
    found: dict[str, Deal | None] = {}
    for deal, word, amount, currency, created, refunds, is_deleted in home.raw(
        "select id, stage_name, amount, currency_iso_code, created_date, original_opportunity_c, "
        "is_deleted from raw_salesforce.opportunities where _dlt_valid_to is null"
    ):
        stage = known.get(word, ("opportunity", 60))[0]
        ended = None if stage == "opportunity" else came[deal, word]
        money = None if amount is None else Decimal(amount).quantize(CENT)
        told = Deal(deal, stage, money, currency or "USD", created, ended, refunds)
        found[deal] = None if is_deleted or created > AS_OF else told
    return found


def hubspot_deals(home: Home) -> dict[str, Deal]:
    """Return id -> live deal of HubSpot; one closed when it last came to the stage it is in."""
    known = stages("deals")
    came = {
        (deal, word): at
        for deal, word, at in home.raw(
            "select object_id, trim(value), max(changed_at) from raw_hubspot.property_history "
            "where object_type = 'deals' and property = 'dealstage' and changed_at <= ? "
            "group by 1, 2",
            AS_OF,
        )
    }
    found = {}
    for deal, word, amount, currency, created, closed, refunds in home.raw(
        "select id, trim(properties__dealstage), properties__amount, "
        "properties__deal_currency_code, coalesce(properties__createdate, created_at), "
        "properties__closedate, properties__original_deal_id from raw_hubspot.deals "
        "where _dlt_valid_to is null and not coalesce(archived, false) "
        "and not coalesce(is_deleted, false)"
    ):
        if created <= AS_OF:
            stage = known[word][0]
            ended = None if stage == "opportunity" else came.get((deal, word), closed)
            money = None if amount is None else Decimal(amount).quantize(CENT)
            found[deal] = Deal(deal, stage, money, currency or "USD", created, ended, refunds)
    return found


def sessions(events: Iterable[tuple[str, datetime, str]]) -> tuple[int, int]:
    """Return visits and page views of (visitor, instant, kind) rows: half an hour ends a visit."""
    visits = pages = 0
    last: dict[str, datetime] = {}
    for visitor, at, kind in sorted(events):
        visits += visitor not in last or at - last[visitor] > timedelta(minutes=30)
        pages += kind == "page"
        last[visitor] = at
    return visits, pages


def totals(rows: Iterable[tuple[Any, Decimal | int | None]]) -> dict[Any, Any]:
    """Return key -> sum, without the keys that sum to nothing."""
    found: Mapping[Any, Any] = defaultdict(int)
    for key, amount in rows:
        found[key] += amount or 0
    return {key: amount for key, amount in found.items() if amount}
