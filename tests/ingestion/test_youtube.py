"""YouTube as the connector asks for it: positional rows, videos that are gone, quotas."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import PageBroken, RequestFailed
from ingestion.http import Session
from ingestion.sources.youtube import YOUTUBE, extract, session
from ingestion.sources.youtube.reports import ROWS, analytics

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
CONFIG = {**YOUTUBE.defaults, "channel_id": "UC1", "access_token": "t", "first_day": "2026-06-20"}


class Channel:
    """A channel with uploads; Analytics orders its columns as it likes."""

    def __init__(self, *videos: str) -> None:
        self.videos = list(videos)
        self.gone: set[str] = set()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.total: int | None = None
        self.days = ["2026-06-27", "2026-06-28"]
        self.spoiled: dict[str, Any] = {}

    def get(self, path: str, params: dict[str, Any]) -> Any:
        self.asked.append((path, params))
        match path.rpartition("/")[2]:
            case "channels":
                item = {
                    "id": "UC1",
                    "snippet": {"title": "Fathom", "customUrl": "@fathom"},
                    "statistics": {"subscriberCount": "12", "viewCount": "99"},
                    "contentDetails": {"relatedPlaylists": {"uploads": "UU1"}},
                }
                return {"items": [item]}
            case "playlistItems":
                start = int(params.get("pageToken", "0"))
                shown = self.videos[start : start + 50]
                more = start + 50 < len(self.videos)
                return {
                    "items": [{"id": f"i{v}", "contentDetails": {"videoId": v}} for v in shown],
                    "pageInfo": {"totalResults": self.total or len(self.videos)},
                    **({"nextPageToken": str(start + 50)} if more else {}),
                }
            case "videos":
                wanted = [each for each in params["id"].split(",") if each not in self.gone]
                return {"items": [{"id": each, "snippet": {"title": each}} for each in wanted]}
        return self._report(params) | self.spoiled

    def _report(self, params: dict[str, Any]) -> dict[str, Any]:
        names = ["views", *params["dimensions"].split(",")]
        rows: list[list[Any]] = [[3, day] for day in self.days]
        if "video" in names:
            wanted = params["filters"].removeprefix("video==").split(",")
            rows = [[3, day, video] for day in self.days for video in wanted]
        start = params["startIndex"] - 1
        headers = [{"name": name} for name in names]
        return {"columnHeaders": headers, "rows": rows[start : start + params["maxResults"]]}


def extraction(channel: Channel, state: dict[str, Any] | None = None) -> Extraction:
    return Extraction(CONFIG, cast("Session", channel), NOW, {} if state is None else state)


def rows(found: list[Any], table: str) -> list[dict[str, Any]]:
    pages = [each for each in found if isinstance(each, Page) and each.table == table]
    return [cast("dict[str, Any]", row) for page in pages for row in page.rows]


def test_rows_are_read_by_the_names_of_their_own_headers() -> None:
    found = list(extract(extraction(Channel("a", "b"))))
    days = rows(found, "video_days")
    assert [(row["reported_on"], row["video_id"], row["views"]) for row in days] == [
        ("2026-06-27", "a", 3),
        ("2026-06-27", "b", 3),
        ("2026-06-28", "a", 3),
        ("2026-06-28", "b", 3),
    ]
    # What was not told is unknown.
    assert {row["shares"] for row in days} == {None}
    assert [row["views"] for row in rows(found, "channel_days")] == [3, 3]


def test_uploads_are_read_page_by_page_and_a_video_that_is_not_described_is_gone() -> None:
    channel = Channel(*(f"v{number:03d}" for number in range(120)))
    channel.gone = {"v007"}
    found = list(extract(extraction(channel)))
    [sweep] = [each for each in found if isinstance(each, Sweep)]
    assert len(sweep.keys) == 119
    assert ("v007",) not in sweep.keys
    tokens = [params.get("pageToken") for path, params in channel.asked if "playlist" in path]
    assert tokens == [None, "50", "100"]


def test_a_total_that_is_only_a_guess_is_settled_by_a_second_reading() -> None:
    channel = Channel("a", "b")
    channel.total = 9
    assert len(rows(list(extract(extraction(channel))), "videos")) == 2
    channel.videos = []
    with pytest.raises(PageBroken, match="9 were announced and 0 came"):
        list(extract(extraction(channel)))


def test_a_report_goes_on_by_index_while_pages_are_full() -> None:
    channel = Channel(*(f"v{number:03d}" for number in range(150)))
    days = rows(list(extract(extraction(channel))), "video_days")
    assert len(days) == 300
    starts = [
        params["startIndex"] for _, params in channel.asked if params.get("filters", "") != ""
    ]
    # The last page is not full, so it is asked for twice.
    assert starts == [1, 1 + ROWS, 1 + ROWS]


def test_a_later_load_reads_two_weeks_again() -> None:
    channel = Channel("a")
    list(extract(extraction(channel, {"cursor:days": "2026-07-01"})))
    assert channel.asked[-1][1]["startDate"] == "2026-06-17"


@pytest.mark.parametrize(
    "spoiled",
    [{"rows": None}, {"rows": [[1]]}, {"columnHeaders": None}, {"errors": {"code": "GONE"}}],
)
def test_a_report_that_is_not_what_it_claims_stops_the_load(spoiled: dict[str, Any]) -> None:
    channel = Channel("a")
    channel.spoiled = spoiled
    with pytest.raises(PageBroken):
        list(extract(extraction(channel)))


def test_a_day_that_was_stated_and_is_missing_stops_the_load() -> None:
    ctx = extraction(Channel("a"))
    list(extract(ctx))
    channel = Channel("a")
    channel.days = ["2026-06-27"]
    with pytest.raises(PageBroken, match="2026-06-28 was stated before"):
        list(extract(extraction(channel, ctx.state)))


def test_analytics_is_the_vendors_other_address_and_no_third_one(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    assert analytics("https://youtube.googleapis.com") == "https://youtubeanalytics.googleapis.com"
    assert analytics("http://127.0.0.1:1") == "http://127.0.0.1:1"
    with session(CONFIG, stopped.clock) as http:
        assert http.also == ("https://youtubeanalytics.googleapis.com",)
        with pytest.raises(RequestFailed, match="Credentials are never sent there"):
            http.get("https://elsewhere.example/v2/reports")


def google(status: int, reason: str) -> Answer:
    told = {"message": reason, "domain": "youtube.quota", "reason": reason}
    return Answer({"error": {"code": status, "message": reason, "errors": [told]}}, status)


def live(vendor: Vendor, stopped: StoppedClock, **more: Any) -> Session:
    return session({**CONFIG, "base_url": vendor.url, **more}, stopped.clock)


def test_a_used_up_quota_stops_the_load(vendor: Vendor, stopped: StoppedClock) -> None:
    vendor.says(google(403, "quotaExceeded"))
    with (
        live(vendor, stopped) as http,
        pytest.raises(RequestFailed, match="daily limit is used up"),
    ):
        http.get("/youtube/v3/videos")
    assert len(vendor.seen) == 1


def test_a_quick_pace_is_waited_for_and_a_missing_right_is_named(
    vendor: Vendor, stopped: StoppedClock
) -> None:
    vendor.says(google(403, "rateLimitExceeded"), Answer({"items": []}))
    with live(vendor, stopped) as http:
        assert http.get("/youtube/v3/videos") == {"items": []}
        assert stopped.slept == [1.0]
        vendor.says(google(403, "insufficientPermissions"))
        with pytest.raises(RequestFailed, match="permission is missing"):
            http.get("/youtube/v3/videos")


def test_a_refused_token_is_renewed_once(vendor: Vendor, stopped: StoppedClock) -> None:
    app = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}
    vendor.says(google(401, "authError"), Answer({"access_token": "fresh"}), Answer({"items": []}))
    with live(vendor, stopped, token_url=f"{vendor.url}/token", **app) as http:
        assert http.get("/youtube/v3/videos") == {"items": []}
    assert vendor.seen[1][:2] == ("POST", "/token")
    assert vendor.seen[2][2]["Authorization"] == "Bearer fresh"


def test_the_days_of_a_video_are_keyed_by_channel_video_and_day() -> None:
    days = rows(list(extract(extraction(Channel("a")))), "video_days")
    assert {row["channel_id"] for row in days} == {"UC1"}
    followers = rows(list(extract(extraction(Channel("a")))), "channel_followers")
    assert followers == [
        {
            "channel_id": "UC1",
            "observed_on": date(2026, 7, 1),
            "subscriber_count": "12",
            "view_count": "99",
            "video_count": None,
        }
    ]
