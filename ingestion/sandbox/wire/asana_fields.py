"""The custom fields of the company's Asana, one of each kind, and their values."""

from functools import cache
from random import Random
from typing import Any

from ingestion.sandbox.company import CAMPAIGNS
from ingestion.sandbox.launches import CHIEF, LEGAL, Launch, local_day
from ingestion.sandbox.wire.asana_shape import compact, who

TIERS = ("Tier 1", "Tier 2", "Tier 3")
REGIONS = ("EMEA", "Americas")
CHANNELS = ("E-mail", "Web", "Social")
PROGRESS = ("Working", "Blocked")
_OPTIONS = (*(slug for slug, _ in CAMPAIGNS), *TIERS, *REGIONS, *CHANNELS, *PROGRESS)
_NAMES = (
    *("Campaign", "Tier", "Budget", "Regions", "Kick-off", "Approvers"),
    *("Channel", "Progress", "Effort", "Post id", "Link", "Page"),
)


@cache
def option(name: str) -> dict[str, Any]:
    """Return an option of a drop-down."""
    return {**compact("enum_option", _OPTIONS.index(name), name), "enabled": True, "color": "none"}


def named(name: str) -> dict[str, Any]:
    """Return a custom field as it stands within a story."""
    return compact("custom_field", _NAMES.index(name), name)


def _field(name: str, subtype: str, value: Any, **more: Any) -> dict[str, Any]:
    held = "date_value" if subtype == "date" else f"{subtype}_value"
    held = "multi_enum_values" if subtype == "multi_enum" else held
    return {
        **named(name),
        "type": subtype,
        "resource_subtype": subtype,
        "enabled": True,
        "format": "none",
        "currency_code": None,
        **more,
        held: value,
    }


def project_fields(launch: Launch) -> list[dict[str, Any]]:
    """Return the values that stand on a launch's project."""
    day = {"date": local_day(launch.created), "date_time": None}
    approvers = [who(CHIEF), *([who(LEGAL)] if launch.tier == 1 else [])]
    regions = [option(name) for name in REGIONS[: 1 + (launch.tier < 3)]]
    return [
        _field("Campaign", "enum", option(launch.slug)),
        _field("Tier", "enum", option(TIERS[launch.tier - 1])),
        _field("Budget", "number", launch.budget_euros, format="currency", currency_code="EUR"),
        _field("Regions", "multi_enum", regions),
        _field("Kick-off", "date", day),
        _field("Approvers", "people", approvers),
    ]


def task_fields(
    number: int, channel: str, progress: str | None, post: str | None, link: str, page: str
) -> list[dict[str, Any]]:
    """Return the values that stand on a task; what is not set comes as null."""
    return [
        _field("Channel", "enum", option(channel) if channel else None),
        _field("Progress", "enum", option(progress) if progress else None),
        _field("Effort", "number", _effort(number)),
        _field("Post id", "text", post),
        _field("Link", "text", link or None),
        _field("Page", "text", page or None),
    ]


@cache
def _effort(number: int) -> float:
    return Random(f"asana/effort/{number}").randint(1, 32) / 2
