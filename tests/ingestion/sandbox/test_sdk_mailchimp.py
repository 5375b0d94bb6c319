"""Mailchimp's own client reads the sandbox, and sees the ids and values that were loaded."""

from datetime import UTC, datetime
from typing import Any

import mailchimp_marketing
import pytest
from live_sandbox import Live

pytestmark = pytest.mark.slow


@pytest.fixture
def mailchimp(served: Live) -> mailchimp_marketing.Client:
    client = mailchimp_marketing.Client()
    client.set_config({"api_key": "sandboxkey-us21", "server": "us21"})
    client.api_client.host = f"{served.base}/3.0"
    return client


def _utc(text: str) -> datetime:
    """The instant as raw tables hold it: UTC without a zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _pages(call: Any, *ids: str, name: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = call(*ids, count=100, offset=len(found), **asked)
        found += page[name]
        if len(found) >= page["total_items"]:
            return found


def test_mailchimps_client_lists_the_members_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    lists = mailchimp.lists.get_all_lists()["lists"]

    members = [
        (
            each["id"],
            member["id"],
            member["email_address"],
            member["status"],
            _utc(member["last_changed"]),
        )
        for each in lists
        for member in _pages(mailchimp.lists.get_list_members_info, each["id"], name="members")
    ]

    held = loaded(
        "mailchimp",
        "select list_id, id, email_address, status, last_changed from raw_mailchimp.members"
        " where _dlt_valid_to is null and not is_deleted",
    )
    assert len(members) == len(set(members)) > 0
    assert set(members) == set(held)


def test_mailchimps_client_asks_for_fields_and_gets_only_those(
    mailchimp: mailchimp_marketing.Client,
) -> None:
    list_id = mailchimp.lists.get_all_lists()["lists"][0]["id"]

    page = mailchimp.lists.get_list_members_info(
        list_id, fields=["members.id", "members.merge_fields.FNAME", "total_items"], count=3
    )

    assert set(page) == {"members", "total_items"}
    assert all(set(each) == {"id", "merge_fields"} for each in page["members"])
    assert all(set(each["merge_fields"]) == {"FNAME"} for each in page["members"])


def test_mailchimps_client_sees_the_campaigns_and_reports_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    campaigns = _pages(mailchimp.campaigns.list, name="campaigns")
    sent = [each["id"] for each in campaigns if each["send_time"]]
    reports = [mailchimp.reports.get_campaign_report(id_) for id_ in sent]

    held = loaded(
        "mailchimp",
        "select id, emails_sent from raw_mailchimp.campaigns where _dlt_valid_to is null",
    )
    assert {(each["id"], each["emails_sent"]) for each in campaigns} == set(held)
    held = loaded(
        "mailchimp",
        "select id, opens__opens_total, clicks__clicks_total, bounces__hard_bounces"
        " from raw_mailchimp.reports where _dlt_valid_to is null",
    )
    assert {
        (
            each["id"],
            each["opens"]["opens_total"],
            each["clicks"]["clicks_total"],
            each["bounces"]["hard_bounces"],
        )
        for each in reports
    } == set(held)


def test_mailchimps_client_sees_the_mails_and_actions_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    api = mailchimp.reports
    sent, actions, left = set(), [], set()
    for campaign in _pages(mailchimp.campaigns.list, name="campaigns", status="sent"):
        id_ = campaign["id"]
        for each in _pages(api.get_campaign_recipients, id_, name="sent_to"):
            sent.add((id_, each["email_id"], each["status"]))
        for each in _pages(api.get_email_activity_for_campaign, id_, name="emails"):
            actions += [
                (id_, each["email_id"], one["action"], _utc(one["timestamp"]), one.get("url") or "")
                for one in each["activity"]
            ]
        for each in _pages(api.get_unsubscribed_list_for_campaign, id_, name="unsubscribes"):
            left.add((id_, each["email_id"]))

    assert sent
    assert actions
    assert sent == set(
        loaded(
            "mailchimp",
            "select campaign_id, email_id, status from raw_mailchimp.sent_to"
            " where _dlt_valid_to is null and not is_deleted",
        )
    )
    held = loaded(
        "mailchimp",
        "select campaign_id, email_id, action, occurred_at, coalesce(url, '') "
        "from raw_mailchimp.email_activity",
    )
    assert sorted(actions) == sorted(held)
    assert left == set(
        loaded("mailchimp", "select campaign_id, email_id from raw_mailchimp.unsubscribes")
    )


def test_mailchimps_client_reads_segments_links_growth_and_counters_that_were_loaded(
    mailchimp: mailchimp_marketing.Client, loaded: Any
) -> None:
    lists, reports = mailchimp.lists, mailchimp.reports
    (list_id,) = [each["id"] for each in lists.get_all_lists()["lists"]]
    segments = _pages(lists.list_segments, list_id, name="segments")
    inside = {
        (str(segment["id"]), member["id"])
        for segment in segments
        for member in _pages(
            lists.get_segment_members_list, list_id, str(segment["id"]), name="members"
        )
    }
    campaigns = _pages(mailchimp.campaigns.list, name="campaigns")
    links = {
        (each["campaign_id"], each["url"], each["total_clicks"], each["unique_clicks"])
        for campaign in campaigns
        if campaign["send_time"]
        for each in _pages(reports.get_campaign_click_details, campaign["id"], name="urls_clicked")
    }
    growth = {
        (each["month"], each["subscribed"], each["unsubscribed"])
        for each in _pages(lists.get_list_growth_history, list_id, name="history")
    }
    days = {
        each["day"] for each in _pages(lists.get_list_recent_activity, list_id, name="activity")
    }
    workflows = {
        (each["id"], each["emails_sent"]) for each in mailchimp.automations.list()["automations"]
    }
    pages = mailchimp.reporting.get_landing_page_reports_all()["landing_pages"]

    def held(table: str, names: str) -> set[tuple[Any, ...]]:
        where = "where _dlt_valid_to is null and not is_deleted"
        return set(loaded("mailchimp", f"select {names} from raw_mailchimp.{table} {where}"))

    assert inside
    assert inside == held("segment_members", "segment_id, member_id")
    assert links
    assert links == held("click_details", "campaign_id, url, total_clicks, unique_clicks")
    assert growth == held("growth_history", "month, subscribed, unsubscribed")
    assert {(day,) for day in days} == held("list_activity", "day::varchar")
    assert workflows == held("automations", "id, emails_sent")
    assert {(each["id"], each["visits"]) for each in pages} == held("landing_pages", "id, visits")
    assert {(each["id"], each["status"]) for each in campaigns} == held("campaigns", "id, status")
    assert {each["status"] for each in campaigns} >= {"sent", "save"}
