"""What `engineroom attribution explain` says of a conversion, on marts as the contracts promise."""

from pathlib import Path

import contract_marts
import pytest

from attribution.errors import CannotCredit
from attribution.explain import explain


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explain") / "engineroom.duckdb"
    with contract_marts.create(path) as connection:
        connection.execute(
            """
            insert into marts.fct_conversions by name from (values
                ('sale', 'won', timestamp '2026-03-04 10:11:00', 90.00, 'EUR', 100.00, false, null),
                ('refund', 'won', timestamp '2026-04-04 10:11:00', -90.00, 'EUR', null, true,
                    'sale')
            ) as rows (conversion_id, stage, converted_at, value_amount, currency_code,
                value_amount_reporting, is_rate_missing, reverses_conversion_id);
            insert into marts.fct_attribution_credits by name from (values
                ('sale', 'first_touch', null, 1, 't1', 'email', 1.0, 90.00),
                ('sale', 'first_touch', null, 2, 't2', 'direct', 0.0, 0.00),
                ('sale', 'markov_order_1', 'f1', 1, 't1', 'email', 0.75, 67.50),
                ('sale', 'markov_order_1', 'f1', 2, 't2', 'direct', 0.25, 22.50),
                ('sale', 'markov_order_2', null, 1, 't1', 'email', 0.5, 45.00),
                ('sale', 'markov_order_2', null, 2, 't2', 'direct', 0.5, 45.00)
            ) as rows (conversion_id, attribution_model, model_fit_id, touch_position,
                touchpoint_id, channel, weight, value_amount);
            update marts.fct_attribution_credits
                set touched_at = timestamp '2026-03-01' + to_days(cast(touch_position as integer));
            insert into marts.rpt_attribution_fits by name from (values
                ('f1', 'markov_order_1', date '2026-03-01', 'email', 0.6, 0.5, 0.5, null),
                ('f1', 'markov_order_1', date '2026-03-01', 'referral', 0.4, 0.3, 0.3, null),
                ('f1', 'markov_order_1', date '2026-03-01', 'direct', 0.2, 0.2, 0.2, null),
                ('f2', 'markov_order_2', date '2026-02-01', '(none)', null, null, null, 'older'),
                ('f3', 'markov_order_2', date '2026-03-01', '(none)', null, null, null,
                    '9 journeys, and a fit takes 30'),
                ('f4', 'markov_order_2', date '2026-04-01', '(none)', null, null, null, 'later')
            ) as rows (model_fit_id, attribution_model, month, channel, effect, model_share,
                touch_share, refusal);
            update marts.rpt_attribution_fits set stage = 'won', is_in_force = true,
                journeys = 1200, conversions = 40, window_from_at = timestamp '2025-03-01',
                window_until_at = timestamp '2026-03-01';
            """
        )
    return path


def test_a_conversion_is_told_with_its_touches_credits_and_fits(marts: Path) -> None:
    assert explain(marts, "sale") == [
        "won, 2026-03-04 10:11 UTC, 90.00 EUR (100.00 in reports)",
        "",
        "Touches that may be credited:",
        "  1  2026-03-02 00:00  email, touch t1",
        "  2  2026-03-03 00:00  direct, touch t2",
        "",
        "Share of each touch, and the money that it carries:",
        "  first_touch           1: 100.00 % = 90.00 EUR",
        "  markov_order_1        1: 75.00 % = 67.50 EUR, 2: 25.00 % = 22.50 EUR",
        "  markov_order_2        1: 50.00 % = 45.00 EUR, 2: 50.00 % = 45.00 EUR",
        "",
        "What the fitted models go by:",
        "  markov_order_1: 1,200 journeys from 2025-03-01 to before 2026-03-01, of which 40 "
        "converted; fit f1",
        "    email: effect 0.600000, 50.00 % of all credit; weighs 0.500000",
        "    direct: effect 0.200000, 20.00 % of all credit; weighs 0.200000",
        "  markov_order_2: no fit, so the touches share alike; 9 journeys, and a fit takes 30",
    ]


def test_a_refund_names_the_sale_and_a_missing_rate_is_said(marts: Path) -> None:
    assert explain(marts, "refund")[:2] == [
        "won, 2026-04-04 10:11 UTC, -90.00 EUR (no rate is known)",
        "It takes back sale, and has its journey and its weights.",
    ]


def test_a_conversion_that_is_not_there_is_refused(marts: Path) -> None:
    with pytest.raises(CannotCredit, match="nobody is no conversion"):
        explain(marts, "nobody")
