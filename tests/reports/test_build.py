"""The report: whole without a network, safe with hostile names, honest where nothing is known."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from reports.build import build, every_page

AS_OF = datetime(2026, 7, 1, 6)
HOSTILE = "</script><img src=x onerror=alert(1)>"

# The columns that the pages read, in the types that the marts promise.
MARTS = f"""
create schema marts;
create table marts.fct_ad_performance as
select 100.00 as spend_amount_reporting, date '2026-06-01' as reported_on;
create table marts.fct_opportunities as select * from (values
    ('o1', 'owner1', 'Closed won', false, true, 900.50),
    ('o2', 'owner1', 'Proposal', true, false, 400.00),
    ('o3', 'owner2', '=HYPERLINK("x")', true, false, null)
) as rows (opportunity_id, owner_id, stage, is_open, is_won, value_amount_reporting);
create table marts.dim_persons as select 'p1' as person_id, 'person' as kind;
create table marts.fct_conversions as
select 'c1' as conversion_id, 'won' as stage, false as is_reversal,
    timestamp '2026-06-02' as converted_at, 900.50 as value_amount_reporting;
create table marts.fct_attribution_credits as
select 'c1' as conversion_id, 'linear' as attribution_model, 'paid_search' as channel,
    1.0 as weight, 900.50 as value_amount_reporting;
create table marts.rpt_channel_roi as
select date '2026-06-01' as date_day, 'paid_search' as channel, 'linear' as attribution_model,
    'won' as stage, 100.00 as spend_amount_reporting, 900.50 as value_amount_reporting;
create table marts.rpt_funnel_cohorts as
select date '2026-06-01' as cohort_month, '(all)' as segment, 'lead' as from_stage,
    'mql' as to_stage, 90 as window_days, 10 as entered, 4 as reached, 3 as reached_observed,
    0.4 as conversion_rate, false as is_mature, cast(null as double) as p50_days;
create table marts.rpt_funnel_periods as
select date '2026-06-01' as month, '(all)' as segment, 'lead' as from_stage, 'mql' as to_stage,
    10 as from_entries, 4 as to_entries, 0.4 as period_rate;
create table marts.rpt_email_campaigns as
select 'm1' as campaign_id, 10 as sent, 9 as delivered, 2 as openers_lower, 3 as human_openers,
    4 as openers_upper, 1 as clickers;
create table marts.dim_campaigns as select 'm1' as campaign_id, '{HOSTILE}' as name;
create table marts.fct_social_post_days as
select date '2026-06-01' as reported_on, 'linkedin_pages' as platform, 5 as impressions,
    1 as interactions, 1 as clicks where false;
create table marts.rpt_data_quality as
select date '2026-07-01' as day, 'hubspot' as source, 'contacts' as object,
    'validity' as dimension, 'email' as field, 10 as records, 9 as passed, 0.9 as score;
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    marts = folder / "engineroom.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(MARTS)
    build(marts, folder / "report", home_kind="sandbox", as_of=AS_OF, run_id="run-1")
    return folder / "report"


def test_every_page_is_written_and_linked_from_every_other(site: Path) -> None:
    names = [f"{page.name}.html" for page in every_page()]
    assert names[0] == "index.html"
    for name in names:
        html = (site / name).read_text("utf-8")
        assert all(f'href="{other}"' in html for other in names)
        assert "2026-07-01 06:00 UTC" in html


def test_no_page_asks_a_network_for_anything(site: Path) -> None:
    for page in site.glob("*.html"):
        assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.read_text("utf-8")) == []


def test_a_hostile_campaign_name_stays_text(site: Path) -> None:
    html = (site / "engagement.html").read_text("utf-8")
    assert HOSTILE not in html
    assert "<img" not in html
    specs = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    names = [row["name"] for spec in specs for row in json.loads(spec)["data"]["values"]]
    assert names == [HOSTILE]


def test_a_formula_cell_is_neutralised_in_the_download(site: Path) -> None:
    rows = list(csv.reader((site / "data/pipeline_by_owner_and_stage.csv").open(encoding="utf-8")))
    assert [row[1] for row in rows if "HYPERLINK" in row[1]] == ['\'=HYPERLINK("x")']


def test_what_is_not_known_is_a_dash_and_an_empty_mart_says_so(site: Path) -> None:
    assert '<td class="money">–</td>' in (site / "pipeline.html").read_text("utf-8")
    assert "No rows yet" in (site / "engagement.html").read_text("utf-8")
