"""How WordPress answers: bare lists whose total stands in a header, objects by their name."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken, RequestFailed
from ingestion.pages import Declared, Paging, rows_of, whole

PAGE = 100
PAST_THE_END = "rest_post_invalid_page_number"


def listed(
    ctx: Extraction, address: str, params: Mapping[str, Any], where: str
) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list, read until as many different ids came as its header declares."""

    def read(paging: Paging) -> Iterator[Declared]:
        number, more = 1, True
        while more:
            try:
                asked = {**params, "per_page": PAGE, "page": number}
                body, headers = ctx.http.told(address, asked)
            except RequestFailed as error:
                if _code(error.body) == PAST_THE_END:
                    # It became shorter than the page before said: it is read again.
                    return
                raise
            refuse_error(body, paging.where)
            records = rows_of(body, "", paging.where)
            total, pages = (_number(headers, name, paging.where) for name in _TOTALS)
            more = number < pages
            number += 1
            paging.add(records, following=str(number) if more else None)
            yield records, total

    return whole(where, read)


_TOTALS = ("X-WP-Total", "X-WP-TotalPages")


def named(
    ctx: Extraction, address: str, params: Mapping[str, Any], where: str
) -> dict[str, dict[str, Any]]:
    """Return an answer that is an object of objects by name, as those of types are."""
    body = ctx.http.get(address, params)
    refuse_error(body, where)
    if not isinstance(body, Mapping) or not all(isinstance(v, Mapping) for v in body.values()):
        raise PageBroken(f"{where}: no list by name came. Nothing was lost: run again.")
    return {str(name): dict(value) for name, value in body.items()}


def one(ctx: Extraction, address: str, params: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return an answer that is one record."""
    body = ctx.http.get(address, params)
    refuse_error(body, where)
    if not isinstance(body, Mapping):
        raise PageBroken(f"{where}: no record came. Nothing was lost: run again.")
    return dict(body)


def refuse_error(body: Any, where: str) -> None:
    """Raise PageBroken where an error came under status 200, in WordPress's shape."""
    if _code(body) and isinstance(body.get("data"), Mapping | None) and "message" in body:
        raise PageBroken(
            f"{where}: an error came under status 200 ({str(body['message'])[:200]}). "
            "Nothing was lost: run again."
        )


def _code(body: Any) -> str:
    return str(body.get("code") or "") if isinstance(body, Mapping) else ""


def _number(headers: Mapping[str, str], name: str, where: str) -> int:
    told = headers.get(name, "")
    if not told.isdigit():
        raise PageBroken(
            f"{where}: the answer states no {name}, so nobody can tell whether it is whole. A "
            "cache or proxy before the site takes the header away: let /wp-json/ pass it by."
        )
    return int(told)
