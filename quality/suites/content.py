"""Pages and posts as the site's system holds them: what content operations count."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Suite, Systems, rule

RULES = (
    rule(
        "content_item_is_in_a_known_state",
        gxe.ExpectColumnValuesToBeInSet(
            column="status",
            value_set=["published", "private", "scheduled", "in_review", "draft", "trashed"],
        ),
    ),
    rule(
        "published_content_has_an_address",
        gxe.ExpectColumnValuesToNotBeNull(
            column="page_path", row_condition=Column("status") == "published", mostly=0.99
        ),
        dimension="completeness",
    ),
    rule(
        "published_content_says_since_when",
        gxe.ExpectColumnValuesToNotBeNull(
            column="published_at", row_condition=Column("status") == "published"
        ),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "content_item_has_a_known_author",
        gxe.ExpectColumnValuesToNotBeNull(
            column="author_name", row_condition=Column("status") == "published", mostly=0.90
        ),
        dimension="consistency",
    ),
    rule(
        "published_page_has_its_address_to_itself",
        gxe.ExpectColumnValuesToBeInSet(column="has_twin", value_set=[False], mostly=0.99),
        dimension="uniqueness",
    ),
)


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of content, alike for every system that holds any."""
    return [_staged(system) for system in systems["content_systems"]]


def _staged(system: str) -> Suite:
    items, authors = (f"staging.stg_{system}__content_{thing}" for thing in ("items", "authors"))
    return Suite(
        name=f"staged_{system}_content_items",
        gate="staging",
        source=system,
        object="content_items",
        table=("staging", f"stg_{system}__content_items"),
        query=(
            "select concat_ws(':', items.site_id, items.item_native_id) as content_item,"
            " items.status, items.page_path, items.published_at, authors.author_name,"
            " items.page_path is not null and count(*) over ("
            "partition by items.page_host, items.page_path) > 1 as has_twin"
            f" from {items} as items left join {authors} as authors"
            " on items.site_id = authors.site_id"
            " and items.author_native_id = authors.author_native_id"
            " where not items.is_deleted"
        ),
        key=("content_item",),
        rules=RULES,
    )
