"""Each headline number of a published run, against a second way of working it out from raw rows."""

from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest
from ad_platforms import PLATFORMS
from credited import credited
from plain import (
    AS_OF,
    Home,
    deals,
    rate_of,
    report_month,
    reporting_value,
    sessions,
    stage_entries,
    totals,
)
from whole_runs import SCALE, SEED

from ingestion.sandbox.company import generate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


LIVE = "_dlt_valid_to is null and not coalesce(is_deleted, false)"


def test_spend_and_clicks_by_campaign_and_month_are_what_google_billed(home: Home) -> None:
    billed = home.raw(
        "select campaign__id, strftime(segments__date, '%Y-%m'), sum(metrics__cost_micros), "
        "sum(metrics__clicks), sum(metrics__impressions) from raw_google_ads.campaign_stats "
        f"where {LIVE} group by 1, 2 union all "
        # What the account holds beside its campaigns has a row of its own.
        "select '(not at this grain)', month, sum(cost), 0, 0 from ("
        "select strftime(segments__date, '%Y-%m') as month, metrics__cost_micros as cost "
        f"from raw_google_ads.account_stats where {LIVE} union all "
        "select strftime(segments__date, '%Y-%m'), -metrics__cost_micros "
        f"from raw_google_ads.campaign_stats where {LIVE}) group by 2 having sum(cost) <> 0"
    )
    shown = home.marts(
        "select c.campaign_native_id, strftime(p.reported_on, '%Y-%m'), "
        "cast(sum(p.spend_amount) * 1000000 as bigint), sum(p.clicks), sum(p.impressions) "
        "from fct_ad_performance p join dim_campaigns c using (campaign_id) "
        "where p.platform = 'google_ads' group by 1, 2"
    )

    assert len(billed) > 20
    assert sorted(shown) == sorted(billed)


def test_every_slice_of_the_roi_mart_holds_what_was_billed(home: Home) -> None:
    billed = sum(
        Decimal(str(spend)) * (rate_of(currency, day) or 0)
        for platform in PLATFORMS.values()
        for day, currency, spend in home.raw(platform.account)
    )
    slices = home.marts(
        "select attribution_model, stage, sum(spend_amount_reporting) "
        "from rpt_channel_roi group by 1, 2"
    )

    assert len(slices) == 15 * 5
    # Every row of another currency is rounded at its sixth decimal.
    assert all(float(spend) == pytest.approx(float(billed), abs=1e-3) for *_, spend in slices)


def test_sends_bounces_and_unsubscribes_by_campaign_are_what_the_tools_counted(home: Home) -> None:
    counted = home.raw(
        "select s.campaign_id, count(*), count(*) filter (s.status = 'hard'), "
        "count(*) filter (s.status = 'soft'), count(u.email_id) from raw_mailchimp.sent_to s "
        "left join raw_mailchimp.unsubscribes u using (campaign_id, email_id) "
        "where s._dlt_valid_to is null and not coalesce(s.is_deleted, false) group by 1"
        # Klaviyo tells sends, bounces and departures as events of a message.
        " union all select m.campaign_id, count(distinct e.profile_id) filter "
        "(k.name in ('Received Email', 'Bounced Email')), "
        "count(*) filter (k.name = 'Bounced Email' and e.bounce_type = 'Hard'), "
        "count(*) filter (k.name = 'Bounced Email' and e.bounce_type = 'Soft'), "
        "count(*) filter (k.name like 'Unsubscribed%') from raw_klaviyo.events e "
        "join raw_klaviyo.metrics k on k.id = e.metric_id and k._dlt_valid_to is null "
        "join raw_klaviyo.campaign_messages m on m.id = e.message_id and m._dlt_valid_to is null "
        "group by 1"
    )
    shown = home.marts(
        "select c.campaign_native_id, e.sent, e.hard_bounces, e.soft_bounces, e.unsubscribes "
        "from rpt_email_campaigns e join dim_campaigns c using (campaign_id)"
    )

    assert sum(row[1] for row in counted) > 1000
    assert sorted(shown) == sorted(counted)


def test_won_value_and_count_by_month_are_the_closed_deals_of_the_crm(home: Home) -> None:
    every = deals(home)
    won = [deal for deal in every.values() if deal.stage == "won"]
    shown = home.marts(
        "select converted_at, value_amount_reporting from fct_conversions where stage = 'won'"
    )

    assert won
    assert totals((report_month(at), 1) for at, _ in shown) == totals(
        (report_month(deal.dated), 1) for deal in won
    )
    assert totals((report_month(at), value) for at, value in shown) == totals(
        (report_month(deal.dated), reporting_value(deal, every)) for deal in won
    )


def test_what_was_won_is_what_the_company_sold_however_many_crms_hold_a_deal(home: Home) -> None:
    """By the made-up company's own books: no vendor's table is asked."""
    company = generate(SEED, SCALE)
    now = int(AS_OF.replace(tzinfo=UTC).timestamp() * 1000)
    sold = []
    for deal in company.deals:
        past = [stage for stage, at in deal.history if at <= now]
        if past and past[-1] == "closedwon":
            sold.append((deal.currency, Decimal(deal.cents) / 100))
    shown = home.marts("select currency_code, value_amount from fct_opportunities where is_won")
    ((held, mirrored),) = home.marts(
        "select count(*), count(mirrored_record_ids) from fct_opportunities"
    )

    assert totals(shown) == totals(sold)
    assert held == sum(deal.created <= now for deal in company.deals)
    assert mirrored > 0


def test_the_open_pipeline_is_what_the_crm_holds_open(home: Home) -> None:
    every = deals(home)
    held = [
        deal
        for deal in every.values()
        if deal.stage == "opportunity" and not deal.refunds and (deal.amount or 0) >= 0
    ]
    ((count, amount),) = home.marts(
        "select sum(opportunities), sum(open_amount_reporting) from rpt_pipeline"
    )

    assert count == len(held)
    assert amount == sum(reporting_value(deal, every) or Decimal(0) for deal in held)


@pytest.mark.parametrize("stage", ["lead", "mql", "sql"])
def test_people_who_reached_a_stage_by_month_are_those_the_crm_moved_there(
    home: Home, stage: str
) -> None:
    reached = [(report_month(at), 1) for _, _, name, at in stage_entries(home) if name == stage]
    shown = home.marts("select converted_at from fct_conversions where stage = ?", stage)

    assert len(reached) > 20
    assert totals((report_month(at), 1) for (at,) in shown) == totals(reached)


def test_visits_and_page_views_are_those_of_people_who_did_not_refuse(home: Home) -> None:
    events = home.raw(
        "select anonymous_id, occurred_at, type from raw_web_events.events "
        "where anonymous_id is not null and coalesce(consent_analytics, true) "
        "and occurred_at <= ?",
        AS_OF,
    )
    ((visits, pages),) = home.marts("select count(*), sum(pageviews) from fct_web_sessions")

    assert (visits, pages) == sessions(events)


def test_every_form_that_was_sent_is_shown_once(home: Home) -> None:
    sent = home.raw("select submission_id from raw_hubspot.form_submissions")
    shown = home.marts("select submission_native_id from fct_form_submissions")

    assert sent
    assert sorted(shown) == sorted(sent)


def test_credits_by_model_stage_and_channel_are_those_of_plain_arithmetic(home: Home) -> None:
    expected, money = credited(home)
    shown = home.marts(
        "select attribution_model, stage, channel, sum(weight), sum(value_amount_reporting), "
        "count(*) from fct_attribution_credits where not is_reversal group by 1, 2, 3"
    )

    assert {row[:3] for row in shown} == set(expected)
    for *names, weight, value, rows in shown:
        key = tuple(names)
        assert weight == pytest.approx(expected[key], abs=1e-6), key
        assert float(value) == pytest.approx(money[key], abs=0.01 * rows), key


def test_no_published_table_holds_an_address_that_came_in(home: Home) -> None:
    addresses = {
        str(address).strip().lower()
        for (address,) in home.raw(
            "select properties__email from raw_hubspot.contacts "
            "union select email_address from raw_mailchimp.members "
            "union select email from raw_salesforce.leads "
            "union select email from raw_salesforce.contacts "
            "union select email from raw_klaviyo.profiles "
            "union select values__email from raw_hubspot.form_submissions "
            "union select email from raw_web_events.events"
        )
        if address
    }
    columns = home.marts(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and data_type = 'VARCHAR'"
    )
    leaks = {
        f"{table}.{column}"
        for table, column in columns
        for (value,) in home.marts(
            f'select distinct lower("{column}") from "{table}" where "{column}" like \'%@%\''
        )
        if value in addresses
    }

    assert len(addresses) > 100
    assert leaks == set()
