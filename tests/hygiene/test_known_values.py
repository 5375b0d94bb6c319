"""Known answers for names, numbers, places, money and tags."""

import pytest
from rooms_rules import answer, cases, value

from hygiene import countries


@pytest.mark.parametrize(("raw", "wanted"), cases("countries"))
def test_a_country_is_known_by_its_usual_names(raw: str, wanted: str) -> None:
    assert answer("countries", raw) == wanted


def test_there_are_as_many_countries_as_iso_has_and_kosovo() -> None:
    assert len(countries.codes()) == 250
    for code in countries.codes():
        assert answer("countries", code) == code
        assert answer("countries", code.lower()) == code


def test_a_place_with_its_country_is_a_suggestion_and_no_answer() -> None:
    found = value("countries", "Berlin, Germany")
    assert (found.normalised, found.problem, found.suggestion) == (None, "unknown_country", "DE")


@pytest.mark.parametrize(("country", "raw", "wanted"), cases("regions"))
def test_a_region_is_told_within_its_country_and_never_guessed(
    country: str, raw: str, wanted: str
) -> None:
    assert answer("regions", raw, country) == wanted


@pytest.mark.parametrize(("country", "raw", "wanted"), cases("phones"))
def test_a_number_is_read_as_its_country_dials_it(country: str, raw: str, wanted: str) -> None:
    assert answer("phones", raw, country) == wanted


def test_an_extension_is_kept_apart() -> None:
    found = value("phones", "+1 (212) 456-7890 x12")
    assert (found.normalised, found.parts["extension"]) == ("+12124567890", "12")


@pytest.mark.parametrize(("role", "raw", "wanted"), cases("names"))
def test_a_name_is_put_in_its_case_where_it_had_none(role: str, raw: str, wanted: str) -> None:
    assert answer("names", raw, role) == wanted


@pytest.mark.parametrize(("raw", "first", "last", "prefix", "suffix"), cases("whole_names"))
def test_a_whole_name_in_one_column_is_split(
    raw: str, first: str, last: str, prefix: str, suffix: str
) -> None:
    parts = value("names", raw, "whole").parts
    found = [parts[each] or "" for each in ("first_name", "last_name", "prefix", "suffix")]
    assert found == [first, last, prefix, suffix]


@pytest.mark.parametrize(("raw", "base", "form", "key"), cases("companies"))
def test_spellings_of_a_company_share_a_key_and_keep_their_legal_form_apart(
    raw: str, base: str, form: str, key: str
) -> None:
    parts = value("companies", raw).parts
    bare = (str(parts["legal_form"] or "")).strip(".")
    assert (parts["base_name"], bare, parts["company_key"]) == (base, form.strip("."), key)


@pytest.mark.parametrize(("raw", "problem"), cases("no_companies"))
def test_what_names_no_company_is_none(raw: str, problem: str) -> None:
    found = value("companies", raw)
    assert (found.normalised, found.problem) == (None, problem)


@pytest.mark.parametrize(("raw", "wanted"), cases("industries"))
def test_the_picklists_of_crms_meet_in_one_list(raw: str, wanted: str) -> None:
    assert answer("industries", raw) == wanted


@pytest.mark.parametrize(("country", "raw", "wanted"), cases("currencies"))
def test_a_currency_that_several_countries_call_so_needs_its_country(
    country: str, raw: str, wanted: str
) -> None:
    assert answer("currencies", raw, country) == wanted


@pytest.mark.parametrize(("kind", "raw", "wanted", "problem", "meant"), cases("utm_values"))
def test_a_tag_keeps_its_spelling_and_the_known_one_is_suggested(
    kind: str, raw: str, wanted: str, problem: str, meant: str
) -> None:
    found = value("utm_values", raw, kind)
    assert answer("utm_values", raw, kind) == wanted
    assert (found.problem or "", found.suggestion or "") == (problem, meant)


@pytest.mark.parametrize(("title", "seniority", "function"), cases("job_titles"))
def test_a_job_title_tells_rank_and_field(title: str, seniority: str, function: str) -> None:
    parts = value("job_titles", title).parts
    assert (parts["job_seniority"] or "", parts["job_function"] or "") == (seniority, function)
