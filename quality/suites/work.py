"""Launches as the work tool holds them: tasks with someone to do them, events that add up."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Rule, Suite, Systems, rule

RULES_TASKS = (
    rule(
        "work_task_has_someone_to_do_it",
        gxe.ExpectColumnValuesToNotBeNull(
            column="assignee_id", row_condition=Column("task_type") != "other", mostly=0.9
        ),
        dimension="completeness",
    ),
    rule(
        "work_milestone_has_a_due_day",
        gxe.ExpectColumnValuesToNotBeNull(
            column="due_on", row_condition=Column("task_type") == "milestone", mostly=0.95
        ),
        dimension="completeness",
    ),
    rule(
        "work_approval_says_how_it_stands",
        gxe.ExpectColumnValuesToNotBeNull(
            column="approval_status", row_condition=Column("task_type") == "approval"
        ),
        dimension="completeness",
    ),
    rule(
        "work_task_is_completed_at_an_instant_or_open",
        gxe.ExpectColumnValuesToBeInSet(column="contradictions", value_set=[0]),
        dimension="consistency",
    ),
)

RULES_EVENTS = (
    rule(
        "work_event_has_an_instant",
        gxe.ExpectColumnValuesToNotBeNull(column="occurred_at"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "work_event_is_of_a_known_task",
        gxe.ExpectColumnValuesToBeInSet(column="is_of_a_task", value_set=[True], mostly=0.99),
        dimension="consistency",
    ),
)

RULES_PROJECTS = (
    rule(
        "work_project_has_an_owner",
        gxe.ExpectColumnValuesToNotBeNull(column="owner_id", mostly=0.9),
        dimension="completeness",
    ),
)


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of launches, alike for every work tool."""
    return [suite for system in systems["work_systems"] for suite in _of(system)]


def _of(system: str) -> list[Suite]:
    tasks, events = f"staging.stg_{system}__work_tasks", f"staging.stg_{system}__work_task_events"
    return [
        _suite(
            system,
            "tasks",
            "select task_id, task_type, assignee_id, due_on, approval_status,"
            " case when is_completed = (completed_at is not null) then 0 else 1 end"
            f" as contradictions from {tasks} where not is_deleted and not is_separator",
            ("task_id",),
            RULES_TASKS,
        ),
        _suite(
            system,
            "task_events",
            "select events.event_id, events.occurred_at, tasks.task_id is not null as is_of_a_task"
            f" from {events} as events left join {tasks} as tasks"
            " on events.task_id = tasks.task_id where not events.is_deleted",
            ("event_id",),
            RULES_EVENTS,
        ),
        _suite(
            system,
            "projects",
            f"select project_id, owner_id from staging.stg_{system}__work_projects"
            " where not is_deleted",
            ("project_id",),
            RULES_PROJECTS,
        ),
    ]


def _suite(
    system: str, things: str, query: str, key: tuple[str, ...], rules: tuple[Rule, ...]
) -> Suite:
    return Suite(
        name=f"staged_{system}_work_{things}",
        gate="staging",
        source=system,
        object=things,
        table=("staging", f"stg_{system}__work_{things}"),
        query=query,
        key=key,
        rules=rules,
    )
