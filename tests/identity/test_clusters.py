"""Clusters and ids as pure functions, over many made-up companies."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.clusters import Edge, cluster
from identity.ids import assign, closed
from identity.matching import IdentityError

NODES = [f"crm|contacts|{number:02d}" for number in range(12)]
AGES = {node: (f"2026-01-{place + 1:02d}", node) for place, node in enumerate(NODES)}

pairs = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda p: p[0] != p[1])
edges = st.lists(
    st.builds(
        lambda strength, pair: Edge(strength, *sorted(pair), "rule"), st.integers(1, 5), pairs
    ),
    max_size=25,
)
apart = st.lists(pairs, max_size=4)
partitions = st.lists(st.integers(0, 5), min_size=len(NODES), max_size=len(NODES))


def groups(cluster_of):
    found = {}
    for node, number in cluster_of.items():
        found.setdefault(number, set()).add(node)
    return {frozenset(group) for group in found.values()}


@settings(deadline=None)
@given(edges, apart, st.randoms(use_true_random=False))
def test_the_order_of_records_and_links_changes_no_cluster(links, enemies, rng: random.Random):
    first = cluster(NODES, links, apart=enemies)
    shuffled_nodes, shuffled_links = list(NODES), list(links)
    rng.shuffle(shuffled_nodes)
    rng.shuffle(shuffled_links)
    assert groups(cluster(shuffled_nodes, shuffled_links, apart=enemies).cluster_of) == groups(
        first.cluster_of
    )


@settings(deadline=None)
@given(edges, apart)
def test_records_that_must_never_merge_are_apart(links, enemies):
    result = cluster(NODES, links, apart=enemies).cluster_of
    assert all(result[left] != result[right] for left, right in enemies)


@settings(deadline=None)
@given(edges)
def test_without_decisions_linked_records_are_together_and_nobody_is_lost(links):
    result = cluster(NODES, links).cluster_of
    assert set(result) == set(NODES)
    assert all(result[edge.left] == result[edge.right] for edge in links)


@settings(deadline=None)
@given(edges, st.integers(2, 5))
def test_a_cluster_over_the_size_limit_is_held_and_not_merged(links, limit):
    result = cluster(NODES, links, size_limit=limit)
    assert all(len(group) <= limit for group in groups(result.cluster_of)) or any(
        edge.strength <= 1 for edge in links
    )
    assert all(len(group) > limit for group in result.held)


def test_the_weakest_link_gives_way_to_a_never_merge():
    strong, weak = Edge(2, "a", "b", "email"), Edge(4, "b", "c", "street")
    result = cluster("abc", [weak, strong], apart=[("a", "c")])
    assert groups(result.cluster_of) == {frozenset("ab"), frozenset("c")}


def test_a_forced_merge_against_a_never_merge_is_refused():
    with pytest.raises(IdentityError, match="contradicts"):
        cluster("ab", [Edge(0, "a", "b", "force_merge")], apart=[("a", "b")])


def numbered(partition):
    return dict(zip(NODES, partition, strict=True))


def ids(assigned, cluster_of):
    return {record: assigned.id_of[number] for record, number in cluster_of.items()}


@settings(deadline=None)
@given(partitions)
def test_a_repeated_run_makes_no_event_and_keeps_every_id(partition):
    clusters = numbered(partition)
    first = assign("person", clusters, {}, AGES, set())
    before = ids(first, clusters)
    again = assign("person", clusters, before, AGES, set(before.values()))
    assert again.events == []
    assert ids(again, clusters) == before


@settings(deadline=None)
@given(partitions, st.randoms(use_true_random=False))
def test_ids_from_scratch_repeat_whatever_the_order_and_numbering(partition, rng):
    clusters = numbered(partition)
    first = ids(assign("person", clusters, {}, AGES, set()), clusters)
    rows = [(record, number + 100) for record, number in clusters.items()]
    rng.shuffle(rows)
    other = dict(rows)
    assert ids(assign("person", other, {}, AGES, set()), other) == first


@settings(deadline=None)
@given(partitions, partitions)
def test_every_old_id_lives_on_or_leads_to_a_live_one(old, new):
    before = ids(assign("person", numbered(old), {}, AGES, set()), numbered(old))
    after = assign("person", numbered(new), before, AGES, set(before.values()))
    live = set(after.id_of.values())
    assert len(live) == len(after.id_of)
    leads = closed({}, after.redirects)
    assert all(each in live or leads[each] in live for each in set(before.values()))


@settings(deadline=None)
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


@settings(deadline=None)
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
