"""Ad platforms in the mart against their raw rows: every grain, every day, to the cent."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from ad_platforms import OPEN, PLATFORMS
from plain import AS_OF, Home, rate_of, rules

pytestmark = pytest.mark.slow

NONE = "(not at this grain)"
PROJECT = Path(__file__).resolve().parents[2]
Key = tuple[str, str, str, str]


class Row(NamedTuple):
    """What a platform billed for a day at a grain; ids are empty above it."""

    day: str
    campaign: str
    group: str
    ad: str
    spend: Decimal


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def billed(home: Home, platform: str) -> list[list[Row]]:
    """Return a platform's rows, a list a grain, coarsest first."""
    return [
        [
            Row(*ids, Decimal(str(spend)).quantize(Decimal("0.000001"), ROUND_HALF_UP))
            for *ids, spend in home.raw(f"{query} where {OPEN}")
        ]
        for query in PLATFORMS[platform].grains
    ]


def expected(grains: list[list[Row]]) -> dict[Key, Decimal]:
    """Return what the mart should hold: rows less what stands below them, where that leaves any."""
    found: dict[Key, Decimal] = defaultdict(Decimal)
    coarser: set[Key] = set()
    for rows in grains:
        for row in rows:
            found[row[:4]] += row.spend
            day, *ids = row[:4]
            for depth in (2, 1, 0):
                above = (day, *ids[:depth], *[""] * (3 - depth))
                if above in coarser:
                    found[above] -= row.spend
                    break
        coarser |= {row[:4] for row in rows}
    return found


def shown(home: Home, platform: str) -> dict[Key, Decimal]:
    """Return what the mart holds; what two accounts charge above their campaigns is one row."""
    return {
        (day, *("" if part == NONE else part for part in ids)): spend
        for day, *ids, spend in home.marts(
            "select p.reported_on::varchar, c.campaign_native_id, p.ad_group_id, p.ad_id,"
            " sum(p.spend_amount) from fct_ad_performance p join dim_campaigns c"
            " using (campaign_id) where p.platform = ? group by all",
            platform,
        )
    }


def test_every_ad_platform_is_added_up_here() -> None:
    """Another one states its plain sums in ad_platforms.py; dropped files have other tests."""
    project = yaml.safe_load((PROJECT / "transform" / "dbt_project.yml").read_text("utf-8"))
    assert set(PLATFORMS) == set(project["vars"]["ad_platforms"]) - {"file_drops"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_row_and_residual_is_what_the_platform_billed_at_its_grain(
    home: Home, platform: str
) -> None:
    grains = billed(home, platform)
    held = shown(home, platform)

    wanted = expected(grains)
    assert {key: spend for key, spend in held.items() if spend} == {
        key: spend for key, spend in wanted.items() if spend
    }
    # How deep the rows with money stand: ads, and what is left over above them.
    assert {4 - key.count("") for key, spend in held.items() if spend} == PLATFORMS[platform].depths


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_day_adds_up_to_what_was_billed_for_it(home: Home, platform: str) -> None:
    coarsest = billed(home, platform)[0]
    assert _by_day((row.day, row.spend) for row in coarsest) == _by_day(
        (key[0], spend) for key, spend in shown(home, platform).items()
    )


def _by_day(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for day, amount in amounts:
        total[day] += amount
    return total


def test_each_account_keeps_its_currency_and_zone_and_is_converted_by_the_day(home: Home) -> None:
    held = home.marts(
        "select distinct platform, currency_code, account_time_zone from fct_ad_performance"
    )
    assert set(held) == {
        (name, *account) for name, each in PLATFORMS.items() for account in each.accounts
    }

    for day, currency, spend, reported in home.marts(
        "select reported_on, currency_code, spend_amount, spend_amount_reporting"
        " from fct_ad_performance where spend_amount <> 0"
    ):
        exact = spend * (rate_of(currency, day) or 0)
        assert abs(reported - exact) <= Decimal("0.0000005"), (currency, day)


def _claims(home: Home) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return Meta's conversions and their value by day, one tier a family, and all types added."""
    families = {
        row["action_type"]: (row["family"], row["tier"])
        for row in rules("campaigns")["ad_conversion_types"]
        if row["platform"] == "meta_ads"
    }
    tiers: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(dict)
    naive: dict[str, float] = defaultdict(float)
    for day, type_, count, value in home.raw(
        "select date_start::varchar, action_type, actions, action_value"
        f" from raw_meta_ads.insight_actions where level = 'account' and {OPEN}"
        " and attribution_window = '(setting)'"
    ):
        if type_ in families:
            family, tier = families[type_]
            held = tiers[day, family].setdefault(tier, [0.0, 0.0])
            held[0] += float(count or 0)
            held[1] += float(value or 0)
            naive[day] += float(count or 0)
    counted: dict[str, float] = defaultdict(float)
    worth: dict[str, float] = defaultdict(float)
    for (day, _), found in tiers.items():
        count, value = found[min(found)]
        counted[day] += count
        worth[day] += value
    return counted, worth, naive


def test_overlapping_action_types_are_counted_once(home: Home) -> None:
    counted, worth, naive = _claims(home)
    held = home.marts(
        "select reported_on::varchar, sum(platform_conversions), sum(platform_conversion_value)"
        " from fct_ad_performance where platform = 'meta_ads' group by 1"
    )

    assert {day: round(count, 6) for day, count, _ in held if count} == counted
    assert {day: round(value, 2) for day, _, value in held if value} == {
        day: round(value, 2) for day, value in worth.items() if value
    }
    assert sum(naive.values()) > 1.9 * sum(counted.values()) > 100


def test_planted_overlaps_are_counted_once_at_their_ad(home: Home) -> None:
    planted = home.raw(
        "select key from truth.planted where source = 'meta_ads' and kind = 'overlapping_actions'"
        " and note < '2026-05-01'"
    )
    types = dict(
        home.raw(
            "select ad_id || ':' || date_start, list(distinct action_type)"
            f" from raw_meta_ads.insight_actions where level = 'ad' and {OPEN} group by 1"
        )
    )
    held = dict(
        home.marts(
            "select ad_id || ':' || reported_on, platform_conversions"
            " from fct_ad_performance where platform = 'meta_ads' and not is_residual"
        )
    )
    leads = dict(
        home.raw(
            "select ad_id || ':' || date_start, sum(actions) from raw_meta_ads.insight_actions"
            f" where level = 'ad' and {OPEN} and attribution_window = '(setting)'"
            " and action_type in ('lead', 'omni_purchase') group by 1"
        )
    )

    keys = [key for (key,) in planted if key in types]
    assert len(keys) > 20
    for key in keys:
        assert {"lead", "offsite_conversion.fb_pixel_lead"} <= set(types[key])
        assert held[key] == float(leads[key])


def test_a_row_that_the_platform_dropped_is_in_no_total_of_ads(home: Home) -> None:
    # Versions come for 27 days at most, so what is older than that has reached its last one.
    planted = home.raw(
        "select key from truth.planted where source = 'meta_ads' and kind = 'ad_row_dropped'"
        " and note < '2026-05-31'"
    )
    held = {f"{key[3]}:{key[0]}" for key in shown(home, "meta_ads")}

    assert len(planted) > 10
    assert not {key for (key,) in planted} & held


def test_a_campaign_without_ads_stands_as_a_row_of_its_own(home: Home) -> None:
    ((campaign, _),) = home.raw(
        "select key, note from truth.planted where source = 'meta_ads'"
        " and kind = 'campaign_without_ads'"
    )
    own = {key for key in shown(home, "meta_ads") if key[1] == campaign}
    assert len(own) > 300
    assert {key[2:] for key in own} == {("", "")}


BREAKDOWNS = {
    "age_gender": "age, gender",
    "country": "country",
    "placement": "publisher_platform, platform_position",
    "device": "impression_device",
}


@pytest.mark.parametrize("name", BREAKDOWNS)
def test_breakdown_rows_keep_their_values_and_are_added_to_no_total(home: Home, name: str) -> None:
    """Their parts stay below the whole, so adding a part to a total would have moved a day."""
    parts = home.raw(
        f"select campaign_id, date_start::varchar, count(*), count(distinct ({BREAKDOWNS[name]})),"
        " sum(spend::decimal(18, 6)), sum(impressions)"
        f" from raw_meta_ads.insights_by_{name} where {OPEN} group by 1, 2"
    )
    whole = {
        (campaign, day): (spend, impressions)
        for campaign, day, spend, impressions in home.raw(
            "select campaign_id, date_start::varchar, spend::decimal(18, 6), impressions"
            f" from raw_meta_ads.insights where level = 'campaign' and {OPEN}"
        )
    }

    assert len(parts) > 100
    assert max(rows for _, _, rows, *_ in parts) > 1
    for campaign, day, rows, values, spend, impressions in parts:
        assert rows == values
        assert Decimal(0) < spend <= whole[campaign, day][0]
        assert impressions <= whole[campaign, day][1]
    assert AS_OF.date().isoformat() >= max(day for _, day, *_ in parts)
