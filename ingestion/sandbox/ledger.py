"""The change ledger: every version of every record of every vendor, and when it becomes visible.

Moving the clock moves nothing in the ledger; it only shows more of it. That is how restatements,
late rows, merges and deletes reach a connector on the day they would.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["live", "archived", "merged", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one record, in the vendor's wire shape.

    `visible_from` and `sort_at` are epoch milliseconds UTC; `sort_at` is the vendor's own cursor
    instant. `parent` is the id that a child collection hangs on, or empty. Merged and deleted
    records are gone from every listing, archived ones stand in the archived listing only.
    """

    vendor: str
    object: str
    key: str
    parent: str
    visible_from: int
    status: Status
    sort_at: int
    body: bytes


class State:
    """What the vendors hold at one instant."""

    def __init__(self, newest: dict[tuple[str, str], dict[str, Change]]) -> None:
        self._newest = newest
        self._children: dict[tuple[str, str], dict[str, list[Change]]] = {}
        self._found: dict[Hashable, list[Change]] = {}

    def rows(self, vendor: str, object_: str, parent: str | None = None) -> list[Change]:
        """Return the newest version of each record, by key; of one parent if it is given."""
        every = self._newest.get((vendor, object_), {})
        if parent is None:
            return list(every.values())
        if (vendor, object_) not in self._children:
            grouped: dict[str, list[Change]] = {}
            for change in every.values():
                grouped.setdefault(change.parent, []).append(change)
            self._children[vendor, object_] = grouped
        return self._children[vendor, object_].get(parent, [])

    def found(self, question: Hashable, find: Callable[[], list[Change]]) -> list[Change]:
        """Return what `find` finds; later pages of one question are cut from the same list.

        Sorting 160,000 contacts anew for each page of 100 made a load grow with their square.
        """
        if question not in self._found:
            self._found[question] = find()
        return self._found[question]

    def get(self, vendor: str, object_: str, key: str) -> Change | None:
        """Return the newest version of one record, whatever its status, or None."""
        return self._newest.get((vendor, object_), {}).get(key)


class Ledger:
    """All changes, in the order in which they become visible (ties: vendor, object, key)."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes = sorted(
            changes, key=lambda each: (each.visible_from, each.vendor, each.object, each.key)
        )
        self._cache: tuple[int, State] | None = None

    def __len__(self) -> int:
        return len(self._changes)

    @property
    def changes(self) -> list[Change]:
        """Every change, in order."""
        return self._changes

    def at(self, clock_ms: int) -> State:
        """Return what is visible at `clock_ms`; the state of the last clock asked for is kept."""
        if self._cache is None or self._cache[0] != clock_ms:
            newest: dict[tuple[str, str], dict[str, Change]] = {}
            for change in self._changes:
                if change.visible_from > clock_ms:
                    break
                newest.setdefault((change.vendor, change.object), {})[change.key] = change
            ordered = {name: dict(sorted(rows.items())) for name, rows in newest.items()}
            self._cache = (clock_ms, State(ordered))
        return self._cache[1]
