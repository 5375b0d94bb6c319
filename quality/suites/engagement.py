"""Web events, list members and posts: what sessions, sends and reach are counted from."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Suite, rule
from quality.suites.contacts import EMAIL

RULES_EVENTS = (
    rule(
        "web_event_names_its_visitor",
        gxe.ExpectColumnValuesToNotBeNull(column="visitor_id", mostly=0.99),
        dimension="completeness",
    ),
    rule(
        "web_event_has_an_instant",
        gxe.ExpectColumnValuesToNotBeNull(column="occurred_at"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "web_page_view_names_its_page",
        gxe.ExpectColumnValuesToNotBeNull(
            column="page_path",
            row_condition=Column("event_type") == "page",
            mostly=0.99,
        ),
        dimension="completeness",
    ),
)

RULES_MEMBERS = (
    rule(
        "member_email_is_well_formed",
        gxe.ExpectColumnValuesToMatchRegex(column="email", regex=EMAIL, mostly=0.97),
    ),
    rule(
        "member_status_is_known",
        gxe.ExpectColumnValuesToBeInSet(
            column="status",
            value_set=[
                "subscribed",
                "unsubscribed",
                "cleaned",
                "pending",
                "transactional",
                "archived",
            ],
        ),
    ),
)

RULES_POSTS = (
    rule(
        "post_says_when_it_was_published",
        gxe.ExpectColumnValuesToNotBeNull(column="published_at"),
        dimension="completeness",
    ),
)

SUITES = [
    Suite(
        name="staged_web_events",
        gate="staging",
        source="web_events",
        object="events",
        table=("staging", "stg_web_events__events"),
        query=(
            "select message_id, visitor_id, event_type, page_path, occurred_at"
            " from staging.stg_web_events__events"
        ),
        key=("message_id",),
        rules=RULES_EVENTS,
    ),
    Suite(
        name="staged_mailchimp_members",
        gate="staging",
        source="mailchimp",
        object="members",
        table=("staging", "stg_mailchimp__members"),
        query=(
            "select source_record_id, lower(trim(email)) as email, status"
            " from staging.stg_mailchimp__members where not is_deleted"
        ),
        key=("source_record_id",),
        rules=RULES_MEMBERS,
    ),
    Suite(
        name="staged_linkedin_posts",
        gate="staging",
        source="linkedin_pages",
        object="posts",
        table=("staging", "stg_linkedin_pages__social_posts"),
        query=(
            "select post_id, published_at"
            " from staging.stg_linkedin_pages__social_posts where not is_deleted"
        ),
        key=("post_id",),
        rules=RULES_POSTS,
    ),
]
