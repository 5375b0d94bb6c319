"""Records and links in, clusters out. Pure: nothing here reads or writes a table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from identity.matching import IdentityError


class Edge(NamedTuple):
    """A link of two records. `strength` is the rank of its rule, 0 the strongest.

    A tuple, because links are sorted by the hundred thousand: as a dataclass that took a quarter of
    the whole resolution.
    """

    strength: int
    left: str
    right: str
    rule: str


@dataclass(frozen=True)
class Clustered:
    """Cluster number per record, the links that made them, and clusters held for review."""

    cluster_of: dict[str, int]
    used: frozenset[Edge]
    held: tuple[frozenset[str], ...]


def components(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Return the number of the connected component of every node."""
    index = {node: place for place, node in enumerate(nodes)}
    pairs = [(index[edge.left], index[edge.right]) for edge in edges]
    if not pairs:
        return index
    left, right = np.array(pairs, dtype=np.int64).T
    graph = coo_matrix((np.ones(len(pairs), dtype=np.int8), (left, right)), (len(nodes),) * 2)
    _, labels = connected_components(graph, directed=False)
    return dict(zip(nodes, labels.tolist(), strict=True))


def cluster(
    nodes: Iterable[str],
    edges: Iterable[Edge],
    *,
    apart: Iterable[tuple[str, str]] = (),
    sized: Mapping[str, bool] | None = None,
    size_limit: int = 20,
    certain: int = 1,
) -> Clustered:
    """Group `nodes` by `edges`, whatever the order of either.

    Pairs in `apart` end in different clusters: the weakest links between them give way. A cluster
    with more than `size_limit` nodes that count (`sized`, all by default) is not merged: only its
    links of strength up to `certain` stay, and it is held for review. Raises IdentityError where a
    forced link (strength 0) contradicts a pair in `apart`.
    """
    ordered = sorted(set(nodes))
    links = sorted(set(edges))
    enemies: dict[str, set[str]] = defaultdict(set)
    for left, right in apart:
        enemies[left].add(right)
        enemies[right].add(left)

    label = components(ordered, links)
    members = _members(label)
    large = {
        number
        for number, group in members.items()
        if sum(sized is None or sized[each] for each in group) > size_limit
    }
    held = tuple(frozenset(members[number]) for number in sorted(large))
    links = [edge for edge in links if label[edge.left] not in large or edge.strength <= certain]

    troubled = {
        label[left]
        for left, others in enemies.items()
        for right in others
        if label.get(left) == label.get(right)
    }
    if troubled:
        links = _kept(links, label, troubled, enemies)
    return Clustered(components(ordered, links), frozenset(links), held)


def _members(label: Mapping[str, int]) -> dict[int, list[str]]:
    members: dict[int, list[str]] = defaultdict(list)
    for node, number in label.items():
        members[number].append(node)
    return members


def _kept(
    links: list[Edge],
    label: Mapping[str, int],
    troubled: set[int],
    enemies: Mapping[str, set[str]],
) -> list[Edge]:
    """Take links strongest first and refuse each that would join a pair meant to stay apart."""
    group: dict[str, set[str]] = {}
    kept = []
    for edge in links:
        if label[edge.left] not in troubled:
            kept.append(edge)
            continue
        left = group.setdefault(edge.left, {edge.left})
        right = group.setdefault(edge.right, {edge.right})
        if left is not right and any(enemies.get(each, set()) & right for each in left):
            if edge.strength == 0:
                raise IdentityError(
                    f"force_merge of {edge.left} and {edge.right} contradicts a never_merge "
                    "decision; remove one of the two from config/matching.yml"
                )
            continue
        kept.append(edge)
        if left is not right:
            left |= right
            for each in right:
                group[each] = left
    return kept
