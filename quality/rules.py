"""What a hygiene rule is: one true sentence about a table, with the harm if it is false."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["blocking", "warning"]
Gate = Literal["raw", "staging", "conformed", "marts"]
# The systems of each kind, by the names of dbt's variables (`crm_systems`): each is judged alike.
Systems = Mapping[str, Sequence[str]]
Dimension = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness"]

# Weights of the data quality score per record; accuracy is left out until a verified reference is.
DIMENSION_WEIGHTS: dict[Dimension, float] = {
    "completeness": 0.25,
    "validity": 0.25,
    "uniqueness": 0.20,
    "consistency": 0.15,
    "timeliness": 0.15,
}


@dataclass(frozen=True)
class Rule:
    """One expectation. `rule_id` is the sentence that is true when all is well."""

    rule_id: str
    expectation: Any
    severity: Severity
    dimension: Dimension
    field: str


@dataclass(frozen=True)
class Suite:
    """The rules of one relation.

    `query` selects the rows that are judged; `key` names the columns that point at a failing row.
    `source` and `object` say in the scorecard whose rows these are. `tables` are the
    [source or schema, table] names of the relations that the suite protects.
    """

    name: str
    gate: Gate
    source: str
    object: str
    table: tuple[str, str]
    query: str
    key: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def relation(self) -> tuple[str, str]:
        """The schema and table whose rows are judged."""
        schema, table = self.table
        return (f"raw_{schema}" if self.gate == "raw" else schema, table)


@dataclass(frozen=True)
class RuleResult:
    """The verdict of one rule in one run; counts are rows, and `message` holds no row values."""

    rule_id: str
    suite: str
    table: tuple[str, str]
    severity: Severity
    passed: bool
    checked: int
    failed: int
    message: str


def rule(
    rule_id: str,
    expectation: Any,
    *,
    severity: Severity = "warning",
    dimension: Dimension = "validity",
) -> Rule:
    """Return the rule; its field is the expectation's column, or `(row)` for row rules."""
    field = getattr(expectation, "column", None) or "(row)"
    # The meta survives into the result, so the rule's id makes the round trip.
    expectation.meta = {"rule": rule_id}
    return Rule(rule_id, expectation, severity, dimension, str(field))
