"""The versions of one Salesforce record: each keeps what the one before said."""

from random import Random
from typing import Any

from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change
from ingestion.sandbox.wire.salesforce_shape import MINUTE, record


class Versions:
    """Makes the versions of one record, in the order of their stamps."""

    def __init__(self, rng: Random, object_: str, id_: str, created: int) -> None:
        self.created = created
        self._rng, self._object, self._id = rng, object_, id_
        self._fields: dict[str, Any] = {}
        self._shown = 0
        self._body: dict[str, Any] = {}

    def version(self, at: int, **edit: Any) -> Change:
        """Return the record as it stands at `at`; a late commit never overtakes a newer one."""
        self._fields |= edit
        late = self._rng.randint(1, 4) * MINUTE if self._rng.random() < 0.1 else 5_000
        self._shown = max(self._shown, at + late)
        self._body = record(self._object, self._id, self.created, at, **self._fields)
        status = "archived" if self._body.get("IsDeleted") else "live"
        return change(
            *("salesforce", self._object, self._id, self._shown, self._body),
            status=status,
            sort_at=at,
        )

    def purged(self, at: int) -> Change:
        """Return the end of the record: no query finds it any more."""
        shown = max(self._shown, at)
        return change("salesforce", self._object, self._id, shown, self._body, status="deleted")
