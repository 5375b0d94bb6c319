"""The rules as the engine reads them: versions of ordered rules, with their pools and owners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

# What a rule may ask of a lead. The schema of config/routing.yml lists the same fields.
NUMBERS = ("employee_count",)
OWNERS = ("account_owner", "record_owner")
TEXTS = (
    "territory",
    "country_code",
    "region_code",
    "industry",
    "job_seniority",
    "job_function",
    "channel",
    "form_id",
)
FIELDS = (*TEXTS, *NUMBERS, *OWNERS)
# A rule for an owner that the CRM knows already takes only leads that have one.
OWNER_OF = {"account": "account_owner", "record": "record_owner"}

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one field: `test` is is, is_not, at_least, below or is_known."""

    field: str
    test: str
    value: Any

    def holds(self, facts: Facts) -> bool:
        """Whether a lead's facts meet it. What is not known is only not one of a list."""
        known = facts.get(self.field)
        match self.test:
            case "is_known":
                return (known is not None) == self.value
            case "is_not":
                return known not in self.value
            case "is":
                return known in self.value
            case "at_least":
                return known is not None and known >= self.value
            case _:
                return known is not None and known < self.value

    def implies(self, other: "Condition") -> bool:
        """Whether every lead that meets this one meets the other."""
        if self.field != other.field:
            return False
        match self.test, other.test:
            case (("is" | "at_least" | "below"), "is_known"):
                return other.value
            case "is_known", "is_known":
                return self.value == other.value
            case "is_known", "is_not":
                return not self.value
            case "is", "is":
                return set(self.value) <= set(other.value)
            case "is", "is_not":
                return not set(self.value) & set(other.value)
            case "is_not", "is_not":
                return set(self.value) >= set(other.value)
            case "at_least", "at_least":
                return self.value >= other.value
            case "below", "below":
                return self.value <= other.value
            case _:
                return False

    def excludes(self, other: "Condition") -> bool:
        """Whether no lead meets both."""
        if self.field != other.field:
            return False
        match self.test, other.test:
            case "is", "is":
                return not set(self.value) & set(other.value)
            case "is", "is_not":
                return set(self.value) <= set(other.value)
            case "at_least", "below":
                return self.value >= other.value
            case "is_known", _:
                return not self.value and other.implies(Condition(self.field, "is_known", True))
            case _:
                return False

    def __str__(self) -> str:
        """Return the condition as a person says it."""
        value = self.value
        if self.test == "is_known":
            return f"{self.field} is {'known' if value else 'not known'}"
        if isinstance(value, list | tuple):
            value = " or ".join(value)
        return f"{self.field} {self.test.replace('_', ' ')} {value}"


@dataclass(frozen=True)
class Rule:
    """A rule: all conditions must hold. Exactly one of `pool`, `owner` and `owner_of` is set."""

    name: str
    conditions: tuple[Condition, ...]
    pool: str | None
    owner: str | None
    owner_of: str | None
    respond_within_hours: float

    @property
    def asks(self) -> tuple[Condition, ...]:
        """Return all that it asks: an owner of the account or record must be there to get it."""
        if self.owner_of is None:
            return self.conditions
        return (*self.conditions, Condition(OWNER_OF[self.owner_of], "is_known", True))


@dataclass(frozen=True)
class Member:
    """An owner in a pool, who gets `weight` leads where one of weight 1 gets one."""

    owner: str
    weight: int


@dataclass(frozen=True)
class Pool:
    """Owners who take turns. What they have no room for goes to the pool `overflow`."""

    name: str
    members: tuple[Member, ...]
    restarts_daily: bool
    at_work_first: bool
    overflow: str | None


@dataclass(frozen=True)
class Version:
    """The rules that are in force from an instant (UTC) until those of the next version."""

    name: str
    in_force_from: datetime
    assign_within_hours: float
    territories: Mapping[str, str]
    pools: Mapping[str, Pool]
    rules: tuple[Rule, ...]

    def territory(self, facts: Facts) -> str | None:
        """Return the territory of a lead's region, else of its country."""
        for field in ("region_code", "country_code"):
            if (found := self.territories.get(str(facts.get(field)))) is not None:
                return found
        return None


@dataclass(frozen=True)
class Owner:
    """Somebody who gets leads: `owner` is the name in the rules, the ids are the CRM's."""

    owner: str
    crm: str
    native_id: str
    calendar: str
    capacity_per_day: int | None
    absences: tuple[tuple[date, date], ...]

    def is_away(self, day: date) -> bool:
        """Whether an absence holds the day; its first and its last day are in it."""
        return any(first <= day <= last for first, last in self.absences)


@dataclass(frozen=True)
class Rules:
    """All versions, oldest first, the owners by name, and the calendar of the pools' days."""

    calendar: str
    owners: Mapping[str, Owner]
    versions: tuple[Version, ...]

    def in_force(self, instant: datetime) -> Version | None:
        """Return the version that is in force at an instant, None before the first."""
        return next((v for v in reversed(self.versions) if v.in_force_from <= instant), None)


def parse(document: Mapping[str, Any]) -> Rules:
    """Return the rules that a checked config/routing.yml states."""
    return Rules(
        document["routing"]["calendar"],
        {row["owner"]: _owner(row) for row in document["routing_owners"]},
        tuple(_version(row) for row in document["routing_versions"]),
    )


def instant(text: str) -> datetime:
    """Return a stated instant in UTC, without its zone as in the warehouse."""
    told = datetime.fromisoformat(text)
    return told.astimezone(UTC).replace(tzinfo=None) if told.tzinfo else told


def conditions(row: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return the conditions of a rule as it is written."""
    return tuple(
        Condition(each["field"], test, value)
        for each in row.get("when", ())
        for test, value in each.items()
        if test != "field"
    )


def rule(row: Mapping[str, Any]) -> Rule:
    """Return a rule as it is written."""
    to = row["route_to"]
    return Rule(
        row["rule"],
        conditions(row),
        to.get("pool"),
        to.get("owner"),
        to.get("owner_of"),
        float(row["respond_within_hours"]),
    )


def _owner(row: Mapping[str, Any]) -> Owner:
    return Owner(
        row["owner"],
        row["crm"],
        row["owner_native_id"],
        row["calendar"],
        row.get("capacity_per_day"),
        tuple(
            (date.fromisoformat(each["from"]), date.fromisoformat(each["until"]))
            for each in row.get("absences", ())
        ),
    )


def _version(row: Mapping[str, Any]) -> Version:
    return Version(
        row["version"],
        instant(row["in_force_from"]),
        float(row["assign_within_hours"]),
        {place: each["territory"] for each in row["territories"] for place in each["places"]},
        {each["pool"]: _pool(each) for each in row["pools"]},
        tuple(rule(each) for each in row["rules"]),
    )


def _pool(row: Mapping[str, Any]) -> Pool:
    members: Sequence[Mapping[str, Any]] = row["members"]
    return Pool(
        row["pool"],
        tuple(Member(each["owner"], each.get("weight", 1)) for each in members),
        row.get("turns", "go_on") == "restart_daily",
        row.get("at_work_first", False),
        row.get("overflow"),
    )
