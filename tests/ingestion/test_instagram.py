"""Instagram as the connector asks for it: unknown is no zero, and a day is a call of its own."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from ingestion.contract import Extraction, Page
from ingestion.errors import PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.instagram import extract
from ingestion.sources.instagram.tables import MEDIA_METRICS, USER_METRICS

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
CONFIG = {
    "base_url": "https://g",
    "user_id": "1",
    "access_token": "t",
    "snapshot_days": 90,
    "history_days": 90,
    "lookback_days": 3,
}
TOO_FEW = {"error": {"code": 10, "message": "(#10) Not enough viewers for the media to show"}}


class Account:
    """An account with media; every total of a day is the day of its month."""

    def __init__(self, *media: dict[str, Any]) -> None:
        self.media = list(media)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.few: set[str] = set()
        self.silent: set[str] = set()
        self.missing: set[date] = set()
        self.refused = {"REELS": {"saved"}}

    def get(self, path: str, params: dict[str, Any]) -> Any:
        self.asked.append((path, params))
        id_, _, edge = path.removeprefix("/v26.0/").partition("/")
        if not edge:
            return {"id": id_, "username": "fathom", "media_count": len(self.media)}
        if edge == "media":
            return {"data": self.media}
        names = params["metric"].split(",")
        if id_ != "1":
            return self._medium(id_, names)
        day = datetime.fromtimestamp(params["since"], UTC).date()
        if names == ["follower_count"]:
            assert params["until"] - params["since"] <= 30 * 86_400
            series = [{"value": 4, "end_time": f"{day}T07:00:00+0000"}]
            return {"data": [{"name": names[0], "values": series}]}
        if day in self.missing:
            return {"data": []}
        return {"data": [{"name": name, "total_value": {"value": day.day}} for name in names]}

    def _medium(self, id_: str, names: list[str]) -> Any:
        if id_ in self.few:
            raise RequestFailed("400", 400, TOO_FEW)
        if id_ in self.silent:
            return {"data": []}
        product = next(each["media_product_type"] for each in self.media if each["id"] == id_)
        if refused := self.refused.get(product, set()) & set(names):
            told = f"The Media Insights API does not support the {min(refused)} metric for this"
            raise RequestFailed("400", 400, {"error": {"code": 100, "message": told}})
        return {"data": [{"name": name, "values": [{"value": 5}]} for name in names]}


def medium(number: int, product: str = "FEED", at: str = "2026-06-20T10:00:00+0000") -> Any:
    return {"id": f"17{number}", "media_product_type": product, "timestamp": at}


def extraction(account: Account, state: dict[str, Any] | None = None) -> Extraction:
    return Extraction(CONFIG, cast("Session", account), NOW, {} if state is None else state)


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def test_too_few_viewers_are_unknown_and_no_zero() -> None:
    account = Account(medium(1), medium(2))
    account.few = {"172"}
    ctx = extraction(account)
    taken = rows(list(extract(ctx)), "media_insights")
    assert [row["media_id"] for row in taken] == ["171"]
    assert ctx.counted["media_insights", "", "too_few_viewers"] == 1
    # It was never counted, so nothing is missed when it stays so.
    list(extract(extraction(account, ctx.state)))


def test_another_error_of_that_code_is_a_missing_right() -> None:
    class Refusing(Account):
        def _medium(self, id_: str, names: list[str]) -> Any:
            told = {"error": {"code": 10, "message": "(#10) Application does not have permission"}}
            raise RequestFailed("refused", 400, told)

    with pytest.raises(RequestFailed):
        list(extract(extraction(Refusing(medium(1)))))


def test_a_metric_that_one_kind_of_medium_lacks_is_kept_for_the_others() -> None:
    ctx = extraction(Account(medium(1, "REELS"), medium(2, "FEED")))
    taken = {row["media_id"]: row for row in rows(list(extract(ctx)), "media_insights")}
    assert taken["171"]["saved"] is None
    assert {taken["172"][name] for name in MEDIA_METRICS} == {5}
    assert ctx.counted == {("media_insights", "saved", "metric_is_dead"): 1}


def test_a_medium_that_had_counters_and_has_none_stops_the_load() -> None:
    account, ctx = Account(medium(1), medium(2)), None
    ctx = extraction(account)
    list(extract(ctx))
    account.silent = {"171"}
    with pytest.raises(PageBroken, match="1 of 2 posts came without counters"):
        list(extract(extraction(account, ctx.state)))


def test_old_media_are_listed_and_not_counted_again() -> None:
    account = Account(medium(1, at="2026-01-01T10:00:00+0000"))
    found = list(extract(extraction(account)))
    assert len(rows(found, "media")) == 1
    assert rows(found, "media_insights") == []


def test_the_account_is_asked_for_a_day_at_a_time_a_season_at_first_and_three_later() -> None:
    account = Account()
    ctx = extraction(account)
    days = rows(list(extract(ctx)), "user_days")
    assert [row["reported_on"].isoformat() for row in days][::89] == ["2026-04-02", "2026-06-30"]
    assert all({row[name] for name in USER_METRICS} == {row["reported_on"].day} for row in days)
    again = rows(list(extract(extraction(Account(), ctx.state))), "user_days")
    assert [row["reported_on"].day for row in again] == [28, 29, 30]


def test_followers_gained_are_asked_for_the_last_thirty_days_only() -> None:
    account = Account()
    gained = rows(list(extract(extraction(account))), "user_follower_days")
    assert [row["reported_on"] for row in gained] == [date(2026, 6, 2)]
    assert account.asked[-1][1]["metric"] == "follower_count"


def test_a_day_that_was_stated_and_is_missing_stops_the_load() -> None:
    ctx = extraction(Account())
    list(extract(ctx))
    account = Account()
    account.missing = {date(2026, 6, 29)}
    with pytest.raises(PageBroken, match="2026-06-29 was stated before"):
        list(extract(extraction(account, ctx.state)))
