"""What a CRM object is: where its rows go, which properties are asked for, what history it has."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.contract import Table
from ingestion.shape import flat


@dataclass(frozen=True)
class CrmObject:
    """One object type of the CRM and where its rows go.

    `picked` maps a raw property to the vendor's properties that may hold it (engagements name
    one thing differently by type); without it each declared property is HubSpot's own.
    """

    path: str
    table: Table
    modified: str = "hs_lastmodifieddate"
    history: tuple[str, ...] = ()
    engagement_type: str = ""
    picked: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def properties(self) -> list[str]:
        """The vendor's property names to ask for."""
        if self.picked:
            return [name for _, names in self.picked for name in names]
        names = [column.name for column in self.table.columns]
        return [name.removeprefix("properties__") for name in names if "__" in name]

    def row(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the raw row of a record."""
        row = {"archived_at": None, **flat(record, nested=("properties",))}
        if self.engagement_type:
            row["engagement_type"] = self.engagement_type
        for target, names in self.picked:
            held = [row.pop(f"properties__{name}", None) for name in names]
            row[f"properties__{target}"] = next((each for each in held if each), None)
        return row


def history(crm_object: CrmObject, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one event per change of a property whose history is kept."""
    kept = record.get("propertiesWithHistory") or {}
    for name in crm_object.history:
        for change in kept.get(name) or []:
            value, at = change.get("value"), change.get("timestamp")
            parts = (crm_object.path, str(record["id"]), name, str(at), str(value))
            yield {
                "event_id": hashlib.md5("|".join(parts).encode()).hexdigest(),
                "object_type": crm_object.path,
                "object_id": record["id"],
                "property": name,
                "value": value,
                "changed_at": at,
                "source_type": change.get("sourceType"),
            }


def next_page(body: dict[str, Any]) -> str | None:
    """Return the `after` mark of the next page, or None on the last one."""
    following = (body.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None
