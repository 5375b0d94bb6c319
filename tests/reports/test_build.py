"""The report: whole without a network, safe with hostile names, honest where nothing is known."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import contract_marts
import pytest

import reports.pages
from reports.build import build, every_page
from reports.page import Chart, Figures
from reports.published import Published, sources_of

AS_OF = datetime(2026, 7, 1, 6)
HOSTILE = "</script><img src=x onerror=alert(1)>"
PARTS = [part for page in every_page() for part in page.parts]
CHARTS = [part for part in PARTS if isinstance(part, Chart)]

ROWS = f"""
insert into marts.dim_channels by name select * from (values
    ('paid_search', 'paid', true, 10), ('direct', 'direct', false, 130),
    ('(none)', 'none', false, 150)
) as rows (channel, channel_group, is_paid, sort_order);
insert into marts.rpt_headlines by name select * from (values
    ('won_value', '(all)', 'Won value', 'money', 'USD', 'last_90_days', date '2026-04-02',
        date '2026-06-30', 2147666.19, 1000000.00, 1.14766619, 'higher', true, false),
    ('won_value', '(all)', 'Won value', 'money', 'USD', 'month', date '2026-06-01',
        date '2026-06-30', 900.50, null, null, 'higher', true, false),
    ('cost_per_lead', '(all)', 'Ad spend per lead', 'money', 'USD', 'last_90_days',
        date '2026-04-02', date '2026-06-30', 27.1, 20.0, 0.355, 'lower', true, true),
    ('roas_platform', 'meta_ads', 'Platform-claimed ROAS', 'ratio', null, 'last_90_days',
        date '2026-04-02', date '2026-06-30', 2.5, null, null, 'higher', true, true)
) as rows (metric, segment, title, unit, currency_code, period, starts_on, ends_on, value,
    previous_value, change_share, better_when, is_complete, is_provisional);
insert into marts.rpt_pipeline by name select * from (values
    ('o1', 'Proposal', 2, 1, 400.00), ('o2', '=HYPERLINK("x")', 1, 1, 250.00)
) as rows (owner_id, stage, stage_position, opportunities, open_amount_reporting);
insert into marts.dim_owners by name select 'o1' as owner_id, 'Owner 01' as owner_label;
insert into marts.rpt_channel_periods by name select * from (values
    ('month', date '2026-06-01', 'paid_search', 'linear', 'won', 100.25, 900.50, 8.98, true, true),
    ('month', date '2026-06-01', '(none)', 'linear', 'won', 0, 10.00, null, true, false),
    ('last_90_days', date '2026-04-02', 'paid_search', 'linear', 'won', 100.25, 900.50, 8.98,
        true, true)
) as rows (period, starts_on, channel, attribution_model, stage, spend_amount_reporting,
    value_amount_reporting, roas_modelled, is_complete, is_provisional);
insert into marts.rpt_email_campaigns by name select 'm1' as campaign_id, 10 as sent,
    9 as delivered, 0.2 as open_rate_lower, 0.4 as open_rate_upper;
insert into marts.dim_campaigns by name select 'm1' as campaign_id, '{HOSTILE}' as name;
insert into marts.rpt_source_freshness by name select * from (values
    ('google_ads', false, 'failed', timestamp '2026-06-29 06:00:00'),
    ('mailchimp', false, 'succeeded', timestamp '2026-06-28 06:00:00'),
    ('hubspot', true, 'succeeded', timestamp '2026-06-30 06:00:00')
) as rows (source, is_fresh, last_status, last_succeeded_as_of);
insert into marts.fct_report_deliveries by name select * from (values
    ('headlines', 'on_time', null, null, null, date '2026-06-29', date '2026-06-29'),
    ('headlines', 'stale', 'source_failed', 'hubspot',
        'marts.rpt_headlines < hubspot.deals < load_hubspot', date '2026-06-30', date '2026-06-29'),
    ('headlines', 'late', 'run_too_slow', '0a1b', 'marts.rpt_headlines < published.version < 0a1b',
        date '2026-07-01', date '2026-06-29')
) as rows (report, status, cause, culprit, blame_path, due_on, week_start_on);
insert into marts.rpt_group_freshness by name select * from (values
    ('spend', true, timestamp '2026-06-30 06:00:00', 'ad_spend_is_not_negative', null),
    ('email', true, null, 'email_event_has_an_instant', null),
    ('web', false, timestamp '2026-07-01 06:00:00', null, 'web_event_has_an_instant'),
    ('core', false, timestamp '2026-07-01 06:00:00', null, null)
) as rows (mart_group, is_held_back, as_of, broken_rules, overridden_rules);
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    with contract_marts.create(folder / "engineroom.duckdb") as connection:
        connection.execute(ROWS)
    out = folder / "report"
    build(folder / "engineroom.duckdb", out, home_kind="sandbox", as_of=AS_OF, run_id="run-1")
    return out


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    contract_marts.create(folder / "engineroom.duckdb").close()
    out = folder / "report"
    build(folder / "engineroom.duckdb", out, home_kind="real", as_of=AS_OF, run_id="run-1")
    return out


def specs(html: str) -> list[dict]:
    found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    return [json.loads(each) for each in found]


def test_every_page_is_written_linked_from_every_other_and_says_as_of_when(site: Path) -> None:
    names = [f"{page.name}.html" for page in every_page()]
    assert names[0] == "index.html"
    for name in names:
        html = (site / name).read_text("utf-8")
        assert all(f'href="{other}"' in html for other in names)
        assert "1 Jul 2026, 06:00 UTC" in html
        assert "Made-up sandbox company" in html


def test_no_page_asks_a_network_for_anything_and_none_runs_inline_script(site: Path) -> None:
    for page in site.glob("*.html"):
        html = page.read_text("utf-8")
        assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", html) == []
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", html) == []
        assert re.findall(r"<[^>]+\son\w+=", html) == []


def test_a_hostile_campaign_name_stays_text(site: Path) -> None:
    html = (site / "engagement.html").read_text("utf-8")
    assert HOSTILE not in html
    assert "<img" not in html
    names = {row.get("name") for spec in specs(html) for row in spec["data"]["values"]}
    assert HOSTILE in names


def test_a_formula_cell_is_neutralised_in_the_download(site: Path) -> None:
    rows = list(csv.reader((site / "data/pipeline_by_owner_and_stage.csv").open(encoding="utf-8")))
    assert [row[1] for row in rows if "HYPERLINK" in row[1]] == ['\'=HYPERLINK("x")']


def test_a_download_holds_the_mart_s_own_values_and_codes(site: Path) -> None:
    rows = list(csv.DictReader((site / "data/spend_by_channel.csv").open(encoding="utf-8")))
    assert [(row["channel"], row["spend_amount_reporting"]) for row in rows] == [
        ("paid_search", "100.250000")
    ]


def test_a_headline_shows_its_change_its_tone_and_what_is_provisional(site: Path) -> None:
    html = (site / "index.html").read_text("utf-8")
    assert '<dd class="figure" title="2,147,666.19">$2.15M</dd>' in html
    assert '<dd class="change good">▲ 115 % <span>from $1.00M</span></dd>' in html
    assert '<dd class="change bad">▲ 36 % <span>from $20.00</span></dd>' in html
    assert '<dd class="note">provisional</dd>' in html
    assert "ROAS claimed by Meta Ads" in html


def test_what_is_not_known_is_a_dash_and_never_a_zero(site: Path) -> None:
    html = (site / "index.html").read_text("utf-8")
    assert '<dt>Ad spend</dt>\n      <dd class="figure" title="–">–</dd>' in html


def test_a_source_that_is_not_fresh_is_named_on_every_page(site: Path) -> None:
    for page in site.glob("*.html"):
        html = page.read_text("utf-8")
        assert "Google Ads could not be read: what it feeds stands as of 29 Jun 2026." in html
        assert "Mailchimp was not read of late: what it feeds stands as of 28 Jun 2026." in html
        assert re.findall(r'<ul class="stale[^>]*>(.*?)</ul>', html, re.S)[0].count("<li>") == 5


def test_a_group_of_marts_that_is_held_back_is_named_on_every_page_with_its_age(site: Path) -> None:
    for page in site.glob("*.html"):
        html = page.read_text("utf-8")
        assert (
            "Spend is held back and stands as of 30 Jun 2026: a check is broken "
            "(ad spend is not negative)."
        ) in html
        assert "E-mail is held back and was never published: a check is broken" in html
        assert "Web: published by a signed override although a check is broken" in html
        assert "Core is held back" not in html


def test_a_report_that_was_not_on_time_is_shown_with_the_way_to_its_cause(site: Path) -> None:
    html = (site / "timeliness.html").read_text("utf-8")
    assert "marts.rpt_headlines &lt; hubspot.deals &lt; load_hubspot" in html
    rows = list(csv.DictReader((site / "data/timeliness_causes.csv").open(encoding="utf-8")))
    assert [(row["cause"], row["culprit"], row["deliveries"]) for row in rows] == [
        ("run_too_slow", "run", "1"),
        ("source_failed", "hubspot", "1"),
    ]
    rows = list(csv.DictReader((site / "data/timeliness_weeks.csv").open(encoding="utf-8")))
    assert [row["status"] for row in rows] == ["on_time", "late", "stale"]


def test_owners_carry_a_label_and_no_pseudonym(site: Path) -> None:
    html = (site / "pipeline.html").read_text("utf-8")
    assert "Owner 01" in html
    assert "No owner" in html


def test_every_part_of_a_home_without_rows_says_why_it_is_empty(empty_site: Path) -> None:
    for page in every_page():
        html = (empty_site / f"{page.name}.html").read_text("utf-8")
        assert specs(html) == []
        assert "Made-up" not in html
        for part in page.parts:
            if isinstance(part, Chart):
                assert part.empty.replace("'", "&#39;") in html, part.name


def test_headlines_of_a_home_without_rows_are_dashes(empty_site: Path) -> None:
    html = (empty_site / "index.html").read_text("utf-8")
    figures = re.findall(r'<dd class="figure"[^>]*>([^<]*)</dd>', html)
    assert len(figures) >= 10
    assert set(figures) == {"–"}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_page_reads_marts_only_and_computes_no_ratio(part: Chart | Figures) -> None:
    query = part.query + (part.trend if isinstance(part, Figures) else "")
    assert sources_of(query)
    assert not re.search(r"/|\bavg\(|\bmedian\(|\bread_|\battach\b", query), "a mart defines ratios"
    assert set(re.findall(r"\b(\w+)\.\w+\.\w+", query)) == set()


def test_every_column_of_every_chart_is_explained(empty_site: Path) -> None:
    with Published(empty_site.parent / "engineroom.duckdb") as published:
        unexplained = [
            (chart.name, column.name)
            for chart in CHARTS
            for column in chart.columns
            if column.is_shown
            and not published.meaning(sources_of(chart.query), column.name, column.meaning)
        ]
    assert unexplained == []


def test_the_dictionary_explains_every_column_of_every_mart(empty_site: Path) -> None:
    html = (empty_site / "definitions.html").read_text("utf-8")
    for model in contract_marts.models():
        assert f'<h3 id="{model["name"]}">' in html
        assert all(f"<code>{column['name']}</code>" in html for column in model["columns"])


def test_a_page_is_added_by_one_file(
    empty_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "extra_page.py").write_text(
        "from reports.page import Page\n"
        "PAGE = Page(name='extra_page', title='Added', lead='By one file.', position=9)\n"
    )
    monkeypatch.setattr(reports.pages, "__path__", [*reports.pages.__path__, str(tmp_path)])
    marts, out = empty_site.parent / "engineroom.duckdb", tmp_path / "report"

    build(marts, out, home_kind="real", as_of=AS_OF, run_id="run-1")

    assert "By one file." in (out / "extra_page.html").read_text("utf-8")
    assert 'href="extra_page.html"' in (out / "index.html").read_text("utf-8")


def test_parts_have_names_of_their_own() -> None:
    names = [part.name for part in PARTS]
    assert len(names) == len(set(names))


def test_a_query_that_answers_otherwise_than_declared_is_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Chart("x", "x", "x", "select 1 as other from marts.dim_channels", (), "none")
    page = every_page()[0]
    monkeypatch.setattr(
        "reports.build.every_page", lambda: [type(page)("x", "x", "x", 0, (broken,))]
    )
    with pytest.raises(ValueError, match="declares other columns"):
        build(
            site.parent / "engineroom.duckdb",
            site.parent / "broken",
            home_kind="sandbox",
            as_of=AS_OF,
            run_id="run-1",
        )
