"""All that a load of ours is told by the sandbox is what the vendors say that they answer."""

import json
import re
from collections import Counter
from collections.abc import Callable

import jsonschema
import pytest
from google.ads.googleads.v26.services.types.google_ads_service import (
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamResponse,
)
from google.protobuf import json_format
from live_sandbox import Told, serving
from vendor_schemas import google_judge, klaviyo_judge
from wordpress_schemas import judge as wordpress_judge

pytestmark = pytest.mark.slow
# Path, and what the vendor's discovery document calls the answer.
YOUTUBE = (
    (r"^/youtube/v3/channels$", "youtube.v3", "ChannelListResponse"),
    (r"^/youtube/v3/playlistItems$", "youtube.v3", "PlaylistItemListResponse"),
    (r"^/youtube/v3/videos$", "youtube.v3", "VideoListResponse"),
    (r"^/v2/reports$", "youtubeAnalytics.v2", "QueryResponse"),
)
GA4 = (
    (r"^/v1beta/properties/\d+:runReport$", "analyticsdata.v1beta", "RunReportResponse"),
    (r"^/v1beta/properties/\d+/metadata$", "analyticsdata.v1beta", "Metadata"),
)
ANSWERED = {200: "200", 400: "4XX", 404: "4XX"}


def _klaviyo(told: Told) -> str:
    parts = told.path.removeprefix("/api/").strip("/").split("/")
    document = "reporting" if parts[0].endswith("reports") else parts[0]
    path = f"/api/{parts[0]}" + "".join(f"/{each}" for each in ("{id}", *parts[2:]) if parts[1:])
    body, status = json.loads(told.body), ANSWERED[told.status]
    klaviyo_judge(document, path, told.method.lower(), body, status)
    return path


def _google(rules: tuple[tuple[str, str, str], ...]) -> Callable[[Told], str]:
    def judge(told: Told) -> str:
        if told.path == "/token":
            return "/token"
        (found,) = (each for each in rules if re.match(each[0], told.path))
        google_judge(json.loads(told.body), *found[1:])
        return found[2]

    return judge


def _google_ads(told: Told) -> str:
    if told.path.endswith("token"):
        return "/token"
    what = told.path.rpartition(":")[2]
    if what == "searchStream":
        for chunk in json.loads(told.body):
            json_format.Parse(json.dumps(chunk), SearchGoogleAdsStreamResponse.pb()())
    else:
        assert what == "search", told.path
        json_format.Parse(told.body, SearchGoogleAdsResponse.pb()())
    return what


JUDGES: dict[str, tuple[Callable[[Told], str], int, type[Exception]]] = {
    # Each vendor's judge, how many kinds of answers a load meets, how the judge says no.
    "klaviyo": (_klaviyo, 10, jsonschema.ValidationError),
    "youtube": (_google(YOUTUBE), 5, AssertionError),
    "ga4": (_google(GA4), 2, AssertionError),
    "google_ads": (_google_ads, 3, json_format.ParseError),
    "wordpress": (wordpress_judge, 8, AssertionError),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Told]]:
    """Every answer of a first load and of one three days later, by source."""
    home, heard = tmp_path_factory.mktemp("told"), []
    by_source: dict[str, list[Told]] = {}
    with serving(seed=29, scale=0.02, told=heard) as live:
        for source in JUDGES:
            heard.clear()
            live.load(source, home)
            by_source[source] = list(heard)
        live.control("POST", "clock", {"advance_days": 3})
        for source in JUDGES:
            heard.clear()
            live.load(source, home, days_later=3)
            by_source[source] += heard
    return by_source


@pytest.mark.parametrize("source", JUDGES)
def test_every_answer_that_a_load_was_told_is_one_of_the_vendors(
    told: dict[str, list[Told]], source: str
) -> None:
    judge, kinds, _ = JUDGES[source]
    met = Counter(judge(each) for each in told[source])
    assert sum(met.values()) == len(told[source]) > kinds
    assert len(met) == kinds, met


@pytest.mark.parametrize("source", JUDGES)
def test_a_judge_refuses_an_answer_with_a_word_that_the_vendor_has_not(
    told: dict[str, list[Told]], source: str
) -> None:
    judge, _, refusal = JUDGES[source]
    good = next(each for each in told[source] if each.status == 200 and "token" not in each.path)
    spoiled = good.body.replace(b'"data":[', b'"dada":[', 1)
    if spoiled == good.body:
        body = json.loads(good.body)
        (body[0] if isinstance(body, list) else body)["unheardOf"] = 1
        spoiled = json.dumps(body).encode()
    with pytest.raises(refusal):
        judge(Told(good.method, good.path, good.status, spoiled))
