"""What a source promises: its raw tables as data, and the pages it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from ingestion.catalogue import Api, Notes, Setting

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.http import Clock, Session

# Money and micros are kept as the vendor's text, but only where staging's decimal(18, 2) or
# decimal(18, 6) holds it exactly: what its cast would round or lose never gets that far.
ColumnType = Literal[
    "text", "bigint", "double", "decimal", "money", "micros", "bool", "timestamp", "date", "json"
]
Mode = Literal["versioned", "events"]

# A vendor's clock may run ahead of ours by minutes, a day covers account time zones; beyond that
# an instant is a fault, and as a cursor it would silence the source for ever.
CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class Column:
    """A declared raw column. A volatile one is stored but opens no version when it changes.

    `words` are all that it may say; a row that says another is quarantined.
    """

    name: str
    type: ColumnType = "text"
    pii: bool = False
    volatile: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A table that ties the rows of two others: whose `ours` go with whose `theirs`.

    `where` narrows it to the lines with these column values.
    """

    table: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Hang:
    """How the rows of a table belong to a person's row in `parent`: our columns equal theirs.

    With a `link` the two are tied by a third table; `theirs` is then the parent's key.
    """

    parent: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    link: Link | None = None


@dataclass(frozen=True)
class Table:
    """A raw table.

    `key` names one row of the vendor. `unit` is what is re-read whole (the merge key; the key by
    default): a row missing from a re-read unit is gone at the vendor. `order` is the column that
    says which of two versions is newer; without it the later observation wins. `ignored` are
    fields that the vendor sends and that are left behind on purpose, so they are no drift.

    For privacy deletes: `forgotten_by` are the columns by which the vendor names what it erased
    (the key by default), `hangs_on` says whose personal data else is the same person's, and `born`
    is the instant at which a record began: one that began after the erasure is a new one.
    """

    name: str
    mode: Mode
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    unit: tuple[str, ...] = ()
    order: str | None = None
    ignored: tuple[str, ...] = ()
    forgotten_by: tuple[str, ...] = ()
    hangs_on: tuple[Hang, ...] = ()
    born: str | None = None

    @property
    def erasure_key(self) -> tuple[str, ...]:
        """The columns by which a privacy delete names rows."""
        return self.forgotten_by or self.key

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns that a privacy delete blanks, less those of the key."""
        held = tuple(each.name for each in self.columns if each.pii and each.name not in self.key)
        return (*held, "_extra")

    @property
    def merge_key(self) -> tuple[str, ...]:
        """The columns of the re-read unit."""
        return self.unit or self.key

    @property
    def reads_units(self) -> bool:
        """Whether several rows are re-read as one unit."""
        return bool(self.unit) and set(self.unit) != set(self.key)

    @property
    def reads_days(self) -> bool:
        """Whether the re-read units are days of a window, as reports of metrics are."""
        return self.reads_units and any(self.column(name).type == "date" for name in self.unit)

    @property
    def own_columns(self) -> tuple[Column, ...]:
        """The declared columns less `is_deleted`, which every versioned table has anyhow."""
        return tuple(column for column in self.columns if column.name != "is_deleted")

    def column(self, name: str) -> Column:
        """Return the declared column; raises KeyError with the table's name where there is none."""
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(f"{self.name} declares no column {name}")


def columns(
    names: str, type_: ColumnType = "text", *, pii: bool = False, volatile: bool = False
) -> tuple[Column, ...]:
    """Return one column of `type_` per word of `names`."""
    return tuple(Column(name, type_, pii, volatile) for name in names.split())


@dataclass(frozen=True)
class Page:
    """Rows of one table in raw column names: dicts, or an arrow table where volume asks for it.

    A field that the vendor left out because it is empty is handed over as None: a column absent
    from every row of a load counts as vanished and keeps its last known values. `units` names the
    re-read units that this extraction covers whole, in the column order of the table's unit, so
    that a unit which came back empty is known to be empty and not merely unseen. `is_partial` says
    that the units of these rows did not come whole: what else is open in them stays open.
    """

    table: str
    rows: list[dict[str, Any]] | pa.Table
    units: tuple[tuple[Any, ...], ...] = ()
    is_partial: bool = False


@dataclass(frozen=True)
class Bad:
    """A row that its source could not even read: it goes to quarantine with the reason."""

    table: str
    reason: str
    body: str


@dataclass(frozen=True)
class Sweep:
    """The full list of keys that live at the vendor now: open rows not in it become tombstones.

    `scope` narrows it to the rows with these column values (one list of members, say). Keys are
    in the column order of the table's key, as text.

    `erased_unless` is for vendors where nothing but a privacy delete takes a record off the list,
    or a change of its key: a missing row is forgotten unless this column's value lives on.
    """

    table: str
    keys: frozenset[tuple[str, ...]]
    scope: tuple[tuple[str, str], ...] = ()
    erased_unless: str | None = None


@dataclass(frozen=True)
class Forget:
    """The vendor erased these persons: their personal data goes from every version, here too.

    Keys are in the order of the table's `erasure_key`, as text. `at` is the vendor's instant where
    it states one, else now. What merely went missing is no Forget: a blanked row never comes back.
    """

    table: str
    keys: frozenset[tuple[str, ...]]
    at: datetime | None = None


@dataclass
class Extraction:
    """What a source is handed for one load: configuration, the session, the clock, its memory.

    `state` is stored with the load and comes back at the next one. `sweep_due` asks a source
    that has sweeps to yield them. `full` asks for everything again, whatever the cursors say.
    """

    config: Mapping[str, Any]
    http: Session
    as_of: datetime
    state: dict[str, Any]
    window: tuple[date, date] | None = None
    full: bool = False
    sweep_due: bool = False
    counted: dict[tuple[str, str, str], int] = field(default_factory=dict)
    totals: list[tuple[str, str, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Sources turn it into days of other zones: without one it would be read as local time.
        self.as_of = in_utc(self.as_of)

    def cursor(self, name: str, default: str) -> str:
        """Return the stored cursor of `name`, or `default` on a first load."""
        return default if self.full else str(self.state.get(f"cursor:{name}", default))

    def advance(self, name: str, value: str) -> None:
        """Move the cursor forward; it is stored with the load.

        A backfill by window never moves it. What is no ISO day or instant, and what lies more than
        a day ahead of `as_of` (a record dated 9999, say), is refused and counted: nothing later
        would ever be read.
        """
        if self.window is not None:
            return
        at = _instant(value)
        if at is None or at > self.as_of + CLOCK_SKEW:
            self.count("cursor_ahead_of_now" if at else "cursor_no_instant", name)
            return
        # Days stay days; instants get one zone, so that the greater text is the later one.
        text = value if len(value) == len("2026-01-01") else at.isoformat()
        self.state[f"cursor:{name}"] = max(str(self.state.get(f"cursor:{name}", text)), text)

    def count(self, what: str, table: str = "", times: int = 1, column: str = "") -> None:
        """Count something worth a line in the drift report (dropped addresses, skipped files)."""
        key = (table, column, what)
        self.counted[key] = self.counted.get(key, 0) + times

    def total(self, table: str, measure: str, source_total: float, loaded_total: float) -> None:
        """Record a total that the vendor states beside the one that was read."""
        self.totals.append((table, measure, float(source_total), float(loaded_total)))


def _instant(text: str) -> datetime | None:
    """Return ISO text as an instant in UTC, None where it is none."""
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def in_utc(instant: datetime) -> datetime:
    """Return an instant with the zone UTC; one without a zone is in UTC already."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


Yield = Page | Bad | Sweep | Forget
Revive = Callable[["Mapping[str, Any]", dict[str, Any]], dict[str, Any]]


# What an ask returns of a right that the user's configuration does without.
LEFT_OUT = "left out"


def asking(path: str, **params: str | int) -> Callable[[Extraction], object]:
    """Return one request for `Source.asks`: a GET of a path of the vendor."""
    return lambda ctx: ctx.http.get(path, params)


@dataclass(frozen=True)
class Source:
    """A system that can be read.

    `kind` says in a word what it is (`crm`, `ads`). `required` are configuration keys without which
    no load starts; `instead` names keys that together stand in for one of them. `secrets` are those
    of either that never show in a message. `session` makes the one HTTP session from the
    configuration; sources of files have none. `revive` turns a quarantined body that is no raw row
    yet (the cells of a file) into one; it raises ValueError with the reason where it cannot.
    `settings` are the keys of its block in the configuration with their defaults, `sandbox` the
    made-up credentials that the sandbox company alone accepts, `api` the version that is spoken,
    `notes` what a reader should know. `asks` holds for a right of the notes one cheap request that
    the vendor refuses without it, or LEFT_OUT where the configuration does without the right.
    """

    name: str
    kind: str
    title: str
    tables: tuple[Table, ...]
    extract: Callable[[Extraction], Iterator[Yield]]
    required: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    session: Callable[[Mapping[str, Any], Clock], Session] | None = None
    revive: Revive | None = None
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: tuple[Setting, ...] = ()
    sandbox: Mapping[str, str] = field(default_factory=dict)
    api: Api | None = None
    notes: Notes | None = None
    asks: Mapping[str, Callable[[Extraction], object]] = field(default_factory=dict)

    @property
    def defaults(self) -> dict[str, Any]:
        """The settings that hold where the user states nothing else."""
        return {each.key: each.default for each in self.settings if each.default is not None}

    def missing(self, config: Mapping[str, Any]) -> list[str]:
        """Return the keys that are yet to be set; what was begun instead is to be completed."""
        lacking = []
        for key in self.required:
            parts = self.instead.get(key, ())
            unset = [part for part in parts if not config.get(part)]
            if len(unset) < len(parts):
                lacking += unset
            elif not config.get(key):
                lacking.append(key)
        return lacking

    def table(self, name: str) -> Table:
        """Return the declared table; raises KeyError where the source has none of that name."""
        for each in self.tables:
            if each.name == name:
                return each
        raise KeyError(f"{self.name} declares no table {name}")
