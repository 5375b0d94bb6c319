"""The asset graph of the real project; dbt is parsed once a session and never run."""

import pytest

from hygiene.kinds import KINDS
from ingestion.sources import SOURCES
from orchestration import checks, definitions, house, judging, release, schedules, transform
from orchestration.settings import PROJECT, Settings


@pytest.fixture(scope="session")
def graph_settings(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("graph"))


@pytest.fixture(scope="session")
def parsed(graph_settings):
    return transform.manifest(graph_settings)


@pytest.fixture(scope="session")
def repository(graph_settings, parsed):
    return definitions.build(graph_settings, parsed).get_repository_def()


@pytest.fixture(scope="session")
def rules(graph_settings):
    return checks.catalogue(judging.suites(graph_settings))


def test_the_definitions_fit_on_one_page():
    lines = (PROJECT / "orchestration" / "definitions.py").read_text().splitlines()
    assert len(lines) <= 60


def test_every_dependency_is_an_asset_that_somebody_makes(repository):
    graph = repository.asset_graph
    phantoms = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if not graph.get(key).is_executable
    ]
    assert phantoms == []


def test_every_model_and_seed_is_built_by_exactly_one_gate(parsed):
    built = [key for gate in transform.GATES for key in transform.members(gate, parsed)]
    assert len(built) == len(set(built))
    wanted = {
        key for key, node in parsed["nodes"].items() if node["resource_type"] in ("model", "seed")
    }
    assert set(built) == wanted


def test_no_model_reads_one_of_a_later_gate(parsed):
    position = {
        key: number
        for number, gate in enumerate(transform.GATES)
        for key in transform.members(gate, parsed)
    }
    backwards = [
        (parent, key)
        for key in position
        for parent in parsed["parent_map"].get(key, [])
        if position.get(parent, -1) > position[key]
    ]
    assert backwards == []


def test_values_are_normalised_between_staging_and_records(repository):
    graph = repository.asset_graph
    kept = [key for key in graph.get_all_asset_keys() if key.path[0] == "hygiene"]
    assert len(kept) == len(KINDS)
    for key in kept:
        assert {each.path[-1] for each in graph.get(key).parent_keys} == {transform.VALUES}
    records = next(
        graph.get(key) for key in graph.get_all_asset_keys() if key.path[-1] == transform.RECORDS
    )
    assert {key.path[-1] for key in records.parent_keys if key.path[0] == "hygiene"} >= {
        "countries",
        "domains",
        "phones",
    }


def test_fits_are_made_of_the_journeys_before_anything_is_credited(repository, parsed):
    graph = repository.asset_graph
    fits = [key for key in graph.get_all_asset_keys() if key.path[0] == "attribution"]
    assert {key.path[-1] for key in fits} == {"fits", "fit_shares"}
    for key in fits:
        assert {each.path[-1] for each in graph.get(key).parent_keys} == set(transform.JOURNEYS)
    last = transform.members(transform.GATES[-1], parsed)
    readers = {parsed["nodes"][key]["name"] for key in last}
    assert {"int_attribution__credits", "int_ads__channel_roi"} <= readers
    assert not set(transform.JOURNEYS) & readers


def test_leads_are_decided_before_anything_is_judged_of_them(repository, parsed):
    graph = repository.asset_graph
    decided = [key for key in graph.get_all_asset_keys() if key.path[0] == "routing"]
    assert {key.path[-1] for key in decided} == {"decisions", "pool_members"}
    for key in decided:
        assert {each.path[-1] for each in graph.get(key).parent_keys} == set(transform.LEADS)
    last = transform.members(transform.GATES[-1], parsed)
    readers = {parsed["nodes"][key]["name"] for key in last}
    assert {"int_routing__verdicts", "int_routing__moments", "int_routing__outcomes"} <= readers
    assert not set(transform.LEADS) & readers


def test_what_is_staged_is_judged_by_the_values_and_before_the_records(repository):
    job = repository.get_job(schedules.JOB)
    waits = {node.name: _awaited(job, node.name) for node in job.nodes}
    assert {"normalise_values", "dbt_staging"} <= waits["check_staging"]
    assert "check_staging" in waits["dbt_records"]
    assert "check_staging" not in waits["normalise_values"]


def _awaited(job, name):
    """The steps that a step waits for, near and far."""
    found, waiting = set(), [name]
    while waiting:
        outputs = job.graph.dependency_structure.all_upstream_outputs_from_node(waiting.pop())
        waiting += {each.node_name for each in outputs} - found
        found |= {each.node_name for each in outputs}
    return found


def test_dagster_builds_in_each_gate_what_the_gate_holds(repository, parsed):
    for gate in transform.GATES:
        made = {
            key.path[-1]
            for each in repository.assets_defs_by_key.values()
            if each.node_def.name == f"dbt_{gate.name}"
            for key in each.keys
        }
        names = {parsed["nodes"][key]["name"] for key in transform.members(gate, parsed)}
        assert made == names


def test_every_hygiene_rule_judges_an_asset_that_exists(repository, rules):
    known = set(repository.asset_graph.get_all_asset_keys())
    assert [rule.rule_id for rule in rules if rule.key not in known] == []


def test_publish_waits_for_every_mart_and_every_guarded_table(repository, parsed, rules):
    graph = repository.asset_graph
    waits_for = graph.get(release.VERSION).parent_keys
    guarded = {rule.key for rule in rules if rule.can_block}
    assert guarded <= waits_for
    marts = {
        node["name"]
        for node in parsed["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    }
    assert marts <= {key.path[-1] for key in waits_for}


def test_every_job_can_be_built_and_a_sources_job_judges_its_own_tables_only(repository):
    for name in (schedules.JOB, *(f"load_only_{source}" for source in SOURCES)):
        repository.get_job(name)
    job = repository.get_job("load_only_hubspot")
    keys = job.asset_layer.asset_graph.asset_check_keys
    judged = {key.asset_key.path[0] for key in job.asset_layer.asset_graph.asset_check_keys}
    assert judged == {"hubspot"}, keys


def test_every_step_waits_for_the_one_writers_pool(repository):
    job = repository.get_job(schedules.JOB)
    assert {node.definition.pool for node in job.nodes} == {house.POOL}


def test_no_step_is_split_as_a_circle_of_waiting_would_have_it(repository):
    names = [node.definition.name for node in repository.get_job(schedules.JOB).nodes]
    assert len(names) == len(set(names))
    nodes = {node.name for node in repository.get_job(schedules.JOB).nodes}
    assert nodes == set(names)


def test_every_asset_has_a_group_an_owner_and_a_plain_description(repository):
    graph = repository.asset_graph
    bare = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if not (graph.get(key).owners and graph.get(key).description and graph.get(key).group_name)
    ]
    assert bare == []
