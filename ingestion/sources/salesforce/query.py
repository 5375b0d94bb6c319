"""SOQL over REST: every record of a query, recycle bin and losers of merges included.

A query's pages are a snapshot behind a locator: they neither shift nor grow. Each states the total,
so what is missing is seen.
"""

from collections.abc import Iterator
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.pages import Declared, Paging, rows_of, whole
from ingestion.sources.salesforce.tables import SalesObject

VERSION = "63.0"
DATA = f"/services/data/v{VERSION}"


def read(ctx: Extraction, soql: str, where: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a query, read until as many records came as it counts."""

    def pages(paging: Paging) -> Iterator[Declared]:
        path, params = f"{DATA}/queryAll", {"q": soql}
        while True:
            body = ctx.http.get(path, params)
            records = rows_of(body, "records", where)
            following = body.get("nextRecordsUrl")
            if "totalSize" not in body or bool(body.get("done")) == bool(following):
                raise PageBroken(
                    f"{where}: the page says neither its total nor whether it is the last. "
                    "Nothing was lost and the cursor did not move: run again."
                )
            paging.add(records, following=following)
            yield records, int(body["totalSize"])
            if not following:
                return
            path, params = str(following), {}

    return whole(where, pages)


def count(ctx: Extraction, name: str, condition: str) -> int:
    """Return how many records a query of the object has."""
    body = ctx.http.get(f"{DATA}/queryAll", {"q": f"SELECT COUNT() FROM {name}{condition}"})
    if not isinstance(body, dict) or not isinstance(body.get("totalSize"), int):
        raise PageBroken(f"salesforce {name}: the count holds no number. Run again.")
    return body["totalSize"]


def fields_of(ctx: Extraction, each: SalesObject) -> set[str] | None:
    """Return the fields of an object that the user of the connection may read.

    None where the org has no such object and it is one that editions and rights may lack. Raises
    LoadFailed where it was read before, or is one that every org has.
    """
    path = f"{DATA}/sobjects/{each.name}/describe"
    missing_is_fine = each.is_optional and not ctx.state.get(f"cursor:{each.name}")
    described = ctx.http.look(path) if missing_is_fine else ctx.http.get(path)
    if described is None:
        return None
    where = f"salesforce {each.name}"
    found = {str(field.get("name")) for field in rows_of(described, "fields", where)}
    if not {"Id", each.cursor} <= found:
        raise PageBroken(f"{where}: its description names no Id or no {each.cursor}. Run again.")
    return found
