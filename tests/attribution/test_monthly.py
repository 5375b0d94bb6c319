"""The fits of a warehouse: what they learn from, when they are made, and that they stay."""

import json
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_warehouse import Warehouse

from attribution import monthly, run, stages
from attribution.files.columns import AggregatedPaths
from attribution.paths import Paths

PROJECT = Path(__file__).resolve().parents[2]
AS_OF = datetime(2026, 3, 5, 6)
CASES = json.loads((PROJECT / "tests/cases/small_path_cases.json").read_text("utf-8"))
JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1) for month in (1, 2, 3))


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number)


def fitted(warehouse: Warehouse, *, anew: bool = False) -> tuple[int, int]:
    return monthly.fit(warehouse.written(), run_id="r", as_of=AS_OF, anew=anew)


def counted(paths: Paths) -> dict[str, tuple[int, int, float]]:
    """Return path -> conversions, nulls and value."""
    found = {}
    for row in range(len(paths.conversions)):
        steps = paths.steps[paths.starts[row] : paths.starts[row + 1]]
        path = ">".join(paths.channels[step] for step in steps)
        found[path] = (
            int(paths.conversions[row]),
            int(paths.nulls[row]),
            float(paths.value[row]),
        )
    return found


def journeys(warehouse: Warehouse, since: datetime, until: datetime) -> Paths:
    with duckdb.connect(str(warehouse.written())) as connection:
        known = stages.channels(connection)
        return stages.read(connection, "won", known, 90).paths(since, until)


@pytest.fixture
def shop(tmp_path: Path) -> Warehouse:
    """Two months of sales over e-mail and search, and people who did not buy."""
    made = Warehouse.made(tmp_path / "w.duckdb")
    for number in range(1, 5):
        made.sold(f"jan{number}", day(1, number), ["email", "search"][: 1 + number % 2])
        made.sold(f"feb{number}", day(2, number), ["search", "email", "direct"][number % 3 :])
        made.sought(f"p{number}", None, (day(1, number), "search"), (day(2, number), "direct"))
    return made


def test_a_window_holds_who_bought_in_it_and_who_had_not_when_it_closed(tmp_path: Path) -> None:
    made = Warehouse.made(tmp_path / "w.duckdb")
    made.sold("first instant", JANUARY, ["email"])
    made.sold("last instant", datetime(2026, 1, 31, 23, 59, 59), ["email"], "2.50")
    made.sold("without a touch", day(1, 9), [], "7.00")
    made.sold("too early", datetime(2025, 12, 31, 23, 59, 59), ["early"])
    made.sold("too late", FEBRUARY, ["late"])
    made.sought("never bought", None, (day(1, 9), "search"), (day(1, 8), "email"))
    made.sought("bought when it closed", FEBRUARY, (day(1, 30), "search"))
    made.sought("bought inside", day(1, 31), (day(1, 30), "display"))
    made.sought("came after", None, (FEBRUARY, "late"))
    made.sought("left before", None, (datetime(2025, 12, 31), "early"))
    made.sought("stays", None, (day(1, 5), "search"), (day(2, 5), "late"))
    # The lookback of 90 days reaches back from the last touch, both ends in.
    made.sought(
        "slow",
        None,
        (datetime(2025, 11, 2), "direct"),
        (datetime(2025, 11, 1, 23, 59, 59), "early"),
        (day(1, 31), "email"),
    )
    assert counted(journeys(made, JANUARY, FEBRUARY)) == {
        "email": (2, 0, 12.5),
        "email>search": (0, 1, 0.0),
        "search": (0, 2, 0.0),
        "direct>email": (0, 1, 0.0),
    }


def test_a_shop_in_which_everybody_buys_has_journeys_too(tmp_path: Path) -> None:
    made = Warehouse.made(tmp_path / "w.duckdb")
    made.sold("only", day(1, 9), ["email", "search"])
    assert counted(journeys(made, JANUARY, FEBRUARY)) == {"email>search": (1, 0, 10.0)}
    assert counted(journeys(made, FEBRUARY, MARCH)) == {}


def test_the_fingerprint_is_of_the_journeys_and_not_of_who_travelled_them(tmp_path: Path) -> None:
    def digest(number: int, names: str, first: str = "email", last: str = "search") -> str:
        made = Warehouse.made(tmp_path / f"{number}.duckdb")
        made.sold(names[0], day(1, 3), [first, last])
        made.sold(names[1], day(1, 4), [last])
        made.sought(names[2], None, (day(1, 9), last))
        return stages.fingerprint(journeys(made, JANUARY, FEBRUARY))

    same = digest(1, "abc")
    assert digest(2, "xay") == same
    assert digest(3, "abc", last="social") != same
    assert digest(4, "abc", first="search") != same


def test_a_month_learns_from_the_months_before_it_and_is_fitted_once(shop: Warehouse) -> None:
    assert fitted(shop) == (4, 2)
    held = shop.run("select * from attribution.fits order by all")
    told = "select month, model, conversions, journeys, refusal from attribution.fits order by all"
    assert shop.run(told) == [
        (JANUARY.date(), "markov_order_1", 0, None, _few("2025-01-01", "2026-01-01")),
        (JANUARY.date(), "shapley_rate_game", 0, None, _few("2025-01-01", "2026-01-01")),
        (FEBRUARY.date(), "markov_order_1", 4, 8, None),
        (FEBRUARY.date(), "shapley_rate_game", 4, 8, None),
        (MARCH.date(), "markov_order_1", 8, 12, None),
        (MARCH.date(), "shapley_rate_game", 8, 12, None),
    ]
    assert fitted(shop) == (0, 2)
    assert shop.run("select * from attribution.fits order by all") == held


def _few(since: str, until: str) -> str:
    return f"0 journeys with a touch converted from {since} to before {until}, and a fit takes 1"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_fits_of_a_warehouse_are_the_fractions_of_the_textbook(
    case: dict[str, Any], tmp_path: Path
) -> None:
    made = Warehouse.made(tmp_path / "w.duckdb")
    made.run("insert into config.attribution_models values ('markov_order_2', 'fitted')")
    made.run("insert into config.attribution_models values ('shapley_value_game', 'fitted')")
    for number, row in enumerate(case["paths"]):
        for copy in range(row["conversions"]):
            made.sold(f"s{number}-{copy}", day(2, 9), row["path"], "0.00")
        for copy in range(row["nulls"]):
            touches = [
                (day(2, 1) + timedelta(minutes=place), channel)
                for place, channel in enumerate(row["path"])
            ]
            made.sought(f"n{number}-{copy}", None, *touches)
    fitted(made)
    held = made.run(
        "select model, channel, effect, model_conversions from attribution.fits"
        " join attribution.fit_shares using (fit_id) where month = ?",
        MARCH,
    )
    told = case["expected"]
    effects = {
        "markov_order_1": told["markov_order1"]["removal_effect"],
        "markov_order_2": told["markov_order2"]["removal_effect"],
        "shapley_value_game": told["shapley_conversions"],
        "shapley_rate_game": told["shapley_conv_rate"],
    }
    credit = {order: told[order]["credit"] for order in ("markov_order1", "markov_order2")}
    assert {model for model, *_ in held} == set(effects)
    for model, channel, effect, conversions in held:
        expected = float(Fraction(effects[model].get(channel, "0")))
        assert effect == pytest.approx(expected, abs=1e-12), (model, channel)
        if (order := model.replace("order_", "order")) in credit:
            expected = float(Fraction(credit[order].get(channel, "0")))
            assert conversions == pytest.approx(expected, abs=1e-12), (model, channel)


def test_a_late_sale_moves_no_fit_until_fits_are_asked_for_anew(shop: Warehouse) -> None:
    fitted(shop)
    before = shop.run("select * from attribution.fit_shares order by all")
    shop.sold("late", day(1, 20), ["display"])
    assert fitted(shop) == (0, 2)
    assert shop.run("select * from attribution.fit_shares order by all") == before

    assert fitted(shop, anew=True) == (4, 2)
    assert fitted(shop, anew=True) == (0, 2)
    now = "select conversions, is_in_force from attribution.fits where month = ? and model = ?"
    assert sorted(shop.run(now, FEBRUARY, "markov_order_1")) == [(4, False), (5, True)]
    kept = "select s.* from attribution.fit_shares s join attribution.fits using (fit_id)"
    assert shop.run(f"{kept} where not is_in_force order by all") == before


def test_other_settings_have_fits_of_their_own_and_the_old_ones_come_back(shop: Warehouse) -> None:
    fitted(shop)
    in_force = "select fit_id from attribution.fits where is_in_force order by all"
    before = shop.run(in_force)
    shop.run("update config.attribution_fits set months = 1")
    # January is in no window of March any more, and February's was one of January alone.
    assert fitted(shop) == (4, 2)
    assert not set(before) & set(shop.run(in_force))
    shop.run("update config.attribution_fits set months = 12")
    assert fitted(shop) == (0, 2)
    assert shop.run(in_force) == before


def test_a_month_with_too_few_conversions_is_fitted_as_soon_as_it_has_them(
    shop: Warehouse,
) -> None:
    shop.run("update config.attribution_fits set least_conversions = 5")
    assert fitted(shop) == (2, 4)
    told = "select refusal from attribution.fits where month = ? and model = 'markov_order_1'"
    assert shop.run(told, FEBRUARY) == [
        (
            "4 journeys with a touch converted from 2025-02-01 to before 2026-02-01, "
            "and a fit takes 5",
        )
    ]
    shop.sold("found", day(1, 20), ["display"])
    assert fitted(shop) == (2, 2)
    assert shop.run(told, FEBRUARY) == [(None,)]


def test_a_model_that_is_too_large_says_so_and_is_not_tried_again(shop: Warehouse) -> None:
    for number in range(21):
        shop.sold(f"wide{number}", day(1, 20), [f"channel_{number:02}"])
    assert fitted(shop) == (2, 2)
    [(refusal,)] = shop.run(
        "select distinct refusal from attribution.fits"
        " where model = 'shapley_rate_game' and month = '2026-03-01'"
    )
    assert "2^24 coalitions" in refusal
    assert fitted(shop) == (0, 2)


def test_the_month_under_way_has_intervals_and_no_other(shop: Warehouse) -> None:
    shop.run("update config.attribution_fits set interval_draws = 20")
    fitted(shop)
    rows = shop.run(
        "select month, bool_and(share_low <= model_share and model_share <= share_high),"
        " max(interval_draws) from attribution.fits join attribution.fit_shares using (fit_id)"
        " where model = 'markov_order_1' group by month order by month"
    )
    assert rows == [(FEBRUARY.date(), None, None), (MARCH.date(), True, 20)]


def test_fits_name_nobody(shop: Warehouse) -> None:
    """What an erasure need not look at: channels and sums, of whoever."""
    fitted(shop)
    for table in ("fits", "fit_shares"):
        held = str(shop.run(f"select * from attribution.{table}"))
        for name in ("jan1", "feb2", "p3", "-open-"):
            assert name not in held


def test_a_fit_is_what_the_command_says_of_the_same_journeys_in_a_file(
    shop: Warehouse, tmp_path: Path
) -> None:
    fitted(shop)
    paths = journeys(shop, datetime(2025, 3, 1), MARCH)
    rows = ["path,conversions,nulls,value"]
    rows += [f"{path},{won},{not_},{value}" for path, (won, not_, value) in counted(paths).items()]
    file = tmp_path / "paths.csv"
    file.write_text("\n".join(rows), "utf-8")
    asked = run.Asked(models=("markov_order_1", "shapley_rate_game"))
    columns = AggregatedPaths("path", "conversions", "value", "nulls", ">")
    outcome = run.run(file, columns, [], asked)
    held = {
        (model, channel): tuple(numbers)
        for model, channel, *numbers in shop.run(
            "select model, channel, model_share, effect, model_conversions, model_value,"
            " credited_conversions, credited_value"
            " from attribution.fits join attribution.fit_shares using (fit_id)"
            " where month = '2026-03-01'"
        )
    }
    assert len(held) == len(outcome.credits) == 6
    for each in outcome.credits:
        told = (each.model_share, each.effect, each.model_conversions, each.model_value)
        assert held[each.model, each.channel] == pytest.approx(
            (*told, each.conversions, each.value), abs=1e-12
        )
