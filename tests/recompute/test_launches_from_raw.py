"""Launches worked out again from raw rows in plain Python: time, flow, plans, and approvals."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from plain import AS_OF, Home, report_day, rules

pytestmark = pytest.mark.slow

OPEN = "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
GATES = ("Brief approved", "Creative approved", "Legal check")
Story = dict[str, Any]


@pytest.fixture(scope="module")
def home(published_home) -> Home:
    return Home(published_home)


@pytest.fixture(scope="module")
def work(home: Home) -> dict[str, dict[str, str]]:
    """Return task id by name, for each project that is a launch."""
    rows = home.raw(
        f"select p.gid, t.name, t.gid from (from raw_asana.projects {OPEN}) p "
        f"join (from raw_asana.task_memberships {OPEN}) m on m.project_gid = p.gid "
        f"join (from raw_asana.tasks {OPEN}) t on t.gid = m.task_gid "
        "where p.name like '%: launch %'"
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for project, name, task in rows:
        found[project][name] = task
    return found


@pytest.fixture(scope="module")
def stories(home: Home) -> dict[str, list[Story]]:
    names = (
        *("task_gid", "created_at", "resource_subtype", "new_approval_status"),
        *("new_section__name", "new_enum_value__name", "new_dates__due_on"),
    )
    found: dict[str, list[Story]] = defaultdict(list)
    for row in home.raw(f"select {', '.join(names)} from raw_asana.stories {OPEN} order by gid"):
        story = dict(zip(names, row, strict=True))
        if story["created_at"] <= AS_OF:
            found[story["task_gid"]].append(story)
    return {task: sorted(each, key=lambda s: s["created_at"]) for task, each in found.items()}


def is_business(day: date) -> bool:
    company, off = rules("company")["company"], rules("company")["holidays"]
    name = f"{day:%A}".lower()
    return name in company["business_days"] and day not in {each["holiday_on"] for each in off}


def business_days(first: datetime, last: datetime) -> float:
    """Return the time between two UTC instants that is not on days off, in days."""
    zone = ZoneInfo(rules("company")["company"]["reporting_time_zone"])
    here, there = (
        each.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
        for each in (first, last)
    )
    total, at = 0.0, here
    while at < there:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time())
        until = min(midnight, there)
        if is_business(at.date()):
            total += (until - at) / timedelta(days=1)
        at = until
    return total


def completed(events: list[Story]) -> datetime | None:
    marks = [e for e in events if e["resource_subtype"].startswith("marked_")]
    is_done = bool(marks) and marks[-1]["resource_subtype"] == "marked_complete"
    return marks[-1]["created_at"] if is_done else None


def approved(events: list[Story], by: datetime = AS_OF) -> datetime | None:
    told = [e for e in events if e["new_approval_status"] and e["created_at"] <= by]
    return (
        told[-1]["created_at"] if told and told[-1]["new_approval_status"] == "approved" else None
    )


def active(events: list[Story], until: datetime) -> list[tuple[datetime, datetime]]:
    """Return the spans in which a task was in progress, neither blocked nor done."""
    spans, since, section, progress, is_done = [], None, "To do", None, False
    end = {"created_at": until, "resource_subtype": "end"}
    for event in [*events, end]:
        was = section == "In progress" and progress != "Blocked" and not is_done
        if was and since is not None and event["created_at"] > since:
            spans.append((since, event["created_at"]))
        section = event.get("new_section__name") or section
        progress = event.get("new_enum_value__name") or progress
        if event["resource_subtype"] == "marked_complete":
            is_done = True
        if event["resource_subtype"] == "marked_incomplete":
            is_done = False
        if event.get("new_approval_status"):
            is_done = event["new_approval_status"] == "approved"
        since = event["created_at"]
    return spans


def united(spans: list[tuple[datetime, datetime]], first: datetime, last: datetime) -> float:
    total, covered = 0.0, first
    for begin, end in sorted(spans):
        begin, end = max(begin, covered), min(end, last)
        if begin < end:
            total += business_days(begin, end)
            covered = end
    return total


def test_velocity_and_flow_of_every_launch(home: Home, work, stories) -> None:
    parts = defaultdict(list)
    for task, parent in home.raw(f"select gid, parent__gid from raw_asana.tasks {OPEN}"):
        parts[parent].append(task)
    expected = {}
    for project, tasks in work.items():
        start = approved(stories.get(tasks["Brief approved"], []))
        live = completed(stories.get(tasks["Live"], []))
        if start is None or live is None:
            continue
        own = [*tasks.values(), *(part for each in tasks.values() for part in parts[each])]
        spans = [span for task in own for span in active(stories.get(task, []), AS_OF)]
        expected[project] = (business_days(start, live), united(spans, start, live))
    found = {
        project: (total, worked)
        for project, total, worked in home.marts(
            "select project_id, velocity_business_days, active_business_days from fct_launches "
            "where velocity_business_days is not null"
        )
    }
    assert len(expected) > 20
    assert found.keys() == expected.keys()
    for project, figures in expected.items():
        assert found[project] == pytest.approx(figures, abs=1e-6), project


def test_the_month_sums_its_launches(home: Home, work, stories) -> None:
    """Launches, those in time, and the median of the headline, by the month of going live."""
    months: dict[date, list[tuple[bool, float]]] = defaultdict(list)
    for tasks in work.values():
        live = completed(stories.get(tasks["Live"], []))
        start = approved(stories.get(tasks["Brief approved"], []))
        if live is None or start is None:
            continue
        due = next(e["new_dates__due_on"] for e in stories[tasks["Live"]] if e["new_dates__due_on"])
        day = report_day(live)
        months[day.replace(day=1)].append((day <= due, business_days(start, live)))
    found = home.marts(
        "select month, launches, on_time_launches, median_business_days from rpt_launch_velocity "
        "where marketer_id = '(all)' order by month"
    )
    assert [row[:3] for row in found] == [
        (month, len(each), sum(in_time for in_time, _ in each))
        for month, each in sorted(months.items())
    ]
    for (*_, middle), (_, each) in zip(found, sorted(months.items()), strict=True):
        assert middle == pytest.approx(median(days for _, days in each), abs=1e-6)


def test_nothing_was_live_before_its_approvals_but_what_is_flagged(
    home: Home, work, stories
) -> None:
    """The post, the page and the tick of the milestone, each against the three approvals."""
    fields = defaultdict(dict)
    for record, name, text in home.raw(
        f"select resource_gid, name, coalesce(enum_value__name, text_value) "
        f"from raw_asana.custom_field_values {OPEN}"
    ):
        fields[record][name] = text
    posts = defaultdict(list)
    for post, at in home.raw(
        f"select post_id, published_at from raw_adaptlypost.post_platforms {OPEN} "
        "and published_at is not null"
    ):
        posts[post].append(at)
    pages = dict(
        home.raw(
            f"select rtrim(link, '/'), date_gmt from raw_wordpress.posts {OPEN} "
            "and status = 'publish'"
        )
    )
    mails: dict[str, datetime] = {}
    for slug, at in home.raw(
        "select c.canonical_campaign, min(s.sent_at) from intermediate.int_email__sends s "
        "join intermediate.int_campaigns__campaigns c using (campaign_id) group by 1"
    ):
        mails[slug] = at
    made = dict(home.raw(f"select gid, created_at from raw_asana.projects {OPEN}"))
    expected = {}
    for project, tasks in work.items():
        seen = [completed(stories.get(tasks["Live"], []))]
        seen += posts[fields[tasks["Announcement scheduled"]].get("Post id")]
        page = fields[tasks["Landing page built"]].get("Page")
        seen.append(pages.get(page.rstrip("/")) if page else None)
        seen.append(mails.get(fields[project]["Campaign"]))
        live = [at for at in seen if at is not None and made[project] <= at <= AS_OF]
        if live:
            first = min(live)
            expected[project] = sum(
                approved(stories.get(tasks[g], []), first) is None for g in GATES
            )
    found = dict(
        home.marts(
            "select project_id, unapproved_at_live from fct_launches "
            "where first_live_at is not null"
        )
    )
    assert found == expected
    assert sum(map(bool, expected.values())) > 5


def test_approvals_take_as_long_as_the_history_says(home: Home, work, stories) -> None:
    """Hours from being put in review, or back to pending, to the decision that followed."""
    expected = []
    for tasks in work.values():
        for name in GATES:
            asked = None
            for event in stories.get(tasks[name], []):
                if event["new_section__name"] == "In review":
                    asked = event["created_at"]
                status = event["new_approval_status"]
                if status == "pending":
                    asked = event["created_at"]
                elif status:
                    hours = (event["created_at"] - asked) / timedelta(hours=1)
                    expected.append((status, round(hours, 6)))
    found = home.marts(
        "select decision, round(latency_hours, 6) from fct_launch_approvals "
        "where decision <> 'open'"
    )
    assert len(expected) > 80
    assert sorted(found) == sorted(expected)
