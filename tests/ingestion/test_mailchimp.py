"""Mailchimp as the connector reads it: lists that shift under the reader, activity as events."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from ingestion.contract import Bad, Extraction, Page, Sweep
from ingestion.errors import PageBroken
from ingestion.http import Session
from ingestion.sources import mailchimp

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
CHANGED = "2026-06-20T10:00:00+00:00"
OPEN = {"action": "open", "timestamp": "2026-06-20T11:00:00+00:00", "ip": "192.0.2.1"}


def member(number: int) -> dict[str, Any]:
    return {"id": f"m{number}", "email_address": f"p{number}@corp.example", "last_changed": CHANGED}


NAMES = {
    "email_activity": "emails",
    "unsubscribed": "unsubscribes",
    "growth_history": "history",
    "click_details": "urls_clicked",
}


class Account:
    """One list and one sent campaign; `moves` changes the members before their n-th page."""

    def __init__(self, members: int = 0) -> None:
        self.members = [member(number) for number in range(members)]
        self.moves: dict[int, Callable[[list[dict]], object]] = {}
        self.activity: list[dict[str, Any]] = []
        self.campaigns: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.paths: list[tuple[str, dict[str, Any]]] = []
        self.reports_read = 0
        self.segments: list[dict[str, Any]] = []
        self.inside: dict[str, list[dict[str, Any]]] = {}

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        self.paths.append((path, dict(params or {})))
        if path == "/3.0/lists/l1/members":
            self.asked.append(dict(params or {}))
            if move := self.moves.get(len(self.asked)):
                move(self.members)
            return self._page("members", self.members, params)
        if path == "/3.0/reports/c1":
            self.reports_read += 1
            return {"id": "c1"}
        if path.startswith("/3.0/lists/l1/segments/"):
            return self._page("members", self.inside[path.split("/")[5]], params)
        held = {
            "segments": self.segments,
            "lists": [{"id": "l1"}],
            "campaigns": self.campaigns,
            "emails": self.activity,
        }
        name = path.rpartition("/")[2].replace("-", "_")
        name = NAMES.get(name, name)
        return self._page(name, held.get(name, []), params)

    @staticmethod
    def _page(name: str, rows: list[dict], params: dict[str, Any] | None) -> dict[str, Any]:
        asked = params or {}
        start, count = int(asked["offset"]), int(asked["count"])
        return {name: rows[start : start + count], "total_items": len(rows)}


def extraction(account: Account, **more: Any) -> Extraction:
    state = more.pop("state", {})
    return Extraction({"lag_minutes": 60}, cast("Session", account), NOW, state, **more)


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.mailchimp.reading.PAGE", 2)


def to_the_end(members: list[dict]) -> None:
    members.append(members.pop(0))


def test_a_member_skipped_by_a_shifting_offset_is_read_again() -> None:
    account = Account(5)
    account.moves[2] = to_the_end
    found = list(mailchimp.extract(extraction(account)))
    assert {row["id"] for row in rows(found, "members")} == {f"m{each}" for each in range(5)}
    assert len(account.asked) == 6


def test_a_member_skipped_because_another_was_deleted_is_read_again() -> None:
    account = Account(5)
    account.moves[2] = lambda members: members.pop(0)
    found = list(mailchimp.extract(extraction(account)))
    assert {"m1", "m2", "m3", "m4"} <= {row["id"] for row in rows(found, "members")}
    assert len(account.asked) > 3


def test_a_list_that_never_stands_still_stops_the_load() -> None:
    account = Account(5)
    account.moves = dict.fromkeys((2, 5, 8), to_the_end)
    with pytest.raises(PageBroken, match="moved in each of 3 readings"):
        list(mailchimp.extract(extraction(account)))


def test_changed_members_are_asked_for_with_a_lag_and_all_of_them_for_a_sweep() -> None:
    account = Account(1)
    state = {"cursor:members:l1": CHANGED}
    list(mailchimp.extract(extraction(account, state=dict(state))))
    found = list(mailchimp.extract(extraction(account, state=dict(state), sweep_due=True)))
    assert account.asked[0]["since_last_changed"] == "2026-06-20T09:00:00+00:00"
    assert "since_last_changed" not in account.asked[1]
    (sweep,) = [each for each in found if isinstance(each, Sweep) and each.table == "members"]
    assert sweep.keys == {("l1", "m0")}
    assert sweep.scope == (("list_id", "l1"),)


def test_each_action_is_one_event_whose_id_is_the_same_at_every_reading() -> None:
    account = Account()
    account.campaigns = [{"id": "c1", "send_time": CHANGED}]
    person = {
        "campaign_id": "c1",
        "list_id": "l1",
        "email_id": "m1",
        "email_address": "a@b.example",
    }
    account.activity = [{**person, "activity": [OPEN, OPEN]}]
    first = rows(list(mailchimp.extract(extraction(account))), "email_activity")
    account.activity[0]["activity"].append({**OPEN, "action": "click", "url": "https://b.example"})
    second = rows(list(mailchimp.extract(extraction(account))), "email_activity")
    assert len({row["event_id"] for row in first}) == 2
    assert [row["event_id"] for row in second][:2] == [row["event_id"] for row in first]
    assert [row["action"] for row in second] == ["open", "open", "click"]


@pytest.mark.parametrize(
    ("sent", "times"), [("2026-06-15T00:00:00+00:00", 1), ("2026-05-01T00:00:00+00:00", 0), ("", 0)]
)
def test_only_campaigns_of_the_last_thirty_days_are_read_again(sent: str, times: int) -> None:
    account = Account()
    account.campaigns = [{"id": "c1", "send_time": sent}]
    state = {"cursor:reactions": "2026-06-30T06:00:00+00:00"}
    list(mailchimp.extract(extraction(account, state=state)))
    assert account.reports_read == times


@pytest.mark.parametrize(
    ("sent", "settled"),
    [("2026-06-29T00:00:00+00:00", False), ("2026-06-15T00:00:00+00:00", True)],
)
def test_only_what_can_have_changed_of_a_campaign_is_read_again(sent: str, settled: bool) -> None:
    account = Account()
    account.campaigns = [{"id": "c1", "send_time": sent}]
    state = {"cursor:reactions": "2026-06-30T06:00:00+00:00"}
    list(mailchimp.extract(extraction(account, state=state)))
    asked = dict(account.paths)
    assert asked["/3.0/reports/c1/email-activity"]["since"] == "2026-06-30T05:00:00+00:00"
    assert ("/3.0/reports/c1/sent-to" not in asked) is settled


@pytest.mark.parametrize("more", [{"full": True}, {"sweep_due": True}, {}])
def test_recipients_are_read_whole_at_first_by_a_sweep_and_in_full(more: dict[str, bool]) -> None:
    account = Account()
    account.campaigns = [{"id": "c1", "send_time": "2026-06-15T00:00:00+00:00"}]
    state = {"cursor:reactions": "2026-06-30T06:00:00+00:00"} if more else {}
    list(mailchimp.extract(extraction(account, state=state, **more)))
    assert "/3.0/reports/c1/sent-to" in dict(account.paths)


def test_a_backfill_reads_the_campaigns_that_could_move_in_its_days() -> None:
    account = Account()
    account.campaigns = [
        {"id": "c1", "send_time": "2026-03-20T00:00:00+00:00"},
        {"id": "old", "send_time": "2026-01-01T00:00:00+00:00"},
        {"id": "new", "send_time": "2026-05-01T00:00:00+00:00"},
    ]
    state = {"cursor:reactions": "2026-06-30T06:00:00+00:00"}
    days = (date(2026, 4, 1), date(2026, 4, 30))
    list(mailchimp.extract(extraction(account, state=dict(state), window=days)))
    assert {path.split("/")[3] for path, _ in account.paths if "/reports/" in path} == {"c1"}
    assert "since" not in dict(account.paths)["/3.0/reports/c1/email-activity"]


def test_a_segment_is_read_when_it_moved_and_replaces_itself_whole() -> None:
    account = Account(3)
    account.segments = [{"id": 7, "updated_at": CHANGED, "member_count": 2}]
    account.inside = {"7": [{"id": f"m{each}", "status": "subscribed"} for each in range(2)]}
    first = list(mailchimp.extract(ctx := extraction(account)))
    (page,) = [each for each in first if isinstance(each, Page) and each.table == "segment_members"]
    assert page.units == (("l1", "7"),)
    assert {row["member_id"] for row in rows(first, "segment_members")} == {"m0", "m1"}
    unmoved = list(mailchimp.extract(extraction(account, state=dict(ctx.state))))
    assert rows(unmoved, "segment_members") == []
    account.inside["7"].pop()
    account.segments[0]["member_count"] = 1
    moved = list(mailchimp.extract(extraction(account, state=dict(ctx.state))))
    assert len(rows(moved, "segment_members")) == 1


def test_who_is_in_a_segment_without_an_id_cannot_be_asked_and_is_told() -> None:
    account = Account()
    account.segments = [{"id": None, "name": "VIP"}, {"id": 7}]
    account.inside = {"7": [{"id": None, "status": "subscribed"}]}
    found = list(mailchimp.extract(extraction(account)))
    (told,) = [each for each in found if isinstance(each, Bad)]
    assert (told.table, told.reason) == ("segment_members", "their segment came without its id")
    assert "VIP" in told.body
    assert [row["member_id"] for row in rows(found, "segment_members")] == [None]
    assert not [path for path, _ in account.paths if "None" in path]


def test_a_segment_whose_members_came_short_is_read_again_or_red() -> None:
    account = Account()
    account.segments = [{"id": 7, "updated_at": CHANGED, "member_count": 9}]
    account.inside = {"7": [{"id": "m0", "status": "subscribed"}]}
    whole = account._page
    account._page = lambda name, held, params: {  # ty: ignore[invalid-assignment]
        **whole(name, held, params),
        "total_items": 9 if name == "members" and held else len(held),
    }
    with pytest.raises(PageBroken):
        list(mailchimp.extract(extraction(account)))


def test_merge_fields_that_are_a_lists_own_stay_together_and_are_no_drift() -> None:
    account = Account(1)
    account.members[0]["merge_fields"] = {"FNAME": "Ann", "STATUS": "gold", "SHOE": "38"}
    (row,) = rows(list(mailchimp.extract(extraction(account))), "members")
    assert row["merge_fields__fname"] == "Ann"
    assert row["merge_fields_other"] == {"STATUS": "gold", "SHOE": "38"}
    assert not [name for name in row if name in ("merge_fields__status", "merge_fields__shoe")]


def test_a_campaign_that_was_deleted_leaves_the_full_list() -> None:
    account = Account()
    account.campaigns = [{"id": "c1", "status": "save", "send_time": ""}]
    found = list(mailchimp.extract(extraction(account)))
    (sweep,) = [each for each in found if isinstance(each, Sweep) and each.table == "campaigns"]
    assert sweep.keys == {("c1",)}
