"""HubSpot's marketing numbers of a published run, against what the raw rows say another way."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from plain import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def test_budget_and_spend_of_a_campaign_are_the_sums_of_its_items(home: Home) -> None:
    sums: dict[tuple[str, str], Decimal] = {}
    for campaign, kind, amount in home.raw(
        "select campaign_id, kind, amount from raw_hubspot.campaign_items "
        "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
    ):
        key = (campaign, kind)
        sums[key] = sums.get(key, Decimal(0)) + Decimal(amount)
    staged = home.raw(
        "select campaign_native_id, budget_amount, spend_amount "
        "from staging.stg_hubspot__marketing_campaigns where not is_deleted"
    )

    assert staged
    for campaign, budget, spend in staged:
        assert budget == sums.get((campaign, "budget"))
        assert spend == sums.get((campaign, "spend"))


def test_the_campaign_dimension_holds_each_live_marketing_campaign_once(home: Home) -> None:
    live = home.raw(
        "select id, properties__hs_name, lower(properties__hs_utm) from raw_hubspot.campaigns "
        "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
    )
    shown = home.marts(
        "select campaign_native_id, name, canonical_campaign from dim_campaigns "
        "where platform = 'hubspot'"
    )

    assert live
    assert Counter(shown) == Counter(live)


def test_a_marketing_campaign_meets_its_ads_and_mails_in_one_canonical_name(home: Home) -> None:
    ((platforms,),) = home.marts(
        "select count(distinct platform) from dim_campaigns "
        "where canonical_campaign = 'spring_launch' and platform in "
        "('hubspot', 'google_ads', 'mailchimp')"
    )
    assert platforms == 3


def test_totals_of_marketing_emails_are_the_newest_that_were_counted(home: Home) -> None:
    newest: dict[str, tuple] = {}
    for email, *counted in home.raw(
        "select email_id, sent, delivered, open, click, hardbounced + softbounced, unsubscribed "
        "from raw_hubspot.marketing_email_totals order by _dlt_valid_from"
    ):
        newest[email] = tuple(counted)
    staged = home.raw(
        "select email_native_id, emails_sent, delivered, opens, clicks, "
        "hard_bounces + soft_bounces, unsubscribes from staging.stg_hubspot__marketing_emails"
    )

    assert len(newest) > 20
    assert {row[0]: row[1:] for row in staged if row[1] is not None} == newest
    assert all(sent == arrived + lost for sent, arrived, _, _, lost, _ in newest.values())


def test_no_marketing_email_invents_a_send(home: Home) -> None:
    assert not home.marts(
        "select 1 from dim_campaigns where platform = 'hubspot' and channel = 'email'"
    )
    sources = home.raw("select distinct source from intermediate.int_email__sends")
    assert ("hubspot",) not in sources


def test_a_list_holds_those_whom_the_platform_counts(home: Home) -> None:
    held = Counter(
        list_id
        for (list_id,) in home.raw(
            "select list_id from raw_hubspot.list_memberships "
            "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
        )
    )
    counted = dict(home.raw("select list_id, member_count from staging.stg_hubspot__lists"))

    assert sum(counted.values()) > 0
    assert {list_id: held[list_id] for list_id in counted} == counted


def test_a_deal_is_owned_by_whom_it_was_last_handed_to(home: Home) -> None:
    last = dict(
        home.raw(
            "select source_record_id, arg_max(owner_native_id, changed_at) "
            "from staging.stg_hubspot__owner_changes where object = 'deals' group by 1"
        )
    )
    owned = dict(
        home.raw(
            "select id, properties__hubspot_owner_id from raw_hubspot.deals "
            "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
        )
    )

    assert owned
    assert {deal: last[deal] for deal in owned} == owned
