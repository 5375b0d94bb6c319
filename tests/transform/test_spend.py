"""Ad spend recomputed by other means: a tree walked in Python against the models' SQL."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple

import duckdb
import pytest

from benchmarks.model_sql import rendered

NONE = "(not at this grain)"
AS_OF = "2026-07-01 06:00:00"


class AdRow(NamedTuple):
    """One reported row; ids are empty above its grain."""

    grain: str
    campaign: str = NONE
    group: str = NONE
    ad: str = NONE
    spend: Decimal = Decimal(0)
    clicks: int = 0
    day: str = "2026-06-01"
    currency: str = "USD"


def effective_spend(rows: Sequence[AdRow], day: str) -> Decimal:
    """Return an account's spend of a day: a grain's own row, else the sum of what is below it."""
    own = {(row.grain, row.campaign, row.group, row.ad): row for row in rows if row.day == day}

    def total(grain: str, key: tuple) -> Decimal:
        if (grain, *key) in own:
            return own[(grain, *key)].spend
        below = {"account": "campaign", "campaign": "ad_group", "ad_group": "ad", "ad": ""}[grain]
        depth = ("account", "campaign", "ad_group").index(grain) if below else 0
        inside = {
            (*row[1 : depth + 2], *(NONE,) * (2 - depth))
            for row in own.values()
            if below and row[1 : depth + 1] == key[:depth] and row[depth + 1] != NONE
        }
        return sum((total(below, child) for child in inside), Decimal(0))

    return total("account", (NONE, NONE, NONE))


def ad_days(rows: Sequence[AdRow], rates: Sequence[tuple[str, str, str]] = ()) -> list[dict]:
    """Return what the project's own SQL makes of the reported rows."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table int_ads__reported_days (platform varchar, grain varchar, "
            "account_id varchar, campaign_native_id varchar, ad_group_id varchar, ad_id varchar, "
            "reported_on date, currency_code varchar, account_time_zone varchar, "
            "attribution_setting varchar, api_version varchar, impressions bigint, clicks bigint, "
            "spend_amount decimal(18, 6), platform_conversions double, "
            "platform_conversion_value double, observed_at timestamp)"
        )
        connection.execute(
            "create table stg_config__company as select 'USD' as reporting_currency;"
            "create table stg_config__lookback_windows as "
            "select 'p' as platform, 28 as final_after_days;"
            "create table int_fx__daily_rates "
            "(rate_on date, from_currency varchar, rate double, quoted_on date)"
        )
        connection.executemany(
            "insert into int_ads__reported_days values "
            "('p', ?, 'a', ?, ?, ?, ?, ?, 'UTC', 's', 'v1', ?, ?, ?, 0.1, 0, "
            "timestamp '2026-06-02')",
            [
                (r.grain, r.campaign, r.group, r.ad, r.day, r.currency, r.clicks, r.clicks, r.spend)
                for r in rows
            ],
        )
        for rate in rates:
            connection.execute(
                "insert into int_fx__daily_rates values (?1, ?2, ?3, ?1)", list(rate)
            )
        for model in ("int_ads__contributions", "int_ads__ad_days"):
            connection.execute(f"create table {model} as {rendered(model, as_of=AS_OF)}")
        found = connection.execute("select * from int_ads__ad_days")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def company(seed: int) -> list[AdRow]:
    """Return an account's rows with grains left out, ads missing and sums that do not close."""
    random = Random(seed)

    def money() -> Decimal:
        return Decimal(random.randrange(0, 10_000_000)) / 1_000_000

    rows = [AdRow("account", spend=money() * 9)] if random.random() < 0.5 else []
    for campaign in "cd"[: random.randint(1, 2)]:
        if random.random() < 0.6:
            rows.append(AdRow("campaign", campaign, spend=money() * 3))
        for group in "gh"[: random.randint(0, 2)]:
            if random.random() < 0.6:
                rows.append(AdRow("ad_group", campaign, group, spend=money() * 2))
            for ad in "xyz"[: random.randint(0, 3)]:
                rows.append(AdRow("ad", campaign, group, ad, money(), random.randrange(9)))
    return rows


@pytest.mark.parametrize("seed", range(25))
def test_every_account_day_adds_up_to_its_coarsest_grain(seed: int) -> None:
    rows = company(seed)

    found = ad_days(rows)

    spent = sum((row["spend_amount"] for row in found), Decimal(0))
    assert spent == effective_spend(rows, "2026-06-01")


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    rows = company(seed)
    shuffled = Random(seed).sample(rows, len(rows))

    def key(row: dict) -> str:
        return repr(sorted(row.items(), key=lambda item: item[0]))

    assert sorted(map(key, ad_days(rows))) == sorted(map(key, ad_days(shuffled)))


@pytest.mark.parametrize("seed", range(25))
def test_no_two_rows_share_a_key(seed: int) -> None:
    found = ad_days(company(seed))

    keys = [(r["campaign_native_id"], r["ad_group_id"], r["ad_id"]) for r in found]
    assert len(keys) == len(set(keys))


def test_a_campaign_that_shows_no_ads_stays_as_a_row_of_its_own() -> None:
    found = ad_days([AdRow("campaign", "pmax", spend=Decimal("12.34"), clicks=3)])

    assert [(r["ad_id"], r["spend_amount"], r["is_residual"]) for r in found] == [
        (NONE, Decimal("12.340000"), True)
    ]


def test_ads_that_exceed_their_campaign_leave_a_negative_residual() -> None:
    found = ad_days(
        [
            AdRow("campaign", "c", spend=Decimal(5)),
            AdRow("ad", "c", "g", "x", spend=Decimal(6)),
        ]
    )

    assert {r["ad_id"]: r["spend_amount"] for r in found} == {"x": Decimal(6), NONE: Decimal(-1)}


def test_a_missing_rate_is_null_and_never_one_to_one() -> None:
    rows = [
        AdRow("campaign", "c", spend=Decimal(5), currency="EUR"),
        AdRow("campaign", "c", spend=Decimal(5), currency="EUR", day="2026-06-02"),
        AdRow("campaign", "c", spend=Decimal(5), currency="USD", day="2026-06-03"),
    ]

    found = ad_days(rows, rates=[("2026-06-01", "EUR", "1.1")])

    rates = {str(row["reported_on"]): row["fx_rate"] for row in found}
    assert rates == {"2026-06-01": Decimal("1.1"), "2026-06-02": None, "2026-06-03": Decimal(1)}


def test_a_day_is_final_once_the_platform_no_longer_restates_it() -> None:
    rows = [AdRow("campaign", "c", day=day) for day in ("2026-06-02", "2026-06-03")]

    found = ad_days(rows)

    assert {str(row["reported_on"]): row["is_final"] for row in found} == {
        "2026-06-02": True,
        "2026-06-03": False,
    }
