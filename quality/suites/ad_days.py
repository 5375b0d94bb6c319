"""Ad days as the platforms report them: money, clicks and the grain that nothing may double."""

import great_expectations.expectations as gxe

from quality.rules import Suite, rule

RULES = (
    rule(
        "ad_spend_is_not_negative",
        gxe.ExpectColumnValuesToBeBetween(column="metrics__cost_micros", min_value=0),
        severity="blocking",
    ),
    rule(
        "ad_clicks_are_not_negative",
        gxe.ExpectColumnValuesToBeBetween(column="metrics__clicks", min_value=0),
        severity="blocking",
    ),
    # Invalid-click credits can leave a few clicks without their impression.
    rule(
        "ad_impressions_cover_clicks",
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="metrics__impressions", column_B="metrics__clicks", or_equal=True, mostly=0.99
        ),
        dimension="consistency",
    ),
    rule(
        "ad_day_has_a_currency",
        gxe.ExpectColumnValuesToNotBeNull(column="customer__currency_code"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "ad_day_is_open_once",
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["customer__id", "campaign__id", "segments__date"]
        ),
        severity="blocking",
        dimension="uniqueness",
    ),
)

SUITES = [
    Suite(
        name="raw_google_ads_campaign_days",
        gate="raw",
        source="google_ads",
        object="campaign_stats",
        table=("google_ads", "campaign_stats"),
        query=(
            "select customer__id, campaign__id, segments__date, customer__currency_code,"
            " metrics__impressions, metrics__clicks, metrics__cost_micros"
            " from raw_google_ads.campaign_stats"
            " where _dlt_valid_to is null and not coalesce(is_deleted, false)"
        ),
        key=("customer__id", "campaign__id", "segments__date"),
        rules=RULES,
    ),
]
