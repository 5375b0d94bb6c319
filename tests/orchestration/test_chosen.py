"""A real home shows and models what it reads, and never loses the history of what it once read."""

import json

import pytest

from ingestion.sources import SOURCES
from orchestration import builds, chosen, definitions, home, run, schedules, transform
from orchestration.settings import PROJECT, Refused, Settings

HUBSPOT = {"ENGINEROOM_HUBSPOT_ACCESS_TOKEN": "pat-1"}
FILES = {name for name, source in SOURCES.items() if not source.secrets}


def real(folder, environment=HUBSPOT, project=PROJECT):
    made = Settings(home=folder, kind="real", environment=environment, project=project)
    home.create(made)
    return made


def written(tmp_path, text):
    """A project whose settings of sources are these."""
    root = tmp_path / "project"
    (root / "config" / "schema").mkdir(parents=True)
    (root / "config" / "sources.yml").write_text(text)
    (root / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    schema = PROJECT / "config" / "schema" / "sources.schema.json"
    (root / "config" / "schema" / schema.name).write_text(schema.read_text())
    return root


def test_a_sandbox_home_reads_everything(tmp_path):
    assert list(chosen.read(Settings(home=tmp_path))) == list(SOURCES)


def test_a_real_home_reads_what_it_is_connected_to(tmp_path):
    assert set(chosen.read(real(tmp_path / "h"))) == FILES | {"hubspot"}


@pytest.mark.parametrize("kind", ["real", "sandbox"])
def test_what_is_switched_off_is_not_read(tmp_path, kind):
    project = written(tmp_path, "hubspot: {enabled: false}")
    told = Settings(home=tmp_path / "h", kind=kind, environment=HUBSPOT, project=project)
    assert "hubspot" not in chosen.read(told)


def test_what_is_switched_on_is_read_and_says_what_lacks(tmp_path):
    told = real(tmp_path / "h", {}, written(tmp_path, "mailchimp: {enabled: true}"))
    assert set(chosen.read(told)) == FILES | {"mailchimp"}


def test_credentials_that_go_missing_leave_the_history_in_the_models(tmp_path):
    chosen.remember(real(tmp_path / "h"))
    assert "hubspot" not in chosen.read(real(tmp_path / "h", {}))
    assert "hubspot" in chosen.modelled(real(tmp_path / "h", {}))
    assert "mailchimp" not in chosen.modelled(real(tmp_path / "h", {}))


def test_a_home_without_a_list_may_hold_rows_of_any_source(tmp_path):
    told = real(tmp_path / "h")
    told.warehouse.touch()
    assert chosen.modelled(told) == list(SOURCES)
    chosen.remember(told)
    assert json.loads((told.home / "sources.json").read_text())["loaded"] == list(SOURCES)


def test_a_kind_that_nobody_speaks_keeps_the_columns_of_its_first_system(tmp_path):
    narrowed = chosen.systems(
        real(tmp_path / "h"), {"ads": ["google_ads", "x"], "crm": ["hubspot"]}
    )
    assert narrowed == {"ads": ["google_ads"], "crm": ["hubspot"]}


def test_a_run_of_a_source_that_is_not_connected_is_refused(tmp_path):
    with pytest.raises(Refused, match="mailchimp: not connected"):
        run.run(real(tmp_path / "h"), sources=["mailchimp"], say=lambda _: None)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """The graph of a real home that reads HubSpot and files."""
    told = real(tmp_path_factory.mktemp("narrow") / "home")
    parsed = transform.manifest(told)
    return told, parsed, definitions.build(told, parsed).get_repository_def()


def test_only_what_is_read_appears_in_dagster(narrow):
    told, parsed, repository = narrow
    shown = set(transform.systems(told)["crm_systems"]) | set(chosen.modelled(told))
    shapes = {names[0] for names in transform.systems(told).values()}
    groups = {
        repository.asset_graph.get(key).group_name
        for key in repository.asset_graph.get_all_asset_keys()
    }
    absent = set(SOURCES) - shown - shapes
    assert absent
    assert not groups & (absent | {f"staging_{name}" for name in absent})
    loads = {job.name for job in repository.get_all_jobs() if job.name.startswith("load_only_")}
    assert loads == {f"load_only_{name}" for name in chosen.read(told)}
    assert repository.get_job(schedules.JOB)
    assert transform.left_out(told, parsed) == [n for n in SOURCES if n in absent]


def test_connecting_another_source_parses_and_builds_anew(tmp_path, monkeypatch):
    parses = []
    monkeypatch.setattr(
        transform, "parse", lambda told: (parses.append(1), told.manifest.write_text("{}"))
    )
    home_, both = tmp_path / "h", {**HUBSPOT, "ENGINEROOM_MAILCHIMP_API_KEY": "k-us1"}
    for environment in (HUBSPOT, HUBSPOT, both, both):
        transform.manifest(real(home_, environment))
    assert len(parses) == 2
    assert builds.chosen.modelled(real(home_, both)) != builds.chosen.modelled(real(home_))
