"""The end of an API's version is told at each threshold once, by a warning, never by a red run."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import dagster as dg
import pytest

from ingestion.catalogue import Api
from ingestion.sources import SOURCES
from orchestration import alerts, home, ingest
from orchestration.house import House

ENDS = date(2026, 10, 1)
SOURCE = replace(SOURCES["hubspot"], api=Api("v9", ENDS, "the vendor's page"))


def _judged(settings, left):
    on = datetime(2026, 10, 1, 6) - timedelta(days=left)
    house = House(settings, "sandbox", on, "run")
    (check,) = [ingest._version(SOURCE, SOURCE.api, house)]
    instance = dg.DagsterInstance.ephemeral()

    @dg.multi_asset_check(specs=[s for s in ingest._checks(SOURCE) if s.name == check.check_name])
    def judge():
        yield check

    done = dg.materialize(
        [*_tables(), judge], instance=instance, selection=dg.AssetSelection.checks(judge)
    )
    return check, alerts.judged_by_run(instance, done.run_id)


def _tables():
    return [dg.AssetSpec(key) for key in ingest.keys(SOURCE)]


@pytest.mark.parametrize(
    ("left", "within"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0)]
)
def test_each_threshold_is_an_incident_of_its_own(settings, left, within):
    home.create(settings)
    check, judged = _judged(settings, left)
    assert check.passed == (within is None)
    assert check.severity == dg.AssetCheckSeverity.WARN
    wanted = [] if within is None else [f"api_version:hubspot:{within}"]
    assert [finding.key for finding in judged.findings] == wanted
    assert judged.fine >= {f"api_version:hubspot:{d}" for d in (60, 30, 7, 0) if d != within}
    assert "2026-10-01" in check.metadata["message"].value


def test_a_version_without_an_end_is_fine(settings):
    home.create(settings)
    api = Api("v9", None, "one version since 2014")
    check = ingest._version(SOURCE, api, House(settings, "sandbox", datetime(2026, 7, 1), "run"))
    assert check.passed
    assert "no end" in check.metadata["message"].value


def test_every_source_with_an_api_has_the_check_once():
    for source in SOURCES.values():
        named = [each for each in ingest._checks(source) if each.name == ingest.VERSION_CHECK]
        assert len(named) == (source.api is not None)
