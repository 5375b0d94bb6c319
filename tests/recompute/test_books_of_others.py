"""The reconciliations of a published run, worked out again from raw rows."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest
from ad_platforms import OPEN
from plain import Home, deals, report_month, totals

pytestmark = pytest.mark.slow

# What each platform claims, by the grain that its campaigns are reported at.
CLAIMS = {
    "google_ads": "select sum(metrics__conversions) from raw_google_ads.campaign_stats"
    f" where {OPEN}",
    "linkedin_ads": "select sum(external_website_conversions) from raw_linkedin_ads.analytics"
    f" where pivot_name = 'CAMPAIGN' and {OPEN}",
}


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def test_each_platform_s_claims_are_its_own_raw_ones(home: Home) -> None:
    shown = dict(
        home.marts(
            "select platform, sum(claimed_conversions) from rpt_conversion_reconciliation "
            "group by platform"
        )
    )

    for platform, query in CLAIMS.items():
        ((claimed,),) = home.raw(query)
        assert claimed > 0
        assert shown[platform] == pytest.approx(float(claimed), abs=1e-3)


def test_every_form_that_was_sent_is_in_the_book_of_the_site_but_spam(home: Home) -> None:
    ((sent,),) = home.raw("select count(*) from raw_hubspot.form_submissions")
    ((spam,),) = home.marts("select count(*) from fct_form_submissions where is_spam")
    ((seen,),) = home.marts("select sum(observed_conversions) from rpt_conversion_reconciliation")

    assert seen == sent - spam


def test_the_crms_own_won_value_is_what_its_raw_deals_sum_to(home: Home) -> None:
    hubspot = home.raw(
        "select 'hubspot', properties__closedate, upper(trim(properties__deal_currency_code)), "
        "properties__amount from raw_hubspot.deals where _dlt_valid_to is null "
        "and trim(properties__dealstage) = 'closedwon' and not coalesce(is_deleted, false) "
        "and not coalesce(archived, false)"
    )
    salesforce = home.raw(
        "select 'salesforce', close_date, upper(currency_iso_code), amount "
        "from raw_salesforce.opportunities where _dlt_valid_to is null and is_won "
        "and not coalesce(is_deleted, false)"
    )
    told: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for crm, closed, currency, amount in hubspot:
        told[crm, report_month(closed), currency or "USD"] += Decimal(amount or 0)
    for crm, closed, currency, amount in salesforce:
        told[crm, closed.isoformat()[:7], currency or "USD"] += Decimal(str(amount or 0))
    shown = home.marts(
        "select source_system, strftime(month, '%Y-%m'), currency_code, sum(crm_won_value) "
        "from rpt_won_reconciliation group by 1, 2, 3"
    )

    assert len(hubspot) > 10
    assert salesforce
    assert {row[:3]: row[3] for row in shown if row[3]} == {
        key: value.quantize(Decimal("0.01")) for key, value in told.items() if value
    }


def test_the_deals_that_differ_are_the_copies_of_what_salesforce_holds(home: Home) -> None:
    copies = home.raw(
        "select id from raw_hubspot.deals where _dlt_valid_to is null "
        "and trim(properties__dealstage) = 'closedwon' "
        "and properties__hs_salesforceopportunityid in "
        "(select id from raw_salesforce.opportunities where _dlt_valid_to is null)"
    )
    listed = home.marts(
        "select source_record_id from rpt_won_differences where reason like 'copy of %'"
    )

    assert copies
    assert sorted(listed) == sorted(copies)


def test_the_days_whose_cost_a_month_bears_lie_the_median_cycle_back(home: Home) -> None:
    won = [deal for deal in deals(home).values() if deal.stage == "won" and not deal.refunds]
    cycle = round(median((deal.dated - deal.created).total_seconds() / 86400 for deal in won))
    shown = home.marts("select month, cost_from from rpt_acquisition_cost")

    assert shown
    assert {(month - cost_from).days for month, cost_from in shown} == {cycle}


def test_no_cost_is_told_where_finance_says_none(home: Home) -> None:
    assert home.marts(
        "select count(cac), count(payback_months), count(roi), count(blended_efficiency) "
        "from rpt_acquisition_cost"
    ) == [(0, 0, 0, 0)]


def test_new_customers_by_month_are_the_buyers_of_their_first_deal(home: Home) -> None:
    won = home.marts(
        "select coalesce(account_id, person_id, opportunity_id), converted_at "
        "from fct_conversions where stage = 'won' and not is_reversal order by converted_at"
    )
    first = {}
    for buyer, at in won:
        first.setdefault(buyer, report_month(at))
    shown = home.marts(
        "select strftime(month, '%Y-%m'), new_customers from rpt_acquisition_cost "
        "where new_customers > 0"
    )

    assert totals(shown) == totals((month, 1) for month in first.values())
