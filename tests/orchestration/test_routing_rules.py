"""config/routing.yml from the file to the decisions: what a user edits, and what is refused."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration import home, routing_rules
from orchestration.cli import main
from orchestration.settings import PROJECT, Refused, Settings
from routing import run

MONDAY = datetime(2026, 3, 2)
FILE = PROJECT / "config" / "routing.yml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT / "config", tmp_path / "project" / "config"))


def edit(config: Path, old: str, new: str, count: int = 1) -> int:
    """Replace text in the user's copy of the rules; return the line on which it stood last."""
    path = config / "routing.yml"
    text = path.read_text("utf-8")
    assert text.count(old) >= count, old
    place = -1
    for _ in range(count):
        place = text.index(old, place + 1)
    path.write_text(text[:place] + new + text[place + len(old) :], "utf-8")
    return text[:place].count("\n") + 1


def test_the_shipped_rules_count_in_the_sandbox_s_homes_alone() -> None:
    shipped = PROJECT / "config"
    names = [each.name for each in routing_rules.read(shipped, "sandbox").versions]
    assert names == ["opening", "regions"]
    assert routing_rules.read(shipped, "real").versions == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("field: industry", "field: colour", "'colour' is not one of"),
        ("[GB, FR, NL]", "[GB, FR, NL, US-NY]", "us_east and west_europe overlap"),
        ("members: [{owner: rep_5}, {owner: rep_6}]", "members: []", "pool rest is empty"),
        ("{owner: rep_1, weight: 2}", "{owner: rep_9}", "no owner is called rep_9"),
        ("route_to: {pool: americas}", "route_to: {pool: asia}", "no pool is called asia"),
        ("calendar: berlin}\n  - {owner: rep_6", "calendar: x}\n  - {owner: rep_6", "calendar is"),
        ("at_least: 900", "at_least: many", "is not of type 'number'"),
        ("version: regions", "version: opening", "version opening is there twice"),
    ],
)
def test_a_bad_rule_is_refused_with_its_file_its_line_and_a_remedy(
    config: Path, old: str, new: str, told: str
) -> None:
    line = edit(config, old, new)
    with pytest.raises(Refused) as refused:
        routing_rules.read(config, "sandbox")
    message = str(refused.value)
    assert message.startswith("config/routing.yml")
    assert told in message
    assert "; " in message  # the remedy
    [stated] = re.findall(r"line (\d+)", message)
    assert int(stated) == line, message


def test_a_shadowed_rule_and_a_missing_catch_all_are_refused_where_they_stand(config: Path) -> None:
    last = "      - rule: everybody_else\n        route_to: {pool: rest}\n"
    line = edit(config, last, f"{last}        when: [{{field: channel, is: [email]}}]\n", 2)
    with pytest.raises(Refused, match=rf"line {line}: version regions has no catch-all"):
        routing_rules.read(config, "sandbox")
    shutil.copy(FILE, config / "routing.yml")
    shadow = "      - rule: small_dach\n        when: [{field: territory, is: [dach]}, "
    shadow += "{field: employee_count, below: 50}]\n        route_to: {owner: rep_5}\n"
    shadow += "        respond_within_hours: 4\n"
    line = edit(config, "      - rule: north_america", f"{shadow}      - rule: north_america")
    with pytest.raises(Refused, match=rf"line {line}: rule small_dach is shadowed: rule dach"):
        routing_rules.read(config, "sandbox")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with three leads of a Monday, and the hours of both offices."""
    path = tmp_path / "home" / "warehouse.duckdb"
    home.create(Settings(home=path.parent, kind="sandbox", environment={}))
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.int_routing__leads (
                lead_id varchar, source varchar, arrived_at timestamp,
                contact_record_id varchar, country_code varchar,
                region_code varchar, industry varchar, job_seniority varchar, job_function varchar,
                channel varchar, form_id varchar, employee_count bigint, account_owner varchar,
                record_owner varchar
            );
            create table intermediate.int_routing__open_hours (
                calendar varchar, date_day date, opens_at timestamp, closes_at timestamp
            );
            """
        )
        for lead, country, size in (("l1", "DE", 20), ("l2", "DE", 500), ("l3", None, None)):
            connection.execute(
                "insert into intermediate.int_routing__leads (lead_id, source, arrived_at,"
                " contact_record_id, country_code, employee_count, account_owner)"
                " values (?, 'hubspot', ?, '1', ?, ?, '70000008')",
                [lead, MONDAY + timedelta(hours=15), country, size],
            )
        connection.execute(
            """
            insert into intermediate.int_routing__open_hours
            select calendar, day, day + interval 9 hours, day + interval 17 hours
            from generate_series(timestamp '2024-12-01', timestamp '2026-12-01', interval 1 day)
                as days (day)
            cross join (values ('new_york'), ('berlin')) as offices (calendar)
            """
        )
    return path


def decided(config: Path, warehouse: Path) -> dict[str, tuple[str, str]]:
    run.run(warehouse, routing_rules.read(config, "sandbox"))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select lead_id, rule, owner from routing.decisions").fetchall()
    return {lead: (rule, owner) for lead, rule, owner in rows}


def test_an_edited_rule_file_decides_otherwise_without_any_code(
    config: Path, warehouse: Path
) -> None:
    before = decided(config, warehouse)
    assert before["l1"] == before["l2"] == ("dach", "rep_3")
    assert before["l3"][0] == "everybody_else"
    edit(config, "at_least: 900", "at_least: 500")
    edit(config, "route_to: {owner: rep_3}", "route_to: {owner: rep_4}")
    after = decided(config, warehouse)
    assert after["l1"] == ("dach", "rep_4")
    assert after["l2"] == ("named_accounts", "rep_7")
    assert after["l3"] == before["l3"]


def test_decisions_are_replaced_and_not_added(config: Path, warehouse: Path) -> None:
    assert decided(config, warehouse) == decided(config, warehouse)


@pytest.fixture
def house(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SCALE", "SEED", "AS_OF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENGINEROOM_HOME", str(warehouse.parent))
    monkeypatch.setenv("ENGINEROOM_KIND", "sandbox")
    monkeypatch.setenv("AS_OF", "2026-03-02T15:00:00")
    return warehouse.parent


def test_a_batch_of_a_file_is_decided_by_the_same_engine(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("country_code,region_code\n" + "US,US-NY\n" * 99 + "DE,\n", "utf-8")
    assert main(["routing", "decide", str(file)]) == 0
    said = capsys.readouterr().out
    assert "row 000100: rep_3. Rule dach of version regions" in said
    shares = {
        owner: int(leads)
        for owner, leads in re.findall(r"^north_america +(\w+) +(\d+)$", said, re.MULTILINE)
    }
    assert sum(shares.values()) == 99
    file.write_text("country\nDE\n", "utf-8")
    assert main(["routing", "decide", str(file)]) == 2
    assert "no rule asks for country; the columns may be lead_id" in capsys.readouterr().err


def test_a_version_is_replayed_and_an_unknown_one_refused_by_name(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["routing", "replay", "opening"]) == 0
    assert "2 of 3 leads would be another owner's" in capsys.readouterr().out
    assert main(["routing", "replay", "closing"]) == 2
    assert "no version of the rules is called closing; there are" in capsys.readouterr().err


def test_nothing_is_explained_before_a_run(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routing", "explain", "l1"]) == 2
    assert "`engineroom run` first" in capsys.readouterr().err
    (house / "warehouse.duckdb").unlink()
    assert main(["routing", "explain", "l1"]) == 2
    assert "has no warehouse yet" in capsys.readouterr().err
