"""What a CRM object is: where its rows go, which properties are asked for, what history it has."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.contract import Table
from ingestion.shape import flat


@dataclass(frozen=True)
class CrmObject:
    """One object type of the CRM and where its rows go.

    `picked` maps a raw property to the vendor's properties that may hold it (engagements name
    one thing differently by type); without it each declared property is HubSpot's own. `extra`
    are properties that the user asks for beside the declared ones.
    """

    path: str
    table: Table
    modified: str = "hs_lastmodifieddate"
    history: tuple[str, ...] = ()
    engagement_type: str = ""
    picked: tuple[tuple[str, tuple[str, ...]], ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def properties(self) -> list[str]:
        """The vendor's property names to ask for."""
        if self.picked:
            return [name for _, names in self.picked for name in names]
        names = [column.name for column in self.table.columns]
        own = [name.removeprefix("properties__") for name in names if "__" in name]
        return list(dict.fromkeys((*own, *self.extra)))

    def row(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the raw row of a record."""
        row = {"archived_at": None, **flat(self._narrowed(record), nested=("properties",))}
        if self.engagement_type:
            row["engagement_type"] = self.engagement_type
        for target, names in self.picked:
            held = [row.pop(f"properties__{name}", None) for name in names]
            row[f"properties__{target}"] = next((each for each in held if each), None)
        return row

    def _narrowed(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record with the user's properties under one name of their own."""
        if self.picked:
            return record
        held = record.get("properties")
        declared = {column.name.removeprefix("properties__") for column in self.table.columns}
        asked = [name for name in self.extra if name not in declared]
        if not isinstance(held, dict) or not asked:
            return {**record, "extraProperties": None}
        given = {name: held[name] for name in asked if held.get(name) is not None}
        left = {name: value for name, value in held.items() if name not in asked}
        return {**record, "properties": left, "extraProperties": given or None}


def asked_besides(config: Mapping[str, Any], object_type: str) -> tuple[str, ...]:
    """Return the properties that `extra_properties` asks for beside the declared ones.

    A word is a property of contacts, companies and deals, or of one alone: `deals.renewal_date`.
    """
    told = config.get("extra_properties") or ()
    words = (
        told.replace(",", " ").split() if isinstance(told, str) else [str(each) for each in told]
    )
    prefix = f"{object_type}."
    own = [
        word.removeprefix(prefix) for word in words if "." not in word or word.startswith(prefix)
    ]
    return tuple(dict.fromkeys(own))


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
                "source_id": change.get("sourceId"),
                "updated_by_user_id": change.get("updatedByUserId"),
            }
