"""Totals at a lookback against the credits of a company whose own lookback it is."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import credit_sql
import pytest
from credit_sql import DAY, Conversion, Touch
from hypothesis import given
from test_attribution_properties import AT, EFFECTS, SLOW_BUT_STEADY, journeys, sales

LOOKBACKS = (1, 90, 400)


def by_channel(touches: list[Touch], found: list[Conversion], days: int) -> dict:
    channels = {touch.id: touch.channel for touch in touches} | {"(none)": "(none)"}
    totals: dict = defaultdict(lambda: [0.0, Decimal(0)])
    refunds = {each.id for each in found if each.reverses}
    for row in credit_sql.credits(touches, found, lookback_days=days, effects=EFFECTS):
        total = totals[days, row.model, channels[row.touch]]
        total[0] += 0.0 if row.conversion in refunds else row.weight
        total[1] += row.value_reporting
    return totals


@SLOW_BUT_STEADY
@given(touches=journeys(), sale=sales())
def test_totals_at_a_lookback_are_the_credits_of_whoever_has_it_for_their_own(
    touches: list[Touch], sale: Conversion
) -> None:
    refund = replace(sale, id="r1", at=AT + 40 * DAY, value="-1.01", value_reporting="-1.01")
    found = [sale, replace(refund, reverses="c1")]

    totals = credit_sql.lookback_totals(touches, found, LOOKBACKS, effects=EFFECTS)

    for days in LOOKBACKS:
        expected = by_channel(touches, found, days)
        assert {key for key in totals if key[0] == days} == set(expected)
        for key, (conversions, value) in expected.items():
            assert totals[key][0] == pytest.approx(conversions, abs=1e-9), key
            assert totals[key][1] == value, key
