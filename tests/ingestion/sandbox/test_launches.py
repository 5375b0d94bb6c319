"""The company's launches keep one story: with its announcements, its team, and themselves."""

from dataclasses import replace

import orjson
import pytest

from ingestion.sandbox.announcements import announcements
from ingestion.sandbox.company import DAY, Company, generate
from ingestion.sandbox.launch_work import pieces, project_of
from ingestion.sandbox.launches import HANDOVER, NEW_COPY, Launch, launches
from ingestion.sandbox.wire import asana
from ingestion.sandbox.wire.adaptlypost import cuid
from ingestion.sandbox.wire.asana_shape import gid


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(3, 0.004)


def test_a_launch_goes_live_when_its_announcement_comes_out(company: Company) -> None:
    out = {each.number: each.targets[0].published for each in announcements(company)}
    found = list(launches(company))
    assert len(found) == 45
    for each in found:
        if each.announcement is None:
            assert each.called_off is not None
            assert each.live is None
        else:
            assert each.live == out[each.announcement.number]
            assert each.slug in each.announcement.text
            assert each.created < each.planned <= each.live


def test_every_kind_of_trap_is_planted(company: Company) -> None:
    kinds = {kind for kind, *_ in asana.planted(company)}
    assert kinds == {
        *("launch_late", "launch_called_off", "approval_sent_back", "task_moved"),
        *("task_removed", "task_deleted", "project_deleted", "colleague_renamed"),
        "colleague_left",
    }


def test_an_approval_that_was_sent_back_is_decided_again_and_its_subject_redone(
    company: Company,
) -> None:
    sent_back = 0
    for launch in launches(company):
        made = {piece.number: piece for piece in pieces(company.seed, launch)}
        for piece in made.values():
            decided = [event for event in piece.events if event.kind == "approval"]
            assert [event.old for event in decided] == ["pending", *(e.new for e in decided)][:-1]
            if len(decided) == 3 and launch.called_off is None:
                sent_back += 1
                subject = made[piece.needs[0]]
                again = [e for e in subject.events if e.kind == "marked_incomplete"]
                assert any(decided[0].at < event.at < decided[1].at for event in again)
                assert decided[2].new == "approved"
    assert sent_back > 10


def test_nobody_who_left_is_given_work_afterwards(company: Company) -> None:
    takers = {
        event.new
        for launch in launches(company)
        for piece in pieces(company.seed, launch)
        for event in piece.events
        if event.kind == "assigned" and event.at >= HANDOVER
    }
    assert NEW_COPY in takers
    assert 1 not in takers


def test_the_task_of_an_announcement_names_the_post_in_the_publishing_tool(
    company: Company,
) -> None:
    named = {}
    for each in asana.changes(company):
        if each.object == "tasks":
            values = {f["name"]: f for f in orjson.loads(each.body)["custom_fields"]}
            named[each.key] = values["Post id"]["text_value"]
    for launch in launches(company):
        if launch.announcement:
            task = gid("task", 100 * (launch.number + 1) + 10)
            assert named[task] == cuid(3, f"post/{launch.announcement.number}")


def test_another_plan_of_one_launch_changes_the_records_of_that_launch_alone(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = list(launches(company))
    chosen = next(each for each in every if each.live is not None and not each.is_late)
    before = {(c.object, c.key, c.visible_from): c.body for c in asana.changes(company)}

    def other(_: Company) -> list[Launch]:
        earlier = replace(chosen, planned=chosen.planned - 4 * DAY)
        return [earlier if each is chosen else each for each in every]

    monkeypatch.setattr(asana, "launches", other)
    after = {(c.object, c.key, c.visible_from): c.body for c in asana.changes(company)}
    moved = {key[:2] for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    project, base = project_of(chosen), 100 * (chosen.number + 1)
    own = {
        "projects": {gid("project", project)},
        "status_updates": {gid("status_update", project * 10 + place) for place in range(10)},
        "tasks": {gid("task", base + place) for place in range(100)},
        "stories": {
            gid("story", (base + place) * 100 + event)
            for place in range(100)
            for event in range(100)
        },
    }
    assert all(key in own.get(kind, ()) for kind, key in moved)
    # What was planned is what moved: due days, the plan's change, and that it is late.
    late = {key for kind, _, _, key, _ in asana.planted(company) if kind == "launch_late"}
    assert gid("project", project) in late
    assert ("tasks", gid("task", base + 11)) in moved
    assert ("projects", gid("project", project)) in moved


def test_the_same_seed_gives_the_same_work(company: Company) -> None:
    again = [each.body for each in asana.changes(generate(3, 0.02))]
    # Launches are the company's own, however many people it knows.
    assert again == [each.body for each in asana.changes(company)]
