"""Web and e-mail events, list members and posts: what sessions, sends and reach count."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Rule, Suite, Systems, rule
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

RULES_PUBLICATIONS = (
    rule(
        "published_post_names_the_post_of_its_network",
        gxe.ExpectColumnValuesToNotBeNull(
            column="native_post_id",
            row_condition=Column("status_native") == "PUBLISHED",
            mostly=0.99,
        ),
        dimension="completeness",
    ),
    rule(
        "failed_post_says_why",
        gxe.ExpectColumnValuesToNotBeNull(
            column="error_message", row_condition=Column("status_native") == "FAILED", mostly=0.99
        ),
        dimension="completeness",
    ),
)

RULES_EMAIL = (
    rule(
        "email_event_has_an_instant",
        gxe.ExpectColumnValuesToNotBeNull(column="occurred_at"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "email_event_names_its_campaign",
        gxe.ExpectColumnValuesToNotBeNull(column="campaign_native_id", mostly=0.99),
        dimension="completeness",
    ),
    rule(
        "email_event_names_its_recipient",
        gxe.ExpectColumnValuesToNotBeNull(column="recipient_key", mostly=0.99),
        dimension="completeness",
    ),
    rule(
        "email_event_is_of_a_known_kind",
        gxe.ExpectColumnValuesToBeInSet(
            column="event_type",
            value_set=[
                "sent",
                "delivered",
                "open",
                "click",
                "bounce",
                "unsubscribe",
                "complaint",
            ],
        ),
    ),
)


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of what people did, alike for every system of a kind."""
    return [
        *[
            _staged(
                system,
                "events",
                "message_id, visitor_id, event_type, page_path, occurred_at",
                ("message_id",),
                RULES_EVENTS,
            )
            for system in systems["web_sources"]
        ],
        *[
            _staged(
                system,
                "members",
                "source_record_id, lower(trim(email)) as email, status",
                ("source_record_id",),
                RULES_MEMBERS,
                where=" where not is_deleted",
            )
            for system in systems["list_systems"]
        ],
        *[
            _staged(
                system,
                "email_events",
                "source, event_id, campaign_native_id, recipient_key, event_type, occurred_at",
                ("source", "event_id"),
                RULES_EMAIL,
            )
            for system in systems["email_platforms"]
        ],
        *[
            _staged(
                system,
                "social_posts",
                "post_id, published_at",
                ("post_id",),
                RULES_POSTS,
                where=" where not is_deleted",
            )
            for system in systems["social_platforms"]
        ],
        *[
            _staged(
                system,
                "publications",
                "publication_id, status_native, native_post_id, error_message",
                ("publication_id",),
                RULES_PUBLICATIONS,
                where=" where not is_deleted",
            )
            for system in systems["publishing_tools"]
        ],
    ]


def _staged(
    system: str,
    things: str,
    columns: str,
    key: tuple[str, ...],
    rules: tuple[Rule, ...],
    *,
    where: str = "",
) -> Suite:
    return Suite(
        name=f"staged_{system}_{things}",
        gate="staging",
        source=system,
        object=things.removeprefix("social_"),
        table=("staging", f"stg_{system}__{things}"),
        query=f"select {columns} from staging.stg_{system}__{things}{where}",
        key=key,
        rules=rules,
    )
