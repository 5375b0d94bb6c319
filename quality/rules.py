"""What a hygiene rule is: one true sentence about the rows of a table.

Rules are data (config/hygiene.yml, read by `quality.hygiene`); here is their shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["blocking", "warning"]
Gate = Literal["raw", "staging", "conformed", "marts"]
# The systems of each kind, by the names of dbt's variables (`crm_systems`): each is judged alike.
Systems = Mapping[str, Sequence[str]]
Dimension = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness"]
# A share of all rows together says nothing of any one of them.
OF_ALL_ROWS = ("usual_null_rate",)
REASONS = {
    "not_null": "missing",
    "unique": "held more than once",
    "unique_key": "there more than once",
    "matches": "malformed",
    "in_set": "not in the vocabulary",
    "not_in_set": "not allowed",
    "between": "out of range",
    "not_less_than": "contradicts another column",
    "condition": "contradicts itself",
    "without_problem": "has a problem",
}

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
    """One rule. `rule_id` is the sentence that is true when all is well.

    `at_least` is the share of judged rows that must keep it; below `blocks_below` a warning holds
    back its groups as a blocking rule does. `groups` names them; without any they are those whose
    marts read the rows. `options` are the words of its kind: values, pattern, least, other, ...
    """

    rule_id: str
    kind: str
    severity: Severity
    dimension: Dimension
    column: str | None = None
    at_least: float = 1.0
    blocks_below: float | None = None
    where: str | None = None
    groups: tuple[str, ...] = ()
    reason: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """What is wrong with a row that breaks the rule, in a few words."""
        return self.reason or REASONS.get(self.kind, self.kind.replace("_", " "))

    @property
    def can_block(self) -> bool:
        """Whether the rule can hold marts back."""
        return self.severity == "blocking" or self.blocks_below is not None

    @property
    def names_rows(self) -> bool:
        """Whether a failing row is an issue of its own."""
        return self.kind not in OF_ALL_ROWS


@dataclass(frozen=True)
class Suite:
    """The rules of one relation.

    `columns` names what is judged and says its SQL; `where` which rows. `key` names the columns
    that point at a failing row. `source` and `object` say in the scorecard whose rows these are.
    `table` is the [source or schema, table] name of the relation that the suite protects.
    """

    name: str
    entity: str
    gate: Gate
    source: str
    object: str
    table: tuple[str, str]
    columns: Mapping[str, str]
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    where: str | None = None
    is_record: bool = False

    @property
    def relation(self) -> tuple[str, str]:
        """The schema and table whose rows are judged."""
        schema, table = self.table
        return (f"raw_{schema}" if self.gate == "raw" else schema, table)

    def field_of(self, rule: Rule) -> str:
        """What the scorecard calls the field that a rule judges: its column, or `(row)`."""
        if rule.column:
            return rule.column
        return self.key[0] if rule.kind == "unique_key" and len(self.key) == 1 else "(row)"


@dataclass(frozen=True)
class RuleResult:
    """The verdict of one rule in one run; counts are rows, and `message` holds no row values.

    `severity` is `blocking` where the rule, broken or not, holds marts back as things stand.
    """

    rule_id: str
    suite: str
    table: tuple[str, str]
    severity: Severity
    passed: bool
    checked: int
    failed: int
    message: str
    is_computed: bool = True
    is_overridden: bool = False
