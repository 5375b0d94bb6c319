"""The credit models on generated journeys, against laws and an independent recomputation."""

from decimal import Decimal
from fractions import Fraction
from functools import partial

import credit_sql
import pytest
from credit_sql import DAY, Conversion, Credit, Touch, weights
from hypothesis import given, settings
from hypothesis import strategies as st

CHANNELS = ("direct", "email", "paid_search", "referral")
AT = 500 * DAY
LOOKBACK = 365 * DAY
# What fits in force may say of channels: nothing of some, 0 or less of others, or nothing at all.
EFFECTS = {
    "markov_order_1": {"direct": 2, "email": 5, "paid_search": 3, "referral": 1},
    "markov_order_2": {"direct": 1, "email": 0},
    "markov_order_3": {},
    "shapley_value_game": {"email": 7, "paid_search": 7},
    "shapley_rate_game": {"direct": -1, "email": 2, "referral": 1},
}
MODELS = 10 + len(EFFECTS)
# Ends of the window and shared instants come up often, since that is where rules differ.
EDGES = (AT, AT + 1, AT - 1, AT - DAY, AT - LOOKBACK, AT - LOOKBACK - 1)
INSTANTS = st.sampled_from(EDGES) | st.integers(AT - LOOKBACK - DAY, AT + DAY)
MILESTONES = st.sampled_from((AT, AT - DAY, AT - LOOKBACK)) | st.integers(AT - LOOKBACK, AT)
SLOW_BUT_STEADY = settings(max_examples=8, deadline=None, derandomize=True)


credits = partial(credit_sql.credits, effects=EFFECTS)


@st.composite
def journeys(draw: st.DrawFn, distinct: bool = False) -> list[Touch]:
    instants = draw(st.lists(INSTANTS, max_size=9, unique=distinct))
    return [
        Touch(
            f"t{number}",
            at,
            draw(st.sampled_from(CHANNELS)),
            draw(st.sampled_from(("p1", "p2"))),
            priority=draw(st.integers(1, 6)),
        )
        for number, at in enumerate(instants)
    ]


@st.composite
def sales(draw: st.DrawFn) -> Conversion:
    cents = draw(st.integers(0, 10**9))
    return Conversion(
        "c1",
        AT,
        people=("p1", "p2"),
        value=str(Decimal(cents) / 100),
        value_reporting=str(Decimal(cents + 7) / 100),
        lead_at=draw(st.none() | MILESTONES),
        opportunity_at=draw(MILESTONES),
    )


def exact(touches: list[Touch], sale: Conversion) -> dict[str, list[tuple[str, Fraction]]]:
    """Recompute the models that fractions can hold, straight from the definitions."""
    inside = sorted(
        (touch for touch in touches if sale.at - LOOKBACK <= touch.at <= sale.at),
        key=lambda touch: (touch.at, touch.priority, touch.id),
    )
    if not inside:
        return {}
    end = len(inside) - 1
    leads = [
        place
        for place, touch in enumerate(inside)
        if sale.lead_at is not None and touch.person == "p1" and touch.at <= sale.lead_at
    ]
    created = [
        place for place, touch in enumerate(inside) if touch.at <= (sale.opportunity_at or 0)
    ]
    found = {"first": [0], "lead": leads[-1:], "opportunity": created[-1:], "last": [end]}
    paid = [place for place, touch in enumerate(inside) if touch.channel != "direct"]
    layouts = {
        "first_touch": ({"first": 100}, 0),
        "last_touch": ({"last": 100}, 0),
        "position_40_20_40": ({"first": 40, "last": 40}, 20),
        "u_shaped_40_40_20": ({"first": 40, "lead": 40}, 20),
        "u_shaped_50_50": ({"first": 50, "lead": 50}, 0),
        "w_shaped_30_30_30_10": ({"first": 30, "lead": 30, "opportunity": 30}, 10),
    }
    raw = {
        "linear": [Fraction(1)] * len(inside),
        "last_non_direct": [
            Fraction(place == (paid[-1] if paid else end)) for place in range(len(inside))
        ],
    }
    for model, effects in EFFECTS.items():
        values = [Fraction(max(effects.get(touch.channel, 0), 0)) for touch in inside]
        raw[model] = values if any(values) else [Fraction(1)] * len(inside)
    for model, (shares, rest) in layouts.items():
        held = [
            sum(share for name, share in shares.items() if place in found[name])
            for place in range(len(inside))
        ]
        empty = held.count(0)
        raw[model] = [Fraction(share) if share else Fraction(rest, empty) for share in held]
    return {
        model: [
            (touch.id, share / sum(values)) for touch, share in zip(inside, values, strict=True)
        ]
        for model, values in raw.items()
    }


def split(total: int, shares: list[Fraction], touches: list[Touch]) -> list[int]:
    """Split `total` by largest remainder; ties go to the earlier touch, then the smaller id."""
    exact_parts = [share * total for share in shares]
    parts = [int(part) for part in exact_parts]
    order = sorted(
        range(len(parts)),
        key=lambda place: (
            parts[place] - exact_parts[place],
            touches[place].at,
            touches[place].id,
        ),
    )
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def by_model(found: list[Credit]) -> dict[str, list[Credit]]:
    grouped: dict[str, list[Credit]] = {}
    for row in found:
        grouped.setdefault(row.model, []).append(row)
    return grouped


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_weights_equal_the_exact_fractions(touches: list[Touch], sale: Conversion) -> None:
    found = credits(touches, [sale])
    for model, expected in exact(touches, sale).items():
        got = weights(found, model)
        assert list(got) == [touch for touch, _ in expected], model
        assert list(got.values()) == pytest.approx(
            [float(share) for _, share in expected], abs=1e-9
        ), model


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_micros_and_money_are_split_by_largest_remainder(
    touches: list[Touch], sale: Conversion
) -> None:
    found = by_model(credits(touches, [sale]))
    known = {touch.id: touch for touch in touches}
    cents = int(Decimal(sale.value or 0) * 100)
    for model, expected in exact(touches, sale).items():
        order = [known[touch] for touch, _ in expected]
        shares = [share for _, share in expected]
        assert [row.micros for row in found[model]] == split(1_000_000, shares, order), model
        got = [int(row.value * 100) for row in found[model]]
        assert got == split(cents, shares, order), model


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_every_model_conserves_credit_and_money(touches: list[Touch], sale: Conversion) -> None:
    for model, rows in by_model(credits(touches, [sale])).items():
        assert sum(row.weight for row in rows) == pytest.approx(1, abs=1e-9), model
        assert all(0 <= row.weight <= 1 + 1e-9 for row in rows), model
        assert sum(row.micros for row in rows) == 1_000_000, model
        assert sum(row.value for row in rows) == Decimal(sale.value or 0), model
        reporting = sum(row.value_reporting for row in rows)
        assert reporting == Decimal(sale.value_reporting or 0), model


@SLOW_BUT_STEADY
@given(journeys(), sales(), st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_same_credits(touches, sale, random) -> None:
    shuffled = list(touches)
    random.shuffle(shuffled)
    assert credits(shuffled, [sale]) == credits(touches, [sale])


@SLOW_BUT_STEADY
@given(journeys(), sales(), st.integers(-100 * DAY, 100 * DAY))
def test_shifting_every_instant_changes_no_weight(touches, sale, shift) -> None:
    moved = [Touch(t.id, t.at + shift, t.channel, t.person, priority=t.priority) for t in touches]
    later = Conversion(
        "c1",
        sale.at + shift,
        people=sale.people,
        value=sale.value,
        value_reporting=sale.value_reporting,
        lead_at=None if sale.lead_at is None else sale.lead_at + shift,
        opportunity_at=(sale.opportunity_at or 0) + shift,
    )
    assert credits(moved, [later]) == credits(touches, [sale])


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_a_touch_outside_the_window_changes_nothing(touches, sale) -> None:
    outside = [Touch("x1", AT + 1), Touch("x2", AT - LOOKBACK - 1)]
    assert credits(touches + outside, [sale]) == credits(touches, [sale])


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_disjoint_accounts_concatenate(touches, sale) -> None:
    others = [Touch(f"o{t.id}", t.at, t.channel, f"o{t.person}") for t in touches]
    other = Conversion("c2", AT, people=("op1", "op2"), account="a2", opportunity_at=AT)
    together = credits(touches + others, [sale, other])
    assert together == credits(touches, [sale]) + credits(others, [other])


@SLOW_BUT_STEADY
@given(journeys(distinct=True), sales())
def test_time_decay_runs_from_last_touch_to_linear_with_its_half_life(touches, sale) -> None:
    short = credits(touches, [sale], half_life_days=1e-7)
    assert weights(short, "time_decay") == pytest.approx(weights(short, "last_touch"), abs=1e-9)
    long = credits(touches, [sale], half_life_days=1e15)
    assert weights(long, "time_decay") == pytest.approx(weights(long, "linear"), abs=1e-9)


@SLOW_BUT_STEADY
@given(journeys(), sales(), st.integers(2, 1000))
def test_scaling_the_value_scales_the_money_before_rounding(touches, sale, factor) -> None:
    scaled = Conversion(
        **{**sale.__dict__, "value": str(Decimal(sale.value or 0) * factor)},
    )
    total = Fraction(sale.value or 0) * factor
    single, many = credits(touches, [sale]), credits(touches, [scaled])
    assert [row.weight for row in many] == [row.weight for row in single]
    for row in many:
        share = Fraction(row.weight) * total
        assert abs(Fraction(row.value) - share) < Fraction(1, 100) + total / 10**12


@SLOW_BUT_STEADY
@given(st.integers(AT - LOOKBACK, AT), st.sampled_from(CHANNELS), sales())
def test_with_one_touch_all_models_agree(at, channel, sale) -> None:
    found = by_model(credits([Touch("t1", at, channel)], [sale]))
    assert len(found) == MODELS
    assert all([row.weight for row in rows] == [1.0] for rows in found.values())


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_linear_and_position_share_two_touches_alike(touches, sale) -> None:
    inside = [touch for touch in touches if AT - LOOKBACK <= touch.at <= AT][:2]
    found = credits(inside, [sale])
    if len(inside) == 2:
        assert weights(found, "linear") == dict.fromkeys((t.id for t in inside), 0.5)
    assert weights(found, "linear") == weights(found, "position_40_20_40")


@SLOW_BUT_STEADY
@given(journeys(), sales())
def test_first_last_and_last_non_direct_put_all_on_one_touch(touches, sale) -> None:
    found = credits(touches, [sale])
    for model in ("first_touch", "last_touch", "last_non_direct"):
        rows = list(weights(found, model).values())
        assert sorted(rows) == [0.0] * (len(rows) - 1) + [1.0], model
