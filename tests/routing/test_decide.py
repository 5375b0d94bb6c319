"""The engine: total, deterministic, fair in batches, and true to the version that was in force."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rules import MONDAY, document, hours, lead, rules

from routing.decide import Lead, decide
from routing.rules import parse

TEN = MONDAY + timedelta(hours=10)
HOURS = hours()


def owners(found, leads, **more):
    return [each.owner for each in decide(found, HOURS, leads, **more)]


def pool(*members, **more):
    rest = {"pool": "rest", "members": [{"owner": "dee"}]}
    told = [{"owner": name, "weight": weight} for name, weight in members]
    return [{"pool": "home", "members": told, **more}, rest]


def owner_rows(**changes):
    """The owners, with more told of those that are named."""
    return [{**row, **changes.get(row["owner"], {})} for row in document()["routing_owners"]]


FACTS = st.fixed_dictionaries(
    {
        "country_code": st.sampled_from([None, "DE", "FR", "US", "GB"]),
        "region_code": st.sampled_from([None, "US-NY", "US-IL", "US-CA"]),
        "employee_count": st.sampled_from([None, 5, 999, 1000]),
        "account_owner": st.sampled_from([None, "ann", "dee"]),
    }
)
LEADS = st.lists(st.tuples(st.integers(-3 * 1440, 60 * 1440), FACTS), max_size=60).map(
    lambda rows: [
        Lead(f"l{number}", MONDAY + timedelta(minutes=minutes), facts)
        for number, (minutes, facts) in enumerate(rows)
    ]
)


@given(leads=LEADS, seed=st.integers())
def test_every_lead_has_one_decision_whatever_the_order_of_rows(leads, seed):
    found = rules(pools=pool(("ann", 1), ("bob", 3), ("cy", 1), overflow="rest"))
    shuffled = Random(seed).sample(leads, len(leads))
    first, second = (list(decide(found, HOURS, each)) for each in (leads, shuffled))
    assert first == second
    assert sorted(each.lead_id for each in first) == sorted(each.lead_id for each in leads)
    for decision in first:
        assert (decision.owner is None) == (decision.version is None)
        assert decision.explanation


@given(leads=LEADS, later=LEADS)
def test_later_leads_move_no_earlier_decision(leads, later):
    found = rules()
    after = [
        Lead(f"later-{each.lead_id}", each.arrived_at + timedelta(days=70), each.facts)
        for each in later
    ]
    before = list(decide(found, HOURS, leads))
    assert list(decide(found, HOURS, [*after, *leads]))[: len(before)] == before


@pytest.mark.parametrize("turns", ["go_on", "restart_daily"])
def test_a_batch_of_a_hundred_spreads_by_at_most_one(turns):
    found = rules(pools=pool(("ann", 1), ("bob", 1), ("cy", 1), turns=turns))
    shares = Counter(owners(found, [lead(number, TEN) for number in range(100)]))
    assert sorted(shares.values()) == [33, 33, 34]


def test_turns_that_go_on_are_fair_over_days_too():
    leads = [lead(number, TEN + timedelta(hours=7 * number)) for number in range(100)]
    assert sorted(Counter(owners(rules(), leads)).values()) == [33, 33, 34]


def test_weights_are_kept_in_every_stretch_and_not_only_in_the_end():
    found = rules(pools=pool(("ann", 2), ("bob", 1), ("cy", 1)))
    got = owners(found, [lead(number, TEN) for number in range(40)])
    for start in range(0, 40, 4):
        assert Counter(got[start : start + 4]) == {"ann": 2, "bob": 1, "cy": 1}


def test_turns_that_restart_daily_begin_with_another_member_each_day():
    found = rules(pools=pool(("ann", 1), ("bob", 1), ("cy", 1), turns="restart_daily"))
    leads = [lead(number, TEN + timedelta(days=number)) for number in range(5)]
    assert owners(found, leads) == ["ann", "bob", "cy", "ann", "bob"]


def test_a_lead_that_history_lost_disturbs_no_other_day_where_turns_restart():
    found = rules(pools=pool(("ann", 1), ("bob", 1), ("cy", 1), turns="restart_daily"))
    leads = [lead(number, TEN + timedelta(hours=6 * number)) for number in range(60)]
    whole = {each.lead_id: each.owner for each in decide(found, HOURS, leads)}
    lossy = {each.lead_id: each.owner for each in decide(found, HOURS, leads[:1] + leads[2:])}
    day = HOURS.number("office", leads[1].arrived_at)
    for each in leads:
        if HOURS.number("office", each.arrived_at) != day:
            assert lossy[each.lead_id] == whole[each.lead_id]


def test_who_is_away_is_passed_over_and_owed_nothing_afterwards():
    away = {"absences": [{"from": "2026-03-02", "until": "2026-03-03"}]}
    found = rules(routing_owners=owner_rows(bob=away))
    leads = [lead(number, TEN + timedelta(days=number // 20)) for number in range(60)]
    got = owners(found, leads)
    assert Counter(got[:40]) == {"ann": 20, "cy": 20}
    assert sorted(Counter(got[40:]).values()) == [6, 7, 7]


def test_after_closing_a_lead_is_the_next_business_day_s():
    away = {"absences": [{"from": "2026-03-09", "until": "2026-03-09"}]}
    found = rules(routing_owners=owner_rows(ann=away), pools=pool(("ann", 1)))
    friday = datetime(2026, 3, 6)
    explained = {
        hour: next(decide(found, HOURS, [lead(hour, friday + timedelta(hours=hour))])).explanation
        for hour in (16, 17)
    }
    assert "away" not in explained[16]
    assert "1 away in home" in explained[17]


def test_what_a_pool_has_no_room_for_flows_over_and_in_the_end_somebody_has_it():
    found = rules(
        routing_owners=owner_rows(
            ann={"capacity_per_day": 2}, bob={"capacity_per_day": 1}, dee={"capacity_per_day": 2}
        ),
        pools=pool(("ann", 1), ("bob", 1), overflow="rest"),
    )
    leads = [lead(number, TEN) for number in range(8)]
    assert owners(found, leads) == ["ann", "bob", "ann", "dee", "dee", "bob", "ann", "bob"]
    last = list(decide(found, HOURS, leads))[-1]
    assert "2 full in home; 1 full in rest; nobody has room" in last.explanation
    assert owners(found, [lead(9, TEN + timedelta(days=1))]) != []
    tomorrow = [*leads, lead(9, TEN + timedelta(days=1))]
    assert owners(found, tomorrow)[-1] in ("ann", "bob")


def test_an_owner_s_room_is_one_for_all_pools_and_rules():
    found = rules(
        routing_owners=owner_rows(ann={"capacity_per_day": 1}),
        pools=pool(("ann", 1), ("bob", 1)),
    )
    named = lead(1, TEN, employee_count=1000, account_owner="ann")
    assert owners(found, [named, lead(2, TEN), lead(3, TEN)]) == ["ann", "bob", "bob"]


def test_who_is_at_work_comes_first_where_the_pool_says_so():
    found = rules(pools=pool(("ann", 1), ("cy", 1), at_work_first=True))
    hour = {
        at: [lead(n, MONDAY + timedelta(hours=at)) for n in range(4)] for at in (10, 15, 20, 23)
    }
    assert owners(found, hour[10]) == ["ann"] * 4
    assert sorted(owners(found, hour[15])) == ["ann", "ann", "cy", "cy"]
    assert owners(found, hour[20]) == ["cy"] * 4
    assert sorted(owners(found, hour[23])) == ["ann", "ann", "cy", "cy"]


def test_the_first_rule_that_takes_a_lead_counts_and_an_unknown_account_owner_is_passed_over():
    leads = [
        lead(1, TEN, employee_count=1000, account_owner="dee"),
        lead(2, TEN, employee_count=1000, account_owner=None),
        lead(3, TEN, country_code="US", region_code="US-NY"),
        lead(4, TEN, country_code="US", region_code=None),
    ]
    assert [each.rule for each in decide(rules(), HOURS, leads)] == [
        "big",
        "home",
        "home",
        "others",
    ]


def two_versions():
    told = document()
    later = document()["routing_versions"][0]
    later |= {"version": "second", "in_force_from": "2026-04-01T00:00:00+02:00"}
    later["rules"] = [{"rule": "all", "route_to": {"owner": "dee"}, "respond_within_hours": 1}]
    told["routing_versions"].append(later)
    return told


def test_a_lead_is_decided_by_the_version_in_force_when_it_arrived():
    found = parse(two_versions())
    at = [
        datetime(2026, 3, 1, 23, 59),
        MONDAY,
        datetime(2026, 3, 31, 21),
        datetime(2026, 3, 31, 22),
    ]
    got = list(decide(found, HOURS, [lead(number, each) for number, each in enumerate(at)]))
    assert [each.version for each in got] == [None, "first", "first", "second"]


@given(leads=LEADS)
def test_a_replay_of_an_old_version_gives_the_old_decisions(leads):
    """Whatever the version that came after it would decide."""
    both = parse(two_versions())
    told = [each for each in leads if each.arrived_at >= MONDAY]
    old = [each for each in told if each.arrived_at < both.versions[1].in_force_from]
    before = list(decide(rules(), HOURS, told))
    assert list(decide(both, HOURS, told, always=both.versions[0])) == before
    assert list(decide(both, HOURS, told))[: len(old)] == before[: len(old)]


@pytest.mark.parametrize(
    ("turns", "known"),
    [
        ("restart_daily", [True, None, False, True, True]),
        ("go_on", [True, None, False, False, False]),
    ],
)
def test_after_a_lost_lead_nobody_claims_to_know_whose_turn_it_is(turns, known):
    """Until the turns restart; who is named by a rule is known all the same."""
    found = rules(pools=pool(("ann", 1), ("bob", 1), turns=turns))
    at = [TEN, TEN, TEN, TEN + timedelta(days=1), TEN + timedelta(days=2)]
    leads = [lead(number, each) for number, each in enumerate(at)]
    leads[1] = Lead(leads[1].lead_id, leads[1].arrived_at, None)
    got = list(decide(found, HOURS, leads))
    assert [each.is_turn_known if each.owner else None for each in got] == known
    assert got[1].explanation == "The CRM has no record of it any more."
    named = lead(9, TEN, employee_count=1000, account_owner="ann")
    assert list(decide(found, HOURS, [*leads, named]))[-3].is_turn_known
