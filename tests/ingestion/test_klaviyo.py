"""Klaviyo as the connector reads it: links, strict filters, groups, deletions, few reports."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken
from ingestion.http import Session
from ingestion.sources.klaviyo import extract, session

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
CHANGED = "2026-06-20T10:00:00+00:00"
PROFILES = "/api/profiles"


def profile(id_: str, **attributes: Any) -> dict[str, Any]:
    told = {"email": f"{id_}@corp.example", "updated": CHANGED, **attributes}
    return {"type": "profile", "id": id_, "attributes": told}


class Account:
    """Answers by path; a list of records is one page, a dict of pages is followed by its links."""

    def __init__(self, **held: list[dict[str, Any]]) -> None:
        self.held = held
        self.pages: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.reports = 0

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        self.asked.append((path, dict(params or {})))
        if scripted := self.pages.get(path):
            return scripted.pop(0) if len(scripted) > 1 else scripted[0]
        name = path.removeprefix("/api/").replace("/", "_")
        if name == "campaigns" and "'sms'" in str((params or {})["filter"]):
            return {"data": []}
        included = self.held.get("messages", []) if name == "campaigns" else []
        return {"data": self.held.get(name, []), "included": included, "links": {"next": None}}

    def post(self, path: str, body: dict[str, Any]) -> Any:
        self.reports += 1
        assert body["data"]["attributes"]["conversion_metric_id"]
        line = {
            "groupings": {"campaign_id": "k", "campaign_message_id": "m", "send_channel": "email"},
            "statistics": {"opens": 3},
        }
        return {"data": {"attributes": {"results": [line]}}}


def read(account: Account, **more: Any) -> tuple[list[Any], Extraction]:
    state = more.pop("state", {})
    ctx = Extraction({}, cast("Session", account), NOW, state, **more)
    return list(extract(ctx)), ctx


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def filters(account: Account, path: str) -> list[str]:
    return [str(params.get("filter", "")) for each, params in account.asked if each == path]


def test_pages_are_followed_by_their_own_links() -> None:
    account, link = Account(), "https://a.klaviyo.com/api/profiles?page%5Bcursor%5D=x"
    account.pages[PROFILES] = [{"data": [profile("a")], "links": {"next": link}}]
    account.pages[link] = [{"data": [profile("b")], "links": {"next": None}}]
    found, _ = read(account)
    assert [row["id"] for row in rows(found, "profiles")] == ["a", "b"]


def test_a_page_that_lost_a_row_is_asked_for_until_two_are_alike() -> None:
    account = Account()
    whole = {"data": [profile("a"), profile("b")]}
    account.pages[PROFILES] = [{"data": [profile("a")]}, whole, whole]
    found, _ = read(account)
    assert {row["id"] for row in rows(found, "profiles")} == {"a", "b"}


def test_a_full_page_without_a_link_is_asked_for_again() -> None:
    """Its link may have been lost: another answer with one is the truth."""
    account, link = Account(), "/api/profiles?next"
    full = [profile(f"p{number}") for number in range(100)]
    account.pages[PROFILES] = [{"data": full}, {"data": full, "links": {"next": link}}]
    account.pages[link] = [{"data": [profile("last")]}]
    found, _ = read(account)
    assert len(rows(found, "profiles")) == 101


def test_a_page_that_never_comes_twice_alike_is_red() -> None:
    account = Account()
    account.pages[PROFILES] = [{"data": [profile(each)]} for each in "abc"]
    with pytest.raises(PageBroken, match="3 different ways"):
        read(account)


@pytest.mark.parametrize("body", [{"errors": [{"detail": "no"}]}, {"data": None}, {"data": ["x"]}])
def test_an_answer_that_is_no_list_of_records_stops_the_load(body: Any) -> None:
    account = Account()
    account.pages[PROFILES] = [body]
    with pytest.raises(PageBroken):
        read(account)


def test_changed_profiles_are_asked_for_from_before_the_last_one() -> None:
    """The filter is strict: asked from the last instant, its other rows would be lost."""
    account = Account(profiles=[profile("a")])
    _, ctx = read(account)
    assert ctx.state["cursor:profiles"] == CHANGED
    account.asked.clear()
    found, _ = read(account, state=ctx.state)
    assert filters(account, PROFILES)[0] == "greater-than(updated,2026-06-20T09:50:00+00:00)"
    assert not [each for each in found if isinstance(each, Sweep) and each.table == "profiles"]


def test_a_sweep_reads_every_profile_and_names_them() -> None:
    account = Account(profiles=[profile("a")])
    found, _ = read(account, state={"cursor:profiles": CHANGED}, sweep_due=True)
    assert filters(account, PROFILES)[0] == ""
    (sweep,) = [each for each in found if isinstance(each, Sweep) and each.table == "profiles"]
    assert sweep.keys == {("a",)}


def test_consent_is_asked_for_and_kept() -> None:
    gone = [{"reason": "UNSUBSCRIBE", "timestamp": CHANGED}]
    marketing = {
        "consent": "UNSUBSCRIBED",
        "can_receive_email_marketing": False,
        "suppression": gone,
    }
    person = profile("a", subscriptions={"email": {"marketing": marketing}}, location={"zip": "1"})
    account = Account(profiles=[person])
    (row,) = rows(read(account)[0], "profiles")
    assert account.asked[0][1]["additional-fields[profile]"] == "subscriptions"
    assert (row["email_consent"], row["can_receive_email"]) == ("UNSUBSCRIBED", False)
    assert (row["email_suppressions"], row["location__zip"]) == (gone, "1")


def test_members_of_a_list_come_whole_when_due_and_by_joining_date_between() -> None:
    account = Account(
        lists=[{"type": "list", "id": "L", "attributes": {"name": "News"}}],
        lists_L_profiles=[profile("a", joined_group_at=CHANGED)],
    )
    found, ctx = read(account, sweep_due=True)
    (whole,) = [each for each in found if isinstance(each, Page) and each.table == "list_members"]
    assert (whole.units, whole.is_partial) == ((("L",),), False)
    found, _ = read(account, state=ctx.state)
    (part,) = [each for each in found if isinstance(each, Page) and each.table == "list_members"]
    assert (part.units, part.is_partial) == ((), True)
    assert filters(account, "/api/lists/L/profiles")[-1].startswith("greater-than(joined_group_at")


def test_campaigns_are_asked_for_by_channel_and_their_messages_name_them() -> None:
    pointed = {"campaign-messages": {"data": [{"type": "campaign-message", "id": "m"}]}}
    told = {"definition": {"channel": "email", "content": {"subject": "Hello"}}}
    account = Account(
        campaigns=[{"id": "k", "attributes": {"name": "News"}, "relationships": pointed}],
        messages=[{"type": "campaign-message", "id": "m", "attributes": told}],
    )
    found, _ = read(account)
    assert set(filters(account, "/api/campaigns")) == {
        "equals(messages.channel,'email')",
        "equals(messages.channel,'sms')",
    }
    (row,) = rows(found, "campaign_messages")
    assert (row["id"], row["campaign_id"], row["subject"]) == ("m", "k", "Hello")


def test_events_are_read_again_from_two_days_before() -> None:
    account = Account()
    state = {"cursor:events": "2026-06-30T06:00:00+00:00"}
    read(account, state=state)
    (asked, *_) = filters(account, "/api/events")
    assert asked == "greater-or-equal(datetime,2026-06-28T06:00:00+00:00)"


def test_a_window_reads_the_events_of_its_days_and_moves_no_cursor() -> None:
    account = Account()
    _, ctx = read(account, window=(date(2026, 5, 1), date(2026, 5, 3)))
    (asked, *_) = filters(account, "/api/events")
    assert asked.endswith("less-than(datetime,2026-05-04T00:00:00+00:00)")
    assert ctx.state == {}


def test_reports_are_asked_for_once_a_day() -> None:
    orders = {"type": "metric", "id": "M", "attributes": {"name": "Placed Order"}}
    account = Account(metrics=[orders])
    found, ctx = read(account)
    assert rows(found, "campaign_values")[0]["opens"] == 3
    read(account, state=ctx.state)
    assert account.reports == 2


CONFIG = {"api_key": "pk_of_somebody"}


def test_every_request_says_its_revision_and_key(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(Answer({"data": []}))
    with session({**CONFIG, "base_url": vendor.url}, stopped.clock) as http:
        http.get(PROFILES)
    headers = vendor.seen[0][2]
    assert headers["revision"] == "2026-07-15"
    assert headers["Authorization"] == "Klaviyo-API-Key pk_of_somebody"
    assert headers["Accept"] == "application/vnd.api+json"


def test_a_next_link_to_another_host_is_refused_and_never_told_the_key(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    body = {"data": [profile("a")], "links": {"next": "https://elsewhere.example/api/profiles"}}
    vendor.says(Answer(body))
    with (
        session({**CONFIG, "base_url": vendor.url}, stopped.clock) as http,
        pytest.raises(LoadFailed, match="pointed to"),
    ):
        list(extract(Extraction({}, http, NOW, {})))


def test_a_throttle_is_waited_out_as_told(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(Answer({}, 429, {"Retry-After": "7"}), Answer({"data": []}))
    with session({**CONFIG, "base_url": vendor.url}, stopped.clock) as http:
        http.get(PROFILES)
    assert stopped.slept == [7.0]


@pytest.mark.parametrize(
    ("path", "calls", "seconds"),
    [
        ("/api/flows", 4, 1.0),
        ("/api/campaigns", 11, 1.0),
        ("/api/campaign-values-reports", 3, 60.0),
    ],
)
def test_each_kind_of_address_keeps_to_its_own_pace(
    vendor: Vendor, stopped: StoppedClock, path: str, calls: int, seconds: float
) -> None:
    vendor.says(Answer({"data": []}))
    with session({**CONFIG, "base_url": vendor.url}, stopped.clock) as http:
        for _ in range(calls):
            http.get(path)
    assert sum(stopped.slept) == pytest.approx(seconds)


def test_the_daily_limit_of_reports_stops_the_load(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(Answer({}, 429, {"Retry-After": "40000"}))
    with (
        session({**CONFIG, "base_url": vendor.url}, stopped.clock) as http,
        pytest.raises(LoadFailed, match="longer than a run may hold on"),
    ):
        http.post("/api/campaign-values-reports", {})
    assert stopped.slept == []
