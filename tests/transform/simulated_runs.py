"""A made-up history of runs with planted trouble, written as the run ledger writes real ones.

Each day has a plan (on time, late, failed, ...) with sources that are down and rules that are
broken for a spell. What became of each report follows from the plans alone; the models see only the
tables. The clock of all contracts here is UTC but one, whose hour moves with Berlin's summer.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from report_deliveries import Told

import ingestion.pipeline
from orchestration import report_contracts, rules, run_ledger
from orchestration.settings import PROJECT

FIRST, DAYS = date(2026, 3, 2), 120  # a Monday; Berlin's clocks change on 29 March
SOURCES = ("crm", "ads", "mail", "web")
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# Who reads what. The ways are told here by hand, as a reader of this graph would.
PARENTS = {
    "marts.fct_ads": ["intermediate.ads"],
    "marts.fct_deals": ["intermediate.deals"],
    "marts.rpt_roi": ["intermediate.ads", "intermediate.deals"],
    "marts.rpt_mail": ["staging.mail", "intermediate.people"],
    "marts.rpt_web": ["staging.web"],
    "intermediate.ads": ["staging.ads"],
    "intermediate.deals": ["staging.deals", "intermediate.people"],
    "intermediate.people": ["staging.people"],
    "staging.ads": ["ads.days"],
    "staging.deals": ["crm.deals"],
    "staging.people": ["crm.contacts"],
    "staging.mail": ["mail.events"],
    "staging.web": ["web.visits"],
}
GROUPS = {
    "marts.fct_ads": "spend",
    "marts.fct_deals": "sales",
    "marts.rpt_roi": "roi",
    "marts.rpt_mail": "email",
    "marts.rpt_web": "web",
}
ROI = "marts.rpt_roi < intermediate."
TO_SOURCE = {
    ("ads_daily", "ads"): "marts.fct_ads < intermediate.ads < staging.ads < ads.days",
    ("roi_daily", "ads"): f"{ROI}ads < staging.ads < ads.days",
    ("roi_daily", "crm"): f"{ROI}deals < staging.deals < crm.deals",
    ("mail_weekly", "mail"): "marts.rpt_mail < staging.mail < mail.events",
    ("mail_weekly", "crm"): "marts.rpt_mail < intermediate.people < staging.people < crm.contacts",
    ("web_daily", "web"): "marts.rpt_web < staging.web < web.visits",
}
# A broken rule: the table it judges, and the groups that read it.
RULES = {
    "spend_is_positive": ("staging.ads", {"spend", "roi"}),
    "event_has_an_instant": ("staging.mail", {"email"}),
    "visit_has_a_page": ("marts.rpt_web", {"web"}),
}
TO_RULE = {
    ("ads_daily", "spend_is_positive"): "marts.fct_ads < intermediate.ads < staging.ads",
    ("roi_daily", "spend_is_positive"): f"{ROI}ads < staging.ads",
    ("mail_weekly", "event_has_an_instant"): "marts.rpt_mail < staging.mail",
    ("web_daily", "visit_has_a_page"): "marts.rpt_web",
}
STEPS = {
    "dbt_staging": ["staging.ads", "staging.deals", "staging.mail", "staging.people"],
    "dbt_marts": list(GROUPS),
    "publish": ["published.version"],
}
TO_STEP = {
    ("ads_daily", "dbt_staging"): "marts.fct_ads < intermediate.ads < staging.ads",
    ("roi_daily", "dbt_staging"): f"{ROI}ads < staging.ads",
    ("mail_weekly", "dbt_staging"): "marts.rpt_mail < staging.mail",
}


@dataclass(frozen=True)
class Contract:
    """A promise: which mart, when, how fresh."""

    report: str
    mart: str
    sources: tuple[str, ...]
    days: tuple[str, ...]
    due: str
    zone: str = "UTC"
    # No version of the day before is young enough, so each day stands alone.
    max_age_hours: float = 12
    grace_minutes: int = 30

    def due_instants(self) -> list[datetime]:
        """Return every instant of the history at which the report is due."""
        days = (FIRST + timedelta(days=number) for number in range(DAYS + 8))
        return [
            datetime.combine(day, time.fromisoformat(self.due), ZoneInfo(self.zone))
            .astimezone(ZoneInfo("UTC"))
            .replace(tzinfo=None)
            for day in days
            if WEEK[day.weekday()] in self.days
        ]


CONTRACTS = (
    Contract("ads_daily", "marts.fct_ads", ("ads",), tuple(WEEK), "12:00"),
    Contract("roi_daily", "marts.rpt_roi", ("ads", "crm"), tuple(WEEK[:5]), "13:30"),
    Contract("mail_weekly", "marts.rpt_mail", ("crm", "mail"), ("monday",), "09:00"),
    Contract("web_daily", "marts.rpt_web", ("web",), tuple(WEEK), "15:00", "Europe/Berlin"),
)
PLANS = ("late_start", "no_run", "slow", "step_failed", "died")


@dataclass
class Day:
    """What is planned for a day."""

    on: date
    plan: str = "good"
    is_rerun: bool = False
    step: str = ""
    down: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    backfills: bool = False

    @property
    def held(self) -> set[str]:
        """The groups that are held back."""
        return {group for rule in self.broken for group in RULES[rule][1]}


def planned(seed: int) -> list[Day]:
    """Return the plans of a history, one of many by its seed."""
    dice = random.Random(f"runs:{seed}")
    days = [Day(FIRST + timedelta(days=number)) for number in range(DAYS)]
    for day in days[1:]:
        day.backfills = dice.random() < 0.1
        if dice.random() < 0.25:
            day.plan = dice.choice(PLANS)
            day.is_rerun = dice.random() < 0.5
            day.step = dice.choice(list(STEPS)) if day.plan == "step_failed" else ""
        elif dice.random() < 0.08:
            day.left_out = set(dice.sample(SOURCES, 2))
    for kind, names in (("down", SOURCES), ("broken", tuple(RULES))):
        for _ in range(8):
            start, length = dice.randrange(1, DAYS), dice.randint(1, 4)
            name = dice.choice(names)
            for day in days[start : start + length]:
                getattr(day, kind).add(name)
    return days


@dataclass(frozen=True)
class Run:
    """One run of a day: begun, ended, and whether it published."""

    day: Day
    begun: datetime
    ended: datetime
    publishes: bool
    step: str = ""
    is_backfill: bool = False

    @property
    def run_id(self) -> str:
        return f"{self.begun:%m%d-%H%M}{'-backfill' if self.is_backfill else ''}"


def runs_of(day: Day) -> Iterator[Run]:
    """Yield the runs of a day: a backfill, the planned one at five, and what came of it."""
    five = datetime.combine(day.on, time(5))
    soon, hour = timedelta(minutes=12), timedelta(hours=1)
    evening = five + 14 * hour  # after the grace of every contract
    if day.backfills:
        yield Run(day, five - 2 * hour, five - hour, True, is_backfill=True)
    if day.plan == "good":
        yield Run(day, five, five + soon, True)
    elif day.plan == "slow":
        yield Run(day, five, evening, True)
    elif day.plan in ("step_failed", "died"):
        yield Run(day, five, five + soon, False, day.step)
    if day.plan == "late_start" or (day.plan in ("step_failed", "died") and day.is_rerun):
        yield Run(day, evening, evening + soon, True)


def truth(days: list[Day]) -> dict[tuple[str, datetime], Told]:
    """Return what became of each report that was due after the first run, by the plans."""
    found = {}
    for contract in CONTRACTS:
        for at, following in pairwise(contract.due_instants()):
            place = (at.date() - FIRST).days
            if place < DAYS:
                found[contract.report, at] = _told(contract, days, place, following)
    return found


def _told(contract: Contract, days: list[Day], place: int, following: datetime) -> Told:
    day, group = days[place], GROUPS[contract.mart]
    if day.plan != "good":
        return Told(_when(days, place, following, group), *_why(contract, day))
    if group in day.held:
        [rule] = [each for each in sorted(day.broken) if group in RULES[each][1]]
        way = TO_RULE[contract.report, rule]
        return Told("stale", "group_held_back", rule, f"{way} < {rule}")
    if bad := set(contract.sources) & (day.down | day.left_out):
        tries = {source: list(_tries(days[: place + 1], source)) for source in bad}
        last = {source: max(_good(tries[source]), default=datetime.min) for source in bad}
        culprit = min(bad, key=lambda source: (last[source], source))
        failed = any(at > last[culprit] and not is_good for at, is_good in tries[culprit])
        cause = "source_failed" if failed else "source_not_loaded"
        way = TO_SOURCE[contract.report, culprit]
        return Told("stale", cause, culprit, f"{way} < load_{culprit}")
    return Told("on_time")


def _tries(days: list[Day], source: str) -> Iterator[tuple[datetime, bool]]:
    """Yield when a source was read for new days, up to the run at five of the last, and how."""
    for day in days:
        for run in runs_of(day):
            is_early = day is not days[-1] or run.begun.hour == 5
            if not run.is_backfill and source not in day.left_out and is_early:
                yield run.begun, source not in day.down


def _good(tries: list[tuple[datetime, bool]]) -> Iterator[datetime]:
    return (at for at, is_good in tries if is_good)


def _when(days: list[Day], place: int, following: datetime, group: str) -> str:
    later = (
        run
        for day in days[place:]
        for run in runs_of(day)
        if run.publishes and not run.is_backfill and group not in day.held
    )
    return "late" if any(run.ended <= following for run in later) else "missed"


def _why(contract: Contract, day: Day) -> tuple[str, str, str]:
    to_publish = f"{contract.mart} < published.version"
    if day.plan in ("late_start", "no_run"):
        return "run_not_started", "no run", f"{to_publish} < no run"
    [first, *_] = [run for run in runs_of(day) if not run.is_backfill]
    if day.plan == "slow":
        return "run_too_slow", first.run_id, f"{to_publish} < {first.run_id}"
    if day.plan == "died":
        return "run_died", first.run_id, f"{to_publish} < {first.run_id}"
    way = contract.mart if day.step == "dbt_marts" else TO_STEP.get((contract.report, day.step))
    return "step_failed", day.step, f"{way or to_publish} < {day.step}"


def written(days: list[Day], connection: duckdb.DuckDBPyConnection) -> None:
    """Write the history into the tables that real runs write."""
    run_ledger.ensure_tables(connection)
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for run in (run for day in days for run in runs_of(day)):
        _add(rows, run)
    loads = [list(column) for column in zip(*rows.pop("loads"), strict=True)]
    connection.execute(
        "insert into ingest.loads by name select unnest(?) as run_id, unnest(?) as source,"
        " unnest(?) as as_of, unnest(?) as status",
        loads,
    )
    for table, found in rows.items():
        run_ledger.add(connection, table, found)
    behind = [
        each
        for contract in CONTRACTS
        for each in report_contracts.behind(contract.report, [contract.mart], PARENTS)
    ]
    upstreams = run_ledger.upstream_rows(behind, GROUPS, SOURCES)
    run_ledger.replace_upstreams(connection, upstreams)


def _add(rows: dict[str, list[list[Any]]], run: Run) -> None:
    day, published = run.day, run.ended if run.publishes else None
    is_whole = not run.is_backfill
    instants = [run.begun, run.ended, published]
    rows["runs"].append(
        [run.run_id, *instants, run.publishes, is_whole, run.is_backfill, run.ended]
    )
    for source in SOURCES:
        # A backfill reads old days of a source that is down for new ones.
        if source not in day.left_out or run.is_backfill:
            fails = source in day.down and not run.is_backfill
            status = "failed" if fails else "succeeded"
            rows["loads"].append([run.run_id, source, run.begun, status])
    if run.publishes:
        rows["written_marts"] += [[run.run_id, each.removeprefix("marts.")] for each in GROUPS]
        rows["held_groups"] += [
            [run.run_id, group, rule, RULES[rule][0]]
            for rule in sorted(day.broken)
            for group in sorted(RULES[rule][1])
        ]
    if run.step:
        rows["failed_assets"] += [[run.run_id, run.step, asset] for asset in STEPS[run.step]]


def config() -> list[dict[str, Any]]:
    """Return the contracts as config/reports.yml has them."""
    return [
        {
            "report": each.report,
            "mart": each.mart.removeprefix("marts."),
            "owner": "somebody",
            "days": list(each.days),
            "due": each.due,
            "time_zone": each.zone,
            "max_age_hours": each.max_age_hours,
            "grace_minutes": each.grace_minutes,
        }
        for each in CONTRACTS
    ]


def warehouse(path: Any, config_folder: Any = PROJECT / "config") -> duckdb.DuckDBPyConnection:
    """Return an open warehouse with rules loaded and no run yet."""
    ingestion.pipeline.ensure_tables(path)
    rules.load(config_folder, path)
    return duckdb.connect(str(path))
