"""config/hygiene.yml: what it says is what is judged, and what it cannot mean is refused."""

import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from hygiene import cache
from orchestration import judging, rules
from orchestration.settings import PROJECT, Refused, Settings
from quality import hygiene
from quality.expectations import expectation, is_computed
from quality.rules import Suite
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
DOCUMENT = rules.read(PROJECT / "config", "hygiene")
SUITES = judging.suites(Settings(home=Path()))
# The shares that the platform promises: entity, column, share.
PROMISED = {
    "contact_email_is_well_formed": 0.97,
    "member_email_is_well_formed": 0.97,
    "contact_phone_can_be_dialled": 0.95,
    "record_address_is_not_disposable": 0.98,
    "record_address_is_a_persons_own": 0.95,
    "record_country_is_standardised": 0.98,
    "web_visit_medium_is_in_the_vocabulary": 0.95,
}


def test_every_rule_of_the_file_is_an_expectation_of_its_entity_and_nothing_else_is() -> None:
    wanted = {
        (suite.name, entry["id"], entry.get("at_least", 1), entry["severity"], entry["dimension"])
        for entry in DOCUMENT["rules"]
        for suite in SUITES
        if suite.entity == entry["entity"]
        and suite.source in entry.get("only", [suite.source])
        and suite.source not in entry.get("except", [])
    }
    found = set()
    for suite in SUITES:
        for rule in suite.rules:
            made = expectation(rule, suite)
            found.add((suite.name, made.meta["rule"], made.mostly, rule.severity, rule.dimension))
            if rule.column and not is_computed(rule):
                assert rule.column in (getattr(made, "column", None), getattr(made, "column_A", 0))
    assert found == wanted


def test_every_entity_of_the_file_is_judged() -> None:
    assert {suite.entity for suite in SUITES} == {each["name"] for each in DOCUMENT["entities"]}


def test_the_promised_shares_are_asked_for_and_a_broken_batch_holds_marts_back() -> None:
    by_id = {rule.rule_id: rule for suite in SUITES for rule in suite.rules}
    assert {name: by_id[name].at_least for name in PROMISED} == PROMISED
    assert all(by_id[name].can_block for name in PROMISED)
    assert any(rule.kind == "usual_null_rate" for rule in by_id.values())
    assert "source_was_loaded_within_its_limit" in by_id


def _changed(**told: Any) -> dict[str, Any]:
    document = copy.deepcopy(dict(DOCUMENT))
    entry = {
        "id": "deal_is_mine",
        "entity": "deals",
        "kind": "not_null",
        "column": "amount",
        "severity": "warning",
        "dimension": "validity",
    }
    document["rules"].append({name: value for name, value in {**entry, **told}.items() if value})
    return document


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"column": "amont"}, r"deal_is_mine\).column: deals has no column amont"),
        ({"entity": "dreams"}, r"deal_is_mine\).entity: no entity is called so"),
        ({"id": "deal_has_an_owner"}, r"rules.\d+ \(deal_has_an_owner\): another rule has this id"),
        ({"column": None}, "kind not_null needs column"),
        ({"values": ["a"]}, "kind not_null has no use for values"),
        ({"kind": "unique", "where": "amount > 0"}, "kind unique judges all rows"),
        ({"kind": "matches", "pattern": "fax"}, "no pattern is called so; there are three_letters"),
        ({"kind": "between"}, "needs least, most or both"),
        ({"kind": "not_less_than", "other": "weight"}, "deals has no column weight"),
        ({"kind": "without_problem"}, "kind without_problem needs problem"),
        ({"kind": "without_problem", "problem": "itch"}, "deals has no column itch"),
        ({"at_least": 0.5, "blocks_below": 0.9}, "blocks_below: only a warning"),
        ({"severity": "blocking", "blocks_below": 0.9}, "blocks_below: only a warning"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_its_place(
    told: dict[str, Any], words: str
) -> None:
    with pytest.raises(hygiene.HygieneError, match=words):
        hygiene.suites(_changed(**told), {**_systems()})


def _systems() -> dict[str, list[str]]:
    kinds = {each["each"] for each in DOCUMENT["entities"] if "each" in each}
    return {kind: ["hubspot"] for kind in kinds}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a user's own configuration."""
    root = tmp_path / "project"
    (root / "transform").mkdir(parents=True)
    (root / "config" / "schema").mkdir(parents=True)
    for name in (
        *("config/hygiene.yml", "config/overrides.yml", "config/sources.yml"),
        *(f"config/schema/{each}.schema.json" for each in ("hygiene", "overrides", "sources")),
        "transform/dbt_project.yml",
    ):
        (root / name).write_text((PROJECT / name).read_text())
    return root


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"kind": "usually_right"}, r"config/hygiene.yml, key rules.\d+.kind"),
        ({"severity": "awful"}, r"config/hygiene.yml, key rules.\d+.severity"),
        ({"at_least": 1.5}, r"config/hygiene.yml, key rules.\d+.at_least"),
        ({"colour": "red"}, r"config/hygiene.yml, key rules.\d+"),
        ({"column": "amont"}, r"config/hygiene.yml, key rules.\d+ \(deal_is_mine\).column"),
    ],
)
def test_a_user_reads_the_file_and_the_place_of_what_is_wrong(
    project: Path, tmp_path: Path, told: dict[str, Any], words: str
) -> None:
    (project / "config/hygiene.yml").write_text(yaml.safe_dump(_changed(**told)))
    with pytest.raises(Refused, match=words):
        judging.suites(Settings(home=tmp_path / "home", project=project))


def test_a_users_rule_is_one_entry(project: Path, tmp_path: Path) -> None:
    rule = _changed(kind="condition", column=None, condition="amount > 5", where="amount <> 7")
    (project / "config/hygiene.yml").write_text(yaml.safe_dump(rule))
    suites = judging.suites(Settings(home=tmp_path / "home", project=project))
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create schema staging; create table staging.stg_hubspot__deals as select"
            " 'hubspot' as source, cast(i as varchar) as source_record_id, 'won' as stage_native,"
            " cast(i as decimal(18, 2)) as amount, 'EUR' as currency_code, 'o' as owner_native_id,"
            " timestamp '2026-01-01' as created_at, timestamp '2026-01-01' as closed_at,"
            " false as is_deleted, false as is_archived from range(10) as t(i)"
        )
    ensure_tables(warehouse)
    cache.ensure_tables(warehouse)
    found = run_suites(warehouse, tmp_path, gate="staging", suites=suites, run_id="r", as_of=AS_OF)
    [mine] = [each for each in found if each.rule_id == "deal_is_mine" and each.checked]
    assert (mine.passed, mine.checked, mine.failed, mine.severity) == (False, 9, 6, "warning")


def test_an_override_counts_while_it_lasts_and_names_a_rule_that_blocks(
    project: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", project=project)
    entry = {
        "rule": "deal_has_a_stage",
        "reason": "the new stages are being mapped",
        "signed_by": "head of sales operations",
        "signed_on": "2026-06-30",
        "expires_on": "2026-07-01",
    }

    def overrides(as_of: datetime, **told: str) -> set[str]:
        (project / "config/overrides.yml").write_text(
            yaml.safe_dump({"overrides": [{**entry, **told}]})
        )
        return set(judging.overrides(settings, as_of))

    assert overrides(AS_OF) == {"deal_has_a_stage"}
    assert overrides(datetime(2026, 7, 2)) == set()
    assert overrides(datetime(2026, 6, 29)) == set()
    with pytest.raises(Refused, match=r"overrides.0.rule: deal_has_an_owner is no"):
        overrides(AS_OF, rule="deal_has_an_owner")
    with pytest.raises(Refused, match=r"overrides.0.expires_on"):
        overrides(AS_OF, expires_on="2026-06-01")
    with pytest.raises(Refused, match=r"key overrides.0.expires_on"):
        overrides(AS_OF, expires_on="some day")


def suite_of(name: str) -> Suite:
    """Return a suite of the shipped file."""
    return next(suite for suite in SUITES if suite.name == name)
