"""The pipeline at each month's end and what moved between, from raw histories in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from plain import (
    AS_OF,
    CENT,
    Deal,
    Home,
    deals,
    in_reporting_currency,
    report_day,
    report_month,
    reporting_value,
    stages,
    totals,
)

pytestmark = pytest.mark.slow

HUBSPOT = (
    "select object_id, changed_at, trim(value), null from raw_hubspot.property_history "
    "where object_type = 'deals' and property = 'dealstage' order by changed_at, event_id"
)
SALESFORCE = (
    "select opportunity_id, created_date, stage_name, amount "
    "from raw_salesforce.opportunity_history where _dlt_valid_to is null order by created_date, id"
)
NOTHING = Decimal(0)
LOOKBACK = timedelta(days=365)
# The twelve months that end with June 2026.
WINDOW = date(2025, 7, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def home(published_home: Path) -> Home:
    return Home(published_home)


@pytest.fixture(scope="module")
def sold(home: Home) -> dict[str, Deal]:
    """Return the deals that can stand in a pipeline: no refunds."""
    return {
        id_: deal
        for id_, deal in deals(home).items()
        if not deal.refunds and (deal.amount or 0) >= 0
    }


@pytest.fixture(scope="module")
def histories(home: Home, sold: dict[str, Deal]) -> dict[str, list[tuple]]:
    """Return deal -> (instant, stage, value where the history keeps one), the oldest first."""
    found = defaultdict(list)
    for crm, query in (("hubspot", HUBSPOT), ("salesforce", SALESFORCE)):
        known = stages("deals", crm)
        for id_, at, word, amount in home.raw(query):
            if id_ in sold and at <= AS_OF:
                value = None if amount is None else Decimal(amount).quantize(CENT)
                found[id_].append((at, known.get(word, ("opportunity", 60))[0], value))
    return found


def month_ends() -> Iterator[tuple[date, date]]:
    """Yield each month with its last day, the one under way with the day of as_of."""
    month = date(2025, 1, 1)
    while month <= report_day(AS_OF):
        following = (month + timedelta(days=31)).replace(day=1)
        yield month, min(following - timedelta(days=1), report_day(AS_OF))
        month = following


def standing(deal: Deal, history: list[tuple], on: date) -> Decimal | None:
    """Return the value of a deal that is open when the day ends; None where it is not."""
    past = [event for event in history if report_day(event[0]) <= on]
    if report_day(deal.created) > on or (past and past[-1][1] != "opportunity"):
        return None
    amount = past[-1][2] if past and past[-1][2] is not None else deal.amount
    worth = in_reporting_currency(amount or NOTHING, deal.currency, report_day(deal.created))
    return NOTHING if worth is None else worth


def test_each_month_closes_with_what_the_histories_leave_open(
    home: Home, sold: dict[str, Deal], histories: dict[str, list[tuple]]
) -> None:
    count, value = {}, {}
    for month, last_day in month_ends():
        held = [standing(deal, histories[id_], last_day) for id_, deal in sold.items()]
        still = [each for each in held if each is not None]
        count[month], value[month] = len(still), sum(still, NOTHING)
    shown = home.marts(
        "select month, sum(opportunities), sum(amount_reporting) from rpt_pipeline_waterfall "
        "where movement = 'closing' group by month order by month"
    )

    assert len(shown) >= 12
    assert [(month, opened) for month, opened, _ in shown] == [
        (month, count[month]) for month in count if count[month]
    ]
    assert [amount for *_, amount in shown] == [value[month] for month in count if count[month]]


def test_what_came_went_and_returned_by_month_is_in_the_histories(
    home: Home, sold: dict[str, Deal], histories: dict[str, list[tuple]]
) -> None:
    moved = Counter((report_month(deal.created), "new") for deal in sold.values())
    for history in histories.values():
        before = "opportunity"
        for at, stage, _ in history:
            if stage != before:
                kind = "reopened" if stage == "opportunity" else stage
                moved[report_month(at), kind] += 1
            before = stage
    shown = home.marts(
        "select strftime(month, '%Y-%m'), movement, sum(opportunities) from rpt_pipeline_waterfall "
        "where movement in ('new', 'reopened', 'won', 'lost') group by 1, 2"
    )

    assert {kind for _, kind in moved} >= {"new", "won", "lost"}
    assert {(month, kind): count for month, kind, count in shown} == dict(moved)


def test_what_is_won_by_month_is_worth_what_the_crm_sold(home: Home, sold: dict[str, Deal]) -> None:
    won = [deal for deal in sold.values() if deal.stage == "won"]
    shown = home.marts(
        "select strftime(month, '%Y-%m'), -sum(amount_reporting) from rpt_pipeline_waterfall "
        "where movement = 'won' group by 1"
    )

    assert totals(shown) == totals(
        (report_month(deal.dated), reporting_value(deal, sold)) for deal in won
    )


def test_all_that_was_created_has_one_source(home: Home, sold: dict[str, Deal]) -> None:
    shown = home.marts(
        "select strftime(month, '%Y-%m'), sum(amount_reporting) from rpt_pipeline_sourced "
        "group by 1"
    )

    assert totals(shown) == totals(
        (report_month(deal.created), reporting_value(deal, sold)) for deal in sold.values()
    )


def test_an_opportunity_is_sourced_by_the_first_touch_of_its_account(home: Home) -> None:
    touches = defaultdict(list)
    for account, at, priority, id_, kind in home.raw(
        "select account_id, touched_at, touch_type_priority, touchpoint_id, touch_class "
        "from intermediate.int_touchpoints__touchpoints where account_id is not null"
    ):
        touches[account].append((at, priority, id_, kind))
    sourced: Counter[str] = Counter()
    influenced = 0
    for account, created, closed in home.marts(
        "select account_id, created_at, closed_at from fct_opportunities where not is_reversal"
    ):
        near = [each for each in touches[account] if timedelta(0) <= created - each[0] <= LOOKBACK]
        sourced[min(near)[3] if near else "(none)"] += 1
        influenced += WINDOW[0] <= report_day(created) <= WINDOW[1] and any(
            kind == "marketing" and timedelta(0) <= (closed or AS_OF) - at <= LOOKBACK
            for at, _, _, kind in touches[account]
        )

    assert dict(
        home.marts("select source_class, sum(opportunities) from rpt_pipeline_sourced group by 1")
    ) == dict(sourced)
    assert home.marts(
        "select influenced_opportunities from rpt_pipeline_influenced "
        "where scope = 'all' and window_months = 12 and month = date '2026-06-01'"
    ) == [(influenced,)]
