"""Ad days as the platforms report them: money, clicks and the grain that nothing may double.

Judged raw, at every grain that is read, whether an interface or a dropped file brought them.
"""

import great_expectations.expectations as gxe

from quality.rules import Rule, Suite, Systems, rule


def _rules(
    grain: tuple[str, ...], *, currency: str, impressions: str, clicks: str, spend: str
) -> tuple[Rule, ...]:
    """The rules of one table, told its own names of the columns."""
    return (
        rule(
            "ad_spend_is_not_negative",
            gxe.ExpectColumnValuesToBeBetween(column=spend, min_value=0),
            severity="blocking",
        ),
        rule(
            "ad_clicks_are_not_negative",
            gxe.ExpectColumnValuesToBeBetween(column=clicks, min_value=0),
            severity="blocking",
        ),
        # Invalid-click credits can leave a few clicks without their impression.
        rule(
            "ad_impressions_cover_clicks",
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=impressions, column_B=clicks, or_equal=True, mostly=0.99
            ),
            dimension="consistency",
        ),
        rule(
            "ad_day_has_a_currency",
            gxe.ExpectColumnValuesToNotBeNull(column=currency),
            severity="blocking",
            dimension="completeness",
        ),
        rule(
            "ad_day_is_open_once",
            gxe.ExpectCompoundColumnsToBeUnique(column_list=list(grain)),
            severity="blocking",
            dimension="uniqueness",
        ),
    )


def _suite(
    source: str,
    table: str,
    grain: tuple[str, ...],
    *,
    currency: str,
    impressions: str,
    clicks: str,
    spend: str,
    spend_sql: str = "",
) -> Suite:
    columns = ", ".join((*grain, currency, impressions, clicks))
    return Suite(
        name=f"raw_{source}_{table}",
        gate="raw",
        source=source,
        object=table,
        table=(source, table),
        query=(
            f"select {columns}, {spend_sql or spend} as {spend} from raw_{source}.{table}"
            " where _dlt_valid_to is null and not coalesce(is_deleted, false)"
        ),
        key=grain,
        rules=_rules(grain, currency=currency, impressions=impressions, clicks=clicks, spend=spend),
    )


# Each grain of Google Ads comes by a query of its own, so a fault of one is not seen in another.
GOOGLE_ADS = {
    "account_stats": (),
    "campaign_stats": ("campaign__id",),
    "ad_group_stats": ("campaign__id", "ad_group__id"),
    "ad_stats": ("campaign__id", "ad_group__id", "ad_group_ad__ad__id"),
    "keyword_stats": ("ad_group__id", "ad_group_criterion__criterion_id"),
    "search_term_stats": (
        "ad_group__id",
        "search_term_view__search_term",
        "segments__search_term_match_type",
    ),
}


def suites(_: Systems) -> list[Suite]:
    """Return the suites of ad days."""
    return [
        *[
            _suite(
                "google_ads",
                table,
                ("customer__id", *ids, "segments__date"),
                currency="customer__currency_code",
                impressions="metrics__impressions",
                clicks="metrics__clicks",
                spend="metrics__cost_micros",
            )
            for table, ids in GOOGLE_ADS.items()
        ],
        _suite(
            "meta_ads",
            "insights",
            ("account_id", "level", "campaign_id", "adset_id", "ad_id", "date_start"),
            currency="account_currency",
            impressions="impressions",
            clicks="clicks",
            spend="spend",
            spend_sql="try_cast(spend as decimal(18, 6))",
        ),
        _suite(
            "linkedin_ads",
            "analytics",
            ("account_id", "pivot_name", "entity_id", "reported_on"),
            currency="currency_code",
            impressions="impressions",
            clicks="clicks",
            spend="cost_in_local_currency",
            spend_sql="try_cast(cost_in_local_currency as decimal(18, 6))",
        ),
        _suite(
            "file_drops",
            "ad_days",
            ("source", "grain", "account_id", "campaign_id", "ad_group_id", "ad_id", "reported_on"),
            currency="currency_code",
            impressions="impressions",
            clicks="clicks",
            spend="spend",
            # Text, as the file said it.
            spend_sql="try_cast(spend as decimal(18, 6))",
        ),
    ]
