"""The Graph's manners: errors under 400, usage headers, cursors, metrics that Meta gives up."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion import graph
from ingestion.contract import Extraction
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.http import Session

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)


def error(code: int, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "type": "OAuthException", **more}}


@pytest.fixture
def made(vendor: Vendor, stopped: StoppedClock) -> Callable[..., Extraction]:
    def make(**more: Any) -> Extraction:
        config = {
            "base_url": vendor.url,
            "access_token": "EAAx",
            "calls_per_10_seconds": 20,
            **more,
        }
        http: Session = graph.session(config, stopped.clock, "`read_insights`")
        return Extraction(config, http, NOW, {})

    return make


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002, 1, 2])
def test_a_throttle_under_400_is_tried_again(
    vendor: Vendor, stopped: StoppedClock, made: Any, code: int
) -> None:
    vendor.says(Answer(error(code), 400), Answer({"id": "7"}))
    assert graph.node(made(), "7", "id", "graph") == {"id": "7"}
    assert stopped.slept == [1.0]


def test_a_dead_token_and_a_missing_right_are_told_apart_and_never_shown(
    vendor: Vendor, made: Any
) -> None:
    vendor.says(Answer(error(190, "Error validating EAAx"), 400))
    with pytest.raises(RequestFailed, match="The token is dead") as told:
        graph.node(made(), "7", "id", "graph")
    assert "EAAx" not in str(told.value)
    vendor.says(Answer(error(10, "(#10) Application does not have permission"), 400))
    with pytest.raises(RequestFailed, match="give the token `read_insights`"):
        graph.node(made(), "7", "id", "graph")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-App-Usage": json.dumps({"call_count": 80, "total_time": 3})}, 10.0),
        ({"X-App-Usage": json.dumps({"call_count": 75})}, 0.0),
        (
            {
                "X-Business-Use-Case-Usage": json.dumps(
                    {
                        "1": [
                            {"type": "pages", "call_count": 1, "estimated_time_to_regain_access": 2}
                        ]
                    }
                )
            },
            120.0,
        ),
        ({"X-App-Usage": "no json"}, 0.0),
    ],
)
def test_the_usage_headers_say_how_long_to_hold_still(
    headers: dict[str, str], seconds: float
) -> None:
    assert graph.pace(headers) == seconds


def test_a_pace_that_was_asked_for_is_kept_before_the_next_request(
    vendor: Vendor, stopped: StoppedClock, made: Any
) -> None:
    usage = {"X-App-Usage": json.dumps({"call_count": 90})}
    vendor.says(Answer({"id": "7"}, headers=usage), Answer({"id": "7"}))
    ctx = made()
    graph.node(ctx, "7", "id", "graph")
    assert stopped.slept == []
    graph.node(ctx, "7", "id", "graph")
    assert stopped.slept == [30.0]


def test_the_token_goes_in_the_header_and_the_secret_as_a_proof(vendor: Vendor, made: Any) -> None:
    vendor.says(Answer({"id": "7"}))
    graph.node(made(app_secret="s"), "7", "id", "graph")
    _, path, headers, _ = vendor.seen[0]
    assert headers["Authorization"] == "Bearer EAAx"
    assert "EAAx" not in path
    assert "appsecret_proof=" in path


def page(vendor: Vendor, ids: list[str], after: str | None, total: int | None = None) -> Answer:
    body: dict[str, Any] = {"data": [{"id": id_} for id_ in ids]}
    if after:
        link = f"{vendor.url}/v26.0/1/posts?after={after}&access_token=EAAx"
        body["paging"] = {"cursors": {"after": after}, "next": link}
    else:
        # `after` is there even on the last page.
        body["paging"] = {"cursors": {"after": "end"}}
    if total is not None:
        body["summary"] = {"total_count": total}
    return Answer(body)


def test_an_edge_is_read_by_its_cursors_until_there_is_no_next(vendor: Vendor, made: Any) -> None:
    vendor.says(page(vendor, ["a", "b"], "c2", 3), page(vendor, ["c"], None, 3))
    found = graph.edge(made(), "/v26.0/1/posts", {}, "posts")
    assert [each["id"] for each in found] == ["a", "b", "c"]
    assert "after=c2" in vendor.seen[1][1]
    assert len(vendor.seen) == 2


def test_an_edge_that_does_not_hold_what_it_declares_is_read_again_and_then_red(
    vendor: Vendor, made: Any
) -> None:
    vendor.says(page(vendor, ["a"], None, 2), page(vendor, ["a", "b"], None, 2))
    assert len(graph.edge(made(), "/v26.0/1/posts", {}, "posts")) == 3
    vendor.says(page(vendor, ["a"], None, 2))
    with pytest.raises(PageBroken, match="of 2 rows announced 1 came"):
        graph.edge(made(), "/v26.0/1/posts", {}, "posts")


def test_a_next_page_at_another_host_is_refused(vendor: Vendor, made: Any) -> None:
    answer = page(vendor, ["a"], "c2", 3)
    answer.body["paging"]["next"] = "https://elsewhere.example/x"
    vendor.says(answer)
    with pytest.raises(PageBroken, match="elsewhere"):
        graph.edge(made(), "/v26.0/1/posts", {}, "posts")
    assert len(vendor.seen) == 1


def test_a_list_whose_owner_counts_more_is_believed_when_it_comes_twice_alike(
    vendor: Vendor, made: Any
) -> None:
    vendor.says(page(vendor, ["a"], None), page(vendor, ["a", "b"], None))
    assert len(graph.edge_of(made(), "/v26.0/1/media", {}, "media", 3)) == 2
    assert len(vendor.seen) == 3
    vendor.says(page(vendor, [], None))
    with pytest.raises(PageBroken, match="3 are stated and 0 came"):
        graph.edge_of(made(), "/v26.0/1/media", {}, "media", 3)
    vendor.seen.clear()
    assert graph.edge_of(made(), "/v26.0/1/media", {}, "media", 0) == []
    assert len(vendor.seen) == 1


DEAD = error(100, "(#100) The value must be a valid insights metric")


def told(*names: str) -> Answer:
    return Answer({"data": [{"name": name, "values": [{"value": 1}]} for name in names]})


def test_a_dead_metric_is_drift_and_the_others_are_read(vendor: Vendor, made: Any) -> None:
    ctx = made()
    metrics = graph.Metrics(ctx, "post_insights", ["a", "b", "c"])
    vendor.says(Answer(DEAD, 400), told("a"), Answer(DEAD, 400), told("c"), told("a", "c"))
    assert [each["name"] for each in metrics.read("7", {}, "insights")] == ["a", "c"]
    assert ctx.counted == {("post_insights", "b", "metric_is_dead"): 1}
    # The next object is asked for those that live, in one call.
    assert [each["name"] for each in metrics.read("8", {}, "insights")] == ["a", "c"]
    assert "metric=a%2Cc" in vendor.seen[-1][1]
    assert len(vendor.seen) == 5


def test_a_load_without_a_living_metric_is_red(vendor: Vendor, made: Any) -> None:
    vendor.says(Answer(DEAD, 400))
    with pytest.raises(LoadFailed, match="knows none of the metrics"):
        graph.Metrics(made(), "post_insights", ["a", "b"]).read("7", {}, "insights")


def test_another_error_of_the_same_code_is_no_dead_metric(vendor: Vendor, made: Any) -> None:
    vendor.says(Answer(error(100, "Object with ID '7' does not exist"), 400))
    with pytest.raises(RequestFailed, match="does not exist"):
        graph.Metrics(made(), "post_insights", ["a"]).read("7", {}, "insights")


def test_an_answer_that_leaves_a_metric_out_is_asked_for_again(vendor: Vendor, made: Any) -> None:
    vendor.says(told("a"), told("a", "b"))
    found = graph.Metrics(made(), "post_insights", ["a", "b"]).read("7", {}, "insights")
    assert [each["name"] for each in found] == ["a", "b"]
