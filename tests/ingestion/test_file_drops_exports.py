"""The ready mappings read the exports of their tools, by the headings that those tools write."""

from pathlib import Path

import pytest
from inbox import Inbox, Read

from ingestion.errors import LoadFailed

MAPPINGS = Path(__file__).parents[2] / "config" / "file_drops"
MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,{},LEID,EUID,NOTES,TAGS\n"
    'a@x.example,Ada,L,2,"2026-01-01 10:00:00",,,,,,,,,GB,,"2026-02-01 11:00:00",1,2,,vip\n'
)


def read(inbox: Inbox, mapping: str, name: str, text: str | bytes) -> Read:
    inbox.map((MAPPINGS / f"{mapping}.yml").read_text())
    inbox.drop(name, text)
    return inbox.read()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    made = Inbox(tmp_path)
    (made.folder / "firms.csv").unlink()
    return made


def test_contacts_of_hubspot(inbox: Inbox) -> None:
    found = read(
        inbox,
        "hubspot_contacts_export",
        "hubspot-crm-exports-all-contacts.csv",
        "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Country/Region,"
        "State/Region,City,Postal Code,Contact owner,Lifecycle Stage,Original Source,Create Date,"
        "Last Modified Date,Lead Status\n"
        "901,Ada,L,a@x.example,,CTO,Corp,UK,,,,Bob B,Marketing Qualified Lead,Organic Search,"
        "2026-01-02 09:14,2026-02-01 10:00,New\n"
        "902,,,b@x.example,,,,,,,,,Our own stage,,2026-01-02 09:14,,\n",
    )
    names = "source_record_id email lifecycle_stage_native created_at"
    at = "2026-01-02T09:14:00+00:00"
    assert found.values("contacts", names) == [
        ("901", "a@x.example", "marketingqualifiedlead", at),
        ("902", "b@x.example", "other", at),
    ]
    assert ("contacts", f"toy/{'hubspot-crm-exports-all-contacts.csv'}:Lead Status") in [
        (table, column) for table, column, _ in found.drift
    ]


def test_reports_of_salesforce(inbox: Inbox) -> None:
    opportunities = (
        "Opportunity ID,Opportunity Name,Amount,Stage,Opportunity Owner,Account ID,Lead Source,"
        "Created Date,Close Date,Last Modified Date\n"
        '0061,Deal,"12,500.50",Closed Won,Bob,0011,Web,1/15/2026,3/31/2026,3/31/2026\n'
        "0062,Open,,Proposal,Bob,0011,Web,1/15/2026,12/31/2026,1/15/2026\n"
    )
    found = read(inbox, "salesforce_reports", "opportunities.csv", opportunities)
    names = "source_record_id amount stage_native created_at closed_at"
    assert found.values("deals", names) == [
        ("0061", "12500.50", "Closed Won", "2026-01-15T00:00:00", "2026-03-31T00:00:00"),
        ("0062", None, "Proposal", "2026-01-15T00:00:00", "2026-12-31T00:00:00"),
    ]
    assert found.values("deal_stages", "stage_id is_closed probability") == [
        ("Closed Won", "true", "1"),
        ("Proposal", "false", "0"),
    ]

    (inbox.folder / "opportunities.csv").unlink()
    leads = (
        "Lead ID,First Name,Last Name,Email,Phone,Title,Company / Account,Country,State/Province,"
        "City,Zip/Postal Code,Street,Lead Status,Lead Source,Create Date,Last Modified\n"
        "00Q1,Ada,L,a@x.example,,CTO,Corp,UK,,London,,,Open,Web,1/5/2026,1/6/2026\n"
    )
    found = read(inbox, "salesforce_reports", "leads_june.csv", leads)
    names = "source_record_id company_name lifecycle_stage_native updated_at"
    assert found.values("contacts", names) == [("00Q1", "Corp", "Open", "2026-01-06T00:00:00")]


def test_a_campaign_report_of_google_ads(inbox: Inbox) -> None:
    found = read(
        inbox,
        "google_ads_report",
        "Campaign report.csv",
        'Campaign report\n"January 1, 2026 - January 2, 2026"\n'
        "Day,Customer ID,Campaign ID,Campaign,Currency code,Cost,Impr.,Clicks,Conversions,"
        "Conv. value\n"
        '2026-01-01,877-953-6058,1,Brand,EUR,"1,234.50","46,803",514,2.50, --\n'
        "2026-01-02,877-953-6058,1,Brand,EUR,0.01,7,0,0.00,0.00\n"
        'Total: Account,,,,,"1,234.51","46,810",514,2.50,0.00\n',
    )
    names = "account_id reported_on currency_code spend impressions platform_conversion_value"
    assert found.values("ad_days", names) == [
        ("877-953-6058", "2026-01-01", "EUR", "1234.50", "46803", None),
        ("877-953-6058", "2026-01-02", "EUR", "0.01", "7", "0.00"),
    ]
    assert found.drift["ad_days", "", "skipped_by_mapping"] == 1


def test_a_campaign_report_of_meta(inbox: Inbox) -> None:
    found = read(
        inbox,
        "meta_ads_report",
        "Campaigns.csv",
        "Account ID,Campaign ID,Campaign name,Day,Amount spent (USD),Impressions,Link clicks,"
        "Reach,Results,Reporting starts,Reporting ends\n"
        "17,120200111,Flu,2026-01-01,99.5,48000,960,210,41,2026-01-01,2026-01-01\n"
        "17,120200111,Flu,2026-01-02,,120,,10,,2026-01-02,2026-01-02\n",
    )
    assert found.values("ad_days", "campaign_id reported_on spend impressions clicks") == [
        ("120200111", "2026-01-01", "99.5", "48000", "960"),
        ("120200111", "2026-01-02", None, "120", None),
    ]


def test_a_campaign_report_of_linkedin(inbox: Inbox) -> None:
    text = (
        "Campaign Performance Report (in UTC)\nReport Start: January 1, 2026\n"
        "Report End: January 31, 2026\nDate Generated: February 1, 2026\n\n"
        "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Group Name\tCampaign ID\t"
        "Campaign Name\tCampaign Type\tTotal Spent\tImpressions\tClicks\tConversions\n"
        "1/5/2026\tCorp Ads\tGBP\tGroup\t42\tAll of UK\tSponsored Update\t1,205.75\t9,001\t12\t1\n"
    )
    found = read(inbox, "linkedin_ads_report", "report.csv", text.encode("utf-16"))
    names = "account_id campaign_id reported_on currency_code spend impressions clicks"
    assert found.values("ad_days", names) == [
        ("Corp Ads", "42", "2026-01-05", "GBP", "1205.75", "9001", "12")
    ]


def test_a_column_that_may_be_missing_is_empty_and_another_stops_the_load(inbox: Inbox) -> None:
    text = "Record ID,Email,Create Date\n901,a@x.example,2026-01-02 09:14\n"
    with pytest.raises(LoadFailed, match="has no column 'Last Modified Date'"):
        read(inbox, "hubspot_contacts_export", "contacts.csv", text)
    text = text.replace("Date\n", "Date,Last Modified Date\n").replace("14\n", "14,\n")
    found = read(inbox, "hubspot_contacts_export", "contacts.csv", text)
    assert found.values("contacts", "email company_name") == [("a@x.example", None)]


def test_an_audience_of_mailchimp(inbox: Inbox) -> None:
    inbox.drop("unsubscribed_members_export.csv", MAILCHIMP.format("UNSUB_TIME"))
    inbox.drop("cleaned_members_export.csv", MAILCHIMP.format("CLEAN_TIME"))
    found = read(
        inbox,
        "mailchimp_members_export",
        "subscribed_members_export.csv",
        MAILCHIMP.format("LAST_CHANGED"),
    )
    at = "2026-02-01T11:00:00+00:00"
    assert found.values("members", "member_id country status updated_at") == [
        ("a@x.example", "GB", status, at) for status in ("cleaned", "subscribed", "unsubscribed")
    ]
    assert ("members", "toy/subscribed_members_export.csv:TAGS", "unmapped_column") in found.drift


SIX_LINES = """source: fair
files:
  - pattern: "*"
    table: contacts
    columns: {source_record_id: Badge, email: Mail, company_name: Stand}
    replaces: true
"""


def test_any_other_file_takes_six_lines_and_names_what_has_no_place(inbox: Inbox) -> None:
    found = read(inbox, "contact_list", "unused.txt", "")
    assert found.rows == {}
    (inbox.folder / "unused.txt").unlink()
    inbox.map(SIX_LINES)
    assert len(SIX_LINES.splitlines()) == 6
    inbox.drop("visitors.csv", "Badge,Mail,Stand,Shoe size,Mood\n7,a@x.example,Corp,44,\n")
    found = inbox.read()
    assert found.values("contacts", "source source_record_id email company_name") == [
        ("fair", "7", "a@x.example", "Corp")
    ]
    assert found.drift == {
        ("contacts", "toy/visitors.csv:Shoe size", "unmapped_column"): 1,
        ("contacts", "toy/visitors.csv:Mood", "unmapped_column_empty"): 0,
    }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ('{column: x, numbers: "1 234"}', "numbers of amount are written as"),
        ("{column: x, time_zone: Mars/Base}", "no time zone Mars/Base"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(inbox: Inbox, told: str, said: str) -> None:
    inbox.map(
        "source: s\nfiles:\n  - pattern: a*\n    table: deals\n"
        f"    columns: {{source_record_id: x, amount: {told}}}\n"
    )
    with pytest.raises(LoadFailed, match=said):
        inbox.read()


@pytest.mark.parametrize(
    ("style", "text", "amount"),
    [
        ("1,234.5", "$1,234.50", "1234.50"),
        ("1,234.5", "-€5", "-5"),
        ("1.234,5", "1.234,50 EUR", "1234.50"),
        ("1.234,5", "0,05", "0.05"),
        ("1,234.5", "1,23", None),
        ("1.234,5", "1,234.50", None),
    ],
)
def test_an_amount_is_read_as_it_is_shown_or_not_at_all(
    inbox: Inbox, style: str, text: str, amount: str | None
) -> None:
    inbox.map(
        "source: s\nfiles:\n  - pattern: a*\n    table: deals\n    delimiter: ';'\n"
        f'    columns: {{source_record_id: id, amount: {{column: x, numbers: "{style}"}}}}\n'
    )
    inbox.drop("a.csv", f"id;x\n1;{text}\n")
    found = inbox.read()
    assert found.values("deals", "amount") == ([(amount,)] if amount else [])
    assert len(found.bad) == (amount is None)
