"""What a reader's eye relies on: numbers that fit their unit, colours that can be told apart."""

from decimal import Decimal

import pytest

from reports.palette import GROUNDS, NOT_CREDITED, OTHER, PAID, SERIES, channel_colours
from reports.shown import change, headline, shown, words


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", sorted({*PAID, *OTHER, *SERIES, NOT_CREDITED}))
def test_every_colour_stands_out_three_to_one_on_light_and_on_dark(colour: str) -> None:
    assert all(contrast(colour, ground) >= 3 for ground in GROUNDS.values())


def test_a_channel_that_is_added_last_changes_no_colour_of_another() -> None:
    before = channel_colours([("paid_search", True), ("email", False), ("(none)", False)])
    after = channel_colours(
        [("paid_search", True), ("email", False), ("(none)", False), ("podcast", True)]
    )
    assert {name: after[name] for name in before} == before
    assert len(set(after.values())) == len(after)


@pytest.mark.parametrize(
    ("value", "unit", "currency", "expected"),
    [
        (None, "money", "USD", "–"),
        (Decimal("2147666.19"), "money", "USD", "$2.15M"),
        (Decimal("30299.72"), "money", "EUR", "€30.3k"),
        (Decimal("4391.33"), "money", "CHF", "CHF 4,391"),
        (Decimal("-27.10"), "money", "USD", "−$27.10"),
        (Decimal("0.470588"), "share", None, "47.1 %"),
        (Decimal("2.372165"), "ratio", None, "2.37×"),
        (Decimal("162"), "count", None, "162"),
        (Decimal("0"), "money", "USD", "$0.00"),
    ],
)
def test_a_headline_is_short_and_carries_its_unit(
    value: Decimal | None, unit: str, currency: str | None, expected: str
) -> None:
    assert headline(value, unit, currency) == expected


def test_a_change_too_small_to_see_is_called_unchanged_and_an_unknown_one_is_nothing() -> None:
    assert change(0.0049) == "unchanged"
    assert change(-0.12) == "▼ 12 %"
    assert change(None) == ""


def test_codes_are_read_as_words_and_names_keep_their_spelling() -> None:
    assert words("paid_search") == "Paid search"
    assert words("(none)") == "No touch seen"
    assert shown("paid_search > email", "path") == "Paid search > E-mail"
    assert shown("(other paths)", "path") == "Other paths"
    assert words("claimed by google_ads") == "Claimed by Google Ads"
    assert shown(Decimal("0"), "money") == "0.00"
    assert shown(None, "money") == "–"
