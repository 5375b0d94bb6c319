"""The credit models against answers worked out by hand."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from credit_sql import DAY, Conversion, Touch, credits, weights

CASES = Path(__file__).resolve().parents[1] / "cases"
MILESTONES = json.loads((CASES / "rule_milestone_cases.json").read_text("utf-8"))
PATHS = json.loads((CASES / "small_path_cases.json").read_text("utf-8"))
NAMES = {
    "first": "first_touch",
    "last": "last_touch",
    "u_shaped_marketo_50_50": "u_shaped_50_50",
    "full_path_22.5x4_10": "full_path_22_5",
}
RULE_MODELS = ("first_touch", "last_touch", "last_non_direct", "linear", "position_40_20_40")


def test_time_decay_and_position_share_twelve_thousand_as_worked_out_by_hand() -> None:
    case = MILESTONES["time_decay"]
    last = len(case["touch_day"]) - 1
    touches = [
        Touch(f"t{n}", day * DAY, "direct" if n == last else "email")
        for n, day in enumerate(case["touch_day"])
    ]
    sale = Conversion("c1", case["conversion_day"] * DAY, value="12000.00")
    found = credits(touches, [sale], half_life_days=case["half_life_days"])
    expected = {"time_decay": case["expected_time_decay"]} | {
        NAMES.get(name, name): values for name, values in case["expected"].items()
    }
    for model, values in expected.items():
        got = [12000 * weight for weight in weights(found, model).values()]
        assert got == pytest.approx(values, abs=1e-6), model


@pytest.mark.parametrize("case", MILESTONES["milestones"], ids=lambda case: case["name"])
def test_milestone_models_give_the_exact_fractions(case: dict[str, Any]) -> None:
    touches = [Touch(f"t{n}", n * DAY) for n in range(case["n_touches"])]
    lead, opportunity = case["lead_created"], case["opp_created"]
    sale = Conversion(
        "c1",
        case["closed"] * DAY,
        lead_at=None if lead is None else lead * DAY,
        opportunity_at=opportunity * DAY,
    )
    found = credits(touches, [sale])
    for name, shares in case["expected"].items():
        got = list(weights(found, NAMES.get(name, name)).values())
        assert got == pytest.approx([float(Fraction(share)) for share in shares], abs=1e-9), name


@pytest.mark.parametrize("case", PATHS, ids=lambda case: case["name"])
def test_rule_models_give_the_textbook_channel_totals(case: dict[str, Any]) -> None:
    touches: list[Touch] = []
    sales: list[Conversion] = []
    for path_number, path in enumerate(case["paths"]):
        for copy in range(int(path["conversions"])):
            person = f"p{path_number}-{copy}"
            touches += [
                Touch(f"{person}-{n:03}", n * DAY, channel.lower(), person)
                for n, channel in enumerate(path["path"])
            ]
            sales.append(
                Conversion(f"c{person}", len(path["path"]) * DAY, people=(person,), account=person)
            )
    channels = {touch.id: touch.channel for touch in touches}
    totals: dict[tuple[str, str], float] = {}
    for row in credits(touches, sales):
        key = (row.model, channels[row.touch])
        totals[key] = totals.get(key, 0.0) + row.weight
    for model in RULE_MODELS:
        for channel, share in case["expected"].get(model, {}).items():
            got = totals.get((model, channel.lower()), 0.0)
            assert got == pytest.approx(float(Fraction(share)), abs=1e-9), (model, channel)


def test_a_touch_at_the_very_instant_counts_and_one_a_second_later_does_not() -> None:
    sale = Conversion("c1", 400 * DAY)
    found = credits([Touch("at", 400 * DAY), Touch("after", 400 * DAY + 1)], [sale])
    assert weights(found, "linear") == {"at": 1.0}


def test_the_lookback_holds_its_first_instant_and_nothing_before_it() -> None:
    sale = Conversion("c1", 400 * DAY)
    found = credits([Touch("edge", 35 * DAY), Touch("before", 35 * DAY - 1)], [sale])
    assert weights(found, "linear") == {"edge": 1.0}


def test_a_conversion_without_touches_puts_the_whole_credit_on_none() -> None:
    found = credits([Touch("s", 0, touch_class="sales")], [Conversion("c1", DAY)])
    assert {row.touch for row in found} == {"(none)"}
    assert all(row.micros == 1_000_000 and row.value == Decimal("100.00") for row in found)


def test_last_non_direct_falls_back_to_the_last_touch_when_all_are_direct() -> None:
    touches = [Touch("t1", 0, "direct"), Touch("t2", DAY, "direct")]
    found = credits(touches, [Conversion("c1", 2 * DAY)])
    assert weights(found, "last_non_direct") == {"t1": 0.0, "t2": 1.0}


def test_ties_are_ordered_by_touch_type_and_then_by_id() -> None:
    touches = [Touch("b", 0, priority=1), Touch("c", 0, priority=1), Touch("a", 0, priority=6)]
    found = credits(touches, [Conversion("c1", DAY)])
    assert list(weights(found, "first_touch")) == ["b", "c", "a"]


def test_a_cent_that_cannot_be_shared_goes_to_the_earlier_touch() -> None:
    touches = [Touch("t1", 0), Touch("t2", DAY), Touch("t3", 2 * DAY)]
    found = credits(touches, [Conversion("c1", 3 * DAY)])
    linear = [row for row in found if row.model == "linear"]
    assert [row.value for row in linear] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert [row.micros for row in linear] == [333_334, 333_333, 333_333]


def test_yen_are_split_in_whole_yen() -> None:
    touches = [Touch("t1", 0), Touch("t2", DAY), Touch("t3", 2 * DAY)]
    found = credits(touches, [Conversion("c1", 3 * DAY, value="1000.00", currency="JPY")])
    assert [row.value for row in found if row.model == "linear"] == [334, 333, 333]


def test_a_full_refund_reuses_the_weights_of_the_sale_and_nets_to_zero() -> None:
    touches = [Touch("t1", 0), Touch("t2", DAY), Touch("late", 9 * DAY)]
    sale = Conversion("c1", 3 * DAY, value="100.01", value_reporting="117.23")
    refund = Conversion("c2", 10 * DAY, value="-100.01", value_reporting="-117.23", reverses="c1")
    found = credits(touches, [sale, refund])
    for model in {row.model for row in found}:
        assert weights(found, model, "c2") == weights(found, model, "c1")
        for touch in ("t1", "t2"):
            rows = [row for row in found if row.model == model and row.touch == touch]
            assert sum(row.value for row in rows) == 0
            assert sum(row.value_reporting for row in rows) == 0


def test_a_missing_rate_leaves_the_reporting_value_null_and_the_credit_whole() -> None:
    sale = Conversion("c1", DAY, currency="XAF", value_reporting=None)
    found = credits([Touch("t1", 0)], [sale])
    assert all(row.value_reporting is None and row.micros == 1_000_000 for row in found)


def test_a_conversion_without_value_is_credited_with_zero_money() -> None:
    lead = Conversion("c1", DAY, stage="lead", value=None, value_reporting=None)
    found = credits([Touch("t1", 0)], [lead])
    assert all(row.value == 0 and row.value_reporting == 0 for row in found)


@pytest.mark.parametrize(("reset", "expected"), [(False, {"t1", "t2"}), (True, {"t2"})])
def test_reset_on_conversion_decides_whether_earlier_touches_count_again(
    reset: bool, expected: set[str]
) -> None:
    touches = [Touch("t1", 0), Touch("t2", 2 * DAY)]
    sales = [Conversion("c1", DAY), Conversion("c2", 3 * DAY)]
    assert set(weights(credits(touches, sales, reset=reset), "linear", "c2")) == expected
