"""As much of SOQL as readers of whole objects need, and its errors."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingestion.sandbox.wire.salesforce_shape import FIELDS, fields_of

_QUERY = re.compile(
    r"^\s*SELECT\s+(?P<fields>COUNT\(\)|[\w\s,]+?)\s+FROM\s+(?P<object>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+ORDER\s+BY\s+(?P<order>[\w\s,]+?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?\s*$",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^\s*(\w+)\s*(>=|<=|!=|=|<|>)\s*('[^']*'|\S+)\s*$")
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$")


class RefusedError(ValueError):
    """A query that Salesforce answers with an error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Query:
    """A query: `fields` is empty where only a count is asked for."""

    object: str
    fields: tuple[str, ...]
    conditions: tuple[tuple[str, str, Any], ...]
    order: tuple[str, ...]
    limit: int | None

    def select(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the records that meet the conditions, in order; nothing comes first."""
        found = [each for each in records if all(_meets(each, one) for one in self.conditions)]
        for name in reversed(self.order or ("Id",)):
            found.sort(key=lambda each: "" if each[name] is None else str(each[name]))
        return found[: self.limit]

    def shown(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record with the fields that were asked for."""
        return {name: record[name] for name in ("attributes", *self.fields)}


def parse(text: str) -> Query:
    """Return the query; raises RefusedError as the vendor would."""
    found = _QUERY.match(text)
    if found is None:
        raise RefusedError("MALFORMED_QUERY", "unexpected token in the query")
    object_ = found["object"]
    if object_ not in FIELDS:
        raise RefusedError("INVALID_TYPE", f"sObject type '{object_}' is not supported.")
    is_count = found["fields"].upper() == "COUNT()"
    fields = () if is_count else tuple(name.strip() for name in found["fields"].split(","))
    order = tuple(name.split()[0] for name in (found["order"] or "").split(",") if name.strip())
    conditions = tuple(
        _condition(part) for part in re.split(r"\s+AND\s+", found["where"] or "") if part.strip()
    )
    known = set(fields_of(object_))
    for name in (*fields, *order, *(each[0] for each in conditions)):
        if name not in known:
            raise RefusedError("INVALID_FIELD", f"No such column '{name}' on entity '{object_}'.")
    return Query(
        object_, fields, conditions, order, int(found["limit"]) if found["limit"] else None
    )


def _condition(text: str) -> tuple[str, str, Any]:
    found = _CONDITION.match(text)
    if found is None:
        raise RefusedError("MALFORMED_QUERY", "unexpected token in the conditions")
    name, operator, literal = found.groups()
    if literal.startswith("'"):
        return name, operator, literal[1:-1]
    if literal.lower() in ("true", "false"):
        return name, operator, literal.lower() == "true"
    if literal.lower() == "null":
        return name, operator, None
    if not _INSTANT.match(literal):
        raise RefusedError("MALFORMED_QUERY", f"no literal of a known type: {literal}")
    at = datetime.fromisoformat(literal).astimezone(UTC)
    return name, operator, f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def _meets(record: dict[str, Any], condition: tuple[str, str, Any]) -> bool:
    name, operator, wanted = condition
    held = record[name]
    if operator == "=":
        return held == wanted
    if operator == "!=":
        return held != wanted
    if held is None or wanted is None:
        return False
    compared = {
        ">=": held >= wanted,
        "<=": held <= wanted,
        ">": held > wanted,
        "<": held < wanted,
    }
    return compared[operator]
