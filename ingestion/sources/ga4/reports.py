"""The reports that are asked of a property, and the raw tables that hold their rows by day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingestion.contract import Column, Table, columns
from ingestion.errors import PageBroken
from ingestion.pages import rows_of
from ingestion.shape import snake

# What one request may hold (developers.google.com/analytics/devguides/reporting/data/v1).
MOST_DIMENSIONS, MOST_METRICS = 9, 10
_COUNTS = {"sessions", "engagedSessions", "totalUsers", "newUsers", "screenPageViews", "eventCount"}
_UNIT = ("property_id", "date")
_KIND = "analyticsData#runReport"
_SOURCE = "sessionDefaultChannelGroup sessionSource sessionMedium sessionCampaignName"


@dataclass(frozen=True)
class Report:
    """A report by day: its dimensions besides the date, its metrics, and which rows it keeps."""

    name: str
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The raw table: a day of a property arrives whole."""
        named = [snake(each) for each in self.dimensions]
        measures = [
            # Key events are shared over touches, so they come in fractions.
            Column(snake(each), "bigint" if each in _COUNTS else "double")
            for each in self.metrics
        ]
        return Table(
            self.name,
            "versioned",
            (*_UNIT, *named),
            (Column("property_id"), Column("date", "date"), *columns(" ".join(named)), *measures),
            unit=_UNIT,
        )

    def asked(self, first: date, last: date, limit: int, offset: int) -> dict[str, Any]:
        """Return the body of a request; rows come in the order of all dimensions, so pages hold."""
        named = ("date", *self.dimensions)
        return {
            "dateRanges": [{"startDate": first.isoformat(), "endDate": last.isoformat()}],
            "dimensions": [{"name": each} for each in named],
            "metrics": [{"name": each} for each in self.metrics],
            "orderBys": [{"dimension": {"dimensionName": each}} for each in named],
            "limit": str(limit),
            "offset": str(offset),
            "returnPropertyQuota": True,
            **self.more,
        }

    def rows(self, body: Any, where: str) -> list[dict[str, Any]]:
        """Return the rows by column; raises PageBroken where they do not stand as was asked.

        Values have no names, only places, so the headers must be those of the request; only a
        report without a row may come without them.
        """
        if not body.get("rows") and "dimensionHeaders" not in body and body.get("kind") == _KIND:
            return []
        dimensions = [str(each.get("name")) for each in rows_of(body, "dimensionHeaders", where)]
        metrics = [str(each.get("name")) for each in rows_of(body, "metricHeaders", where)]
        if (dimensions, metrics) != (["date", *self.dimensions], list(self.metrics)):
            raise PageBroken(f"{where}: other columns came than were asked for. Run again.")
        names = [snake(each) for each in (*dimensions, *metrics)]
        found = []
        # A report without a row leaves the list out.
        for row in rows_of({"rows": [], **body}, "rows", where):
            cells = (*(row.get("dimensionValues") or ()), *(row.get("metricValues") or ()))
            if len(cells) != len(names):
                raise PageBroken(f"{where}: a row has {len(cells)} of {len(names)} values.")
            values = [cell.get("value") for cell in cells]
            found.append({**dict(zip(names, values, strict=True)), "date": _day(values[0])})
        return found


def _day(value: Any) -> Any:
    """Return 20260701 as 2026-07-01; what is no day stays, and goes to quarantine."""
    text = str(value)
    is_day = len(text) == len("20260701") and text.isdigit()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if is_day else value


REPORTS = (
    Report(
        "day_totals",
        (),
        ("sessions", "engagedSessions", "totalUsers", "newUsers", "screenPageViews", "keyEvents"),
    ),
    Report(
        "channel_days",
        tuple(_SOURCE.split()),
        (
            *("sessions", "engagedSessions", "totalUsers", "newUsers", "screenPageViews"),
            *("keyEvents", "userEngagementDuration"),
        ),
    ),
    Report(
        "landing_page_days",
        ("landingPage", "sessionDefaultChannelGroup"),
        ("sessions", "engagedSessions", "totalUsers", "keyEvents"),
    ),
    Report(
        "key_event_days",
        ("eventName", *_SOURCE.split()),
        ("keyEvents", "eventCount", "totalUsers"),
        {
            "metricFilter": {
                "filter": {
                    "fieldName": "keyEvents",
                    "numericFilter": {"operation": "GREATER_THAN", "value": {"int64Value": "0"}},
                }
            }
        },
    ),
)
# What Google says of the request that last read a day: whether rows are missing from it, and why.
REPORT_DAYS = Table(
    "report_days",
    "versioned",
    ("property_id", "report", "date"),
    (
        *columns("property_id report time_zone currency_code empty_reason"),
        Column("date", "date"),
        *columns("is_thresholded has_other_row is_sampled is_truncated is_restricted", "bool"),
        *columns("samples_read sampling_space", "bigint"),
        # Which days were asked for together is ours to choose, and changes with every load.
        *columns("asked_from asked_to", "date", volatile=True),
    ),
)
_QUOTAS = (
    "tokensPerDay",
    "tokensPerHour",
    "tokensPerProjectPerHour",
    "serverErrorsPerProjectPerHour",
)
QUOTAS = Table(
    "quotas",
    "events",
    ("property_id", "observed_at"),
    (
        Column("property_id"),
        Column("observed_at", "timestamp"),
        *(
            Column(f"{snake(each)}__{part}", "bigint")
            for each in _QUOTAS
            for part in ("consumed", "remaining")
        ),
    ),
)
TABLES = (*(report.table for report in REPORTS), REPORT_DAYS, QUOTAS)


def flags(body: Any) -> dict[str, Any]:
    """Return what the answer says of itself; a flag that is not set is not sent."""
    told = body.get("metadata") or {}
    samples = told.get("samplingMetadatas") or []
    return {
        "time_zone": told.get("timeZone"),
        "currency_code": told.get("currencyCode"),
        "empty_reason": told.get("emptyReason"),
        "is_thresholded": bool(told.get("subjectToThresholding")),
        "has_other_row": bool(told.get("dataLossFromOtherRow")),
        "is_sampled": bool(samples),
        "is_truncated": bool(told.get("dataTruncationReasons")),
        "is_restricted": bool(
            (told.get("schemaRestrictionResponse") or {}).get("activeMetricRestrictions")
        ),
        "samples_read": samples[0].get("samplesReadCount") if samples else None,
        "sampling_space": samples[0].get("samplingSpaceSize") if samples else None,
    }


def quota(body: Any) -> dict[str, Any]:
    """Return what is left of the property's tokens, and what this request has used of them."""
    told = body.get("propertyQuota") or {}
    return {
        f"{snake(name)}__{part}": (told.get(name) or {}).get(part)
        for name in _QUOTAS
        for part in ("consumed", "remaining")
    }
