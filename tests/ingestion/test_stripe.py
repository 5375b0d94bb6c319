"""Stripe as the connector reads it: events say what moved, the record itself says how it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources import stripe
from ingestion.sources.stripe import lists

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
YESTERDAY = {"cursor:events": "2026-06-30T06:00:00+00:00"}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


OLD = at("2026-01-01")


class Account:
    """An account whose lists hold what the test puts there; `deleted` answer for what is gone."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.alone: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.spoil: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}

    def put(self, name: str, *records: dict[str, Any]) -> None:
        self.lists.setdefault(name, []).extend(records)

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        asked = dict(params or {})
        self.asked.append((path, asked))
        name = path.removeprefix("/v1/")
        rows = sorted(self.lists.get(name, []), key=lambda row: -row.get("created", 0))
        rows = [row for row in rows if row.get("created", 0) >= asked.get("created[gte]", 0)]
        rows = [row for row in rows if row.get("created", 0) < asked.get("created[lt]", 2**40)]
        ids = [row.get("id") for row in rows]
        start = ids.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
        end = start + asked["limit"]
        body = {"object": "list", "data": rows[start:end], "has_more": end < len(rows)}
        return self.spoil.get(name, lambda same: same)(body)

    def look(self, path: str) -> Any:
        self.asked.append((path, {}))
        return self.alone.get(path)

    def event(self, type_: str, object_: str, id_: str | None, **more: Any) -> None:
        record = {"object": object_, **({"id": id_} if id_ else {}), **more}
        number = len(self.lists.get("events", []))
        self.put(
            "events",
            {"id": f"e{number}", "type": type_, "created": at("2026-07-01"), "data": {}}
            | {"data": {"object": record}},
        )


def run(account: Account, **more: Any) -> list[Any]:
    config = {"lookback_days": 3, **more.pop("config", {})}
    state = more.pop("state", {})
    return list(stripe.extract(Extraction(config, cast("Session", account), NOW, state, **more)))


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def sweeps(found: list[Any], table: str) -> list[Sweep]:
    return [each for each in found if isinstance(each, Sweep) and each.table == table]


def customer(id_: str, created: int = OLD, **more: Any) -> dict[str, Any]:
    return {"id": id_, "object": "customer", "created": created, **more}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)


def test_a_first_load_reads_every_page_and_knows_what_lives() -> None:
    account = Account()
    account.put("customers", *(customer(f"c{number}", OLD + number) for number in range(5)))
    found = run(account)
    assert [row["id"] for row in rows(found, "customers")][:2] == ["c4", "c3"]
    (sweep,) = sweeps(found, "customers")
    assert sweep.keys == {(f"c{number}",) for number in range(5)}
    assert "/v1/events" not in dict(account.asked)


def test_ended_subscriptions_are_asked_for() -> None:
    account = Account()
    run(account)
    assert dict(account.asked)["/v1/subscriptions"]["status"] == "all"


def test_what_an_event_names_is_read_anew_and_not_taken_from_the_event() -> None:
    account = Account()
    account.put("customers", customer("c1"))
    account.event("customer.updated", "customer", "c1", email="old version of the API")
    account.alone["/v1/customers/c1"] = customer("c1", email="a@b.example")
    found = run(account, state=dict(YESTERDAY))
    assert [row["email"] for row in rows(found, "customers")] == ["a@b.example"]
    assert dict(account.asked)["/v1/events"]["created[gte]"] == at("2026-06-30T05:00:00")


def test_what_was_created_lately_is_listed_though_no_event_names_it() -> None:
    account = Account()
    account.put("charges", {"id": "ch1", "created": at("2026-06-28")}, {"id": "old", "created": 1})
    found = run(account, state=dict(YESTERDAY))
    assert [row["id"] for row in rows(found, "charges")] == ["ch1"]


def test_pending_money_is_read_again_for_a_month() -> None:
    account = Account()
    run(account, state=dict(YESTERDAY))
    since = dict(account.asked)["/v1/balance_transactions"]["created[gte]"]
    assert since == at("2026-05-31T06:00:00")


@pytest.mark.parametrize("answer", [{"id": "c1", "object": "customer", "deleted": True}, None])
def test_a_deleted_record_is_gone_and_keeps_its_values(answer: Any) -> None:
    account = Account()
    account.event("customer.deleted", "customer", "c1")
    account.alone["/v1/customers/c1"] = answer
    found = run(account, state=dict(YESTERDAY))
    (sweep,) = sweeps(found, "customers")
    assert (sweep.keys, sweep.scope) == (frozenset(), (("id", "c1"),))
    assert rows(found, "customers") == []


def test_a_deleted_draft_takes_its_lines_along() -> None:
    account = Account()
    account.event("invoice.deleted", "invoice", "in1")
    found = run(account, state=dict(YESTERDAY))
    assert [sweep.scope for sweep in sweeps(found, "invoice_lines")] == [(("invoice", "in1"),)]


def test_a_cancelled_subscription_stays() -> None:
    account = Account()
    account.event("customer.subscription.deleted", "subscription", "s1")
    held = {"id": "s1", "status": "canceled", "items": {"data": []}}
    account.alone["/v1/subscriptions/s1"] = held
    found = run(account, state=dict(YESTERDAY))
    assert [row["status"] for row in rows(found, "subscriptions")] == ["canceled"]
    assert sweeps(found, "subscriptions") == []


def test_a_record_that_moved_and_answers_404_stops_the_load() -> None:
    account = Account()
    account.event("charge.refunded", "charge", "ch1")
    with pytest.raises(PageBroken, match="no event deleted it"):
        run(account, state=dict(YESTERDAY))


def test_another_record_than_asked_for_stops_the_load() -> None:
    account = Account()
    account.event("charge.refunded", "charge", "ch1")
    account.alone["/v1/charges/ch1"] = {"id": "ch2"}
    with pytest.raises(PageBroken, match="another record came"):
        run(account, state=dict(YESTERDAY))


def test_an_event_about_no_record_is_passed_over() -> None:
    account = Account()
    account.event("invoice.upcoming", "invoice", None)
    account.event("payment_intent.created", "payment_intent", "pi1")
    assert rows(run(account, state=dict(YESTERDAY)), "invoices") == []


def test_after_a_pause_longer_than_events_are_kept_everything_is_read() -> None:
    account = Account()
    account.put("charges", {"id": "old", "created": 1})
    state = {"cursor:events": (NOW - timedelta(days=29)).isoformat()}
    assert [row["id"] for row in rows(run(account, state=state), "charges")] == ["old"]
    assert "/v1/events" not in dict(account.asked)


def test_a_weekly_sweep_lists_what_can_vanish_and_nothing_else() -> None:
    account = Account()
    account.put("customers", customer("c1"))
    account.put("charges", {"id": "old", "created": 1})
    found = run(account, state=dict(YESTERDAY), sweep_due=True)
    assert sweeps(found, "customers")[0].keys == {("c1",)}
    assert sweeps(found, "charges") == []
    assert rows(found, "charges") == []


def test_the_cursor_is_the_instant_of_the_load_and_a_backfill_moves_none() -> None:
    account = Account()
    state: dict[str, Any] = {}
    run(account, state=state)
    assert state["cursor:events"] == NOW.isoformat()
    account.put("charges", {"id": "in", "created": at("2026-03-02")}, {"id": "out", "created": 1})
    kept = dict(state)
    days = (date(2026, 3, 1), date(2026, 3, 2))
    found = run(account, state=state, window=days)
    assert [row["id"] for row in rows(found, "charges")] == ["in"]
    assert state == kept
    assert not any(isinstance(each, Sweep) for each in found)


def test_a_page_that_loses_a_row_once_is_asked_for_again() -> None:
    account = Account()
    account.put("customers", *(customer(f"c{number}", OLD + number) for number in range(3)))
    struck = iter([True])

    def lose(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "data": body["data"][1:]} if next(struck, False) else body

    account.spoil["customers"] = lose
    assert {row["id"] for row in rows(run(account), "customers")} == {"c0", "c1", "c2"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: {**body, "data": [], "has_more": True},
        lambda body: {**body, "data": None},
        lambda body: {"error": {"message": "try later"}},
        lambda body: {**body, "data": [customer("c1"), customer("c2")], "has_more": True},
    ],
)
def test_a_page_that_is_not_what_it_claims_stops_the_load(spoil: Any) -> None:
    account = Account()
    account.put("customers", customer("c1"), customer("c2"))
    account.spoil["customers"] = spoil
    with pytest.raises(PageBroken):
        run(account)


def test_a_list_that_held_something_and_comes_empty_stops_the_load() -> None:
    account, state = Account(), {}
    account.put("charges", {"id": "ch1", "created": OLD})
    run(account, state=state)
    account.lists.clear()
    with pytest.raises(LoadFailed, match="stripe charges: the list came empty"):
        run(account, state={**state, "cursor:events": "2026-01-01T00:00:00+00:00"})


def test_lines_past_the_first_page_are_read_from_their_own_list() -> None:
    account = Account()
    line = {"object": "line_item", "period": {"start": OLD, "end": None}}
    short = {"id": "in1", "created": OLD, "lines": {"data": [{"id": "l1", **line}]}}
    long = {"id": "in2", "created": OLD, "lines": {"data": [{"id": "m1"}], "has_more": True}}
    account.put("invoices", short, long)
    account.put("invoices/in2/lines", *({"id": f"m{number}"} for number in range(5)))
    found = run(account)
    held = {(row["invoice"], row["id"]) for row in rows(found, "invoice_lines")}
    assert held == {("in1", "l1"), *(("in2", f"m{number}") for number in range(5))}
    pages = [each for each in found if isinstance(each, Page) and each.table == "invoice_lines"]
    assert [page.units for page in pages] == [(("in1",), ("in2",))]
    assert rows(found, "invoice_lines")[0]["period__start"] == OLD * 1000


def test_a_record_without_an_id_goes_on_to_quarantine() -> None:
    account = Account()
    account.put("invoices", {"created": OLD, "lines": {"data": []}})
    (row,) = rows(run(account), "invoices")
    assert "id" not in row


def http(vendor: Vendor, stopped: StoppedClock) -> Session:
    return stripe.session({"base_url": vendor.url, "api_key": "rk_live_1"}, stopped.clock)


def test_every_request_names_the_version_that_is_spoken(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(Answer({"data": []}))
    http(vendor, stopped).get("/v1/customers")
    sent = vendor.seen[0][2]
    assert sent["Stripe-Version"] == stripe.VERSION
    assert sent["Authorization"] == "Bearer rk_live_1"


LIMITED = {"error": {"type": "rate_limit_error", "message": "slow down"}}


@pytest.mark.parametrize(("status", "told"), [(429, ""), (409, ""), (400, "true")])
def test_what_can_pass_is_asked_for_again(
    vendor: Vendor, stopped: StoppedClock, status: int, told: str
) -> None:
    headers = {"Stripe-Should-Retry": told} if told else {}
    vendor.says(Answer(LIMITED, status, headers), Answer({"data": []}))
    assert http(vendor, stopped).get("/v1/customers") == {"data": []}
    assert stopped.slept == [1.0]


@pytest.mark.parametrize(("status", "told"), [(429, "false"), (500, "false"), (400, "")])
def test_what_cannot_pass_is_not_asked_for_again(
    vendor: Vendor, stopped: StoppedClock, status: int, told: str
) -> None:
    vendor.says(Answer(LIMITED, status, {"Stripe-Should-Retry": told}))
    with pytest.raises(RequestFailed, match=f"it answered {status} slow down"):
        http(vendor, stopped).get("/v1/customers")
    assert len(vendor.seen) == 1


def test_no_more_is_asked_in_a_second_than_the_shop_can_spare(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(Answer({"data": []}))
    session = http(vendor, stopped)
    for _ in range(21):
        session.get("/v1/customers")
    assert stopped.slept == [1.0]
