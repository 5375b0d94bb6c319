"""KPIs of a published run, week by week, against the facts and raw rows beneath them."""

import json
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import pytest
import whole_runs
from plain import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def shown(home: Home, kpi: str) -> dict[date, tuple]:
    rows = home.marts(
        "select week_starts_on, value, numerator, denominator from rpt_mops_kpis_weekly "
        f"where kpi_id = '{kpi}' order by 1"
    )
    assert len(rows) > 10, kpi
    return {week: tuple(told) for week, *told in rows}


def within(week: date, day: date, weeks: int) -> bool:
    """Whether a day is in the weeks that end with this one, which begins on a Monday."""
    return week - timedelta(weeks=weeks - 1) <= day <= week + timedelta(days=6)


def test_routing_accuracy_is_that_of_the_leads_of_four_weeks(home: Home) -> None:
    leads = home.marts(
        "select cast(timezone('America/New_York', timezone('UTC', arrived_at)) as date), "
        "is_accurate from fct_lead_routing where routing_state = 'judged'"
    )
    for week, (value, accurate, judged) in shown(home, "routing_accuracy").items():
        mine = [is_right for day, is_right in leads if within(week, day, 4)]
        assert (sum(mine), len(mine)) == (accurate, judged), week
        assert value == (pytest.approx(accurate / judged) if judged else None)


def test_a_campaign_return_is_paid_value_over_what_thirteen_weeks_cost(home: Home) -> None:
    days = home.marts(
        "select date_day, sum(spend_amount_reporting), "
        "sum(case when is_paid then value_amount_reporting else 0 end) "
        "from rpt_channel_roi left join dim_channels using (channel) "
        "where attribution_model = 'linear' and stage = 'won' group by 1"
    )
    for week, (_, value, spend) in shown(home, "campaign_return").items():
        mine = [(cost or 0, worth or 0) for day, cost, worth in days if within(week, day, 13)]
        assert spend == pytest.approx(float(sum(cost for cost, _ in mine)))
        assert value == pytest.approx(float(sum(worth for _, worth in mine)))


def test_launches_count_in_the_weeks_after_they_went_live(home: Home) -> None:
    launches = home.marts(
        "select live_on, is_on_time, velocity_business_days from fct_launches"
        " where live_on is not null"
    )
    for week, (_, on_time, live) in shown(home, "launches_on_time").items():
        mine = [is_on_time for day, is_on_time, _ in launches if within(week, day, 13)]
        assert (sum(mine), len(mine)) == (on_time, live), week
    for week, (days, _, timed) in shown(home, "launch_velocity").items():
        mine = [took for day, _, took in launches if within(week, day, 13) and took is not None]
        assert (pytest.approx(median(mine)), len(mine)) == (days, timed), week


def test_the_current_state_tells_what_each_source_alone_knows(home: Home) -> None:
    done = whole_runs.command(home.path, "audit", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    known: dict[str, set[str]] = {}
    for person, source in home.marts(
        "select person_id, source from bridge_identity "
        "where kind = 'person' and not is_deleted and object <> 'visitors'"
    ):
        known.setdefault(source, set()).add(person)
    for row in told["silos"]:
        others = set().union(*(known[each] for each in known if each != row["source"]))
        mine = known.pop(row["source"])
        assert (row["persons"], row["known_nowhere_else"]) == (len(mine), len(mine - others))
        known[row["source"]] = mine
    assert {row["source"] for row in told["silos"]} == set(known)
    assert {row["source"] for row in told["tools"]} >= set(known)
    assert any(row["where"].startswith("file_drops.") for row in told["manual_steps"])
    amounts = [float(row["open_pipeline"]) for row in told["fixes"]]
    assert amounts == sorted(amounts, reverse=True)
    assert {"data_quality_score", "routing_accuracy"} <= {
        name for (name,) in home.marts("select distinct kpi_id from rpt_mops_kpis_weekly")
    }
    assert {row["status"] for row in told["kpis"]} <= {"met", "near", "missed", "unknown"}

    written = whole_runs.command(home.path, "audit").stdout
    for title in ("Tools", "Silos", "Manual steps", "What to mend first", "KPIs of the last week"):
        assert f"## {title}" in written
    assert "@" not in written
