"""The raw tables of Asana, in the names of its API, and the fields that are asked for.

What people write to each other is not read: neither the text of stories and status updates nor the
notes of tasks and projects.
"""

from ingestion.contract import Column, Table, columns

APPROVALS = ("pending", "approved", "rejected", "changes_requested")
STATUSES = (
    *("on_track", "at_risk", "off_track", "on_hold", "complete"),
    *("achieved", "partial", "missed", "dropped"),
)

WORKSPACES = Table(
    "workspaces",
    "versioned",
    ("gid",),
    (*columns("gid name"), Column("is_organization", "bool")),
)
USERS = Table("users", "versioned", ("gid",), (Column("gid"), *columns("name email", pii=True)))
PROJECTS = Table(
    "projects",
    "versioned",
    ("gid",),
    (
        *columns("gid name workspace__gid owner__gid completed_by__gid team__gid team__name"),
        *columns("privacy_setting permalink_url"),
        *columns("current_status_update__gid current_status_update__status_type"),
        *columns("archived completed", "bool"),
        *columns("start_on due_on", "date"),
        *columns(
            "created_at modified_at completed_at current_status_update__created_at", "timestamp"
        ),
    ),
    order="modified_at",
)
SECTIONS = Table(
    "sections",
    "versioned",
    ("gid",),
    (*columns("gid project_gid name"), Column("created_at", "timestamp")),
    unit=("project_gid",),
)
STATUS_UPDATES = Table(
    "status_updates",
    "versioned",
    ("gid",),
    (
        *columns("gid project_gid created_by__gid"),
        Column("status_type", words=STATUSES),
        *columns("created_at modified_at", "timestamp"),
    ),
    unit=("project_gid",),
)
TASKS = Table(
    "tasks",
    "versioned",
    ("gid",),
    (
        *columns("gid name resource_subtype parent__gid workspace__gid permalink_url"),
        *columns("assignee__gid created_by__gid completed_by__gid"),
        Column("approval_status", words=APPROVALS),
        *columns("completed is_rendered_as_separator", "bool"),
        *columns("num_subtasks actual_time_minutes", "bigint"),
        *columns("start_on due_on", "date"),
        *columns("start_at due_at created_at modified_at completed_at", "timestamp"),
    ),
    order="modified_at",
)
MEMBERSHIPS = Table(
    "task_memberships",
    "versioned",
    ("task_gid", "project_gid"),
    columns("task_gid project_gid section_gid section_name"),
    unit=("task_gid",),
)
DEPENDENCIES = Table(
    "task_dependencies",
    "versioned",
    ("task_gid", "depends_on_gid"),
    columns("task_gid depends_on_gid"),
    unit=("task_gid",),
)
# Of projects and of tasks, whose ids never collide; a field without a value has no row.
VALUES = Table(
    "custom_field_values",
    "versioned",
    ("resource_gid", "custom_field_gid"),
    (
        *columns("resource_gid resource_type custom_field_gid name resource_subtype"),
        *columns("format currency_code enum_value__gid enum_value__name"),
        Column("number_value", "decimal"),
        # Free text may name anyone.
        Column("text_value", pii=True),
        Column("date_value__date", "date"),
        Column("date_value__date_time", "timestamp"),
        *columns("multi_enum_values people_value", "json"),
    ),
    unit=("resource_gid",),
)
STORIES = Table(
    "stories",
    "versioned",
    ("gid",),
    (
        *columns("gid task_gid type resource_subtype source created_by__gid"),
        *columns("assignee__gid project__gid dependency__gid"),
        *columns("old_section__gid old_section__name new_section__gid new_section__name"),
        Column("old_approval_status", words=APPROVALS),
        Column("new_approval_status", words=APPROVALS),
        *columns("old_resource_subtype new_resource_subtype"),
        *columns("custom_field__gid custom_field__name old_enum_value__name new_enum_value__name"),
        *columns("old_number_value new_number_value", "decimal"),
        *columns("old_dates__start_on old_dates__due_on", "date"),
        *columns("new_dates__start_on new_dates__due_on", "date"),
        *columns("old_dates__due_at new_dates__due_at created_at", "timestamp"),
    ),
    unit=("task_gid",),
)


def fields(table: Table, *others: str) -> str:
    """Return the fields of a table's columns as `opt_fields` takes them, and others besides."""
    own = (each.name.replace("__", ".") for each in table.columns)
    # `task_gid` and the like are the address that was asked.
    return ",".join((*(name for name in own if not name.endswith("_gid")), *others))


_VALUES = tuple(
    f"custom_fields.{name}"
    for name in (
        *("gid", "name", "resource_subtype", "format", "currency_code", "number_value"),
        *("enum_value.gid", "enum_value.name", "text_value", "date_value.date"),
        *("date_value.date_time", "multi_enum_values.gid", "multi_enum_values.name"),
        "people_value.gid",
    )
)
PROJECT_FIELDS = fields(PROJECTS, *_VALUES)
TASK_FIELDS = fields(
    TASKS,
    *("memberships.project.gid", "memberships.section.gid", "memberships.section.name"),
    "dependencies.gid",
    *_VALUES,
)
