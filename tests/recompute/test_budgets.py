"""Budgets worked out again from the sheets and the platforms' own rows, in plain Python."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from plain import AS_OF, CENT, Home, rules

pytestmark = pytest.mark.slow

Key = tuple[date, str, str]
# Rounded to cents once a line.
CLOSE = Decimal("0.011")


@pytest.fixture(scope="module")
def home(published_home: Path) -> Home:
    return Home(published_home)


def sheet(home: Home) -> dict[Key, tuple[Decimal, str]]:
    """Return the lines of the newest sheet."""
    path = max((home.path / "inbox" / "plan_sheets").glob("budgets-*.csv"))
    with path.open(encoding="utf-8") as file:
        return {
            (date.fromisoformat(row["month"]), row["channel"], row["campaign"]): (
                Decimal(row["budget"].replace(",", "")),
                row["currency"],
            )
            for row in csv.DictReader(file)
        }


def rate(day: date, currency: str) -> Decimal:
    """Return the rate of the first day of a day's year: the locked one."""
    if currency == "USD":
        return Decimal(1)
    told = [
        (each["rate_on"], each["rate"])
        for each in rules("fx")["fx_rates"]
        if each["from_currency"] == currency and each["rate_on"] <= day.replace(month=1, day=1)
    ]
    return Decimal(str(max(told)[1]))


def spent(home: Home) -> dict[Key, Decimal]:
    """Return the spend by month, channel and campaign, in dollars at the locked rates."""
    campaigns = {
        (row[0], row[1]): row[2]
        for row in home.raw(
            "select platform, campaign_native_id, canonical_campaign "
            "from intermediate.int_campaigns__campaigns"
        )
    }
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for platform, query in (
        ("google_ads",
         "select campaign__id, segments__date, customer__currency_code, "
         "metrics__cost_micros::decimal(38, 6) / 1000000 from raw_google_ads.campaign_stats"),
        ("meta_ads",
         "select campaign_id, date_start, account_currency, spend from raw_meta_ads.insights "
         "where level = 'campaign'"),
        ("linkedin_ads",
         "select entity_id, reported_on, currency_code, cost_in_local_currency "
         "from raw_linkedin_ads.analytics where pivot_name = 'CAMPAIGN'"),
    ):  # fmt: skip
        word = "and" if "where" in query else "where"
        rows = home.raw(f"{query} {word} _dlt_valid_to is null and not coalesce(is_deleted, false)")
        channel = "paid_search" if platform == "google_ads" else "paid_social"
        for campaign, day, currency, amount in rows:
            key = (day.replace(day=1), channel, campaigns[platform, str(campaign)])
            found[key] += Decimal(str(amount)) * rate(day, currency)
    return found


def test_every_line_has_its_plan_and_its_spend(home: Home) -> None:
    planned, actual = sheet(home), spent(home)
    marts = {
        (starts_on, channel, campaign): (plan, spend, status)
        for starts_on, channel, campaign, plan, spend, status in home.marts(
            "select starts_on, channel, canonical_campaign, plan_amount_reporting, "
            "actual_amount_reporting, status from fct_budget_lines "
            "where canonical_campaign <> '(any)'"
        )
    }
    keys = {*planned, *actual}
    assert len(keys) > 100
    assert set(marts) == keys
    for key in keys:
        amount, currency = planned.get(key, (Decimal(0), "USD"))
        plan = (amount * rate(key[0], currency)).quantize(CENT)
        spend = actual.get(key, Decimal(0))
        assert abs(marts[key][0] - plan) <= CLOSE, key
        assert abs(marts[key][1] - spend) <= CLOSE, key
        ends_on = (key[0] + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if key not in planned:
            assert marts[key][2] == "no_line", key
        elif spend > plan * Decimal("1.05"):
            assert marts[key][2] == "overspent", key
        elif ends_on < AS_OF.date():
            expected = "no_spend" if not spend else "on_plan"
            expected = "underspent" if 0 < spend < plan * Decimal("0.95") else expected
            assert marts[key][2] == expected, key


def test_months_sum_their_lines(home: Home) -> None:
    """The pace of a month, with its numerator and its denominator."""
    planned, actual = sheet(home), spent(home)
    for month, plan, spend, to_date, pace in home.marts(
        "select month, sum(plan_amount_reporting), sum(actual_amount_reporting), "
        "sum(plan_to_date_amount_reporting), max(pacing_rate) from rpt_budget_pacing "
        "where channel = 'paid_search' and is_complete group by month"
    ):
        expected = sum(
            amount * rate(month, currency)
            for (first, channel, _), (amount, currency) in planned.items()
            if (first, channel) == (month, "paid_search")
        )
        total = sum(s for key, s in actual.items() if key[:2] == (month, "paid_search"))
        assert plan == to_date
        assert abs(plan - expected) < Decimal("0.1")
        # An account is charged a few dollars beside its campaigns.
        assert -CLOSE * 10 < spend - total < 20
        assert pace == pytest.approx(float(spend / plan), abs=1e-9)


def test_all_spend_is_in_the_lines_once(home: Home) -> None:
    [(lines, count)] = home.marts(
        "select sum(actual_at_daily_rates_amount_reporting), count(*) from fct_budget_lines"
    )
    [(spend,)] = home.marts("select sum(spend_amount_reporting) from fct_ad_performance")
    assert abs(lines - spend) <= CENT * count
