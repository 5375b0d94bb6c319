"""The marts as readers will see them: the last gate before publishing."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Suite, Systems, rule

RULES_PERSONS = (
    rule(
        "person_id_is_unique",
        gxe.ExpectColumnValuesToBeUnique(column="person_id"),
        severity="blocking",
        dimension="uniqueness",
    ),
    rule(
        "person_kind_is_known",
        gxe.ExpectColumnValuesToBeInSet(
            column="kind", value_set=["person", "mailbox", "test", "spam"]
        ),
        severity="blocking",
    ),
)

RULES_CREDITS = (
    rule(
        "credit_weight_is_a_share",
        gxe.ExpectColumnValuesToBeBetween(column="weight", min_value=0, max_value=1),
        severity="blocking",
    ),
    rule(
        "credit_names_its_channel",
        gxe.ExpectColumnValuesToNotBeNull(column="channel"),
        severity="blocking",
        dimension="completeness",
    ),
)

RULES_AD_PERFORMANCE = (
    rule(
        "ad_performance_grain_is_unique",
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=[
                "platform",
                "account_id",
                "campaign_id",
                "ad_group_id",
                "ad_id",
                "reported_on",
            ]
        ),
        severity="blocking",
        dimension="uniqueness",
    ),
    rule(
        "ad_performance_has_its_rate",
        gxe.ExpectColumnValuesToNotBeNull(column="fx_rate", mostly=0.95),
        dimension="completeness",
    ),
    # A platform or a type of campaign that no rule of config/campaigns.yml names: its spend would
    # stand beside no channel's revenue.
    rule(
        "ad_campaign_has_a_channel",
        gxe.ExpectColumnValuesToNotBeInSet(column="channel", value_set=["other"]),
        dimension="completeness",
    ),
)

# A source that was never loaded is one that nobody uses. The limit is the user's, and stands beside
# each age in the mart.
RULES_FRESHNESS = (
    rule(
        "source_was_loaded_within_its_limit",
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="stale_after_hours",
            column_B="age_hours",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        ),
        dimension="timeliness",
    ),
)

RULES_CONVERSIONS = (
    rule(
        "conversion_value_has_its_rate",
        gxe.ExpectColumnValuesToNotBeNull(
            column="value_amount_reporting",
            row_condition=Column("value_amount").is_not_null(),
            mostly=0.95,
        ),
        dimension="completeness",
    ),
    rule(
        "conversion_stage_is_known",
        gxe.ExpectColumnValuesToBeInSet(
            column="stage",
            value_set=["visitor", "lead", "mql", "sal", "sql", "opportunity", "won"],
        ),
        severity="blocking",
    ),
)

SUITES = [
    Suite(
        name="rpt_source_freshness",
        gate="marts",
        source="marts",
        object="rpt_source_freshness",
        table=("marts", "rpt_source_freshness"),
        query="select source, age_hours, stale_after_hours from marts.rpt_source_freshness",
        key=("source",),
        rules=RULES_FRESHNESS,
    ),
    Suite(
        name="fct_conversions",
        gate="marts",
        source="marts",
        object="fct_conversions",
        table=("marts", "fct_conversions"),
        query=(
            "select conversion_id, stage, value_amount, value_amount_reporting"
            " from marts.fct_conversions"
        ),
        key=("conversion_id",),
        rules=RULES_CONVERSIONS,
    ),
    Suite(
        name="dim_persons",
        gate="marts",
        source="marts",
        object="dim_persons",
        table=("marts", "dim_persons"),
        query="select person_id, kind from marts.dim_persons",
        key=("person_id",),
        rules=RULES_PERSONS,
    ),
    Suite(
        name="fct_attribution_credits",
        gate="marts",
        source="marts",
        object="fct_attribution_credits",
        table=("marts", "fct_attribution_credits"),
        query=(
            "select conversion_id, touchpoint_id, attribution_model, channel, weight"
            " from marts.fct_attribution_credits"
        ),
        key=("conversion_id", "touchpoint_id", "attribution_model"),
        rules=RULES_CREDITS,
    ),
    Suite(
        name="fct_ad_performance",
        gate="marts",
        source="marts",
        object="fct_ad_performance",
        table=("marts", "fct_ad_performance"),
        query=(
            "select days.platform, days.account_id, days.campaign_id, days.ad_group_id,"
            " days.ad_id, days.reported_on, days.fx_rate,"
            # What an account charges above its campaigns has no campaign to have a channel.
            " case when campaigns.campaign_native_id not like '(%' then campaigns.channel end"
            " as channel"
            " from marts.fct_ad_performance as days"
            " left join marts.dim_campaigns as campaigns on days.campaign_id ="
            " campaigns.campaign_id"
        ),
        key=("platform", "account_id", "campaign_id", "ad_group_id", "ad_id", "reported_on"),
        rules=RULES_AD_PERFORMANCE,
    ),
]


def suites(_: Systems) -> list[Suite]:
    """Return the suites of this file."""
    return SUITES
