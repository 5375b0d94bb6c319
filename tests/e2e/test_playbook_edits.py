"""A user edits config/playbooks.yml, and the launches of a finished home change by that alone."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.model_sql import rendered
from orchestration import rules
from orchestration.settings import PROJECT

pytestmark = pytest.mark.slow

RULES = ("playbooks", "playbook_milestones", "playbook_needs", "work_states")
CHAIN = (
    *("projects", "tasks", "fields", "milestones", "planned_milestones", "task_states"),
    *("approvals", "live_evidence", "gates", "flow", "people", "launches", "checks"),
)
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def launches(
    published_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Callable[[str], Rows]]:
    """Return a function that works the launches out by an edited file, to be asked of them."""

    @cache
    def worked_out(*edits: tuple[str, str]) -> Callable[[str], Rows]:
        folder = tmp_path_factory.mktemp("edited")
        config = Path(shutil.copytree(PROJECT / "config", folder / "config"))
        text = (config / "playbooks.yml").read_text("utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (config / "playbooks.yml").write_text(text, "utf-8")
        rules.load(config, folder / "rules.duckdb")
        connection = duckdb.connect(str(folder / "rules.duckdb"))
        path = published_home / "warehouse.duckdb"
        # By this name the views of the staging layer know each other.
        connection.execute(f"attach '{path}' as warehouse (read_only)")
        made = [f"stg_config__{name}" for name in RULES] + [f"int_launches__{n}" for n in CHAIN]

        def table(name: str) -> str:
            layer = "staging" if name.startswith("stg_") else "intermediate"
            return name if name in made else f"warehouse.{layer}.{name}"

        for name in made:
            sql = rendered(
                name, as_of="2026-07-01 06:00:00", ref=table, source=lambda _, t: f"config.{t}"
            )
            connection.execute(f"create table {name} as {sql}")
        return lambda query: connection.execute(query).fetchall()

    return worked_out


DAYS = (
    "select launch_id, milestone, prescribed_on from int_launches__planned_milestones order by 1, 2"
)
FLOW = "select sum(active_business_days), sum(total_business_days) from int_launches__flow"
UNAPPROVED = "select sum(unapproved_at_live) from int_launches__launches"
UNTRACKED = (
    "select count(*) from int_launches__checks where check_name = 'tracking_seen' "
    "and status = 'failed'"
)
NAMES = "select launch_name from int_launches__launches"


def test_the_shipped_file_gives_what_was_published(launches, published_home: Path) -> None:
    ask = launches()
    with duckdb.connect(str(published_home / "warehouse.duckdb"), read_only=True) as home:
        for table in ("launches", "checks", "approvals"):
            query = f"select * from {{}}int_launches__{table} order by all"
            expected = home.execute(query.format("intermediate.")).fetchall()
            assert ask(query.format("")) == expected
            assert len(expected) > 30


def test_another_offset_moves_the_days_of_its_milestone_alone(launches) -> None:
    before = launches()(DAYS)
    after = launches(("business_days_from_live: -24", "business_days_from_live: -30"))(DAYS)
    moved = {new[1] for old, new in zip(before, after, strict=True) if old != new}
    assert moved == {"brief_approved"}
    assert all(new[2] < old[2] for old, new in zip(before, after, strict=True) if old != new)


def test_review_that_counts_as_work_makes_flow_more_efficient(launches) -> None:
    [(worked, total)] = launches()(FLOW)
    review = "value: in review, state: "
    [(more, same)] = launches((f"{review}waiting", f"{review}active"))(FLOW)
    assert worked < more <= same == total


def test_an_approval_that_is_no_gate_holds_nothing_back(launches) -> None:
    gate = "owner_role: legal, is_gate: "
    [(strict,)] = launches()(UNAPPROVED)
    [(mild,)] = launches((f"{gate}true", f"{gate}false"))(UNAPPROVED)
    assert 0 < mild < strict


def test_a_shorter_wait_for_visits_finds_fewer_links_followed(launches) -> None:
    [(usual,)] = launches()(UNTRACKED)
    [(strict,)] = launches(("tracked_days: 14", "tracked_days: 1"))(UNTRACKED)
    assert strict > usual


def test_another_pattern_makes_other_projects_launches(launches) -> None:
    every = launches()(NAMES)
    spring = launches(('project_name: "%: launch %"', 'project_name: "spring%: launch %"'))(NAMES)
    assert 0 < len(spring) < len(every)
    assert all(name.startswith("Spring") for (name,) in spring)
