"""Insights of an ad account: asked for at once in small ranges, by a report run in large ones."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion.contract import Extraction
from ingestion.days import halves
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.graph import API, following, is_too_much, proof
from ingestion.pages import PASSES, Paging, rows_of

PAGE = 500
# How often a failed run is submitted again, and how often an unfinished one is looked at.
RUNS, POLLS, LONGEST_POLL = 3, 30, 30.0
# What an object of each level can be (facebook-business 26.0.3). Rows of archived and deleted ones
# are left out below the account unless their status is asked for.
_COMMON = ("ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES")
STATUSES = {
    "campaign": _COMMON,
    "adset": (*_COMMON, "CAMPAIGN_PAUSED"),
    "ad": (
        *(*_COMMON, "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED"),
        *("PENDING_REVIEW", "PREAPPROVED", "PENDING_BILLING_INFO"),
    ),
}
_CAMPAIGN, _ADSET, _AD = ("campaign_id", "campaign_name"), ("adset_id", "adset_name"), ("ad_id",)
_NAMES = {
    "account": (),
    "campaign": _CAMPAIGN,
    "adset": (*_CAMPAIGN, *_ADSET),
    "ad": (*_CAMPAIGN, *_ADSET, *_AD, "ad_name"),
}
_MEASURES = ("impressions", "clicks", "inline_link_clicks", "reach", "spend")
_ACTIONS = ("attribution_setting", "actions", "action_values")


class RunFailed(LoadFailed):
    """A report run that the vendor did not finish."""


@dataclass(frozen=True)
class Report:
    """What is asked for: a level, and the breakdowns that split its rows.

    `shape` makes a raw row of a record as soon as its page is read: half a year of records kept
    beside their rows took a tenth of the time of reading them.
    """

    level: str
    shape: Callable[[Mapping[str, Any]], dict[str, Any]]
    breakdowns: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The report's name in messages."""
        return " ".join(("meta_ads insights", self.level, *self.breakdowns))

    def params(self, ctx: Extraction, first: date, last: date) -> dict[str, str]:
        """Return the parameters of the request, lists as JSON."""
        fields = ["account_id", "account_currency", *_NAMES[self.level], *_MEASURES]
        asked = {
            "level": self.level,
            "time_increment": "1",
            "time_range": json.dumps({"since": first.isoformat(), "until": last.isoformat()}),
            "use_unified_attribution_setting": "true",
            "default_summary": "true",
            **proof(ctx.config),
        }
        if self.level != "account":
            name = f"{self.level}.effective_status"
            status = {"field": name, "operator": "IN", "value": STATUSES[self.level]}
            asked["filtering"] = json.dumps([status])
        if self.breakdowns:
            return {**asked, "fields": ",".join(fields), "breakdowns": json.dumps(self.breakdowns)}
        windows = [each.strip() for each in str(ctx.config["attribution_windows"]).split(",")]
        return {
            **asked,
            "fields": ",".join((*fields, *_ACTIONS)),
            "action_attribution_windows": json.dumps(windows),
        }


def read(
    ctx: Extraction, account: str, report: Report, first: date, last: date
) -> Iterator[tuple[date, date, list[Any]]]:
    """Yield (first day, last day, raw rows) of a report, in halves where that is too much.

    Raises RequestFailed or RunFailed where one day is still too much.
    """
    try:
        rows = _rows(ctx, account, report, first, last)
    except (RequestFailed, RunFailed) as error:
        is_cut = isinstance(error, RunFailed) or is_too_much(getattr(error, "body", None))
        if first == last or not is_cut:
            raise
    else:
        yield first, last, rows
        return
    for half in halves(first, last):
        yield from read(ctx, account, report, *half)


def _rows(ctx: Extraction, account: str, report: Report, first: date, last: date) -> list[Any]:
    params = report.params(ctx, first, last)
    path = f"/{API}/act_{account}/insights"
    if (last - first).days >= int(ctx.config["async_from_days"]):
        path = f"/{API}/{_finished(ctx, path, params, report.where)}/insights"
        params = {"default_summary": "true", **proof(ctx.config)}
    rows, stated, came = _agreed(ctx, path, params, report)
    ctx.total("insights", f"{report.where.split(' ', 2)[2]} from {first}", stated, came)
    return rows


def _agreed(
    ctx: Extraction, path: str, params: Mapping[str, str], report: Report
) -> tuple[list[Any], int, int]:
    """Return the rows, the impressions that the answer's summary states, and those that came.

    A summary may count what has no row of its own; then two readings that are alike are believed.
    Rows that came twice, or none where impressions are stated, never are.
    """
    before: list[Any] | None = None
    for _ in range(PASSES):
        rows, stated = _pages(ctx, path, params, report)
        came = sum(int(row.get("impressions") or 0) for row in rows)
        alike = rows == before and (bool(rows) or not stated) and came <= (stated or came)
        if stated == came or alike:
            return rows, stated or came, came
        before = rows
    raise PageBroken(
        f"{report.where}: of {stated} impressions {came} came, in {PASSES} readings. Nothing was "
        "lost and the cursor did not move: run again."
    )


def _pages(
    ctx: Extraction, path: str, params: Mapping[str, str], report: Report
) -> tuple[list[Any], int | None]:
    """Return every row of one reading, and the impressions that its summary states, if it does."""
    where, rows = report.where, []
    paging = Paging(where, keeps_ids=False)
    after: str | None = ""
    stated: int | None = None
    while after is not None:
        asked = {**params, "limit": PAGE, **({"after": after} if after else {})}
        body = ctx.http.get(path, asked)
        page = rows_of(body, "data", where)
        after = following(ctx, body, where)
        paging.add(page, following=after)
        rows += [report.shape(each) for each in page]
        if isinstance(summary := body.get("summary"), Mapping):
            stated = int(summary.get("impressions") or 0)
    return rows, stated


def _finished(ctx: Extraction, path: str, params: Mapping[str, str], where: str) -> str:
    """Return the id of a report run that has finished; a failed one is submitted anew."""
    told = ""
    for _ in range(RUNS):
        started = ctx.http.post(path, params)
        run = str(started.get("report_run_id") or "") if isinstance(started, Mapping) else ""
        if not run:
            raise PageBroken(f"{where}: the report run got no id. Nothing was lost: run again.")
        told = _status(ctx, run)
        if told == "Job Completed":
            return run
    raise RunFailed(
        f"{where}: the report run ended as `{told}`, {RUNS} times over. Nothing was lost: run "
        "again later, or lower `async_from_days`."
    )


def _status(ctx: Extraction, run: str) -> str:
    """Return how a run ended, or what it was at when the patience ran out."""
    status = ""
    for poll in range(POLLS):
        if poll:
            ctx.http.clock.sleep(min(LONGEST_POLL, 2.0 ** (poll - 1)))
        body = ctx.http.get(f"/{API}/{run}", proof(ctx.config))
        status = str(body.get("async_status") or "") if isinstance(body, Mapping) else ""
        done = status == "Job Completed" and body.get("async_percent_completion") == 100
        if done or status in ("Job Failed", "Job Skipped"):
            return status
    return status if status != "Job Completed" else "Job Running"
