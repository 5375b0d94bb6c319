"""A real home fed with tables that nobody here wrote: published totals equal sums over the files.

The tables lie outside the repository: in ENGINEROOM_SHARED, or in `shared` beside the repository.
The sums are taken by SQL over the files themselves, which knows nothing of mappings or models.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sources import SOURCES
from ingestion.sources.file_drops.mapping import read_drop

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ENGINEROOM_SHARED") or PROJECT.parent / "shared") / "real"
COMMAND = "import sys; from orchestration.cli import main; sys.exit(main())"
FOLDERS = {
    "google_ads": "google_ads_tables",
    "hubspot": "hubspot_tables",
    "linkedin": "linkedin_ads_tables",
    "facebook_ads": "facebook_ads_tables",
    "mailchimp": "mailchimp_tables",
    "salesforce": "salesforce_tables",
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not SHARED.is_dir(), reason=f"no vendor tables in {SHARED}; set ENGINEROOM_SHARED"
    ),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real home, the files dropped as a user would, and one whole run of the command."""
    home = tmp_path_factory.mktemp("real") / "home"
    for vendor, folder in FOLDERS.items():
        inbox = home / "inbox" / folder
        inbox.mkdir(parents=True)
        for path in (SHARED / vendor).glob("*.csv"):
            shutil.copyfile(path, inbox / path.name)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGINEROOM_")}
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "run"],
        cwd=PROJECT,
        env={**kept, "ENGINEROOM_HOME": str(home), "ENGINEROOM_KIND": "real"},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    unread = sum(bool(source.secrets) for source in SOURCES.values())
    assert f"{unread} of {len(SOURCES)} sources are not connected" in ran.stdout
    return home


def published(home: Path, query: str) -> list[tuple[Any, ...]]:
    path = home / "published" / "current" / "engineroom.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def stored(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def plain(name: str, query: str) -> list[tuple[Any, ...]]:
    """Sums over one file, everything read as text and cast here."""
    with duckdb.connect() as connection:
        connection.execute(
            f"create view file as select * from read_csv('{SHARED / name}', "
            "all_varchar = true, header = true)"
        )
        return connection.execute(query).fetchall()


def counts(query: str, *names: str) -> list[tuple[Any, ...]]:
    """Answers about several files, one after the other."""
    return [row for name in names for row in plain(name, query)]


def summed(*files: tuple[str, str], clicks: str = "clicks") -> tuple[Any, ...]:
    rows = [
        plain(
            name,
            "select coalesce(sum(cast(impressions as bigint)), 0), "
            f"coalesce(sum(cast({clicks} as bigint)), 0), coalesce(sum({spend}), 0) from file",
        )[0]
        for name, spend in files
    ]
    return tuple(sum(column) for column in zip(*rows, strict=True))


MICROS = "cast(cost_micros as decimal(18, 6)) / 1000000"
GRAINS = {
    "account": "google_ads/account_stats_data.csv",
    "campaign": "google_ads/campaign_stats_data.csv",
    "ad_group": "google_ads/ad_group_stats_data.csv",
    "ad": "google_ads/ad_stats_data.csv",
}


@pytest.mark.parametrize("grain", GRAINS)
def test_google_ads_sums_hold_at_each_grain(home: Path, grain: str) -> None:
    [found] = stored(
        home,
        "select sum(impressions), sum(clicks), sum(cast(spend as decimal(18, 6))) "
        "from raw_file_drops.ad_days where source = 'google_ads' and _dlt_valid_to is null "
        f"and grain = '{grain}'",
    )
    assert rounded(found) == rounded(summed((GRAINS[grain], MICROS)))


def rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:-1], round(float(row[-1]), 6))


@pytest.mark.parametrize(
    ("platform", "files", "clicks"),
    [
        # No day is told at two grains in these files, so the grains add up to one total.
        ("google_ads", [(name, MICROS) for name in GRAINS.values()], "clicks"),
        (
            "linkedin_ads",
            [
                (
                    f"linkedin/linkedin_ad_analytics_by_{each}_data.csv",
                    "cast(cost_in_usd as decimal(18, 6))",
                )
                for each in ("campaign", "creative")
            ],
            "clicks",
        ),
        (
            "facebook_ads",
            [("facebook_ads/facebook_ads_basic_ad_data.csv", "cast(spend as decimal(18, 6))")],
            "inline_link_clicks",
        ),
    ],
)
def test_published_ad_totals_equal_the_files(
    home: Path, platform: str, files: list[tuple[str, str]], clicks: str
) -> None:
    [found] = published(
        home,
        "select sum(impressions), sum(clicks), sum(spend_amount) from marts.fct_ad_performance "
        f"where platform = '{platform}'",
    )
    assert rounded(found) == rounded(summed(*files, clicks=clicks))
    [(reporting, missing)] = published(
        home,
        "select sum(spend_amount_reporting), count(*) filter (spend_amount_reporting is null) "
        f"from marts.fct_ad_performance where platform = '{platform}'",
    )
    assert (float(reporting), missing) == (pytest.approx(float(found[2])), 0)


def test_channel_roi_holds_all_of_the_spend(home: Path) -> None:
    [(roi,)] = published(
        home,
        "select sum(spend_amount_reporting) from marts.rpt_channel_roi "
        "where attribution_model = 'linear' and stage = 'won'",
    )
    [(facts,)] = published(home, "select sum(spend_amount_reporting) from marts.fct_ad_performance")
    assert float(roi) == pytest.approx(float(facts))


def test_e_mail_events_hold_by_kind_and_sends_by_campaign(home: Path) -> None:
    kinds = {
        "SENT": "sent",
        "DELIVERED": "delivered",
        "OPEN": "open",
        "CLICK": "click",
        "BOUNCE": "bounce",
    }
    told = plain("hubspot/email_event_data.csv", "select type, count(*) from file group by type")
    counted = dict(
        stored(
            home,
            "select event_type, count(*) from raw_file_drops.email_events "
            "where source = 'hubspot' group by 1",
        )
    )
    assert counted == {kinds[name]: times for name, times in told if name in kinds}

    told = counts(
        "select action, count(*) from file group by action",
        "mailchimp/campaign_recipient_activity.csv",
        "mailchimp/automation_recipient_activity.csv",
    )
    [(campaigns,), (automations,)] = counts("select count(*) from file", *RECIPIENTS)
    [(left,)] = plain("mailchimp/unsubscribe.csv", "select count(*) from file")
    expected = {"sent": campaigns + automations, "unsubscribe": left}
    for kind, times in told:
        expected[kind] = expected.get(kind, 0) + times
    assert expected == dict(
        stored(
            home,
            "select event_type, count(*) from raw_file_drops.email_events "
            "where source = 'mailchimp' group by 1",
        )
    )

    [(sent, mailings, first, last)] = plain(
        "hubspot/email_event_data.csv",
        "select count(*), count(distinct email_campaign_id), min(cast(created as timestamp)), "
        "max(cast(created as timestamp)) from file where type = 'SENT'",
    )
    mailings += sum(
        times
        for name, key in zip(RECIPIENTS, ("campaign_id", "automation_email_id"), strict=True)
        for (times,) in plain(name, f"select count(distinct {key}) from file")
    )
    [(sent_at,), (started,)] = [
        *plain("mailchimp/campaign.csv", "select cast(send_time as timestamp) from file"),
        # When each mail of an automation went out is not told, so its start stands for that.
        *plain(
            "mailchimp/automation_email.csv",
            "select distinct cast(start_time as timestamp) from file",
        ),
    ]
    every = sent + campaigns + automations
    assert published(
        home,
        "select sum(addresses), count(distinct campaign_id), min(sent_at), max(sent_at) "
        "from marts.fct_email_sends",
    ) == [(every, mailings, min(first, sent_at), max(last, started))]
    assert published(home, "select sum(sent) from marts.rpt_email_campaigns") == [(every,)]


RECIPIENTS = ("mailchimp/campaign_recipient.csv", "mailchimp/automation_recipient.csv")


def test_openers_are_those_whose_send_was_opened(home: Path) -> None:
    [(opened,)] = plain(
        "hubspot/email_event_data.csv",
        "select count(distinct sent_by_id) from file where type = 'OPEN' and sent_by_id in "
        "(select id from file where type = 'SENT')",
    )
    for name, key in zip(RECIPIENTS, ("campaign_id", "automation_email_id"), strict=True):
        activity = name.replace(".csv", "_activity.csv")
        [(times,)] = plain(
            activity,
            f"select count(distinct ({key}, member_id)) from file where ({key}, member_id) in "
            f"(select ({key}, member_id) from read_csv('{SHARED / name}', all_varchar = true))",
        )
        opened += times
    assert published(home, "select sum(openers_upper) from marts.rpt_email_campaigns") == [
        (opened,)
    ]


def test_deal_value_equals_the_file_all_and_won(home: Path) -> None:
    live = plain(
        "hubspot/deal_data.csv",
        "select count(*), coalesce(sum(cast(property_amount as decimal(18, 2))), 0) from file "
        "where lower(is_deleted) = 'false'",
    )
    total = (
        "select count(*), coalesce(sum(value_amount), 0) from marts.fct_opportunities "
        "where source_system = '{}'"
    )
    assert published(home, total.format("hubspot")) == live
    assert published(home, total.format("salesforce")) == plain(
        "salesforce/sf_opportunity_data.csv",
        "select count(*), coalesce(sum(cast(amount as decimal(18, 2))), 0) from file "
        "where lower(is_deleted) = 'false'",
    )
    # All of Salesforce's are deleted there; with them, the sums of the raw rows still agree.
    assert stored(
        home,
        "select count(*), sum(cast(amount as decimal(18, 2))), count(*) filter (is_deleted) "
        "from raw_file_drops.deals where source = 'salesforce' and _dlt_valid_to is null",
    ) == plain(
        "salesforce/sf_opportunity_data.csv",
        "select count(*), sum(cast(amount as decimal(18, 2))), "
        "count(*) filter (lower(is_deleted) = 'true') from file",
    )
    with duckdb.connect() as connection:
        won = connection.execute(
            f"""
            select count(*), coalesce(sum(cast(deals.property_amount as decimal(18, 2))), 0)
            from read_csv('{SHARED}/hubspot/deal_data.csv', all_varchar = true) as deals
            join read_csv('{SHARED}/hubspot/deal_pipeline_stage_data.csv', all_varchar = true)
                as stages on deals.deal_pipeline_stage_id = stages.stage_id
            where stages.closed_won = 'TRUE' and lower(deals.is_deleted) = 'false'
            """
        ).fetchall()
    assert (
        published(
            home,
            "select count(*), coalesce(sum(value_amount), 0) from marts.fct_opportunities "
            "where is_won",
        )
        == won
    )


def test_every_column_and_file_without_a_place_is_named(home: Path) -> None:
    named = dict(
        stored(home, "select column_name, kind from ingest.drift where source = 'file_drops'")
    )
    header = plain(
        "google_ads/campaign_stats_data.csv",
        "select column_name from (describe file) where column_name not in "
        "('customer_id', 'date', 'id', 'impressions', 'clicks', 'cost_micros', 'conversions', "
        "'conversions_value', '_fivetran_id', '_fivetran_synced')",
    )
    missing = [
        name
        for (name,) in header
        if f"google_ads_tables/campaign_stats_data.csv:{name}" not in named
    ]
    assert missing == []
    assert named["google_ads_tables/keyword_stats_data.csv"] == "file_without_mapping"


def test_every_row_is_loaded_or_in_quarantine_with_its_reason(home: Path) -> None:
    [(yielded, loaded, held, repeated)] = stored(
        home,
        "select sum(yielded), sum(loaded), sum(quarantined), sum(superseded + deduplicated) "
        "from ingest.load_audit where source = 'file_drops'",
    )
    # Each opportunity of Salesforce names its stage, which is one row however often it is named.
    assert plain(
        "salesforce/sf_opportunity_data.csv",
        "select count(*) - count(distinct stage_name) from file",
    ) == [(repeated,)]
    [(kept,)] = stored(home, "select count(*) from quarantine.file_drops where reason <> ''")
    assert (yielded, held) == (loaded + held + repeated, kept)


def test_the_hygiene_rules_judged_the_dropped_rows_under_their_source(home: Path) -> None:
    judged = published(
        home,
        "select distinct object from marts.rpt_data_quality "
        "where source = 'file_drops' and records > 0 order by 1",
    )
    assert [row[0] for row in judged] == [
        *("ad_days", "contacts", "deals", "email_events", "members")
    ]
    claimed = published(
        home, "select count(*) from marts.rpt_data_quality where records = 0 and passed > 0"
    )
    assert claimed == [(0,)]


def test_the_calendar_reaches_the_days_of_the_files(home: Path) -> None:
    [(outside,)] = published(
        home,
        "select count(*) from marts.fct_ad_performance as days left join marts.dim_dates as dates "
        "on days.reported_on = dates.date_day where dates.date_day is null",
    )
    assert outside == 0


def test_every_recipient_of_the_files_is_a_person_and_no_address_is_published(home: Path) -> None:
    addresses = plain(
        "hubspot/email_event_data.csv",
        "select distinct lower(trim(recipient)) from file where recipient <> ''",
    )
    assert addresses
    [(unknown,)] = published(
        home, "select count(*) from marts.fct_email_sends where person_id like '(unknown%'"
    )
    assert unknown == 0
    mailed = set(counts("select distinct member_id from file", *RECIPIENTS))
    [(known,)] = published(
        home, "select count(*) from marts.bridge_identity where object = 'recipients'"
    )
    assert known == len(addresses) + len(mailed)
    members = plain("mailchimp/member.csv", "select distinct lower(email_address) from file")
    held = (home / "published" / "current" / "engineroom.duckdb").read_bytes().lower()
    leaked = [address for (address,) in addresses + members if address.encode() in held]
    assert leaked == []


RECORDS = {
    ("hubspot", "contacts"): ("hubspot/contact_data.csv", "id"),
    ("hubspot", "form_submissions"): ("hubspot/contact_form_submission_data.csv", "conversion_id"),
    ("mailchimp", "members"): ("mailchimp/member.csv", "(list_id, id)"),
}


def test_every_record_of_the_files_is_in_the_bridge(home: Path) -> None:
    found = {
        (source, thing): times
        for source, thing, times in published(
            home, "select source, object, count(*) from marts.bridge_identity group by 1, 2"
        )
    }
    for key, (name, column) in RECORDS.items():
        assert plain(name, f"select count(distinct {column}) from file") == [(found[key],)], key
    people = counts(
        "select count(distinct id) from file",
        "salesforce/sf_contact_data.csv",
        "salesforce/sf_lead_data.csv",
    )
    assert found["salesforce", "contacts"] == sum(times for (times,) in people)


ACTIVITIES = {
    "hubspot": [
        (f"hubspot/engagement_{kind}_data.csv", "engagement_id")
        for kind in ("call", "email", "meeting", "note", "task")
    ],
    "salesforce": [(f"salesforce/sf_{kind}_data.csv", "id") for kind in ("event", "task")],
}


@pytest.mark.parametrize("source", ACTIVITIES)
def test_activities_and_owners_are_all_there(home: Path, source: str) -> None:
    expected = sum(
        times
        for name, key in ACTIVITIES[source]
        for (times,) in plain(name, f"select count(distinct {key}) from file")
    )
    assert stored(
        home,
        f"select count(*) from staging.stg_file_drops__activities where source = '{source}'",
    ) == [(expected,)]
    name, key = {
        "hubspot": ("hubspot/owner_data.csv", "owner_id"),
        "salesforce": ("salesforce/sf_user_data.csv", "id"),
    }[source]
    assert stored(
        home, f"select count(*) from staging.stg_file_drops__owners where source = '{source}'"
    ) == plain(name, f"select count(distinct {key}) from file")


@pytest.mark.parametrize("vendor", FOLDERS)
def test_every_file_is_read_or_looked_up_or_named(home: Path, vendor: str) -> None:
    drop = read_drop(PROJECT / "config" / "file_drops", FOLDERS[vendor])
    looked_up = {lookup.file for rule in drop.files for lookup in rule.lookups}
    named = dict(
        stored(home, "select column_name, kind from ingest.drift where source = 'file_drops'")
    )
    for path in sorted((SHARED / vendor).glob("*.csv")):
        address = f"{drop.name}/{path.name}"
        rules = drop.rules_of(path.name)
        if not rules and path.name not in looked_up:
            assert named[address] == "file_without_mapping"
        for rule in (each for each in rules if "*" not in each.ignored):
            header = {
                name
                for (name,) in plain(
                    f"{vendor}/{path.name}", "select column_name from (describe file)"
                )
            }
            missing = {f"{address}:{name}"[:200] for name in header - rule.read - rule.ignored}
            assert missing <= named.keys()
