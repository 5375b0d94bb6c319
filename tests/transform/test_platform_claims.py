"""What a platform claims for itself stays its own: no sum runs over the claims of two platforms."""

import sqlglot
from sqlglot import exp

from reports.build import every_page

CLAIMS = {
    "platform_conversions",
    "platform_conversion_value",
    "platform_value_reporting",
    "claimed_conversions",
    "claimed_value",
    "claimed_value_reporting",
    "roas_platform",
}
# What holds the rows of a sum to one platform. A campaign is of one.
KEEPS_APART = {"platform", "campaign_id", "campaign_native_id"}


def sums_over_platforms(sql: str) -> list[str]:
    """Return the sums and means of claims in the SQL that no platform or campaign holds apart."""
    found = []
    for statement in sqlglot.parse(sql, dialect="duckdb"):
        for call in statement.find_all(exp.Sum, exp.Avg) if statement else ():
            names = {column.name for column in call.find_all(exp.Column)}
            if names & CLAIMS and not KEEPS_APART & _apart(call):
                found.append(call.sql())
    return found


def _apart(call: exp.Expression) -> set[str]:
    """Return the columns whose values the sum's rows share."""
    over, select = call.find_ancestor(exp.Window), call.find_ancestor(exp.Select)
    if over is not None and over.args.get("partition_by"):
        shared: list[exp.Expression] = over.args["partition_by"]
    elif over is not None and over.args.get("alias") is not None and select is not None:
        named = {window.name: window for window in select.args.get("windows") or ()}
        shared = named[over.args["alias"].name].args["partition_by"]
    else:
        group = select.args.get("group") if select is not None else None
        shared = list(group.expressions) if group is not None else []
    return {column.name for each in shared for column in each.find_all(exp.Column)}


def test_no_model_sums_the_claims_of_two_platforms(compiled: dict[str, str]) -> None:
    found = {name: sums_over_platforms(sql) for name, sql in compiled.items()}

    assert len(found) > 300
    assert [name for name, sums in found.items() if sums] == []


def test_no_page_sums_the_claims_of_two_platforms() -> None:
    parts = [part for page in every_page() for part in page.parts]

    assert [part.name for part in parts if sums_over_platforms(part.query)] == []


def test_a_sum_over_platforms_is_seen_in_every_dress() -> None:
    def is_seen(sql: str) -> bool:
        return bool(sums_over_platforms(sql))

    assert is_seen("select sum(claimed_conversions) from t")
    assert is_seen("select day, sum(cast(t.roas_platform as double)) from t group by day")
    assert is_seen("select sum(claimed_value) over (partition by day) from t")
    assert is_seen(
        "select sum(claimed_value) over days from t window days as (partition by day order by x)"
    )
    assert not is_seen("select platform, sum(claimed_conversions) from t group by platform")
    assert not is_seen("select sum(claimed_value) over (partition by campaign_id) from t")
    assert not is_seen("select sum(spend_amount) from t")
