"""What is said to be wrong with a launch, its tasks show; and so does the plan sheet."""

import csv
from datetime import datetime

import pytest

from ingestion.sandbox import launch_truth, plans
from ingestion.sandbox.company import DAY, START, Company, generate
from ingestion.sandbox.launch_work import pieces, project_of
from ingestion.sandbox.launches import launches
from ingestion.sandbox.wire.asana_shape import gid

KINDS = ("approval_missing", "approval_late", "page_before_approval", "launch_link_invalid")


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(11, 0.004)


@pytest.fixture(scope="module")
def planted(company: Company) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind, _, _, key, note in launch_truth.planted(company):
        found.setdefault(kind, {})[key] = note
    return found


def test_every_kind_of_fault_is_there(planted: dict[str, dict[str, str]]) -> None:
    assert all(len(planted[kind]) >= 4 for kind in KINDS)
    assert planted["launch_untracked"]
    assert planted["launch_unbudgeted"]


def test_an_approval_is_missing_or_late_where_it_is_said_to_be(
    company: Company, planted: dict[str, dict[str, str]]
) -> None:
    for launch in launches(company):
        if launch.live is None:
            continue
        key = gid("project", project_of(launch))
        given = {
            piece.name: max((e.at for e in piece.events if e.new == "approved"), default=None)
            for piece in pieces(company.seed, launch)
            if piece.kind == "approval"
        }
        assert (None in given.values()) == (key in planted["approval_missing"])
        late = [at for at in given.values() if at is not None and at > launch.live]
        assert bool(late) == (key in planted["approval_late"])
        if late:
            told = datetime.fromisoformat(planted["approval_late"][key])
            assert [int(told.timestamp() * 1000)] == late


def test_a_good_link_has_every_tag_and_a_bad_one_has_not(
    company: Company, planted: dict[str, dict[str, str]]
) -> None:
    for launch in launches(company):
        if launch.live is None:
            continue
        link = next(piece.link for piece in pieces(company.seed, launch) if piece.link)
        good = f"?utm_source=linkedin&utm_medium=social&utm_campaign={launch.slug}"
        is_bad = gid("project", project_of(launch)) in planted["launch_link_invalid"]
        assert link.endswith(good) != is_bad


def test_the_sheet_leaves_out_what_is_said_to_be_without_a_line(company: Company, tmp_path) -> None:
    written = plans.write_plans(company, tmp_path, 0, START + 800 * DAY)
    assert [path.name for path in written] == [
        *("budgets-2025-06.csv", "budgets-2025-12.csv", "budgets-2026-06.csv"),
        "budgets-2026-12.csv",
    ]
    with written[-1].open(encoding="utf-8") as file:
        rows = {(r["month"], r["channel"], r["campaign"]): r for r in csv.DictReader(file)}
    kinds: dict[str, set[str]] = {}
    for kind, _, _, key, _ in plans.planted(company):
        kinds.setdefault(kind, set()).add(key)
    spent = plans.spend(company)
    missing = {"|".join(key) for key in spent.keys() - rows.keys()}
    assert missing == kinds["budget_line_missing"]
    assert {"|".join(key) for key in rows.keys() - spent.keys()} == kinds["budget_line_unspent"]
    over = {
        "|".join(key)
        for key, row in rows.items()
        if key in spent
        and float(row["budget"].replace(",", "")) * plans.DOLLARS[row["currency"]] < spent[key]
    }
    assert over == kinds["budget_overspent"]


def test_a_sheet_appears_once_and_before_its_half_year(company: Company, tmp_path) -> None:
    first = plans.write_plans(company, tmp_path, 0, START + DAY)
    assert [path.name for path in first] == ["budgets-2025-06.csv"]
    assert plans.write_plans(company, tmp_path, START + DAY, START + 100 * DAY) == []
