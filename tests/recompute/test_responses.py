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
    responded = [
        (kind, campaign, person_of.get(contact) or person_of.get(lead))
        for kind, campaign, lead, contact in home.raw(
            "select campaigns.type, campaign_id, lead_id, contact_id"
            " from raw_salesforce.campaign_members as members"
            " inner join raw_salesforce.campaigns as campaigns on campaign_id = campaigns.id"
            " where members._dlt_valid_to is null and campaigns._dlt_valid_to is null"
            " and has_responded and not coalesce(members.is_deleted, false)"
        )
    ]
    shown = home.marts(
        "select campaign_native_id, person_id from fct_touchpoints "
        "inner join dim_campaigns using (campaign_id) "
        "where platform = 'salesforce' and touch_type = 'event'"
    )

    # Who answered a mailing has clicked in it, and the click is the touch.
    assert any(kind == "Email" for kind, *_ in responded)
    webinars = {each[1:] for each in responded if each[0] == "Webinar" and each[2]}
    assert Counter(shown) == Counter(webinars)


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
