"""Touchpoints: every model credits these, so a touch without instant or channel is a lie later."""

import great_expectations.expectations as gxe

from quality.rules import Suite, Systems, rule

RULES = (
    rule(
        "touchpoint_has_an_instant",
        gxe.ExpectColumnValuesToNotBeNull(column="touched_at"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "touchpoint_has_a_channel",
        gxe.ExpectColumnValuesToNotBeNull(column="channel"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "touchpoint_id_is_unique",
        gxe.ExpectColumnValuesToBeUnique(column="touchpoint_id"),
        severity="blocking",
        dimension="uniqueness",
    ),
    rule(
        "touchpoint_class_is_known",
        gxe.ExpectColumnValuesToBeInSet(
            column="touch_class", value_set=["marketing", "sales", "partner"]
        ),
        severity="blocking",
    ),
    rule(
        "touchpoint_medium_is_in_the_vocabulary",
        gxe.ExpectColumnValuesToMatchRegex(
            column="medium",
            regex=r"^(cpc|ppc|paid_social|social|email|organic|referral|display|affiliate|event|video|\(none\))$",
            mostly=0.95,
        ),
    ),
)

SUITES = [
    Suite(
        name="touchpoints",
        gate="conformed",
        source="all",
        object="touchpoints",
        table=("intermediate", "int_touchpoints__touchpoints"),
        query=(
            "select touchpoint_id, touched_at, channel, touch_class, medium"
            " from intermediate.int_touchpoints__touchpoints"
        ),
        key=("touchpoint_id",),
        rules=RULES,
    ),
]


def suites(_: Systems) -> list[Suite]:
    """Return the suites of this file."""
    return SUITES
