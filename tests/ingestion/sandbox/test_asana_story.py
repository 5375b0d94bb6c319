"""What was loaded of Asana is what happened, on two seeds, day after day and after deletions."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from live_sandbox import AS_OF, Live, serving

from ingestion.config import sandbox_config
from ingestion.pipeline import load
from ingestion.sandbox.company import Company
from ingestion.sandbox.launch_pieces import Piece
from ingestion.sandbox.launch_work import pieces
from ingestion.sandbox.launches import launches
from ingestion.sandbox.wire import asana
from ingestion.sandbox.wire.asana_shape import gid
from ingestion.sources import SOURCES

pytestmark = pytest.mark.slow
OPEN = "where _dlt_valid_to is null and not is_deleted"


def _load(live: Live, home: Path, at: datetime) -> None:
    live.world.clock = _millis(at)
    load(
        "asana",
        warehouse=home / "warehouse.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config=sandbox_config(SOURCES["asana"], {}, live.base),
        as_of=at,
        run_id=f"run-{at:%Y%m%d%H}",
    )


def _rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _utc(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC).replace(tzinfo=None)


def _work(company: Company, clock: int) -> Iterator[Piece]:
    """Yield every task that is there and that some project or parent leads to."""
    every = [p for launch in launches(company) for p in pieces(company.seed, launch)]
    every += asana.calendar(company)
    for piece in every:
        held: set[int] = set()
        for event in piece.events:
            if event.at <= clock and event.kind == "added_to_project":
                held.add(event.place or 0)
            if event.at <= clock and event.kind == "removed_from_project":
                held.discard(event.place or 0)
        is_gone = piece.gone is not None and piece.gone <= clock
        if piece.created <= clock and not is_gone and (held or piece.parent is not None):
            yield piece


@pytest.fixture(scope="module", params=[5, 29])
def world(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[tuple[Live, Path]]:
    with serving(seed=request.param, scale=0.004) as live:
        home = tmp_path_factory.mktemp("asana")
        _load(live, home, AS_OF)
        yield live, home


def test_every_task_stands_as_its_last_events_left_it(world: tuple[Live, Path]) -> None:
    live, home = world
    clock = _millis(AS_OF)
    expected = {}
    for piece in _work(live.world.company, clock):
        past = [event for event in piece.events if event.at <= clock]
        last = {event.kind: event for event in past}
        marks = [e for e in past if e.kind.startswith("marked_") or e.kind == "approval"]
        done = bool(marks) and marks[-1].kind != "marked_incomplete" and marks[-1].new != "pending"
        due = last.get("due_date_changed")
        expected[gid("task", piece.number)] = (
            done,
            _utc(marks[-1].at) if done else None,
            (last["approval"].new if "approval" in last else "pending")
            if piece.kind == "approval"
            else None,
            due.new if due else None,
            gid("user", int(last["assigned"].new or 0)) if "assigned" in last else None,
        )
    held = _rows(
        home,
        "select gid, completed, completed_at, approval_status, cast(due_on as varchar), "
        f"assignee__gid from raw_asana.tasks {OPEN}",
    )
    copied = {gid("task", 90_000 + place) for place in range(3)}
    assert {id_: tuple(rest) for id_, *rest in held if id_ not in copied} == expected
    assert len(expected) > 400


def test_the_history_of_each_task_is_told_whole(world: tuple[Live, Path]) -> None:
    live, home = world
    clock = _millis(AS_OF)
    expected = {
        (gid("task", piece.number), number, _utc(event.at), gid("user", event.by))
        for piece in _work(live.world.company, clock)
        for number, event in enumerate(piece.events)
        if event.at <= clock
    }
    held = _rows(
        home,
        "select task_gid, cast(gid as bigint) % 100, created_at, created_by__gid "
        f"from raw_asana.stories {OPEN}",
    )
    copied = {gid("task", 90_000 + place) for place in range(3)}
    assert {row for row in held if row[0] not in copied} == expected


def test_what_was_sent_back_is_what_the_history_tells(world: tuple[Live, Path]) -> None:
    live, home = world
    seen = {
        (key, note)
        for kind, _, _, key, note in asana.planted(live.world.company)
        if kind == "approval_sent_back"
    }
    told = _rows(
        home,
        "select task_gid, new_approval_status from raw_asana.stories "
        "where new_approval_status in ('changes_requested', 'rejected')",
    )
    assert len(told) > 10
    assert set(told) <= seen


def test_a_project_says_how_its_launch_stands(world: tuple[Live, Path]) -> None:
    live, home = world
    clock = _millis(AS_OF)
    held = {
        row[0]: row[1:]
        for row in _rows(
            home,
            "select gid, completed, archived, current_status_update__status_type "
            f"from raw_asana.projects {OPEN}",
        )
    }
    counted = 0
    for launch in launches(live.world.company):
        if launch.created <= clock:
            done, archived, status = held[gid("project", 10 + launch.number)]
            assert archived == (launch.archived <= clock)
            assert done == (launch.live is not None and launch.live + 86_400_000 <= clock)
            assert status == "complete" or not done
            counted += done
    assert counted > 20


def test_a_colleague_keeps_the_older_name_in_the_versions(tmp_path: Path) -> None:
    with serving(seed=5, scale=0.004) as live:
        # Zoe Weber married in October 2025; Jonas Brandt left in March 2026.
        for at in (datetime(2025, 10, 1, 6, tzinfo=UTC), AS_OF):
            _load(live, tmp_path, at)
        names = _rows(
            tmp_path,
            f"select name, _dlt_valid_to is null from raw_asana.users "
            f"where gid = '{gid('user', 8)}' order by _dlt_valid_from",
        )
        assert names == [("Zoe Weber", False), ("Zoe Lindqvist", True)]
        left = _rows(
            tmp_path,
            f"select name, is_deleted from raw_asana.users where gid = '{gid('user', 1)}' "
            "and _dlt_valid_to is null",
        )
        assert left == [("Jonas Brandt", True)]


def test_what_was_moved_taken_out_or_deleted_is_known_after_the_weekly_list(
    tmp_path: Path,
) -> None:
    with serving(seed=5, scale=0.004) as live:
        # In May 2026 launch 31 loses its flyer and its press kit, and launch 32 moves a task.
        _load(live, tmp_path, datetime(2026, 5, 8, 6, tzinfo=UTC))
        flyer, kit, webinar = (gid("task", number) for number in (3271, 3272, 3370))
        query = "select gid, is_deleted from raw_asana.tasks where _dlt_valid_to is null "
        query += f"and gid in ('{flyer}', '{kit}') order by 1"
        assert _rows(tmp_path, query) == [(flyer, False), (kit, False)]
        for at in (datetime(2026, 5, 12, 6, tzinfo=UTC), datetime(2026, 5, 28, 6, tzinfo=UTC)):
            _load(live, tmp_path, at)
        assert _rows(tmp_path, query) == [(flyer, True), (kit, True)]
        places = _rows(
            tmp_path,
            "select project_gid, section_name from raw_asana.task_memberships "
            f"{OPEN} and task_gid = '{webinar}'",
        )
        assert places == [(gid("project", 1), "Ideas")]
        # A project that is thrown away takes its tasks and sections along.
        _load(live, tmp_path, datetime(2026, 6, 20, 6, tzinfo=UTC))
        copied = gid("project", 900)
        open_ = f"select count(*) from raw_asana.{{}} {OPEN} and "
        assert _rows(tmp_path, open_.format("projects") + f"gid = '{copied}'") == [(1,)]
        _load(live, tmp_path, datetime(2026, 7, 10, 6, tzinfo=UTC))
        assert _rows(tmp_path, open_.format("projects") + f"gid = '{copied}'") == [(0,)]
        assert _rows(tmp_path, open_.format("sections") + f"project_gid = '{copied}'") == [(0,)]
        places = open_.format("task_memberships") + f"project_gid = '{copied}'"
        assert _rows(tmp_path, places) == [(0,)]
        # The stories of what is gone stay, as the vendor lists them no more.
        kept = "select count(*) > 0 from raw_asana.stories where task_gid = '" + kit + "'"
        assert _rows(tmp_path, kept) == [(True,)]
