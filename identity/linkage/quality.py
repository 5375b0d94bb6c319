"""How good a resolution is against the truth: pairs, B-cubed, what each rule got wrong. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """Precision and recall of one kind; 1.0 where there was nothing to find or to err about."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pairwise(truth: Mapping[str, str], found: Mapping[str, str]) -> Quality:
    """Score the pairs of records joined against the pairs that are one party.

    Only records of `truth` count; one that `found` does not know stands alone.
    """
    both: Counter[tuple[str, str]] = Counter()
    for record, true_id in truth.items():
        both[true_id, found.get(record, record)] += 1
    true_sizes: Counter[str] = Counter()
    found_sizes: Counter[str] = Counter()
    for (true_id, found_id), size in both.items():
        true_sizes[true_id] += size
        found_sizes[found_id] += size
    right = _pairs(both.values())
    joined, wanted = _pairs(found_sizes.values()), _pairs(true_sizes.values())
    return Quality(right / joined if joined else 1.0, right / wanted if wanted else 1.0)


def b_cubed(truth: Mapping[str, str], found: Mapping[str, str]) -> Quality:
    """Score per record the share of its cluster that is right, and of its party that is there."""
    both: Counter[tuple[str, str]] = Counter()
    for record, true_id in truth.items():
        both[true_id, found.get(record, record)] += 1
    true_sizes: Counter[str] = Counter()
    found_sizes: Counter[str] = Counter()
    for (true_id, found_id), size in both.items():
        true_sizes[true_id] += size
        found_sizes[found_id] += size
    records = len(truth) or 1
    precision = sum(size**2 / found_sizes[found_id] for (_, found_id), size in both.items())
    recall = sum(size**2 / true_sizes[true_id] for (true_id, _), size in both.items())
    return Quality(precision / records, recall / records)


def rule_precision(
    truth: Mapping[str, str], edges: Iterable[tuple[str, str, str]]
) -> dict[str, tuple[int, int]]:
    """Return per rule the links (left, right, rule) and how many of them join two parties."""
    links: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for left, right, rule in edges:
        if left in truth and right in truth:
            links[rule][0] += 1
            links[rule][1] += truth[left] != truth[right]
    return {rule: (total, wrong) for rule, (total, wrong) in sorted(links.items())}


def largest(found: Mapping[str, str], counted: Iterable[str]) -> int:
    """Return the size of the largest cluster over the records that count."""
    return max(Counter(found[record] for record in counted if record in found).values(), default=0)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
