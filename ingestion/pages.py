"""The page contract: a page must be what it claims, or the load stops with the cursor unmoved."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

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
    if not all(isinstance(row, dict) for row in found):
        raise PageBroken(f"{where}: `{selector}` holds something else than records.{_REMEDY}")
    return found


def _is_error(body: Mapping[str, Any]) -> bool:
    return bool(body.get("error") or body.get("errors")) or body.get("status") == "error"


_REMEDY = " Nothing was lost and the cursor did not move: run again; if it stays, ask the vendor."


# Of a list that moves while it is read, or of an answer in doubt: a second is nearly always quiet.
PASSES = 3
_KEYS = ("id", "email_id", "conversionId")


def ids_of(rows: list[Any], *names: str) -> set[str]:
    """Return what tells the rows apart: the first of `names` that a row has, else the whole row."""
    for name in names or _KEYS:
        held = [row.get(name) for row in rows]
        if None not in held:
            return set(map(str, held))
        if any(each is not None for each in held):
            break
    found = set()
    for row in rows:
        key = next((row[name] for name in names or _KEYS if row.get(name) is not None), None)
        found.add(_text_of(row).decode() if key is None else str(key))
    return found


def _text_of(rows: Any) -> bytes:
    """Return rows as text that is the same for the same rows, whatever the order of their names."""
    try:
        return orjson.dumps(rows, default=str, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # lone surrogates, numbers past 64 bits
        return json.dumps(rows, sort_keys=True, default=str).encode()


@dataclass
class Paging:
    """Watches the pages of one list: none repeated, none empty midway, the declared total met.

    Where rows have no id, and something else adds up, `keeps_ids` spares their whole texts.
    """

    where: str
    keeps_ids: bool = True
    pages: int = 0
    ids: set[str] = field(default_factory=set)
    _seen: set[int] = field(default_factory=set)
    _marks: set[str] = field(default_factory=set)

    def add(self, rows: list[Any], *, following: str | None = None) -> None:
        """Note a page, and the mark of the one to follow; raises PageBroken where it repeats."""
        self.pages += 1
        if not rows:
            if following:
                raise PageBroken(f"{self.where}: page {self.pages} is empty midway.{_REMEDY}")
            return
        digest = hash(_text_of(rows))
        if digest in self._seen or (following and following in self._marks):
            raise PageBroken(f"{self.where}: page {self.pages} came a second time.{_REMEDY}")
        if self.keeps_ids:
            self.ids |= ids_of(rows)
        self._seen.add(digest)
        if following:
            self._marks.add(following)

    def met(self, declared: int) -> None:
        """Check that as many different records came as were declared: one sent twice is one."""
        if len(self.ids) < declared:
            raise PageBroken(
                f"{self.where}: {declared} rows were announced and {len(self.ids)} came.{_REMEDY}"
            )


Declared = tuple[list[Any], int]


def whole(where: str, read: Callable[[Paging], Iterator[Declared]]) -> Iterator[list[Any]]:
    """Yield the pages of a list, read until every record of the total on each page was seen.

    A record that changes or goes while the list is read shifts the others over a page's edge: one
    is skipped though the rows add up. Then fewer ids than declared, or a shrunken total, are seen
    and the list is read again; what comes twice is deduplicated by the load.
    """
    for _ in range(PASSES):
        paging, totals = Paging(where), [0]
        for records, total in read(paging):
            totals.append(total)
            yield records
        if totals[-1] == max(totals) and len(paging.ids) >= totals[-1]:
            return
    raise PageBroken(
        f"{where}: the list moved in each of {PASSES} readings; of {max(totals)} rows announced "
        f"{len(paging.ids)} came. Nothing was lost: run again later."
    )


def sure(
    ask: Callable[[], Any], selector: str, where: str, full: int | None, *names: str
) -> tuple[list[Any], Any]:
    """Return the records and the body of a page that states no total, once nothing can be missing.

    A full page of `full` records has lost none; None where no number makes a page full. Any other
    is asked for again until two answers in a row hold the same ids.
    """
    before: set[str] | None = None
    for _ in range(PASSES):
        body = ask()
        records = rows_of(body, selector, where)
        ids = ids_of(records, *names)
        if ids == before or (full is not None and len(ids) >= full):
            return records, body
        before = ids
    raise PageBroken(f"{where}: one page came in {PASSES} different ways.{_REMEDY}")
