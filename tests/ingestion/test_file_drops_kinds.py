"""Files alone fill every kind that the marts know, and the plans and signals that are staged."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from inbox import Inbox

MAPPINGS = Path(__file__).parents[2] / "config" / "file_drops"
# By mapping, then by file: its text, the columns that are looked at, and what they must hold.
SAMPLES: dict[str, dict[str, tuple[str, str, list[tuple[Any, ...]]]]] = {
    "engagement_sheets": {
        "members.csv": (
            "list,email,first name,last name,status,joined,changed\n"
            "news,a@x.example,Ada,L,opted out,2026-01-01,2026-02-01\n",
            "members: list_id member_id status updated_at",
            [("news", "a@x.example", "unsubscribed", datetime(2026, 2, 1))],
        ),
        "mailings.csv": (
            "mailing,sent,hard bounces,soft bounces,opens,openers,clicks,clickers,opted out,"
            "complaints\nm1,100,1,2,50,40,9,8,3,0\n",
            "email_reports: campaign_id emails_sent unique_opens complaints",
            [("m1", 100, 40, 0)],
        ),
        "posts.csv": (
            "page,post,kind,text,link,published\npg,p1,Image,Hello,,2026-01-01 09:00:00\n",
            "social_posts: page_id post_id published_at",
            [("pg", "p1", datetime(2026, 1, 1, 9))],
        ),
        "post_counters.csv": (
            "post,day,impressions,reach,clicks,likes,comments,shares\np1,2026-01-02,9,8,1,2,3,4\n",
            "social_post_snapshots: post_id observed_on impressions shares",
            [("p1", date(2026, 1, 2), 9, 4)],
        ),
        "page_days.csv": (
            "page,day,impressions,reach,clicks,likes,comments,shares,followers\n"
            "pg,2026-01-02,9,8,1,2,3,4,5\n",
            "social_page_days: page_id reported_on followers_gained_organic",
            [("pg", date(2026, 1, 2), 5)],
        ),
        "activities.csv": (
            "kind,id,contact,seller,at,direction\nMail,1,c1,o1,2026-01-01 10:00:00,in\n"
            "Task,2,,o1,2026-01-01 10:00:00,\n",
            "activities: activity_type source_record_id contact_record_id direction",
            [("email", "1", "c1", "inbound"), ("task", "2", "", None)],
        ),
        "sellers.csv": (
            "id,name,email,active\no1,Bob B,b@x.example,yes\n",
            "owners: source_record_id owner_name is_active",
            [("o1", "Bob B", True)],
        ),
        "forms.csv": (
            "id,form,email,first name,last name,page,at\n"
            "s1,Demo,a@x.example,Ada,L,https://x.example/?utm_source=a,2026-01-01 10:00:00\n",
            "form_submissions: submission_id form_name email submitted_at",
            [("s1", "Demo", "a@x.example", datetime(2026, 1, 1, 10))],
        ),
    },
    "plan_sheets": {
        "budgets.csv": (
            'month,channel,budget,currency\n2026-01-01,paid_search,"12,500.50",EUR\n',
            "budgets: starts_on channel campaign budget_amount",
            [(date(2026, 1, 1), "paid_search", "", "12500.50")],
        ),
        "targets.csv": (
            "from,metric,target\n2026-01-01,Won deals,12.5\n",
            "targets: starts_on metric segment target_value",
            [(date(2026, 1, 1), "Won deals", "", 12.5)],
        ),
        "finance.csv": (
            'month,category,cost,margin,currency\n2026-01-31,Ads,"1,000",0.72,EUR\n',
            "finance_months: month_on category cost_amount gross_margin",
            [(date(2026, 1, 1), "Ads", "1000", 0.72)],
        ),
        "fx_rates.csv": (
            "date,from,to,rate\n2026-01-01,EUR,USD,1.17\n",
            "fx_rates: rate_on from_currency rate",
            [(date(2026, 1, 1), "EUR", 1.17)],
        ),
        "tools.csv": (
            "tool,category,team,cost a year,currency,seats,renewal\nMailer,mail,Ops,900,USD,5,"
            "2026-12-31\n",
            "tools: tool_id annual_cost seats seats_used renews_on",
            [("Mailer", "900", 5, None, date(2026, 12, 31))],
        ),
    },
    "signals": {
        "enrichment.csv": (
            "domain,company,industry,employees,revenue,country,updated\n"
            "corp.example,Corp,Steel,200,1000000,DE,2026-01-01\n",
            "enrichments: subject_kind subject employee_count annual_revenue",
            [("domain", "corp.example", 200, "1000000")],
        ),
        "intent.csv": (
            "domain,company,topic,week,score\ncorp.example,Corp,crm,2026-01-05,71.5\n",
            "intent_signals: domain topic observed_on score",
            [("corp.example", "crm", date(2026, 1, 5), 71.5)],
        ),
        "webinar.csv": (
            "webinar,email,first name,last name,company,registered,joined,minutes\n"
            "w1,a@x.example,Ada,L,Corp,2026-01-01 09:00:00,,\n",
            "webinar_attendance: webinar_id attendee_id minutes_attended",
            [("w1", "a@x.example", None)],
        ),
        "exposures.csv": (
            "experiment,visitor,variant,seen\ne1,v1,b,2026-01-01 09:00:00\n",
            "experiment_exposures: experiment_id unit_kind unit_id variant",
            [("e1", "visitor", "v1", "b")],
        ),
    },
}


@pytest.mark.parametrize("mapping", SAMPLES)
def test_a_file_of_each_kind_is_loaded_by_the_example_mapping(tmp_path: Path, mapping: str) -> None:
    inbox = Inbox(tmp_path)
    (inbox.folder / "firms.csv").unlink()
    inbox.map((MAPPINGS / f"{mapping}.yml").read_text())
    for name, (text, _, _) in SAMPLES[mapping].items():
        inbox.drop(name, text)
    inbox.load()
    assert inbox.rows("select table_name, reason from quarantine.file_drops") == []
    for _, wanted, rows in SAMPLES[mapping].values():
        table, names = wanted.split(": ")
        columns = ", ".join(names.split())
        found = inbox.rows(f"select {columns} from raw_file_drops.{table} order by 1, 2")
        assert found == rows, table


def test_every_example_of_a_kind_has_a_sample(tmp_path: Path) -> None:
    from ingestion.sources.file_drops.mapping import read_drop

    for mapping, files in SAMPLES.items():
        drop = read_drop(MAPPINGS, mapping)
        fitting = {rule.pattern for name in files for rule in drop.rules_of(name)}
        assert fitting == {rule.pattern for rule in drop.files}


@pytest.mark.parametrize(
    ("mapping", "name", "text", "reason"),
    [
        (
            "plan_sheets",
            "fx_rates.csv",
            "date,from,to,rate\n2026-01-01,EUR,USD,0\n",
            "rate: a rate",
        ),
        (
            "engagement_sheets",
            "activities.csv",
            "kind,id,contact,seller,at,direction\nLunch,1,,,2026-01-01,\n",
            "activity_type: a value that the mapping does not translate",
        ),
    ],
)
def test_what_the_marts_could_not_tell_apart_waits(
    tmp_path: Path, mapping: str, name: str, text: str, reason: str
) -> None:
    inbox = Inbox(tmp_path)
    (inbox.folder / "firms.csv").unlink()
    inbox.map((MAPPINGS / f"{mapping}.yml").read_text())
    inbox.drop(name, text)
    [said] = inbox.read().bad
    assert said.startswith(reason)
    inbox.map((MAPPINGS / f"{mapping}.yml").read_text().replace("Call: call", "Lunch: lunch"))
    if mapping == "engagement_sheets":
        [said] = inbox.read().bad
        assert "holds a word that is none of call, email, meeting, note, task" in said
