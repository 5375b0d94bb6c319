"""What config/playbooks.yml may not say beyond its schema: milestones that nobody can follow."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

# The place in the file, and what is wrong there with its remedy.
Problem = tuple[tuple[str | int, ...], str]
Edges = dict[str, list[tuple[str, int]]]
# What stands once only, by the keys that tell its rows apart.
_ONCE = {
    "playbooks": ("playbook",),
    "playbook_milestones": ("playbook", "milestone"),
    "playbook_needs": ("playbook", "milestone", "needs"),
    "work_states": ("work_system", "told_by", "field", "value"),
    "content_stages": ("work_system", "project_name", "section"),
}


def problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong, the first thing first."""
    for table, keys in _ONCE.items():
        yield from _repeated(table, keys, document[table])
    yield from _repeated("playbooks", ("work_system", "project_name"), document["playbooks"])
    for place in ("playbook_milestones", "content_stages"):
        owner = "playbook" if place == "playbook_milestones" else "project_name"
        yield from _repeated(place, (owner, "position"), document[place])
    known = {each["playbook"] for each in document["playbooks"]}
    for table in ("playbook_milestones", "playbook_needs"):
        for number, each in enumerate(document[table]):
            if each["playbook"] not in known:
                told = f"no playbook is named {each['playbook']}; there are {_list(known)}"
                yield (table, number, "playbook"), told
    for number, playbook in enumerate(document["playbooks"]):
        yield from _of_playbook(number, playbook, document)


def _repeated(table: str, keys: tuple[str, ...], rows: list[dict[str, Any]]) -> Iterator[Problem]:
    seen: Counter[tuple[Any, ...]] = Counter()
    for number, each in enumerate(rows):
        key = tuple(each[name] for name in keys)
        seen[key] += 1
        if seen[key] == 2:
            named = ", ".join(f"{name} {value}" for name, value in zip(keys, key, strict=True))
            told = f"{named} stands twice, so that this one is never reached; remove one"
            yield (table, number, keys[-1]), told


def _of_playbook(
    number: int, playbook: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[Problem]:
    name = playbook["playbook"]
    milestones = {
        each["milestone"]: place
        for place, each in enumerate(document["playbook_milestones"])
        if each["playbook"] == name
    }
    for key in ("starts_with", "goes_live_with"):
        if playbook[key] not in milestones:
            told = f"{name} has no milestone {playbook[key]}; there are {_list(milestones)}"
            yield ("playbooks", number, key), told
            return
    needs: Edges = {each: [] for each in milestones}
    for place, each in enumerate(document["playbook_needs"]):
        if each["playbook"] != name:
            continue
        for key in ("milestone", "needs"):
            if each[key] not in milestones:
                told = f"{name} has no milestone {each[key]}; there are {_list(milestones)}"
                yield ("playbook_needs", place, key), told
                return
        needs[each["milestone"]].append((each["needs"], place))
    if cycle := _cycle(needs):
        path, place = cycle
        told = f"{' needs '.join(path)}: none of them can come first; remove one of these needs"
        yield ("playbook_needs", place, "needs"), told
        return
    yield from _unreached(number, playbook, milestones, needs)


def _cycle(needs: Edges) -> tuple[list[str], int] | None:
    """Return a round of milestones that need each other, and the rule that closes it."""
    done: set[str] = set()
    for start in needs:
        path, waiting = [start], [iter(needs[start])]
        while waiting and start not in done:
            following = next(waiting[-1], None)
            if following is None:
                done.add(path.pop())
                waiting.pop()
                continue
            milestone, place = following
            if milestone in path:
                return [*path[path.index(milestone) :], milestone], place
            if milestone not in done:
                path.append(milestone)
                waiting.append(iter(needs[milestone]))
    return None


def _unreached(
    number: int, playbook: Mapping[str, Any], milestones: Mapping[str, int], needs: Edges
) -> Iterator[Problem]:
    start, live = playbook["starts_with"], playbook["goes_live_with"]
    if start not in _before(live, needs):
        told = f"{live} is never reached from {start}; say under playbook_needs what leads to it"
        yield ("playbooks", number, "goes_live_with"), told
    needed = {name for each in needs.values() for name, _ in each}
    for milestone, place in milestones.items():
        if not needs[milestone] and milestone not in needed:
            told = (
                f"{milestone} is never reached: it needs no milestone, and none needs it; add it "
                "to playbook_needs or remove it"
            )
            yield ("playbook_milestones", place, "milestone"), told


def _before(milestone: str, needs: Edges) -> set[str]:
    """Return a milestone and all that must come before it."""
    found: set[str] = set()
    waiting = [milestone]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += [name for name, _ in needs[each]]
    return found


def _list(names: Any) -> str:
    return ", ".join(sorted(names))
