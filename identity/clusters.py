"""Records and links in, clusters out, on arrays. Pure: nothing here reads or writes a table.

Records are their places 0 to n - 1 in an order that the caller fixes: where links are equally
strong, the earlier places decide.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from identity.matching import IdentityError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
TOO_LARGE = "cluster over the size limit"
TWO_INITIALS = "two first initials"
TWO_MAILBOXES = "two mailboxes of one domain"
_ANY_LETTER = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Links:
    """Links of places: `strength` is the rank of the rule (0 the strongest), `weight` the match
    weight in bits of a scored link and infinite for others; `is_swapped` says that one side has
    first and last name in each other's place.
    """

    left: Ints
    right: Ints
    strength: Ints
    weight: NDArray[np.float64]
    is_swapped: Flags

    @property
    def is_scored(self) -> Flags:
        """Which links are probable and not stated."""
        return np.isfinite(self.weight)


@dataclass(frozen=True)
class Traits:
    """What of each record an invariant looks at; letters are places 1 to 63, 0 for no name."""

    is_counted: Flags
    first_letter: Ints
    last_letter: Ints
    mailbox: Ints
    work_domain: Ints


@dataclass(frozen=True)
class Limits:
    """The largest cluster, the weakest rank that is a fact, the match weights of the ladder."""

    size: int = 20
    certain: int = 1
    ladder: tuple[float, ...] = ()


@dataclass(frozen=True)
class Cut:
    """Cluster number per place, which links made them, clusters held for review with the reason."""

    labels: Ints
    is_used: Flags
    held: tuple[tuple[str, Ints], ...]


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Return the number of the connected component of every place."""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), (count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def cut(
    links: Links,
    traits: Traits,
    apart: Sequence[tuple[int, int]] = (),
    limits: Limits = Limits(),
    name: Callable[[int], str] = str,
    released: Sequence[tuple[int, int]] = (),
) -> Cut:
    """Group places by links, whatever the order of the links.

    Stated links come first: a cluster of them with more than `limits.size` counted records keeps
    only its facts and is held. Scored links then join clusters; where that breaks an invariant
    (size, two first initials, two mailboxes of one domain, a pair of `apart`) the links under the
    next rung of the ladder go, rung by rung, in that cluster alone; what is dirty on the last rung
    loses them all and is held. A cluster with both of a pair of `released` is clean, whatever its
    size and names. At last the weakest links between a pair of `apart` give way. Raises
    IdentityError where a forced link (strength 0) contradicts such a pair.
    """
    count, scored = len(traits.is_counted), links.is_scored
    stated = components(count, links.left[~scored], links.right[~scored])
    large = np.bincount(stated, traits.is_counted, minlength=count) > limits.size
    large[sorted(_both(stated, released))] = False
    in_large = large[stated[links.left]] | large[stated[links.right]]
    used = ~in_large | (~scored & (links.strength <= limits.certain))
    held = [(TOO_LARGE, np.flatnonzero(stated == each)) for each in np.flatnonzero(large)]
    if scored.any():
        held += _climb(links, traits, apart, limits, used, released)
    labels = components(count, links.left[used], links.right[used])
    troubled = _both(labels, apart)
    if troubled:
        _give_way(links, labels, troubled, apart, used, name)
        labels = components(count, links.left[used], links.right[used])
    return Cut(labels, used, tuple(held))


def _climb(
    links: Links,
    traits: Traits,
    apart: Sequence[tuple[int, int]],
    limits: Limits,
    used: Flags,
    released: Sequence[tuple[int, int]],
) -> list[tuple[str, Ints]]:
    """Take scored links out of `used` until every cluster is clean; return what never was."""
    count, scored = len(traits.is_counted), links.is_scored
    core = components(count, links.left[used & ~scored], links.right[used & ~scored])
    used[scored & (links.weight < limits.ladder[0])] = False
    open_ = used & scored & (core[links.left] != core[links.right])
    rungs = [*limits.ladder[1:], np.inf]
    held: list[tuple[str, Ints]] = []
    labels = components(count, links.left[used], links.right[used])
    inside = np.isin(labels, np.unique(labels[links.left[open_]]))
    for rung in rungs:
        reason_of = _dirty(labels, core, inside, links, traits, apart, limits.size, used)
        for label in _both(labels, released):
            reason_of.pop(label, None)
        if not reason_of:
            break
        dirty = np.isin(labels, np.fromiter(reason_of, np.int64))
        if rung == np.inf:
            held += [
                (reason, np.flatnonzero(labels == label))
                for label, reason in sorted(reason_of.items())
                if reason
            ]
        used[scored & dirty[links.left] & (links.weight < rung)] = False
        inside = dirty
        labels = components(count, links.left[used], links.right[used])
    return held


def _dirty(
    labels: Ints,
    core: Ints,
    inside: Flags,
    links: Links,
    traits: Traits,
    apart: Sequence[tuple[int, int]],
    size: int,
    used: Flags,
) -> dict[int, str]:
    """Return the clusters of places `inside` that break an invariant: the reason to hold them.

    The reason is empty where people have decided already. A cluster of stated links alone is clean.
    """
    places = np.flatnonzero(inside)
    mixed = _mixed(labels[places], core[places])
    found = dict.fromkeys(_both(labels, apart) & mixed, "")
    for label in _two_mailboxes(labels, places, traits) & mixed:
        found[label] = TWO_MAILBOXES
    for label in _two_initials(labels, core, places, links, traits, used) & mixed:
        found[label] = TWO_INITIALS
    sizes = np.bincount(labels[places], traits.is_counted[places])
    for label in set(np.flatnonzero(sizes > size).tolist()) & mixed:
        found[label] = TOO_LARGE
    return found


def _both(labels: Ints, pairs: Iterable[tuple[int, int]]) -> set[int]:
    """Clusters that hold both of a pair."""
    return {int(labels[one]) for one, other in pairs if labels[one] == labels[other]}


def _mixed(labels: Ints, core: Ints) -> set[int]:
    """Clusters of more than one core: those that scored links hold together."""
    pairs = np.unique(np.stack([labels, core]), axis=1)[0]
    found, times = np.unique(pairs, return_counts=True)
    return set(found[times > 1].tolist())


def _two_mailboxes(labels: Ints, places: Ints, traits: Traits) -> set[int]:
    """Clusters with two numbered mailboxes at one domain: mail systems number people so."""
    placed = places[traits.work_domain[places] != 0]
    triples = np.stack([labels[placed], traits.work_domain[placed], traits.mailbox[placed]])
    boxes = np.unique(triples, axis=1)[:2]
    if not boxes.size:
        return set()
    domains, times = np.unique(boxes, axis=1, return_counts=True)
    return set(domains[0][times > 1].tolist())


def _two_initials(
    labels: Ints, core: Ints, places: Ints, links: Links, traits: Traits, used: Flags
) -> set[int]:
    """Clusters whose first names cannot all begin with one letter.

    Stated links outrank names, so a core allows each letter that one of its records has; a record
    known to be swapped allows the letter of its other name too.
    """
    count = len(labels)
    allowed = np.where(
        traits.first_letter > 0, np.uint64(1) << traits.first_letter.astype(np.uint64), np.uint64(0)
    )
    swaps = used & links.is_swapped
    swapped = np.unique(np.concatenate([links.left[swaps], links.right[swaps]]))
    allowed[swapped] |= np.uint64(1) << traits.last_letter[swapped].astype(np.uint64)
    of_core = np.zeros(count, np.uint64)
    np.bitwise_or.at(of_core, core[places], allowed[places])
    of_core[of_core == 0] = _ANY_LETTER
    common = np.full(count, _ANY_LETTER)
    np.bitwise_and.at(common, labels[places], of_core[core[places]])
    return set(np.flatnonzero(common == 0).tolist())


def _give_way(
    links: Links,
    labels: Ints,
    troubled: set[int],
    apart: Iterable[tuple[int, int]],
    used: Flags,
    name: Callable[[int], str],
) -> None:
    """Take links strongest first and refuse each that would join a pair meant to stay apart."""
    enemies: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    concerned = np.flatnonzero(used & np.isin(labels[links.left], np.array(sorted(troubled))))
    order = np.lexsort(
        (
            links.right[concerned],
            links.left[concerned],
            -links.weight[concerned],
            links.strength[concerned],
        )
    )
    group: dict[int, set[int]] = {}
    for link in concerned[order].tolist():
        one, other = int(links.left[link]), int(links.right[link])
        left, right = group.setdefault(one, {one}), group.setdefault(other, {other})
        if left is right:
            continue
        if any(enemies.get(each, set()) & right for each in left):
            if links.strength[link] == 0:
                raise IdentityError(
                    f"force_merge of {name(one)} and {name(other)} contradicts a never_merge "
                    "decision; remove one of the two from config/matching.yml"
                )
            used[link] = False
            continue
        left |= right
        for each in right:
            group[each] = left
