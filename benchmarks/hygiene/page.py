"""The page of what was found of the dirt that was planted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.hygiene import issues

# (found rightly, found, planted) by column and problem.
Counts = Mapping[tuple[str, str], tuple[int, int, int]]
# Counts, (told rightly, known) by column of true values, and the cost in words.
Room = tuple[Counts, Mapping[str, tuple[int, int]], str]


def lines(
    seeds: Sequence[int], scale: float, runs: Sequence[issues.Scores], rooms: Sequence[Room]
) -> Iterator[str]:
    """Yield the page: issues of whole runs, then the room on records spoiled by other code."""
    named = ", ".join(map(str, seeds))
    yield "# Dirt that was planted, and what was found\n"
    yield f"Seeds {named}, on which no rule was chosen, at scale {scale:g}.\n"
    yield from _issues(runs)
    yield from _rooms(seeds, rooms)


def _issues(runs: Sequence[issues.Scores]) -> Iterator[str]:
    yield "## Issues of the mart\n"
    yield (
        "Whole runs of the sandbox company. Planted: records that must be found under the rule with"
        " the reason; found: open issues of the rule with the reason; lowest: the lowest precision"
        " or recall of any one seed.\n"
    )
    whole = issues.Scores()
    for each in runs:
        whole.add(each)
    yield from _head("rule", "reason", "planted", "found", "precision", "recall", "lowest")
    for fault in sorted({*whole.planted, *whole.found}):
        lowest = min(min(each.precision(fault), each.recall(fault)) for each in runs)
        shares = (whole.precision(fault), whole.recall(fault), lowest)
        yield _row(*fault, whole.planted[fault], whole.found[fault], *shares)
    right, found, planted = (each.total() for each in (whole.right, whole.found, whole.planted))
    yield _row("all", "", planted, found, right / found, right / planted, None)
    yield "\n## Values that look odd and are right, and slips of which the meaning is known\n"
    yield "Another spelling is no issue. Told: the value that was meant, as value or suggestion.\n"
    yield from _head("planted", "", "records", "told")
    for kind, count in sorted(whole.meant.items()):
        yield f"| {kind.replace('_', ' ')} | | {count:,} | {whole.told[kind] / count:.3f} |"


def _rooms(seeds: Sequence[int], rooms: Sequence[Room]) -> Iterator[str]:
    yield "\n## Records spoiled by other code\n"
    yield "Normalised by the room alone; processor seconds of a first and of a second run.\n"
    yield from (f"- seed {seed}, {cost}" for seed, (_, _, cost) in zip(seeds, rooms, strict=True))
    yield ""
    yield from _head("column", "problem", "planted", "found", "precision", "recall")
    for (column, problem), (right, found, planted) in sorted(_summed(rooms).items()):
        shares = (right / found if found else 1.0, right / planted if planted else 1.0)
        yield _row(column, problem.replace("_", " "), planted, found, *shares)
    yield ""
    yield from _head("value", "", "records", "told")
    for column in rooms[0][1]:
        right, known = (sum(meant[column][place] for _, meant, _ in rooms) for place in (0, 1))
        yield f"| {column.replace('_', ' ')} | | {known:,} | {right / known:.3f} |"


def _head(*names: str) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield f"|---|---|{'---:|' * (len(names) - 2)}"


def _row(name: str, reason: str, planted: int, found: int, *shares: float | None) -> str:
    told = ("" if each is None else f"{each:.3f}" for each in shares)
    return f"| {name} | {reason} | {planted:,} | {found:,} | {' | '.join(told)} |"


def _summed(rooms: Iterable[Room]) -> Counts:
    total: dict[tuple[str, str], tuple[int, int, int]] = {}
    for counts, _, _ in rooms:
        for key, (right, found, planted) in counts.items():
            before = total.get(key, (0, 0, 0))
            total[key] = (before[0] + right, before[1] + found, before[2] + planted)
    return total
