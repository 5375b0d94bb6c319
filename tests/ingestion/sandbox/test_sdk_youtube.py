"""Google's own client reads the sandbox's channel; every answer is what its discovery says."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient import discovery
from live_sandbox import Live
from vendor_schemas import google_judge

from ingestion.sandbox.wire.youtube import planted
from ingestion.sources.youtube.tables import CHANNEL_METRICS, VIDEO_METRICS

pytestmark = pytest.mark.slow
CHANNEL = "UCfathomSandbox0000000001"


def client(live: Live, name: str, version: str) -> Any:
    """Return Google's client of an API, from the discovery document that it ships."""
    secret = {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "token_uri": f"{live.base}/token",
    }
    return discovery.build(
        name,
        version,
        credentials=Credentials(token=None, **secret),
        client_options={"api_endpoint": live.base},
        static_discovery=True,
    )


@pytest.fixture
def data(served: Live) -> Iterator[Any]:
    with client(served, "youtube", "v3") as made:
        yield made


@pytest.fixture
def analytics(served: Live) -> Iterator[Any]:
    with client(served, "youtubeAnalytics", "v2") as made:
        yield made


def test_a_schema_refuses_what_it_does_not_allow() -> None:
    for body in ({"items": [{"id": 7}]}, {"items": {}}, {"unknown": "x"}):
        with pytest.raises(AssertionError):
            google_judge(body, "youtube.v3", "VideoListResponse")
    with pytest.raises(AssertionError):
        google_judge(
            {"items": [{"statistics": {"viewCount": "many"}}]}, "youtube.v3", "VideoListResponse"
        )


def uploads(data: Any) -> list[str]:
    asked = {"part": "snippet,statistics,contentDetails", "id": CHANNEL}
    body = google_judge(
        data.channels().list(**asked).execute(), "youtube.v3", "ChannelListResponse"
    )
    playlist = body["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
    items = data.playlistItems()
    request = items.list(part="snippet,contentDetails", playlistId=playlist, maxResults=7)
    found = []
    while request is not None:
        body = google_judge(request.execute(), "youtube.v3", "PlaylistItemListResponse")
        found += [each["contentDetails"]["videoId"] for each in body["items"]]
        request = items.list_next(request, body)
    assert len(found) == len(set(found)) == body["pageInfo"]["totalResults"] > 7
    return found


def test_googles_client_sees_the_videos_that_were_loaded(data: Any, loaded: Any) -> None:
    ids = uploads(data)
    asked = {"part": "snippet,statistics,status,contentDetails", "id": ",".join(ids[:50])}
    body = google_judge(data.videos().list(**asked).execute(), "youtube.v3", "VideoListResponse")

    held = loaded(
        "youtube",
        "select id, title, privacy_status, strftime(published_at, '%Y-%m-%dT%H:%M:%SZ'), "
        "view_count, like_count from raw_youtube.videos "
        "where _dlt_valid_to is null and not is_deleted",
    )
    assert {
        (
            each["id"],
            each["snippet"]["title"],
            each["status"]["privacyStatus"],
            each["snippet"]["publishedAt"],
            int(each["statistics"]["viewCount"]),
            int(each["statistics"]["likeCount"]),
        )
        for each in body["items"]
    } == set(held)


def report(analytics: Any, dimensions: str, metrics: tuple[str, ...], **more: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        body = (
            analytics.reports()
            .query(
                ids=f"channel=={CHANNEL}",
                startDate="2025-01-01",
                endDate="2026-07-01",
                dimensions=dimensions,
                metrics=",".join(metrics),
                sort=dimensions,
                startIndex=len(found) + 1,
                maxResults=50,
                **more,
            )
            .execute()
        )
        google_judge(body, "youtubeAnalytics.v2", "QueryResponse")
        names = [each["name"] for each in body["columnHeaders"]]
        assert names == [*dimensions.split(","), *metrics]
        found += [tuple(row) for row in body["rows"]]
        if len(body["rows"]) < 50:
            return found


def test_googles_client_sees_the_days_that_were_loaded(
    data: Any, analytics: Any, loaded: Any
) -> None:
    query = (
        "select strftime(reported_on, '%Y-%m-%d'), {} from raw_youtube.{} "
        "where _dlt_valid_to is null and not is_deleted"
    )
    days = report(analytics, "day", CHANNEL_METRICS)
    names = "views, likes, comments, shares, estimated_minutes_watched"
    held = loaded(
        "youtube", query.format(f"{names}, subscribers_gained, subscribers_lost", "channel_days")
    )
    assert len(days) > 300
    assert sorted(days) == sorted(held)
    # Two to three days late.
    assert max(day for day, *_ in days) in ("2026-06-27", "2026-06-28")

    filters = f"video=={','.join(uploads(data))}"
    videos = report(analytics, "day,video", VIDEO_METRICS, filters=filters)
    held = loaded(
        "youtube", query.format(f"video_id, {names}, average_view_duration", "video_days")
    )
    assert len(videos) > 200
    assert sorted(videos) == sorted(held)


def test_what_was_planted_is_what_is_found(served: Live, loaded: Any) -> None:
    planted_ids = {key for _, _, _, key, _ in planted(served.world.company)}
    held = {id_ for (id_,) in loaded("youtube", "select id from raw_youtube.videos")}
    assert len(planted_ids - held) >= len(planted_ids) // 2
