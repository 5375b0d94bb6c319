"""The session stays with its vendor, waits as told and no longer, and keeps secrets."""

import json
from typing import Any

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.auth import Fixed, Refreshed, bearer
from ingestion.errors import PageBroken, RequestFailed
from ingestion.http import Budget, Session, Verdict
from ingestion.pages import Paging, rows_of
from ingestion.sources import SOURCES
from ingestion.wire import COLLISION, read_json

OK = Answer({"results": []})
TOKEN = "secret-token-123"


def session(vendor: Vendor, stopped: StoppedClock, **more) -> Session:
    more = {"auth": bearer(TOKEN), "secrets": (TOKEN,), "timeout": (1.0, 1.0), **more}
    return Session(vendor.url, clock=stopped.clock, **more)


def test_a_throttled_request_waits_as_told_and_goes_on(vendor, stopped) -> None:
    vendor.says(Answer(status=429, headers={"Retry-After": "7"}), OK)
    assert session(vendor, stopped).get("/x") == {"results": []}
    assert stopped.slept == [7.0]


def test_a_throttle_without_a_wait_backs_off(vendor, stopped) -> None:
    vendor.says(Answer(status=429), Answer(status=500), OK)
    session(vendor, stopped).get("/x")
    assert stopped.slept == [1.0, 2.0]


def test_a_throttle_for_ever_fails_and_says_to_run_again(vendor, stopped) -> None:
    vendor.says(Answer(status=429))
    with pytest.raises(RequestFailed, match=r"5 times over.*run again"):
        session(vendor, stopped).get("/x")
    assert len(vendor.seen) == 5


def test_a_wait_of_a_day_is_not_waited_for(vendor, stopped) -> None:
    vendor.says(Answer(status=429, headers={"Retry-After": "86400"}))
    with pytest.raises(RequestFailed, match="86400 seconds"):
        session(vendor, stopped).get("/x")
    assert stopped.slept == []


def test_a_daily_limit_stops_at_once(vendor, stopped) -> None:
    vendor.says(Answer({"message": "daily"}, 429))
    with pytest.raises(RequestFailed, match="daily limit"):
        session(vendor, stopped, verdict=lambda *_: "stop").get("/x")
    assert len(vendor.seen) == 1


def test_a_throttle_dressed_as_400_is_retried_where_the_vendor_has_such(vendor, stopped) -> None:
    def verdict(status: int, body: object) -> Verdict:
        return "retry" if isinstance(body, dict) and body.get("code") == 17 else "fail"

    vendor.says(Answer({"code": 17}, 400), OK)
    assert session(vendor, stopped, verdict=verdict).get("/x") == {"results": []}


@pytest.mark.parametrize(
    "broken",
    [
        Answer(drop=True),
        Answer({"results": [1, 2, 3]}, cut=100),
        Answer(b'{"results": [1, 2'),
        Answer(b"<html>maintenance</html>", headers={"Content-Type": "text/html"}),
        Answer(status=503),
    ],
    ids=["reset", "short", "cut", "html", "503"],
)
def test_what_can_pass_is_asked_for_again_and_for_ever_fails(vendor, stopped, broken) -> None:
    vendor.says(broken, OK)
    assert session(vendor, stopped).get("/x") == {"results": []}
    vendor.says(broken)
    with pytest.raises(RequestFailed, match="Nothing was lost"):
        session(vendor, stopped).get("/x")


def test_a_hang_ends_with_the_time_out_and_is_asked_for_again(vendor, stopped) -> None:
    vendor.says(Answer(hang=True), OK)
    assert session(vendor, stopped, timeout=(0.2, 0.2)).get("/x") == {"results": []}


def test_an_unknown_address_fails_at_once_and_says_where_to_look(vendor, stopped) -> None:
    vendor.says(Answer({"message": "no such list"}, 404))
    with pytest.raises(RequestFailed, match=r"404 no such list.*config/sources\.yml"):
        session(vendor, stopped).get("/x")
    assert len(vendor.seen) == 1


def test_a_refused_token_is_renewed_once(vendor, stopped) -> None:
    vendor.says(
        Answer({"access_token": "first"}),
        Answer(status=401),
        Answer({"access_token": "second"}),
        OK,
    )
    auth = Refreshed(f"{vendor.url}/token", {"refresh_token": "r"}, {"developer-token": "d"})
    session(vendor, stopped, auth=auth).get("/x")
    tokens = [headers.get("Authorization") for _, path, headers, _ in vendor.seen if path == "/x"]
    assert tokens == ["Bearer first", "Bearer second"]
    assert b"grant_type=refresh_token" in vendor.seen[0][3]


@pytest.mark.parametrize("source", ["hubspot", "linkedin_pages"])
@pytest.mark.parametrize("given", ["", "old"])
def test_an_app_renews_a_token_that_dies_in_mid_run(vendor, stopped, source, given) -> None:
    app = {"client_id": "i", "client_secret": "s", "refresh_token": "r", "access_token": given}
    config = {"base_url": vendor.url, "token_url": f"{vendor.url}/token", **app}
    first = [] if given else [Answer({"access_token": "old"})]
    vendor.says(*first, OK, Answer(status=401), Answer({"access_token": "new"}), OK)
    make = SOURCES[source].session
    assert make is not None

    client = make(config, stopped.clock)
    client.get("/x")
    client.get("/x")

    sent = [headers for _, path, headers, _ in vendor.seen if path == "/x"]
    assert [each["Authorization"] for each in sent] == ["Bearer old", "Bearer old", "Bearer new"]
    assert all(("LinkedIn-Version" in each) == (source == "linkedin_pages") for each in sent)
    [*_, form] = [body for _, path, _, body in vendor.seen if path == "/token"]
    assert form == b"grant_type=refresh_token&client_id=i&client_secret=s&refresh_token=r"
    assert client.redact("old s") == ("*** ***" if given else "old ***")


def test_a_token_refused_for_good_fails_without_showing_it(vendor, stopped) -> None:
    vendor.says(Answer({"message": f"bad {TOKEN} of ada@corp.example"}, 401))
    with pytest.raises(RequestFailed, match="credentials were refused") as caught:
        session(vendor, stopped).get("/x")
    assert TOKEN not in str(caught.value)
    assert "ada@" not in str(caught.value)


def test_missing_permission_names_the_scope(vendor, stopped) -> None:
    body = {"errors": [{"context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}]}
    vendor.says(Answer(body, 403))
    with pytest.raises(RequestFailed, match=r"crm\.objects\.deals\.read"):
        session(vendor, stopped).get("/x")


def test_a_next_link_to_another_host_is_refused_before_anything_is_sent(
    make_vendor, stopped
) -> None:
    vendor, stranger = make_vendor(), make_vendor()
    stranger.says(OK)
    with pytest.raises(RequestFailed, match="never sent there"):
        session(vendor, stopped).get(f"{stranger.url}/x?after=2")
    assert stranger.seen == []


def test_a_redirect_to_another_host_is_refused_and_the_token_stays(make_vendor, stopped) -> None:
    vendor, stranger = make_vendor(), make_vendor()
    stranger.says(OK)
    vendor.says(Answer(status=302, headers={"Location": f"{stranger.url}/x"}))
    with pytest.raises(RequestFailed, match="never sent there"):
        session(vendor, stopped).get("/x")
    assert stranger.seen == []


def test_looking_for_what_is_not_there_is_an_answer_and_no_other_error_is(vendor, stopped) -> None:
    vendor.says(Answer(status=404), Answer(status=400))
    client = session(vendor, stopped)
    assert client.look("/x") is None
    with pytest.raises(RequestFailed, match="400"):
        client.look("/x")


def test_a_redirect_at_home_is_followed(vendor, stopped) -> None:
    vendor.says(Answer(status=302, headers={"Location": "/y"}), OK)
    session(vendor, stopped).get("/x")
    assert [path for _, path, _, _ in vendor.seen] == ["/x", "/y"]


def test_the_budget_is_kept_before_the_vendor_has_to_say_so(vendor, stopped) -> None:
    vendor.says(OK)
    client = session(vendor, stopped, budgets=(Budget(2, 10.0), Budget(1, 1.0, "/search")))
    for path in ("/a", "/b", "/search", "/search"):
        client.get(path)
    assert stopped.slept == [10.0, 1.0]


def test_a_call_counts_from_its_answer_because_the_vendor_may_have_counted_it_then(
    vendor, stopped
) -> None:
    class Slow(Fixed):
        def headers(self, send: Any) -> dict[str, str]:
            stopped.time += 0.3
            return {}

    vendor.says(OK)
    client = session(vendor, stopped, auth=Slow({}), budgets=(Budget(1, 1.0),))
    client.get("/a")
    client.get("/b")
    assert stopped.slept == [1.0]


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": {}}, [], {"results": ["x"]}])
def test_a_page_without_its_list_is_refused(body) -> None:
    with pytest.raises(PageBroken):
        rows_of(body, "results", "toy")


def test_an_error_under_200_is_refused() -> None:
    with pytest.raises(PageBroken, match="error came under status 200"):
        rows_of({"error": {"message": "no"}, "results": []}, "results", "toy")


def test_a_repeated_page_an_empty_one_midway_and_a_short_list_are_refused() -> None:
    paging = Paging("toy")
    paging.add([{"id": 1}], following="2")
    with pytest.raises(PageBroken, match="second time"):
        paging.add([{"id": 1}])
    with pytest.raises(PageBroken, match="empty midway"):
        Paging("toy").add([], following="2")
    with pytest.raises(PageBroken, match="3 rows were announced and 1 came"):
        paging.met(3)


def test_json_keeps_the_text_of_money_and_marks_repeated_names_and_broken_text() -> None:
    body = read_json(b'\xef\xbb\xbf{"amount": 12345678901234567.89, "a": 1, "a": 2, "t": "\xff"}')
    assert str(body["amount"]) == "12345678901234567.89"
    assert COLLISION in body
    assert body["t"] == "\udcff"
    assert json.dumps(read_json(b"[0.5]")) == "[0.5]"
