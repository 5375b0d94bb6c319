"""Questions to one account. Each answer carries what tells a lost row: a total of its own.

`search` states how many results match (`totalResultsCount`), `searchStream` sums the metrics of the
very query up in a summary row (fields of the v26 protos). What does not meet its own total is asked
for again, then the load stops.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import isclose
from operator import itemgetter
from typing import Any

from ingestion.contract import Extraction, Table
from ingestion.errors import PageBroken
from ingestion.pages import PASSES, Declared, Paging, rows_of, whole
from ingestion.sources.google_ads.tables import Asked

API = "v26"
Row = dict[str, Any]


def digits(account: Any) -> str:
    """The account as the API takes it: people copy 123-456-7890 from the screen."""
    return str(account).strip().replace("-", "")


@dataclass(frozen=True)
class Account:
    """One account as it is asked, through its manager where access goes through one."""

    ctx: Extraction
    id: str

    def entities(
        self, asked: Asked, *, where: str = "", order: str = "", limit: int = 0
    ) -> Iterator[list[Row]]:
        """Yield pages of rows until as many as the vendor states have come, or as `limit` allows.

        `where` narrows the query. Raises PageBroken where rows stay missing.
        """
        query = _query(asked, where, f"ORDER BY {order} LIMIT {limit}" if limit else "")

        def read(paging: Paging) -> Iterator[Declared]:
            token, settings = "", {"searchSettings": {"returnTotalResultsCount": True}}
            while True:
                page = {"pageToken": token} if token else {}
                answer = self._post("search", {"query": query, **settings, **page})
                if not isinstance(answer, Mapping):
                    raise PageBroken(f"{paging.where}: the answer is no page. Run again.")
                records = rows_of({"results": [], **answer}, "results", paging.where)
                # The total knows no LIMIT.
                total = int(answer.get("totalResultsCount") or 0)
                total = min(total, limit) if limit else total
                token = str(answer.get("nextPageToken") or "")
                paging.add(records, following=token or None)
                yield records, total
                if not token:
                    return

        for records in whole(f"google_ads {asked.resource} of {self.id}", read):
            yield _rows(asked.table, records)

    def days(self, asked: Asked, where: str) -> list[Row]:
        """Return the rows of one stream whose metrics add up to its summary row.

        Where no summary came, two answers in a row must be alike. Raises PageBroken otherwise.
        """
        query = _query(asked, where, "")
        before: list[Row] | None = None
        for _ in range(PASSES):
            rows, stated = self._stream(asked, query)
            if rows == before if stated is None else _adds_up(asked.table, rows, stated):
                return rows
            before = rows
        raise PageBroken(
            f"google_ads {asked.resource} of {self.id}: the rows of {asked.table.name} did not add "
            f"up to their own summary, {PASSES} times over. Nothing was lost: run again later."
        )

    def _stream(self, asked: Asked, query: str) -> tuple[list[Row], Mapping[str, Any] | None]:
        body = {"query": query, "summaryRowSetting": "SUMMARY_ROW_WITH_RESULTS"}
        chunks = self._post("searchStream", body)
        where = f"google_ads {asked.resource}"
        if not isinstance(chunks, list) or not all(isinstance(each, Mapping) for each in chunks):
            raise PageBroken(f"{where}: the answer is no stream. Nothing was lost: run again.")
        rows, stated = [], None
        for chunk in chunks:
            records = rows_of({"results": [], **chunk}, "results", where)
            rows += _rows(asked.table, records)
            stated = chunk.get("summaryRow", stated)
        return rows, stated

    def _post(self, method: str, body: Mapping[str, Any]) -> Any:
        config = self.ctx.config
        headers = {"developer_token": str(config["developer_token"])}
        if manager := config.get("login_customer_id"):
            headers["login_customer_id"] = digits(manager)
        path = f"/{API}/customers/{self.id}/googleAds:{method}"
        return self.ctx.http.post(path, body, **headers)


def _query(asked: Asked, where: str, more: str) -> str:
    conditions = " AND ".join(filter(None, (asked.where, where)))
    parts = (
        f"SELECT {', '.join(fields_of(asked.table))} FROM {asked.resource}",
        f"WHERE {conditions}" if conditions else "",
        more,
    )
    return " ".join(filter(None, parts))


def fields_of(table: Table) -> list[str]:
    """Return the fields that a table's query selects; columns of our own have no path."""
    return [each.name.replace("__", ".") for each in table.columns if "__" in each.name]


def _rows(table: Table, records: list[Any]) -> list[Row]:
    """The flat rows of results; int64 come as text and are typed by the table.

    Column by column: row by row took as long as reading the JSON.
    """
    names = [column.name for column in table.columns]
    try:
        values = _columns(names, records)
    except (KeyError, TypeError):  # a field is left out, or something else stands in its place
        return [{name: _value(record, name) for name in names} for record in records]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def _columns(names: list[str], records: list[Any]) -> list[list[Any]]:
    """The values of each column; an object is entered once for all that lie in it."""
    entered: dict[tuple[str, ...], list[Any]] = {(): records}
    for path in map(_path, names):
        for depth in range(1, len(path) + 1):
            if path[:depth] not in entered:
                around = entered[path[: depth - 1]]
                entered[path[:depth]] = list(map(itemgetter(path[depth - 1]), around))
    return [entered[_path(name)] for name in names]


def _value(record: Any, name: str) -> Any:
    for part in _path(name):
        record = record.get(part) if isinstance(record, dict) else None
    return record


@cache
def _path(name: str) -> tuple[str, ...]:
    """The JSON names that lead to a column's value, worked out once: asked for every cell."""
    parts = (part.split("_") for part in name.split("__"))
    return tuple(head + "".join(word.title() for word in tail) for head, *tail in parts)


def _adds_up(table: Table, rows: list[Row], summary: Any) -> bool:
    for column in table.columns:
        if column.name.startswith("metrics__"):
            stated = float(_value(summary, column.name) or 0)
            summed = sum(map(float, [row[column.name] or 0 for row in rows]))
            # Micros below 2^53 add exactly; conversions are fractions and may not.
            if not isclose(summed, stated, rel_tol=1e-9, abs_tol=1e-6):
                return False
    return True
