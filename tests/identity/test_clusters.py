"""Clusters and ids as pure functions, over many made-up companies."""

import random
from dataclasses import dataclass

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity import ids as stable
from identity.clusters import TWO_INITIALS, TWO_MAILBOXES, Limits, Links, Traits, cut
from identity.matching import IdentityError
from identity.tables import ensure_tables

NODES = [f"crm|contacts|{number:02d}" for number in range(12)]
AGES = {node: (f"2026-01-{place + 1:02d}", node) for place, node in enumerate(NODES)}
LADDER = (6.0, 9.0, 12.0)
STATED = float("inf")

pairs = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda p: p[0] != p[1])
# A link: strength, its two records, its match weight in bits where it was scored.
stated = st.tuples(st.integers(1, 5), pairs, st.just(STATED))
scored = st.tuples(st.just(6), pairs, st.sampled_from((5.0, 7.0, 10.0, 20.0)))
edges = st.lists(stated, max_size=25)
mixed = st.lists(st.one_of(stated, scored), max_size=25)
apart = st.lists(pairs, max_size=4)
partitions = st.lists(st.integers(0, 5), min_size=len(NODES), max_size=len(NODES))


def cluster(nodes, links, apart=(), size_limit=20, letters="", boxes="", certain=1):
    """The cut with record keys in place of numbers: cluster per record, links kept, held groups."""
    place = {node: number for number, node in enumerate(sorted(nodes))}
    rows = [(place[a], place[b], strength, weight) for strength, (a, b), weight in links]
    left, right, strength, weight = map(np.array, zip(*rows, strict=True)) if rows else [()] * 4
    none = np.zeros(len(place), np.int64)
    result = cut(
        Links(
            np.array(left, np.int64), np.array(right, np.int64), np.array(strength, np.int64),
            np.array(weight, np.float64), np.zeros(len(rows), bool),
        ),
        Traits(
            np.ones(len(place), bool),
            np.array([ord(each) - 96 for each in letters]) if letters else none, none,
            np.array([ord(each) for each in boxes]) if boxes else none,
            np.ones(len(place), np.int64) if boxes else none,
        ),
        [(place[a], place[b]) for a, b in apart],
        Limits(size_limit, certain, LADDER),
        lambda number: sorted(nodes)[number],
    )  # fmt: skip
    names = sorted(place)
    return (
        {node: int(result.labels[number]) for node, number in place.items()},
        [link for link, used in zip(links, result.is_used, strict=True) if used],
        [(reason, frozenset(names[each] for each in group)) for reason, group in result.held],
    )


@dataclass(frozen=True)
class Event:
    event: str
    entity_id: str
    other_id: str | None
    evidence: str


@dataclass(frozen=True)
class Assigned:
    id_of: dict[int, str]
    events: list[Event]
    redirects: dict[str, str]


@pytest.fixture(autouse=True, scope="module")
def database(tmp_path_factory):
    global DATABASE
    file = tmp_path_factory.mktemp("ids") / "warehouse.duckdb"
    ensure_tables(file)
    with duckdb.connect(str(file)) as DATABASE:
        yield


def closed(redirects, fresh):
    """The redirects of the table after those of a round."""
    with DATABASE.cursor() as connection:
        connection.execute("delete from identity.redirects")
        connection.execute(
            "create or replace temp table fresh_redirects (old_id varchar, new_id varchar);"
            "create or replace temp table homes (old_id varchar, cluster integer, place integer);"
            "create or replace temp table new_ids (cluster integer, entity_id varchar);"
            "create or replace temp table assigned (cluster integer, entity_id varchar)"
        )
        for table, rows in (
            ("identity.redirects (old_id, new_id)", redirects), ("fresh_redirects", fresh)
        ):  # fmt: skip
            if rows:
                connection.executemany(f"insert into {table} values (?, ?)", list(rows.items()))
        connection.execute("update identity.redirects set entity = 'person'")
        stable.keep_redirects(connection, "person", None)
        return dict(connection.execute("select old_id, new_id from identity.redirects").fetchall())


def groups(cluster_of):
    found = {}
    for node, number in cluster_of.items():
        found.setdefault(number, set()).add(node)
    return {frozenset(group) for group in found.values()}


@settings(deadline=None)
@given(mixed, apart, st.randoms(use_true_random=False))
def test_the_order_of_links_changes_no_cluster(links, enemies, rng: random.Random):
    first, _, _ = cluster(NODES, links, apart=enemies)
    shuffled = list(links)
    rng.shuffle(shuffled)
    again, _, _ = cluster(NODES, shuffled, apart=enemies)
    assert groups(again) == groups(first)


@settings(deadline=None)
@given(mixed, apart)
def test_records_that_must_never_merge_are_apart(links, enemies):
    result, _, _ = cluster(NODES, links, apart=enemies)
    assert all(result[left] != result[right] for left, right in enemies)


@settings(deadline=None)
@given(edges)
def test_without_decisions_linked_records_are_together_and_nobody_is_lost(links):
    result, _, _ = cluster(NODES, links)
    assert set(result) == set(NODES)
    assert all(result[left] == result[right] for _, (left, right), _ in links)


@settings(deadline=None)
@given(edges, st.integers(2, 5))
def test_a_cluster_over_the_size_limit_is_held_and_not_merged(links, limit):
    result, _, held = cluster(NODES, links, size_limit=limit)
    assert all(len(group) <= limit for group in groups(result)) or any(
        strength <= 1 for strength, _, _ in links
    )
    assert all(len(group) > limit for _, group in held)


@settings(deadline=None)
@given(mixed, st.integers(2, 5))
def test_scored_links_never_make_a_cluster_that_breaks_the_limit(links, limit):
    result, used, _ = cluster(NODES, links, size_limit=limit)
    stated_only, _, _ = cluster(NODES, [link for link in used if link[2] == STATED])
    for group in groups(result):
        assert len(group) <= limit or len({stated_only[each] for each in group}) == 1
    assert all(weight >= LADDER[0] for _, _, weight in used)


@settings(deadline=None)
@given(mixed, st.integers(2, 5))
def test_scored_links_never_take_a_stated_link_apart(links, limit):
    facts = [link for link in links if link[2] == STATED]
    alone, _, _ = cluster(NODES, facts, size_limit=limit)
    together, _, _ = cluster(NODES, links, size_limit=limit)
    for group in groups(alone):
        assert len({together[each] for each in group}) == 1


def test_the_weakest_link_gives_way_to_a_never_merge():
    strong, weak = (2, ("a", "b"), STATED), (4, ("b", "c"), STATED)
    result, _, _ = cluster("abc", [weak, strong], apart=[("a", "c")])
    assert groups(result) == {frozenset("ab"), frozenset("c")}


def test_a_scored_link_gives_way_to_a_never_merge_before_any_stated_one():
    links = [(5, ("a", "b"), STATED), (6, ("b", "c"), 11.0)]
    result, _, held = cluster("abc", links, apart=[("a", "c")])
    assert groups(result) == {frozenset("ab"), frozenset("c")}
    assert not held


def test_a_forced_merge_against_a_never_merge_is_refused():
    with pytest.raises(IdentityError, match="contradicts"):
        cluster("ab", [(0, ("a", "b"), STATED)], apart=[("a", "b")])


def test_two_first_initials_are_cut_at_the_rung_that_cleans_them_and_no_higher():
    links = [(6, ("a", "b"), 10.0), (6, ("b", "c"), 7.0), (6, ("c", "d"), 8.0)]
    result, _, held = cluster("abcd", links, letters="xxyy")
    assert groups(result) == {frozenset("ab"), frozenset("c"), frozenset("d")}
    assert not held


def test_what_is_dirty_on_the_last_rung_is_held_and_joined_by_facts_alone():
    links = [(6, ("a", "b"), 40.0), (1, ("b", "c"), STATED)]
    result, _, held = cluster("abc", links, letters="xyy")
    assert groups(result) == {frozenset("a"), frozenset("bc")}
    assert held == [(TWO_INITIALS, frozenset("abc"))]


def test_a_fact_outranks_the_initials():
    links = [(1, ("a", "b"), STATED), (6, ("b", "c"), 8.0)]
    result, _, _ = cluster("abc", links, letters="xyy")
    assert groups(result) == {frozenset("abc")}


def test_two_numbered_mailboxes_of_one_domain_are_not_joined_through_a_third_record():
    links = [(6, ("a", "b"), 20.0), (6, ("b", "c"), 20.0)]
    result, _, held = cluster("abc", links, boxes="pqr")
    assert len(groups(result)) == 3
    assert held == [(TWO_MAILBOXES, frozenset("abc"))]


def assign(entity, cluster_of, previous, ages, taken):
    """Ids by the SQL, on an empty warehouse whose ledger knows the ids in `taken`."""
    order = sorted(cluster_of, key=lambda member: ages[member])
    rows = [(cluster_of[m], place, m, previous.get(m)) for place, m in enumerate(order)]
    gone = [(old,) for member, old in previous.items() if member not in cluster_of]
    with DATABASE.cursor() as connection:
        connection.execute("delete from identity.ledger")
        connection.execute(
            "create or replace temp table clustering"
            " (cluster integer, age_rank integer, member varchar, old_id varchar);"
            "create or replace temp table lost_ids (old_id varchar)"
        )
        connection.executemany("insert into clustering values (?, ?, ?, ?)", rows)
        if gone:
            connection.executemany("insert into lost_ids values (?)", gone)
        if taken:
            connection.executemany(
                "insert into identity.ledger (event_id, entity, entity_id)"
                f" values (gen_random_uuid(), '{entity}', ?)", [(each,) for each in taken],
            )  # fmt: skip
        stable.assign(connection, entity)
        return Assigned(
            dict(connection.execute("select cluster, entity_id from assigned").fetchall()),
            [Event(*row) for row in connection.execute("select * from id_events").fetchall()],
            dict(connection.execute("select old_id, new_id from fresh_redirects").fetchall()),
        )


def numbered(partition):
    return dict(zip(NODES, partition, strict=True))


def ids(assigned, cluster_of):
    return {record: assigned.id_of[number] for record, number in cluster_of.items()}


@settings(deadline=None, max_examples=25)
@given(partitions)
def test_a_repeated_run_makes_no_event_and_keeps_every_id(partition):
    clusters = numbered(partition)
    first = assign("person", clusters, {}, AGES, set())
    before = ids(first, clusters)
    again = assign("person", clusters, before, AGES, set(before.values()))
    assert again.events == []
    assert ids(again, clusters) == before


@settings(deadline=None, max_examples=25)
@given(partitions, st.randoms(use_true_random=False))
def test_ids_from_scratch_repeat_whatever_the_order_and_numbering(partition, rng):
    clusters = numbered(partition)
    first = ids(assign("person", clusters, {}, AGES, set()), clusters)
    rows = [(record, number + 100) for record, number in clusters.items()]
    rng.shuffle(rows)
    other = dict(rows)
    assert ids(assign("person", other, {}, AGES, set()), other) == first


@settings(deadline=None, max_examples=25)
@given(partitions, partitions)
def test_every_old_id_lives_on_or_leads_to_a_live_one(old, new):
    before = ids(assign("person", numbered(old), {}, AGES, set()), numbered(old))
    after = assign("person", numbered(new), before, AGES, set(before.values()))
    live = set(after.id_of.values())
    assert len(live) == len(after.id_of)
    leads = closed({}, after.redirects)
    assert all(each in live or leads[each] in live for each in set(before.values()))


@settings(deadline=None, max_examples=25)
@given(partitions, partitions)
def test_an_old_id_goes_where_most_of_its_records_went(old, new):
    before = ids(assign("person", numbered(old), {}, AGES, set()), numbered(old))
    clusters = numbered(new)
    after = assign("person", clusters, before, AGES, set(before.values()))
    leads = closed({}, after.redirects)
    for old_id in set(before.values()):
        counts = {}
        for record, each in before.items():
            if each == old_id:
                counts[clusters[record]] = counts.get(clusters[record], 0) + 1
        home = leads.get(old_id, old_id)
        number = next(key for key, value in after.id_of.items() if value == home)
        assert counts[number] == max(counts.values())


@settings(deadline=None, max_examples=25)
@given(st.lists(partitions, min_size=2, max_size=5))
def test_redirects_stay_closed_and_no_id_is_given_out_twice(rounds):
    before, taken, redirects = {}, set(), {}
    for partition in rounds:
        clusters = numbered(partition)
        after = assign("person", clusters, before, AGES, taken)
        fresh = [e.entity_id for e in after.events if e.event in ("created", "split")]
        assert not set(fresh) & taken
        taken |= set(fresh)
        redirects = closed(redirects, after.redirects)
        before = ids(after, clusters)
        live = set(before.values())
        assert all(new in live for old, new in redirects.items())
        assert not live & set(redirects)


def test_a_split_names_the_id_it_came_from():
    before = {"a": "old", "b": "old", "c": "old"}
    ages = {each: (f"2026-01-0{place}", each) for place, each in enumerate("abc")}
    after = assign("person", {"a": 0, "b": 0, "c": 1}, before, ages, {"old"})
    assert after.id_of[0] == "old"
    (event,) = after.events
    assert (event.event, event.other_id) == ("split", "old")
