"""What waits for a human, what a human decides, and how both are told."""

import datetime as dt

import duckdb
import pytest

from identity import approval, changes
from identity.matching import IdentityError
from identity.undo import undoing
from tests.identity.test_resolve import DAY_2, Company, check_state, decision

DAY_3 = DAY_2 + dt.timedelta(days=1)
DAY_4 = DAY_3 + dt.timedelta(days=1)
PERSONS = "select source_record_id, person_id from identity.person_map order by all"


@pytest.fixture
def company(tmp_path):
    """Twenty people with an address each, resolved."""
    found = Company(tmp_path)
    for number in range(20):
        found.record(
            f"{number:02d}", first_key="ann", last_key=f"lee{number}",
            created_at=dt.datetime(2026, 1, 1 + number), email_key=f"p@c{number}.example",
        )  # fmt: skip
    found.resolve(run="first")
    return found


def marry(company, *pairs):
    """Give both of a pair one telephone and one name: a rule now links them."""
    for place, pair in enumerate(pairs):
        for number in pair:
            company.records[f"crm|contacts|{number:02d}"] |= {
                "phone_key": f"212555236{place}", "last_key": f"one{place}"
            }  # fmt: skip


def pairs_of(count):
    return [(2 * place, 2 * place + 1) for place in range(count)]


def test_three_of_twenty_merged_at_once_wait_and_the_map_is_kept(company):
    before = company.rows(PERSONS)
    marry(company, *pairs_of(3))
    report = company.resolve(DAY_2, run="flood")
    assert company.rows(PERSONS) == before
    assert (report.waiting.merges, report.waiting.splits, report.waiting.persons) == (3, 0, 20)
    assert "engineroom identity approve flood" in str(report.waiting)
    assert report.events == {}
    check_state(company)


def test_what_waits_is_approved_once_and_done_by_the_next_run(company):
    marry(company, *pairs_of(3))
    company.resolve(DAY_2, run="flood")
    assert company.resolve(DAY_3, run="later").waiting.run_id == "flood"
    with pytest.raises(IdentityError, match=r"what waits: flood"):
        approval.approve(company.file, "other", "ada", DAY_3)
    assert approval.approve(company.file, "flood", "ada", DAY_3.replace(tzinfo=None)) == 3
    report = company.resolve(DAY_4, run="done")
    assert (report.waiting, report.events) == (None, {"merged": 3})
    assert all(company.person(f"{a:02d}") == company.person(f"{b:02d}") for a, b in pairs_of(3))
    notes = company.rows(
        "select event, entity_id, evidence from identity.ledger where entity = 'run' order by rowid"
    )
    assert [note[:2] for note in notes] == [("held", "flood"), ("approved", "flood")]
    assert '"by": "ada"' in notes[1][2]
    assert company.rows("select * from identity.held_changes") == []
    with pytest.raises(IdentityError, match="nothing waits"):
        approval.approve(company.file, "flood", "ada", DAY_4)
    check_state(company)


def test_an_approval_covers_what_was_seen_and_nothing_that_came_after(company):
    marry(company, *pairs_of(3))
    company.resolve(DAY_2, run="flood")
    approval.approve(company.file, "flood", "ada", DAY_2.replace(tzinfo=None))
    marry(company, *pairs_of(7))
    report = company.resolve(DAY_3, run="more")
    assert report.events == {"merged": 3}
    assert (report.waiting.run_id, report.waiting.merges) == ("more", 4)
    assert company.person("00") == company.person("01")
    assert company.person("12") != company.person("13")


def test_a_cause_that_is_mended_needs_no_approval(company):
    before = company.rows(PERSONS)
    marry(company, *pairs_of(3))
    company.resolve(DAY_2, run="flood")
    for number in range(6):
        company.records[f"crm|contacts|{number:02d}"]["phone_key"] = None
    assert company.resolve(DAY_3).waiting is None
    assert company.rows(PERSONS) == before
    assert company.rows("select * from identity.held_changes") == []


def test_of_records_that_break_a_blocking_rule_not_one_merge_is_made(company):
    before = company.rows(PERSONS)
    marry(company, (0, 1))
    company.record("new", first_key="zoe", email_key="zoe@acme.example")
    report = company.resolve(DAY_2, run="bad", broken=["contact_has_email"])
    assert company.rows(f"{PERSONS} limit 20") == before
    assert (report.waiting.merges, report.events) == (1, {"created": 1})
    assert "(the records break contact_has_email) wait" in str(report.waiting)
    check_state(company)
    report = company.resolve(DAY_3, run="mended")
    assert (report.waiting, report.events) == (None, {"merged": 1})
    assert company.person("00") == company.person("01")


def test_known_persons_taken_apart_wait_as_well(company):
    marry(company, *pairs_of(4))
    company.resolve(DAY_2, run="flood")
    approval.approve(company.file, "flood", "ada", DAY_2.replace(tzinfo=None))
    company.resolve(DAY_3)
    before = company.rows(PERSONS)
    for number in range(8):
        company.records[f"crm|contacts|{number:02d}"]["phone_key"] = None
    report = company.resolve(DAY_4)
    assert (report.waiting.merges, report.waiting.splits) == (0, 4)
    assert company.rows(PERSONS) == before


def test_new_records_have_a_person_while_others_wait(company):
    marry(company, *pairs_of(3))
    joins = {"phone_key": "2125552360", "first_key": "ann", "last_key": "one0"}
    company.record("new", **joins)
    company.record("stranger", first_key="zoe", email_key="zoe@acme.example")
    report = company.resolve(DAY_2, run="flood")
    assert report.waiting
    assert report.events == {"created": 1}
    assert company.person("new") == company.person("00")
    assert company.person("stranger") not in {person for _, person in company.rows(PERSONS)[:20]}
    check_state(company)


def test_a_new_system_brings_its_own_records_without_a_question(company):
    for number in range(20):
        company.record(
            f"n{number}", source="other", first_key="bob", last_key=f"ray{number // 4}",
            phone_key=f"21255511{number // 4:02d}",
        )  # fmt: skip
    report = company.resolve(DAY_2)
    assert (report.waiting, report.events) == (None, {"created": 5})


def test_browsers_that_find_their_owner_are_no_flood(company):
    for number in range(20):
        company.record(f"v{number}", object_="visitors", source="web")
    company.resolve(DAY_2)
    for number in range(20):
        form = {"object_": "form_submissions", "email_key": f"p@c{number}.example"}
        company.record(f"s{number}", first_key="ann", **form)
        company.record(
            f"v{number}", object_="visitors", source="web", linked_record_id=f"s{number}",
            email_key=f"p@c{number}.example",
        )  # fmt: skip
    report = company.resolve(DAY_3)
    assert (report.waiting, report.events) == (None, {"merged": 20})


def test_two_of_twenty_are_no_flood(company):
    marry(company, *pairs_of(2))
    report = company.resolve(DAY_2)
    assert (report.waiting, report.events) == (None, {"merged": 2})


def test_what_people_decided_never_waits(company):
    forced = [decision("force_merge", f"{a:02d}", f"{b:02d}") for a, b in pairs_of(5)]
    for day, overrides, event in ((DAY_2, forced, "merged"), (DAY_3, [], "split")):
        report = company.resolve(day, overrides=overrides)
        assert (report.waiting, report.events) == (None, {event: 5})
    check_state(company)


def test_a_decision_is_carried_out_while_others_wait(company):
    marry(company, *pairs_of(3))
    report = company.resolve(DAY_2, overrides=[decision("force_merge", "18", "19")])
    assert report.waiting
    assert company.person("18") == company.person("19")


def test_merge_then_split_returns_the_old_id_and_whom_it_had_taken_in(company):
    for each in "ab":
        company.record(f"00{each}", first_key="ann", last_key="lee0", email_key="p@c0.example")
    first, second, third = (company.person(each) for each in ("00", "01", "02"))
    chain = [decision("force_merge", "01", "02"), decision("force_merge", "00", "01")]
    company.resolve(DAY_2, overrides=chain[:1])
    company.resolve(DAY_3, overrides=chain)
    assert {company.person(each) for each in ("00", "01", "02")} == {first}
    report = company.resolve(DAY_4, overrides=chain[:1])
    assert [company.person(each) for each in ("00", "01", "02")] == [first, second, second]
    assert company.rows("select old_id, new_id from identity.redirects") == [(third, second)]
    assert report.events == {"split": 1}
    check_state(company)


@pytest.mark.parametrize("by", ["loser", "winner", "event"])
def test_undoing_a_merge_parts_every_record_that_each_side_brought(company, by):
    for number in (0, 1):  # a second record each, with a stronger link across than to its own
        company.record(
            f"b{number}", first_key="ann", last_key=f"lee{number}",
            email_key=f"p@c{number}.example", created_at=dt.datetime(2026, 3, 1),
        )  # fmt: skip
    company.resolve(DAY_2)
    older, younger = company.person("00"), company.person("01")
    for number in (0, 1):
        company.records[f"crm|contacts|b{number}"] |= {
            "email_key": "both@acme.example", "phone_key": f"212555236{number}"
        }  # fmt: skip
        company.records[f"crm|contacts|0{number}"]["phone_key"] = f"212555236{number}"
    company.resolve(DAY_3)
    assert company.person("b1") == older
    ((event,),) = company.rows("select event_id from identity.ledger where event = 'merged'")
    found = undoing(company.file, {"loser": younger, "winner": older, "event": event}[by])
    assert found.returns == younger
    apart = [
        decision("never_merge", one[2], other[2]) | {"reason": "two people"}
        for one, other in found.pairs
    ]
    for day in (DAY_4, DAY_4 + dt.timedelta(days=1)):
        company.resolve(day, overrides=apart, full=day != DAY_4)
        assert [company.person(each) for each in ("00", "b0", "01", "b1")] == [
            older, older, younger, younger
        ]  # fmt: skip
    check_state(company)
    with pytest.raises(IdentityError, match="undone already"):
        undoing(company.file, event)


def test_what_cannot_be_undone_is_said(company):
    with pytest.raises(IdentityError, match="no person and no event"):
        undoing(company.file, "nobody")
    with pytest.raises(IdentityError, match="never merged"):
        undoing(company.file, company.person("00"))
    with pytest.raises(IdentityError, match="is no record"):
        undoing(company.file, "crm|contacts|00", "crm|contacts|99")
    pair = undoing(company.file, "crm|contacts|00", "crm|contacts|01").pairs
    assert pair == ((("crm", "contacts", "00"), ("crm", "contacts", "01")),)
    company.resolve(DAY_2, overrides=[decision("force_merge", "00", "01")])
    with pytest.raises(IdentityError, match=r"ops decided force_merge .*remove that entry"):
        undoing(company.file, company.person("00"))


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ([("force_merge", "00", "99")], "which does not exist"),
        ([("release", "99", "00")], "which does not exist"),
        ([("never_merge", "00", "00")], "name two records"),
        ([("force_merge", "00", "01"), ("never_merge", "01", "00")], "remove one of the two"),
        (
            [("force_merge", "00", "01"), ("force_merge", "02", "01"), ("never_merge", "02", "00")],
            "contradicts the decisions force_merge",
        ),
        ([("release", "00", "01"), ("never_merge", "01", "00")], "contradicts their release"),
    ],
)
def test_decisions_that_cannot_all_be_carried_out_stop_the_run_in_words(company, overrides, words):
    before = company.rows("select * from identity.ledger")
    with pytest.raises(IdentityError, match=words):
        company.resolve(DAY_2, overrides=[decision(*each) for each in overrides])
    assert company.rows("select * from identity.ledger") == before


def test_a_forced_and_a_forbidden_pair_hold_through_reruns_and_rebuilds(company):
    company.record("05b", first_key="ann", last_key="lee5", email_key="p@c5.example")
    overrides = [decision("force_merge", "00", "01"), decision("never_merge", "05", "05b")]
    for hours in range(3):
        company.resolve(DAY_2 + dt.timedelta(hours=hours), overrides=overrides, full=hours == 1)
        assert company.person("00") == company.person("01")
        assert company.person("05") != company.person("05b")
    with duckdb.connect(str(company.file)) as connection:
        connection.execute("drop schema identity cascade")
    company.resolve(DAY_3, overrides=overrides)
    assert company.person("00") == company.person("01")
    assert company.person("05") != company.person("05b")


def test_a_release_lets_a_cluster_that_waits_for_review_be_one_person(tmp_path):
    company = Company(tmp_path)
    for each in "1234":
        company.record(each, email_key="a@acme.example", first_key="ann")
    company.resolve(cluster_size_limit=3)
    assert company.rows("select count(*) from identity.review_queue") == [(1,)]
    told = {"cluster_size_limit": 3, "overrides": [decision("release", "1", "4")]}
    for full in (False, True):
        report = company.resolve(DAY_2, full=full, **told)
        assert len({company.person(each) for each in "1234"}) == 1
        assert report.held_for_review == 0


def test_what_changed_is_told_with_the_events_and_what_waits(company):
    marry(company, (0, 1))
    company.resolve(DAY_2, run="pair")
    marry(company, (0, 1), *[(a + 2, b + 2) for a, b in pairs_of(4)])
    company.resolve(DAY_3, run="flood")
    ((event,),) = company.rows("select event_id from identity.ledger where event = 'merged'")
    lines = changes.told(company.file, "pair")
    assert lines[0] == "run pair: 1 merged"
    assert lines[1].endswith(f"(crm|contacts|00), event {event}")
    lines = changes.told(company.file)
    assert lines[0] == "run flood: no person changed"
    assert sum(" waits: " in line for line in lines) == 4
    with pytest.raises(IdentityError, match="nobody is not known"):
        changes.told(company.file, "nobody")
