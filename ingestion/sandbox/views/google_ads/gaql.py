"""The subset of Google's query language that the sandbox understands, and what it refuses of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_QUERY = re.compile(
    r"^\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<resource>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>.+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*(?:PARAMETERS\s+.+)?$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"^\s*([\w.]+)\s*(BETWEEN|>=|<=|!=|=|>|<|IN|NOT IN)\s*(.+?)\s*$", re.IGNORECASE | re.DOTALL
)
_AND = re.compile(r"\s+AND\s+(?!'[^']*'\s*(?:AND|$))", re.IGNORECASE)


def _fields(prefix: str, names: str) -> set[str]:
    return {f"{prefix}.{name}" for name in names.split()}


# Every field that may be asked of the sandbox; a test holds them against Google's own messages.
FIELDS = frozenset(
    _fields(
        "customer",
        "id currency_code time_zone descriptive_name status manager auto_tagging_enabled",
    )
    | _fields(
        "customer_client",
        "id client_customer descriptive_name currency_code time_zone status manager hidden"
        " test_account level",
    )
    | _fields(
        "campaign",
        "id name status advertising_channel_type bidding_strategy_type campaign_budget"
        " final_url_suffix start_date_time end_date_time",
    )
    | _fields(
        "campaign_budget",
        "id name status period delivery_method amount_micros total_amount_micros explicitly_shared",
    )
    | _fields("ad_group", "id name status type final_url_suffix cpc_bid_micros campaign")
    | _fields("ad_group_ad", "status ad.id ad.type ad.name ad.final_urls")
    | _fields("ad_group_criterion", "criterion_id status keyword.text keyword.match_type")
    | _fields("search_term_view", "search_term status")
    | _fields(
        "conversion_action",
        "id name status type category origin counting_type primary_for_goal"
        " click_through_lookback_window_days view_through_lookback_window_days",
    )
    | _fields(
        "change_event",
        "resource_name change_date_time change_resource_type change_resource_name client_type"
        " user_email resource_change_operation changed_fields campaign ad_group old_resource"
        " new_resource",
    )
    | _fields("click_view", "gclid ad_group_ad keyword")
    | _fields(
        "segments",
        "date device ad_network_type search_term_match_type conversion_action"
        " conversion_action_name conversion_action_category",
    )
    | _fields(
        "metrics",
        "impressions clicks cost_micros conversions conversions_value all_conversions"
        " all_conversions_value conversions_by_conversion_date"
        " conversions_value_by_conversion_date all_conversions_by_conversion_date"
        " all_conversions_value_by_conversion_date",
    )
)


@dataclass(frozen=True)
class Condition:
    """One condition of a query, its values as text."""

    field: str
    operator: str
    values: tuple[str, ...]

    def holds(self, value: str) -> bool:
        """Whether a value meets it; days and local times compare as text."""
        first = self.values[0]
        match self.operator:
            case "BETWEEN":
                return first <= value <= self.values[1]
            case ">=":
                return value >= first
            case "<=":
                return value <= first
            case ">":
                return value > first
            case "<":
                return value < first
            case "!=":
                return value != first
            case "NOT IN":
                return value not in self.values
        return value in self.values


@dataclass(frozen=True)
class Query:
    """A query in its parts."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...]
    limit: int | None

    @property
    def unknown(self) -> str:
        """The first field that the API does not know, or nothing."""
        asked = (*self.fields, *(each.field for each in self.conditions))
        return next((field for field in asked if field not in FIELDS), "")

    @property
    def metrics(self) -> list[str]:
        """The metrics that are selected."""
        return [field for field in self.fields if field.startswith("metrics.")]

    def on(self, field: str) -> list[Condition]:
        """The conditions on one field."""
        return [each for each in self.conditions if each.field == field]


def parse(text: str) -> Query | None:
    """Return the query in its parts, None where it is none."""
    found = _QUERY.match(text)
    if not found:
        return None
    conditions = [_condition(each) for each in _AND.split(found["where"] or "") if each.strip()]
    if any(each is None for each in conditions):
        return None
    fields = tuple(field.strip() for field in found["fields"].split(","))
    limit = int(found["limit"]) if found["limit"] else None
    return Query(fields, found["resource"].lower(), tuple(filter(None, conditions)), limit)


def _condition(text: str) -> Condition | None:
    found = _CONDITION.match(text)
    if not found:
        return None
    values = re.findall(r"'([^']*)'|\"([^\"]*)\"|([\w.-]+)", found[3])
    wanted = [next(part for part in each if part) for each in values if any(each)]
    operator = found[2].upper()
    if operator == "BETWEEN":
        wanted = [each for each in wanted if each.upper() != "AND"]
    return Condition(found[1], operator, tuple(wanted))


def camel(name: str) -> str:
    """Return a field's name as JSON has it."""
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def value_of(record: Any, field: str) -> Any:
    """Return the value of a field in a wire record."""
    for part in field.split("."):
        record = (record or {}).get(camel(part))
    return record


def selected(record: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Only what was selected, plus the resource names that Google always returns."""
    out: dict[str, Any] = {}
    for field in fields:
        parts = [camel(part) for part in field.split(".")]
        value = value_of(record, field)
        if value is None:
            continue
        target = out
        for part in parts[:-1]:
            target = target.setdefault(part, {})
        target[parts[-1]] = value
        name = record.get(parts[0], {}).get("resourceName")
        if name:
            out[parts[0]].setdefault("resourceName", name)
    return out
