"""Meta's own client reads the sandbox, comes to an end, and agrees with what our connector loaded.

The client goes on for ever where a page without a successor still states `paging.next`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from live_sandbox import Live

from ingestion.sources.meta_ads.insights import STATUSES

pytestmark = pytest.mark.slow

ACCOUNT = "act_440112233445"
TOKEN, SECRET = "sandbox-meta-token", "sandbox-meta-secret"
SPAN = {"since": "2026-01-01", "until": "2026-06-30"}


def _account(token: str = TOKEN) -> AdAccount:
    return AdAccount(ACCOUNT, api=FacebookAdsApi(FacebookSession(None, SECRET, token)))


@pytest.fixture
def account(served: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdAccount]:
    monkeypatch.setattr(FacebookSession, "GRAPH", served.base)
    return _account()


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=None) - (moment.utcoffset() or moment - moment)


@pytest.mark.parametrize(
    ("edge", "level", "table"),
    [
        ("get_campaigns", "campaign", "campaigns"),
        ("get_ad_sets", "adset", "ad_sets"),
        ("get_ads", "ad", "ads"),
    ],
)
def test_the_client_lists_the_objects_that_were_loaded_deleted_ones_too(
    account: AdAccount, loaded: Any, edge: str, level: str, table: str
) -> None:
    fields = ["id", "name", "effective_status", "updated_time"]
    params = {"effective_status": list(STATUSES[level]), "limit": 2}

    found = list(getattr(account, edge)(fields, params))

    seen = {
        (each["id"], each["name"], each["effective_status"], _instant(each["updated_time"]))
        for each in found
    }
    held = loaded(
        "meta_ads",
        f"select id, name, effective_status, updated_time from raw_meta_ads.{table}"
        " where _dlt_valid_to is null and not is_deleted",
    )
    assert len(seen) == len(found) > 2
    assert seen == set(held)
    assert "DELETED" in {status for _, _, status, _ in seen}


def test_deleted_campaigns_are_not_listed_unless_they_are_asked_for(account: AdAccount) -> None:
    found = list(account.get_campaigns([Campaign.Field.effective_status]))
    assert {each["effective_status"] for each in found} == {"ACTIVE", "PAUSED"}


def _params(level: str, **more: Any) -> dict[str, Any]:
    filtering: dict[str, Any] = {}
    if level != "account":
        shown = {"operator": "IN", "value": list(STATUSES[level])}
        filtering = {"filtering": [{"field": f"{level}.effective_status", **shown}]}
    windows = ["1d_view", "7d_click"]
    return {
        "level": level,
        "time_increment": 1,
        "time_range": SPAN,
        "action_attribution_windows": windows,
        **filtering,
        **more,
    }


_FIELDS = {
    "account": "",
    "campaign": "campaign_id",
    "adset": "campaign_id adset_id",
    "ad": "campaign_id adset_id ad_id",
}
_MEASURES = "impressions clicks inline_link_clicks spend"


def _keyed(rows: Any) -> set[tuple[Any, ...]]:
    return {
        (
            *(row.get(name, "") for name in ("campaign_id", "adset_id", "ad_id", "date_start")),
            *(int(row[name]) for name in _MEASURES.split()[:3]),
            row["spend"],
        )
        for row in rows
    }


def _held(loaded: Any, level: str) -> set[tuple[Any, ...]]:
    found = loaded(
        "meta_ads",
        "select campaign_id, adset_id, ad_id, date_start::varchar, impressions, clicks,"
        f" inline_link_clicks, spend from raw_meta_ads.insights where level = '{level}'"
        f" and date_start between '{SPAN['since']}' and '{SPAN['until']}'"
        " and _dlt_valid_to is null and not is_deleted",
    )
    return set(found)


@pytest.mark.parametrize("level", ["account", "campaign", "adset"])
def test_the_client_pages_through_a_level_to_its_end_and_sees_what_was_loaded(
    account: AdAccount, loaded: Any, level: str
) -> None:
    fields = [*_FIELDS[level].split(), *_MEASURES.split()]

    rows = list(account.get_insights(fields, _params(level, limit=50)))

    assert len(_keyed(rows)) == len(rows) > 100
    assert _keyed(rows) == _held(loaded, level)


def test_the_client_reads_ads_by_a_report_run_as_at_once_they_are_too_much(
    account: AdAccount, loaded: Any
) -> None:
    fields = [*_FIELDS["ad"].split(), *_MEASURES.split()]
    with pytest.raises(FacebookRequestError) as refused:
        list(account.get_insights(fields, _params("ad")))
    assert refused.value.api_error_code() == 100
    assert refused.value.api_error_subcode() == 1487534

    run = account.get_insights(fields, _params("ad"), is_async=True)
    status = run.api_get()
    assert status[AdReportRun.Field.async_status] == "Job Completed"
    rows = list(run.get_insights(params={"limit": 100}))

    assert _keyed(rows) == _held(loaded, "ad")


def test_the_actions_that_the_client_sees_are_the_rows_that_were_loaded(
    account: AdAccount, loaded: Any
) -> None:
    fields = ["campaign_id", AdsInsights.Field.actions, AdsInsights.Field.action_values]

    rows = list(account.get_insights(fields, _params("campaign")))

    seen = {
        (row["campaign_id"], row["date_start"], action["action_type"], window, float(value))
        for row in rows
        for action in row.get("actions", ())
        for window, value in action.items()
        if window != "action_type"
    }
    held = loaded(
        "meta_ads",
        "select campaign_id, date_start::varchar, action_type,"
        " if(attribution_window = '(setting)', 'value', attribution_window), actions::double"
        " from raw_meta_ads.insight_actions where level = 'campaign' and actions is not null"
        f" and date_start between '{SPAN['since']}' and '{SPAN['until']}'"
        " and _dlt_valid_to is null and not is_deleted",
    )
    assert seen == set(held)
    assert {"omni_purchase", "purchase"} <= {each[2] for each in seen}


def test_the_client_sees_the_breakdown_that_was_loaded(account: AdAccount, loaded: Any) -> None:
    span = {"since": "2026-06-01", "until": "2026-06-30"}
    params = _params("campaign", breakdowns=["age", "gender"], time_range=span)

    rows = list(account.get_insights(["campaign_id", "impressions", "spend"], params))

    names = ("campaign_id", "age", "gender", "date_start", "impressions", "spend")
    held = loaded(
        "meta_ads",
        "select campaign_id, age, gender, date_start::varchar, impressions::varchar, spend"
        " from raw_meta_ads.insights_by_age_gender where date_start >= '2026-06-01'"
        " and date_start <= '2026-06-30' and _dlt_valid_to is null and not is_deleted",
    )
    assert {tuple(row[name] for name in names) for row in rows} == set(held)
    assert held


def test_the_client_is_refused_with_a_dead_token(account: AdAccount) -> None:
    with pytest.raises(FacebookRequestError) as refused:
        _account("another").api_get()
    assert refused.value.api_error_code() == 190
