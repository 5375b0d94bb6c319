"""Contracts of reports: what they are made of, and how a bad one is refused."""

import shutil
from pathlib import Path

import pytest

from orchestration import definitions, report_contracts, rules, transform
from orchestration.report_contracts import Upstream
from orchestration.settings import PROJECT, Refused, Settings

GOOD = """
reports:
  - report: headlines
    mart: rpt_headlines
    owner: marketing
    days: [business_days]
    due: "09:00"
    max_age_hours: 24
  - report: costs
    page: costs
    owner: marketing
    days: [monday]
    due: "10:00"
    max_age_hours: 24
    time_zone: Europe/Berlin
"""


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return transform.manifest(Settings(home=tmp_path_factory.mktemp("contracts")))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a project whose config is a copy that a test may edit."""
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    (tmp_path / "config" / "reports.yml").write_text(GOOD)
    return Settings(home=tmp_path / "home", project=tmp_path)


def test_the_shipped_contracts_are_good_and_each_has_marts(parsed: dict, tmp_path: Path) -> None:
    shipped = Settings(home=tmp_path / "home")
    report_contracts.check(shipped, parsed)
    found = report_contracts.marts(shipped, parsed)
    assert len(found) >= 5
    assert all(found.values())
    kinds = {kind for each in report_contracts.contracts(shipped) for kind in each}
    assert {"page", "mart", "mart_group"} <= kinds


def test_a_page_is_made_of_the_marts_that_its_queries_read(
    settings: Settings, parsed: dict
) -> None:
    found = report_contracts.marts(settings, parsed)
    assert found["headlines"] == ["rpt_headlines"]
    assert "rpt_acquisition_cost" in found["costs"]


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("rpt_headlines", "rpt_headlinez", 4, "no mart is called 'rpt_headlinez'; use one of"),
        ("page: costs", "page: cost", 10, "no page is called 'cost'; use one of"),
        ("page: costs", "mart_group: cost", 10, "no mart_group is called 'cost'; use one of"),
        ("page: costs", "mart: dim_dates\n    page: costs", 9, "name exactly one"),
        ("    owner: marketing\n", "", 3, "'owner' is a required property; add the missing key"),
        ('"09:00"', '"24:00"', 7, "'24:00' does not match"),
        ('"10:00"', "10:00", 13, "is not of type 'string'; write a value of that type"),
        ("Europe/Berlin", "Europe/Berlln", 15, "no time zone is called 'Europe/Berlln'; use"),
        ("report: costs", "report: headlines", 9, "has a contract already; rename or"),
        ("[monday]", "[moonday]", 12, "use one of the listed values"),
        ("max_age_hours: 24\n  -", "max_age_hours: 0\n  -", 8, "correct the value"),
    ],
)
def test_a_bad_contract_is_refused_with_file_line_and_remedy(
    settings: Settings, parsed: dict, old: str, new: str, line: int, told: str
) -> None:
    assert old in GOOD
    (settings.config / "reports.yml").write_text(GOOD.replace(old, new, 1))

    with pytest.raises(Refused) as refused:
        report_contracts.check(settings, parsed)

    message = str(refused.value)
    assert message.startswith("config/reports.yml, key reports.")
    assert f", line {line}: " in message
    assert told in message


def test_a_run_is_refused_before_it_starts_where_a_contract_is_bad(
    settings: Settings, parsed: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.config / "reports.yml").write_text(GOOD.replace("rpt_headlines", "rpt_nothing"))
    shutil.copytree(
        PROJECT / "transform",
        settings.project / "transform",
        ignore=shutil.ignore_patterns("target", "logs"),
    )
    with pytest.raises(Refused, match="no mart is called 'rpt_nothing'"):
        definitions.build(settings, parsed)


def test_no_contract_at_all_is_fine(settings: Settings, parsed: dict) -> None:
    (settings.config / "reports.yml").unlink()
    report_contracts.check(settings, parsed)
    assert report_contracts.marts(settings, parsed) == {}
    [table] = [each for each in rules.tables(settings.config) if each.name == "reports"]
    assert table.rows == []


def test_what_is_behind_a_report_is_told_by_its_shortest_way() -> None:
    parents = {"marts.m": ["a", "b"], "a": ["c"], "b": ["c", "d"], "d": ["marts.m"], "c": ["d"]}
    found = report_contracts.behind("r", ["marts.m"], parents)
    assert set(found) == {
        Upstream("r", "marts.m", 0, "marts.m"),
        Upstream("r", "a", 1, "marts.m < a"),
        Upstream("r", "b", 1, "marts.m < b"),
        Upstream("r", "c", 2, "marts.m < a < c"),
        Upstream("r", "d", 2, "marts.m < b < d"),
    }
