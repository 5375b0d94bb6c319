"""Responses to campaigns and answers on forms of a published run, against the raw rows."""

from collections import Counter
from pathlib import Path

import pytest
from plain import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def test_who_responded_to_a_webinar_of_the_crm_has_one_touch_of_it(home: Home) -> None:
    person_of = dict(
        home.marts(
            "select source_record_id, person_id from bridge_identity "
            "where source = 'salesforce' and object in ('contacts', 'leads')"
        )
    )
    responded = {
        (campaign, person_of.get(contact) or person_of.get(lead))
        for campaign, lead, contact in home.raw(
            "select campaign_id, lead_id, contact_id from raw_salesforce.campaign_members "
            "where _dlt_valid_to is null and has_responded and not coalesce(is_deleted, false)"
            " and campaign_id in (select id from raw_salesforce.campaigns"
            " where _dlt_valid_to is null and type = 'Webinar')"
        )
    }
    shown = home.marts(
        "select campaign_native_id, person_id from fct_touchpoints "
        "inner join dim_campaigns using (campaign_id) "
        "where platform = 'salesforce' and touch_type = 'event'"
    )

    assert shown
    assert Counter(shown) == Counter(pair for pair in responded if pair[1])


def test_each_answer_on_a_form_that_is_no_spam_is_counted_once(home: Home) -> None:
    spam = {
        row[0]
        for row in home.marts("select submission_native_id from fct_form_submissions where is_spam")
    }
    told = [
        answer
        for submission, answer in home.raw(
            "select submission_id, values__how_did_you_hear from raw_hubspot.form_submissions"
        )
        if submission not in spam and (answer or "").strip()
    ]
    counted = dict(
        home.marts(
            "select self_reported_channel, sum(answers) from rpt_self_reported_sources group by 1"
        )
    )

    named = {"Google": "organic_search", "LinkedIn": "organic_social", "A friend": "referral"}
    assert counted == Counter(named[answer] for answer in told)
