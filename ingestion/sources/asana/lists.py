"""Asana's lists: pages of a hundred that go on after an offset, and ten lists in one batch.

No list states a total. An offset lives for a quarter of an hour (its token says so); an expired one
answers 400, and the list is read again from its beginning. A batch asks ten addresses at once, each
with a status of its own; what does not fit a page, or was refused, is asked for by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken, RequestFailed
from ingestion.pages import PASSES, Paging, rows_of, sure

ROOT = "/api/1.0"
PAGE = 100
ACTIONS = 10
_EXPIRED = "pagination token has expired"
Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Inner:
    """A list that belongs to one record, its `owner`."""

    owner: str
    path: str
    asked: Mapping[str, str] = field(default_factory=dict)


def pages(ctx: Extraction, path: str, fields: str, **asked: str) -> Iterator[Records]:
    """Yield the pages of a list; one whose offset expired begins anew, rows come again."""
    for _ in range(PASSES):
        try:
            yield from _once(ctx, path, {"limit": PAGE, "opt_fields": fields, **asked})
        except RequestFailed as error:
            if not _is_expired(error):
                raise
        else:
            return
    raise PageBroken(
        f"asana {path}: the offset expired in each of {PASSES} readings. Nothing was lost: run "
        "again when the vendor answers faster."
    )


def _once(ctx: Extraction, path: str, query: Mapping[str, Any]) -> Iterator[Records]:
    paging, offset = Paging(f"asana {path}"), ""
    while True:
        asked = {**query, **({"offset": offset} if offset else {})}
        ask = partial(ctx.http.get, f"{ROOT}{path}", asked)
        records, body = sure(ask, "data", paging.where, PAGE, "gid")
        offset = _offset(body)
        paging.add(records, following=offset or None)
        yield records
        if not offset:
            return


def _offset(body: Mapping[str, Any]) -> str:
    return str((body.get("next_page") or {}).get("offset") or "")


def _is_expired(error: RequestFailed) -> bool:
    body = error.body if isinstance(error.body, Mapping) else {}
    return error.status == 400 and _EXPIRED in str(body.get("errors"))


def batched(
    ctx: Extraction, inner: list[Inner], fields: str
) -> Iterator[tuple[str, Records | None]]:
    """Yield each owner with the records of its list, None where it is gone."""
    for start in range(0, len(inner), ACTIONS):
        yield from _batch(ctx, inner[start : start + ACTIONS], fields)


def _batch(
    ctx: Extraction, inner: list[Inner], fields: str
) -> Iterator[tuple[str, Records | None]]:
    where = "asana /batch"
    options = {"limit": PAGE, "fields": fields.split(",")}
    actions = [
        {"method": "get", "relative_path": each.path, "data": each.asked, "options": options}
        for each in inner
    ]

    def ask() -> dict[str, Any]:
        body = ctx.http.post(f"{ROOT}/batch", {"data": {"actions": actions}})
        answers = rows_of(body, "data", where)
        if len(answers) != len(inner):
            raise PageBroken(
                f"{where}: {len(inner)} lists were asked for and {len(answers)} came. Nothing was "
                "lost and the cursor did not move: run again."
            )
        told = zip(inner, answers, strict=True)
        return {"data": [row for each, answer in told for row in _told(each, answer)]}

    rows, _ = sure(ask, "data", where, None, "mark")
    for each in inner:
        outcome = next(row["outcome"] for row in rows if row.get("heads") == each.owner)
        if outcome == "whole":
            yield each.owner, [row["record"] for row in rows if row.get("of") == each.owner]
        else:
            yield each.owner, None if outcome == "gone" else _alone(ctx, each, fields)


def _told(each: Inner, answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a batch says of one list as marked rows, so that two answers can be compared."""
    status, body = answer.get("status_code"), answer.get("body")
    if status != 200:
        outcome = "gone" if status == 404 else "refused"
        yield {"mark": f"{each.owner} {outcome}", "heads": each.owner, "outcome": outcome}
        return
    records = rows_of(body, "data", f"asana {each.path}")
    outcome = "cut" if isinstance(body, Mapping) and _offset(body) else "whole"
    yield {"mark": f"{each.owner} {outcome}", "heads": each.owner, "outcome": outcome}
    for record in records:
        mark = f"{each.owner}/{record.get('gid')}"
        yield {"mark": mark, "of": each.owner, "record": record}


def _alone(ctx: Extraction, each: Inner, fields: str) -> Records | None:
    try:
        listed = pages(ctx, each.path, fields, **each.asked)
        return [record for records in listed for record in records]
    except RequestFailed as error:
        if error.status == 404:
            return None
        raise
