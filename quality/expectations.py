"""Rules as Great Expectations: each kind of config/hygiene.yml is one of its expectations.

Import this module inside the check only: Great Expectations takes 7 to 8 s to import.
"""

from typing import Any

import great_expectations.expectations as gxe

from quality.failing import fails, judged
from quality.rules import Rule, Suite

ONE_MEANING = "kept_"  # before a rule's id: the column that says whether a row keeps the rule


def is_computed(rule: Rule) -> bool:
    """Whether the rule is judged by a column of its own: no expectation compares so."""
    return bool(rule.where) or rule.kind in ("condition", "without_problem")


def computed_columns(suite: Suite) -> str:
    """Return the columns of their own that rules of the suite need, as the end of a select list."""
    return "".join(
        f", case when {judged(rule, suite)} then not ({fails(rule, suite)}) end"
        f' as "{ONE_MEANING}{rule.rule_id}"'
        for rule in suite.rules
        if is_computed(rule)
    )


def expectation(rule: Rule, suite: Suite) -> Any:
    """Return the expectation that judges the rule; its meta bears the rule's id."""
    made = _of_kind(rule, suite)
    # The meta survives into the result, so the rule's id makes the round trip.
    made.meta = {"rule": rule.rule_id}
    return made


def _of_kind(rule: Rule, suite: Suite) -> Any:
    column, told, mostly = rule.column, rule.options, rule.at_least
    if is_computed(rule):
        return gxe.ExpectColumnValuesToBeInSet(
            column=f"{ONE_MEANING}{rule.rule_id}", value_set=[True], mostly=mostly
        )
    match rule.kind:
        case "not_null" | "usual_null_rate":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=mostly)
        case "unique":
            return gxe.ExpectColumnValuesToBeUnique(column=column, mostly=mostly)
        case "unique_key" if len(suite.key) == 1:
            return gxe.ExpectColumnValuesToBeUnique(column=suite.key[0], mostly=mostly)
        case "unique_key":
            return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(suite.key), mostly=mostly)
        case "matches":
            # RE2, anchored at both ends because `~` is a full match in DuckDB 1.5 and a partial
            # one in 2.0.
            return gxe.ExpectColumnValuesToMatchRegex(
                column=column, regex=told["pattern"], mostly=mostly
            )
        case "in_set":
            return gxe.ExpectColumnValuesToBeInSet(
                column=column, value_set=list(told["values"]), mostly=mostly
            )
        case "not_in_set":
            return gxe.ExpectColumnValuesToNotBeInSet(
                column=column, value_set=list(told["values"]), mostly=mostly
            )
        case "between":
            return gxe.ExpectColumnValuesToBeBetween(
                column=column,
                min_value=told.get("least"),
                max_value=told.get("most"),
                mostly=mostly,
            )
        case "not_less_than":
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=column,
                column_B=told["other"],
                or_equal=True,
                mostly=mostly,
                ignore_row_if="either_value_is_missing",
            )
    raise ValueError(f"no expectation judges rules of kind {rule.kind}")
