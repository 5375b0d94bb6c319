"""Stable ids: which old id a new cluster keeps, and what became of the others. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """Something that happened to an id: created, merged (into `other`), split (from `other`)."""

    event: str
    entity_id: str
    other_id: str | None
    evidence: str


@dataclass
class Assigned:
    """The id of every cluster, the events of this round, the ids given up and by whom replaced."""

    id_of: dict[int, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)


def new_id(entity: str, anchor: str, taken: set[str]) -> str:
    """Return an id hashed from the anchor record, so that a run from scratch repeats it.

    An id that was ever given out is never given out again: the next hash of the anchor is taken.
    """
    attempt = 0
    while True:
        text = f"{entity}|{anchor}" + (f"|{attempt}" if attempt else "")
        candidate = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        if candidate not in taken:
            return candidate
        attempt += 1


def assign(
    entity: str,
    cluster_of: Mapping[str, int],
    previous: Mapping[str, str],
    oldest: Mapping[str, tuple[str, str]],
    taken: set[str],
) -> Assigned:
    """Return ids for the clusters of `cluster_of` (record -> cluster).

    `previous` is the id each record had, `oldest` its age as a sortable pair, `taken` every id ever
    given out. An old id goes to the cluster that holds most of its records (tie: its oldest
    record); a cluster keeps, of the ids it won, the one with most records (tie: oldest).
    """
    members: dict[int, list[str]] = defaultdict(list)
    for record, number in cluster_of.items():
        members[number].append(record)
    for records in members.values():
        records.sort(key=lambda record: oldest[record])

    won = _won(cluster_of, previous, oldest)
    result, used = Assigned(), set(taken) | set(previous.values())
    for number in sorted(members, key=lambda each: oldest[members[each][0]]):
        anchor = members[number][0]
        claims = won.get(number)
        if claims:
            kept, *absorbed = claims
            result.id_of[number] = kept
            for lost in absorbed:
                result.redirects[lost] = kept
                result.events.append(Event("merged", lost, kept, anchor))
            continue
        fresh = new_id(entity, anchor, used)
        used.add(fresh)
        result.id_of[number] = fresh
        origin = previous.get(anchor) or next(
            (previous[each] for each in members[number] if each in previous), None
        )
        result.events.append(Event("split" if origin else "created", fresh, origin, anchor))
    live = set(result.id_of.values()) | set(result.redirects)
    gone = sorted(set(previous.values()) - live)
    result.events += [Event("retired", each, None, "") for each in gone]
    return result


def _won(
    cluster_of: Mapping[str, int],
    previous: Mapping[str, str],
    oldest: Mapping[str, tuple[str, str]],
) -> dict[int, list[str]]:
    """Return per cluster the old ids it won, the one to keep first."""
    held: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record, old in previous.items():
        if record in cluster_of:
            held[old][cluster_of[record]].append(record)
    won: dict[int, list[tuple[int, tuple[str, str], str]]] = defaultdict(list)
    for old, clusters in held.items():
        claims = [
            (-len(records), min(oldest[each] for each in records), number)
            for number, records in clusters.items()
        ]
        size, age, number = min(claims)
        won[number].append((size, age, old))
    return {number: [old for _, _, old in sorted(claims)] for number, claims in won.items()}


def closed(redirects: Mapping[str, str], fresh: Mapping[str, str]) -> dict[str, str]:
    """Return all redirects with every chain followed to its end."""
    together = dict(redirects) | dict(fresh)

    def end(each: str) -> str:
        while each in together:
            each = together[each]
        return each

    return {old: end(new) for old, new in together.items()}
