"""What holds of every normaliser for any text that anybody may type."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rooms_rules import kind, normaliser, shipped, value

from hygiene.kinds import KINDS
from hygiene.text import clean, fold, mended

TABLES = [each.table for each in KINDS]
CONTEXTS = st.sampled_from(["", "US", "DE", "FR", "JP", "BR", "first", "last", "whole", "medium"])
# Text as it comes: any character with a surrogate alone, a NUL, letters that run from right to
# left, and pieces of what the normalisers look for.
PIECES = st.sampled_from(
    [
        *("@", ".", ",", "(", ")", "+", "00", "+49", "+1212", "ext", "x", "#", "555", "0142", "1"),
        *("Dr.", "Jr.", "GmbH", "&", "Co.", "van", "de", "O'", "Mc", "USA", "null", "N/A", "xu"),
        *(".com", "gmail", "http://", "www.", "€", "$", "Ã¼", "ﬁ", "İ", "ß", "ı", "ｆ", "１"),
        *("\x00", "\ud800", "\u202e", "\u0301", "\u200d", "שלום", "مرحبا", "株式会社", "🇩🇪"),
    ]
)
TEXT = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.lists(st.one_of(PIECES, st.text(st.characters(codec=None), max_size=5)), max_size=8).map(
        " ".join
    ),
    st.lists(PIECES, max_size=8).map("".join),
)


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=150, deadline=None)
@given(raw=TEXT, context=CONTEXTS)
@example(raw=":İA", context="")
def test_the_normalised_form_is_its_own_normalised_form(table: str, raw: str, context: str) -> None:
    found = value(table, raw, context)
    if found.normalised is None:
        assert found.problem
        return
    again = value(table, found.normalised, context)
    assert again.normalised == found.normalised


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=50, deadline=None)
@given(raw=TEXT, context=CONTEXTS)
def test_parts_are_columns_of_the_table_and_a_repetition_gives_the_same(
    table: str, raw: str, context: str
) -> None:
    found = value(table, raw, context)
    assert set(found.parts) <= set(kind(table).columns)
    assert value(table, raw, context) == found


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "\x00",
        "\ud800\udfff",
        "a" * 1_000_000,
        "@" * 1_000_000,
        "1" * 1_000_000,
        "\u202e" * 5,
    ],
    ids=["empty", "blank", "nul", "surrogates", "letters", "at signs", "digits", "unseen"],
)
def test_no_text_makes_a_normaliser_fail(table: str, raw: str) -> None:
    value(table, raw, "US")


@settings(max_examples=150, deadline=None)
@given(raw=TEXT)
def test_a_suggested_address_is_another_one_and_a_valid_one(raw: str) -> None:
    found = value("emails", raw)
    assert found.suggestion is None or found.normalised is None
    if found.suggestion:
        assert value("emails", found.suggestion).normalised == found.suggestion


@settings(max_examples=150, deadline=None)
@given(raw=TEXT)
def test_the_domain_of_an_address_is_never_replaced_by_the_one_that_was_meant(raw: str) -> None:
    found = value("domains", raw)
    if found.suggestion:
        assert found.normalised != found.suggestion
        assert found.problem == "typo_domain"


@settings(max_examples=150, deadline=None)
@given(raw=TEXT)
@example("e\u200d\u0301")
@example("𝑨")
def test_cleaning_and_folding_twice_is_as_good_as_once(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)
    assert fold(fold(raw)) == fold(raw)


@settings(max_examples=50, deadline=None)
@given(
    name=st.text(st.characters(min_codepoint=0xC0, max_codepoint=0x17F), min_size=1, max_size=12)
)
def test_a_name_read_in_the_wrong_encoding_is_mended_or_left_alone(name: str) -> None:
    broken = name.encode("utf-8").decode("latin-1")
    found = mended(broken)
    assert found is None or found == clean(name) or clean(name) != name


def test_every_kind_reads_rules_that_are_there() -> None:
    assert {key for each in KINDS for key in each.rules} <= set(shipped())
    assert all(normaliser(table) for table in TABLES)


def test_other_rules_make_a_kind_anew_and_leave_the_others() -> None:
    changed = {**shipped(), "country_aliases": []}
    differing = [each.table for each in KINDS if each.made_by(shipped()) != each.made_by(changed)]
    assert differing == ["countries"]
