"""Reports of web analytics: what the vendor itself says is missing from a day."""

import great_expectations.expectations as gxe

from quality.rules import Suite, Systems, rule

# Withheld rows are the rule where few people come; sampled or cut numbers are not.
RULES = (
    rule(
        "web_report_counts_every_event",
        gxe.ExpectColumnValuesToBeInSet(column="is_sampled", value_set=[False]),
        dimension="completeness",
    ),
    rule(
        "web_report_is_not_cut",
        gxe.ExpectColumnValuesToBeInSet(column="is_truncated", value_set=[False]),
        dimension="completeness",
    ),
    rule(
        "web_report_names_its_values",
        gxe.ExpectColumnValuesToBeInSet(column="has_other_row", value_set=[False], mostly=0.90),
        dimension="completeness",
    ),
    rule(
        "web_report_says_how_it_counts_days",
        gxe.ExpectColumnValuesToNotBeNull(column="time_zone"),
        dimension="consistency",
    ),
)


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of reports by day, alike for every system of web analytics."""
    return [
        Suite(
            name=f"staged_{system}_report_days",
            gate="staging",
            source=system,
            object="report_days",
            table=("staging", f"stg_{system}__report_days"),
            query=(
                "select concat_ws(' ', report_name, cast(reported_on as varchar)) as report_day,"
                " is_sampled, is_truncated, has_other_row, time_zone"
                f" from staging.stg_{system}__report_days"
            ),
            key=("report_day",),
            rules=RULES,
        )
        for system in systems["web_analytics"]
    ]
