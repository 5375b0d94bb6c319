"""Rules that the schema lets pass and that are wrong all the same."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rules import document

from orchestration.settings import PROJECT
from routing.checks import problems
from routing.rules import FIELDS, NUMBERS, OWNERS, Condition


def messages(told):
    return [f"{each.message}; {each.remedy}" for each in problems(told)]


def test_good_rules_have_no_problem():
    assert messages(document()) == []


def changed(change):
    told = document()
    change(told, told["routing_versions"][0])
    return told


def rule(name, when=(), **to):
    row = {"rule": name, "route_to": to or {"pool": "rest"}, "respond_within_hours": 1}
    return {**row, "when": list(when)} if when else row


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _, v: v["rules"].pop(), "has no catch-all"),
        (lambda _, v: v.update(rules=[]), "has no catch-all"),
        (lambda _, v: v["pools"][0].update(members=[]), "pool home is empty"),
        (lambda _, v: v["pools"][0]["members"].append({"owner": "eve"}), "no owner is called eve"),
        (
            lambda _, v: v["pools"][0]["members"].append({"owner": "ann"}),
            "owner ann is there twice",
        ),
        (lambda _, v: v["pools"][0].update(overflow="nowhere"), "no pool is called nowhere"),
        (
            lambda _, v: [
                v["pools"][0].update(overflow="rest"),
                v["pools"][1].update(overflow="home"),
            ],
            "the overflow of pool home leads back to it",
        ),
        (lambda _, v: v["rules"][1].update(route_to={"pool": "x"}), "no pool is called x"),
        (lambda _, v: v["rules"][1].update(route_to={"owner": "x"}), "no owner is called x"),
        (
            lambda _, v: v["territories"][1]["places"].append("DE"),
            "home and away overlap: DE and DE",
        ),
        (
            lambda _, v: v["territories"][1]["places"].append("US"),
            "home and away overlap: US-NY and US",
        ),
        (
            lambda _, v: v["rules"][1]["when"][0].update({"is": ["mars"]}),
            "no territory is called mars",
        ),
        (
            lambda _, v: v["rules"].insert(
                2, rule("dach", [{"field": "territory", "is": ["home"]}])
            ),
            "rule dach is shadowed: rule home above it takes all of its leads",
        ),
        (
            lambda _, v: v["rules"].insert(0, rule("all")),
            "rule big is shadowed: rule all above it",
        ),
        (
            lambda _, v: v["rules"].insert(
                1, rule("sizes", [{"field": "employee_count", "is": ["5"]}])
            ),
            "employee_count cannot be asked for `is`; use at_least or below or is_known",
        ),
        (
            lambda _, v: v["rules"].insert(
                1,
                rule(
                    "none",
                    [
                        {"field": "employee_count", "below": 10},
                        {"field": "employee_count", "at_least": 10},
                    ],
                ),
            ),
            "rule none takes no lead",
        ),
        (lambda t, _: t["routing"].update(calendar="lunar"), "no calendar is called lunar"),
        (
            lambda t, _: t["routing_calendars"][0].update(time_zone="Mars/Base"),
            "no time zone is called Mars/Base",
        ),
        (
            lambda t, _: t["routing_calendars"][0].update(closes_at="08:00"),
            "closes before it opens",
        ),
        (lambda t, _: t["routing_owners"][0].update(calendar="x"), "no calendar is called x"),
        (
            lambda t, _: t["routing_owners"][0].update(
                absences=[{"from": "2026-02-02", "until": "2026-02-01"}]
            ),
            "ends before it begins",
        ),
        (
            lambda t, v: t["routing_versions"].append({**v, "version": "second"}),
            "version second is in force no later than first",
        ),
    ],
)
def test_a_bad_rule_is_named_with_what_to_do(change, message):
    found = messages(changed(change))
    assert found
    assert message in found[0]


def test_a_big_account_without_a_known_owner_may_still_match_below():
    """The rule above takes only leads whose account has an owner, so it shadows nothing."""
    again = rule("big_without_owner", [{"field": "employee_count", "at_least": 2000}])
    assert messages(changed(lambda _, v: v["rules"].insert(1, again))) == []


VALUES = (None, "a", "b", "c")
CONDITIONS = [
    *(
        Condition("x", test, value)
        for test in ("is", "is_not")
        for value in (["a"], ["a", "b"], ["c"])
    ),
    *(Condition("x", "is_known", value) for value in (True, False)),
]
SIZES = [
    *(Condition("n", test, value) for test in ("at_least", "below") for value in (1, 5, 9)),
    *(Condition("n", "is_known", value) for value in (True, False)),
]


@pytest.mark.parametrize(
    ("field", "values", "conditions"),
    [("x", VALUES, CONDITIONS), ("n", (None, 0, 1, 3, 5, 7, 9, 11), SIZES)],
)
def test_what_implies_and_excludes_is_what_no_value_contradicts(field, values, conditions):
    """Implication and exclusion are exact wherever they claim anything."""
    for one, other in product(conditions, repeat=2):
        both = [(one.holds({field: each}), other.holds({field: each})) for each in values]
        if one.implies(other):
            assert all(its for mine, its in both if mine), (str(one), str(other))
        if one.excludes(other):
            assert not any(mine and its for mine, its in both), (str(one), str(other))


@given(value=st.sampled_from(VALUES))
def test_a_condition_implies_itself(value):
    assert all(each.implies(each) for each in [*CONDITIONS, *SIZES])


def test_the_schema_lets_rules_ask_for_exactly_the_fields_that_the_engine_knows():
    schema = json.loads((PROJECT / "config/schema/routing.schema.json").read_text("utf-8"))
    assert sorted(schema["$defs"]["condition"]["properties"]["field"]["enum"]) == sorted(FIELDS)
    assert set(NUMBERS) | set(OWNERS) < set(FIELDS)
