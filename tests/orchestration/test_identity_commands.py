"""A flood of merges from the run to the approval, and a merge from the run to its undoing."""

import dagster as dg
import duckdb
import pytest

import quality.run
from orchestration import cli, home, rooms
from orchestration.house import House
from orchestration.settings import PROJECT, Refused, Settings
from tests.identity.test_resolve import DAY_1, Company
from tests.orchestration.test_fits_of_broken_rows import model

# A table of records, and the mart of persons that reads them.
PARSED = {
    "nodes": {
        "contacts": model("staging", "hubspot", "stg_hubspot__contacts"),
        "persons": model("marts", "identity", "dim_persons"),
    },
    "sources": {},
    "child_map": {"contacts": ["persons"]},
}


@pytest.fixture
def settings(tmp_path):
    """A home with twenty people, and the shipped rules without the scored tier."""
    config = tmp_path / "project" / "config"
    (config / "schema").mkdir(parents=True)
    (config.parent / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text("utf-8"))
    schema = "schema/matching.schema.json"
    (config / schema).write_text((PROJECT / "config" / schema).read_text("utf-8"), "utf-8")
    rules = (PROJECT / "config" / "matching.yml").read_text("utf-8")
    scored = "probabilistic:\n  is_on: true"
    assert scored in rules
    (config / "matching.yml").write_text(rules.replace(scored, scored.replace("true", "false")))
    found = Settings(home=tmp_path / "home", project=tmp_path / "project")
    home.create(found)
    return found


def people(settings, *married):
    """The records of twenty people; a pair that married has one telephone and one name."""
    company = Company(settings.home)
    for number in range(20):
        pair = number // 2 if number // 2 in married else None
        company.record(
            f"{number:02d}", first_key="ann", email_key=f"p@c{number}.example",
            last_key=f"lee{number}" if pair is None else f"one{pair}",
            phone_key=None if pair is None else f"212555236{pair}",
        )  # fmt: skip
    company.put()
    return company


def run(settings, run_id):
    """Resolve as a run does; return the check and its message."""
    records = dg.AssetKey(["intermediate", "int_identity__records"])
    asset = rooms._identity(PARSED, ["person_map", "ledger"], records)
    house = House(settings, "sandbox", DAY_1.replace(tzinfo=None), run_id)
    house.suites = []
    done = dg.materialize([asset], resources={"house": house})
    (check,) = done.get_asset_check_evaluations()
    assert (check.asset_key.path[-1], check.check_name) == ("person_map", rooms.CHANGES_ARE_FEW)
    return check.passed, check.metadata["message"].value


def command(settings, *arguments):
    chosen = cli._parser().parse_args(["identity", *arguments])
    return chosen.command(settings, chosen)


def test_a_flood_of_merges_is_red_until_somebody_approves_the_run(settings, capsys):
    people(settings)
    assert run(settings, "first") == (True, "nothing waits")
    company = people(settings, 0, 1, 2)
    passed, told = run(settings, "flood")
    assert not passed
    assert told.startswith("3 merges and 0 splits of 20 known persons (15.0%, the limit is 1%)")
    assert "engineroom identity approve flood" in told
    assert command(settings, "changes") == 0
    assert capsys.readouterr().out.count(" waits: ") == 3
    with pytest.raises(Refused, match="what waits: flood"):
        command(settings, "approve", "first")
    assert command(settings, "approve", "flood", "--by", "ada") == 0
    assert "3 changes approved by ada" in capsys.readouterr().out
    assert run(settings, "done") == (True, "nothing waits")
    assert company.person("00") == company.person("01")


@pytest.mark.parametrize(
    ("gate", "is_overridden", "waits"),
    [("staging", False, True), ("staging", True, False), ("marts", False, False)],
)
def test_a_batch_that_hygiene_refused_merges_nobody(settings, gate, is_overridden, waits):
    people(settings)
    run(settings, "first")
    quality.run.ensure_tables(settings.warehouse)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "insert into quality.results by name select 'bad' as run_id, ? as gate,"
            " 'contact_has_email' as rule_id, 'blocking' as severity, false as passed,"
            " 'staging' as table_schema, 'stg_hubspot__contacts' as table_name,"
            " ? as is_overridden",
            [gate, is_overridden],
        )
    people(settings, 0)
    passed, told = run(settings, "bad")
    assert passed is not waits
    assert told.startswith(
        "1 merges and 0 splits of 20 known persons (the records break contact_has_email) wait"
        if waits
        else "nothing waits"
    )


def test_an_undone_merge_is_parted_by_the_next_run_under_the_old_id(settings, capsys):
    people(settings)
    run(settings, "first")
    company = people(settings, 4)
    older, younger = company.person("08"), company.person("09")
    run(settings, "pair")
    assert company.person("09") == older
    with pytest.raises(Refused, match="no person and no event"):
        command(settings, "undo", "nobody", "--reason", "a slip")
    assert command(settings, "undo", younger, "--reason", "two people", "--by", "ada") == 0
    assert (
        f"1 decisions never_merge written, `engineroom run` applies them; {younger} comes back"
        in (capsys.readouterr().out)
    )
    assert run(settings, "parted")[0]
    assert (company.person("08"), company.person("09")) == (older, younger)
    assert command(settings, "changes", "parted") == 0
    assert f"{younger} split from {older}" in capsys.readouterr().out
