"""The made-up company keeps its own story straight."""

from pathlib import Path

import orjson
import pytest

from ingestion.sandbox.company import DAY, Company, generate
from ingestion.sandbox.files import write_event_files
from ingestion.sandbox.ledger import Change, Ledger
from ingestion.sandbox.truth import tables
from ingestion.sandbox.vendors import ledger_of
from ingestion.sandbox.wire import hubspot

MIDNIGHT = 1_780_272_000_000  # 2026-06-01
SEED, SCALE = 7, 0.02


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(SEED, SCALE)


@pytest.fixture(scope="module")
def ledger(company: Company) -> Ledger:
    return ledger_of(company)


def _of(ledger: Ledger, vendor: str, object_: str) -> list[Change]:
    return [each for each in ledger.changes if (each.vendor, each.object) == (vendor, object_)]


def test_the_same_seed_gives_the_same_ledger(ledger: Ledger) -> None:
    assert ledger_of(generate(SEED, SCALE)).changes == ledger.changes


@pytest.fixture(scope="module")
def crowd() -> Ledger:
    """Enough contacts for the one in a hundred that shows late to be overtaken."""
    return Ledger(hubspot.changes(generate(SEED, 0.5)))


@pytest.mark.parametrize("object_", ["contacts", "deals", "companies"])
def test_no_late_version_overtakes_a_newer_one(crowd: Ledger, object_: str) -> None:
    last: dict[str, int] = {}
    for each in _of(crowd, "hubspot", object_):
        if each.status == "live":
            assert each.sort_at >= last.get(each.key, 0), each.key
            last[each.key] = each.sort_at


def test_a_winner_goes_on_naming_the_contact_merged_into_it(ledger: Ledger) -> None:
    named: dict[str, str] = {}
    for each in _of(ledger, "hubspot", "contacts"):
        properties = orjson.loads(each.body)["properties"]
        merged = properties["hs_merged_object_ids"] or ""
        assert merged == named.get(each.key, merged)
        if merged:
            named[each.key] = merged
    assert named


def test_a_deal_ends_in_the_newest_stage_of_its_history(ledger: Ledger) -> None:
    for each in _of(ledger, "hubspot", "deals"):
        body = orjson.loads(each.body)
        history = body["propertiesWithHistory"]["dealstage"]
        assert history[0]["value"] == body["properties"]["dealstage"]
        assert [line["timestamp"] for line in history] == sorted(
            (line["timestamp"] for line in history), reverse=True
        )


def test_a_mirrored_deal_holds_what_its_opportunity_holds(ledger: Ledger) -> None:
    sold = {each.key: orjson.loads(each.body) for each in _of(ledger, "salesforce", "Opportunity")}
    mirrors = {}
    for each in _of(ledger, "hubspot", "deals"):
        properties = orjson.loads(each.body)["properties"]
        if properties["hs_salesforceopportunityid"]:
            mirrors[properties["hs_salesforceopportunityid"]] = properties
    assert mirrors
    for id_, properties in mirrors.items():
        assert float(properties["amount"]) == sold[id_]["Amount"]
        assert properties["deal_currency_code"] == sold[id_]["CurrencyIsoCode"]
        assert (properties["dealstage"] == "closedwon") == sold[id_]["IsWon"]


def test_a_converted_lead_names_a_contact_and_a_loser_its_winner(ledger: Ledger) -> None:
    leads = {each.key: orjson.loads(each.body) for each in _of(ledger, "salesforce", "Lead")}
    people = {each.key for each in _of(ledger, "salesforce", "Contact")}
    became = [each["ConvertedContactId"] for each in leads.values() if each["IsConverted"]]
    winners = [each["MasterRecordId"] for each in leads.values() if each["MasterRecordId"]]
    assert set(became) <= people
    assert set(winners) <= set(leads)
    assert became
    assert winners
    assert all(len(key) == 18 for key in (*leads, *people))


def test_files_written_day_by_day_equal_files_written_at_once(
    company: Company, tmp_path: Path
) -> None:
    since, until = MIDNIGHT, MIDNIGHT + 6 * DAY
    write_event_files(company, tmp_path / "whole", 0, until)
    write_event_files(company, tmp_path / "once", since, until)
    for start in range(since, until, DAY):
        write_event_files(company, tmp_path / "daily", start, start + DAY)
    once = {path.name: path.read_bytes() for path in (tmp_path / "once").iterdir()}
    daily = {path.name: path.read_bytes() for path in (tmp_path / "daily").iterdir()}
    assert once
    assert daily == once
    assert {name: (tmp_path / "whole" / name).read_bytes() for name in once} == once


def test_true_shares_of_a_stage_sum_to_one(company: Company) -> None:
    shares = tables(company)["channel_effects"].group_by("stage").agg(total="true_share")
    assert all(abs(sum(row["total"]) - 1) < 1e-9 for row in shares.to_dicts())
