"""The page contract: a page must be what it claims, or the load stops with the cursor unmoved."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.errors import PageBroken


def rows_of(body: Any, selector: str, where: str) -> list[Any]:
    """Return the list under `selector` (dots go down; "" is the body itself).

    Raises PageBroken where it is missing or no list, or where the body is an error under 200.
    """
    if isinstance(body, Mapping) and _is_error(body):
        said = body.get("message") or body.get("error")
        raise PageBroken(f"{where}: an error came under status 200 ({str(said)[:200]}).{_REMEDY}")
    found = body
    for name in filter(None, selector.split(".")):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, list):
        raise PageBroken(f"{where}: the page has no list `{selector}`.{_REMEDY}")
    if not all(isinstance(row, Mapping) for row in found):
        raise PageBroken(f"{where}: `{selector}` holds something else than records.{_REMEDY}")
    return found


def _is_error(body: Mapping[str, Any]) -> bool:
    return bool(body.get("error") or body.get("errors")) or body.get("status") == "error"


_REMEDY = " Nothing was lost and the cursor did not move: run again; if it stays, ask the vendor."


@dataclass
class Paging:
    """Watches the pages of one list: none repeated, none empty midway, the declared total met."""

    where: str
    rows: int = 0
    pages: int = 0
    _seen: set[str] = field(default_factory=set)
    _marks: set[str] = field(default_factory=set)

    def add(self, rows: list[Any], *, following: str | None = None) -> None:
        """Note a page, and the mark of the one to follow; raises PageBroken where it repeats."""
        self.pages += 1
        if not rows:
            if following:
                raise PageBroken(f"{self.where}: page {self.pages} is empty midway.{_REMEDY}")
            return
        text = json.dumps(rows, sort_keys=True, default=str)
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        if digest in self._seen or (following and following in self._marks):
            raise PageBroken(f"{self.where}: page {self.pages} came a second time.{_REMEDY}")
        self.rows += len(rows)
        self._seen.add(digest)
        if following:
            self._marks.add(following)

    def met(self, declared: int, *, short: int = 0) -> None:
        """Check that the declared total was read, give or take `short` rows gone meanwhile."""
        if self.rows + short < declared:
            raise PageBroken(
                f"{self.where}: {declared} rows were announced and {self.rows} came.{_REMEDY}"
            )
