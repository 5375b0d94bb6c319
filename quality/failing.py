"""Which rows keep a rule and which do not, in SQL: what names every failing row, however many.

Great Expectations gives the verdict of a rule; it hands failing rows over one by one, in Python.
Both are made from the same rule, and a test holds them equal.
"""

from typing import Any

from quality.rules import Rule, Suite


def judged(rule: Rule, suite: Suite) -> str:
    """Return SQL that is true where a row is judged by the rule at all, on the suite's columns."""
    column = f'"{rule.column}"'
    match rule.kind:
        case "not_null" | "usual_null_rate":
            found = "true"
        case "unique_key":
            found = f'"{suite.key[0]}" is not null' if len(suite.key) == 1 else "true"
        case "not_less_than":
            found = f'{column} is not null and "{rule.options["other"]}" is not null'
        case "condition":
            found = f"({rule.options['condition']}) is not null"
        case _:
            found = f"{column} is not null"
    return f"({found}) and coalesce(({rule.where}), false)" if rule.where else f"({found})"


def fails(rule: Rule, suite: Suite) -> str:
    """Return SQL that is true where a judged row does not keep the rule, never null."""
    column, told = f'"{rule.column}"', rule.options
    match rule.kind:
        case "not_null" | "usual_null_rate":
            found = f"{column} is null"
        case "unique":
            found = f"count(*) over (partition by {column}) > 1"
        case "unique_key":
            names = ", ".join(f'"{name}"' for name in suite.key)
            found = f"count(*) over (partition by {names}) > 1"
        case "matches":
            found = f"not regexp_full_match({column}, {literal(told['pattern'])})"
        case "in_set" | "not_in_set":
            word = "not in" if rule.kind == "in_set" else "in"
            found = f"{column} {word} ({', '.join(literal(each) for each in told['values'])})"
        case "between":
            low = f"{column} < {told['least']}" if "least" in told else "false"
            high = f"{column} > {told['most']}" if "most" in told else "false"
            found = f"{low} or {high}"
        case "not_less_than":
            found = f'{column} < "{told["other"]}"'
        case "condition":
            found = f"not ({told['condition']})"
        case "without_problem":
            found = f'"{told["problem"]}" is not null'
        case _:
            raise ValueError(f"nobody said which rows break a rule of kind {rule.kind}")
    return f"{judged(rule, suite)} and coalesce(({found}), false)"


def reason(rule: Rule) -> str:
    """Return SQL of what is wrong with a row that breaks the rule, in a few words.

    The words for a problem are those of whoever found it: a closed list, and no row's value.
    """
    if rule.kind == "without_problem" and not rule.reason:
        return f"""replace("{rule.options["problem"]}", '_', ' ')"""
    return literal(rule.why)


def literal(value: Any) -> str:
    """Return a value of the file as SQL."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
